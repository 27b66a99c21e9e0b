"""What a selection says, in sentences: who is best, how surely, who cannot be told apart, who breaks a limit and by how much."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from simkit.metrics.catalogue import KPIS
from simkit.params import Bound, Figure
from simkit.reporting.language import Language, Narrator
from simkit.study import Chosen, Estimate
from simkit.study.estimates import Estimates

_SMALL = 10


def narrator_of_choice(chosen: Chosen, language: Language) -> Narrator:
    """Return the narrator who tells a choice."""
    titles = {strategy.name: strategy.title.model_dump()[language] for strategy in chosen.strategies}
    return Narrator(language, titles, chosen.scenario.segment_titles[language])


@dataclass(frozen=True)
class SelectionWords:
    """A choice in the words of one language."""

    chosen: Chosen
    narrator: Narrator

    @property
    def kpi(self) -> str:
        """The key figure that is chosen by."""
        return self.chosen.choice.kpi

    @property
    def leader(self) -> str:
        """Title of the selected strategy, or of the best one where none keeps the limits."""
        return self._title(self.chosen.selection.leader)

    def figure(self, figure: Figure) -> str:
        """Return the title of a key figure, with its segment unless that is everybody."""
        title = self.narrator.kpi(figure.kpi)
        if figure.segment == "all":
            return title
        return self.narrator.text("selection.of_segment", kpi=title, segment=self.narrator.segment(figure.segment))

    def bound(self, bound: Bound) -> str:
        """Return a limit as a person would say it."""
        key = "at_least" if bound.at_most is None else "at_most"
        amount = self.narrator.value(bound.kpi, bound.amount)
        return self.narrator.text(f"selection.{key}", figure=self.figure(bound), amount=amount)

    def behind(self, place: int) -> Estimate:
        """Return by how much a strategy is behind the leader."""
        return one_of(self.chosen.selection.behind, place)

    def probability(self, place: int) -> str:
        """Return the probability that a strategy is best; never 0 % or 100 %, which no data can say."""
        value = float(self.chosen.selection.probability_best[place])
        low, high = 0.001, 0.999
        key = "under" if value < low else "over" if value > high else "exactly"
        shown = {"under": low, "over": high, "exactly": value}[key]
        return self.narrator.text(f"selection.{key}", share=self.narrator.quantities.number(shown, "share"))

    @property
    def indifference(self) -> str:
        """The least difference worth finding; small ones keep a decimal."""
        amount, kpi = self.chosen.selection.question.indifference, KPIS[self.kpi]
        fine = 1 if amount < _SMALL and not amount.is_integer() else 0
        return self.narrator.quantities.number(amount, kpi.unit, max(kpi.digits, fine))

    def verdict(self) -> str:
        """Say who is selected, or that nobody is."""
        selection, choice = self.chosen.selection, self.chosen.choice
        if selection.selected is None:
            return self.narrator.text("selection.verdict.none" if selection.sure else "selection.verdict.none_seems")
        key = "sure" if selection.sure else "race" if selection.method == "race" else "budget"
        return self.narrator.text(
            f"selection.verdict.{key}",
            best=self.leader,
            figure=self.figure(choice),
            probability=self.probability(selection.selected),
            runs=self.narrator.quantities.number(selection.runs),
        )

    def sentences(self) -> list[str]:
        """Say how surely, from how many runs, who cannot be told apart, and who breaks which limit."""
        return [*self._how_surely(), *self._apart(), *self._limits(), *self._from_what()]

    def _how_surely(self) -> Iterator[str]:
        selection, narrator = self.chosen.selection, self.narrator
        amount = self.indifference
        if selection.sure:
            share = narrator.quantities.tick(selection.question.probability, "share")
            yield narrator.text("selection.promise", probability=share, amount=amount)
        else:
            yield narrator.text("selection.no_promise")
        if not self.chosen.indifference_named:
            yield narrator.text("selection.default_amount", amount=amount)

    def _apart(self) -> Iterator[str]:
        selection, narrator = self.chosen.selection, self.narrator
        if selection.selected is None:
            return
        if not selection.inseparable:
            yield narrator.text("selection.all_apart", best=self.leader)
            return
        most = max(float(selection.behind.high[place]) for place in selection.inseparable)
        yield narrator.text(
            "selection.inseparable",
            others=narrator.strategy_list([self.chosen.names[place] for place in selection.inseparable]),
            best=self.leader,
            amount=narrator.value(self.kpi, most),
        )

    def _limits(self) -> Iterator[str]:
        selection = self.chosen.selection
        for column, bound in enumerate(self.chosen.choice.limits):
            for place, name in enumerate(self.chosen.names):
                state = int(selection.kept[place, column])
                room = one_of_column(selection.rooms, place, column)
                if state == -1:
                    miss = Estimate(room.n, -room.mean, -room.high, -room.low)
                    values = {"amount": self.narrator.estimate(bound.kpi, miss)}
                    yield self._limit("broken", name, bound, **values)
                elif state == 0 and room.low <= 0:
                    yield self._limit("unsure", name, bound, amount=self.narrator.estimate(bound.kpi, room))

    def _limit(self, key: str, name: str, bound: Bound, **values: str) -> str:
        return self.narrator.text(
            f"selection.{key}", strategy=self.narrator.strategy(name), limit=self.bound(bound), **values
        )

    def _from_what(self) -> Iterator[str]:
        selection = self.chosen.selection
        counts, number = selection.counts, self.narrator.quantities.number
        share = self.narrator.quantities.tick(selection.question.probability, "share")
        least, most = (number(int(count)) for count in (counts.min(), counts.max()))
        key = "from_equally_many" if least == most else "from_what"
        yield self.narrator.text(f"selection.{key}", runs=number(selection.runs), least=least, most=most)
        yield self.narrator.text("selection.together", confidence=share)
        yield self.narrator.text("selection.both_uncertainties" if self.chosen.choice.uncertain else "sure.luck_only")

    def _title(self, place: int) -> str:
        return self.narrator.strategy(self.chosen.names[place])


def one_of(found: Estimates, place: int) -> Estimate:
    """Return one of many estimates."""
    return Estimate(int(found.n[place]), *(float(part[place]) for part in (found.mean, found.low, found.high)))


def one_of_column(found: Estimates, place: int, column: int) -> Estimate:
    """Return one of many estimates with two axes."""
    parts = (found.mean, found.low, found.high)
    return Estimate(int(found.n[place, column]), *(float(np.asarray(part)[place, column]) for part in parts))
