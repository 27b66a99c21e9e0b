"""A study's plan, chosen by: its strategies are run as far as the choice needs it, and no further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from simkit.campaign.fingerprint import versions
from simkit.metrics.catalogue import KPIS
from simkit.params import (
    DO_NOTHING,
    Choice,
    Figure,
    Finding,
    ParameterError,
    Scenario,
    Strategy,
    StudyPlan,
    load_strategy,
)
from simkit.study.estimates import Values
from simkit.study.observing import CampaignObserver, Observe
from simkit.study.planning import CAMPAIGN, Model, study_scenario
from simkit.study.selection.best import Limit, Question, Selection, select_best
from simkit.study.selection.budgeted import allocate_runs, halve

DEFAULT_SHARE = 0.01


@dataclass(frozen=True)
class Chosen:
    """A choice among the strategies of a plan, with all that makes it found again.

    figures: the key figure that is chosen by, then those of the limits. runs_made: those that the store did not hold. fingerprint: of all
    runs that were asked for.
    """

    plan: StudyPlan
    choice: Choice
    scenario: Scenario
    strategies: tuple[Strategy, ...]
    figures: tuple[Figure, ...]
    selection: Selection
    runs_made: int
    seconds: float
    fingerprint: str
    versions: dict[str, str]

    @property
    def names(self) -> list[str]:
        """The strategies in the plan's order, `do_nothing` first."""
        return [strategy.name for strategy in self.strategies]

    @property
    def indifference_named(self) -> bool:
        """Whether the planner gave the indifference; else it is 1 % of what doing nothing comes to."""
        return self.choice.indifference is not None


def choose(
    plan: StudyPlan,
    *,
    store: Path,
    workers: int | None = None,
    cluster: str | None = None,
    progress: bool = True,
    model: Model = CAMPAIGN,
) -> Chosen:
    """Run the strategies of a plan until its choice is made; runs that `store` holds are not made again.

    Raises `ParameterError` where the plan has no choice, or chooses by something that cannot be compared.
    """
    choice = plan.choose
    if choice is None:
        problem = "says not what to choose by; add it to the plan, such as `choose: {kpi: lasting}`, or give --kpi"
        raise ParameterError([Finding(plan.name, "choose", problem)])
    if plan.draws > 1 and not choice.uncertain:
        problem = "a choice replicates luck; set draws to 1, or choose.uncertain to draw the uncertain numbers in every replication too"
        raise ParameterError([Finding(plan.name, "draws", problem)])
    better = _direction(plan, choice)
    figures = (choice, *choice.limits)
    _refuse_ratios(plan, figures)
    scenario = study_scenario(plan)
    strategies = tuple(load_strategy(source) for source in plan.all_strategies)
    columns = [(figure.kpi, figure.segment) for figure in figures]
    observe = CampaignObserver(
        scenario,
        strategies,
        columns,
        store=store,
        uncertain=choice.uncertain,
        workers=workers,
        cluster=cluster,
        progress=progress,
        model=model,
    )
    ask = complete(observe, figures)
    indifference = choice.indifference or _share_of_doing_nothing(plan, ask, choice)
    question = Question(indifference, better, choice.probability, tuple(_limits(choice)))
    selection = _by_method(ask, len(strategies), question, choice)
    return Chosen(
        plan,
        choice,
        scenario,
        strategies,
        figures,
        selection,
        observe.runs_made,
        observe.seconds,
        observe.fingerprint,
        versions(),
    )


def complete(observe: Observe, figures: Sequence[Figure]) -> Observe:
    """Refuse a key figure that a run has no value of, such as the waiting time of a queue that nobody joined."""

    def ask(strategies: Sequence[int], replications: Sequence[int]) -> Values:
        values = observe(strategies, replications)
        for figure, missing in zip(figures, np.atleast_1d(np.isnan(values).any(axis=(0, 1))), strict=True):
            if missing:
                problem = f"{figure} has no value in some runs; take a figure that every run has"
                raise ParameterError([Finding("key figure", "", problem)])
        return values

    return ask


def _by_method(observe: Observe, strategies: int, question: Question, choice: Choice) -> Selection:
    if choice.method == "race":
        return select_best(observe, strategies, question, first_stage=choice.first_stage, most_runs=choice.runs)
    spend = halve if choice.method == "halving" else allocate_runs
    return spend(observe, strategies, question, runs=choice.runs or 0, first_stage=choice.first_stage)


def _limits(choice: Choice) -> list[Limit]:
    return [
        Limit(place, bound.tolerance or DEFAULT_SHARE * abs(bound.amount), bound.at_most, bound.at_least)
        for place, bound in enumerate(choice.limits, 1)
    ]


def _direction(plan: StudyPlan, choice: Choice) -> Literal["higher", "lower"]:
    better = KPIS[choice.kpi].better if choice.kpi in KPIS else "higher"  # an unknown one is refused by the observer
    if better == "neither":
        problem = f"{choice.kpi} is neither better high nor low; choose by another and limit this one"
        raise ParameterError([Finding(plan.name, "choose.kpi", problem)])
    return better


def _refuse_ratios(plan: StudyPlan, figures: Sequence[Figure]) -> None:
    for figure in figures:
        ratio = KPIS[figure.kpi].ratio_of if figure.kpi in KPIS else None
        if ratio:
            problem = f"{figure.kpi} is a ratio and does not add up over runs; take {ratio[0]} or {ratio[1]}, or limit one of them"
            raise ParameterError([Finding(plan.name, "choose", problem)])


def _share_of_doing_nothing(plan: StudyPlan, observe: Observe, choice: Choice) -> float:
    """Return 1 % of what doing nothing comes to in the first stage."""
    place = plan.all_strategies.index(DO_NOTHING)
    usual = float(observe([place], range(choice.first_stage))[..., 0].mean())
    if usual == 0:
        problem = f"{choice} is 0 for {DO_NOTHING}, which has no 1 %; say what difference is worth finding"
        raise ParameterError([Finding(plan.name, "choose.indifference", problem)])
    return DEFAULT_SHARE * abs(usual)
