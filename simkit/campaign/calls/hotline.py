"""The campaign's number: enquiries and transfers wait for a seat, and hang up when their patience ends."""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
import simpy
from numpy.typing import NDArray

from simkit.campaign.capacity.shifts import MINUTES_PER_DAY, Crew
from simkit.campaign.capacity.waiting_line import WaitingLine, serving
from simkit.campaign.contacts.spontaneous import Spontaneous
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, Outcome, Resource
from simkit.campaign.world import World

Customers = NDArray[np.int32]


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
        self._talk_minutes = talk_minutes
        self._patience = world.scenario.by_segment(calls.patience)
        self._luck = world.streams.decision("hotline.call")
        rate = calls.enquiries_per_1000_customers_a_day.value / 1000 if capacity else 0.0
        callers = world.targets(levers.target_segments) if rate else np.empty(0, dtype=np.int32)
        self._enquiries = Spontaneous(world.streams.decision("hotline.enquiry"), callers, rate, world.campaign_days)
        self._clock = world.streams.decision("hotline.hour")
        self._line = WaitingLine()
        self._customer: list[int] = []
        self._outcome = np.empty(0, dtype=np.uint8)
        self._chance = np.empty(0)
        for seat in range(len(self._crew.shares)):
            world.environment.process(self._answering(seat))

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
        """End the day: record answered and abandoned calls, open wallets."""
        self._line.give_up(day + 1)
        served, abandoned = self._line.collect()
        begins, duration = np.array(served.begins), self._line.durations(served.job)
        self._record(day, served.job, (begins - day) * 24, np.array(served.server), duration * MINUTES_PER_DAY)
        self._outcome[abandoned] = Outcome.ABANDONED
        arrived = self._line.arrivals(abandoned)
        self._record(day, abandoned, (arrived - day) * 24, np.full(len(abandoned), -1), np.zeros(len(abandoned)))
        self._world.ledger.service(
            day,
            Resource.INBOUND_SEAT,
            servers=self._paid.capacity,
            paid_minutes=self._paid.paid_minutes,
            busy_minutes=float(duration.sum()) * MINUTES_PER_DAY,
            served=len(served.job),
            waited_minutes=float((begins - self._line.arrivals(served.job)).sum()) * MINUTES_PER_DAY,
            abandoned=len(abandoned),
        )

    def _join(self, day: int, customers: Customers, chance: NDArray[np.floating], arrival: NDArray[np.float64]) -> None:
        luck = self._luck.uniforms(customers, day, width=3)
        opened = luck[:, 0] < chance
        outcome = np.where(opened, Outcome.OPENED, Outcome.NO_INTEREST).astype(np.uint8)
        segment = self._world.population.segment[customers]
        patience = -np.log(luck[:, 1]) * self._patience[segment] / MINUTES_PER_DAY
        self._line.join(arrival, arrival + patience, self._talk_minutes(luck[:, 2]) / MINUTES_PER_DAY)
        self._customer += customers.tolist()
        self._outcome = np.concatenate([self._outcome, outcome])
        self._chance = np.concatenate([self._chance, chance])

    def _record(
        self,
        day: int,
        jobs: list[int],
        hour: NDArray[np.float64],
        seat: NDArray[np.int64],
        minutes: NDArray[np.float64],
    ) -> None:
        if not jobs:
            return
        customers = np.array([self._customer[job] for job in jobs], dtype=np.int32)
        outcome = self._outcome[jobs]
        # A visit may have opened the wallet since the customer rang.
        outcome[(outcome == Outcome.OPENED) & ~self._world.wallets.prospects(customers)] = Outcome.NO_INTEREST
        batch = ContactBatch(customers, outcome, self._chance[jobs], hour=hour, server=seat, minutes=minutes)
        self._world.ledger.contacts(day, Channel.INBOUND_CALL, batch)
        self._world.wallets.open(customers[outcome == Outcome.OPENED], day, Channel.INBOUND_CALL)

    def _answering(self, seat: int) -> Generator[simpy.Event, None, None]:
        """One seat's campaign: every working day, stretch by stretch."""
        environment = self._world.environment
        for day in range(self._world.campaign_days):
            if not self._world.works(day, self._hours.works_on):
                continue
            for opens, closes in self._crew.stretches(seat, late_break=seat % 2 == 1):
                yield environment.timeout(max(day + opens - environment.now, 0.0))
                yield from serving(environment, self._line, seat, day + closes)
