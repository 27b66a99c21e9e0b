"""Numbers are written as their readers write them."""

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.reporting.quantities import NO_BREAK, Quantities

ENGLISH, CHINESE = Quantities("en_GB"), Quantities("zh_Hans_CN")


@pytest.mark.parametrize(
    ("value", "unit", "digits", "english", "chinese"),
    [
        (1234.4, "count", 0, "1,234", "1,234"),
        (123_456, "count", 0, "123,456", "12.35万"),
        (2_500_000, "count", 0, "2.50M", "250.00万"),
        (350, "CNY", 0, "CN¥350", "¥350"),
        (83_200, "CNY", 0, "CN¥83.20K", "¥8.32万"),
        (-1_234_567, "CNY", 0, "-CN¥1.23M", "-¥123.46万"),
        (999_999, "CNY", 0, "CN¥1.00M", "¥100.00万"),
        (150_000_000, "CNY", 0, "CN¥150.00M", "¥1.50亿"),
        (0.8734, "share", 3, "87.3%", "87.3%"),
        (3.217, "wallets/hour", 2, "3.22", "3.22"),
        (-0.2, "count", 0, "0", "0"),
        (math.nan, "CNY", 0, "–", "–"),
    ],
)
def test_numbers_have_the_units_and_thousands_of_the_language(value, unit, digits, english, chinese):
    """Thousands and millions in English, 万 and 亿 in Chinese, yuan, percent, and never a minus zero."""
    assert ENGLISH.number(value, unit, digits) == english
    assert CHINESE.number(value, unit, digits) == chinese


def test_an_interval_says_from_where_to_where():
    """Mean and interval stand together, on one line."""
    assert ENGLISH.interval(12_345, 12_100, 12_600).replace(NO_BREAK, " ") == "12,345 (12,100 to 12,600)"
    assert CHINESE.interval(12_345, 12_100, 12_600).replace(NO_BREAK, " ") == "1.23万（1.21万 至 1.26万）"


def test_no_interval_is_invented():
    """One run has no interval, and what every run costs alike has no spread."""
    assert ENGLISH.interval_parts(10.0, math.nan, math.nan) == ("10", "")
    assert ENGLISH.interval_parts(10.0, 10.0, 10.0) == ("10", "")


@given(mean=st.floats(1e4, 1e9), relative=st.floats(1e-4, 0.5))
def test_the_digits_shown_follow_the_uncertainty(mean, relative):
    """No end of an interval is rounded by more than half its half-width, and none shows more than three decimals."""
    low, high = mean * (1 - relative), mean * (1 + relative)
    text = CHINESE.interval_parts(mean, low, high, "CNY")[0]
    number, scale = text.strip("¥万亿"), {"万": 1e4, "亿": 1e8}.get(text[-1], 1)
    decimals = number.partition(".")[2]
    assert len(decimals) <= 3
    shown = float(number.replace(",", "")) * scale
    assert abs(shown - mean) <= max((high - low) / 4, 0.0005 * scale) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (0, "count", "0", "0"),
        (0.2, "count", "0.2", "0.2"),
        (15_000, "count", "15,000", "1.5万"),
        (400_000, "CNY", "CN¥400K", "¥40万"),
        (-50_000, "CNY", "-CN¥50K", "-¥5万"),
        (0.75, "share", "75%", "75%"),
    ],
)
def test_ticks_are_as_short_as_they_go(value, unit, english, chinese):
    """An axis has no superfluous zeros."""
    assert ENGLISH.tick(value, unit) == english
    assert CHINESE.tick(value, unit) == chinese


def test_dates_and_lists_follow_the_language():
    """Months are words or characters, and the last of a list is joined as a sentence does."""
    day = datetime.date(2026, 3, 2)
    assert (ENGLISH.date(day), CHINESE.date(day)) == ("2 March 2026", "2026年3月2日")
    assert ENGLISH.enumeration(["A", "B", "C"]) == "A, B and C"
    assert CHINESE.enumeration(["甲", "乙", "丙"]) == "甲、乙和丙"
