"""One number at a time, all others as written: how far it swings a difference, and the value at which the difference is nil."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from simkit.study.estimates import Estimate, Values, estimate

Outcome = Literal["flips", "unsure", "holds"]
_NARROW = 0.02  # of the range
_MARGIN = 0.1  # of the bracket, next to its ends


def mean_of(values: Values, confidence: float) -> Estimate:
    """Return the mean over replications with its t interval."""
    found = estimate(values[None, :], confidence)
    return Estimate(int(found.n), float(found.mean), float(found.low), float(found.high))


@dataclass(frozen=True)
class Curve:
    """A difference between two strategies at some values of one number.

    at: values of the number, ascending. differences: (values, replications); a replication has the same luck at every value.
    """

    at: Values
    differences: Values

    def joined(self, at: float, differences: Values) -> Curve:
        """Return the curve with one more value."""
        place = int(np.searchsorted(self.at, at))
        return Curve(np.insert(self.at, place, at), np.insert(self.differences, place, differences, axis=0))

    @property
    def means(self) -> Values:
        """The mean difference at each value."""
        return np.asarray(self.differences.mean(axis=1))

    def difference(self, at: float, confidence: float) -> Estimate:
        """Return the difference at one of the values."""
        return mean_of(self._at(at), confidence)

    def change(self, start: float, end: float, confidence: float) -> Estimate:
        """Return what going from one of the values to another changes, luck by luck."""
        return mean_of(self._at(end) - self._at(start), confidence)

    def _at(self, value: float) -> Values:
        return np.asarray(self.differences[int(np.searchsorted(self.at, value))])

    def bracket(self, near: float) -> tuple[int, int] | None:
        """Return the two neighbours between which the mean difference changes its sign, the pair nearest to `near`."""
        above = self.means > 0
        changes = np.flatnonzero(above[1:] != above[:-1])
        if not changes.size:
            return None
        away = np.maximum(self.at[changes] - near, near - self.at[changes + 1])
        first = int(changes[away.argmin()])
        return first, first + 1

    def next_value(self, near: float) -> float | None:
        """Return where to look next for the nil, or None where there is none or its place is known well enough."""
        found = self.bracket(near)
        if found is None:
            return None
        low, high = (float(self.at[place]) for place in found)
        if high - low <= _NARROW * (self.at[-1] - self.at[0]):
            return None
        margin = _MARGIN * (high - low)
        return min(max(_nil(self.at, self.means, *found), low + margin), high - margin)


@dataclass(frozen=True)
class BreakEven:
    """Where a difference changes its sign within a number's range.

    outcome: `flips` at `at`, and the values from `low` to `high` cannot be told from it; `holds`: the difference surely keeps its sign
    at all values looked at; `unsure`: neither. `open_low`, `open_high`: the interval goes on beyond the end of the range.
    """

    outcome: Outcome
    at: float
    low: float
    high: float
    open_low: bool
    open_high: bool


def break_even(curve: Curve, near: float, confidence: float) -> BreakEven:
    """Return the nil of a curve nearest to `near`, interpolated between the values looked at.

    Its interval is the set of values at which a mean difference of 0 is not refused by the t test (the test turned into an interval,
    as Fieller 1954 does for ratios), as far as it is connected with the nil.
    """
    found = curve.bracket(near)
    bounds = [mean_of(differences, confidence) for differences in curve.differences]
    low, high = (np.array([getattr(bound, end) for bound in bounds]) for end in ("low", "high"))
    if found is None:
        sure = bool((low > 0).all() or (high < 0).all())
        return BreakEven("holds" if sure else "unsure", np.nan, np.nan, np.nan, open_low=False, open_high=False)
    rising = bool(curve.means[found[1]] > 0)
    below, above = (high, -low) if rising else (-low, high)
    left = _end(curve.at, below, range(found[0], -1, -1))
    right = _end(curve.at, above, range(found[1], len(curve.at)))
    at = _nil(curve.at, curve.means, *found)
    return BreakEven(
        "flips",
        at,
        float(curve.at[0]) if left is None else min(left, at),
        float(curve.at[-1]) if right is None else max(right, at),
        open_low=left is None,
        open_high=right is None,
    )


def _nil(at: Values, values: Values, first: int, second: int) -> float:
    """Return where the line through two points is nil."""
    part = values[first] / (values[first] - values[second])
    return float(at[first] + part * (at[second] - at[first]))


def _end(at: Values, doubt: Values, outwards: range) -> float | None:
    """Return where the doubt about the sign, followed outwards from the nil, falls below 0; None where it never does."""
    for place in outwards:
        if doubt[place] < 0:
            return _nil(at, doubt, place, place - outwards.step)
    return None
