"""Days, periods and exact money of the slow interpreter, in plain dates and whole fen."""

import calendar
import datetime
from decimal import ROUND_FLOOR, Decimal

ONE_DAY = datetime.timedelta(days=1)


def fen(cny):
    """Return an amount of CNY in fen."""
    return int((Decimal(str(cny)) * 100).to_integral_value())


def share_of(rate, amount):
    """Return a share of a whole number, rounded down; a rate has six decimal places."""
    exact = Decimal(str(rate)).quantize(Decimal("0.000001"))
    return int((exact * amount).to_integral_value(rounding=ROUND_FLOOR))


def last_day(first, window):
    """Return the last day of a window: `elapsed` counts the first as day 0, `ordinal` as day 1."""
    return first + (window.days if window.day_count == "elapsed" else window.days - 1) * ONE_DAY


def end_of_month(day):
    """Return the last day of the month in which a day lies."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def next_month(day):
    """Return the first day of the month after."""
    return end_of_month(day) + ONE_DAY


def months_later(day, months):
    """Return the same day so many months later; a day that the month does not have becomes its last."""
    first = day.replace(day=1)
    for _ in range(months):
        first = next_month(first)
    return first.replace(day=min(day.day, end_of_month(first).day))


def anniversary(approved, year):
    """Return the card's anniversary in a year; 29 February is kept on 1 March in other years."""
    try:
        return approved.replace(year=year)
    except ValueError:
        return datetime.date(year, 3, 1)


def year_since(approved, day):
    """Return the first day of the year of the card in which a day lies."""
    begins = anniversary(approved, day.year)
    return begins if begins <= day else anniversary(approved, day.year - 1)


def period_of(day, kind, approved=None):
    """Name the period of a day; `approved` is given where years begin on the day of the card's approval."""
    if kind == "day":
        return day
    if kind in {"week", "natural_week"}:
        return day - day.weekday() * ONE_DAY
    if kind in {"month", "calendar_month"}:
        return day.year, day.month
    if kind in {"year", "calendar_year"}:
        return day.year if approved is None else year_since(approved, day)
    return "ever"
