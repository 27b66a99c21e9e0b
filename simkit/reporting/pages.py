"""What the notebooks show: everything on the page of a comparison and on that of a strategy, ready to be displayed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from simkit.metrics import KPIS, OF_MECHANISMS
from simkit.params import DO_NOTHING, Finding, ParameterError, Scenario, nearest
from simkit.reporting import comparison_charts, strategy_charts
from simkit.reporting.chart_style import Chart
from simkit.reporting.findings import Leaders, Recommendation, cheapest, leaders, recommend
from simkit.reporting.language import Narrator, check_language
from simkit.reporting.lookups import Attribution, Comparison
from simkit.reporting.markup import render
from simkit.reporting.quantities import NOTHING
from simkit.reporting.rewards import charts as reward_charts
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import (
    COST_PER_INCREMENTAL_LASTING,
    COST_PER_INCREMENTAL_PAYMENT,
    Estimate,
    Study,
    open_study,
)

_KEY_FIGURES = ("opened", "activated", "lasting", "cost", "cost_per_lasting", "staff_utilisation")
_AGAINST = ("lasting", "net_value")
_REWARDS = (
    "coupons_claimed",
    "coupons_redeemed",
    "coupon_cost",
    "hunter_share",
    "reward_liability",
    "over_budget",
    COST_PER_INCREMENTAL_PAYMENT,
)
_ONLY_WITH_REWARDS = {"reward_liability", "hunter_cost", "hunter_share", "over_budget"} | {
    kpi for kpi in KPIS if kpi.startswith("coupon")
}
# One day of one run is all that the curves need; segments are summed up where the tables are.
_DAYS = """
select strategy, draw, replication, day, date, sum(opened) as opened, sum(campaign_active) as campaign_active
from daily group by all order by all
"""


@dataclass(frozen=True)
class Summary:
    """The top of a page: its sentence, and all of it as HTML for a notebook to display."""

    recommendation: str
    html: Markup

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": str(self.html), "text/plain": self.recommendation}


class KeyFigure(NamedTuple):
    """One of the large numbers at the top of a page."""

    title: str
    value: str
    interval: str
    wide: str = ""


def narrator_of(study: Study, language: str) -> Narrator:
    """Return the narrator who tells *study* in *language*. Raises `ParameterError` for a language that is not spoken."""
    spoken = check_language(language)
    titles = {strategy.name: strategy.title[spoken] for strategy in study.record.strategies}
    return Narrator(spoken, titles, scenario_of(study).segment_titles[spoken], study.plan.draws)


def scenario_of(study: Study) -> Scenario:
    """Return the scenario as *study* was run with it."""
    return Scenario.model_validate_json(json.dumps(study.record.scenario))


def open_comparison(study: str, store: str, language: str) -> "ComparisonPage":
    """Open the page that compares a finished study's strategies; *study* is its name, *store* the folder of its results."""
    opened = open_study(study, Path(store))
    return ComparisonPage(opened, narrator_of(opened, language))


def open_strategy(study: str, store: str, strategy: str, language: str) -> "StrategyPage":
    """Open the page of one strategy of a finished study. Raises `ParameterError` for a strategy that the study lacks."""
    opened = open_study(study, Path(store))
    if strategy not in opened.strategies:
        problem = f"'{strategy}' is not in this study; {nearest(strategy, opened.strategies)}"
        raise ParameterError([Finding(opened.record.full_name, "strategy", problem)])
    return StrategyPage(opened, narrator_of(opened, language), strategy)


@dataclass(frozen=True)
class StudyPage:
    """What the pages of a study have in common."""

    study: Study
    narrator: Narrator

    @cached_property
    def comparison(self) -> Comparison:
        """The study's estimates."""
        return Comparison.of(self.study.comparison)

    @cached_property
    def attribution(self) -> Attribution:
        """Who became a lasting user because of a strategy, anyway, or only without it."""
        return Attribution.of(self.study.who)

    @cached_property
    def days(self) -> strategy_charts.Days:
        """The ledger's days over all runs."""
        campaign_days = scenario_of(self.study).calendar.campaign_days
        return strategy_charts.Days(self.study.query(_DAYS), campaign_days, self.comparison.confidence)

    def _caption(self, key: str, **values: str) -> str:
        confidence = self.narrator.quantities.tick(self.comparison.confidence, "share")
        return self.narrator.text(key, n=self.comparison.n, confidence=confidence, **values)

    def _table_caption(self, key: str, **values: str) -> str:
        """Return a caption that also tells the two kinds of brackets apart, where there are two."""
        brackets = self.narrator.text("table.brackets") if self.narrator.draws > 1 else ""
        return self._caption(key, **values) + brackets


