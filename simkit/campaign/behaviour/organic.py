"""Adoption without any contact: Bass innovation and imitation within the own segment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.vocabulary import Channel
from simkit.campaign.world import World

_DAYS_PER_YEAR = 365.25


class OrganicAdoption:
    """Each able prospect opens when the segment's cumulative hazard passes the customer's own exponential threshold.

    The thresholds are sorted once for each segment, so a day costs a search, not a pass over the prospects. A prospect who cannot
    pay by phone does not adopt alone (Bass, A new product growth model for consumer durables, 1969).
    """

    def __init__(self, world: World) -> None:
        wallet = world.scenario.wallet
        self._world = world
        self._innovation = wallet.organic_innovation.value / _DAYS_PER_YEAR
        # Where people talk with their neighbours, imitation is theirs: it is not counted twice.
        imitation = 0.0 if world.scenario.word_of_mouth else wallet.organic_imitation.value
        self._imitation = imitation / _DAYS_PER_YEAR
        able = np.flatnonzero(~world.population.holder & world.population.can_pay_by_phone).astype(np.int32)
        threshold = world.streams.decision("organic.threshold").exponential(able)
        reachable = threshold < (self._innovation + self._imitation) * world.scenario.calendar.horizon_days
        able, threshold = able[reachable], threshold[reachable]
        order = np.lexsort((threshold, world.population.segment[able]))
        bounds = np.searchsorted(world.population.segment[able][order], np.arange(1, len(world.scenario.segments)))
        self._customers: list[NDArray[np.integer]] = np.split(able[order], bounds)
        self._thresholds: list[NDArray[np.float64]] = np.split(threshold[order], bounds)
        self._hazard = np.zeros(len(world.scenario.segments))

    def step(self, day: int) -> None:
        """Let the day's adopters open their wallets."""
        before = self._hazard
        self._hazard = before + self._innovation + self._imitation * self._world.wallets.penetration
        for segment, thresholds in enumerate(self._thresholds):
            first, last = np.searchsorted(thresholds, (before[segment], self._hazard[segment]), side="right")
            adopters = self._customers[segment][first:last]
            self._world.wallets.open(adopters[self._world.wallets.prospects(adopters)], day, Channel.ORGANIC)
