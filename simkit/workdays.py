"""Simulation time ↔ dates: which days are worked, in which week and month they fall, and what an hour is.

The unit of time is one day. Day 0 is the first date of the scenario, and hour `h` of day `d` is the time `d + h / 24`.

China's public holidays and make-up workdays (调休, weekend days worked in exchange for a longer holiday) come from the
package chinesecalendar, which knows a year once its holidays are announced, in November of the year before. In other
years only weekends are free, and a warning names these years: a plan need not wait for the next announcement.
"""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeVar

import chinese_calendar
import numpy as np
from numpy.typing import NDArray

HOUR: Final = 1 / 24
"""One hour, in days."""
MINUTE: Final = HOUR / 60
"""One minute, in days."""

_HOURS_PER_DAY: Final = 24
_DAYS_PER_WEEK: Final = 7
_SATURDAY: Final = 5
_Numbers = TypeVar("_Numbers", bound=NDArray[Any])
_KNOWN_YEARS: Final = range(min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year + 1)


class UnknownHolidaysWarning(UserWarning):
    """A campaign reaches into years whose public holidays are not known; only their weekends are free."""


@dataclass(frozen=True)
class WorkCalendar:
    """The dates of a campaign. Every array has one entry a day and cannot be written to.

    Parameters
    ----------
    start
        The date of day 0.
    days
        How many days the campaign lasts, at least 1.
    extra_holidays
        Further days on which nobody works, such as a holiday of the bank's own. They win over make-up workdays.

    Raises
    ------
    ValueError
        When `days` is less than 1.

    Warns
    -----
    UnknownHolidaysWarning
        When chinesecalendar does not know the holidays of a year in which the campaign takes place.
    """

    start: datetime.date
    days: int
    extra_holidays: Sequence[datetime.date] = ()

    def __post_init__(self) -> None:
        """Check the length, and tell which years have no known holidays."""
        if self.days < 1:
            raise ValueError(f"a calendar has at least 1 day, not {self.days}")
        years = range(self.start.year, self.date_of(self.days - 1).year + 1)
        unknown = [str(year) for year in years if year not in _KNOWN_YEARS]
        if unknown:
            message = (
                f"the public holidays of {', '.join(unknown)} are not known, so only weekends are free there; known are "
                f"{_KNOWN_YEARS[0]} to {_KNOWN_YEARS[-1]}. A newer chinesecalendar may know them, or list extra holidays."
            )
            warnings.warn(message, UnknownHolidaysWarning, stacklevel=3)

    @cached_property
    def dates(self) -> NDArray[np.datetime64]:
        """The date of each day, datetime64[D]."""
        return _constant(np.datetime64(self.start, "D") + np.arange(self.days))

    @cached_property
    def weekday(self) -> NDArray[np.int8]:
        """The day of the week, Monday 0 to Sunday 6."""
        return _constant(((np.arange(self.days) + self.start.weekday()) % _DAYS_PER_WEEK).astype(np.int8))

    @cached_property
    def is_weekend(self) -> NDArray[np.bool_]:
        """Whether the day is a Saturday or a Sunday, worked or not."""
        return _constant(self.weekday >= _SATURDAY)

    @cached_property
    def is_workday(self) -> NDArray[np.bool_]:
        """Whether people work: weekdays that are no public holiday, and make-up workdays."""
        holiday = np.isin(self.dates, _as_dates(chinese_calendar.holidays))
        made_up = np.isin(self.dates, _as_dates(chinese_calendar.workdays))
        extra = np.isin(self.dates, _as_dates(self.extra_holidays))
        return _constant((made_up | ~(self.is_weekend | holiday)) & ~extra)

    @cached_property
    def week(self) -> NDArray[np.int16]:
        """The natural week, Monday to Sunday: 0 in the week of day 0, however short, counting on across years."""
        return _constant(((np.arange(self.days) + self.start.weekday()) // _DAYS_PER_WEEK).astype(np.int16))

    @cached_property
    def month(self) -> NDArray[np.int16]:
        """The calendar month: 0 in the month of day 0, counting on across years."""
        months = self.dates.astype("datetime64[M]").astype(np.int64)
        return _constant((months - months[0]).astype(np.int16))

    @cached_property
    def is_month_start(self) -> NDArray[np.bool_]:
        """Whether the day is the first of a calendar month."""
        return _constant(self.dates == self.dates.astype("datetime64[M]"))

    def date_of(self, day: int) -> datetime.date:
        """Give the date of a day, also of one before the start or after the end."""
        return self.start + datetime.timedelta(days=day)

    def day_of(self, date: datetime.date) -> int:
        """Give the day of a date: the inverse of `date_of`."""
        return (date - self.start).days

    @staticmethod
    def at(day: int, hour: float) -> float:
        """Give the time of an hour of a day.

        Raises
        ------
        ValueError
            When `hour` does not lie between 0 and 24.
        """
        if not 0 <= hour <= _HOURS_PER_DAY:
            raise ValueError(f"an hour lies between 0 and 24, not {hour}")
        return day + hour / _HOURS_PER_DAY

    @staticmethod
    def hour_of(time: float) -> float:
        """Give the hour of a time, from 0 up to 24 and without it: the inverse of `at`."""
        return time % 1 * _HOURS_PER_DAY


def _as_dates(days: Iterable[datetime.date]) -> NDArray[np.datetime64]:
    """Turn dates, or a mapping by date, into datetime64[D]."""
    return np.array(list(days), dtype="datetime64[D]")


def _constant(numbers: _Numbers) -> _Numbers:
    """Forbid writing to an array that all users of a calendar share."""
    numbers.flags.writeable = False
    return numbers
