"""Later releases of the wallet: from its day on, a feature changes openings, payments and trust."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.contacts.conversion import ratio_of_chances
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Channel
from simkit.campaign.world import World


class FeatureReleases(Mechanism):
    """Effects of the features released by a day, which add up."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        facts, levers = world.scenario.features, world.levers.features
        if facts is None or levers is None:
            raise ValueError("features take part only where scenario and strategy have them")
        self._world = world
        released = [(day, getattr(facts, name)) for name, day in levers.release_days.items()]
        by_segment = world.scenario.by_segment
        self._days = np.array([day for day, _ in released], dtype=np.int64)
        shape = (len(released), len(world.scenario.segments))
        self._opening = np.array([by_segment(feature.opening) for _, feature in released]).reshape(shape)
        self._payments = np.log([by_segment(feature.payments) for _, feature in released]).reshape(shape)
        self._trust = np.array([feature.trust.value for _, feature in released])
        self._opening_today = np.zeros(shape[1], dtype=np.float32)
        world.opening.influences.add("features", self._log_odds, changes=True)
        world.spending.add("features", self._log_ratio)
        world.payment_plans.append(self._count_payments)
        world.ledger.listen(self._count_openings)
        if world.trust is not None:
            world.trust.shift(lambda day: np.full(shape[1], self._trust[self._days <= day].sum()))

    def begin_day(self, day: int) -> None:
        """Take in the day's releases."""
        self._opening_today = self._opening[self._days <= day].sum(axis=0, dtype=np.float32)

    def finish(self) -> None:
        """Write down how many features came within the campaign."""
        self._world.ledger.figure("features_released", float((self._days < self._world.campaign_days).sum()))

    def _log_odds(self, customers: Customers, channel: int) -> Floats | float:  # noqa: ARG002 - the same in all channels
        if not self._opening_today.any():
            return 0.0
        return self._opening_today.take(self._world.population.segment.take(customers))

    def _log_ratio(self, users: Customers, day: int) -> Floats:
        return np.asarray(self._ratio_by(day)[self._world.population.segment.take(users)])

    def _ratio_by(self, day: int) -> Floats:
        """Return the log ratio of payments of each segment's users."""
        return np.asarray(self._payments[self._days <= day].sum(axis=0))

    def _count_payments(self, users: Customers, plan: NDArray[np.uint8], day: int) -> None:
        """Of payments at a rate times r, the share 1 - 1 / r is due to it; days before a user's first payment do not count."""
        due = -np.expm1(-self._ratio_by(day))
        if due.any():
            planned = plan[int(self._world.calendar.weekday[day]) :].sum(axis=0)
            by_segment = np.bincount(self._world.population.segment.take(users), planned, minlength=due.shape[0])
            self._world.ledger.tally_by_segment(day, "payments_by_features", due * by_segment)

    def _count_openings(self, day: int, channel: Channel, batch: ContactBatch) -> None:
        """Of wallets opened with the chance p that would have been p' without features, the share 1 - p' / p is due to them."""
        if not self._opening_today.any():
            return
        opened = np.flatnonzero(batch.opened)
        customers, chance = batch.customers[opened], batch.probability[opened]
        due = 1 - ratio_of_chances(chance, np.exp(-self._log_odds(customers, channel)))
        self._world.ledger.tally(day, "openings_by_features", customers, due)
