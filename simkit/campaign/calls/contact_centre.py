"""The contact centre: people who dial, machines that dial and transfer, people who answer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from simkit.blocks import by_block
from simkit.campaign.calls.dialling import CallCrew, Dialled, Dialling, Rank
from simkit.campaign.calls.hotline import Hotline
from simkit.campaign.field.appointments import Appointments
from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Resource
from simkit.campaign.world import World

Customers = NDArray[np.integer]
_HANG_UP_MINUTES = 0.15
_NOBODY: Customers = np.empty(0, dtype=np.int32)


class ContactCentre:
    """All calls of a run.

    on_visit_agreed: told (customers, day) who agrees to a visit in a call.
    """

    def __init__(self, world: World, appointments: Appointments) -> None:
        calls, scenario, levers = world.scenario.calls, world.scenario, world.levers.calls
        self._world = world
        self.on_visit_agreed: Callable[[Customers, int], None] = appointments.book
        self._visits_offered = world.levers.field.teams > 0
        self._human_luck = world.streams.decision("human_call.outcome")
        self._ai_luck = world.streams.decision("ai_call.outcome")
        self._human_connect = scenario.by_segment(calls.human_connect)
        self._visit_agreed = scenario.by_segment(calls.visit_agreed)
        self._ai_connect = scenario.by_segment(calls.ai_connect)
        self._consent = world.streams.decision("call.consent")
        self._consents = scenario.by_segment(calls.consent) * world.targeted(levers.target_segments)
        dialled = world.targets(levers.target_segments) if levers.human_seats or levers.ai_lines else _NOBODY
        dialled = dialled[by_block(self._agrees, dialled)]
        by_hand = CallCrew(Channel.HUMAN_CALL, Resource.HUMAN_SEAT, levers.human_seats, calls.shrinkage.value, levers)
        by_machine = CallCrew(Channel.AI_CALL, Resource.AI_LINE, levers.ai_lines, 0.0, levers, takes_leads=False)
        self._human = Dialling(world, by_hand, dialled if levers.human_seats else _NOBODY, self._dial_by_hand)
        self._machine = Dialling(world, by_machine, dialled if levers.ai_lines else _NOBODY, self._dial_by_machine)
        ring, talk = calls.ring.value, calls.ai_talk.value
        # Of who is not reached, who is, and who is and hangs up.
        self._machine_minutes = np.array([ring, ring + talk, ring + talk + (_HANG_UP_MINUTES - talk)])
        self._hotline = Hotline(world, self._talk_minutes)

    def order_by(self, rank: Rank) -> None:
        """Before the first day: have people and machines dial customers of lower rank first."""
        # People and machines dial the same customers, each list in another order; a rank is found sooner in the customers' own.
        is_dialled = np.zeros(self._world.population.size, dtype=np.bool_)
        is_dialled[self._human.listed if self._human.paid.shares else self._machine.listed] = True
        dialled = is_dialled.nonzero()[0]
        ranks = by_block(rank, dialled)
        by_customer = np.zeros(is_dialled.shape, dtype=ranks.dtype)
        by_customer[dialled] = ranks
        self._human.order_by(by_customer.take)
        self._machine.order_by(by_customer.take)

    def may_call(self, customers: Customers) -> NDArray[np.bool_]:
        """Say whom a seat may call: a targeted customer who consents and has not been called too often."""
        return self._agrees(customers) & self._human.may_call(customers)

    def lead(self, customers: Customers, day: int) -> None:
        """Have seats call these customers before all others from `day` on."""
        self._human.lead(customers, day)

    def plan(self, day: int) -> None:
        """Work off the day's lists and send callers to the hotline."""
        if not self._works(day):
            return
        transferred: Customers = _NOBODY
        chance: NDArray[np.floating] = np.empty(0)
        arrival = np.empty(0)
        # People choose first: they are dear, and a machine takes what is left.
        if self._human.paid.shares:
            self._human_day(day)
        if self._machine.paid.shares:
            transferred, chance, arrival = self._machine_day(day)
        if self._hotline.open:
            self._hotline.plan(day, transferred, chance, arrival)
        seats = self._world.scaled(self._world.levers.calls.human_seats)
        self._pay_seats(day, Channel.HUMAN_CALL, seats)
        self._pay_seats(day, Channel.INBOUND_CALL, self._world.scaled(self._world.levers.calls.inbound_seats))

    def close(self, day: int) -> None:
        """End the day."""
        if self._hotline.open and self._works(day):
            self._hotline.close(day)

    def _agrees(self, customers: Customers) -> NDArray[np.bool_]:
        agrees: NDArray[np.bool_] = self._consent.uniform(customers) < self._consents.take(
            self._world.population.segment.take(customers)
        )
        return agrees

    def _works(self, day: int) -> bool:
        return self._world.works(day, self._world.levers.calls.hours.works_on)

    def _pay_seats(self, day: int, channel: Channel, seats: float) -> None:
        self._world.ledger.cost(day, CostItem.STAFF, channel, seats, seats * self._world.scenario.costs.seat_day.value)

    def _human_day(self, day: int) -> None:
        customers, dialled, _ = self._human.call(day)
        self._world.wallets.open(customers[dialled.outcome == Outcome.OPENED.value], day, Channel.HUMAN_CALL)
        self.on_visit_agreed(customers[dialled.outcome == Outcome.VISIT_AGREED.value], day)

    def _machine_day(self, day: int) -> tuple[Customers, NDArray[np.floating], NDArray[np.float64]]:
        """Return who is transferred to the hotline, with what chance to open there, and when."""
        customers, dialled, ends = self._machine.call(day)
        self._world.wallets.open(customers[dialled.outcome == Outcome.OPENED.value], day, Channel.AI_CALL)
        cost = self._world.scenario.costs.ai_dial.value * customers.shape[0]
        self._world.ledger.cost(day, CostItem.CALL, Channel.AI_CALL, customers.shape[0], cost)
        passed_on = dialled.outcome == Outcome.TRANSFERRED.value
        return customers[passed_on], dialled.probability[passed_on], ends[passed_on]

    def _dial_by_hand(self, customers: Customers, attempt: NDArray[np.uint8]) -> Dialled:
        segment = self._world.population.segment.take(customers)
        luck = self._human_luck.uniforms(customers, attempt)
        reached = luck[:, 0] < self._human_connect.take(segment)
        chance = self._chance_of(reached, customers, Channel.HUMAN_CALL)
        opened = reached & (luck[:, 1] < chance)
        agreed = reached & ~opened & (luck[:, 2] < self._visit_agreed.take(segment)) & self._visits_offered
        outcome = np.where(reached, Outcome.NO_INTEREST, Outcome.NOT_REACHED).astype(np.uint8)
        outcome[agreed] = Outcome.VISIT_AGREED
        outcome[opened] = Outcome.OPENED
        minutes = np.full(customers.shape[0], self._world.scenario.calls.ring.value)
        minutes[reached] += self._talk_minutes(luck[reached, 3])
        return Dialled(outcome, chance, minutes, reached, again=~opened & ~agreed)

    def _dial_by_machine(self, customers: Customers, attempt: NDArray[np.uint8]) -> Dialled:
        """An interested customer is passed to a person where the campaign has seats that answer, else gets a link."""
        calls = self._world.scenario.calls
        segment = self._world.population.segment.take(customers)
        luck = self._ai_luck.uniforms(customers, attempt, width=3)
        reached = luck[:, 0] < self._ai_connect.take(segment)
        hung_up = reached & (luck[:, 1] < calls.ai_hang_up.value)
        interested = reached & (luck[:, 1] > 1 - calls.ai_interested.value)
        chance = self._chance_of(interested, customers, Channel.AI_CALL)
        outcome = np.where(reached, Outcome.NO_INTEREST, Outcome.NOT_REACHED).astype(np.uint8)
        outcome[hung_up] = Outcome.HUNG_UP
        if self._hotline.open:
            outcome[interested] = Outcome.TRANSFERRED
        else:
            chance = chance * calls.link_ratio.value
            outcome[interested & (luck[:, 2] < chance)] = Outcome.OPENED
        minutes = self._machine_minutes.take(reached.astype(np.intp) + hung_up)
        return Dialled(outcome, chance, minutes, reached, again=~interested)

    def _chance_of(self, listening: NDArray[np.bool_], customers: Customers, channel: Channel) -> NDArray[np.floating]:
        """Return the probability of opening of those who listen to the offer, and 0 of the many who do not."""
        chance = np.zeros(customers.shape[0])
        rows = np.flatnonzero(listening)
        chance[rows] = self._world.opening.probability(customers.take(rows), channel)
        return chance

    def _talk_minutes(self, luck: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the minutes of connected calls; an exponential talk has the lognormal one's mean."""
        calls = self._world.scenario.calls
        if calls.talk_distribution == "exponential":
            return np.asarray(-np.log(luck) * calls.talk_median.value * np.exp(calls.talk_spread.value**2 / 2))
        return np.asarray(calls.talk_median.value * np.exp(calls.talk_spread.value * ndtri(luck)))
