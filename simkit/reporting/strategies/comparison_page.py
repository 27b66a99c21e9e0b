"""What the notebook of a comparison shows: which strategy to choose, how surely, what would change it, and the charts."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from simkit.params import DO_NOTHING
from simkit.params.uncertainty import uncertain_numbers
from simkit.reporting import comparison_charts, strategy_charts
from simkit.reporting.chart_style import Chart
from simkit.reporting.cost_chart import cost_against_lasting_users
from simkit.reporting.findings import Leaders, Recommendation, cheapest, leaders, recommend
from simkit.reporting.lookups import Comparison, Withheld
from simkit.reporting.pages import KEY_FIGURES, REWARDS, StudyPage, narrator_of
from simkit.reporting.strategies.turning_points import LEAST_DRAWS, TurningPoint, telling_numbers
from simkit.reporting.summary import KeyFigure, Notes, Summary
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import COST_PER_INCREMENTAL_LASTING, open_study

_AGAINST = ("lasting", "net_value")
_MOST_NUMBERS = 3


def open_comparison(study: str, store: str, language: str) -> "ComparisonPage":
    """Open the page that compares a finished study's strategies; *study* is its name, *store* the folder of its results."""
    opened = open_study(study, Path(store))
    return ComparisonPage(opened, narrator_of(opened, language))


