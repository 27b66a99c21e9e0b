"""What the notebook of a selection shows: who is selected and how surely, who fell out when, how far behind, and the limits."""

from dataclasses import dataclass
from pathlib import Path

from simkit.params import load_study
from simkit.reporting.chart_style import Chart
from simkit.reporting.language import check_language
from simkit.reporting.selection import charts as selection_charts
from simkit.reporting.selection.words import SelectionWords, narrator_of_choice, one_of_column
from simkit.reporting.summary import KeyFigure, Summary
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Chosen, Estimate, choose
from simkit.study.selection.evidence import means_of

_STATES = {1: "kept", -1: "broken_short", 0: "unknown"}


def open_selection(plan: str, language: str = "en", store: str = "reports/store") -> "SelectionPage":
    """Open the page of a plan's choice, after making the runs that the store does not hold yet."""
    spoken = check_language(language)
    chosen = choose(load_study(plan), store=Path(store))
    return SelectionPage(SelectionWords(chosen, narrator_of_choice(chosen, spoken)))


@dataclass(frozen=True)
class SelectionPage:
    """The page of one choice."""

    words: SelectionWords

    @property
    def chosen(self) -> Chosen:
        """The choice."""
        return self.words.chosen

    @property
    def summary(self) -> Summary:
        """Who is selected, with its key figures, and how sure that is."""
        words, narrator = self.words, self.words.narrator
        verdict = words.verdict()
        leader = self.chosen.selection.leader
        figures = [
            KeyFigure(words.figure(figure), narrator.figure(figure.kpi, self._alone(leader, column)))
            for column, figure in enumerate(self.chosen.figures)
        ]
        return Summary(
            verdict,
            figures_of=words.leader,
            figures=figures,
            sure=words.sentences(),
        )

    @property
    def race(self) -> Chart:
        """How many replications each strategy had before it fell, and why."""
        return selection_charts.race_path(self.words)

    @property
    def behind(self) -> Chart:
        """By how much each strategy is behind the leader."""
        return selection_charts.behind_the_leader(self.words)

    @property
    def probability(self) -> Chart:
        """How probably each strategy is the best."""
        return selection_charts.probability_of_best(self.words)

    @property
    def limits(self) -> Table | None:
        """Each strategy's mean of what is limited, and whether the limit is kept; None without limits."""
        narrator, selection = self.words.narrator, self.chosen.selection
        bounds = self.chosen.choice.limits
        if not bounds:
            return None
        header = [narrator.text("table.strategy")]
        for bound in bounds:
            header += [
                self.words.figure(bound),
                narrator.text("selection.state", limit=self.words.bound(bound)),
            ]
        rows = []
        for place, name in enumerate(self.chosen.names):
            cells: list[str | Cell] = []
            for column, bound in enumerate(bounds):
                state = _STATES[int(selection.kept[place, column])]
                cells += [Cell(self._limited(place, column), bound.kpi), narrator.text(f"selection.{state}")]
            rows.append(Row(narrator.strategy(name), cells))
        share = narrator.quantities.tick(selection.question.probability, "share")
        caption = narrator.text("selection.limits", confidence=share)
        return Table(narrator, caption, header, rows, heading=narrator.text("section.limits"))

    def _alone(self, place: int, column: int) -> Estimate:
        selection = self.chosen.selection
        return one_of_column(means_of(selection.observed, selection.question.probability, 1), place, column)

    def _limited(self, place: int, column: int) -> Estimate:
        """Return the mean of a limited figure, from the room that is left to its limit."""
        bound = self.chosen.choice.limits[column]
        room = one_of_column(self.chosen.selection.rooms, place, column)
        if bound.at_most is None:
            return Estimate(room.n, bound.amount + room.mean, bound.amount + room.low, bound.amount + room.high)
        return Estimate(room.n, bound.amount - room.mean, bound.amount - room.high, bound.amount - room.low)
