"""The calendar agrees with China's announced holidays, and time and dates are two ways to say the same."""

import datetime
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.workdays import HOUR, MINUTE, UnknownHolidaysWarning, WorkCalendar

Date = datetime.date
YEAR_2026 = WorkCalendar(Date(2026, 1, 1), 365)
known_dates = st.dates(Date(2004, 1, 1), Date(2024, 12, 31))
lengths = st.integers(1, 730)


def worked(calendar, *dates):
    """Tell for each date whether it is a workday."""
    return [bool(calendar.is_workday[calendar.day_of(date)]) for date in dates]


def test_nobody_works_in_the_spring_festival_of_2026():
    """The nine days from 15 to 23 February 2026 are free, weekdays included; work begins again on the 24th."""
    first = YEAR_2026.day_of(Date(2026, 2, 15))
    assert not YEAR_2026.is_workday[first : first + 9].any()
    assert YEAR_2026.is_workday[first + 9]


def test_make_up_saturdays_are_worked():
    """Saturdays 14 and 28 February 2026 repay the Spring Festival, although they are at a weekend."""
    saturdays = [Date(2026, 2, 14), Date(2026, 2, 28)]
    days = [YEAR_2026.day_of(date) for date in saturdays]
    assert worked(YEAR_2026, *saturdays) == [True, True]
    assert YEAR_2026.is_weekend[days].all()
    assert worked(YEAR_2026, Date(2026, 3, 7)) == [False]


def test_national_day_of_2026_is_seven_days_and_repaid_on_two():
    """1 to 7 October 2026 are free; Sunday 20 September and Saturday 10 October are worked."""
    first = YEAR_2026.day_of(Date(2026, 10, 1))
    assert not YEAR_2026.is_workday[first : first + 7].any()
    assert worked(YEAR_2026, Date(2026, 10, 8), Date(2026, 9, 20), Date(2026, 10, 10)) == [True, True, True]


def test_the_year_2026_has_248_workdays():
    """261 weekdays, less 19 on which a holiday falls, and 6 make-up days."""
    holidays_on_weekdays = 19
    assert int((~YEAR_2026.is_weekend).sum()) == 261
    assert int(YEAR_2026.is_workday.sum()) == 261 - holidays_on_weekdays + 6


def test_an_extra_holiday_is_free_even_on_a_make_up_workday():
    """A bank's own holiday wins over a weekday and over a make-up Saturday, and changes no other day."""
    extra = [Date(2026, 2, 14), Date(2026, 3, 4)]
    calendar = WorkCalendar(YEAR_2026.start, YEAR_2026.days, extra_holidays=extra)
    assert worked(YEAR_2026, *extra) == [True, True]
    changed = np.flatnonzero(calendar.is_workday != YEAR_2026.is_workday)
    assert [calendar.date_of(int(day)) for day in changed] == extra
    assert worked(calendar, *extra) == [False, False]


def test_weeks_run_from_monday_to_sunday_across_the_end_of_a_year():
    """From Wednesday 30 December 2020, week 0 has five days and holds New Year's Day; week 1 begins on Monday the 4th."""
    calendar = WorkCalendar(Date(2020, 12, 30), 14)
    assert calendar.week.tolist() == [0] * 5 + [1] * 7 + [2] * 2
    assert calendar.weekday.tolist()[:6] == [2, 3, 4, 5, 6, 0]


def test_months_count_on_across_the_end_of_a_year():
    """31 December is month 0, January month 1, and 1 February starts month 2."""
    calendar = WorkCalendar(Date(2020, 12, 31), 33)
    assert calendar.month.tolist() == [0] + [1] * 31 + [2]
    assert np.flatnonzero(calendar.is_month_start).tolist() == [1, 32]


