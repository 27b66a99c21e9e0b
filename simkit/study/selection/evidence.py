"""What paired observations say of every strategy when some have more of them than others.

Observations have shape (strategies, replications, columns), NaN after a strategy's last. Replication r is the same luck for all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, stdtrit

from simkit.study.estimates import Estimates, Values

_DRAWS = 20_000
_DRAWS_AT_ONCE = 2_000
_SEED = 1


def counts_of(observed: Values) -> NDArray[np.int64]:
    """Return how many replications each strategy has."""
    return np.asarray((~np.isnan(observed[..., 0])).sum(axis=-1))


def means_of(observed: Values, confidence: float, intervals: int) -> Estimates:
    """Return the mean over replications with a t-interval, (strategies, columns); `intervals` of them hold together (Bonferroni)."""
    count = counts_of(observed)[:, None]
    there = ~np.isnan(observed)
    mean = np.where(there, observed, 0).sum(axis=1) / count
    squares = np.where(there, (observed - mean[:, None]) ** 2, 0).sum(axis=1)
    half = -stdtrit(count - 1, (1 - confidence) / (2 * intervals)) * np.sqrt(squares / (count - 1) / count)
    return Estimates(np.broadcast_to(count, mean.shape), mean, mean - half, mean + half)


def rooms(posed: Values, confidence: float) -> Estimates:
    """Return the room left to each limit, (strategies, limits), below 0 where it is broken; all intervals hold together."""
    found = means_of(posed, confidence, max(len(posed) * (posed.shape[-1] - 1), 1))
    return Estimates(found.n[:, 1:], found.mean[:, 1:], found.low[:, 1:], found.high[:, 1:])


def behind(objective: Values, leader: int, confidence: float) -> Estimates:
    """Return by how much each strategy is behind the leader, (strategies,); all intervals together have the confidence.

    objective: (strategies, replications). Only replications that both have are compared, so the luck that they share cancels.
    """
    differences = (objective[leader] - objective)[..., None]
    found = means_of(differences, confidence, max(len(objective) - 1, 1))
    return Estimates(found.n[:, 0], found.mean[:, 0], found.low[:, 0], found.high[:, 0])


def probability_best(observed: Values, leader: int) -> Values:
    """Return for each strategy the probability that it is best among those that keep every limit, given what was observed.

    The first column is what is to be highest, each other one the room left to a limit (kept at 0 or more). The means have the
    posterior of normal observations without prior knowledge: Student's t about the paired differences from the leader, correlated as
    the replications that they share (Chick and Inoue, 2001, New procedures to select the best simulated system using common random
    numbers, Management Science 47(8), who have equally many of each). What is missing to 1 is the probability that none keeps its limits.
    """
    against = observed.copy()
    against[..., 0] -= observed[leader, :, 0]
    count = counts_of(against)
    found = means_of(against, 0.5, 1).mean
    deviations = np.nan_to_num(against - found[:, None])
    freedom = count - 1
    # Replication r moves the means of all strategies that have it: this carries their correlation, whatever their numbers.
    influence = deviations / np.sqrt(count * freedom)[:, None, None]
    freedoms, which = np.unique(freedom, return_inverse=True)
    generator = np.random.default_rng(_SEED)
    wins = np.zeros(len(observed))
    for _ in range(_DRAWS // _DRAWS_AT_ONCE):
        luck = generator.normal(size=(_DRAWS_AT_ONCE, observed.shape[1]))
        surprise = generator.random((_DRAWS_AT_ONCE, 1))
        scale = np.sqrt(freedoms / chdtri(freedoms, surprise))[:, which]
        drawn = found + np.einsum("dr,src->dsc", luck, influence, optimize=True) * scale[..., None]
        allowed = (drawn[..., 1:] >= 0).all(axis=-1)
        objective = np.where(allowed, drawn[..., 0], -np.inf)
        best = allowed & (objective == objective.max(axis=-1, keepdims=True))
        wins += (best / np.maximum(best.sum(axis=-1, keepdims=True), 1)).sum(axis=0)
    return np.asarray(wins / _DRAWS)
