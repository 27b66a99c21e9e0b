"""Problems in whole numbers whose best mix is known by looking at all of them, seen through noise that all mixes share in part."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from simkit.study.estimates import Values
from simkit.study.optimisation.lattice import Lattice, Points
from simkit.study.optimisation.search import Limits, MixProblem, MixSearch
from simkit.study.optimisation.surrogate import Floats


@dataclass(frozen=True)
class KnownProblem:
    """figures: the true means, shape (mixes, figures). most: of figures 1, 2 …. noise: standard deviation of each figure in a run.

    known: what is added without a run.
    """

    sizes: tuple[int, ...]
    figures: Callable[[Points], Floats]
    most: tuple[float, ...]
    noise: tuple[float, ...]
    known: Callable[[Points], Floats] = lambda points: np.zeros((len(points), 1))

    @property
    def best(self) -> tuple[int, ...]:
        """The best of all mixes that keep the limits, by trying every one."""
        points = np.array(list(itertools.product(*map(range, self.sizes))))
        truth = self.figures(points) + self.known(points)
        kept = (truth[:, 1:] <= self.most).all(axis=1)
        return tuple(points[np.where(kept, truth[:, 0], -np.inf).argmax()].tolist())

    def problem(self, seed: int, replications: int = 4) -> MixProblem:
        """Return the problem with the luck of `seed`."""

        def observe(points: Points, chosen: Sequence[int]) -> Values:
            truth = self.figures(points)
            luck = [[_luck(seed, replication, point, truth.shape[1]) for replication in chosen] for point in points]
            return np.asarray(truth[:, None, :] + np.array(luck) * self.noise)

        return MixProblem(Lattice(self.sizes), observe, range(replications), seed, self.known)

    def found(self, seed: int, mixes: int, replications: int = 4) -> tuple[int, ...]:
        """Return the best mix that the search finds among so many tried."""
        search, limits = MixSearch(self.problem(seed, replications)), Limits(np.array(self.most))
        search.spread(limits, mixes // 3, np.zeros((1, len(self.sizes)), dtype=np.int64))
        search.improve(limits, mixes - len(search.points), batch=3)
        return tuple(search.best(limits)[0].tolist())


def _luck(seed: int, replication: int, point: Points, figures: int) -> Floats:
    """Return standard normal luck, three quarters of its variance shared by all mixes of a replication."""
    shared = np.random.default_rng([seed, replication]).normal(size=figures)
    own = np.random.default_rng([seed, replication, *point.tolist()]).normal(size=figures)
    return np.asarray(np.sqrt(0.75) * shared + np.sqrt(0.25) * own)


def _hill(points: Points) -> Floats:
    x = points - np.array([7, 3, 8])
    curved = -(x[:, 0] ** 2) - 2 * x[:, 1] ** 2 - 0.7 * x[:, 2] ** 2
    return np.asarray(100 + curved - 0.8 * x[:, 0] * x[:, 1] + 0.5 * x[:, 1] * x[:, 2])[:, None]


def _two_products(points: Points) -> Floats:
    first, second = points.T.astype(float)
    return np.column_stack([8 * first + 5 * second, first + second, 9 * first + 5 * second])


def _saturating(points: Points) -> Floats:
    """Return users, each channel with less and less from more of it, and their cost."""
    reach, price = np.array([30.0, 20.0, 25.0, 15.0]), np.array([3.0, 2.0, 2.5, 1.0])
    users = (reach * (1 - np.exp(-points / np.array([3.0, 2.0, 4.0, 5.0])))).sum(axis=1)
    return np.column_stack([users, points @ price])


def _supervisors(points: Points) -> Floats:
    """Return a cost of 6 for each three units of the first channel begun."""
    return np.column_stack([np.zeros(len(points)), 6 * np.ceil(points[:, 0] / 3)])


HILL = KnownProblem((11, 11, 11), _hill, (), (1.0,))
"""One hill whose axes lean; no limit."""
ROUNDING_MISLEADS = KnownProblem((10, 10), _two_products, (6, 45), (0.6, 0.0, 0.0))
"""The continuous best is (3.75, 2.25); rounded, (4, 2) breaks a limit and (3, 2) has 34; the best whole mix, (5, 0), has 40."""
BUDGET = KnownProblem((13, 13, 13, 13), _saturating, (40.25,), (0.6, 0.2))
"""Four channels that saturate, under a budget that itself is only seen through noise."""
STEPS = KnownProblem((13, 13, 13, 13), _saturating, (40.0,), (0.6, 0.0), _supervisors)
"""The same with supervisors, whose cost comes in steps."""
