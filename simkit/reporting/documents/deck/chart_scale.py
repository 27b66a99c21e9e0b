"""How a native chart writes the numbers of one axis: the format of its labels, and what its data are counted in.

Number formats can divide by thousands only. So English charts keep the numbers as they are and their format says K, M or B; Chinese
charts keep them in 万 or 亿, and the axis' title says so.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from simkit.reporting.language import Language, catalogue
from simkit.reporting.quantities import MONEY, SHARE

_WIDE_SHARE = 0.1
_FIVE_STEPS = 5
_ENGLISH = ((1e9, ",,,", "B"), (1e6, ",,", "M"), (1e3, ",", "K"))
_CHINESE = ((1e8, "hundred_million"), (1e4, "ten_thousand"))
_NO_THOUSANDS = 1e4
"""Counts below a million, and money below this, are written out in English."""


@dataclass(frozen=True)
class Scale:
    """Data are divided by `divisor`, which `words` name behind the axis' title; labels are written by `number_format`."""

    divisor: float
    number_format: str
    words: str = ""

    def of(self, numbers: Sequence[float | None]) -> list[float | None]:
        """Return *numbers* as the chart keeps them."""
        return [None if number is None else number / self.divisor for number in numbers]


def scale_of(numbers: Iterable[float | None], unit: str, language: Language) -> Scale:
    """Return the scale of an axis that shows *numbers* of one unit."""
    largest = max((abs(number) for number in numbers if number is not None), default=0.0)
    if unit == SHARE:
        return Scale(1, "0%" if largest >= _WIDE_SHARE else "0.0%")
    return _chinese(largest, unit) if language == "zh" else _english(largest, unit)


def _english(largest: float, unit: str) -> Scale:
    sign = '"CN¥"' if unit == MONEY else ""
    least = _NO_THOUSANDS if unit == MONEY else 1e6
    for step, commas, suffix in _ENGLISH:
        if largest >= max(step, least):
            return Scale(1, _signed(f'{sign}#,##0{_decimals(largest / step)}{commas}"{suffix}"'))
    return Scale(1, _signed(f"{sign}#,##0{_decimals(largest)}"))


def _chinese(largest: float, unit: str) -> Scale:
    words = catalogue("zh")
    money = words["deck.unit.yuan"] if unit == MONEY else ""
    for step, name in _CHINESE:
        if largest >= step:
            return Scale(step, _signed(f"#,##0{_decimals(largest / step)}"), words[f"deck.unit.{name}"] + money)
    return Scale(1, _signed(f"#,##0{_decimals(largest)}"), money)


def _signed(number_format: str) -> str:
    """Return the format with its sign before all else, and a plain 0."""
    return f"{number_format};-{number_format};0"


def _decimals(largest: float) -> str:
    """Return the decimals of labels below *largest*, whose steps are about a fifth of it."""
    if largest <= 0:
        return ""
    digits = min(3, max(0, math.ceil(math.log10(_FIVE_STEPS / largest))))
    return "." + "0" * digits if digits else ""
