"""The two languages of charts and reports: a catalogue of messages, and the narrator who tells a study in one of them."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Literal, get_args

import yaml

from simkit.metrics.catalogue import KPIS
from simkit.metrics.kpi import Kpi
from simkit.params import Finding, ParameterError, nearest
from simkit.reporting.content import Figure, finite
from simkit.reporting.lookups import LEAST_CUSTOMERS, Withheld
from simkit.reporting.quantities import SHARE, Quantities
from simkit.reporting.text_width import shortened
from simkit.study import AGAINST_DOING_NOTHING, Estimate

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

# What CLDR calls the locale, and what HTML calls the language of a page.
_LOCALES: Mapping[Language, str] = {"en": "en_GB", "zh": "zh_Hans_CN"}
_OF_A_PROGRAMME = (
    Kpi("coupons_per_player", "count", {"en": "Coupons of a player", "zh": "人均领取权益数"}, digits=1),
    Kpi("redeemed_per_player", "CNY", {"en": "Face value redeemed by a player", "zh": "人均核销面值"}, digits=2),
    Kpi("partner_cost", "CNY", {"en": "Cost of the reward programme borne by partners", "zh": "合作方承担的权益成本"}),
    Kpi("breakage", "CNY", {"en": "Breakage: face value claimed and expired", "zh": "沉淀：已领取而过期的面值"}),
)
FIGURES: Mapping[str, Kpi] = {**KPIS, **AGAINST_DOING_NOTHING, **{kpi.name: kpi for kpi in _OF_A_PROGRAMME}}
"""Every key figure that is shown: those of single runs, those that only a comparison has, and those of one programme's page."""
# The directional controls of the Unicode Bidirectional Algorithm (UAX 9).
_TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_TURNING_MARKS = "\u200e\u200f\u061c"
_MOST_NAMED = 5
_NAME_WIDTH = 60  # half-width characters
_SQUARE = str.maketrans("()（）", "[][]")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is not built on every machine
HTML_LANGUAGES: Mapping[Language, str] = {"en": "en", "zh": "zh-CN"}


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Return all messages of *language* by dotted key, such as ``chart.lasting.clear``, from all its files; none may say one twice."""
    messages: dict[str, str] = {}
    for file in (resources.files("simkit.reporting") / "texts" / language).iterdir():
        own = dict(_flatten(yaml.load(file.read_text(encoding="utf-8"), _LOADER)))  # noqa: S506 - a safe loader
        twice = sorted(messages.keys() & own.keys())
        if twice:
            raise ValueError(f"{file.name}: {', '.join(twice)} stand in another file of {language} too")
        messages |= own
    return messages


def _flatten(messages: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, value in messages.items():
        flat += _flatten(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [(f"{prefix}{key}", str(value))]
    return flat


def plain(text: str) -> str:
    """Return a title on one line, without the invisible characters that would turn the direction of what follows."""
    kept = "".join(c for c in text if unicodedata.bidirectional(c) not in _TURNS and c not in _TURNING_MARKS)
    return " ".join("".join(c if c.isprintable() else " " for c in kept).split())


def check_language(language: str) -> Language:
    """Return *language* when reports speak it; otherwise say which they speak."""
    for known in LANGUAGES:
        if known == language:
            return known
    raise ParameterError([Finding("report", "language", f"'{language}' is unknown; {nearest(language, LANGUAGES)}")])


@dataclass(frozen=True)
class Narrator:
    """Tells a study in one language: its messages, its numbers, the titles of its strategies and segments.

    `strategies` and `segments` keep the order of the study, which is also the order of colours and panels. `draws` is the number of
    samples of the uncertain parameters, which decides what an interval covers.
    """

    language: Language
    strategies: Mapping[str, str]
    segments: Mapping[str, str]
    draws: int = 1

    @cached_property
    def quantities(self) -> Quantities:
        """Numbers as this language writes them."""
        return Quantities(_LOCALES[self.language])

    def text(self, key: str, **values: object) -> str:
        """Return the message *key* with *values* filled in; an unknown key or a missing value is a KeyError."""
        return catalogue(self.language)[key].format_map(values)

    def strategy(self, name: str) -> str:
        """Return the title of a strategy."""
        return plain(self.strategies[name])

    def named(self, name: str) -> str:
        """Return the title of a strategy as a sentence has it, which is shortened where it is very long."""
        return shortened(self.strategy(name), _NAME_WIDTH)

    def strategy_list(self, names: list[str]) -> str:
        """Return the titles of strategies as a sentence joins them; of many only the first, and how many others there are."""
        titles = [self.named(name) for name in names]
        if len(titles) > _MOST_NAMED:
            titles = [*titles[: _MOST_NAMED - 1], self.text("list.others", n=len(titles) - _MOST_NAMED + 1)]
        return self.quantities.enumeration(titles)

    def segment(self, name: str) -> str:
        """Return the title of a segment; `all` is everybody."""
        return self.text("segment.all") if name == "all" else plain(self.segments[name])

    def kpi(self, name: str) -> str:
        """Return the title of a KPI."""
        return FIGURES[name].title[self.language]

    def short(self, name: str) -> str:
        """Return the title of a KPI that is shown in charts and narrow columns, in a few words."""
        return self.text(f"short.{name}")

    def value(self, name: str, value: float) -> str:
        """Return a KPI's value as this language writes it."""
        kpi = FIGURES[name]
        return self.quantities.number(value, kpi.unit, kpi.digits)

    def mean(self, name: str, estimate: Estimate) -> str:
        """Return a KPI's mean as this language writes it."""
        return self.withheld(estimate) if isinstance(estimate, Withheld) else self.value(name, estimate.mean)

    def withheld(self, estimate: Withheld) -> str:
        """Return what stands in place of a number that is kept from readers."""
        return self.text("small.count", least=LEAST_CUSTOMERS) if estimate.small else self.text("small.withheld")

    def estimate(self, name: str, estimate: Estimate) -> str:
        """Return a KPI's mean and interval as this language writes them."""
        kpi = FIGURES[name]
        if isinstance(estimate, Withheld):
            return self.withheld(estimate)
        return self.quantities.interval(estimate.mean, estimate.low, estimate.high, kpi.unit, kpi.digits)

    def wide(self, name: str, estimate: Estimate) -> str:
        """Return the interval that holds what is not known of the parameters, in square brackets; nothing where there is none."""
        kpi = FIGURES[name]
        parts = estimate.mean, estimate.wide_low, estimate.wide_high
        shown = self.quantities.interval_parts(*parts, kpi.unit, kpi.digits)[1]
        return shown.translate(_SQUARE)

    def share(self, mean: float, low: float, high: float) -> Figure:
        """Return a share with its interval as a page shows it and as numbers."""
        text, interval = self.quantities.interval_parts(mean, low, high, SHARE)
        return Figure(text=text, interval=interval, value=finite(mean), low=finite(low), high=finite(high), unit=SHARE)

    def figure(self, name: str, estimate: Estimate, *, is_difference: bool = False) -> Figure:
        """Return a KPI's estimate as a page shows it and as numbers; a difference shows its sign."""
        kpi = FIGURES[name]
        if isinstance(estimate, Withheld):
            return Figure(text=self.withheld(estimate), unit=kpi.unit, digits=kpi.digits, kpi=name)
        parts = estimate.mean, estimate.low, estimate.high
        mean, interval = self.quantities.interval_parts(*parts, kpi.unit, kpi.digits)
        return Figure(
            text=("+" if is_difference and estimate.mean > 0 else "") + mean,
            interval=interval,
            wide=self.wide(name, estimate),
            value=finite(estimate.mean),
            low=finite(estimate.low),
            high=finite(estimate.high),
            unit=kpi.unit,
            digits=kpi.digits,
            kpi=name,
        )
