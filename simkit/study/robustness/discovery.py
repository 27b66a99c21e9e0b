"""Where a strategy loses, as a box: few uncertain numbers, each above or below some value, that most of the losing draws have.

The patient rule induction method (Friedman and Fisher 1999, Statistics and Computing 9) as scenario discovery uses it (Bryant and
Lempert 2010, Technological Forecasting and Social Change 77), behind a search for the numbers that matter at all: among hundreds
of numbers that do nothing, some would fit any draws by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, binomtest, rankdata
from scipy.stats import t as student

from simkit.study.estimates import Estimate
from simkit.study.variances import Values

Cases = NDArray[np.bool_]
_CHANCE = 0.05
_PEEL = 0.05
_LEAST_INSIDE = 5
_FOLDS = 5
_SEED = 1_999


@dataclass(frozen=True)
class Restriction:
    """One side of a box: the column of a number, and between what it lies (infinite: no bound on that side).

    quasi_p: how often a box as dense, or denser, would come of as many draws picked at random from the box without this restriction
    (Bryant and Lempert 2010). It takes no account of the search, so it is small too easily.
    """

    column: int
    low: float
    high: float
    quasi_p: float

    def holds(self, numbers: Values) -> Cases:
        """Say which draws, rows of `numbers`, meet it."""
        return np.asarray((numbers[:, self.column] > self.low) & (numbers[:, self.column] < self.high))


@dataclass(frozen=True)
class Found:
    """How well a box tells the cases: of all cases those inside (`coverage`), of all inside the cases (`density`)."""

    inside: int
    cases_inside: int
    coverage: Estimate
    density: Estimate

    @classmethod
    def of(cls, inside: Cases, cases: Cases, confidence: float) -> Found:
        """Count, and put Wilson's interval around both shares."""
        both = int((inside & cases).sum())
        return cls(
            int(inside.sum()),
            both,
            share_of(both, int(cases.sum()), confidence),
            share_of(both, int(inside.sum()), confidence),
        )


@dataclass(frozen=True)
class Discovery:
    """The box of one kind of case, or none (`box` empty) where nothing separates the cases from the rest more than chance would.

    base: share of cases in all draws. seen: on the draws that the box was made of. held_out: on draws that it was not made of, each
    fifth tried on the box of the other four. The first is too good; the second is what to expect of another draw.
    """

    draws: int
    cases: int
    base: Estimate
    matter: tuple[int, ...]
    box: tuple[Restriction, ...]
    seen: Found
    held_out: Found

    @property
    def confirmed(self) -> bool:
        """Whether held-out draws in the box are cases surely more often than draws are."""
        return bool(self.box) and self.held_out.density.low > self.base.mean


def discover(numbers: Values, margin: Values, confidence: float) -> Discovery:
    """Look for the box that holds most of the draws with a negative margin and few others.

    Parameters
    ----------
    numbers
        The value of each uncertain number in each draw: (draws, numbers).
    margin
        What is looked at in each draw, such as the lead of a strategy over the best other: (draws,). Below 0 it is a case.
    confidence
        Of every interval.
    """
    cases = np.asarray(margin < 0)
    matter = numbers_that_matter(numbers, margin)
    box = find_box(numbers, cases, matter)
    return Discovery(
        len(cases),
        int(cases.sum()),
        share_of(int(cases.sum()), len(cases), confidence),
        tuple(matter),
        box,
        Found.of(inside_box(box, numbers), cases, confidence),
        Found.of(_held_out(numbers, margin), cases, confidence),
    )


def share_of(count: int, n: int, confidence: float) -> Estimate:
    """Return a share with Wilson's interval (1927); all NaN where n is 0."""
    if n == 0:
        return Estimate(0, np.nan, np.nan, np.nan)
    found = binomtest(count, n).proportion_ci(confidence, method="wilson")
    return Estimate(n, count / n, float(found.low), float(found.high))


