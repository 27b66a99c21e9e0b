"""Looking for the best mix: some mixes spread over the whole space, then always those that promise most.

The promise (see `promise`) is climbed on the lattice itself, by steps of one lever or of two, so that whole numbers are never got by
rounding. All mixes are observed in the same replications. The same problem asks for the same mixes in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr

from simkit.study.estimates import Values
from simkit.study.optimisation.lattice import Flags, Lattice, Points, everything
from simkit.study.optimisation.promise import Promise
from simkit.study.optimisation.surrogate import Floats, Surrogate

SURE = 0.9
"""Probability, by its own runs, that a mix keeps a limit, from which on it counts as keeping it."""
_STARTS = 2_000
_NEXT_TO = 3
_ROUNDING = 1e-9
_SMALL = 1e-3  # of the spread of figure 0 among the mixes observed: what promises less is not worth its runs


@dataclass(frozen=True)
class Limits:
    """What a mix must keep to.

    most: the most that figures 1, 2 … may be, infinite where there is none. allowed: says of mixes what is known without a run.
    """

    most: Floats
    allowed: Callable[[Points], Flags] = everything


def nothing_known(points: Points) -> Floats:
    """Return the known parts of figures where there are none."""
    return np.zeros((len(points), 1))


@dataclass(frozen=True)
class MixProblem:
    """What is looked for: the mix with the highest expected figure 0 whose other figures keep their limits.

    observe: runs mixes in replications and returns figures, shape (mixes, replications, figures); a replication is the same luck for
    every mix. known: what is known of figures without a run, and added; shape (mixes, figures) or (mixes, 1). seed: of the search's own
    choices.
    """

    lattice: Lattice
    observe: Callable[[Points, Sequence[int]], Values]
    replications: Sequence[int]
    seed: int
    known: Callable[[Points], Floats] = nothing_known


class MixSearch:
    """A search under way: all mixes observed, in their order, with what came of them. Searches under other limits go on from them."""

    def __init__(self, problem: MixProblem) -> None:
        """Begin with nothing observed."""
        self.problem = problem
        self.points: Points = np.empty((0, len(problem.lattice.sizes)), dtype=np.int64)
        self.values: Values = np.empty((0, len(problem.replications), 0))
        self._surrogates: list[Surrogate] = []

    def spread(self, limits: Limits, count: int, start: Points) -> None:
        """Observe the mixes of `start`, and others spread evenly over what is allowed, `count` in all."""
        lattice = replace(self.problem.lattice, allowed=limits.allowed)
        others = lattice.spread(count + len(start), self.problem.seed)
        self._observe(np.concatenate([start, others[lattice.absent(others, start)]])[:count])

    def improve(self, limits: Limits, count: int, batch: int) -> None:
        """Observe up to `count` further mixes, `batch` at a time: those that promise most under `limits`."""
        end = len(self.points) + count
        while len(self.points) < end:
            promising = self._promising(limits, min(batch, end - len(self.points)))
            if not len(promising):
                break
            self._observe(promising)

    def best(self, limits: Limits, count: int = 1) -> Points:
        """Return the best of the mixes observed that keep the limits, best first; fewer than `count` where there are not so many."""
        kept = np.flatnonzero(self.keeps(limits) >= SURE)
        return self.points[kept[np.argsort(-self._expected()[kept], kind="stable")[:count]]]

    def keeps(self, limits: Limits) -> Floats:
        """Return the probability that each mix observed keeps all limits, by the normal distribution and the pooled spread of its runs."""
        finite = np.flatnonzero(np.isfinite(limits.most))
        figures = (self.values + self.problem.known(self.points)[:, None, :])[..., 1:]
        excess, most = figures[..., finite] - limits.most[finite], limits.most[finite]
        error = np.sqrt(excess.var(axis=1, ddof=1).mean(axis=0) / excess.shape[1])
        mean = excess.mean(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            sure = np.where(error > 0, ndtr(-mean / error), mean <= _ROUNDING * np.abs(most))
        return np.asarray(sure.prod(axis=1) * limits.allowed(self.points))

    def _expected(self) -> Floats:
        """Return figure 0 of each mix observed, smoothed by the surrogate."""
        mean, _ = self._surrogates[0].predict(self.problem.lattice.places(self.points))
        return np.asarray(mean + self.problem.known(self.points)[:, 0])

    def _observe(self, points: Points) -> None:
        values = self.problem.observe(points, self.problem.replications)
        self.values = np.concatenate([self.values, values]) if len(self.points) else values
        self.points = np.concatenate([self.points, points])
        places, means, noise = (
            self.problem.lattice.places(self.points),
            self.values.mean(axis=1),
            noise_of_means(self.values),
        )
        before: Sequence[Surrogate | None] = self._surrogates or [None] * len(noise)
        self._surrogates = [
            Surrogate.fit(places, means[:, figure], noise[figure], before[figure]) for figure in range(len(noise))
        ]

    def _promising(self, limits: Limits, count: int) -> Points:
        best = self.best(limits, _NEXT_TO)
        to_beat = (
            float(self._expected()[~self.problem.lattice.absent(self.points, best[:1])][0]) if len(best) else np.nan
        )
        lattice = replace(self.problem.lattice, allowed=limits.allowed)
        promise = Promise(self._surrogates, lattice, self.problem.known, limits.most, to_beat)
        small = 0.0 if np.isnan(to_beat) else _SMALL * float(self.values[..., 0].mean(axis=1).std())
        taken = self.points
        for _ in range(count):
            random = lattice.at_random(_STARTS, self.problem.seed + len(taken))
            found, height = promise.highest(np.concatenate([lattice.neighbours(best), random]), taken)
            if height <= small:
                break
            promise, taken = promise.believing(found), np.concatenate([taken, found])
        return taken[len(self.points) :]


def noise_of_means(values: Values) -> Floats:
    """Return the variance of a mix's mean beside what luck does to all mixes alike, for each figure.

    values: shape (mixes, replications, figures). The residual mean square of the two-way table, over the number of replications.
    """
    mixes, replications, _ = values.shape
    rest = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0, keepdims=True) + values.mean(axis=(0, 1))
    freedom = (mixes - 1) * (replications - 1)
    return np.asarray((rest**2).sum(axis=(0, 1)) / max(freedom, 1) / replications)
