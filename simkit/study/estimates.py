"""What the runs say of each strategy, and how surely: means, paired differences and ratios, each with an interval.

A KPI's values form an array with axes (..., draw, replication). Every strategy meets the same draws and the same luck, so strategies
are compared run by run and the luck they share cancels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from simkit.study.variances import MeanSquares, Values

__all__ = ["Estimate", "Estimates", "Values", "estimate", "fieller", "linearised", "paired_difference"]


@dataclass(frozen=True)
class Estimate:
    """A mean over `n` runs and its interval, which is NaN where one run alone tells nothing of the spread.

    low, high: more runs narrow it. wide_low, wide_high: with what is not known of the parameters, which only data narrow; NaN where no
    draws tell of it. See `estimate`.
    """

    n: int
    mean: float
    low: float
    high: float
    wide_low: float = np.nan
    wide_high: float = np.nan


@dataclass(frozen=True)
class Estimates:
    """Many estimates at once, each field an array of the same shape."""

    n: NDArray[np.int64]
    mean: Values
    low: Values
    high: Values


def estimate(values: Values, confidence: float, *, with_ignorance: bool = False) -> Estimates:
    """Return mean and t-interval over the last two axes, (draw, replication).

    The interval says how exactly the runs know the mean over luck and over what is believed of the parameters; more runs narrow it.
    `with_ignorance` it says where the mean over luck may lie at the true parameters, one more draw from what is believed of them;
    only data narrow it, and with one draw it is NaN. A replication counts where all its draws have a value (NaN: none, as the
    waiting time of a queue that nobody joined).
    """
    complete = np.asarray(~np.isnan(values).any(axis=-2))
    replications = complete.sum(axis=-1)
    count = values.shape[-2] * replications
    there = complete[..., None, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, values, 0.0).sum(axis=(-2, -1)) / count
        deviations = np.where(there, values - mean[..., None, None], 0.0)
        squares = MeanSquares.of(deviations, replications)
        half = _half_width(*squares.of_mean(), confidence)
        if with_ignorance:  # few degrees of freedom can make the mean's interval the wider one
            half = np.maximum(half, _half_width(*squares.with_ignorance(), confidence))
    return Estimates(count, mean, mean - half, mean + half)


def _half_width(variance: Values, freedom: Values, confidence: float) -> Values:
    return np.asarray(stdtrit(freedom, (1 + confidence) / 2) * np.sqrt(variance))


def paired_difference(first: pd.Series[float], second: pd.Series[float], confidence: float) -> Estimate:
    """Return the mean of `first` − `second`, run by run, with its t-interval; both are indexed by (draw, replication)."""
    difference = (first - second).unstack(level=-1)  # noqa: PD010 - a series has no pivot_table
    found = estimate(difference.to_numpy(dtype=float), confidence)
    return Estimate(int(found.n), float(found.mean), float(found.low), float(found.high))


def linearised(numerator: Values, denominator: Values) -> Values:
    """Return values whose mean is the ratio of the means, and whose spread is the spread of that ratio.

    The delta method for a ratio estimator (Cochran, Sampling Techniques, 1977, section 6.4): r + (y − r x) / mean(x). Differences of
    such values between strategies give the difference of two ratios, pairing included. All NaN where the denominator's mean is 0.
    """
    numerator, denominator = _where_both(numerator, denominator)
    mean_below = _mean(denominator)
    mean_below = np.where(mean_below == 0, np.nan, mean_below)
    ratio = _mean(numerator) / mean_below
    return np.asarray(ratio + (numerator - ratio * denominator) / mean_below)


def fieller(numerator: Values, denominator: Values, confidence: float, *, with_ignorance: bool = False) -> Estimates:
    """Return mean(numerator) / mean(denominator) with Fieller's interval, for a denominator that must be above 0.

    Fieller (1954), Some problems in interval estimation, J. R. Stat. Soc. B 16: all ratios θ for which numerator − θ denominator may
    have mean 0. Where the denominator is not surely above 0 that set has no end, and mean and interval are NaN.
    """
    numerator, denominator = _where_both(numerator, denominator)
    below, above, both = (
        estimate(values, confidence, with_ignorance=with_ignorance)
        for values in (denominator, numerator, numerator + denominator)
    )
    half = [(found.high - found.low) / 2 for found in (below, above, both)]
    with np.errstate(invalid="ignore", divide="ignore"):
        square = below.mean**2 - half[0] ** 2
        cross = below.mean * above.mean - (half[2] ** 2 - half[1] ** 2 - half[0] ** 2) / 2
        root = np.sqrt(cross**2 - square * (above.mean**2 - half[1] ** 2))
        sure = np.where(below.low > 0, 1.0, np.nan)
        return Estimates(
            below.n, sure * above.mean / below.mean, sure * (cross - root) / square, sure * (cross + root) / square
        )


def _where_both(first: Values, second: Values) -> tuple[Values, Values]:
    """Blank out the replications in which either has no value."""
    valued = ~(np.isnan(first) | np.isnan(second)).any(axis=-2, keepdims=True)
    return np.where(valued, first, np.nan), np.where(valued, second, np.nan)


def _mean(values: Values) -> Values:
    """Return the mean of the values that are there, over (draw, replication), with both axes kept."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, values, 0.0).sum(axis=(-2, -1), keepdims=True) / there.sum(axis=(-2, -1), keepdims=True)
    return np.asarray(mean)
