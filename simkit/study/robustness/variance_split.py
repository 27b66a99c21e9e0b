"""How much of a KPI's variance is luck, which more replications average out, and how much is ignorance, which only data shrink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import kurtosis

from simkit.study.estimates import Estimate
from simkit.study.variances import MeanSquares, Values

_LEAST = 2
_SAMPLES = 5_000
_SEED = 1_993
_LEAST_FOR_KURTOSIS = 20


@dataclass(frozen=True)
class Split:
    """The variance of one run, at parameters and with luck of which nothing is known: `total` = `luck` + `ignorance`.

    Each is an estimate in the KPI's unit squared. `share` is that of ignorance in the total. `shared_luck` is the part of luck that is
    the same whatever the parameters are. `draws` and `replications` are those that count.
    """

    draws: int
    replications: int
    total: Estimate
    luck: Estimate
    ignorance: Estimate
    share: Estimate
    shared_luck: float

    def best_division(self, runs: int) -> tuple[int, int]:
        """Return the draws and replications, together at most so many runs, that make the mean most exact.

        Its variance is a / D + b / R + e / (D R) (a: ignorance, b: shared luck, e: the rest of luck), least about where D / R = a / b. At
        least two of each, without which luck and ignorance cannot be told apart.
        """
        if runs < _LEAST**2:
            raise ValueError(f"{runs} runs; two draws of two replications are the least")
        own_luck = self.luck.mean - self.shared_luck

        def variance(draws: int) -> float:
            replications = runs // draws
            return self.ignorance.mean / draws + self.shared_luck / replications + own_luck / (draws * replications)

        draws = min(range(_LEAST, runs // _LEAST + 1), key=variance)
        return draws, runs // draws


def split_variance(values: Values, confidence: float) -> Split:
    """Split the variance of a KPI's values, with axes (draw, replication), into luck and ignorance.

    Method of moments; a component that would be negative is 0. Intervals are those of generalised confidence (Weerahandi 1993;
    Hannig, Iyer and Patterson 2006, J. Am. Stat. Assoc. 101): each sum of squares over a chi-square number in place of its expected
    mean square. Luck is taken as normal; where draws have heavier tails than a normal, their degrees of freedom are fewer.
    A replication in which any draw has no value does not count.

    Raises `ValueError` when there are fewer than two draws or two replications.
    """
    values = values[:, ~np.isnan(values).any(axis=0)]
    draws, replications = values.shape
    if min(draws, replications) < _LEAST:
        raise ValueError(
            f"{draws} draws of {replications} replications; luck and ignorance can be told apart from two of each on"
        )
    squares = MeanSquares.of(values - values.mean(), np.array(replications))
    observed = [np.array([float(square)]) for square in (squares.draws, squares.replications, squares.both)]
    random = np.random.default_rng(_SEED)
    freedoms = (_freedom_of_spread(values.mean(axis=1)), replications - 1, (draws - 1) * (replications - 1))
    pivots = [square * free / random.chisquare(free, _SAMPLES) for square, free in zip(observed, freedoms, strict=True)]
    found = _components(observed, draws, replications)
    spread = np.quantile(_components(pivots, draws, replications), [(1 - confidence) / 2, (1 + confidence) / 2], axis=1)
    n = draws * replications
    total, luck, ignorance, share = (
        Estimate(n, float(value), float(low), float(high))
        for value, low, high in zip(found[:, 0], spread[0], spread[1], strict=True)
    )
    shared = max(0.0, float(observed[1][0] - observed[2][0]) / draws)
    return Split(draws, replications, total, luck, ignorance, share, shared)


def _freedom_of_spread(means: Values) -> float:
    """Return the degrees of freedom of a chi-square that spreads as the variance of these means does (Box 1953, Biometrika 40).

    The variance of a sample variance is σ⁴ (2 / (n − 1) + κ / n), κ the excess kurtosis, taken as no less than 0.
    """
    n = len(means)
    if n <= _LEAST_FOR_KURTOSIS or np.ptp(means) == 0:
        return n - 1
    excess = max(0.0, float(kurtosis(means, bias=False)))
    return 2 / (2 / (n - 1) + excess / n)


def _components(squares: Sequence[Values], draws: int, replications: int) -> Values:
    """Return total, luck, ignorance and the share of ignorance, one row each, from mean squares by draw, by replication and of both."""
    by_draw, by_replication, both = squares
    ignorance = np.maximum(by_draw - both, 0) / replications
    luck = np.maximum(by_replication - both, 0) / draws + both
    total = luck + ignorance
    return np.stack([total, luck, ignorance, np.divide(ignorance, total, out=np.zeros_like(total), where=total > 0)])
