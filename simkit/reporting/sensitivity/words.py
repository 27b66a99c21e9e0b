"""What an answer hangs on, in words: labels of numbers, the messages of charts, and break-even values as a planner says them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.stats import binomtest

from simkit.params import meanings
from simkit.params.uncertainty import FACTOR, UncertainNumber
from simkit.reporting.chart_style import wrap
from simkit.reporting.content import Figure
from simkit.reporting.language import Narrator, check_language
from simkit.reporting.quantities import NO_BREAK
from simkit.study import Estimate
from simkit.study.sensitivity.analysis import LUCK, Swing, section_of
from simkit.study.sensitivity.campaigns import Answer
from simkit.study.sensitivity.screening import Effect
from simkit.study.sensitivity.variance_shares import VarianceShare

_DIGITS = 3
_LARGE = 1000
_NAMED = 4


@dataclass(frozen=True)
class SensitivityWords:
    """Tells an answer in one language."""

    answer: Answer
    narrator: Narrator

    @classmethod
    def of(cls, answer: Answer, language: str) -> "SensitivityWords":
        """Return the words for an answer. Raises `ParameterError` for a language that is not spoken."""
        spoken = check_language(language)
        pair = (answer.strategy, answer.against)
        titles = {strategy.name: strategy.title.model_dump()[spoken] for strategy in pair}
        return cls(answer, Narrator(spoken, titles, answer.scenario.segment_titles[spoken]))

    @cached_property
    def confidence(self) -> str:
        """The confidence of all intervals."""
        return self.narrator.quantities.tick(self.answer.found.effort.confidence, "share")

    @cached_property
    def pair(self) -> Mapping[str, str]:
        """The titles of the two strategies, and the key figure."""
        answer, narrator = self.answer, self.narrator
        figure = narrator.kpi(answer.kpi.name)
        if answer.question.segment != "all":
            figure = narrator.text(
                "sensitivity.of_segment", kpi=figure, segment=narrator.segment(answer.question.segment)
            )
        return {
            "strategy": narrator.strategy(answer.strategy.name),
            "against": narrator.strategy(answer.against.name),
            "kpi": figure,
        }

    @property
    def difference_title(self) -> str:
        """What is measured: how far the first strategy is ahead of the second."""
        return self.narrator.text("sensitivity.difference", **self.pair)

    @cached_property
    def screening_sample(self) -> Mapping[str, object]:
        """From how many paths and replications the screenings come."""
        effort = self.answer.found.effort
        return {"trajectories": effort.trajectories, "repeats": effort.repeats, "confidence": self.confidence}

    def numbers_in(self, section: str) -> int:
        """How many uncertain numbers a section has."""
        return sum(section_of(number.key) == section for number in self.answer.found.uncertain)

    def meaning(self, key: str) -> str:
        """What a number means, in English as the schema has it."""
        return self._meanings[key]

    @cached_property
    def _meanings(self) -> Mapping[str, str]:
        return meanings(self.answer.scenario)

    def label(self, number: UncertainNumber, width: int) -> str:
        """Return a number's key, and below it in English what it means, in Chinese its unit."""
        below = self.unit(number) if self.narrator.language == "zh" else self.meaning(number.key)
        return wrap(number.key, width) + "\n" + wrap(below, width)

    def unit(self, number: UncertainNumber) -> str:
        """Return a number's unit; of one by segment, that it is a factor on all its values."""
        return self.narrator.text("sensitivity.factor") if number.unit == FACTOR else number.unit

    def value(self, number: UncertainNumber, value: float) -> str:
        """Write a value of a number with three digits, a large one in full; × before a factor."""
        text = (
            self.narrator.quantities.number(value)
            if abs(value) >= _LARGE
            else np.format_float_positional(value, precision=_DIGITS, fractional=False, trim="-", unique=False)
        )
        return f"×{NO_BREAK}{text}" if number.unit == FACTOR else text

    def told_from_luck(self, effect: Effect) -> str:
        """Say whether an effect is more than luck, or that there was none at all."""
        return self.narrator.text(f"sensitivity.real_{effect.real}" if effect.size else "sensitivity.idle")

    def plain(self, value: float) -> Estimate:
        """Return a value without interval."""
        return Estimate(1, value, np.nan, np.nan)

    def amount(self, estimate: Estimate) -> str:
        """Write a difference with its interval."""
        return self.narrator.estimate(self.answer.kpi.name, estimate)

    @property
    def verdict(self) -> str:
        """How the two compare as written, and which numbers alone would turn that."""
        found, narrator = self.answer.found, self.narrator
        turning = [swing.number.key for swing in found.swings if swing.break_even.outcome == "flips"]
        as_written = narrator.text(
            "sensitivity.above" if found.as_written.mean > 0 else "sensitivity.below",
            value=self._distance,
            **self.pair,
        )
        if not found.swings:
            key = "nothing"
        elif turning:
            key = "turned"
        else:
            unsure = any(swing.break_even.outcome == "unsure" for swing in found.swings)
            key = "perhaps" if unsure else "holds"
        told = narrator.text(
            f"sensitivity.verdict.{key}",
            n=len(turning),
            looked=len(found.swings),
            keys=narrator.quantities.enumeration(self._few(turning)),
            strongest=found.swings[0].number.key if found.swings else "",
        )
        return as_written + told

    @property
    def _distance(self) -> str:
        """How far the two are apart, without sign."""
        found = self.answer.found.as_written
        sign = -1 if found.mean < 0 else 1
        ends = sorted((sign * found.low, sign * found.high))
        return self.amount(Estimate(found.n, sign * found.mean, *ends))

    def _few(self, keys: list[str]) -> list[str]:
        if len(keys) <= _NAMED:
            return keys
        return [*keys[:_NAMED], self.narrator.text("sensitivity.more", n=len(keys) - _NAMED)]

    def break_even(self, swing: Swing) -> str:
        """Say at which value of a number the two strategies are equal, or that there is none within its range."""
        found, number, narrator = swing.break_even, swing.number, self.narrator
        if found.outcome != "flips":
            ends = {"low": self.value(number, number.low), "high": self.value(number, number.high)}
            return narrator.text(f"sensitivity.break_even.{found.outcome}", **ends)
        low, high = self.value(number, found.low), self.value(number, found.high)
        key = {(False, False): "at", (True, False): "from_end", (False, True): "to_end", (True, True): "anywhere"}
        place = key[found.open_low, found.open_high]
        return narrator.text(f"sensitivity.break_even.{place}", at=self.value(number, found.at), low=low, high=high)

    @property
    def swings_message(self) -> str:
        """Which number moves the difference most."""
        top = self.answer.found.swings[0]
        kpi = self.answer.kpi.name
        ends = (self.narrator.value(kpi, end.mean) for end in (top.at_low, top.at_high))
        return self.narrator.text("sensitivity.swings_message", name=top.number.key, low=next(ends), high=next(ends))

    @property
    def sections_message(self) -> str:
        """How few sections hold nearly all of the effects."""
        found, narrator = self.answer.found, self.narrator
        if not found.opened:
            return narrator.text("sensitivity.sections_none")
        share = narrator.quantities.number(sum(effect.share for effect in found.opened), "share")
        names = narrator.quantities.enumeration(self._few([effect.name for effect in found.opened]))
        words = {"n": len(found.opened), "total": len(found.sections), "names": names, "share": share}
        return narrator.text("sensitivity.sections_message", **words)

    @property
    def screening_message(self) -> str:
        """How many of the numbers looked at can be told from luck."""
        numbers = self.answer.found.numbers
        real = sum(effect.real for effect in numbers)
        return self.narrator.text("sensitivity.screening_message", real=real, n=len(numbers))

    @property
    def variance_message(self) -> str:
        """Which number holds most of the variance, and how much luck holds."""
        narrator = self.narrator
        numbers = [share for share in self.answer.found.shares if share.name != LUCK]
        top = max(numbers, key=lambda share: share.total)
        return narrator.text(
            "sensitivity.variance_message",
            name=top.name,
            share=narrator.quantities.number(min(top.total, 1.0), "share"),
            luck=narrator.quantities.number(max(self.of_luck.total, 0.0), "share"),
        )

    @property
    def of_luck(self) -> VarianceShare:
        """Luck's share of the variance."""
        return next(share for share in self.answer.found.shares if share.name == LUCK)

    @property
    def flipped(self) -> Figure:
        """The share of draws in which the other strategy is ahead, and its interval (Wilson)."""
        outcomes, effort = self.answer.found.outcomes, self.answer.found.effort
        assert outcomes is not None  # noqa: S101 - asked for only where numbers were drawn
        bounds = binomtest(outcomes.flipped, outcomes.n).proportion_ci(effort.confidence, method="wilson")
        return self.narrator.share(outcomes.flipped / outcomes.n, float(bounds.low), float(bounds.high))
