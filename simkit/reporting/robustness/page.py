"""What the notebook of robustness shows: how a choice stands up to what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from simkit.params import meanings
from simkit.reporting.chart_style import Chart
from simkit.reporting.pages import narrator_of, scenario_of
from simkit.reporting.robustness import charts as robustness_charts
from simkit.reporting.robustness.words import RobustnessWords
from simkit.reporting.summary import KeyFigure, Summary
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Study, open_study
from simkit.study.robustness.regret import RULES
from simkit.study.robustness.study_robustness import Duel, look_at


def open_robustness(
    study: str, store: str, kpi: str = "net_value", strategy: str = "", worst: float = 0.1, language: str = "en"
) -> RobustnessPage:
    """Open the page of a finished study with draws; see `look_at` for `kpi`, `strategy` and `worst`, the share of worst draws."""
    return page_of(open_study(study, Path(store)), kpi=kpi, strategy=strategy, worst=worst, language=language)


def page_of(study: Study, *, kpi: str, strategy: str, worst: float, language: str) -> RobustnessPage:
    """Return the page of a finished study with draws."""
    found = look_at(study, kpi, strategy=strategy, tail_share=worst)
    return RobustnessPage(study, RobustnessWords(found, narrator_of(study, language)))


@dataclass(frozen=True)
class RobustnessPage:
    """The page of one look at a study with draws."""

    study: Study
    words: RobustnessWords

    @property
    def summary(self) -> Summary:
        """Who is best, how surely, where it loses, and what is luck."""
        words, found, narrator = self.words, self.words.found, self.words.narrator
        kpi, rival = found.kpi.name, words.closest.rival
        lead = found.lead_over(rival)
        names = {"rival": narrator.strategy(rival), "strategy": words.favourite, "kpi": words.kpi}
        best_in = found.best_in[found.strategies[found.favourite]]
        figures = [
            KeyFigure(narrator.text("robustness.lead", **names), narrator.figure(kpi, lead)),
            KeyFigure(narrator.text("robustness.best_in"), narrator.share(best_in.mean, best_in.low, best_in.high)),
        ]
        return Summary(
            words.headline,
            figures_of=narrator.text("robustness.figures_of", **names),
            figures=figures,
            sure=list(words.lines()),
        )

    @property
    def draws(self) -> Chart:
        """What each strategy changes, draw by draw."""
        return robustness_charts.from_draw_to_draw(self.words)

    @property
    def split_chart(self) -> Chart:
        """Luck against ignorance."""
        return robustness_charts.luck_and_ignorance(self.words)

    @property
    def split(self) -> Table:
        """Luck and ignorance of each strategy in the key figure's unit."""
        words, found = self.words, self.words.found
        kpi = found.kpi.name
        rows = [
            Row(
                words.narrator.strategy(name),
                [
                    Cell(found.differences[name], kpi, is_difference=True),
                    Cell(words.deviation(split.luck), kpi),
                    Cell(words.deviation(split.ignorance), kpi),
                    words.share(split.share),
                ],
            )
            for name, split in found.splits.items()
        ]
        header = [words.narrator.text("table.strategy"), *self._titles("difference", "luck", "ignorance", "share")]
        return Table(words.narrator, self._caption("split"), header, rows)

    @property
    def box(self) -> Chart | None:
        """Where the favourite loses, or wins, against the closest rival that a box tells of; nothing where there is none."""
        boxed = sorted(self._boxed, key=lambda duel: float(duel.lead.mean()))
        return robustness_charts.box_of_losses(boxed[0], self.words) if boxed else None

    @property
    def boxes(self) -> Table | None:
        """The numbers that boxes name, with what is believed of them; nothing where there is no box."""
        words, narrator = self.words, self.words.narrator
        rows = [self._restriction(duel, column) for duel in self._boxed for column in _columns(duel)]
        if not rows:
            return None
        header = [
            narrator.text("robustness.table.against"),
            *self._titles("number", "condition", "believed", "grade", "chance"),
        ]
        return Table(narrator, self._caption("boxes", strategy=words.favourite), header, rows)

    @property
    def rules(self) -> Table:
        """What each rule thinks of each strategy, and picks."""
        words, found, narrator = self.words, self.words.found, self.words.narrator
        by_rule = {verdict.rule: verdict for verdict in found.verdicts}
        rows = [
            Row(
                narrator.strategy(name),
                [
                    *(Cell(by_rule[rule].scores[place], found.kpi.name) for rule in RULES),
                    words.share(found.best_in[name]),
                ],
            )
            for place, name in enumerate(found.strategies)
        ]
        rows.append(Row(narrator.text("robustness.table.picked"), [*map(words.pick, RULES), ""]))
        header = [narrator.text("table.strategy"), *self._titles(*RULES, "best_in")]
        return Table(narrator, self._caption("rules"), header, rows, narrator.text("section.robustness-rules"))

    @cached_property
    def _boxed(self) -> list[Duel]:
        return [duel for duel in self.words.found.duels if duel.discovery and duel.discovery.confirmed]

    @cached_property
    def _meanings(self) -> dict[str, str]:
        return meanings(scenario_of(self.study))

    def _restriction(self, duel: Duel, column: int) -> Row:
        """Return one number of a box: its condition, its meaning in English or its unit in Chinese, what is believed, and the grade."""
        words, number = self.words, self.words.found.numbers[column]
        assert duel.discovery is not None  # noqa: S101 - only duels with a box are shown
        box = duel.discovery.box
        meant = words.unit(number) if words.narrator.language == "zh" else self._meanings[number.key]
        chance = max(side.quasi_p for side in box if side.column == column)
        believed = f"{words.value(number, number.low)} – {words.value(number, number.high)}"
        cells = [f"{number.key}: {meant}", words.condition(column, box), believed, number.grade, f"{chance:.1g}"]
        return Row(words.narrator.strategy(duel.rival), cells)

    def _titles(self, *keys: str) -> list[str]:
        return [self.words.narrator.text(f"robustness.table.{key}", tail=self.words.tail) for key in keys]

    def _caption(self, key: str, **values: str) -> str:
        words, found = self.words, self.words.found
        counts = {"draws": found.draws, "replications": found.replications, "confidence": words.confidence}
        return words.narrator.text(f"robustness.table.{key}", kpi=words.kpi, **counts, **values)


def _columns(duel: Duel) -> list[int]:
    return list(dict.fromkeys(side.column for side in duel.discovery.box)) if duel.discovery else []
