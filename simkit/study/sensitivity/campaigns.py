"""What an answer hangs on, asked of a study's campaigns: which two strategies, by which key figure, on what part of the bank."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from simkit.metrics.catalogue import KPIS
from simkit.metrics.kpi import ALL, Kpi
from simkit.params import (
    DO_NOTHING,
    Finding,
    ParameterError,
    Scenario,
    Strategy,
    StudyPlan,
    load_scenario,
    load_strategy,
    load_study,
    nearest,
)
from simkit.params.uncertainty import uncertain_numbers
from simkit.study.estimates import Values
from simkit.study.observing import CampaignObserver
from simkit.study.planning import CAMPAIGN, Model, with_scale_and_seed
from simkit.study.sensitivity.analysis import STRATEGIES, Effort, Probe, Sensitivity, Stage, analyse
from simkit.study.sensitivity.designs import salib

Told = Callable[[Stage | None, int, float], None]
"""Told of each stage before it starts: which (None: choosing the two strategies), runs at most, and seconds at most (NaN: unknown)."""


@dataclass(frozen=True)
class Question:
    """What is asked: of which study (name or path), by which key figure of which segment, between which two strategies, at which scale.

    A strategy that is left out is chosen: the best of the study, and the best of the others.
    """

    study: str
    kpi: str = "net_value"
    segment: str = ALL
    strategy: str = ""
    against: str = ""
    scale: float = 0.01


@dataclass(frozen=True)
class Answer:
    """What the difference between two strategies hangs on, and all that is needed to find it again.

    strategy, against: the two; the difference is the first less the second. runs: asked for, made or stored before. runs_made,
    seconds: made now, and how long it took.
    """

    question: Question
    plan: StudyPlan
    scenario: Scenario
    kpi: Kpi
    strategy: Strategy
    against: Strategy
    found: Sensitivity
    runs: int
    runs_made: int
    seconds: float
    fingerprint: str


def ask(
    question: Question,
    effort: Effort,
    *,
    store: Path,
    told: Told,
    workers: int | None = None,
    cluster: str | None = None,
    progress: bool = True,
    model: Model = CAMPAIGN,
) -> Answer:
    """Find out what the difference between two strategies of a study hangs on; runs that the store holds are not made again.

    Raises `ParameterError` for a study, strategy, key figure or segment that is not there, and for a key figure that is a ratio;
    `MissingExtraError` where SALib is not installed.
    """
    salib("sample")  # where it is missing, that is said before any run is made
    plan = load_study(question.study)
    kpi = _additive(question.kpi)
    scenario = with_scale_and_seed(load_scenario(plan.scenario), question.scale, plan.seed)
    everyone = {strategy.name: strategy for strategy in map(load_strategy, plan.all_strategies)}
    _check_names(question, everyone)
    figures: list[str | tuple[str, str]] = [(question.kpi, question.segment)]
    observer = partial(
        CampaignObserver,
        scenario,
        kpis=figures,
        store=store,
        workers=workers,
        cluster=cluster,
        progress=progress,
        model=model,
    )
    choice = observer(list(everyone.values()))
    first, second = (everyone[name] for name in _pair(question, kpi, choice, effort, told))
    campaigns = _Campaigns(observer([first, second]), choice, told)
    found = analyse(uncertain_numbers(scenario), campaigns.differences, effort, campaigns.announce)
    return Answer(
        question,
        plan,
        scenario,
        kpi,
        first,
        second,
        found,
        runs=campaigns.pair.runs_asked,
        runs_made=choice.runs_made + campaigns.pair.runs_made,
        seconds=choice.seconds + campaigns.pair.seconds,
        fingerprint=campaigns.pair.fingerprint,
    )


@dataclass(frozen=True)
class _Campaigns:
    """The campaigns of the two strategies, and before them those among which the two were chosen."""

    pair: CampaignObserver
    choice: CampaignObserver
    told: Told

    def differences(self, probes: Sequence[Probe]) -> Values:
        """Return the difference of the key figure between the two at each probe."""
        values = self.pair.at_probes(probes, range(STRATEGIES))[..., 0]
        return np.asarray(values[:, 0] - values[:, 1])

    def announce(self, stage: Stage, runs: int) -> None:
        """Tell of a stage, with the time that it takes if runs go on as fast as those made so far."""
        timed = self.pair if self.pair.runs_made else self.choice
        self.told(stage, runs, runs * timed.seconds / timed.runs_made if timed.runs_made else np.nan)


def _check_names(question: Question, everyone: Iterable[str]) -> None:
    """Refuse strategies that the study lacks, and one against itself."""
    first, second = question.strategy, question.against
    findings = [
        Finding("sensitivity", option, f"'{name}' is not in this study; {nearest(name, everyone)}")
        for option, name in (("--strategy", first), ("--against", second))
        if name and name not in everyone
    ]
    if first and first == second:
        others = ", ".join(name for name in everyone if name != first)
        findings.append(
            Finding("sensitivity", "--against", f"'{first}' cannot be held against itself; allowed: {others}")
        )
    if findings:
        raise ParameterError(findings)


def _additive(name: str) -> Kpi:
    """Return a key figure whose differences are means of differences of runs."""
    if name not in KPIS:
        raise ParameterError([Finding("sensitivity", "--kpi", f"'{name}' is unknown; {nearest(name, KPIS)}")])
    ratio = KPIS[name].ratio_of
    if ratio is not None:
        problem = f"'{name}' is a ratio, whose mean is not a mean of runs; ask for {ratio[0]} or {ratio[1]}"
        raise ParameterError([Finding("sensitivity", "--kpi", problem)])
    return KPIS[name]


def _pair(question: Question, kpi: Kpi, choice: CampaignObserver, effort: Effort, told: Told) -> tuple[str, str]:
    """Return the names of the two strategies; where any is left out, the best by its mean, and doing nothing second."""
    first, second = question.strategy, question.against
    if first and second:
        return first, second
    names = [strategy.name for strategy in choice.strategies]
    told(None, len(names) * effort.replications, np.nan)
    means = choice(range(len(names)), range(effort.replications))[..., 0].mean(axis=1)
    ranked = [names[place] for place in np.argsort(means if kpi.better == "lower" else -means, kind="stable")]
    best = [name for name in ranked if name not in (first, second)]
    chosen = (first or best.pop(0), second or best.pop(0))
    return chosen[::-1] if chosen[0] == DO_NOTHING and not (first or second) else chosen
