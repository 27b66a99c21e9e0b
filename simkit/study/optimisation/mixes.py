"""The mixes of a plan: what strategy each is, what is known of it without a run, and what campaigns tell of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from simkit.metrics.catalogue import KPIS
from simkit.params import (
    Finding,
    ParameterError,
    Scenario,
    Strategy,
    load_scenario,
    load_strategy,
    nearest,
    resolve,
    with_levers,
)
from simkit.params.checking import Kind
from simkit.params.levers import Title
from simkit.params.mix_plan import STAFF, FigureLimit, MixPlan, load_mix_plan
from simkit.study.estimates import Values
from simkit.study.observing import CampaignObserver
from simkit.study.optimisation.lattice import Flags, Lattice, Points
from simkit.study.optimisation.search import Limits
from simkit.study.optimisation.surrogate import Floats
from simkit.study.planning import CAMPAIGN, Model, with_scale_and_seed

COST = "cost"
_NET = "net_value"
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Figure:
    """A key figure of a plan; `sign` is −1 where the search sees it turned round, so that more is better or less is allowed."""

    kpi: str
    segment: str
    sign: int


@dataclass(frozen=True)
class Mixes:
    """The mixes that a plan may choose from. Amounts are the levers' values, shape (mixes, levers); figures are of the whole bank."""

    plan: MixPlan
    scenario: Scenario
    begins_from: Strategy

    @classmethod
    def of(cls, plan: MixPlan) -> Mixes:
        """Load what a plan names, and check that every end of every lever can be pulled. Raises `ParameterError`."""
        scenario = with_scale_and_seed(load_scenario(plan.scenario), plan.scale, plan.seed)
        mixes = cls(plan, scenario, load_strategy(plan.begins_from))
        findings = [*_unknown_figures(plan, scenario), *mixes._impossible()]
        if findings:
            raise ParameterError(findings)
        return mixes

    @cached_property
    def lattice(self) -> Lattice:
        """All mixes."""
        return Lattice(tuple(len(ladder.values) for ladder in self.plan.levers.values()))

    @property
    def count(self) -> int:
        """How many mixes there are, whatever the limits."""
        return math.prod(self.lattice.sizes)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """What is observed: the figure that is to be highest, those of the limits, and the cost in any case."""
        best = Figure(self.plan.figure, "all", -1 if KPIS[self.plan.figure].better == "lower" else 1)
        limited = [
            Figure(limit.figure, limit.segment or "all", 1 if limit.most is not None else -1)
            for limit in self._limited.values()
        ]
        cost = Figure(COST, "all", 1)
        return best, *limited, *([cost] if cost not in limited else [])

    def amounts(self, points: Points) -> Floats:
        """Return what each lever is in each mix."""
        ladders = [np.array(ladder.values) for ladder in self.plan.levers.values()]
        return np.column_stack([ladder[points[:, lever]] for lever, ladder in enumerate(ladders)])

    @cached_property
    def first_amounts(self) -> Floats:
        """What each lever is in the strategy that the plan begins from, shape (1, levers); NaN where it has no such section."""
        levers = {"levers": resolve(self.scenario, self.begins_from).levers.model_dump(mode="json")}
        return np.array([[_lever(levers, key) for key in self.plan.levers]])

    @property
    def nearest_to_first(self) -> Points:
        """The mix nearest to the strategy that the plan begins from, shape (1, levers)."""
        ladders = [np.array(ladder.values) for ladder in self.plan.levers.values()]
        return np.array(
            [
                [
                    np.abs(ladder - own).argmin()
                    for ladder, own in zip(ladders, np.nan_to_num(self.first_amounts[0]), strict=True)
                ]
            ]
        )

    def strategy(self, point: Sequence[int]) -> Strategy:
        """Return the strategy that a mix is."""
        (amounts,) = self.amounts(np.array([point]))
        named = self.begins_from.model_copy(
            update={
                "name": "_".join(["mix", *map(str, point)]),
                "title": Title(en=f"Mix {'-'.join(map(str, point))}", zh=f"组合 {'-'.join(map(str, point))}"),
            }
        )
        return with_levers(named, dict(zip(self.plan.levers, amounts.tolist(), strict=True)))

    def staff(self, amounts: Floats) -> Floats:
        """Return the members of staff of each mix, those of steps included."""
        own = np.nan_to_num(amounts) @ np.array([ladder.staff for ladder in self.plan.levers.values()])
        return np.asarray(own + sum(steps * self.plan.step_costs[name].staff for name, steps in self._steps(amounts)))

    def known(self, amounts: Floats) -> Floats:
        """Return what is added to the figures of each mix without a run: the costs in steps. Shape (mixes, figures), signs turned."""
        steps = [steps * self.plan.step_costs[name].cost_cny for name, steps in self._steps(amounts)]
        cost = np.sum(steps, axis=0) if steps else np.zeros(len(amounts))
        share = {COST: 1, _NET: -1}
        return np.outer(
            cost, [figure.sign * share.get(figure.kpi, 0) * (figure.segment == "all") for figure in self.figures]
        )

    def under(self, limits: Mapping[str, FigureLimit]) -> Limits:
        """Return limits as the search sees them: the most of each figure after the first, and which mixes there are staff for."""
        bounds = [
            limits[name].bound * figure.sign for name, figure in zip(self._limited, self.figures[1:], strict=False)
        ]
        staff = [limit for limit in limits.values() if limit.figure == STAFF]
        free = [np.inf] * (len(self.figures) - 1 - len(bounds))
        return Limits(np.array([*bounds, *free]), partial(self._staffed, staff))

    def _staffed(self, limits: Sequence[FigureLimit], points: Points) -> Flags:
        staff = self.staff(self.amounts(points))
        kept = np.ones(len(points), dtype=np.bool_)
        for limit in limits:
            sign = 1 if limit.most is not None else -1
            kept &= sign * staff <= sign * limit.bound + _ROUNDING
        return kept

    @property
    def _limited(self) -> dict[str, FigureLimit]:
        """The limits on key figures, which only runs can tell."""
        return {name: limit for name, limit in self.plan.limits.items() if limit.figure != STAFF}

    def _steps(self, amounts: Floats) -> list[tuple[str, Floats]]:
        keys = list(self.plan.levers)
        return [
            (
                name,
                np.array(
                    [
                        cost.steps(total)
                        for total in np.nansum(amounts[:, [keys.index(key) for key in cost.levers]], axis=1)
                    ]
                ),
            )
            for name, cost in self.plan.step_costs.items()
        ]

    def _impossible(self) -> list[Finding]:
        """Return why the lowest or the highest value of a lever cannot be had, each lever alone and all together."""
        findings = []
        for key, ladder in self.plan.levers.items():
            for value in (ladder.lowest, ladder.highest):
                try:
                    resolve(self.scenario, with_levers(self.begins_from, {key: value}))
                except ParameterError as error:
                    findings += [
                        Finding(f"plan {self.plan.name}", key, f"{value:g} is not possible: {finding.problem}")
                        for finding in error.findings
                    ]
        return findings


