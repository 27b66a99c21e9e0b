"""What a key figure is: its name, its unit, its words for people, and where in the ledger it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower", "neither"]
Source = Literal["computed", "tally", "figure", "ratio"]
ALL = "all"
"""The segment of all customers."""


@dataclass(frozen=True)
class Kpi:
    """One key figure: unit, titles for people, what is better; `ratio_of` names numerator and denominator.

    source: `tally` is the sum over days of the ledger's tally of the same name, `figure` the ledger's figure of that name, `ratio` one
    key figure over another; `computed` ones have a formula of their own.
    """

    name: str
    unit: str
    title: Mapping[str, str]
    better: Better = "neither"
    digits: int = 0
    ratio_of: tuple[str, str] | None = None
    source: Source = "computed"


def kpi(
    name: str,
    unit: str,
    en: str,
    zh: str,
    better: Better = "neither",
    digits: int = 0,
    *,
    ratio_of: tuple[str, str] | None = None,
) -> Kpi:
    """Declare a key figure with a formula of its own, or the ratio of two others."""
    return Kpi(name, unit, {"en": en, "zh": zh}, better, digits, ratio_of, "ratio" if ratio_of else "computed")


def tallied(name: str, unit: str, en: str, zh: str, better: Better = "neither", digits: int = 0) -> Kpi:
    """Declare a key figure that is the sum over days of the ledger's tally of the same name, by segment."""
    return Kpi(name, unit, {"en": en, "zh": zh}, better, digits, source="tally")


def figure(name: str, unit: str, en: str, zh: str, better: Better = "neither", digits: int = 0) -> Kpi:
    """Declare a key figure of the whole run that a mechanism writes into the ledger once."""
    return Kpi(name, unit, {"en": en, "zh": zh}, better, digits, source="figure")
