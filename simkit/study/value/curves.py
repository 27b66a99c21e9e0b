"""Curves of uncertain numbers, from which a regression builds what depends on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
STRAIGHT = 0
_KNOTS = (0.02, 0.25, 0.5, 0.75, 0.98)


@dataclass(frozen=True)
class Curves:
    """A straight line and three bends for each number, with mean 0, variance 1 and no correlation under the number's distribution.

    They span the natural cubic splines on five knots. knots: (numbers, 5); centre, spread: (numbers,); turn: (numbers, 5, 5), from raw
    functions to curves.
    """

    knots: Values
    centre: Values
    spread: Values
    turn: Values

    @classmethod
    def of(cls, quantiles: Values) -> Curves:
        """Build the curves of numbers whose distributions are given as equally likely values, (numbers, values)."""
        centre, spread = quantiles.mean(axis=1), quantiles.std(axis=1)
        scaled = ((quantiles - centre[:, None]) / spread[:, None]).T
        knots = np.quantile(scaled, _KNOTS, axis=0).T
        raw = _raw(scaled, knots)
        moments = np.einsum("vna,vnb->nab", raw, raw, optimize=True) / len(raw)
        turn = np.linalg.inv(np.linalg.cholesky(moments)).transpose(0, 2, 1)
        return cls(knots, centre, spread, turn)

    def only(self, numbers: Sequence[int]) -> Curves:
        """Return the curves of some of the numbers."""
        chosen = list(numbers)
        return Curves(self.knots[chosen], self.centre[chosen], self.spread[chosen], self.turn[chosen])

    def at(self, values: Values) -> Values:
        """Return the curves, (rows, numbers, 4), at values of the numbers, (rows, numbers)."""
        raw = _raw((values - self.centre) / self.spread, self.knots)
        return np.asarray(np.einsum("vna,nab->vnb", raw, self.turn)[..., 1:])


def _raw(scaled: Values, knots: Values) -> Values:
    """Return 1, x and the restricted cubic spline on five knots (Harrell, Regression Modeling Strategies, 2015, section 2.4.5)."""
    beyond = np.maximum(scaled[..., None] - knots, 0.0) ** 3
    *inner, before, last = knots.T
    width = last - before
    bends = [
        beyond[..., place] - beyond[..., -2] * (last - knot) / width + beyond[..., -1] * (before - knot) / width
        for place, knot in enumerate(inner)
    ]
    return np.stack([np.ones_like(scaled), scaled, *bends], axis=-1)
