"""Community events: booths for a few hours, customers who queue and may leave."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.durations import weibull_about_mean
from simkit.campaign.capacity.shifts import MINUTES_PER_DAY
from simkit.campaign.capacity.staffed_lines import NO_SEAT, Duty, Jobs, StaffedLines
from simkit.campaign.contacts.conversion import ratio_of_chances
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Resource
from simkit.campaign.world import World

Customers = NDArray[np.integer]
_MONTHS_PER_DAY = 12 / 365.25
_STAFF_DAY_HOURS = 8


@dataclass(frozen=True)
class EventKind:
    """What sets an event apart from a plain one.

    attend_ratio, odds_ratio: ratios by segment of attendance and of the odds of opening. cost_cny: venue and material. minutes: mean time
    at the booth of those who do not open, if another. sells: whether wallets are opened. held: is told, once the event is over, the
    day, its visitors, how each contact ended, and the cost with staff, CNY.
    """

    attend_ratio: NDArray[np.float64]
    cost_cny: float
    held: Callable[[int, NDArray[np.integer], NDArray[np.integer], float], None]
    odds_ratio: NDArray[np.float64] | None = None
    minutes: float | None = None
    sells: bool = True


@dataclass(frozen=True)
class _Visits:
    """Everybody who comes to one of a day's events, event by event in the order of arrival; times in days.

    kinds: of each event. event: at which event (from 0) each visitor is. outcome: what will happen to each visitor if served.
    """

    kinds: list[EventKind | None]
    event: NDArray[np.int64]
    customers: Customers
    arrival: NDArray[np.float64]
    patience: NDArray[np.float64]
    duration: NDArray[np.float64]
    outcome: NDArray[np.uint8]
    probability: NDArray[np.floating]


class CommunityEvents:
    """All events of a run, spread evenly over the campaign and the communities among which they take turns.

    kinds: asked in turn what kind of event this number is; the first that says one decides, and without any it is a plain one.
    """

    def __init__(self, world: World) -> None:
        levers, scenario = world.levers.events, world.scenario
        self._world = world
        self._levers = levers
        branches = world.scaled(scenario.bank.branches.value)
        self._events_a_day = levers.per_branch_month * branches * _MONTHS_PER_DAY
        self._targeted = world.targeted(levers.target_segments)
        self._attend = scenario.by_segment(scenario.events.attend) * self._targeted
        self._aided = scenario.by_segment(scenario.wallet.first_payment_aided)
        self._open_minutes = scenario.by_segment(scenario.events.open_wallet)
        self._patience = scenario.by_segment(scenario.events.patience)
        self._communities = max(1, round(levers.focus_share * world.population.communities))
        self._coming = world.streams.decision("event.attendance")
        self._booth = world.streams.decision("event.booth")
        self._today: _Visits | None = None
        self.kinds: list[Callable[[int], EventKind | None]] = []

    def plan(self, day: int) -> None:
        """Invite the communities of today's events; draw who comes and what happens to each who is served."""
        numbers = range(int(self._events_a_day * day), int(self._events_a_day * (day + 1)))
        if day >= self._world.campaign_days or not numbers:
            return
        kinds = [next((kind for asked in self.kinds if (kind := asked(number))), None) for number in numbers]
        groups = [self._visitors(number, day, kind) for number, kind in zip(numbers, kinds, strict=True)]
        customers = np.concatenate([visitors for visitors, _ in groups])
        event = np.repeat(np.arange(len(groups)), [visitors.shape[0] for visitors, _ in groups])
        segment = self._world.population.segment.take(customers)
        luck = self._booth.uniforms(customers, day)
        chance = self._chance(customers, event, kinds)
        opened = luck[:, 0] < chance
        outcome = np.full(customers.shape[0], Outcome.NO_INTEREST, dtype=np.uint8)
        outcome[opened] = Outcome.OPENED
        outcome[opened & (luck[:, 1] < self._aided.take(segment))] = Outcome.OPENED_AND_PAID
        usual = self._world.scenario.events.talk.value
        talk = np.array([kind.minutes if kind and kind.minutes else usual for kind in kinds])
        minutes = np.where(opened, self._open_minutes.take(segment), talk[event])
        minutes = weibull_about_mean(minutes, self._world.scenario.field.minutes_shape.value, luck[:, 2])
        self._today = _Visits(
            kinds=kinds,
            event=event,
            customers=customers,
            arrival=np.concatenate([arrival for _, arrival in groups]),
            patience=-np.log(luck[:, 3]) * self._patience.take(segment) / MINUTES_PER_DAY,
            duration=minutes / MINUTES_PER_DAY,
            outcome=outcome,
            probability=chance,
        )

    def close(self, day: int) -> None:
        """End the day: let the booths serve, record every visitor, open wallets, pay for the events."""
        visits, self._today = self._today, None
        if visits is None:
            return
        self._record(day, visits)
        self._pay(day, visits)

    def _record(self, day: int, visits: _Visits) -> None:
        """Let the booths of all events serve their lines, and record what becomes of every visitor."""
        hours, events = self._world.scenario.events.hours.value, len(visits.kinds)
        begins = day + self._levers.starts / 24
        booths = np.arange(events * self._levers.booths).reshape(events, -1).tolist()
        duty = Duty.of([[(booth, begins, begins + hours / 24) for booth in own] for own in booths])
        everybody = np.arange(visits.customers.shape[0])
        deadline = visits.arrival + visits.patience
        settled = StaffedLines().play(
            Jobs(everybody, visits.event, visits.arrival, deadline, visits.duration), duty, math.inf
        )
        served = settled.served
        visits.outcome[~served] = Outcome.LEFT_QUEUE
        duration = np.where(served, visits.duration, 0.0)
        batch = ContactBatch(
            customers=visits.customers,
            outcome=visits.outcome,
            probability=visits.probability,
            hour=np.where(served, (settled.begins - day) * 24, 0.0),
            server=np.where(served, settled.seat % self._levers.booths, NO_SEAT),
            minutes=duration * MINUTES_PER_DAY,
        )
        self._world.ledger.contacts(day, Channel.COMMUNITY_EVENT, batch)
        self._world.record.note(visits.customers[served])
        self._world.wallets.open_assisted(visits.customers, visits.outcome, day, Channel.COMMUNITY_EVENT)
        self._world.ledger.service(
            day,
            Resource.EVENT_BOOTH,
            servers=self._levers.booths * events,
            paid_minutes=self._levers.booths * events * hours * 60,
            busy_minutes=float(duration.sum()) * MINUTES_PER_DAY,
            served=int(np.count_nonzero(served)),
            waited_minutes=float(settled.waited.sum()) * MINUTES_PER_DAY,
            abandoned=int(np.count_nonzero(~served)),
        )

    def _pay(self, day: int, visits: _Visits) -> None:
        """Pay for venues and staff, and tell each event's kind how it went."""
        costs, ledger, channel = self._world.scenario.costs, self._world.ledger, Channel.COMMUNITY_EVENT
        events, hours = len(visits.kinds), self._world.scenario.events.hours.value
        staff_days = self._levers.booths * events * self._levers.staff_per_booth * hours / _STAFF_DAY_HOURS
        own = [kind for kind in visits.kinds if kind is not None]
        venues_cny = (events - len(own)) * costs.event.value + sum(kind.cost_cny for kind in own)
        ledger.cost(day, CostItem.EVENT, channel, events, venues_cny)
        ledger.cost(day, CostItem.STAFF, channel, staff_days, staff_days * costs.staff_day.value)
        staff_cny = staff_days * costs.staff_day.value / events
        for number, kind in enumerate(visits.kinds):
            if kind is not None:
                there = visits.event == number
                kind.held(day, visits.customers[there], visits.outcome[there], kind.cost_cny + staff_cny)

    def _chance(
        self, visitors: Customers, event: NDArray[np.int64], kinds: Sequence[EventKind | None]
    ) -> NDArray[np.floating]:
        """Return the chance to open of each visitor who is served."""
        chance = self._world.opening.probability(visitors, Channel.COMMUNITY_EVENT)
        for number, kind in enumerate(kinds):
            there = event == number if kind else None
            if kind and not kind.sells:
                chance[there] = 0.0
            elif kind and kind.odds_ratio is not None:
                ratio = kind.odds_ratio[self._world.population.segment[visitors[there]]]
                chance[there] *= ratio_of_chances(chance[there], ratio)
        return chance

    def _visitors(self, number: int, day: int, kind: EventKind | None) -> tuple[Customers, NDArray[np.float64]]:
        """Return who comes to event `number` in the order of arrival, and when; the communities are invited in turn."""
        world = self._world
        begins, length = day + self._levers.starts / 24, world.scenario.events.hours.value / 24
        invited = min(round(world.scenario.events.communities.value), self._communities)
        first = (number * invited + self._communities // 2) % self._communities
        beyond = max(first + invited - self._communities, 0)
        residents = world.population.residents
        customers = np.concatenate([residents(0, beyond), residents(first, first + invited - beyond)])
        luck = self._coming.uniforms(customers, day, width=2)
        attend = self._attend if kind is None else self._attend * kind.attend_ratio
        # Few would come at all: only of them it is asked whether they may.
        willing = (luck[:, 0] < attend.take(world.population.segment.take(customers))).nonzero()[0]
        customers = customers[willing]
        may = world.wallets.prospects(customers) & world.record.free_today(customers, Channel.COMMUNITY_EVENT)
        customers, arrival = customers[may], begins + luck[willing[may], 1] * length
        order = np.argsort(arrival, kind="stable")
        world.record.reserve(customers)
        return customers[order], arrival[order]
