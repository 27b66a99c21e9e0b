"""Nurture: a message now and then to customers who came back without a wallet, until nothing has come of it for long."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.each_once import each_once
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, CostItem, Outcome
from simkit.campaign.world import World
from simkit.due_dates import DueDates
from simkit.params.mechanisms.handoffs import NurtureLevers

Customers = NDArray[np.integer]
_SENDING_HOUR = 9.0
_NOT_NURTURED = -1


class Nurture:
    """Customers in a rhythm of their own, on one message channel."""

    def __init__(self, world: World, levers: NurtureLevers) -> None:
        self._world = world
        self._levers = levers
        self._channel = Channel[levers.channel.upper()]
        self._message = world.scenario.messages[levers.channel]
        self._reach = world.streams.decision("nurture.reach")
        self._luck = world.streams.decision("nurture.message")
        self._until = world.of_few.column(np.int16(_NOT_NURTURED))
        self._next = world.of_few.column(np.int16(_NOT_NURTURED))
        self._due = DueDates(np.int32)

    def may_write(self, customers: Customers) -> NDArray[np.bool_]:
        """Say with whom messages arrive."""
        segment = self._world.population.segment.take(customers)
        arrives = self._world.scenario.by_segment(self._message.reach)[segment] * self._message.delivered.value
        reached: NDArray[np.bool_] = self._reach.uniform(customers) < arrives
        return reached

    def begin(self, customers: Customers, day: int) -> None:
        """Write to these customers from `day` on."""
        self._until[customers] = day + self._levers.until_inactive_days
        self._plan(customers, day)

    def end(self, customers: Customers) -> None:
        """Leave these customers alone."""
        self._until[customers] = _NOT_NURTURED

    def send(self, day: int) -> None:
        """Write to those whose turn it is; who is at the limit of contacts is left out this time."""
        world = self._world
        due = each_once(self._due.take(day))
        if not due.shape[0]:
            return
        # Who was left alone meanwhile and came back has a new rhythm, and an entry of the old one.
        due = due[(self._next[due] == day) & (self._until[due] >= day) & world.wallets.prospects(due)]
        self._plan(due, day + self._levers.every_days)
        customers = due[world.record.allowed(due, self._channel)]
        segment = world.population.segment.take(customers)
        luck = self._luck.uniforms(customers, day, width=2)
        chance = world.opening.probability(customers, self._channel) * world.population.can_pay_by_phone[customers]
        opened = luck[:, 0] < chance
        opted_out = ~opened & (luck[:, 1] < world.scenario.by_segment(self._message.opt_out)[segment])
        outcome = np.full(customers.shape[0], Outcome.DELIVERED, dtype=np.uint8)
        outcome[opted_out], outcome[opened] = Outcome.OPTED_OUT, Outcome.OPENED
        self.end(customers[opted_out])
        world.ledger.contacts(day, self._channel, ContactBatch(customers, outcome, chance, hour=_SENDING_HOUR))
        n = customers.shape[0]
        world.ledger.cost(day, CostItem.MESSAGE, self._channel, n, n * self._message.unit_cost.value)
        world.record.note(customers, self._message.fatigue_weight.value)
        world.ledger.tally(day, "nurture_messages", customers)
        world.ledger.tally(day, "nurture_wallets", customers[opened])
        world.wallets.open(customers[opened], day, self._channel)

    def _plan(self, customers: Customers, day: int) -> None:
        self._next[customers] = day
        self._due.put(customers, day)
