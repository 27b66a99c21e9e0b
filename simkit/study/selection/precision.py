"""Replications until the differences from a baseline are known precisely enough, and why they stopped.

Stopping the moment an interval happens to be narrow lets it miss the truth too often. So the rule must hold for a while: Hoad, Robinson
and Davies (2010), Automated selection of the number of replications for a discrete-event simulation, J. Oper. Res. Soc. 61(11), with
their look-ahead of 5 replications, or of 5 % beyond 100.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from simkit.study.estimates import Values

Stopped = Literal["precise", "replications", "seconds"]
LEAST_REPLICATIONS = 20
_LOOK_AHEAD = 5
_LONG = 100


@dataclass(frozen=True)
class Width:
    """How far an interval may reach to either side of a difference: an amount, or a share of the difference, whichever is more."""

    absolute: float = 0.0
    relative: float = 0.0

    def allowed(self, differences: Values) -> Values:
        """Return the half-width that is narrow enough; the sign of the difference does not matter."""
        return np.maximum(self.absolute, self.relative * np.abs(differences))


@dataclass(frozen=True)
class Precision:
    """What is known after some replications of differences with shape (differences,), all intervals together at one confidence.

    forecast: replications at which each would be narrow enough, inf where only a share of a difference of 0 was asked for.
    """

    replications: int
    mean: Values
    half_width: Values
    allowed: Values
    stopped: Stopped

    @property
    def narrow(self) -> NDArray[np.bool_]:
        """Which intervals are narrow enough."""
        return self.half_width <= self.allowed

    @property
    def may_be_nothing(self) -> NDArray[np.bool_]:
        """Which differences may as well be 0: a share of them is then hard or impossible to reach."""
        return np.abs(self.mean) <= self.half_width

    @property
    def forecast(self) -> Values:
        """Replications at which each interval would be narrow enough, inf where a share of nothing was asked for."""
        with np.errstate(divide="ignore", invalid="ignore"):
            times = np.where(self.narrow, 1.0, (self.half_width / self.allowed) ** 2)
        return np.asarray(np.ceil(self.replications * times))


class Replicate(Protocol):
    """Gives differences of the replications named, shape (replications, differences); the same whenever it is asked."""

    def __call__(self, replications: Sequence[int]) -> Values:
        """Return the differences."""


def look_ahead(replications: int) -> int:
    """Return for how many further replications the rule must go on holding."""
    return _LOOK_AHEAD if replications <= _LONG else _LOOK_AHEAD * replications // _LONG


def intervals_so_far(differences: Values, confidence: float) -> tuple[Values, Values]:
    """Return mean and half-width after each replication, shape (..., replications, differences) as the differences have it.

    By Bonferroni's inequality all intervals of one moment hold together with at least `confidence`.
    """
    count = np.arange(1, differences.shape[-2] + 1)[:, None]
    start = differences[..., :1, :]  # sums of squares about a value nearby keep their digits
    moved = np.cumsum(differences - start, axis=-2) / count
    squares = np.cumsum((differences - start) ** 2, axis=-2) / count
    freedom = np.maximum(count - 1, 1)
    variance = np.maximum(squares - moved**2, 0.0) * count / freedom
    tail = (1 - confidence) / (2 * differences.shape[-1])
    half = np.where(count > 1, -stdtrit(freedom, tail) * np.sqrt(variance / count), np.inf)
    return start + moved, half


def stops_at(differences: Values, widths: Sequence[Width], confidence: float, at_least: int) -> NDArray[np.int64]:
    """Return after how many replications the rule has held long enough for every difference, 0 where it has not yet.

    differences: shape (..., replications, differences), one width for each.
    """
    mean, half = intervals_so_far(differences, confidence)
    narrow = np.asarray((half <= _allowed(mean, widths)).all(axis=-1))
    narrow[..., : at_least - 1] = False
    count = np.arange(1, narrow.shape[-1] + 1)
    held = count - np.maximum.accumulate(np.where(narrow, 0, count), axis=-1)
    enough = held > np.array([look_ahead(n) for n in count])
    return np.where(enough.any(axis=-1), enough.argmax(axis=-1) + 1, 0)


def precision_of(differences: Values, widths: Sequence[Width], confidence: float, stopped: Stopped) -> Precision:
    """Return what all replications together say, shape (replications, differences)."""
    mean, half = (found[-1] for found in intervals_so_far(differences, confidence))
    return Precision(len(differences), mean, half, _allowed(mean, widths), stopped)


def replicate_until_precise(
    replicate: Replicate,
    widths: Sequence[Width],
    *,
    confidence: float,
    at_least: int = LEAST_REPLICATIONS,
    at_most: int,
    seconds: float = np.inf,
) -> Precision:
    """Ask for replications until every difference is known within its width, or the budget is used up.

    Parameters
    ----------
    replicate
        Gives the differences. They are asked for in the same order every time, so that work goes on where it was stopped.
    widths
        One for each difference.
    confidence
        With which all intervals hold together.
    at_least, at_most
        Bounds of the number of replications.
    seconds
        No further replications are begun that would end later than this.
    """
    began = time.monotonic()
    differences = replicate(range(at_least))
    while not (found := int(stops_at(differences, widths, confidence, at_least))):
        done = len(differences)
        if done >= at_most:
            return precision_of(differences, widths, confidence, "replications")
        used = time.monotonic() - began
        affordable = int((seconds - used) * done / used) if np.isfinite(seconds) else at_most
        if affordable < 1:
            return precision_of(differences, widths, confidence, "seconds")
        until = min(_next_look(precision_of(differences, widths, confidence, "precise")), done + affordable, at_most)
        differences = np.concatenate([differences, replicate(range(done, until))])
    return precision_of(differences[:found], widths, confidence, "precise")


def _next_look(now: Precision) -> int:
    """Return how many replications to have before looking again: as many as seem to be needed, at most half as many more."""
    seem_needed = min(float(now.forecast.max()), now.replications * 1.5)
    return max(int(seem_needed), now.replications) + look_ahead(now.replications)


def _allowed(mean: Values, widths: Sequence[Width]) -> Values:
    return np.stack([width.allowed(mean[..., place]) for place, width in enumerate(widths)], axis=-1)