def numbers_that_matter(numbers: Values, margin: Values) -> list[int]:
    """Return the columns on which the margin surely depends, the strongest first.

    One after the other, that whose ranks correlate most with what the chosen ones leave unexplained of the margin (forward selection),
    as long as chance alone would show one so strong among all numbers in less than one of twenty studies (Bonferroni).
    """
    ranks = rankdata(numbers, axis=0) - (len(numbers) + 1) / 2
    unexplained = outcome = margin - margin.mean()
    chosen: list[int] = []
    while (freedom := len(margin) - len(chosen) - 2) > 0 and np.any(unexplained):
        lengths = np.sqrt((ranks**2).sum(axis=0) * (unexplained**2).sum())
        correlation = np.divide(unexplained @ ranks, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        correlation[chosen] = 0.0
        strongest = int(np.abs(correlation).argmax())
        if _chance(abs(correlation[strongest]), freedom) * numbers.shape[1] > _CHANCE:
            break
        chosen.append(strongest)
        effects = np.linalg.lstsq(ranks[:, chosen], outcome, rcond=None)[0]
        unexplained = outcome - ranks[:, chosen] @ effects
    return chosen


def least_visible_share(draws: int, numbers: int) -> float:
    """Return the share of the margin's variance that a number must explain at least to be told from chance among so many."""
    freedom = draws - 2
    ratio = float(student.isf(_CHANCE / (2 * numbers), freedom)) ** 2
    return ratio / (ratio + freedom)


def _chance(correlation: float, freedom: int) -> float:
    """Return how often numbers that have nothing to do with each other correlate so strongly, in either direction."""
    if correlation >= 1:
        return 0.0
    return float(2 * student.sf(correlation * np.sqrt(freedom / (1 - correlation**2)), freedom))


def find_box(numbers: Values, cases: Cases, matter: Sequence[int]) -> tuple[Restriction, ...]:
    """Return the box, in the columns `matter`, with the highest harmonic mean of coverage and density; empty where none is good.

    Of all boxes that peeling goes through, without restrictions that chance would give as well (quasi-p above 0.05 over twice the
    columns, as each has two sides).
    """
    if not matter or not cases.any() or cases.all():
        return ()
    points = numbers[:, list(matter)]
    low, high = max(_peeled(points, cases), key=lambda sides: _balance(_within(points, *sides), cases))
    sides = [
        side
        for place, column in enumerate(matter)
        for side in (
            Restriction(column, float(low[place]), np.inf, np.nan),
            Restriction(column, -np.inf, float(high[place]), np.nan),
        )
        if np.isfinite(side.low) or np.isfinite(side.high)
    ]
    return tuple(_significant(sides, numbers, cases, _CHANCE / (2 * len(matter))))


def inside_box(box: Sequence[Restriction], numbers: Values) -> Cases:
    """Say which draws lie in a box; an empty one holds none."""
    if not box:
        return np.zeros(len(numbers), dtype=np.bool_)
    return np.asarray(np.logical_and.reduce([side.holds(numbers) for side in box]))


def _peeled(points: Values, cases: Cases) -> Iterator[tuple[Values, Values]]:
    """Walk over ever smaller boxes (low, high): each loses the twentieth of its draws, on one side of one number, with fewest cases."""
    low, high = np.full(points.shape[1], -np.inf), np.full(points.shape[1], np.inf)
    yield low, high
    while True:
        inside = _within(points, low, high)
        count = int(inside.sum())
        peel = max(1, round(_PEEL * count))
        if count - peel < _LEAST_INSIDE or cases[inside].all():
            return
        order = np.sort(points[inside], axis=0)
        lows = (order[peel - 1] + order[peel]) / 2
        highs = (order[-peel] + order[-peel - 1]) / 2
        left_low = _density(inside[:, None] & (points > lows), cases)
        left_high = _density(inside[:, None] & (points < highs), cases)
        low, high = low.copy(), high.copy()
        if left_low.max() >= left_high.max():
            low[left_low.argmax()] = lows[left_low.argmax()]
        else:
            high[left_high.argmax()] = highs[left_high.argmax()]
        yield low, high


def _within(points: Values, low: Values, high: Values) -> Cases:
    return np.asarray(((points > low) & (points < high)).all(axis=1))


def _density(inside: Cases, cases: Cases) -> Values:
    """Return the share of cases in each column's draws; -1 where there are too few draws."""
    count = inside.sum(axis=0)
    return np.where(count >= _LEAST_INSIDE, (inside & cases[:, None]).sum(axis=0) / np.maximum(count, 1), -1.0)


def _balance(inside: Cases, cases: Cases) -> float:
    """Return the harmonic mean of coverage and density."""
    return 2 * int((inside & cases).sum()) / (int(inside.sum()) + int(cases.sum()))


def _significant(sides: list[Restriction], numbers: Values, cases: Cases, level: float) -> list[Restriction]:
    """Drop the side that chance would give most easily, and judge the others anew, until all are beyond it."""
    while sides:
        judged = [
            Restriction(side.column, side.low, side.high, _quasi_p(side, sides, numbers, cases)) for side in sides
        ]
        worst = max(judged, key=lambda side: side.quasi_p)
        if worst.quasi_p <= level:
            return judged
        sides = [side for side, of in zip(sides, judged, strict=True) if of is not worst]
    return []


def _quasi_p(side: Restriction, sides: Sequence[Restriction], numbers: Values, cases: Cases) -> float:
    others = [other for other in sides if other is not side]
    around = inside_box(others, numbers) if others else np.ones(len(cases), dtype=np.bool_)
    inside = around & side.holds(numbers)
    return float(binom.sf((inside & cases).sum() - 1, inside.sum(), cases[around].mean()))


def _held_out(numbers: Values, margin: Values) -> Cases:
    """Say of each draw whether it lies in the box that the draws outside its own fifth give."""
    fold = np.random.default_rng(_SEED).permutation(len(margin)) % _FOLDS
    inside = np.zeros(len(margin), dtype=np.bool_)
    for one in range(_FOLDS):
        out = fold == one
        matter = numbers_that_matter(numbers[~out], margin[~out])
        box = find_box(numbers[~out], margin[~out] < 0, matter)
        inside[out] = inside_box(box, numbers[out])
    return inside