@dataclass(frozen=True)
class Campaigns:
    """Observes mixes: makes the runs that the store does not hold. Figures are of the whole bank, as the search sees them."""

    mixes: Mixes
    observer: CampaignObserver

    @classmethod
    def of(
        cls,
        mixes: Mixes,
        *,
        store: Path,
        workers: int | None = None,
        cluster: str | None = None,
        progress: bool = True,
        model: Model = CAMPAIGN,
    ) -> Campaigns:
        """Return the campaigns of a plan's mixes, with finished runs in `store`."""
        kpis = [(figure.kpi, figure.segment) for figure in mixes.figures]
        observer = CampaignObserver(
            mixes.scenario,
            [mixes.begins_from],
            kpis,
            store=store,
            workers=workers,
            cluster=cluster,
            progress=progress,
            model=model,
        )
        return cls(mixes, observer)

    def of_mixes(self, points: Points, replications: Sequence[int]) -> Values:
        """Return what runs tell of mixes, shape (mixes, replications, figures), without what is known of them."""
        return self._figures([self.mixes.strategy(point) for point in points.tolist()], replications)

    def whole(self, points: Points, replications: Sequence[int]) -> Values:
        """Return the figures of mixes, costs in steps included, shape (mixes, replications, figures)."""
        known = self.mixes.known(self.mixes.amounts(points))
        return np.asarray(self.of_mixes(points, replications) + known[:, None, :])

    def whole_of_first(self, replications: Sequence[int]) -> Values:
        """Return the same of the strategy that the plan begins from, shape (1, replications, figures)."""
        known = self.mixes.known(self.mixes.first_amounts)
        return np.asarray(self._figures([self.mixes.begins_from], replications) + known[:, None, :])

    def _figures(self, strategies: Sequence[Strategy], replications: Sequence[int]) -> Values:
        signs = np.array([figure.sign for figure in self.mixes.figures])
        observed = self.observer.for_strategies(strategies)(range(len(strategies)), replications)
        return np.asarray(observed * signs / self.mixes.scenario.scale)


def checked_mix_plan(path: Path) -> MixPlan:
    """Load a plan and all that it names; raise `ParameterError` where it cannot be used."""
    plan = load_mix_plan(str(path))
    Mixes.of(plan)
    return plan


def _facts(path: Path) -> list[str]:
    mixes = Mixes.of(load_mix_plan(str(path)))
    return [f"{mixes.count:,} mixes of {len(mixes.plan.levers)} levers under {len(mixes.plan.limits)} limits"]


MIX_PLAN = Kind("plan for a mix", "plans", MixPlan, load=checked_mix_plan, facts=_facts)
"""What `simkit check` needs to know of plans for a mix."""


def _lever(levers: object, key: str) -> float:
    for name in key.split("."):
        levers = levers.get(name) if isinstance(levers, Mapping) else None
    return float(levers) if isinstance(levers, int | float) else float("nan")


def _unknown_figures(plan: MixPlan, scenario: Scenario) -> list[Finding]:
    """Return what is wrong with the figures and segments that a plan names."""
    place, findings = f"plan {plan.name}", []
    adding_up = [name for name, kpi in KPIS.items() if kpi.ratio_of is None and kpi.unit != "share"]
    aimed = [name for name in adding_up if KPIS[name].better != "neither"]
    if plan.figure not in aimed:
        findings.append(
            Finding(
                place,
                "figure",
                f"'{plan.figure}' is none that adds up and has a better side; {nearest(plan.figure, aimed)}",
            )
        )
    for name, limit in plan.limits.items():
        if limit.figure not in (STAFF, *adding_up):
            known = nearest(limit.figure, (STAFF, *adding_up))
            findings.append(Finding(place, f"limits.{name}.figure", f"'{limit.figure}' is none that adds up; {known}"))
        if limit.segment is not None and limit.segment not in scenario.segment_names:
            known = nearest(limit.segment, scenario.segment_names)
            findings.append(Finding(place, f"limits.{name}.segment", f"'{limit.segment}' is unknown; {known}"))
    return findings