@given(start=known_dates, days=lengths)
def test_the_arrays_agree_with_the_dates(start, days):
    """Every array says of each day what the date itself says, in the promised type and length."""
    calendar = WorkCalendar(start, min(days, (Date(2026, 12, 31) - start).days + 1))
    dates = calendar.dates.tolist()
    assert dates == [calendar.date_of(day) for day in range(calendar.days)]
    assert calendar.weekday.tolist() == [date.weekday() for date in dates]
    assert calendar.is_weekend.tolist() == [date.isoweekday() > 5 for date in dates]
    assert calendar.is_month_start.tolist() == [date.day == 1 for date in dates]
    assert calendar.month.tolist() == [(date.year - start.year) * 12 + date.month - start.month for date in dates]
    monday = start - datetime.timedelta(days=start.weekday())
    assert calendar.week.tolist() == [(date - monday).days // 7 for date in dates]
    assert [array.dtype for array in (calendar.dates, calendar.weekday, calendar.week, calendar.month)] == [
        np.dtype(name) for name in ("datetime64[D]", "int8", "int16", "int16")
    ]


@given(start=known_dates, day=st.integers(-1_000, 10_000))
def test_a_day_and_its_date_are_each_others_inverse(start, day):
    """`day_of` undoes `date_of`, within the campaign, before and after it."""
    calendar = WorkCalendar(start, 1)
    assert calendar.day_of(calendar.date_of(day)) == day


@given(day=st.integers(0, 3_650), hour=st.floats(0, 23.99))
def test_an_hour_of_a_day_is_found_again(day, hour):
    """`at` lies within its day and `hour_of` undoes it, to a hundredth of a second."""
    time = WorkCalendar.at(day, hour)
    assert day <= time < day + 1
    assert WorkCalendar.hour_of(time) == pytest.approx(hour, abs=1e-2 / 3_600)


def test_hours_and_minutes_are_parts_of_a_day():
    """Nine o'clock and thirty minutes is half past nine."""
    assert WorkCalendar.at(3, 9) + 30 * MINUTE == pytest.approx(WorkCalendar.at(3, 9.5))
    assert WorkCalendar.at(0, 18) == pytest.approx(18 * HOUR)
    assert WorkCalendar.at(5, 24) == 6


@pytest.mark.parametrize("hour", [-0.5, 24.5, float("nan")])
def test_an_impossible_hour_is_refused(hour):
    """An hour outside 0 to 24 is an error that says so."""
    with pytest.raises(ValueError, match="between 0 and 24"):
        WorkCalendar.at(0, hour)


@pytest.mark.parametrize("days", [0, -3])
def test_a_calendar_without_days_is_refused(days):
    """A campaign that lasts no day is an error that names the length."""
    with pytest.raises(ValueError, match=f"not {days}$"):
        WorkCalendar(Date(2026, 1, 1), days)


def test_years_without_announced_holidays_have_weekends_and_a_warning():
    """The warning names just the unknown years; their weekdays are all worked, and known years keep their holidays."""
    with pytest.warns(UnknownHolidaysWarning, match="holidays of 2201, 2202 are") as warned:
        calendar = WorkCalendar(Date(2201, 12, 1), 60)
    assert [warning.filename for warning in warned] == [__file__]
    assert (calendar.is_workday == ~calendar.is_weekend).all()
    with pytest.warns(UnknownHolidaysWarning, match="holidays of 2003 are"):
        eve = WorkCalendar(Date(2003, 12, 31), 2)
    assert worked(eve, Date(2003, 12, 31), Date(2004, 1, 1)) == [True, False]


def test_a_calendar_cannot_be_changed():
    """It is shared by all parts of a run: neither its fields nor its arrays can be written to."""
    with pytest.raises(AttributeError):
        YEAR_2026.days = 7
    for array in (YEAR_2026.dates, YEAR_2026.is_workday, YEAR_2026.weekday, YEAR_2026.week, YEAR_2026.month):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]
    assert YEAR_2026.is_workday is YEAR_2026.is_workday


def test_a_calendar_travels_to_another_process():
    """A pickled calendar is equal and gives the same workdays."""
    copy = pickle.loads(pickle.dumps(YEAR_2026))  # noqa: S301 - our own bytes
    assert copy == YEAR_2026
    assert (copy.is_workday == YEAR_2026.is_workday).all()
