"""Community events: booths for a few hours, customers who queue and may leave."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import simpy
from numpy.typing import NDArray

from simkit.campaign.capacity.durations import weibull_about_mean
from simkit.campaign.capacity.shifts import MINUTES_PER_DAY
from simkit.campaign.capacity.waiting_line import WaitingLine, serving
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Resource
from simkit.campaign.world import World

Customers = NDArray[np.int32]
_MONTHS_PER_DAY = 12 / 365.25
_STAFF_DAY_HOURS = 8


@dataclass
class _Event:
    """One event: its visitors in the order of their arrival, and what will happen to each if served."""

    visitors: Customers
    outcome: NDArray[np.uint8]
    probability: NDArray[np.floating]
    line: WaitingLine


class CommunityEvents:
    """All events of a run, spread evenly over the campaign and the communities."""

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
        self._communities = world.population.communities
        self._coming = world.streams.decision("event.attendance")
        self._booth = world.streams.decision("event.booth")
        self._today: list[_Event] = []

    def plan(self, day: int) -> None:
        """Invite the communities of today's events and let their booths open."""
        if day >= self._world.campaign_days:
            return
        for number in range(int(self._events_a_day * day), int(self._events_a_day * (day + 1))):
            self._today.append(self._hold(number, day))

    def close(self, day: int) -> None:
        """End the day: record every visitor, open wallets, pay for the events."""
        if not self._today:
            return
        events, self._today = self._today, []
        busy, waited, served, left = np.sum([self._record(day, event) for event in events], axis=0)
        booths = self._levers.booths * len(events)
        hours = self._world.scenario.events.hours.value
        self._world.ledger.service(
            day,
            Resource.EVENT_BOOTH,
            servers=booths,
            paid_minutes=booths * hours * 60,
            busy_minutes=busy * MINUTES_PER_DAY,
            served=int(served),
            waited_minutes=waited * MINUTES_PER_DAY,
            abandoned=int(left),
        )
        costs = self._world.scenario.costs
        staff_days = booths * self._levers.staff_per_booth * hours / _STAFF_DAY_HOURS
        ledger, channel = self._world.ledger, Channel.COMMUNITY_EVENT
        ledger.cost(day, CostItem.EVENT, channel, len(events), len(events) * costs.event.value)
        ledger.cost(day, CostItem.STAFF, channel, staff_days, staff_days * costs.staff_day.value)

    def _hold(self, number: int, day: int) -> _Event:
        """Draw who comes, when and with what result, and send the booths to work."""
        hours = self._world.scenario.events.hours.value
        begins = day + self._levers.starts / 24
        visitors, arrival = self._visitors(number, day, begins, hours / 24)
        segment = self._world.population.segment[visitors]
        luck = self._booth.uniforms(visitors, day)
        chance = self._world.opening.probability(visitors, Channel.COMMUNITY_EVENT)
        opened = luck[:, 0] < chance
        outcome = np.full(visitors.shape[0], Outcome.NO_INTEREST, dtype=np.uint8)
        outcome[opened] = Outcome.OPENED
        outcome[opened & (luck[:, 1] < self._aided[segment])] = Outcome.OPENED_AND_PAID
        minutes = np.where(opened, self._open_minutes[segment], self._world.scenario.events.talk.value)
        minutes = weibull_about_mean(minutes, self._world.scenario.field.minutes_shape.value, luck[:, 2])
        patience = -np.log(luck[:, 3]) * self._patience[segment] / MINUTES_PER_DAY
        line = WaitingLine()
        line.join(arrival, arrival + patience, minutes / MINUTES_PER_DAY)
        for booth in range(self._levers.booths):
            self._world.environment.process(self._open_booth(line, booth, begins, begins + hours / 24))
        return _Event(visitors, outcome, chance, line)

    def _visitors(self, number: int, day: int, begins: float, length: float) -> tuple[Customers, NDArray[np.float64]]:
        """Return who comes to event `number` in the order of arrival, and when; the communities are invited in turn."""
        world = self._world
        invited = min(round(world.scenario.events.communities.value), self._communities)
        first = number * invited + self._communities // 2
        communities = sorted((first + later) % self._communities for later in range(invited))
        customers = np.concatenate([world.population.residents(community, community + 1) for community in communities])
        customers = customers[world.wallets.prospects(customers)]
        customers = customers[world.record.free_today(customers, day)]
        luck = self._coming.uniforms(customers, day, width=2)
        comes = luck[:, 0] < self._attend[world.population.segment[customers]]
        arrival = begins + luck[comes, 1] * length
        order = np.argsort(arrival, kind="stable")
        world.record.reserve(customers[comes], day)
        return customers[comes][order], arrival[order]

    def _open_booth(
        self, line: WaitingLine, booth: int, begins: float, ends: float
    ) -> Generator[simpy.Event, None, None]:
        yield self._world.environment.timeout(begins - self._world.environment.now)
        yield from serving(self._world.environment, line, booth, ends)

    def _record(self, day: int, event: _Event) -> tuple[float, float, int, int]:
        """Record one event; return days served, days waited, visitors served and visitors who left the queue."""
        event.line.give_up(np.inf)
        served, left = event.line.collect()
        hour, server = np.zeros(event.visitors.shape[0]), np.full(event.visitors.shape[0], -1)
        hour[served.job] = (np.array(served.begins) - day) * 24
        server[served.job] = served.server
        event.outcome[left] = Outcome.LEFT_QUEUE
        duration = event.line.durations(list(range(event.visitors.shape[0])))
        duration[left] = 0.0
        self._world.ledger.contacts(
            day,
            Channel.COMMUNITY_EVENT,
            ContactBatch(
                customers=event.visitors,
                outcome=event.outcome,
                probability=event.probability,
                hour=hour,
                server=server,
                minutes=duration * MINUTES_PER_DAY,
            ),
        )
        self._world.record.note(event.visitors[served.job])
        self._world.wallets.open_assisted(event.visitors, event.outcome, day, Channel.COMMUNITY_EVENT)
        waited = float((np.array(served.begins) - event.line.arrivals(served.job)).sum())
        return float(duration.sum()), waited, len(served.job), len(left)
