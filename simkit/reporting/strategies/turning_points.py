"""What would change the recommendation: another worth of a lasting user, and the uncertain numbers on which the gain hangs.

Net value is the worth of lasting users plus what does not hang on it (fees of old users, less cost). Counted k times, the worth of a
lasting user makes the net value of a strategy a straight line in k: where two lines cross, the better choice changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from simkit.metrics.kpi import ALL
from simkit.params import DO_NOTHING, Scenario, drawn_values, uncertain_numbers
from simkit.study import Estimate, Study
from simkit.study.estimates import Estimates, fieller
from simkit.study.variances import Values

WORTH = ("value", "net_value", "lasting")
"""The key figures that hang on the worth of a lasting user."""
LEAST_DRAWS = 20
"""Fewer samples of the uncertain numbers cannot tell on which of them the gain hangs."""


@dataclass(frozen=True)
class TurningPoint:
    """Beyond it another choice is the best: the worth of a lasting user (CNY, interval over runs), what is better then, and on which side.

    assumed: what one is taken to be worth (CNY). below: the other choice is the best where one is worth less; else where one is worth more.
    """

    worth: Estimate
    assumed: float
    instead: str
    below: bool


@dataclass(frozen=True)
class WorthOfUsers:
    """Net value in two parts, each an array (strategy, draw, replication) in CNY, and lasting users; `do_nothing` is among them.

    from_users: the worth of lasting users. apart: all else, which does not hang on that worth.
    """

    strategies: tuple[str, ...]
    from_users: Values
    apart: Values
    lasting: Values
    confidence: float

    @classmethod
    def of(cls, metrics: pd.DataFrame, strategies: Sequence[str], confidence: float) -> WorthOfUsers:
        """Read a study's metrics; `WORTH` names those that are needed."""
        value, net, lasting = _by_run(metrics, strategies, *WORTH)
        return cls(tuple(strategies), value, net - value, lasting, confidence)

    @cached_property
    def best(self) -> str:
        """The choice with the highest mean of net value, doing nothing included."""
        return self.strategies[int((self.from_users + self.apart).mean(axis=(1, 2)).argmax())]

    def assumed(self, strategy: str) -> float:
        """Return what a lasting user whom the strategy adds is taken to be worth, on average (CNY); NaN where it adds none."""
        place, base = self.strategies.index(strategy), self.strategies.index(DO_NOTHING)
        worth, users = (float((part[place] - part[base]).mean()) for part in (self.from_users, self.lasting))
        return worth / users if users > 0 else float("nan")

    def turning_points(self) -> list[TurningPoint]:
        """Return the nearest worth below and the nearest above the assumed one at which another choice has the higher mean.

        A worth is that of the users whom the best strategy adds or, where doing nothing is best, whom the other adds. Fieller's interval is
        NaN where the two choices do not surely differ in what hangs on the worth.
        """
        crossings = list(self._crossings())
        low = max((point for point in crossings if point.below), key=_worth, default=None)
        high = min((point for point in crossings if not point.below), key=_worth, default=None)
        return [point for point in (low, high) if point is not None]

    def _crossings(self) -> Iterator[TurningPoint]:
        """Walk over where another choice overtakes the best."""
        best = self.strategies.index(self.best)
        for place, name in enumerate(self.strategies):
            slope = self.from_users[best] - self.from_users[place]
            rest = self.apart[best] - self.apart[place]
            assumed = self.assumed(name if self.best == DO_NOTHING else self.best)
            # The best is ahead by k * slope + rest: the lines cross where that is 0.
            crossing = -rest.mean() / slope.mean() if slope.mean() else np.nan
            if name != self.best and assumed * crossing > 0:
                below = bool(slope.mean() > 0)
                found = fieller(-rest if below else rest, slope if below else -slope, self.confidence)
                yield TurningPoint(_in_yuan(found, float(crossing), assumed), assumed, name, below)


def _worth(point: TurningPoint) -> float:
    return point.worth.mean


def _in_yuan(found: Estimates, crossing: float, assumed: float) -> Estimate:
    """Return the crossing of the means, with Fieller's interval where there is one that runs upwards from above 0."""
    n, low, high = int(found.n), float(found.low), float(found.high)
    low, high = (low, high) if 0 <= low <= high else (np.nan, np.nan)
    return Estimate(n, crossing * assumed, low * assumed, high * assumed)


def _by_run(metrics: pd.DataFrame, strategies: Sequence[str], *kpis: str) -> list[Values]:
    """Return key figures over all segments, each as an array (strategy, draw, replication)."""
    rows = metrics[metrics["kpi"].isin(kpis) & (metrics["segment"] == ALL)]
    columns = ["kpi", "draw", "replication"]
    wide = rows.astype({"strategy": str}).pivot_table(index="strategy", columns=columns, values="value")
    draws = wide.columns.get_level_values("draw").nunique()
    return [wide.loc[list(strategies), kpi].to_numpy(np.float64).reshape(len(strategies), draws, -1) for kpi in kpis]


def telling_numbers(study: Study, strategy: str) -> list[str]:
    """Return the keys of the uncertain numbers on which a strategy's gain in net value surely depends, the strongest first.

    Empty with fewer than 20 draws, which cannot tell.
    """
    if study.plan.draws < LEAST_DRAWS:
        return []
    from simkit.study.robustness.discovery import numbers_that_matter  # noqa: PLC0415 - scipy.stats takes a fifth of a page to load

    (by_run,) = _by_run(study.metrics, (strategy, DO_NOTHING), "net_value")
    net = by_run.mean(axis=-1)
    scenario = Scenario.model_validate_json(json.dumps(study.record.scenario))
    keys = [number.key for number in uncertain_numbers(scenario)]
    drawn = [drawn_values(scenario, draw) for draw in study.plan.draw_numbers]
    values = np.array([[of_draw[key] for key in keys] for of_draw in drawn])
    return [keys[place] for place in numbers_that_matter(values, net[0] - net[1])]
