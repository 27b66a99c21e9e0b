"""When the acquaintances of staff click their posters: thresholds of a cumulative hazard, no draw a poster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.referral.acquaintances import NOBODY, Acquaintances
from simkit.campaign.world import World
from simkit.due_dates import DueDates

_WEEKS_OF_FATIGUE = 4


class PosterClicks:
    """Each acquaintance clicks the posters of one member of staff once.

    click_hazard: hazard of a click for each poster, by segment. share_fatigue: ratio of clicks for each poster of the last four weeks.
    """

    def __init__(
        self, world: World, known: Acquaintances, click_hazard: NDArray[np.floating], share_fatigue: float, staff: int
    ) -> None:
        rows, slots = np.nonzero(known.staff != NOBODY)
        self._pairs = (rows * 2 + slots).astype(np.int64)
        self._staff = known.staff[rows, slots]
        customers = known.customers[rows]
        luck = world.streams.decision("staff_codes.click").uniforms(customers, self._staff, width=2)
        with np.errstate(divide="ignore"):
            posters = -np.log(luck[:, 0]) / click_hazard.take(world.population.segment.take(customers))
        self._patience = posters.astype(np.float32)
        self._moment = luck[:, 1].astype(np.float32)
        self._share_fatigue = share_fatigue
        self._recent = np.zeros((_WEEKS_OF_FATIGUE, staff))
        self._on: DueDates[np.int64] = DueDates(np.int64)

    def share(self, posters: NDArray[np.float64], day: int, days: int) -> None:
        """Show a week's posters of each member of staff, and spread the clicks over the `days` that the week has from `day` on."""
        seen = posters * self._share_fatigue ** self._recent.sum(axis=0)
        self._recent = np.roll(self._recent, 1, axis=0)
        self._recent[0] = posters
        self._patience -= seen.astype(np.float32)[self._staff]
        clicked = self._patience <= 0
        self._on.spread(self._pairs[clicked], day + (self._moment[clicked] * days).astype(np.int64))
        left = ~clicked
        self._pairs, self._staff = self._pairs[left], self._staff[left]
        self._patience, self._moment = self._patience[left], self._moment[left]

    def on(self, day: int) -> NDArray[np.int64]:
        """Return who clicks whose poster on `day`: row of the acquaintance × 2 + place of the member of staff."""
        return self._on.take(day)