class ComparisonPage(StudyPage):
    """The page that compares the strategies of a study and recommends one, or says why not."""

    @cached_property
    def recommendation(self) -> Recommendation:
        """What to do by net value."""
        return recommend(self.study.metrics, self.comparison)

    @cached_property
    def leaders(self) -> Leaders:
        """Who leads in lasting users."""
        confidence = self.comparison.confidence
        return leaders(self.study.metrics, "lasting", among=self.comparison.strategies, confidence=confidence)

    @property
    def summary(self) -> Summary:
        """The recommendation in a sentence, the money, and how sure it is."""
        words = self._words()
        recommendation = self.narrator.text(f"verdict.{self.recommendation.verdict}", **words)
        html = render(
            "summary.html.j2",
            recommendation=recommendation,
            figures_of=self.narrator.text("figure.of", strategy=words["best"]),
            figures=self._figures(),
            sure=[self.narrator.text(f"sure.{self._sure_key()}", **words), *self._caveats()],
        )
        return Summary(recommendation, html)

    def _words(self) -> Mapping[str, str]:
        found, narrator = self.recommendation, self.narrator
        leading = found.leaders
        return {
            "best": narrator.strategy(leading.best),
            "leaders": narrator.strategy_list(leading.names),
            "gain": narrator.estimate("net_value", found.gain),
            "runner_up": narrator.strategy(leading.runner_up.strategy) if leading.runner_up else "",
            "lead": narrator.estimate("net_value", leading.runner_up.lead) if leading.runner_up else "",
        }

    def _sure_key(self) -> str:
        verdict = self.recommendation.verdict
        return "clear_alone" if verdict == "clear" and self.recommendation.leaders.runner_up is None else verdict

    def _figures(self) -> list[KeyFigure]:
        """Return the money and the people behind the recommendation, all of the strategy with the highest net value."""
        best, narrator = self.recommendation.leaders.best, self.narrator
        shown: list[tuple[str, str, Estimate]] = [
            ("net_value", "net_value", self.recommendation.gain),
            ("lasting", "lasting", self.comparison.against(best, "lasting")),
            ("cost", "cost", self.comparison.alone(best, "cost")),
        ]
        return [
            KeyFigure(
                narrator.text(f"figure.{title}"),
                *narrator.estimate_parts(kpi, estimate),
                narrator.wide(kpi, estimate),
            )
            for title, kpi, estimate in shown
        ]

    def _caveats(self) -> list[str]:
        """Say from how many runs this comes, what the intervals hold and leave out, and what a lasting user costs and is worth."""
        lines = [self._caption("sure.runs"), *self._what_intervals_hold()]
        return lines + [self._price(name) for name in cheapest(self.comparison)[:1]]

    def _what_intervals_hold(self) -> list[str]:
        narrator, draws = self.narrator, self.study.plan.draws
        if draws == 1:
            return [narrator.text("sure.luck_only")]
        wide = narrator.wide("net_value", self.recommendation.gain)
        best = narrator.strategy(self.recommendation.leaders.best)
        lines = [narrator.text("sure.rates", draws=draws), narrator.text("sure.ignorance")]
        return lines + ([narrator.text("sure.wide_gain", best=best, wide=wide)] if wide else [])

    def _price(self, name: str) -> str:
        """Say what an additional lasting user costs where that is least, and what one is assumed to be worth."""
        narrator, comparison = self.narrator, self.comparison
        price = narrator.estimate("cost_per_lasting", comparison.alone(name, COST_PER_INCREMENTAL_LASTING))
        worth = comparison.against(name, "value").mean / comparison.against(name, "lasting").mean
        words = {
            "strategy": narrator.strategy(name),
            "value": price,
            "worth": narrator.value("cost_per_lasting", worth),
        }
        return narrator.text("figure.price", **words)

    @property
    def table(self) -> Table:
        """The strategies side by side."""
        narrator, comparison = self.narrator, self.comparison
        header = [
            narrator.text("table.strategy"),
            *map(narrator.short, _KEY_FIGURES),
            *(narrator.text("table.against", kpi=narrator.short(kpi)) for kpi in _AGAINST),
        ]
        rows = [
            Row(
                narrator.strategy(name),
                [
                    *(Cell(comparison.alone(name, kpi), kpi) for kpi in _KEY_FIGURES),
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
        header = [narrator.text("table.strategy"), *map(narrator.short, _REWARDS)]
        rows = [
            Row(narrator.strategy(name), [Cell(self.comparison.alone(name, kpi), kpi) for kpi in _REWARDS])
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
        return comparison_charts.cost_against_lasting_users(self.comparison, self.narrator)

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
        best = self.recommendation.leaders.best
        return strategy_charts.who_gains(self.attribution, self.comparison, best, self.narrator)


@dataclass(frozen=True)
class StrategyPage(StudyPage):
    """The page of one strategy, against doing nothing."""

    strategy: str

    @property
    def results(self) -> Table:
        """The key figures of the strategy, alone and against doing nothing."""
        return self._figures("results", [*_KEY_FIGURES, "net_value"])

    @property
    def indicators(self) -> Table:
        """Every KPI of the strategy, alone and against doing nothing; of mechanisms only where something happened."""
        offers = self.strategy in self.study.programmes
        kpis = [kpi for kpi in KPIS if offers or kpi not in _ONLY_WITH_REWARDS]
        return self._figures("indicators", [kpi for kpi in kpis if kpi not in OF_MECHANISMS or self._happened(kpi)])

    def _happened(self, kpi: str) -> bool:
        found = self.comparison.alone(self.strategy, kpi)
        return found.n > 0 and found.mean != 0

    @property
    def rewards(self) -> Table | None:
        """What the strategy's reward programme comes to; nothing where it offers none."""
        if self.strategy not in self.study.programmes:
            return None
        narrator = self.narrator
        found = {kpi: self.comparison.alone(self.strategy, kpi) for kpi in _REWARDS}
        rows = [Row(narrator.kpi(kpi), [Cell(found[kpi], kpi)]) for kpi in _REWARDS if found[kpi].n]
        header = [narrator.text("table.kpi"), narrator.text("table.value")]
        caption = self._table_caption("table.results", strategy=narrator.strategy(self.strategy))
        return Table(narrator, caption, header, rows, narrator.text("section.rewards"))

    @property
    def coupon_funnel(self) -> Chart | None:
        """What becomes of the strategy's coupons; nothing where it offers none."""
        if self.strategy not in self.study.programmes:
            return None
        return reward_charts.coupon_funnel(self.comparison, self.strategy, self.narrator)

    def _figures(self, name: str, kpis: Sequence[str]) -> Table:
        narrator = self.narrator
        header = [narrator.text(f"table.{key}") for key in ("kpi", "value", "difference")]
        rows = [
            Row(
                narrator.kpi(kpi),
                [
                    Cell(self.comparison.alone(self.strategy, kpi), kpi),
                    Cell(self.comparison.against(self.strategy, kpi), kpi, is_difference=True),
                ],
            )
            for kpi in kpis
            if self.comparison.alone(self.strategy, kpi).n
        ]
        caption = self._table_caption("table.results", strategy=narrator.strategy(self.strategy))
        return Table(narrator, caption, header, rows, narrator.text(f"section.{name}"))

    @property
    def funnel(self) -> Chart:
        """From contact to lasting user, by segment."""
        return strategy_charts.funnel_by_segment(self.comparison, self.strategy, self.narrator)

    @property
    def daily_curves(self) -> Chart:
        """Wallets day by day, beside those of doing nothing."""
        shown = list(dict.fromkeys((DO_NOTHING, self.strategy)))
        return strategy_charts.daily_curves(self.days, shown, self.narrator)

    @property
    def who_gains(self) -> Chart | None:
        """Who gains by the strategy; nothing to show for doing nothing."""
        if self.strategy == DO_NOTHING:
            return None
        return strategy_charts.who_gains(self.attribution, self.comparison, self.strategy, self.narrator)

    @property
    def levers(self) -> Table:
        """Every lever that the strategy sets otherwise than the scenario."""
        narrator = self.narrator
        record = next(record for record in self.study.record.strategies if record.name == self.strategy)
        header = [narrator.text(f"table.{key}") for key in ("lever", "default", "chosen")]
        rows = [Row(lever.key, [_written(lever.default), _written(lever.value)]) for lever in record.differences]
        key = "table.levers" if rows else "table.no_levers"
        caption = narrator.text(key, strategy=narrator.strategy(self.strategy))
        return Table(narrator, caption, header, rows, narrator.text("section.levers"))


def _written(value: object) -> str:
    """Return a parameter's value as it would be written in its file; nothing is a dash."""
    if value is None:
        return NOTHING
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
