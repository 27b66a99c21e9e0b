"""A breach of security: users are struck and leave, everyone trusts the wallet less, and an apology shortens it."""

from __future__ import annotations

import math

import numpy as np

from simkit.campaign.contacts.conversion import ratio_of_chances
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, CostItem, Status
from simkit.campaign.world import World


class Breach(Mechanism):
    """What is left of the shock halves again and again, faster once the bank has apologised; without a day nothing happens."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        facts = world.scenario.breach
        if facts is None:
            raise ValueError("a breach takes part only where the scenario has one")
        self._world, self._facts, self._day = world, facts, facts.day
        if self._day is None or self._day >= world.scenario.calendar.horizon_days:
            self._day = None
            return
        apology, levers = world.scenario.apology, world.levers.apology
        self._apology = apology if levers else None
        self._apology_after = levers.after_days if levers else 0
        self._lost = world.scenario.by_segment(facts.trust_lost)
        self._stopping = np.log(world.scenario.by_segment(facts.stopping_ratio))
        self._struck = np.zeros(world.population.size, dtype=np.bool_)
        world.stopping.add("breach", self._leaving)
        world.signals.listen(Signal.STOPPED, self._count_lost_users)
        if world.trust is not None:
            world.trust.shift(lambda day: -self._lost * self._left(day))
            world.ledger.listen(self._count_lost_openings)

    def begin_day(self, day: int) -> None:
        """Strike users on the day of the breach; make the damage good on the day of the apology."""
        if self._day is None:
            return
        if day == self._day:
            self._strike(day)
        if self._apology is not None and day == self._day + self._apology_after:
            struck = int(self._struck.sum())
            amount_cny = struck * self._apology.cost_per_harmed.value
            self._world.ledger.cost(day, CostItem.RECOVERY, Channel.ORGANIC, struck, amount_cny)

    def finish(self) -> None:
        """Write down after how many days half of the lost trust was back, if it was."""
        if self._day is not None:
            days = range(self._world.scenario.calendar.horizon_days - self._day)
            recovered = next((since for since in days if self._halvings(since) >= 1), None)
            if recovered is not None:
                self._world.ledger.figure("breach_recovery_days", recovered)

    def _strike(self, day: int) -> None:
        world = self._world
        users = np.flatnonzero(world.wallets.status == Status.ACTIVE.value).astype(np.int32)
        share = world.scenario.by_segment(self._facts.harmed)[world.population.segment.take(users)]
        struck = users[world.streams.decision("breach.struck").uniform(users) < share]
        self._struck[struck] = True
        world.ledger.tally(day, "breach_users_struck", struck)
        world.signals.send(Signal.HARMED, struck, day)

    def _left(self, day: int) -> float:
        """Return the share of the shock that is left, 0 before the breach."""
        since = day - self._day if self._day is not None else -1
        return 0.0 if since < 0 else float(0.5 ** self._halvings(since))

    def _halvings(self, since: int) -> float:
        """Return how often the shock has halved so many days after the breach."""
        half_life = self._facts.half_life.value
        if self._apology is None:
            return _ratio(since, half_life)
        before = min(since, self._apology_after)
        shorter = half_life * self._apology.half_life_ratio.value
        return _ratio(before, half_life) + _ratio(since - before, shorter)

    def _leaving(self, users: Customers, day: int) -> Floats:
        return self._struck[users] * self._stopping.take(self._world.population.segment.take(users)) * self._left(day)

    def _count_lost_users(self, users: Customers, day: int) -> None:
        """Of those who stop under a hazard times r, the share 1 - 1 / r does so because of it."""
        struck = users[self._struck[users]]
        self._world.ledger.tally(day, "breach_users_lost", struck, -np.expm1(-self._leaving(struck, day)))

    def _count_lost_openings(self, day: int, channel: Channel, batch: ContactBatch) -> None:  # noqa: ARG002
        """For each wallet opened with the chance p that would have been p' without the breach, p' / p - 1 more are lost."""
        left = self._left(day)
        if left and self._world.trust is not None:
            opened = np.flatnonzero(batch.opened)
            customers, chance = batch.customers[opened], batch.probability[opened]
            missing = (self._world.trust.opening * self._lost)[self._world.population.segment.take(customers)] * left
            lost = ratio_of_chances(chance, np.exp(missing)) - 1
            self._world.ledger.tally(day, "breach_openings_lost", customers, lost)


def _ratio(days: float, half_life: float) -> float:
    """Return how many half-lives there are in some days."""
    if half_life == 0:
        return 0.0 if days == 0 else math.inf
    return days / half_life
