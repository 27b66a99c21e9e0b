"""What customers own, how old they are and what they need: drawn for those asked about, never kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from simkit.campaign.world import World
from simkit.params.mechanisms.handoffs import Tiers

Customers = NDArray[np.integer]
Floats = NDArray[np.float64]
_A_FEN = 0.01


@dataclass(frozen=True)
class Needs:
    """Columns of one length. aged: between 60 and 75 years old. saves: puts money aside; averse: and takes deposits only."""

    aged: NDArray[np.bool_]
    saves: NDArray[np.bool_]
    averse: NDArray[np.bool_]

    @property
    def invests(self) -> NDArray[np.bool_]:
        """Who puts money aside and takes a risk with it."""
        return self.saves & ~self.averse


class CustomerNeeds:
    """Assets in CNY (log-normal about the segment's mean), and age band and needs."""

    def __init__(self, world: World, tiers: Tiers) -> None:
        by_segment = world.scenario.by_segment
        self._segment = world.population.segment
        self._assets = world.streams.decision("tiers.assets")
        self._needs = world.streams.decision("tiers.needs")
        self._spread = tiers.assets_spread.value
        self._mean = by_segment(tiers.assets_mean)
        self._aged = by_segment(tiers.aged_60_to_75)
        # The first half of each table is for other ages, the second for 60 to 75.
        saves, averse = tiers.saves_60_to_75.value, tiers.averse_to_risk_60_to_75.value
        self._saves = np.append(by_segment(tiers.saves), np.full(self._mean.shape, saves))
        self._averse = np.append(by_segment(tiers.averse_to_risk), np.full(self._mean.shape, averse))
        shares = np.array([segment.share.value for segment in world.scenario.segments])
        self.mean_assets = max(float(shares @ self._mean), _A_FEN)
        self.saving_share = (1 - self._aged) * by_segment(tiers.saves) + self._aged * saves

    def assets(self, customers: Customers) -> Floats:
        """Return assets in CNY."""
        luck = ndtri(self._assets.uniform(customers))
        return np.asarray(
            self._mean.take(self._segment.take(customers)) * np.exp(self._spread * luck - self._spread**2 / 2)
        )

    def needs(self, customers: Customers) -> Needs:
        """Return age bands and needs."""
        segment, luck = self._segment.take(customers), self._needs.uniforms(customers, width=3)
        aged = luck[:, 0] < self._aged.take(segment)
        place = segment + aged * self._mean.shape[0]
        saves = luck[:, 1] < self._saves.take(place)
        averse = saves & (luck[:, 2] < self._averse.take(place))
        return Needs(aged, saves, averse)
