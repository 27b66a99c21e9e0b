"""What the numbers say, before it is drawn or put into words: who leads, who cannot be told apart, what to do.

Strategies are compared run by run on the same draws and replications, so a small lead can be certain while the ranges of
two strategies overlap: good and bad luck is shared and cancels in the difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from simkit.params import DO_NOTHING
from simkit.reporting.lookups import Comparison, highest
from simkit.study import COST_PER_INCREMENTAL_LASTING, Estimate, paired_difference

Verdict = Literal["clear", "tied", "unproven", "none_pays", "single_run"]


class RunnerUp(NamedTuple):
    """The second best, and how far the best is ahead of it, run by run."""

    strategy: str
    lead: Estimate


@dataclass(frozen=True)
class Leaders:
    """Who is best in one KPI: `best`, the others that cannot be told from it, and the second best where there are two."""

    kpi: str
    best: str
    tied: tuple[str, ...]
    runner_up: RunnerUp | None

    @property
    def names(self) -> list[str]:
        """The best and those that cannot be told from it, best first."""
        return [self.best, *self.tied]


@dataclass(frozen=True)
class Recommendation:
    """What to do by net value: the verdict, who leads, and the gain of the best against doing nothing (CNY)."""

    verdict: Verdict
    leaders: Leaders
    gain: Estimate


def leaders(metrics: pd.DataFrame, kpi: str, *, among: Sequence[str], confidence: float) -> Leaders:
    """Rank strategies by their mean of *kpi* (more is better) and say which cannot be told from the best.

    A strategy is tied with the best when the paired interval of their difference includes 0, or when there is no interval.
    """
    rows = metrics[(metrics["kpi"] == kpi) & (metrics["segment"] == "all")]
    runs = {name: rows[rows["strategy"] == name].set_index(["draw", "replication"])["value"] for name in among}
    best, *others = sorted(among, key=lambda name: -runs[name].mean())
    leads = {name: paired_difference(runs[best], runs[name], confidence) for name in others}
    tied = tuple(name for name in others if not leads[name].low > 0)
    runner_up = RunnerUp(others[0], leads[others[0]]) if others else None
    return Leaders(kpi, best, tied, runner_up)


def recommend(metrics: pd.DataFrame, comparison: Comparison) -> Recommendation:
    """Weigh the strategies by net value against doing nothing."""
    names = [name for name in comparison.strategies if name != DO_NOTHING]
    leading = leaders(metrics, "net_value", among=names, confidence=comparison.confidence)
    gains = {name: comparison.against(name, "net_value") for name in names}
    return Recommendation(_verdict(gains, leading), leading, gains[leading.best])


def _verdict(gains: dict[str, Estimate], leading: Leaders) -> Verdict:
    gain = gains[leading.best]
    if np.isnan(gain.low):
        return "single_run"
    if all(other.high < 0 for other in gains.values()):
        return "none_pays"
    if gain.low <= 0:
        return "unproven"
    return "tied" if leading.tied else "clear"


def unproven(comparison: Comparison, kpi: str) -> list[str]:
    """Return the strategies whose difference from doing nothing may as well be 0, in the study's order."""
    against = {name: comparison.against(name, kpi) for name in comparison.strategies if name != DO_NOTHING}
    return [name for name, found in against.items() if not (found.low > 0 or found.high < 0)]


def cheapest(comparison: Comparison) -> list[str]:
    """Return who pays least for an additional lasting user, and those whose interval reaches down to that one's, cheapest first.

    Empty where no strategy is sure to bring additional lasting users.
    """
    prices = {name: comparison.alone(name, COST_PER_INCREMENTAL_LASTING) for name in comparison.strategies}
    ranked = sorted((name for name in prices if not np.isnan(prices[name].mean)), key=lambda name: prices[name].mean)
    return [name for name in ranked if not prices[name].low > highest(prices[ranked[0]])]
