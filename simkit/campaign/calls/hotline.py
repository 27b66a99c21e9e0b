"""The campaign's number: enquiries and transfers wait for a seat, and hang up when their patience ends."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.shifts import MINUTES_PER_DAY, Crew
from simkit.campaign.capacity.staffed_lines import Duty, Jobs, Settled, StaffedLines
from simkit.campaign.contacts.spontaneous import Spontaneous
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, Outcome, Resource
from simkit.campaign.world import World

Customers = NDArray[np.integer]


class Hotline:
    """Seats that answer; half of them take their break one break length later, so the line stays open."""

    def __init__(self, world: World, talk_minutes: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> None:
        calls, levers = world.scenario.calls, world.levers.calls
        capacity = world.scaled(levers.inbound_seats)
        self._world = world
        self._hours = levers.hours
        self._paid = Crew.of(capacity, levers.hours)
        # A part of a seat alone would close the line for most of the day; at a small scale the seat is there and paid in part.
        self._crew = Crew.of(max(capacity * (1 - calls.shrinkage.value), 1.0) if capacity else 0.0, levers.hours)
        self._shrinkage = calls.shrinkage.value
        self._talk_minutes = talk_minutes
        self._patience = world.scenario.by_segment(calls.patience)
        self._luck = world.streams.decision("hotline.call")
        rate = calls.enquiries_per_1000_customers_a_day.value / 1000 if capacity else 0.0
        callers = world.targets(levers.target_segments) if rate else np.empty(0, dtype=np.int32)
        self._enquiries = Spontaneous(world.streams.decision("hotline.enquiry"), callers, rate, world.campaign_days)
        self._clock = world.streams.decision("hotline.hour")
        self._line = StaffedLines()
        self._duties: dict[float, Duty] = {}
        self._customer = np.empty(0, dtype=np.int32)
        self._outcome = np.empty(0, dtype=np.uint8)
        self._chance = np.empty(0)
        self._today = Jobs.none()

    @property
    def open(self) -> bool:
        """Whether the campaign has a number at all."""
        return bool(self._crew.shares)

    def plan(
        self, day: int, transferred: Customers, chance: NDArray[np.floating], arrival: NDArray[np.float64]
    ) -> None:
        """Let today's callers join the line: those transferred by a machine, with their chance to open, and enquiries."""
        enquiring = self._enquiries.on(day)
        enquiring = enquiring[self._world.wallets.prospects(enquiring) & ~np.isin(enquiring, transferred)]
        hours = self._hours
        rings = day + (hours.starts + self._clock.uniform(enquiring, day) * (hours.ends - hours.starts)) / 24
        customers = np.concatenate([transferred, enquiring])
        chance = np.concatenate([chance, self._world.opening.probability(enquiring, Channel.INBOUND_CALL)])
        arrival = np.concatenate([arrival, rings])
        order = np.argsort(arrival, kind="stable")
        self._join(day, customers[order], chance[order], arrival[order])

    def close(self, day: int) -> None:
        """End the day: let the seats answer; record answered and abandoned calls, open wallets."""
        settled = self._line.play(self._today, self._duty(day), day + 1)
        self._today = Jobs.none()
        served, minutes = settled.served, settled.jobs.duration * MINUTES_PER_DAY
        self._outcome[settled.jobs.number[~served]] = Outcome.ABANDONED
        self._record(day, settled, np.where(served, minutes, 0.0))
        self._world.ledger.service(
            day,
            Resource.INBOUND_SEAT,
            servers=self._paid.capacity,
            paid_minutes=self._paid.paid_minutes,
            busy_minutes=float(minutes[served].sum()),
            served=int(np.count_nonzero(served)),
            waited_minutes=float(settled.waited.sum()) * MINUTES_PER_DAY,
            abandoned=int(np.count_nonzero(~served)),
        )

    def _join(self, day: int, customers: Customers, chance: NDArray[np.floating], arrival: NDArray[np.float64]) -> None:
        luck = self._luck.uniforms(customers, day, width=3)
        opened = luck[:, 0] < chance
        outcome = np.where(opened, Outcome.OPENED, Outcome.NO_INTEREST).astype(np.uint8)
        segment = self._world.population.segment.take(customers)
        patience = -np.log(luck[:, 1]) * self._patience.take(segment) / MINUTES_PER_DAY
        number = self._customer.shape[0] + np.arange(customers.shape[0])
        duration = self._talk_minutes(luck[:, 2]) / MINUTES_PER_DAY
        self._today = Jobs(number, np.zeros_like(number), arrival, arrival + patience, duration)
        self._customer = np.concatenate([self._customer, customers])
        self._outcome = np.concatenate([self._outcome, outcome])
        self._chance = np.concatenate([self._chance, chance])

    def _record(self, day: int, settled: Settled, minutes: NDArray[np.float64]) -> None:
        """Record the calls of a day by their beginning, or by the caller's ringing where nobody answered in time."""
        number = settled.jobs.number
        customers, outcome = self._customer[number], self._outcome[number]
        # A visit may have opened the wallet since the customer rang.
        outcome[(outcome == Outcome.OPENED.value) & ~self._world.wallets.prospects(customers)] = Outcome.NO_INTEREST
        hour = (np.where(settled.served, settled.begins, settled.jobs.arrival) - day) * 24
        batch = ContactBatch(customers, outcome, self._chance[number], hour=hour, server=settled.seat, minutes=minutes)
        self._world.ledger.contacts(day, Channel.INBOUND_CALL, batch)
        self._world.wallets.open(customers[outcome == Outcome.OPENED.value], day, Channel.INBOUND_CALL)

    def _duty(self, day: int) -> Duty:
        """Return when which seat answers today, those included that were called in at short notice."""
        called_in = self._world.scaled(self._world.reinforcements.on(Resource.INBOUND_SEAT, day))
        if called_in not in self._duties:
            self._duties[called_in] = self._duty_with(called_in)
        return self._duties[called_in].on(day)

    def _duty_with(self, called_in: float) -> Duty:
        """Return when which seat answers, as fractions of any day."""
        stretches = []
        for crew in (self._crew, Crew.of(called_in * (1 - self._shrinkage), self._hours)):
            before = len(self._crew.shares) if crew is not self._crew else 0
            for seat in range(len(crew.shares)):
                worked = crew.stretches(seat, late_break=seat % 2 == 1)
                stretches += [(before + seat, opens, closes) for opens, closes in worked]
        return Duty.of([stretches])
