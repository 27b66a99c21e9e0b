"""The support desk: a chatbot that settles what it can, and people before whom customers wait and hang up."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.durations import weibull_about_mean
from simkit.campaign.capacity.shifts import MINUTES_PER_DAY
from simkit.campaign.capacity.staffed_lines import NO_SEAT, Duty, Jobs, Settled, StaffedLines
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.service.requests import Customers, Requests
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Resource
from simkit.campaign.world import World

GOOD_WAIT_DAYS = 20 / (24 * 60 * 60)
_SEAT_DAY_MINUTES = 8 * 60
_WEEK = 7
_SOLVED, _UNSOLVED, _NOT_REACHED, _ABANDONED = (
    np.uint8(outcome) for outcome in (Outcome.SOLVED, Outcome.UNSOLVED, Outcome.NOT_REACHED, Outcome.ABANDONED)
)
Stretches = list[tuple[float, float]]
"""Hours of the day, from and to."""


class SupportDeskPlay(Mechanism):
    """Requests of a day, taken in the order of their arrival; the day is played when its contacts are known."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        desk, levers = world.scenario.support_desk, world.levers.support_desk
        if desk is None or levers is None:
            raise ValueError("the support desk takes part only where scenario and strategy have one")
        helping = world.scenario.activation_help
        self._world, self._desk, self._levers = world, desk, levers
        self._requests = Requests(world, desk)
        self._luck = world.streams.decision("support_desk.request")
        self._solved = world.streams.decision("support_desk.solved")
        self._containment = world.scenario.by_segment(desk.containment) * levers.chatbot
        self._patience = world.scenario.by_segment(desk.patience)
        # Minutes of a person for a question and for a set-up call.
        self._minutes = np.array([desk.handling.value, helping.setup_call.value if helping else desk.handling.value])
        self._lines = StaffedLines()
        self._duties: dict[tuple[bool, float], Duty] = {}
        self._asked = np.zeros(world.scenario.calendar.horizon_days)
        self._cost = 0.0

    def close(self, day: int) -> None:
        """Play the day's requests, those of today's contacts included."""
        customers, setup = self._requests.on(day)
        self._asked[day] = customers.shape[0]
        luck = self._luck.uniforms(customers, day)
        segment = self._world.population.segment.take(customers)
        arrival = day + self._hour(luck[:, 0]) / 24
        office, other = self._hours(day)
        contained = ~setup & (luck[:, 1] < self._containment.take(segment))
        put_through = ~contained & self._staffed(day, arrival, office)
        minutes = weibull_about_mean(self._minutes[setup.astype(np.int64)], self._desk.handling_shape.value, luck[:, 3])
        jobs = Jobs(
            number=2 * customers.astype(np.int64) + setup,
            line=np.zeros(customers.shape[0], dtype=np.int64),
            arrival=arrival,
            deadline=arrival - np.log(luck[:, 2]) * self._patience.take(segment) / MINUTES_PER_DAY,
            duration=minutes / MINUTES_PER_DAY,
        )
        order = np.argsort(arrival, kind="stable")
        settled = self._lines.play(jobs.take(order[put_through[order]]), self._duty(day, office, other), day + 1.0)
        self._pay(day, office, other, settled, requests=customers.shape[0])
        closed = ~contained & ~put_through
        unattended = np.concatenate([arrival[contained], arrival[closed]])
        self._tell(day, customers[contained], customers[closed], (unattended - day) * 24, settled)
        self._count(day, customers, customers[contained], customers[closed], settled)

    def finish(self) -> None:
        """Write the cost, and the busiest week of the campaign over the mean week after it."""
        campaign = self._world.campaign_days
        during, after = self._weeks(self._asked[:campaign]), self._weeks(self._asked[campaign:])
        self._world.ledger.figure("support_cost", self._cost)
        if during.shape[0] and after.any():
            self._world.ledger.figure("support_surge_factor", float(during.max() / after.mean()))

    def _weeks(self, requests: NDArray[np.float64]) -> NDArray[np.float64]:
        whole = requests.shape[0] // _WEEK * _WEEK
        return np.asarray(requests[:whole].reshape(-1, _WEEK).sum(axis=1))

    def _hour(self, luck: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the hour of the day of a request: evenly over the busy part, or evenly over the rest."""
        desk = self._desk
        starts, ends, share = desk.busy_starts.value, desk.busy_ends.value, desk.busy_share.value
        busy = luck < share
        within = luck / share if share else luck
        rest = (luck - share) / (1 - share) * (24 - ends + starts) if share < 1 else luck
        return np.where(busy, starts + within * (ends - starts), np.where(rest < starts, rest, rest + ends - starts))

    def _hours(self, day: int) -> tuple[Stretches, Stretches]:
        """Return the office hours of a day and all its other hours."""
        levers = self._levers
        if levers.works_on == "every_day" or self._world.calendar.is_workday[day]:
            return [(levers.starts, levers.ends)], [(0.0, levers.starts), (levers.ends, 24.0)]
        return [], [(0.0, 24.0)]

    def _staffed(self, day: int, arrival: NDArray[np.float64], office: Stretches) -> NDArray[np.bool_]:
        """Say which requests come while the desk is open."""
        hour = (arrival - day) * 24
        in_office = np.zeros(hour.shape[0], dtype=np.bool_)
        for opens, closes in office:
            in_office |= (opens <= hour) & (hour < closes)
        return np.where(in_office, self._levers.seats > 0, self._levers.night_seats > 0)

    def _duty(self, day: int, office: Stretches, other: Stretches) -> Duty:
        """Return who answers when: seats of the office hours have even numbers, the others odd ones."""
        called_in = self._world.reinforcements.on(Resource.SUPPORT_SEAT, day) if office else 0.0
        key = (bool(office), called_in)
        if key not in self._duties:
            by_day = self._seats(self._levers.seats + called_in, office, first=0)
            self._duties[key] = Duty.of([by_day + self._seats(self._levers.night_seats, other, first=1)])
        return self._duties[key].on(day)

    def _seats(self, seats: float, hours: Stretches, *, first: int) -> list[tuple[int, float, float]]:
        """Return (seat, from, to) of each seat as day fractions; a part of a seat alone would close the desk for most of the day."""
        capacity = max(self._world.scaled(seats) * (1 - self._desk.shrinkage.value), 1.0) if seats else 0.0
        shares = [min(capacity - seat, 1.0) for seat in range(math.ceil(capacity))]
        return [
            (2 * seat + first, opens / 24, (opens + share * (closes - opens)) / 24)
            for seat, share in enumerate(shares)
            for opens, closes in hours
        ]

    def _pay(self, day: int, office: Stretches, other: Stretches, settled: Settled, *, requests: int) -> None:
        """Pay for seats and the chatbot, and record how the seats were used."""
        planned = ((self._levers.seats, office), (self._levers.night_seats, other))
        hours = sum(seats * (closes - opens) for seats, stretches in planned for opens, closes in stretches)
        minutes = self._world.scaled(hours) * 60
        ledger, served, answered = self._world.ledger, settled.served, int(np.count_nonzero(settled.served))
        seat_days = minutes / _SEAT_DAY_MINUTES
        wages = seat_days * self._world.scenario.costs.seat_day.value
        fees = requests * self._desk.chatbot_request.value * self._levers.chatbot
        ledger.cost(day, CostItem.STAFF, Channel.SUPPORT_DESK, seat_days, wages)
        ledger.cost(day, CostItem.SUPPORT, Channel.SUPPORT_DESK, requests, fees)
        self._cost += wages + fees
        ledger.service(
            day,
            Resource.SUPPORT_SEAT,
            servers=seat_days,
            paid_minutes=minutes,
            busy_minutes=float(settled.jobs.duration[served].sum()) * MINUTES_PER_DAY,
            served=answered,
            waited_minutes=float(settled.waited.sum()) * MINUTES_PER_DAY,
            abandoned=served.shape[0] - answered,
        )

    def _tell(
        self, day: int, contained: Customers, closed: Customers, hour: NDArray[np.float64], settled: Settled
    ) -> None:
        """Record what became of requests, and let other mechanisms know; `hour` is when those came who met no person."""
        customers, setup = np.divmod(settled.jobs.number, 2)
        served = settled.served
        solved = served & (self._solved.uniform(customers, day) < self._desk.solved.value)
        by_machine, too_late = np.full(contained.shape, _SOLVED), np.full(closed.shape, _NOT_REACHED)
        by_people = np.where(solved, _SOLVED, np.where(served, _UNSOLVED, _ABANDONED))
        batch = ContactBatch(
            customers=np.concatenate([contained, closed, customers]),
            outcome=np.concatenate([by_machine, too_late, by_people]),
            probability=np.zeros(hour.shape[0] + customers.shape[0]),
            hour=np.concatenate([hour, (np.where(served, settled.begins, settled.jobs.arrival) - day) * 24]),
            server=np.concatenate([np.full(hour.shape[0], NO_SEAT), settled.seat]),
            minutes=np.concatenate([np.zeros(hour.shape[0]), settled.jobs.duration * served * MINUTES_PER_DAY]),
        )
        self._world.ledger.contacts(day, Channel.SUPPORT_DESK, batch)
        long_wait = self._desk.long_wait.value / MINUTES_PER_DAY
        held = np.where(served, settled.waited, settled.jobs.deadline - settled.jobs.arrival)
        self._send(Signal.SOLVED, np.concatenate([contained, customers[solved]]), day)
        self._send(Signal.UNSOLVED, np.concatenate([closed, customers[~solved]]), day)
        self._send(Signal.WAITED, customers[held > long_wait], day)
        self._send(Signal.HELPED, customers[served & (setup == 1)], day)

    def _send(self, signal: Signal, customers: Customers, day: int) -> None:
        if customers.shape[0] and self._world.signals.heard(signal):
            self._world.signals.send(signal, np.sort(customers), day)

    def _count(self, day: int, requests: Customers, contained: Customers, closed: Customers, settled: Settled) -> None:
        ledger, served = self._world.ledger, settled.served
        people = settled.jobs.number // 2
        at_once = served & (settled.begins == settled.jobs.arrival)
        ledger.tally(day, "support_requests", requests)
        ledger.tally(day, "support_contained", contained)
        ledger.tally(day, "support_out_of_hours", closed)
        ledger.tally(day, "support_put_through", people)
        ledger.tally(day, "support_answered", people[served])
        ledger.tally(day, "support_answered_in_20_seconds", people[served & (settled.waited <= GOOD_WAIT_DAYS)])
        ledger.tally(day, "support_kept_waiting", people[~at_once])
        ledger.tally(day, "support_abandoned", people[~served])
        ledger.tally(day, "support_waited_minutes", people[served], settled.waited[served] * MINUTES_PER_DAY)
