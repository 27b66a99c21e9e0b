"""A race among strategies: a strategy falls out as soon as it is surely worse than another, or surely breaks a limit.

Kim and Nelson (2001), A fully sequential procedure for indifference-zone selection in simulation, ACM TOMACS 11(3), with the
feasibility checks of Andradóttir and Kim (2010), Fully sequential procedures for comparing constrained systems via simulation,
Naval Research Logistics 57(5). Strategies share their luck, so every comparison is of paired differences.

Arrays may have leading axes, so that many independent races run side by side; a race itself needs none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.study.estimates import Values

Flags = NDArray[np.bool_]
LEAST_FIRST_STAGE = 10
"""Replications that every strategy gets before the first comparison: their spread decides how long the race may last."""


def boundary(variance: Values, amount: float | Values, error: float, first_stage: int) -> Values:
    """Return the sum of observations that decides before any further replication, for a difference of `amount` at least.

    The continuation region is a triangle: after r replications a sum within ±max(0, boundary − amount r / 2) decides nothing.
    A boundary of h² S² / (2 amount) with h² = 2 η (n0 − 1) and η = ((2 error)^(−2 / (n0 − 1)) − 1) / 2 (c = 1) errs with at most
    `error` where the mean is `amount` or more from 0.
    """
    eta = ((2 * error) ** (-2 / (first_stage - 1)) - 1) / 2
    return np.asarray(eta * (first_stage - 1) * variance / amount)


class Race:
    """Strategies that have not fallen yet, and what is known of each limit.

    Parameters
    ----------
    first
        First observations, shape (..., strategies, replications, 1 + limits). The first column is what is to be highest; each of the
        others is the room that is left to a limit, 0 or more where it is kept.
    indifference
        The least difference in the first column that is worth finding.
    tolerance
        For each limit, the room within which either answer is good enough.
    error
        The chance that is left to a wrong selection, such as 0.05.

    Attributes
    ----------
    running: (..., strategies), who has not fallen. fell_at: the replications after which each fell (0: not). fell_to: to whom
    (−1: to a limit or not). kept: (..., strategies, limits), 1 surely kept, −1 surely broken, 0 not known. replications: so far.
    """

    def __init__(self, first: Values, indifference: float, tolerance: Values, error: float) -> None:
        strategies, self.replications, columns = first.shape[-3:]
        limits = columns - 1
        # Whoever is best can fall to any of its limits; every other strategy need be told from it, or from a limit, once.
        chances = max(strategies - 1 + limits, 1)
        objective = first[..., 0]
        of_pairs = objective[..., :, None, :] - objective[..., None, :, :]
        risk = error / chances
        stage = self.replications
        self._pairs = boundary(of_pairs.var(axis=-1, ddof=1), indifference, risk, stage)
        self._limits = boundary(first[..., 1:].var(axis=-2, ddof=1), tolerance, risk, stage)
        self._slopes = indifference / 2, np.asarray(tolerance) / 2
        self._sums = first.sum(axis=-2)
        self._worse: Flags = np.zeros(of_pairs.shape[:-1], dtype=bool)
        self.running: Flags = np.ones(objective.shape[:-1], dtype=bool)
        self.fell_at = np.zeros(self.running.shape, dtype=np.int64)
        self.fell_to = np.full(self.running.shape, -1)
        self.kept = np.zeros((*self.running.shape, limits), dtype=np.int8)
        self._look()

    @property
    def over(self) -> Flags:
        """Whether each race is decided: nobody runs any more, or one who keeps every limit."""
        running = self.running.sum(axis=-1)
        sure = (self.kept == 1).all(axis=-1) & self.running
        return np.asarray((running == 0) | ((running == 1) & sure.any(axis=-1)))

    @property
    def longest(self) -> int:
        """Replications after which every comparison that is still open will have been decided at the latest."""
        both = self.running[..., :, None] & self.running[..., None, :]
        pairs = np.where(both, self._pairs / self._slopes[0], 0)
        limits = np.where(self.running[..., None], self._limits / self._slopes[1], 0)
        return int(np.ceil(max(pairs.max(initial=0), limits.max(initial=0))))

    def advance(self, values: Values) -> None:
        """Add one replication, shape (..., strategies, 1 + limits); what a fallen strategy has in it does not count."""
        self.replications += 1
        self._sums += np.where(self.running[..., None], values, 0)
        self._look()

    def _look(self) -> None:
        self._check_limits()
        behind = self._sums[..., None, :, 0] - self._sums[..., :, None, 0]
        width = np.maximum(self._pairs - self._slopes[0] * self.replications, 0)
        order = np.arange(behind.shape[-1])
        # Equal sums at the end of the triangle: the earlier strategy stays.
        lost = (behind > width) | ((behind == width) & (order[None, :] < order[:, None]))
        self._worse |= lost & self.running[..., None, :]
        surely_allowed = self.running & (self.kept == 1).all(axis=-1)
        beaten = self._worse & surely_allowed[..., None, :] & self.running[..., :, None]
        falls = beaten.any(axis=-1)
        nearest_rival = np.where(beaten, behind, -np.inf).argmax(axis=-1)
        self.fell_to = np.where(falls, nearest_rival, self.fell_to)
        self._fall(falls)

    def _check_limits(self) -> None:
        sums = self._sums[..., 1:]
        width = np.maximum(self._limits - self._slopes[1] * self.replications, 0)
        unknown = (self.kept == 0) & self.running[..., None]
        known = np.where(sums >= width, 1, np.where(sums <= -width, -1, 0))
        self.kept = np.where(unknown, known, self.kept).astype(np.int8)
        self._fall(self.running & (self.kept == -1).any(axis=-1))

    def _fall(self, falls: Flags) -> None:
        self.fell_at = np.where(falls, self.replications, self.fell_at)
        self.running &= ~falls
        self._worse &= self.running[..., None, :]
