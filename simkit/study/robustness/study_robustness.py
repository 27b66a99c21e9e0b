"""How a choice stands up to what is not known: a study with draws, looked at for one key figure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from simkit.metrics.catalogue import KPIS
from simkit.metrics.kpi import ALL, Kpi
from simkit.params import (
    DO_NOTHING,
    Finding,
    ParameterError,
    Scenario,
    UncertainNumber,
    drawn_values,
    nearest,
    uncertain_numbers,
)
from simkit.study.estimates import Estimate, estimate
from simkit.study.robustness.discovery import Discovery, discover, share_of
from simkit.study.robustness.regret import Verdict, judge
from simkit.study.robustness.variance_split import Split, split_variance
from simkit.study.study import Study
from simkit.study.variances import Values

_LEAST_DRAWS = 20
_LEAST_CASES = 5


@dataclass(frozen=True)
class Duel:
    """The favourite against one rival over all draws.

    lead: of the favourite in each draw, mean over luck, in the key figure's unit and above 0 where the favourite is better. of_losses:
    whether the box is of the draws in which the favourite loses; else, where it loses most, of those in which it wins. discovery: None
    where one of the two happens in fewer than five draws. behind: share of draws in which the favourite loses. noise: share of the
    spread of `lead` that is luck left by the replications.
    """

    rival: str
    lead: Values
    of_losses: bool
    discovery: Discovery | None
    behind: Estimate
    noise: float


@dataclass(frozen=True)
class Robustness:
    """Strategies over draws and replications for one key figure.

    values: (strategy, draw, replication), in the key figure's unit. numbers, drawn: the uncertain numbers, and the value of each in
    each draw (draw, number). favourite: the strategy that is looked at, by its place. tail_share: of worst draws for CVaR.
    """

    strategies: tuple[str, ...]
    kpi: Kpi
    values: Values
    numbers: tuple[UncertainNumber, ...]
    drawn: Values
    favourite: int
    tail_share: float
    confidence: float

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return int(self.values.shape[1])

    @property
    def replications(self) -> int:
        """How many replications each draw has."""
        return int(self.values.shape[2])

    @cached_property
    def merit(self) -> Values:
        """The values turned so that more is better."""
        return -self.values if self.kpi.better == "lower" else self.values

    @cached_property
    def splits(self) -> dict[str, Split]:
        """Luck and ignorance in what each strategy changes, run by run against doing nothing."""
        return {
            name: split_variance(self._difference(place), self.confidence)
            for place, name in enumerate(self.strategies)
            if name != DO_NOTHING
        }

    @cached_property
    def differences(self) -> dict[str, Estimate]:
        """What each strategy changes against doing nothing, with both intervals."""
        return {name: self._both(self._difference(self.strategies.index(name))) for name in self.splits}

    @cached_property
    def verdicts(self) -> list[Verdict]:
        """What each rule thinks of the strategies; scores are in the key figure's own direction."""
        found = judge(self.merit, share=self.tail_share, confidence=self.confidence)
        return [self._as_written(verdict) for verdict in found]

    @cached_property
    def best_in(self) -> dict[str, Estimate]:
        """In what share of draws each strategy is the best."""
        best = self.merit.mean(axis=-1).argmax(axis=0)
        return {
            name: share_of(int((best == place).sum()), self.draws, self.confidence)
            for place, name in enumerate(self.strategies)
        }

    @cached_property
    def duels(self) -> list[Duel]:
        """The favourite against every other strategy."""
        return [self._duel(place) for place in range(len(self.strategies)) if place != self.favourite]

    def lead_over(self, rival: str) -> Estimate:
        """Return how far the favourite is ahead of a rival, in the key figure's unit, with both intervals."""
        return self._both(self.merit[self.favourite] - self.merit[self.strategies.index(rival)])

    def _difference(self, place: int) -> Values:
        return np.asarray(self.values[place] - self.values[self.strategies.index(DO_NOTHING)])

    def _both(self, values: Values) -> Estimate:
        runs, wide = estimate(values, self.confidence), estimate(values, self.confidence, with_ignorance=True)
        parts = (runs.mean, runs.low, runs.high, wide.low, wide.high)
        return Estimate(int(runs.n), *(float(part) for part in parts))

    def _as_written(self, verdict: Verdict) -> Verdict:
        if self.kpi.better != "lower" or verdict.rule == "minimax_regret":
            return verdict
        turned = tuple(Estimate(score.n, -score.mean, -score.high, -score.low) for score in verdict.scores)
        return Verdict(verdict.rule, turned, verdict.picked, verdict.sure)

    def _duel(self, place: int) -> Duel:
        ahead = self.merit[self.favourite] - self.merit[place]
        lead = ahead.mean(axis=-1)
        behind = int((lead < 0).sum())
        of_losses = behind <= self.draws / 2
        rare = min(behind, self.draws - behind)
        found = discover(self.drawn, lead if of_losses else -lead, self.confidence) if rare >= _LEAST_CASES else None
        split, spread = split_variance(ahead, self.confidence), float(lead.var(ddof=1))
        noise = 1 - split.ignorance.mean / spread if spread > 0 else 0.0
        return Duel(
            self.strategies[place],
            lead,
            of_losses,
            found,
            share_of(behind, self.draws, self.confidence),
            max(0.0, noise),
        )


