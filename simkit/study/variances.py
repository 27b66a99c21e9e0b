"""The variance of runs over draws and replications: what luck brings, what ignorance of the parameters brings.

Draws and replications are crossed, the same luck under every draw, so a KPI's values follow the two-way random-effects model
y = mean + draw + replication + both (Searle, Casella and McCulloch, Variance Components, 1992, chapter 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class MeanSquares:
    """The two-way analysis of variance of values with axes (..., draw, replication).

    Each of `draws`, `replications`, `both` is a mean square with the shape of the leading axes, 0 where it has no degree of freedom.
    """

    levels: tuple[int, NDArray[np.int64]]
    draws: Values
    replications: Values
    both: Values

    @classmethod
    def of(cls, deviations: Values, replications: NDArray[np.int64]) -> MeanSquares:
        """Analyse deviations from the mean, 0 in each replication that does not count; `replications` says how many do."""
        draws = deviations.shape[-2]
        by_draw = deviations.sum(axis=-1) / replications[..., None]
        by_replication = deviations.sum(axis=-2) / draws
        of_draws = replications * (by_draw**2).sum(axis=-1)
        of_replications = draws * (by_replication**2).sum(axis=-1)
        of_both = (deviations**2).sum(axis=(-2, -1)) - of_draws - of_replications
        sums = (of_draws, of_replications, of_both)
        freedoms = _freedoms(draws, replications)
        squares = [
            np.where(free > 0, np.maximum(total, 0) / np.maximum(free, 1), 0.0)
            for total, free in zip(sums, freedoms, strict=True)
        ]
        return cls((draws, replications), squares[0], squares[1], squares[2])

    @property
    def freedoms(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Degrees of freedom of the three mean squares."""
        return _freedoms(*self.levels)

    def of_mean(self) -> tuple[Values, Values]:
        """Return the variance of the mean over both axes, and its degrees of freedom (NaN where there are none).

        With one draw it is the replications' variance over their number; with several, both contribute, and the degrees of freedom
        are Satterthwaite's (1946). A factor with one level is held fixed.
        """
        draws, replications = self.levels
        # By chance the three can sum to less than either factor alone gives.
        combined = np.maximum(self.draws + self.replications - self.both, np.maximum(self.draws, self.replications))
        freedom = self._freedom_of(combined, (self.draws, self.replications, self.both))
        return combined / (draws * replications), freedom

    def with_ignorance(self) -> tuple[Values, Values]:
        """Return how far the mean over luck at the true parameters may lie from the mean over all: variance, degrees of freedom.

        The variance between draws and that of the mean. NaN with one draw, which tells nothing of ignorance. With one replication
        luck cannot be told from it, and counts as ignorance.
        """
        draws, replications = self.levels
        of_mean, freedom = self.of_mean()
        if draws == 1:
            return np.full_like(of_mean, np.nan), np.full_like(of_mean, np.nan)
        between = np.maximum(self.draws - self.both, 0) / replications
        weight = np.where(between > 0, (draws + 1.0) / (draws * replications), 0.0)
        parts = (weight * self.draws, self.replications / (draws * replications), weight * self.both)
        combined = of_mean + between
        return combined, np.where(between > 0, self._freedom_of(combined, parts), freedom)

    def _freedom_of(self, combined: Values, parts: Sequence[Values]) -> Values:
        """Satterthwaite's degrees of freedom of a combination of the three mean squares, given their shares in it."""
        spread = sum(
            np.where(free > 0, part**2 / np.maximum(free, 1), 0.0)
            for part, free in zip(parts, self.freedoms, strict=True)
        )
        at_most = np.maximum(self.freedoms[0], self.freedoms[1])
        with np.errstate(invalid="ignore", divide="ignore"):
            freedom = np.where(spread > 0, combined**2 / spread, at_most)
        return np.where(freedom > 0, freedom, np.nan)


def _freedoms(
    draws: int, replications: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    free_draws = np.full(np.shape(replications), draws - 1)
    free_replications = np.asarray(replications) - 1
    return free_draws, free_replications, free_draws * free_replications
