"""The mixes there are to choose from: every lever on its own ladder of values, a mix one rung of each."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

Points = NDArray[np.int64]
"""Mixes as whole steps above each lever's lowest value, shape (mixes, levers)."""
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_TRIES = 40


def everything(points: Points) -> Flags:
    """Allow every mix."""
    return np.ones(len(points), dtype=np.bool_)


@dataclass(frozen=True)
class Lattice:
    """All mixes of levers that have `sizes` values each, as far as `allowed` (what is known without a run) lets them."""

    sizes: tuple[int, ...]
    allowed: Callable[[Points], Flags] = everything

    def places(self, points: Points) -> Floats:
        """Return mixes as places in the unit cube, each lever from 0 (lowest) to 1 (highest)."""
        return np.asarray(points / np.maximum(np.array(self.sizes) - 1, 1), dtype=np.float64)

    def neighbours(self, points: Points) -> Points:
        """Return the allowed mixes a step of one lever away, or a step of two at once (what one gives up, the other takes)."""
        around = (points[:, None, :] + self._moves[None]).reshape(-1, len(self.sizes))
        return self._kept(around[((around >= 0) & (around < self.sizes)).all(axis=1)])

    def spread(self, count: int, seed: int) -> Points:
        """Return `count` allowed mixes that fill the space evenly (a scrambled Sobol sequence), fewer where there are not so many."""
        sequence = qmc.Sobol(len(self.sizes), seed=np.random.default_rng(seed))
        return self._first(count, sequence.random)

    def at_random(self, count: int, seed: int) -> Points:
        """Return `count` different allowed mixes, each as likely as any other, fewer where there are not so many."""
        generator = np.random.default_rng(seed)
        return self._first(count, lambda draws: generator.random((draws, len(self.sizes))))

    def absent(self, points: Points, others: Points) -> Flags:
        """Say of each mix whether it is not among the others."""
        return np.isin(self._codes(points), self._codes(others), invert=True)

    def _first(self, count: int, places: Callable[[int], Floats]) -> Points:
        """Return the first `count` different allowed mixes of a source of places in the unit cube."""
        found = np.empty((0, len(self.sizes)), dtype=np.int64)
        for _ in range(_TRIES):
            draws = places(1 << max(count - 1, 1).bit_length())
            found = self._kept(np.concatenate([found, (draws * self.sizes).astype(np.int64)]))
            if len(found) >= count:
                break
        return found[:count]

    def _kept(self, points: Points) -> Points:
        """Leave out repetitions and what is not allowed; the order stays."""
        _, first = np.unique(self._codes(points), return_index=True)
        points = points[np.sort(first)]
        return points[self.allowed(points)]

    def _codes(self, points: Points) -> NDArray[np.int64]:
        """Number the mixes."""
        return np.asarray(np.ravel_multi_index(tuple(points.T), self.sizes), dtype=np.int64)

    @cached_property
    def _moves(self) -> Points:
        """All steps of one lever or of two."""
        steps = np.eye(len(self.sizes), dtype=np.int64)
        one = [sign * step for step in steps for sign in (1, -1)]
        two = [
            a * first + b * second
            for first, second in itertools.combinations(steps, 2)
            for a in (1, -1)
            for b in (1, -1)
        ]
        return np.array(one + two)
