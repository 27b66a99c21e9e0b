"""What the notebook of a sensitivity analysis shows: what the answer hangs on, break-even values, screenings, shares, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from simkit.reporting.chart_style import Chart
from simkit.reporting.quantities import NOTHING
from simkit.reporting.sensitivity import charts as sensitivity_charts
from simkit.reporting.sensitivity.words import SensitivityWords
from simkit.reporting.summary import KeyFigure, Summary
from simkit.reporting.tables import Cell, Row, Table
from simkit.study.sensitivity import Answer, Effort, Question, ask


def open_sensitivity(question: Question, effort: Effort, store: str, language: str = "en") -> "SensitivityPage":
    """Open the page of a sensitivity analysis, after making the runs that the store does not hold yet."""
    answer = ask(question, effort, store=Path(store), told=lambda *_: None)
    return SensitivityPage(answer, SensitivityWords.of(answer, language))


@dataclass(frozen=True)
class SensitivityPage:
    """The page of what one answer hangs on."""

    answer: Answer
    words: SensitivityWords

    @property
    def summary(self) -> Summary:
        """Which numbers would turn the answer, and how much to trust that."""
        verdict = self.words.verdict
        title = self.words.difference_title
        figures = self._key_figures()
        return Summary(verdict, figures_of=title, figures=figures, sure=list(self._sure()))

    def _key_figures(self) -> list[KeyFigure]:
        """Return the difference as written, how often draws turn it, and luck's share of the variance."""
        words, narrator, found = self.words, self.words.narrator, self.answer.found
        written = narrator.figure(self.answer.kpi.name, found.as_written)
        figures = [KeyFigure(narrator.text("sensitivity.figure.written"), written)]
        if found.outcomes is not None:
            luck = words.of_luck
            share = narrator.share(luck.total, max(luck.total_low, 0.0), min(luck.total_high, 1.0))
            figures.append(KeyFigure(narrator.text("sensitivity.figure.flipped"), words.flipped))
            figures.append(KeyFigure(narrator.text("sensitivity.figure.luck"), share))
        return figures

    def _sure(self) -> Sequence[str]:
        """Say on what this rests: how many runs, how many numbers are assumptions, at what scale."""
        narrator, found, answer = self.words.narrator, self.answer.found, self.answer
        leaders = [swing.number for swing in found.swings]
        values = {
            "numbers": len(found.uncertain),
            "runs": narrator.quantities.number(answer.runs),
            "sections": len(found.sections),
            "singly": len(found.numbers),
            "confidence": self.words.confidence,
            "leaders": len(leaders),
            "assumed": sum(number.grade == "ASM" for number in leaders),
            "scale": narrator.quantities.number(answer.scenario.scale, "share"),
        }
        lines = ["runs", *(["assumed"] if leaders else []), "scale", "levers"]
        return [narrator.text(f"sensitivity.sure.{line}", **values) for line in lines]

    @property
    def swings(self) -> Chart | None:
        """How far each leading number alone moves the difference; nothing where no number does."""
        return sensitivity_charts.swings(self.words)

    @property
    def numbers(self) -> Table | None:
        """The leading numbers: what they mean, what is assumed, what they do, and where the answer turns."""
        words, narrator, kpi = self.words, self.words.narrator, self.answer.kpi.name
        if not self.answer.found.swings:
            return None
        columns = ("number", "meaning", "unit", "written", "low_to_high", "at_low", "at_high", "turns", "source")
        rows = [
            Row(
                swing.number.key,
                [
                    words.meaning(swing.number.key),
                    words.unit(swing.number),
                    words.value(swing.number, swing.number.mode),
                    f"{words.value(swing.number, swing.low)} – {words.value(swing.number, swing.high)}",
                    Cell(swing.at_low, kpi),
                    Cell(swing.at_high, kpi),
                    words.break_even(swing),
                    swing.number.grade,
                ],
            )
            for swing in self.answer.found.swings
        ]
        caption = narrator.text("sensitivity.table", n=self.answer.found.as_written.n, confidence=words.confidence)
        header = [narrator.text(f"sensitivity.{column}") for column in columns]
        return Table(narrator, caption, header, rows, narrator.text("section.break-even"))

    @property
    def sections(self) -> Chart:
        """How much each section of the scenario moves the difference."""
        return sensitivity_charts.sections(self.words)

    @property
    def screening(self) -> Chart | None:
        """Size of each number's effect against how much it depends on the others."""
        return sensitivity_charts.screening(self.words)

    @property
    def variance(self) -> Chart | None:
        """Shares of the variance of the difference."""
        return sensitivity_charts.variance(self.words)

    @cached_property
    def unexamined(self) -> Table:
        """The sections whose numbers were not looked at one by one, and how much they can matter at most."""
        words, narrator, found = self.words, self.words.narrator, self.answer.found
        opened = {effect.name for effect in found.opened}
        rows = [
            Row(
                effect.name,
                [
                    str(words.numbers_in(effect.name)),
                    Cell(words.plain(effect.high), self.answer.kpi.name),
                    narrator.quantities.number(effect.share, "share") if effect.real else NOTHING,
                    words.told_from_luck(effect),
                ],
            )
            for effect in found.sections
            if effect.name not in opened
        ]
        header = [narrator.text(f"sensitivity.{key}") for key in ("part", "count", "at_most", "of_effects", "real")]
        caption = narrator.text("sensitivity.unexamined", n=len(rows), confidence=words.confidence)
        return Table(narrator, caption, header, rows, narrator.text("section.unexamined"))
