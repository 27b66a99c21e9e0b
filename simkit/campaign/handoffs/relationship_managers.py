"""Relationship managers: they ask customers of high value for a talk in the branch, the most valuable first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.calls.dialling import CallCrew, Dialled, Dialling
from simkit.campaign.capacity.durations import weibull_about_mean
from simkit.campaign.handoffs.desks import Receiver
from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Resource
from simkit.campaign.world import World
from simkit.params.mechanisms.handoffs import Tiers, TiersLevers

Customers = NDArray[np.integer]
_CHANNEL = Channel.RELATIONSHIP_MANAGER


class RelationshipManagers:
    """One list that the managers work off, as seats work off a dialling list; a talk opens wallets with help."""

    def __init__(self, world: World, tiers: Tiers, levers: TiersLevers, customers: Customers) -> None:
        by_segment = world.scenario.by_segment
        self._world = world
        self._tiers = tiers
        self._levers = levers
        self._luck = world.streams.decision("relationship_manager.talk")
        self._meets = by_segment(tiers.meets_manager)
        self._aided = by_segment(world.scenario.wallet.first_payment_aided)
        self._open_minutes = by_segment(tiers.open_wallet)
        self._paid_hours = 0.0
        world.opening.add_channel(_CHANNEL, by_segment(tiers.convert_with_manager))
        crew = CallCrew(_CHANNEL, Resource.RELATIONSHIP_MANAGER, levers.relationship_managers, 0.0, levers)
        self.list = Dialling(world, crew, customers, self._talk)

    @property
    def desk(self) -> Receiver:
        """The managers as a desk that takes customers over."""
        return Receiver(
            staff=self._world.scaled(self._levers.relationship_managers),
            works_on=self._levers.hours.works_on,
            channel=_CHANNEL,
            contacts=self._levers.max_calls,
            may_take=self.list.may_call,
            take=self.list.lead,
        )

    def plan(self, day: int) -> None:
        """Work off the day's list."""
        world = self._world
        if not world.works(day, self._levers.hours.works_on):
            return
        customers, talks, _ = self.list.call(day)
        world.wallets.open_assisted(customers, talks.outcome, day, _CHANNEL)
        opened = (talks.outcome == Outcome.OPENED.value) | (talks.outcome == Outcome.OPENED_AND_PAID.value)
        world.ledger.tally(day, "manager_talks", customers[talks.reached])
        world.ledger.tally(day, "manager_wallets", customers[opened])
        world.ledger.tally(day, "manager_hours", customers, talks.minutes / 60)
        self._paid_hours += self.list.paid.paid_minutes / 60
        managers = self.list.paid.capacity
        world.ledger.cost(day, CostItem.STAFF, _CHANNEL, managers, managers * self._tiers.manager_day.value)

    def finish(self) -> None:
        """Write what was paid for."""
        self._world.ledger.figure("manager_paid_hours", self._paid_hours)

    def _talk(self, customers: Customers, attempt: NDArray[np.uint8]) -> Dialled:
        segment = self._world.population.segment.take(customers)
        luck = self._luck.uniforms(customers, attempt)
        chance = self._world.opening.probability(customers, _CHANNEL)
        reached = luck[:, 0] < self._meets.take(segment)
        opened = reached & (luck[:, 1] < chance)
        outcome = np.where(reached, Outcome.NO_INTEREST, Outcome.NOT_REACHED).astype(np.uint8)
        outcome[opened] = Outcome.OPENED
        outcome[opened & (luck[:, 2] < self._aided.take(segment))] = Outcome.OPENED_AND_PAID
        talk = np.where(opened, self._open_minutes.take(segment), self._tiers.talk.value) * reached
        shape = self._world.scenario.field.minutes_shape.value
        minutes = self._tiers.invitation.value + weibull_about_mean(talk, shape, luck[:, 3])
        return Dialled(outcome, chance, minutes, reached, again=~opened)
