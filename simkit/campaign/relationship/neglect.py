"""Wallets that are opened and then forgotten by the bank; care that keeps them in use."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.influences import Customers, Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Status
from simkit.campaign.wallet.activity import ACTIVE_DAYS, NEVER
from simkit.campaign.world import World
from simkit.due_dates import DueDates
from simkit.params.mechanisms.relationship import NeglectLevers

_SETTLED_AFTER_DAYS = 60
_HOUR = 15.0


class Neglect(Mechanism):
    """Who is left alone stops at the scenario's hazard; who has lately been cared for, at a lower one."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        facts = world.scenario.neglect
        if facts is None:
            raise ValueError("neglect takes part only where the scenario has it")
        self._world = world
        self._facts = facts
        self._touched = world.of_few.column(NEVER)
        self._opened_on = DueDates(np.int32)
        self._cared_ratio = -np.float32(np.log(facts.hazard_ratio.value))
        self._opened: list[Customers] = []
        world.signals.listen(Signal.OPENED, lambda customers, _: self._opened.append(customers))
        for signal in (Signal.FOLLOWED_UP, Signal.CARED_FOR, Signal.SOLVED):
            world.signals.listen(signal, self._touch)
        world.stopping.add("neglect", self._log_ratio)
        self._care_on = DueDates(np.int32)
        self._levers: NeglectLevers | None = world.levers.neglect
        if self._levers is not None:
            self._care_luck = world.streams.decision("neglect.care")
            self._reaches = world.scenario.by_segment(facts.care_reaches)
            self._cared_for = world.targeted(self._levers.target_segments)

    def begin_day(self, day: int) -> None:
        """Take in who has opened since yesterday morning; send the day's touches of care."""
        self._take_in()
        if self._levers is not None:
            due = np.sort(self._care_on.take(day))
            self._await_care(due, np.full(due.shape[0], day))
            self._care(due, day)

    def end_day(self, day: int) -> None:
        """Count how many of the wallets opened 60 days ago have had no payment within the last 30."""
        opened = self._opened_on.take(day - _SETTLED_AFTER_DAYS)
        dormant = self._world.wallets.activity.last_payment_day[opened] <= day - ACTIVE_DAYS
        self._world.ledger.tally(day, "wallets_after_60_days", opened)
        self._world.ledger.tally(day, "dormant_after_60_days", opened[dormant])

    def _take_in(self) -> None:
        """Await the first touch of those who opened a wallet on campaign days."""
        opened = np.concatenate([np.empty(0, dtype=np.int32), *self._opened]).astype(np.int32)
        self._opened = []
        opened = opened[self._world.wallets.opened_day[opened] < self._world.campaign_days]
        days = self._world.wallets.opened_day[opened].astype(np.int64)
        self._opened_on.spread(opened, days)
        if self._levers is not None:
            cared_for = self._cared_for.take(self._world.population.segment.take(opened))
            self._await_care(opened[cared_for], days[cared_for])

    def _await_care(self, customers: NDArray[np.integer], since: NDArray[np.int64]) -> None:
        """Put customers down for their next touch after those days, as long as they are new."""
        if self._levers is not None:
            due = since + self._levers.nurture_every_days
            new = due - self._world.wallets.opened_day[customers] <= self._levers.nurture_days
            self._care_on.spread(customers[new], due[new])

    def _care(self, customers: Customers, day: int) -> None:
        """Thank those who have not stopped, as far as the contact policy allows."""
        world = self._world
        users = customers[world.wallets.status[customers] != Status.DORMANT.value].astype(np.int32)
        users = users[world.record.allowed(users, Channel.WECOM)]
        luck, n = self._care_luck.uniform(users, day), users.shape[0]
        heard = luck < self._reaches.take(world.population.segment.take(users))
        outcome = np.where(heard, Outcome.DELIVERED, Outcome.NOT_REACHED).astype(np.uint8)
        world.ledger.contacts(day, Channel.WECOM, ContactBatch(users, outcome, np.zeros(n), hour=_HOUR))
        world.ledger.cost(day, CostItem.CARE, Channel.WECOM, n, n * self._facts.care_cost.value)
        world.record.note(users[heard])
        world.ledger.tally(day, "care_touches", users)
        world.ledger.tally(day, "care_cost", users, self._facts.care_cost.value)
        world.signals.send(Signal.CARED_FOR, users[heard], day)

    def _touch(self, customers: Customers, day: int) -> None:
        new = customers[self._world.wallets.opened_day[customers] != NEVER]
        self._touched[new] = day

    def _log_ratio(self, users: Customers, day: int) -> Floats:
        return (self._touched[users] >= day - self._facts.remembers.value) * self._cared_ratio
