"""A plan whose number of replications is found by running it: until its differences are known precisely enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simkit.metrics.catalogue import KPIS
from simkit.params import Finding, ParameterError, StudyPlan, Target, Until, load_strategy, nearest
from simkit.study.estimates import Values
from simkit.study.observing import CampaignObserver
from simkit.study.planning import CAMPAIGN, Model, study_scenario
from simkit.study.selection.choosing import complete
from simkit.study.selection.precision import (
    Precision,
    Stopped,
    Width,
    precision_of,
    replicate_until_precise,
    stops_at,
)

if TYPE_CHECKING:
    from simkit.study.study import Study

_SECONDS = 60.0


@dataclass(frozen=True)
class Settled:
    """How precisely the differences of a plan are known. Differences stand strategy by strategy, within one by target.

    plan: with the replications that it took. against: the strategy that all others are held against.
    """

    plan: StudyPlan
    against: str
    strategies: tuple[str, ...]
    targets: tuple[Target, ...]
    precision: Precision

    def place(self, strategy: str, target: int) -> int:
        """Return where a difference stands in the arrays of `precision`."""
        return self.strategies.index(strategy) * len(self.targets) + target


def settle(
    plan: StudyPlan,
    *,
    store: Path,
    workers: int | None = None,
    cluster: str | None = None,
    progress: bool = True,
    model: Model = CAMPAIGN,
) -> StudyPlan:
    """Make replications of all strategies until the differences that `plan.until` names are precise, or its budget is used up.

    Returns the plan with the replications that it took. Raises `ParameterError` where a figure or the baseline is unknown, a figure is a
    ratio, or rates are drawn: further replications shrink luck alone.
    """
    until = _checked(plan)
    strategies = [load_strategy(source) for source in plan.all_strategies]
    base = _baseline(plan, until, [strategy.name for strategy in strategies])
    columns = [(target.kpi, target.segment) for target in until.narrow]
    observe = CampaignObserver(
        study_scenario(plan),
        strategies,
        columns,
        store=store,
        workers=workers,
        cluster=cluster,
        progress=progress,
        model=model,
    )

    ask = complete(observe, until.narrow)

    def differences(replications: Sequence[int]) -> Values:
        return _against(ask(range(len(strategies)), replications), base)

    precision = replicate_until_precise(
        differences,
        _widths(until, len(strategies)),
        confidence=plan.confidence,
        at_least=until.at_least,
        at_most=until.at_most,
        seconds=np.inf if until.minutes is None else until.minutes * _SECONDS,
    )
    return plan.model_copy(update={"replications": precision.replications})


def settled(study: Study) -> Settled:
    """Return how precisely the differences of a finished study are known, and why its replications stopped."""
    plan, names = study.plan, study.strategies
    until = _checked(plan)
    values = np.stack([_observed(study, target) for target in until.narrow], axis=-1)
    differences = _against(values, _baseline(plan, until, names))
    widths = _widths(until, len(names))
    stopped: Stopped = "replications" if plan.replications >= until.at_most else "seconds"
    if stops_at(differences, widths, plan.confidence, until.at_least):
        stopped = "precise"
    others = tuple(name for name in names if name != until.against)
    precision = precision_of(differences, widths, plan.confidence, stopped)
    return Settled(plan, until.against, others, until.narrow, precision)


def _observed(study: Study, target: Target) -> Values:
    """Return a key figure of a finished study, (strategies, replications)."""
    metrics = study.metrics
    own = metrics[(metrics["kpi"] == target.kpi) & (metrics["segment"] == target.segment)]
    own = own.assign(strategy=own["strategy"].astype(str))
    table = own.pivot_table(index="strategy", columns="replication", values="value")
    return table.loc[study.strategies].to_numpy(dtype=np.float64)


def _against(values: Values, base: int) -> Values:
    """Turn values (strategies, replications, targets) into differences from one strategy, (replications, differences)."""
    others = np.delete(values - values[base], base, axis=0)
    return np.asarray(np.moveaxis(others, 0, 1).reshape(values.shape[1], -1))


def _widths(until: Until, strategies: int) -> list[Width]:
    return [Width(target.absolute or 0.0, target.relative or 0.0) for target in until.narrow] * (strategies - 1)


def _baseline(plan: StudyPlan, until: Until, names: Sequence[str]) -> int:
    if until.against not in names:
        problem = f"'{until.against}' is not in this study; {nearest(until.against, names)}"
        raise ParameterError([Finding(plan.name, "until.against", problem)])
    return names.index(until.against)


def _checked(plan: StudyPlan) -> Until:
    until = plan.until
    if until is None:
        raise ParameterError([Finding(plan.name, "until", "says not how precise the study is to be")])
    if plan.draws > 1:
        problem = (
            "more replications shrink luck, not the uncertainty of drawn rates; set draws to 1 or leave `until` out"
        )
        raise ParameterError([Finding(plan.name, "until", problem)])
    if plan.detail != "daily":
        raise ParameterError([Finding(plan.name, "until", "goes with detail: daily only")])
    if len(plan.all_strategies) < 2:  # noqa: PLR2004 - a difference takes two
        raise ParameterError([Finding(plan.name, "strategies", "a difference takes a strategy beside the baseline")])
    for target in until.narrow:
        ratio = KPIS[target.kpi].ratio_of if target.kpi in KPIS else None
        if ratio:
            problem = f"{target.kpi} is a ratio; name the parts that add up, {ratio[0]} and {ratio[1]}"
            raise ParameterError([Finding(plan.name, "until.narrow", problem)])
    return until
