"""Numbers as a reader of one locale writes them: thousands, 万 and 亿, yuan, percent, dates, intervals.

The number of digits follows the uncertainty: the last one shown is the first digit of the interval's half-width, or its second
where the first is a 1.
"""

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale, dates, lists, numbers

NOTHING = "–"
_ROUNDING = 1e-12
NO_BREAK = "\u00a0"  # an interval stays on one line
MONEY = "CNY"
SHARE = "share"


@dataclass(frozen=True)
class Quantities:
    """Formats quantities for one *locale* (a CLDR identifier such as ``zh_Hans_CN``)."""

    locale: str

    @property
    def _counts_by_ten_thousand(self) -> bool:
        return self.locale.startswith("zh")

    def number(self, value: float, unit: str = "", digits: int = 0) -> str:
        """Format *value*: money of 10,000 yuan and more is compact, shares are percentages, Chinese counts use 万 and 亿."""
        return self._format(value, unit, self._digits(value, unit, digits, half_width=None))

    def interval(self, mean: float, low: float, high: float, unit: str = "", digits: int = 0) -> str:
        """Format an estimate with its interval, or the mean alone where there is no interval (one run)."""
        return (" " if self.locale.startswith("en") else "").join(
            part for part in self.interval_parts(mean, low, high, unit, digits) if part
        )

    def interval_parts(self, mean: float, low: float, high: float, unit: str = "", digits: int = 0) -> tuple[str, str]:
        """Format an estimate as two texts, the mean and the interval in brackets.

        The second is empty where there is no interval (one run) or no spread: what every run costs alike has no luck in it.
        """
        half_width = (high - low) / 2
        if math.isnan(mean) or math.isnan(half_width) or half_width <= _ROUNDING * abs(mean):
            return self.number(mean, unit, digits), ""
        middle, lowest, highest = (
            self._format(value, unit, self._digits(value, unit, digits, half_width)) for value in (mean, low, high)
        )
        if self._counts_by_ten_thousand:
            return middle, f"（{lowest}{NO_BREAK}至{NO_BREAK}{highest}）"
        return middle, f"({lowest}{NO_BREAK}to{NO_BREAK}{highest})"

    def tick(self, value: float, unit: str = "") -> str:
        """Format a number on an axis, as short as it goes."""
        if unit == SHARE:
            return self._written(value, unit, "#,##0%")
        scale = self._scale(value, unit)
        return self._written(value / scale, unit, "#,##0.##") + self._suffix(scale)

    def date(self, day: datetime.date) -> str:
        """Format a calendar date, the month in words or characters."""
        return dates.format_date(day, format="long", locale=self.locale)

    def month(self, day: datetime.date) -> str:
        """Format a date's month in a few letters."""
        return dates.format_date(day, format="LLL", locale=self.locale)

    def day_and_month(self, day: datetime.date) -> str:
        """Format a date without its year."""
        return dates.format_skeleton("MMMd", day, locale=self.locale)

    def enumeration(self, names: Sequence[str]) -> str:
        """Join *names* as a sentence does: "A, B and C"; "A、B和C"."""
        return lists.format_list(list(names), locale=self.locale)

    def _scale(self, value: float, unit: str) -> float:
        """Return the number that one unit of the leading digit group stands for: 1, 10,000, a million."""
        if unit == SHARE:
            return 1.0
        if self._counts_by_ten_thousand:
            steps: tuple[float, ...] = (1e8, 1e4)
        else:
            steps = (1e9, 1e6, 1e3) if unit == MONEY and abs(value) >= 1e4 else (1e9, 1e6)  # noqa: PLR2004
        # 999,999.7 is shown as a million, not as a thousand thousands.
        return next((step for step in steps if abs(value) >= step * 0.9995), 1.0)

    def _digits(self, value: float, unit: str, digits: int, half_width: float | None) -> int:
        """Return the decimals to show: *digits* for a plain number, what the interval supports for a compact one.

        A share with three decimals is a percentage with one.
        """
        if unit == SHARE:
            return max(digits - 2, 1)
        scale = self._scale(value, unit)
        if scale == 1:
            return digits
        if not half_width:
            return 2
        return min(3, max(0, math.ceil(-math.log10(half_width / scale / 2))))

    def _format(self, value: float, unit: str, digits: int) -> str:
        if math.isnan(value):
            return NOTHING
        fraction = f".{'0' * digits}" if digits else ""
        if unit == SHARE:
            return self._written(value, unit, f"#,##0{fraction}%")
        scale = self._scale(value, unit)
        number = round(value / scale, digits) + 0.0  # never "-0"
        return self._written(number, unit, f"#,##0{fraction}") + self._suffix(scale)

    def _written(self, number: float, unit: str, pattern: str) -> str:
        currency = "CNY" if unit == MONEY else None
        parsed = _pattern(f"¤{pattern}" if currency else pattern)
        return str(parsed.apply(number, _locale(self.locale), currency=currency, currency_digits=False))

    def _suffix(self, scale: float) -> str:
        """Return what CLDR writes after a number counted in *scale*: K, M, 万, 亿."""
        if scale == 1:
            return ""
        patterns = _locale(self.locale).compact_decimal_formats["short"]["other"]
        return str(patterns[f"{scale:.0f}"].pattern).strip("0")


# Pages have thousands of numbers, and Babel's own functions look up both anew for each.
_locale = cache(Locale.parse)
_pattern = cache(numbers.parse_pattern)
