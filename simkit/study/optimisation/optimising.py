"""From a plan to a recommended mix: the search, the frontier, what limits are worth, the final choice, and fresh figures for all of it.

Three sets of replications are never mixed: those of the search, by which mixes are found; those of the selection, by which one is
chosen; and fresh ones, behind every figure that is reported. A figure by which a mix was chosen would flatter it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from simkit.params import Finding, ParameterError
from simkit.params.mix_plan import STAFF, FigureLimit, MixPlan
from simkit.study.estimates import Estimate, Values, estimate
from simkit.study.optimisation.lattice import Points
from simkit.study.optimisation.mixes import COST, Campaigns, Mixes
from simkit.study.optimisation.search import SURE, MixProblem, MixSearch
from simkit.study.optimisation.surrogate import Floats
from simkit.study.planning import CAMPAIGN, Model
from simkit.study.selection.best import Limit, Question, Selection, select_best

_SELECTION_FROM = 10_000
_FRESH_FROM = 20_000
_SHARE_SPREAD = 3  # of the mixes, one in so many is spread over the space before the search looks for more
_BEYOND_SLOPES = 4


@dataclass(frozen=True)
class Optimisation:
    """What came of a plan.

    tried: how many mixes of the search came before it turned to other limits. points: every mix that is reported, the recommended one
    first, shape (mixes, levers). fresh: their figures in fresh replications, the strategy that the plan begins from at the end, shape
    (mixes + 1, replications, figures), signs turned as `Mixes.figures` says. candidates, on_frontier, when_relaxed: places in `points`;
    candidates in the selection's order, on_frontier by bound, when_relaxed by the limit that was relaxed.
    """

    mixes: Mixes
    search: MixSearch
    tried: int
    points: Points
    fresh: Values
    candidates: tuple[int, ...]
    selection: Selection
    on_frontier: Mapping[float, int]
    when_relaxed: Mapping[str, int]
    runs_asked: int
    runs_made: int
    fingerprint: str

    @property
    def plan(self) -> MixPlan:
        """The plan."""
        return self.mixes.plan

    @property
    def spread(self) -> int:
        """How many of the mixes tried were spread over the space."""
        return min(spread_of(self.plan), self.tried)

    @cached_property
    def amounts(self) -> Floats:
        """The levers of every mix reported, those of the strategy begun from at the end."""
        return np.concatenate([self.mixes.amounts(self.points), self.mixes.first_amounts])

    @property
    def first(self) -> int:
        """The place of the strategy that the plan begins from."""
        return len(self.points)

    def best(self, place: int) -> Estimate:
        """Return the figure that is looked for, of one mix."""
        return self._estimate(self.fresh[place, :, 0] * self.mixes.figures[0].sign)

    def cost(self, place: int) -> Estimate:
        """Return the cost of one mix, steps included."""
        return self._estimate(self.fresh[place, :, self._column(COST, "all")])

    def gain(self, place: int, over: int) -> Estimate:
        """Return by how much a mix is better than another, run by run."""
        return self._estimate(self.fresh[place, :, 0] - self.fresh[over, :, 0])

    def used(self, limit: str, place: int) -> Estimate:
        """Return the figure that a limit bounds, of one mix."""
        bounded = self.plan.limits[limit]
        if bounded.figure == STAFF:
            staff = float(self.mixes.staff(self.amounts[[place]])[0])
            return Estimate(self.fresh.shape[1], staff, staff, staff)
        column = self._column(bounded.figure, bounded.segment or "all", 1 if bounded.most is not None else -1)
        return self._estimate(self.fresh[place, :, column] * self.mixes.figures[column].sign)

    def worth(self, limit: str) -> Estimate:
        """Return what relaxing a limit by `relax_by` adds to the figure that is looked for: a finite difference, run by run.

        It is that of mixes that were found, so never more than what a perfect search would find.
        """
        return self.gain(self.when_relaxed[limit], 0)

    def _column(self, kpi: str, segment: str, sign: int = 1) -> int:
        found = [
            column
            for column, figure in enumerate(self.mixes.figures)
            if column and (figure.kpi, figure.segment, figure.sign) == (kpi, segment, sign)
        ]
        return found[0]

    def _estimate(self, values: Values) -> Estimate:
        found = estimate(values[None, :], self.plan.confidence)
        return Estimate(int(found.n), float(found.mean), float(found.low), float(found.high))


def optimise(
    plan: MixPlan,
    *,
    store: Path,
    workers: int | None = None,
    cluster: str | None = None,
    progress: bool = True,
    model: Model = CAMPAIGN,
) -> Optimisation:
    """Find the best mix of a plan, and all that is reported of it.

    Runs that `store` holds are not made again, and those finished are kept when this is stopped. Raises `ParameterError` when the plan
    cannot be used, or when no mix that was tried keeps its limits.
    """
    mixes = Mixes.of(plan)
    campaigns = Campaigns.of(mixes, store=store, workers=workers, cluster=cluster, progress=progress, model=model)
    search, tried = searched(mixes, campaigns)
    candidates, selection = _selected(mixes, campaigns, search)
    recommended = candidates[[selection.leader]]
    elsewhere = {name: _best_under(mixes, search, recommended, limits) for name, limits in _elsewhere(plan).items()}
    points, places = _numbered([recommended, candidates, *elsewhere.values()])
    of_candidates, *of_elsewhere = places[1:]
    found = {name: place[0] for name, place in zip(elsewhere, of_elsewhere, strict=True) if len(place)}
    fresh = range(_FRESH_FROM, _FRESH_FROM + plan.effort.final_replications)
    return Optimisation(
        mixes=mixes,
        search=search,
        tried=tried,
        points=points,
        fresh=np.concatenate([campaigns.whole(points, fresh), campaigns.whole_of_first(fresh)]),
        candidates=tuple(of_candidates),
        selection=selection,
        on_frontier={bound: found[name] for name, bound in _frontier(plan).items() if name in found},
        when_relaxed={name: found[name] for name in plan.limits},
        runs_asked=campaigns.observer.runs_asked,
        runs_made=campaigns.observer.runs_made,
        fingerprint=campaigns.observer.fingerprint,
    )


def searched(mixes: Mixes, campaigns: Campaigns) -> tuple[MixSearch, int]:
    """Look for the best mix under the plan's limits, then under those of the frontier and each relaxed one.

    Returns the search and how many mixes it had tried before it turned to other limits.
    """
    plan, effort = mixes.plan, mixes.plan.effort
    own = mixes.under(plan.limits)
    search = MixSearch(mix_problem(mixes, campaigns))
    search.spread(own, spread_of(plan), mixes.nearest_to_first)
    search.improve(own, effort.mixes - len(search.points), effort.at_once)
    tried = len(search.points)
    for limits in _elsewhere(plan).values():
        search.improve(mixes.under(limits), effort.mixes_elsewhere, effort.at_once)
    return search, tried


def spread_of(plan: MixPlan) -> int:
    """Return how many mixes are spread over the space first: enough to tell the slope of every lever."""
    return max(plan.effort.mixes // _SHARE_SPREAD, len(plan.levers) + _BEYOND_SLOPES)


def mix_problem(mixes: Mixes, campaigns: Campaigns) -> MixProblem:
    """Return a plan's problem as the search sees it."""
    return MixProblem(
        lattice=mixes.lattice,
        observe=campaigns.of_mixes,
        replications=range(mixes.plan.effort.replications),
        seed=mixes.scenario.seed,
        known=lambda points: mixes.known(mixes.amounts(points)),
    )


