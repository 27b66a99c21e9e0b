"""What the notebook of one strategy shows: its message, its key figures, its charts, what it changes, and every indicator."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simkit.metrics.catalogue import KPIS
from simkit.metrics.mechanisms import MECHANISMS
from simkit.params import DO_NOTHING, Finding, ParameterError, nearest
from simkit.reporting import strategy_charts
from simkit.reporting.chart_style import Chart
from simkit.reporting.lookups import Withheld
from simkit.reporting.pages import KEY_FIGURES, REWARDS, StudyPage, narrator_of
from simkit.reporting.quantities import NOTHING
from simkit.reporting.rewards import charts as reward_charts
from simkit.reporting.summary import KeyFigure, Summary
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import COST_PER_INCREMENTAL_LASTING, Estimate, open_study

_ONLY_WITH_REWARDS = {"reward_liability", "hunter_cost", "hunter_share", "over_budget"} | {
    kpi for kpi in KPIS if kpi.startswith("coupon")
}
_MECHANISM_OF: Mapping[str, str] = {kpi.name: room for room, kpis in MECHANISMS.items() for kpi in kpis}
_CAMPAIGN = "campaign"


def open_strategy(study: str, store: str, strategy: str, language: str) -> "StrategyPage":
    """Open the page of one strategy of a finished study. Raises `ParameterError` for a strategy that the study lacks."""
    opened = open_study(study, Path(store))
    if strategy not in opened.strategies:
        problem = f"'{strategy}' is not in this study; {nearest(strategy, opened.strategies)}"
        raise ParameterError([Finding(opened.record.full_name, "strategy", problem)])
    return StrategyPage(opened, narrator_of(opened, language), strategy)


@dataclass(frozen=True)
class StrategyPage(StudyPage):
    """The page of one strategy, against doing nothing."""

    strategy: str

    @property
    def summary(self) -> Summary:
        """What the strategy wins against doing nothing, at what cost, whether that is shown, and what would change it."""
        shown = self._shown_figures()
        return Summary(
            self._message(),
            figures_of="",
            figures=[KeyFigure(title, self.narrator.figure(kpi, found)) for title, kpi, found in shown],
            sure=[self._caption("sure.runs_of_strategy"), *self.what_intervals_hold],
            change=list(self._break_even()),
            **self.answer_titles,
        )

    def _shown_figures(self) -> Iterator[tuple[str, str, Estimate]]:
        """Walk over the large numbers: title, KPI, estimate."""
        text, comparison = self.narrator.text, self.comparison
        if self.strategy == DO_NOTHING:
            yield self.narrator.short("opened"), "opened", comparison.alone(self.strategy, "opened")
            yield self.narrator.short("lasting"), "lasting", comparison.alone(self.strategy, "lasting")
            return
        yield text("figure.lasting"), "lasting", comparison.against(self.strategy, "lasting")
        yield text("figure.cost"), "cost", comparison.alone(self.strategy, "cost")
        price = comparison.alone(self.strategy, COST_PER_INCREMENTAL_LASTING)
        if np.isfinite(price.mean):
            yield self.narrator.kpi(COST_PER_INCREMENTAL_LASTING), COST_PER_INCREMENTAL_LASTING, price
        yield text("figure.net_value"), "net_value", comparison.against(self.strategy, "net_value")

    def _message(self) -> str:
        """Say what the strategy wins and at what cost, and whether either is shown."""
        narrator, comparison = self.narrator, self.comparison
        users, money = (comparison.against(self.strategy, kpi) for kpi in ("lasting", "net_value"))
        words = {
            "strategy": narrator.named(self.strategy),
            "alone": narrator.estimate("lasting", comparison.alone(self.strategy, "lasting")),
            "lasting": narrator.estimate("lasting", users),
            "cost": narrator.mean("cost", comparison.alone(self.strategy, "cost")),
            "net": narrator.estimate("net_value", money),
        }
        if self.strategy == DO_NOTHING:
            return narrator.text("strategy.nothing", **words)
        both = (
            narrator.text(f"strategy.users.{_proof(users)}", **words),
            narrator.text(f"strategy.money.{_proof(money)}", **words),
        )
        return narrator.text("strategy.message", users=both[0], money=both[1])

    def _break_even(self) -> Iterator[str]:
        """Say at which worth of a lasting user the strategy would just pay for itself."""
        if self.strategy == DO_NOTHING or isinstance(self.comparison.against(self.strategy, "net_value"), Withheld):
            return
        found = self.worth_of_users((DO_NOTHING, self.strategy))
        for point in found.turning_points():
            yield self.narrator.text(
                "strategy.break_even",
                worth=self.narrator.estimate("cost_per_lasting", point.worth),
                assumed=self.narrator.value("cost_per_lasting", point.assumed),
            )

    @property
    def results(self) -> Table:
        """The key figures of the strategy, alone and against doing nothing."""
        return self._figures("results", [*KEY_FIGURES, "net_value"])

    @property
    def indicators(self) -> Table:
        """Every KPI of the strategy, alone and against doing nothing, by mechanism; of mechanisms only where something happened."""
        offers = self.strategy in self.study.programmes
        kpis = [kpi for kpi in KPIS if offers or kpi not in _ONLY_WITH_REWARDS]
        return self._figures(
            "indicators", [kpi for kpi in kpis if kpi not in _MECHANISM_OF or self._happened(kpi)], grouped=True
        )

    def _happened(self, kpi: str) -> bool:
        found = self.comparison.alone(self.strategy, kpi)
        return found.n > 0 and found.mean != 0

    @property
    def rewards(self) -> Table | None:
        """What the strategy's reward programme comes to; nothing where it offers none."""
        if self.strategy not in self.study.programmes:
            return None
        narrator = self.narrator
        found = {kpi: self.comparison.alone(self.strategy, kpi) for kpi in REWARDS}
        rows = [Row(narrator.kpi(kpi), [Cell(found[kpi], kpi)]) for kpi in REWARDS if found[kpi].n]
        header = [narrator.text("table.kpi"), narrator.text("table.value")]
        caption = self._table_caption("table.results", strategy=narrator.named(self.strategy))
        return Table(narrator, caption, header, rows, narrator.text("section.rewards"))

    @property
    def coupon_funnel(self) -> Chart | None:
        """What becomes of the strategy's coupons; nothing where it offers none."""
        if self.strategy not in self.study.programmes:
            return None
        return reward_charts.coupon_funnel(self.comparison, self.strategy, self.narrator)

    def _figures(self, name: str, kpis: Sequence[str], *, grouped: bool = False) -> Table:
        narrator = self.narrator
        header = [narrator.text(f"table.{key}") for key in ("kpi", "value", "difference")]
        rows = [
            Row(
                narrator.kpi(kpi),
                [
                    Cell(self.comparison.alone(self.strategy, kpi), kpi),
                    Cell(self.comparison.against(self.strategy, kpi), kpi, is_difference=True),
                ],
                narrator.text(f"mechanism.{_MECHANISM_OF.get(kpi, _CAMPAIGN)}") if grouped else "",
            )
            for kpi in kpis
            if self.comparison.alone(self.strategy, kpi).n
        ]
        caption = self._table_caption("table.results", strategy=narrator.named(self.strategy))
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
        """Every lever that the strategy sets otherwise than the scenario, by the section that it stands in."""
        narrator = self.narrator
        record = next(record for record in self.study.record.strategies if record.name == self.strategy)
        header = [narrator.text(f"table.{key}") for key in ("lever", "default", "chosen")]
        rows = [
            Row(
                lever.key,
                [_written(lever.default), _written(lever.value)],
                narrator.text(f"levers.{_section(lever.key)}"),
            )
            for lever in sorted(record.differences, key=lambda lever: _section(lever.key))
        ]
        key = "table.levers" if rows else "table.no_levers"
        caption = narrator.text(key, strategy=narrator.named(self.strategy))
        return Table(narrator, caption, header, rows, narrator.text("section.levers"))


def _proof(difference: Estimate) -> str:
    """Say what a difference from doing nothing shows, by the key of its text."""
    if isinstance(difference, Withheld):
        return "withheld"
    if np.isnan(difference.low):
        return "single_run"
    if difference.low > 0:
        return "more"
    return "less" if difference.high < 0 else "unproven"


def _section(key: str) -> str:
    """Return the section of a lever: `field` of `levers.field.teams`."""
    return key.split(".")[1]


def _written(value: object) -> str:
    """Return a parameter's value as it would be written in its file; nothing is a dash."""
    if value is None:
        return NOTHING
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
