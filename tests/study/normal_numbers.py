"""Numbers that stand for the key figures of strategies, of a known mean, spread and shared luck; and what a share of trials can prove."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

Values = NDArray[np.float64]
PROVED_WITH = 0.99


class Numbers:
    """Observes normal numbers: as a protocol of one race, and as many trials side by side.

    means, spreads: (strategies,) or (strategies, columns). shared: the correlation between any two strategies of one replication.
    """

    def __init__(
        self, means: Sequence[float] | Values, spreads: Sequence[float] | Values, shared: float = 0.0, seed: int = 0
    ) -> None:
        self.means, self.spreads = (np.asarray(given, dtype=float) for given in (means, spreads))
        if self.means.ndim == 1:
            self.means, self.spreads = self.means[:, None], self.spreads[:, None]
        self.shared, self.seed = shared, seed
        self.asked = 0

    def __call__(self, strategies: Sequence[int], replications: Sequence[int]) -> Values:
        """Return what one race is told: a replication has the same luck whenever it is asked for."""
        self.asked += len(strategies) * len(replications)
        made = [self._made(np.random.default_rng([self.seed, replication]), 1)[0] for replication in replications]
        return np.stack(made, axis=1)[list(strategies)]

    def trials(self, trials: int, replications: int) -> Values:
        """Return (trials, strategies, replications, columns), new ones with every call."""
        self.seed += 1
        generator = np.random.default_rng(self.seed)
        return np.stack([self._made(generator, trials) for _ in range(replications)], axis=2)

    def _made(self, generator: np.random.Generator, trials: int) -> Values:
        shape = (trials, *self.means.shape)
        common = generator.normal(size=(trials, 1, shape[2]))
        luck = np.sqrt(self.shared) * common + np.sqrt(1 - self.shared) * generator.normal(size=shape)
        return np.asarray(self.means + self.spreads * luck)


def at_least(successes: int, trials: int) -> float:
    """Return the lower bound that Clopper and Pearson (1934) give the chance of success, with a confidence of 99 %."""
    return float(beta.ppf(1 - PROVED_WITH, successes, trials - successes + 1)) if successes else 0.0
