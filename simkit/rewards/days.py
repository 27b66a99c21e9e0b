"""Local days as small numbers: days since 2000-01-01 in Asia/Shanghai, with the week, month and year of each."""

from __future__ import annotations

import datetime
import functools
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FIRST: Final = datetime.date(2000, 1, 1)
DAYS: Final = (datetime.date(2100, 1, 1) - FIRST).days
"""Days that have a number: 2000-01-01 to 2099-12-31."""
HORIZON: Final = 42_000
"""Days that the tables know, so that what is earned in 2099 can still become effective and expire."""
NEVER: Final = 65_535
"""Stands for a day that has not come."""
OFFSET_SECONDS: Final = 8 * 3600
"""Asia/Shanghai against UTC; it has had no summer time since 1991."""

CALENDAR: Final = np.dtype([(name, "i2") for name in ("month", "year", "of_month", "of_week", "of_year")])


def day_number(date: datetime.date) -> int:
    """Return the number of a date; raise `ValueError` outside 2000 to 2099."""
    number = (date - FIRST).days
    if not 0 <= number < DAYS:
        raise ValueError(f"{date} is outside 2000-01-01 to 2099-12-31")
    return number


def date_of(day: int) -> datetime.date:
    """Return the date of a day's number."""
    return FIRST + datetime.timedelta(days=int(day))


@functools.cache
def calendar() -> NDArray[Any]:
    """Return for each day its month (counted from 2000-01), year, day of the month, of the week (Monday 0) and of the year.

    The day of the year is month x 32 + day, so that it compares alike in leap years and others.
    """
    dates = np.datetime64(FIRST, "D") + np.arange(HORIZON)
    months = dates.astype("datetime64[M]")
    table = np.empty(HORIZON, dtype=CALENDAR)
    table["month"] = (months - np.datetime64("2000-01")).astype(np.int64)
    table["year"] = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    table["of_month"] = (dates - months).astype(np.int64) + 1
    table["of_week"] = (np.arange(HORIZON) + FIRST.weekday()) % 7
    table["of_year"] = (months - months.astype("datetime64[Y]")).astype(np.int64) * 32 + table["of_month"]
    return table


@functools.cache
def month_starts() -> NDArray[np.int64]:
    """Return the day on which each month begins, counted from 2000-01, 30 years longer than any day of a claim."""
    months = np.datetime64("2000-01", "M") + np.arange(12 * 130)
    return (months.astype("datetime64[D]") - np.datetime64(FIRST, "D")).astype(np.int64)