def look_at(study: Study, kpi: str, *, strategy: str, tail_share: float) -> Robustness:
    """Look at a finished study for one key figure over all segments.

    Parameters
    ----------
    study
        With at least 20 draws and two replications.
    kpi
        A key figure that adds up and of which more, or less, is better.
    strategy
        Whose losses are looked for; '' takes the one with the best mean.
    tail_share
        Of the worst draws that CVaR looks at, above 0 and at most 1.

    Raises `ParameterError` where one of these is not so.
    """
    check_question(
        study.strategies, study.plan.draws, study.plan.replications, kpi=kpi, strategy=strategy, tail_share=tail_share
    )
    values = _values(study, kpi)
    means = values.mean(axis=(1, 2)) * (-1 if KPIS[kpi].better == "lower" else 1)
    place = study.strategies.index(strategy) if strategy else int(means.argmax())
    scenario = Scenario.model_validate_json(json.dumps(study.record.scenario))
    numbers = uncertain_numbers(scenario)
    drawn = [drawn_values(scenario, draw) for draw in study.plan.draw_numbers]
    return Robustness(
        strategies=tuple(study.strategies),
        kpi=KPIS[kpi],
        values=values,
        numbers=numbers,
        drawn=np.array([[of_draw[number.key] for number in numbers] for of_draw in drawn]),
        favourite=place,
        tail_share=tail_share,
        confidence=study.plan.confidence,
    )


def check_question(
    strategies: Sequence[str], draws: int, replications: int, *, kpi: str, strategy: str, tail_share: float
) -> None:
    """Refuse what `look_at` cannot answer, before anything is run. Raises `ParameterError` with everything that is wrong."""
    problems = {
        "draws": f"{draws}; at least {_LEAST_DRAWS} samples of the uncertain numbers are needed"
        if draws < _LEAST_DRAWS
        else "",
        "replications": "1; luck and ignorance can be told apart from 2 on" if replications == 1 else "",
        "kpi": _problem_of(kpi),
        "strategy": f"'{strategy}' is not in this study; {nearest(strategy, strategies)}"
        if strategy and strategy not in strategies
        else "",
        "worst": "" if 0 < tail_share <= 1 else f"{tail_share:g}; it must be above 0 and at most 1",
    }
    findings = [Finding("robustness", key, problem) for key, problem in problems.items() if problem]
    if findings:
        raise ParameterError(findings)


def _problem_of(kpi: str) -> str:
    """Say why a key figure cannot be looked at; nothing where it can."""
    if kpi not in KPIS:
        return f"'{kpi}' is unknown; {nearest(kpi, KPIS)}"
    if KPIS[kpi].ratio_of:
        return f"'{kpi}' is a ratio, which does not add up over runs; take {' or '.join(KPIS[kpi].ratio_of or ())}"
    if KPIS[kpi].better == "neither":
        return (
            f"of '{kpi}' neither more nor less is better, so no strategy can be best in it; take net_value or lasting"
        )
    return ""


def _values(study: Study, kpi: str) -> Values:
    """Return the key figure over all segments, (strategy, draw, replication). Raises `ParameterError` where a run has none."""
    rows = study.metrics
    rows = rows[(rows["kpi"] == kpi) & (rows["segment"] == ALL)]
    axes = (study.strategies, study.plan.draw_numbers, range(study.plan.replications))
    grid = pd.MultiIndex.from_product(axes, names=["strategy", "draw", "replication"])
    indexed = rows.astype({"strategy": str}).set_index(grid.names)["value"].reindex(grid)
    if indexed.isna().any():
        raise ParameterError([Finding("robustness", "kpi", f"some runs have no '{kpi}'; take net_value or lasting")])
    return indexed.to_numpy(dtype=np.float64).reshape([len(axis) for axis in axes])
