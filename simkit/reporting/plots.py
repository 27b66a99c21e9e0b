"""What charts draw, as data: series of a plot from estimates and arrays."""

from collections.abc import Iterable, Sequence

import numpy as np

from simkit.reporting.content import Numbers, Series, finite
from simkit.study import Estimate
from simkit.study.variances import Values

DAYS_A_WEEK = 7


def numbers(values: Iterable[float]) -> Numbers:
    """Return numbers as a plot holds them: nothing where there is none."""
    return tuple(finite(value) for value in values)


def series(name: str, colour: str, estimates: Iterable[Estimate], point_colours: Iterable[str] | None = None) -> Series:
    """Return estimates as a series with intervals, where any has one."""
    found = list(estimates)
    low, high = numbers(one.low for one in found), numbers(one.high for one in found)
    sure = any(end is not None for end in low)
    return Series(
        name=name,
        colour=colour,
        values=numbers(one.mean for one in found),
        low=low if sure else None,
        high=high if sure else None,
        point_colours=None if point_colours is None else tuple(point_colours),
    )


def weeks(days: int) -> Sequence[int]:
    """Return the first of *days*, every seventh after it, and the last."""
    return sorted({*range(0, days, DAYS_A_WEEK), days - 1})


def curve(name: str, colour: str, bands: Values) -> Series:
    """Return a daily curve by weeks; *bands* holds mean, low and high by day, shape (3, days)."""
    shown = weeks(bands.shape[1])
    mean, low, high = (numbers(np.asarray(part)[shown]) for part in bands)
    return Series(name=name, colour=colour, values=mean, low=low, high=high, x=numbers(shown))
