"""Results as tables for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
from rich.markup import escape
from rich.table import Table

from simkit.campaign.campaign_run import CampaignRun
from simkit.metrics.catalogue import KPIS, OF_MECHANISMS
from simkit.metrics.kpi import ALL
from simkit.reporting.lookups import Comparison
from simkit.reporting.quantities import NO_BREAK, Quantities
from simkit.study import (
    COST_PER_INCREMENTAL_LASTING,
    COST_PER_INCREMENTAL_PAYMENT,
    INCREMENTAL_LASTING,
    Estimate,
    Study,
)

_ENGLISH = Quantities("en_GB")


class Column(NamedTuple):
    """One column of the comparison: a KPI alone or against doing nothing, and how it is written."""

    kpi: str
    unit: str
    digits: int = 0
    against: bool = False

    def of(self, comparison: Comparison, strategy: str) -> Estimate:
        """Return a strategy's estimate."""
        return (comparison.against if self.against else comparison.alone)(strategy, self.kpi)


_WON = {
    "wallets opened": Column("opened", "count"),
    "first payment": Column("activated", "count"),
    "lasting users": Column("lasting", "count"),
    "incremental lasting": Column(INCREMENTAL_LASTING, "count"),
    "staff utilisation": Column("staff_utilisation", "share", 3),
}
_COSTS = {
    "cost": Column("cost", "CNY"),
    "cost per lasting": Column("cost_per_lasting", "CNY"),
    "cost per incremental lasting": Column(COST_PER_INCREMENTAL_LASTING, "CNY"),
    "net value": Column("net_value", "CNY"),
    "net value against": Column("net_value", "CNY", against=True),
}
_REWARDS = {
    "claimed": Column("coupons_claimed", "count"),
    "redeemed": Column("coupons_redeemed", "count"),
    "cost of rewards": Column("coupon_cost", "CNY"),
    "hunters' share": Column("hunter_share", "share", 3),
    "still owed": Column("reward_liability", "CNY"),
    "P(overspend)": Column("over_budget", "share", 3),
    "cost per incremental payment": Column(COST_PER_INCREMENTAL_PAYMENT, "CNY", 2),
}


def comparison_tables(study: Study) -> Iterator[Table]:
    """Walk over what strategies win, reward and cost: one row a strategy, each figure's mean with its interval below."""
    comparison = Comparison.of(study.comparison)
    title = study.plan.title.en
    yield _table(f"{title}: what is won", comparison, comparison.strategies, _WON)
    if study.programmes:
        yield _table(f"{title}: reward programmes", comparison, list(study.programmes), _REWARDS)
    cost = _table(f"{title}: what it costs", comparison, comparison.strategies, _COSTS)
    cost.caption = (
        f"n = {comparison.n} runs of each strategy on the same customers, {comparison.confidence:.0%} intervals, "
        f"scale {study.record.scale:g} of the bank, seed {study.record.seed}. Incremental and 'against': run by run against do_nothing. "
        f"{_what_intervals_hold(study.plan.draws)}"
    )
    yield cost


def _what_intervals_hold(draws: int) -> str:
    """Say which of the two uncertainties the intervals hold."""
    if draws == 1:
        return "The intervals cover luck alone: what is not known of the assumed numbers is not in them (set draws above 1)."
    return escape(
        f"(Round brackets): how exactly these runs know the mean over luck and {draws} samples of the uncertain numbers; "
        "more runs narrow it. [Square brackets]: where the truth may lie as long as the numbers are not known better; only data narrow it."
    )


def _table(title: str, comparison: Comparison, strategies: Sequence[str], columns: Mapping[str, Column]) -> Table:
    table = Table(title=title, show_lines=True, title_justify="left", caption_justify="left")
    table.add_column("strategy", overflow="fold")
    for heading in columns:
        table.add_column(heading, justify="right", overflow="fold")
    for strategy in strategies:
        table.add_row(strategy, *(_cell(column.of(comparison, strategy), column) for column in columns.values()))
    return table


def _cell(estimate: Estimate, column: Column) -> str:
    """Write a mean and its interval below it; nothing where there is no number."""
    if math.isnan(estimate.mean):
        return "–"
    parts = _ENGLISH.interval_parts(estimate.mean, estimate.low, estimate.high, column.unit, column.digits)
    wide = _ENGLISH.interval_parts(estimate.mean, estimate.wide_low, estimate.wide_high, column.unit, column.digits)[1]
    lines = [*parts, wide.replace("(", "[").replace(")", "]")]
    return escape("\n".join(line for line in lines if line).replace(NO_BREAK, " "))  # a narrow terminal has to break it


def run_table(run: CampaignRun, metrics: pa.Table) -> Table:
    """Return one run's key figures over all segments."""
    name = f"{run.strategy}, draw {run.draw}, replication {run.replication}"
    table = Table("key figure", "value", "unit", title=f"Run {run.fingerprint[:12]}: {name} (one run has no interval)")
    for row in metrics.to_pylist():
        kpi, value = row["kpi"], row["value"]
        if row["segment"] == ALL and not math.isnan(value) and (value or kpi not in OF_MECHANISMS):
            table.add_row(KPIS[kpi].title["en"], f"{value:,.{KPIS[kpi].digits}f}", KPIS[kpi].unit)
    return table
