"""What lastingly tells one customer from another, kept in one byte: the slice of a standard normal that the customer is in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, ndtri

from simkit.streams import Decision

Floats = NDArray[np.floating]
_SLICES = 256
_COARSE = 32
_LARGEST_LOG_ODDS = 50.0


def _standard_normal(slices: int) -> NDArray[np.float32]:
    """Return the middles of equally likely slices of a standard normal, stretched to a standard deviation of 1."""
    middles = ndtri((np.arange(slices) + 0.5) / slices)
    return np.asarray(middles / middles.std(), dtype=np.float32)


STANDARD_NORMAL = _standard_normal(_SLICES)
"""The value of each slice, shape (256,)."""
FEW_NORMALS = _standard_normal(_COARSE)
"""The same in 32 slices, for means over the distribution."""


def draw_slices(decision: Decision, customers: NDArray[np.integer], traits: int = 1) -> NDArray[np.uint8]:
    """Draw the slices of customers in so many independent traits (at most 4), shape (traits, n)."""
    return (decision.words(customers, width=traits) >> np.uint32(24)).astype(np.uint8).T


def log_odds_for_mean(wanted: float, shifts: Floats) -> float:
    """Return the log-odds which, shifted by each of `shifts` in turn, make probabilities of the mean `wanted`."""
    if not 0 < wanted < 1:
        return _LARGEST_LOG_ODDS if wanted >= 1 else -_LARGEST_LOG_ODDS
    return float(brentq(lambda x: expit(x + shifts).mean() - wanted, -_LARGEST_LOG_ODDS, _LARGEST_LOG_ODDS))
