"""Strategies side by side: every KPI of every segment with its interval, and against doing nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simkit.metrics.kpi import Kpi
from simkit.params import DO_NOTHING
from simkit.study.estimates import Estimates, Values, estimate, fieller, linearised

INCREMENTAL_LASTING = "incremental_lasting"
COST_PER_INCREMENTAL_LASTING = "cost_per_incremental_lasting"
COST_PER_INCREMENTAL_PAYMENT = "cost_per_incremental_payment"
AGAINST_DOING_NOTHING: Mapping[str, Kpi] = {
    INCREMENTAL_LASTING: Kpi(
        INCREMENTAL_LASTING, "count", {"en": "Incremental lasting users", "zh": "增量持续用户"}, "higher"
    ),
    COST_PER_INCREMENTAL_LASTING: Kpi(
        COST_PER_INCREMENTAL_LASTING,
        "CNY",
        {"en": "Cost per incremental lasting user", "zh": "单个增量持续用户成本"},
        "lower",
    ),
    COST_PER_INCREMENTAL_PAYMENT: Kpi(
        COST_PER_INCREMENTAL_PAYMENT,
        "CNY",
        {"en": "Cost per incremental payment", "zh": "单笔增量支付成本"},
        "lower",
        2,
    ),
}
"""Key figures that only a comparison has."""
_PRICED = {COST_PER_INCREMENTAL_LASTING: "lasting", COST_PER_INCREMENTAL_PAYMENT: "payments"}
_COLUMNS = (
    *("strategy", "segment", "kpi", "n", "mean", "low", "high", "wide_low", "wide_high"),
    *("difference", "difference_low", "difference_high", "difference_wide_low", "difference_wide_high"),
)


def compare(
    metrics: pd.DataFrame, kpis: Mapping[str, Kpi], *, strategies: Sequence[str], confidence: float
) -> pd.DataFrame:
    """Return one row for each strategy, segment and KPI.

    Parameters
    ----------
    metrics
        One `value` for each strategy, draw, replication, segment and kpi.
    kpis
        What each KPI is; one with `ratio_of` is compared as a ratio of means, not as a mean of ratios.
    strategies
        Their order; `do_nothing` is among them.
    confidence
        Of every interval, such as 0.95.

    Returns
    -------
    Columns strategy, segment, kpi, n (runs), mean, low, high, wide_low, wide_high, the same of the difference (`difference`,
    `difference_low` …, run by run against `do_nothing`; NaN for itself), confidence, reason (why a mean or interval is NaN, else
    empty). low to high is how exactly the runs know the mean; wide_low to wide_high holds what is not known of the parameters too, and
    is NaN with one draw (see `estimate`). Beside the KPIs of the runs there are `incremental_lasting`, the difference of `lasting`,
    and `cost_per_incremental_lasting` and `cost_per_incremental_payment`, the difference of `cost` over that of `lasting` or
    `payments` with Fieller's interval: NaN unless more than with `do_nothing` are sure.
    """
    cube = _Cube.of(metrics, strategies)
    values = cube.with_ratios(kpis)
    base = cube.strategies.index(DO_NOTHING)
    against = _Both.of(values - values[base], confidence)
    for part in against.columns:
        part[base] = np.nan
    blocks = [
        _block(cube.strategies, cube.groups, _Both.of(values, confidence), against),
        *_incremental(cube, base, confidence),
    ]
    table = pd.concat(blocks, ignore_index=True)
    some_value = table.groupby(["segment", "kpi"])["n"].transform("max") > 0
    table = table[some_value].reset_index(drop=True)
    table["confidence"] = confidence
    table["reason"] = [
        _reason(n, mean, kpi, kpis) for n, mean, kpi in zip(table["n"], table["mean"], table["kpi"], strict=True)
    ]
    return table


@dataclass(frozen=True)
class _Cube:
    """The metrics as an array with axes strategy, group, draw, replication; a group is a segment and a KPI."""

    strategies: list[str]
    groups: list[tuple[str, str]]
    values: Values

    @classmethod
    def of(cls, metrics: pd.DataFrame, strategies: Sequence[str]) -> _Cube:
        segment, segments = metrics["segment"].astype(str).factorize()
        kpi, kpis = metrics["kpi"].astype(str).factorize()
        group, pairs = pd.factorize(segment * len(kpis) + kpi)  # four times as fast as pairs of texts
        groups = [(str(segments[pair // len(kpis)]), str(kpis[pair % len(kpis)])) for pair in pairs]
        strategy = pd.Index(strategies).get_indexer(pd.Index(metrics["strategy"].astype(str)))
        draw, draws = metrics["draw"].factorize(sort=True)
        replication, replications = metrics["replication"].factorize(sort=True)
        values = np.full((len(strategies), len(groups), len(draws), len(replications)), np.nan)
        values[strategy, group, draw, replication] = metrics["value"]
        return cls(list(strategies), groups, values)

    def of_group(self, segment: str, kpi: str) -> Values:
        return self.values[:, self.groups.index((segment, kpi))]

    def with_ratios(self, kpis: Mapping[str, Kpi]) -> Values:
        """Return the values with those of ratio KPIs linearised, so that their means are ratios of means."""
        values = self.values.copy()
        for index, (segment, name) in enumerate(self.groups):
            ratio = kpis[name].ratio_of
            if ratio is not None:
                numerator, denominator = (self.of_group(segment, part) for part in ratio)
                values[:, index] = linearised(numerator, denominator)
        return values


@dataclass(frozen=True)
class _Both:
    """Estimates as the runs know them, and with what is not known of the parameters."""

    runs: Estimates
    wide: Estimates

    @classmethod
    def of(cls, values: Values, confidence: float) -> _Both:
        return cls(estimate(values, confidence), estimate(values, confidence, with_ignorance=True))

    @property
    def columns(self) -> tuple[Values, ...]:
        return (self.runs.mean, self.runs.low, self.runs.high, self.wide.low, self.wide.high)


def _block(strategies: list[str], groups: list[tuple[str, str]], alone: _Both, against: _Both | None) -> pd.DataFrame:
    """Lay estimates with axes strategy, group out as rows."""
    differences = against.columns if against else (np.full(alone.runs.mean.shape, np.nan),) * len(alone.columns)
    columns = [
        np.repeat(strategies, len(groups)),
        np.tile([segment for segment, _ in groups], len(strategies)),
        np.tile([kpi for _, kpi in groups], len(strategies)),
        *(array.ravel() for array in (alone.runs.n, *alone.columns, *differences)),
    ]
    return pd.DataFrame(dict(zip(_COLUMNS, columns, strict=True)))


def _incremental(cube: _Cube, base: int, confidence: float) -> Iterator[pd.DataFrame]:
    """Walk over the rows of what a strategy adds to doing nothing, and what one added user or payment costs."""
    others = [name for name in cube.strategies if name != DO_NOTHING]

    def added(segments: Sequence[str], kpi: str) -> Values:
        values = np.stack([cube.of_group(segment, kpi) for segment in segments], axis=1)
        return np.delete(values - values[base], base, axis=0)

    def segments_with(*kpis: str) -> list[str]:
        return [
            segment for segment, name in cube.groups if name == kpis[0] and {(segment, kpi) for kpi in kpis} <= known
        ]

    known = set(cube.groups)
    everywhere = segments_with("lasting")
    lasting = _Both.of(added(everywhere, "lasting"), confidence)
    yield _block(others, [(segment, INCREMENTAL_LASTING) for segment in everywhere], lasting, None)
    for name, kpi in _PRICED.items():
        if priced := segments_with("cost", kpi):
            parts = added(priced, "cost"), added(priced, kpi)
            price = _Both(fieller(*parts, confidence), fieller(*parts, confidence, with_ignorance=True))
            yield _block(others, [(segment, name) for segment in priced], price, None)


def _reason(n: int, mean: float, kpi: str, kpis: Mapping[str, Kpi]) -> str:
    """Say why there is no mean or no interval."""
    if n == 1:
        return "one run has no interval"
    if not np.isnan(mean):
        return ""
    if kpi in _PRICED:
        return f"more {'lasting users' if _PRICED[kpi] == 'lasting' else 'payments'} than with do_nothing are not sure"
    ratio = kpis[kpi].ratio_of
    return f"{ratio[1]} is 0" if ratio else "no run has a value"