class ComparisonPage(StudyPage):
    """The page that compares the strategies of a study and recommends one, or says why not."""

    @cached_property
    def recommendation(self) -> Recommendation:
        """What to do by net value; its numbers are as readers may see them."""
        found = recommend(self.study.metrics, Comparison.of(self.study.comparison))
        gain = self.comparison.against(found.leaders.best, "net_value")
        return replace(found, leaders=self._shown(found.leaders), gain=gain)

    @cached_property
    def leaders(self) -> Leaders:
        """Who leads in lasting users; its numbers are as readers may see them."""
        confidence = self.comparison.confidence
        return self._shown(
            leaders(self.study.metrics, "lasting", among=self.comparison.strategies, confidence=confidence)
        )

    def _shown(self, found: Leaders) -> Leaders:
        """Withhold the lead where it would tell a small count."""
        if found.runner_up is None:
            return found
        both = (self.comparison.alone(name, found.kpi) for name in (found.best, found.runner_up.strategy))
        if not any(isinstance(one, Withheld) for one in both):
            return found
        lead = Withheld.of(found.runner_up.lead, small=False)
        return replace(found, runner_up=found.runner_up._replace(lead=lead))

    @property
    def _best(self) -> str:
        return self.recommendation.leaders.best

    @property
    def summary(self) -> Summary:
        """The recommendation in a sentence, the money, how sure it is, and what would change it."""
        words = self._words()
        return Summary(
            self.narrator.text(f"verdict.{self.recommendation.verdict}", **words),
            figures_of=self.narrator.text("figure.of", strategy=words["best"]),
            figures=list(self._figures()),
            sure=[self.narrator.text(f"sure.{self._sure_key()}", **words), self._caption("sure.runs"), *self._doubt()],
            change=[*self._turning_points(), self._assumptions()],
            **self.answer_titles,
        )

    def _words(self) -> Mapping[str, str]:
        found, narrator = self.recommendation, self.narrator
        leading = found.leaders
        return {
            "best": narrator.named(leading.best),
            "leaders": narrator.strategy_list(leading.names),
            "gain": narrator.estimate("net_value", found.gain),
            "runner_up": narrator.named(leading.runner_up.strategy) if leading.runner_up else "",
            "lead": narrator.estimate("net_value", leading.runner_up.lead) if leading.runner_up else "",
        }

    def _sure_key(self) -> str:
        verdict = self.recommendation.verdict
        return "clear_alone" if verdict == "clear" and self.recommendation.leaders.runner_up is None else verdict

    def _figures(self) -> Iterator[KeyFigure]:
        """Walk over the money and the people behind the recommendation, all of the strategy with the highest net value."""
        best, narrator, comparison = self._best, self.narrator, self.comparison
        yield KeyFigure(narrator.text("figure.net_value"), narrator.figure("net_value", self.recommendation.gain))
        yield KeyFigure(
            narrator.text("figure.lasting"), narrator.figure("lasting", comparison.against(best, "lasting"))
        )
        yield KeyFigure(narrator.text("figure.cost"), narrator.figure("cost", comparison.alone(best, "cost")))
        price = comparison.alone(best, COST_PER_INCREMENTAL_LASTING)
        if np.isfinite(price.mean):
            worth = narrator.value("cost_per_lasting", self.worth_of_users(comparison.strategies).assumed(best))
            yield KeyFigure(
                narrator.text("figure.price_of_user", worth=worth), narrator.figure(COST_PER_INCREMENTAL_LASTING, price)
            )

    def _doubt(self) -> list[str]:
        """Say what the intervals hold, and where the gain may lie as long as the rates are not known better."""
        wide = self.narrator.wide("net_value", self.recommendation.gain)
        best = self.narrator.named(self._best)
        told = [self.narrator.text("sure.wide_gain", best=best, wide=wide)] if wide else []
        return [*self.what_intervals_hold, *told]

    def _turning_points(self) -> list[str]:
        """Say at which worth of a lasting user another choice would be better."""
        found = self.worth_of_users(self.comparison.strategies)
        points = found.turning_points()
        if points:
            return [self._told(point) for point in points if not self._is_withheld(found.best, point)]
        nothing = found.best == DO_NOTHING
        best = self.narrator.text("change.doing_nothing") if nothing else self.narrator.named(found.best)
        return [self.narrator.text("change.no_worth", best=best)]

    def _is_withheld(self, best: str, point: TurningPoint) -> bool:
        """Say whether a turning point would tell a small count."""
        both = (self.comparison.alone(name, "net_value") for name in (best, point.instead))
        return any(isinstance(one, Withheld) for one in both)

    def _told(self, point: TurningPoint) -> str:
        nothing = point.instead == DO_NOTHING
        key = "nothing" if nothing else "below" if point.below else "above"
        return self.narrator.text(
            f"change.{key}",
            instead=self.narrator.named(point.instead),
            worth=self.narrator.estimate("cost_per_lasting", point.worth),
            assumed=self.narrator.value("cost_per_lasting", point.assumed),
        )

    def _assumptions(self) -> str:
        """Name the uncertain numbers on which the gain hangs or, where the study cannot know, who would say."""
        narrator = self.narrator
        telling = telling_numbers(self.study, self._best)
        if telling:
            return narrator.text("change.numbers", numbers=narrator.quantities.enumeration(telling[:_MOST_NUMBERS]))
        draws = self.study.plan.draws
        kind = "fixed" if draws == 1 else "few" if draws < LEAST_DRAWS else "drawn"
        count = len(uncertain_numbers(self.scenario))
        command = f"simkit sensitivity {self.study.plan.name}"
        return narrator.text(f"change.{kind}", count=count, draws=draws, command=command)

    @property
    def how_to_read(self) -> Notes:
        """What the words and brackets mean, and who wins users at the least cost."""
        notes = super().how_to_read
        prices = [self._price(name) for name in cheapest(self.comparison)[:1]]
        return replace(notes, lines=[*prices, *notes.lines])

    def _price(self, name: str) -> str:
        """Say what an additional lasting user costs where that is least, and what one is assumed to be worth."""
        narrator = self.narrator
        price = self.comparison.alone(name, COST_PER_INCREMENTAL_LASTING)
        worth = self.worth_of_users(self.comparison.strategies).assumed(name)
        return narrator.text(
            "figure.price",
            strategy=narrator.named(name),
            value=narrator.estimate("cost_per_lasting", price),
            worth=narrator.value("cost_per_lasting", worth),
        )

    @property
    def table(self) -> Table:
        """The strategies side by side."""
        narrator, comparison = self.narrator, self.comparison
        header = [
            narrator.text("table.strategy"),
            *map(narrator.short, KEY_FIGURES),
            *(narrator.text("table.against", kpi=narrator.short(kpi)) for kpi in _AGAINST),
        ]
        rows = [
            Row(
                narrator.strategy(name),
                [
                    *(Cell(comparison.alone(name, kpi), kpi) for kpi in KEY_FIGURES),
                    *(Cell(comparison.against(name, kpi), kpi, is_difference=True) for kpi in _AGAINST),
                ],
            )
            for name in comparison.strategies
        ]
        return Table(
            narrator, self._table_caption("table.comparison"), header, rows, narrator.text("section.comparison")
        )

    @property
    def rewards(self) -> Table | None:
        """The strategies with a reward programme side by side; nothing where there is none."""
        narrator, offering = self.narrator, self.study.programmes
        if not offering:
            return None
        header = [narrator.text("table.strategy"), *map(narrator.short, REWARDS)]
        rows = [
            Row(narrator.strategy(name), [Cell(self.comparison.alone(name, kpi), kpi) for kpi in REWARDS])
            for name in offering
        ]
        return Table(narrator, self._table_caption("table.rewards"), header, rows, narrator.text("section.rewards"))

    @property
    def lasting_users(self) -> Chart:
        """Lasting users by strategy."""
        return comparison_charts.lasting_users(self.comparison, self.leaders, self.narrator)

    @property
    def incremental_lasting_users(self) -> Chart:
        """Lasting users beyond those of doing nothing."""
        return comparison_charts.incremental_lasting_users(self.comparison, self.leaders, self.narrator)

    @property
    def cost(self) -> Chart:
        """Cost against lasting users."""
        return cost_against_lasting_users(self.comparison, self.narrator)

    @property
    def daily_curves(self) -> Chart:
        """Wallets day by day under every strategy."""
        return strategy_charts.daily_curves(self.days, self.comparison.strategies, self.narrator)

    @property
    def staff(self) -> Chart:
        """How busy the staff are."""
        return comparison_charts.staff_utilisation(self.comparison, self.narrator)

    @property
    def who_gains(self) -> Chart:
        """Who gains by the strategy with the highest net value."""
        best = self._best
        return strategy_charts.who_gains(self.attribution, self.comparison, best, self.narrator)
