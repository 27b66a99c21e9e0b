"""`python -m benchmarks.mix_search`: the search for a mix against as many mixes tried at random, on the shipped plan.

Both try as many mixes in the same replications, and both choose the best that surely keeps all limits. Both winners are then run in
fresh replications, for what was chosen by a figure looks better by it than it is.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from simkit.params.mix_plan import MixPlan, load_mix_plan
from simkit.study import Estimate
from simkit.study.estimates import estimate
from simkit.study.optimisation import Campaigns, Mixes, MixSearch, mix_problem
from simkit.study.optimisation.lattice import Points
from simkit.study.optimisation.search import Limits

_FRESH_FROM = 50_000
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Match:
    """One seed: both winners, and their mean figures in fresh replications (the one looked for first), as `Mixes.figures` names them."""

    seed: int
    searched: Points
    random: Points
    of_searched: np.ndarray
    of_random: np.ndarray

    @property
    def lead(self) -> float:
        """By how much the search's mix is better."""
        return float(self.of_searched[0] - self.of_random[0])


def matches(
    seeds: Sequence[int], mixes: int, replications: int, fresh: int, *, store: Path, progress: bool
) -> list[Match]:
    """Play the shipped plan, at a hundredth of the bank, once for each seed; `mixes` are tried in `replications` by each side."""
    plan = load_mix_plan("city_bank_mix")
    effort = plan.effort.model_copy(update={"mixes": mixes, "replications": replications})
    plan = plan.model_copy(update={"scale": 0.01, "effort": effort})
    judge = Campaigns.of(Mixes.of(plan), store=store, progress=progress)
    played = []
    for seed in seeds:
        searched, random = _winners(plan.model_copy(update={"seed": seed}), store, progress=progress)
        means = judge.whole(np.concatenate([searched, random]), range(_FRESH_FROM, _FRESH_FROM + fresh)).mean(axis=1)
        played.append(Match(seed, searched, random, means[0], means[1]))
    return played


def mean_lead(played: Sequence[Match]) -> Estimate:
    """Return the mean lead of the search over all seeds, with its t-interval."""
    found = estimate(np.array([[match.lead for match in played]]), _CONFIDENCE)
    return Estimate(int(found.n), float(found.mean), float(found.low), float(found.high))


def _winners(plan: MixPlan, store: Path, *, progress: bool) -> tuple[Points, Points]:
    mixes = Mixes.of(plan)
    problem = mix_problem(mixes, Campaigns.of(mixes, store=store, progress=progress))
    limits = mixes.under(plan.limits)
    search = MixSearch(problem)
    search.spread(limits, len(plan.levers) + 5, mixes.nearest_to_first)
    search.improve(limits, plan.effort.mixes - len(search.points), plan.effort.at_once)
    random = MixSearch(problem)
    random.spread(limits, len(search.points), _allowed_at_random(mixes, limits, len(search.points)))
    return search.best(limits), _best_seen(random, limits)


def _allowed_at_random(mixes: Mixes, limits: Limits, count: int) -> Points:
    points = mixes.lattice.at_random(50 * count, mixes.scenario.seed)
    return points[limits.allowed(points)][:count]


def _best_seen(search: MixSearch, limits: Limits) -> Points:
    """Return the mix with the highest mean of its own runs among those likeliest to keep the limits: at 90 % or, failing that, at all."""
    keeps = search.keeps(limits)
    means = (search.values.mean(axis=1) + search.problem.known(search.points))[:, 0]
    return search.points[[np.where(keeps >= min(0.9, keeps.max()), means, -np.inf).argmax()]]


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mix_search", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--mixes", type=int, default=32)
    parser.add_argument("--replications", type=int, default=2)
    parser.add_argument("--fresh", type=int, default=10)
    parser.add_argument("--store", type=Path, help="keep the runs here, to go on after a stop")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = chosen.store or Path(folder)
        played = matches(
            range(1, chosen.seeds + 1), chosen.mixes, chosen.replications, chosen.fresh, store=store, progress=True
        )
    table = Table("seed", "lasting users, search", "cost", "lasting users, random", "cost", "lead")
    for match in played:
        sides = [f"{value:,.0f}" for side in (match.of_searched, match.of_random) for value in side[:2]]
        table.add_row(str(match.seed), *sides, f"{match.lead:+,.0f}")
    console, lead = Console(width=110), mean_lead(played)
    console.print(table)
    console.print(
        f"{chosen.mixes} mixes x {chosen.replications} runs each; both winners in {chosen.fresh} fresh runs. "
        f"Lead {lead.mean:,.0f} lasting users ({lead.low:,.0f} to {lead.high:,.0f}, {_CONFIDENCE:.0%}, {lead.n} seeds)."
    )


if __name__ == "__main__":
    main()
