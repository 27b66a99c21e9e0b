"""From a plan to its runs: strategy × draw × replication, each of which can be repeated alone."""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import pyarrow as pa

from simkit.campaign.campaign_run import CampaignRun, Detail, EachDay, go_on
from simkit.campaign.fingerprint import fingerprint_of, hash_of_parameters, resolved_parameters
from simkit.campaign.offered_programme import compile_offered
from simkit.metrics.measuring import run_metrics
from simkit.params import Scenario, Strategy, StudyPlan, load_scenario, load_strategy
from simkit.study.districts import one_district, refuse_shared

_NONE: Mapping[str, object] = MappingProxyType({})


class _Run(Protocol):
    def __call__(
        self, scenario: Scenario, strategy: Strategy, draw: int, replication: int, *, detail: Detail
    ) -> CampaignRun: ...


class _Parameters(Protocol):
    def __call__(self, scenario: Scenario, strategy: Strategy) -> str: ...


class _Fingerprint(Protocol):
    def __call__(self, parameters: str, draw: int, replication: int, detail: str) -> str: ...


class _Metrics(Protocol):
    def __call__(self, run: CampaignRun, scenario: Scenario) -> pa.Table: ...


class _Compile(Protocol):
    def __call__(self, scenario: Scenario, strategy: Strategy) -> None: ...


def _nothing_to_compile(scenario: Scenario, strategy: Strategy) -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Model:
    """What a study needs to know of the model.

    run: makes a run. parameters: resolves a strategy upon a scenario and returns the hash of it. fingerprint: names what determines a
    run. metrics: measures a run. compile: compiles what runs of a strategy need, before many processes would do so at once.
    measured_by: the module or package whose source says how runs are measured; that of `metrics` where none is named.
    """

    run: _Run
    parameters: _Parameters
    fingerprint: _Fingerprint
    metrics: _Metrics
    compile: _Compile = _nothing_to_compile
    measured_by: str = ""

    @property
    def measure(self) -> str:
        """The hash of how runs are measured: with another definition of a KPI they are measured anew, not run anew."""
        return source_hash(self.measured_by or self.metrics.__module__)


def _hash_of_parameters(scenario: Scenario, strategy: Strategy) -> str:
    return hash_of_parameters(resolved_parameters(scenario, strategy))


def play_campaign(
    scenario: Scenario,
    strategy: Strategy,
    draw: int,
    replication: int,
    *,
    detail: Detail,
    each_day: EachDay = go_on,
) -> CampaignRun:
    """Do what `run_campaign` does, loading it first."""
    from simkit.campaign.run import run_campaign  # noqa: PLC0415 - who only reads results never loads the model

    return run_campaign(scenario, strategy, draw, replication, detail=detail, each_day=each_day)


CAMPAIGN = Model(play_campaign, _hash_of_parameters, fingerprint_of, run_metrics, compile_offered, "simkit.metrics")


@functools.cache
def source_hash(module: str) -> str:
    """Return the SHA-256 of the source of an imported module, or of a whole package: what it computes may differ when it does."""
    file = Path(inspect.getfile(sys.modules[module]))
    files = sorted(file.parent.rglob("*.py")) if hasattr(sys.modules[module], "__path__") else [file]
    return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()


@dataclass(frozen=True)
class RunTask:
    """One run to make: all that determines it, its fingerprint, and the command that repeats it alone."""

    scenario: Scenario
    strategy: Strategy
    draw: int
    replication: int
    detail: Detail
    fingerprint: str
    command: str

    def __str__(self) -> str:
        return f"{self.strategy.name}, draw {self.draw}, replication {self.replication}"


def study_scenario(plan: StudyPlan) -> Scenario:
    """Load a plan's scenario, with the plan's scale and seed in place of its own."""
    return with_scale_and_seed(load_scenario(plan.scenario), plan.scale, plan.seed)


def with_scale_and_seed(scenario: Scenario, scale: float | None, seed: int | None) -> Scenario:
    """Return the scenario with another scale and seed, where they are given."""
    instead = {"scale": scale, "seed": seed}
    return scenario.model_copy(update={key: value for key, value in instead.items() if value is not None})


@dataclass(frozen=True)
class Alternative:
    """A strategy upon a scenario: what all its runs share.

    parameters: the hash of both, resolved. names: of scenario and strategy, as `simkit run` finds them. options: what `simkit run` needs
    beside the names.
    """

    scenario: Scenario
    strategy: Strategy
    detail: Detail
    parameters: str
    names: tuple[str, str]
    options: tuple[str, ...] = ()

    def run(self, draw: int, replication: int, model: Model) -> RunTask:
        """Return one of its runs."""
        which = ["--replication", str(replication), *(["--draw", str(draw)] if draw else [])]
        return RunTask(
            scenario=self.scenario,
            strategy=self.strategy,
            draw=draw,
            replication=replication,
            detail=self.detail,
            fingerprint=model.fingerprint(self.parameters, draw, replication, self.detail),
            command=shlex.join(["simkit", "run", *self.names, *which, *self.options]),
        )


def plan_runs(plan: StudyPlan, model: Model = CAMPAIGN) -> tuple[RunTask, ...]:
    """Expand a plan into its runs.

    All strategies of one (draw, replication) stand together, `do_nothing` first, so that a study which is stopped early holds
    complete comparisons. With several districts a replication is as many runs, each with luck of its own: that of the replications
    from replication × districts on. Raises `ParameterError` for a strategy that cannot be played district by district.
    """
    scenario = study_scenario(plan)
    alternatives = [_alternative(plan, scenario, source, model) for source in plan.all_strategies]
    return tuple(
        alternative.run(draw, luck, model)
        for draw in plan.draw_numbers
        for luck in range(plan.replications * plan.districts)
        for alternative in alternatives
    )


def _alternative(plan: StudyPlan, scenario: Scenario, source: str, model: Model) -> Alternative:
    strategy = load_strategy(source)
    district = one_district(scenario, plan.districts)
    refuse_shared(scenario, strategy, plan.districts)
    scale = plan.scale if plan.districts == 1 else district.scale
    options = options_of(scale=scale, seed=plan.seed, detail=plan.detail)
    return Alternative(
        district, strategy, plan.detail, model.parameters(district, strategy), (plan.scenario, source), options
    )


def options_of(
    *, scale: float | None = None, seed: int | None = None, detail: str = "daily", values: Mapping[str, object] = _NONE
) -> tuple[str, ...]:
    """Return the options of `simkit run` that say this; `values` are numbers of the scenario and levers by dotted key."""
    words = ["--scale", str(scale)] if scale is not None else []
    words += ["--seed", str(seed)] if seed is not None else []
    words += ["--detail", detail] if detail != "daily" else []
    for key, value in values.items():
        words += ["--set", f"{key}={json.dumps(value)}"]
    return tuple(words)