def _elsewhere(plan: MixPlan) -> dict[str, dict[str, FigureLimit]]:
    """Return the plan's limits with that of the frontier elsewhere, and with each one relaxed, by a name."""
    bounds = {
        name: plan.limits | {plan.frontier.limit: plan.limits[plan.frontier.limit].at(bound)}
        for name, bound in _frontier(plan).items()
    }
    return bounds | {name: plan.limits | {name: limit.relaxed} for name, limit in plan.limits.items()}


def _frontier(plan: MixPlan) -> dict[str, float]:
    """Return the bounds of the frontier by a name that is none of a limit; the plan's own bound is one of them."""
    bounds = sorted({*plan.frontier.bounds, plan.limits[plan.frontier.limit].bound})
    return {f"{plan.frontier.limit} {bound:g}": bound for bound in bounds}


def _selected(mixes: Mixes, campaigns: Campaigns, search: MixSearch) -> tuple[Points, Selection]:
    """Choose among the best mixes of the search in replications of their own."""
    plan, under = mixes.plan, mixes.under(mixes.plan.limits)
    candidates = search.best(under, plan.effort.candidates)
    if not len(candidates):
        raise ParameterError([*_broken(mixes, search)])
    rooms = [limit.room for limit in plan.limits.values() if limit.figure != STAFF]
    limits = tuple(
        Limit(column, room, at_most=float(under.most[column - 1])) for column, room in enumerate(rooms, start=1)
    )
    selection = select_best(
        lambda places, replications: campaigns.whole(candidates[list(places)], replications),
        len(candidates),
        Question(plan.indifference, probability=plan.confidence, limits=limits),
        first_replication=_SELECTION_FROM,
        most_runs=plan.effort.most_selection_runs,
    )
    if selection.selected is None:
        problem = f"none of the {len(candidates)} best mixes surely keeps all limits; give them a wider `tolerance`, or allow more"
        raise ParameterError([Finding(f"plan {plan.name}", "limits", problem)])
    return candidates, selection


def _broken(mixes: Mixes, search: MixSearch) -> Iterator[Finding]:
    """Say of each limit alone how many of the mixes tried keep it."""
    free = {name: limit.at(np.inf if limit.most is not None else -np.inf) for name, limit in mixes.plan.limits.items()}
    for name, limit in mixes.plan.limits.items():
        kept = int((search.keeps(mixes.under(free | {name: limit})) >= SURE).sum())
        problem = f"{kept} of {len(search.points)} mixes keep it; no mix keeps all limits together"
        yield Finding(f"plan {mixes.plan.name}", f"limits.{name}", problem)


def _best_under(mixes: Mixes, search: MixSearch, recommended: Points, limits: Mapping[str, FigureLimit]) -> Points:
    """Return the best mix tried that keeps `limits`, shape (1, levers), or none.

    It is the recommended one wherever it might have been recommended itself: then the choice between the two is made already.
    """
    there, own = mixes.under(limits), mixes.under(mixes.plan.limits)
    found = search.best(there)
    is_found, is_recommended = (~mixes.lattice.absent(search.points, point) for point in (found, recommended))
    same_choice = search.keeps(own)[is_found] >= SURE, search.keeps(there)[is_recommended] >= SURE
    return recommended if len(found) and same_choice[0].all() and same_choice[1].all() else found


def _numbered(groups: Sequence[Points]) -> tuple[Points, list[list[int]]]:
    """Return all mixes of several groups once, and where those of each group are."""
    places: dict[tuple[int, ...], int] = {}
    numbered = [[places.setdefault(tuple(point), len(places)) for point in group.tolist()] for group in groups]
    return np.array(list(places)), numbered
