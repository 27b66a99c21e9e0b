"""Which strategy is best, how surely, and which cannot be told apart. A race decides; `budgeted` has what a fixed number of runs can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from simkit.study.estimates import Estimates, Values
from simkit.study.selection.evidence import behind, counts_of, probability_best, rooms
from simkit.study.selection.race import LEAST_FIRST_STAGE, Race

if TYPE_CHECKING:
    from simkit.study.observing import Observe

_RUNS_AT_ONCE = 8


@dataclass(frozen=True)
class Limit:
    """A bound on the mean of one observed column; within `tolerance` of it either answer is good enough."""

    column: int
    tolerance: float
    at_most: float | None = None
    at_least: float | None = None

    def room(self, values: Values) -> Values:
        """Return what is left to the bound, below 0 where it is broken."""
        return self.at_most - values if self.at_most is not None else values - (self.at_least or 0.0)


@dataclass(frozen=True)
class Question:
    """What is asked: the best mean of column 0 among the strategies that keep every limit.

    indifference: the least difference worth finding, in the unit of column 0. probability: of a correct selection, whenever the best
    is ahead by the indifference at least and no mean lies within a limit's tolerance; nearer ones may be taken for one another.
    """

    indifference: float
    better: Literal["higher", "lower"] = "higher"
    probability: float = 0.95
    limits: tuple[Limit, ...] = ()

    @property
    def sign(self) -> float:
        """1 where more is better, else −1."""
        return 1.0 if self.better == "higher" else -1.0

    def posed(self, values: Values) -> Values:
        """Return observed values as a race has them: what is to be highest, then the room left to each limit."""
        rooms = [limit.room(values[..., limit.column]) for limit in self.limits]
        return np.stack([self.sign * values[..., 0], *rooms], axis=-1)


@dataclass(frozen=True)
class Selection:
    """What came of a selection. Arrays have one entry for each strategy, in their order.

    selected: the best of those that keep every limit; None where none does. sure: with the probability asked for, which only a race
    that was run to its end can say. observed: (strategies, replications, columns), NaN after a strategy's last replication. fell_at:
    the replications after which a strategy was left, 0 where it never was; fell_to: the one that beat it, −1 where it broke a limit
    or ran to the end. kept: (strategies, limits), 1 surely kept, −1 surely broken, 0 not known. runs: all that were made, which can
    be some more than are counted.
    """

    question: Question
    method: Literal["race", "allocation", "halving"]
    selected: int | None
    sure: bool
    observed: Values
    fell_at: NDArray[np.int64]
    fell_to: NDArray[np.int64]
    kept: NDArray[np.int8]
    runs: int
    _posed: Values = field(repr=False)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Replications of each strategy."""
        return counts_of(self.observed)

    @property
    def leader(self) -> int:
        """The selected strategy; where none keeps its limits, the one that is best without them."""
        return best_of(self._posed, range(len(self._posed))) if self.selected is None else self.selected

    @cached_property
    def behind(self) -> Estimates:
        """By how much each strategy is behind the leader, paired; above 0 where it is worse. All intervals hold together."""
        return behind(self._posed[..., 0], self.leader, self.question.probability)

    @cached_property
    def probability_best(self) -> Values:
        """The probability that each strategy is the best that keeps every limit, given what was observed."""
        return probability_best(self._posed, self.leader)

    @cached_property
    def rooms(self) -> Estimates:
        """The room left to each limit, (strategies, limits), below 0 where it is broken; all intervals hold together."""
        return rooms(self._posed, self.question.probability)

    @property
    def inseparable(self) -> list[int]:
        """The strategies that surely break no limit and may as well be as good as the leader."""
        found = self.behind
        return [
            place
            for place in range(len(self.observed))
            if place != self.leader and found.low[place] <= 0 and not (self.kept[place] == -1).any()
        ]


def select_best(
    observe: Observe,
    strategies: int,
    question: Question,
    *,
    first_stage: int = LEAST_FIRST_STAGE,
    first_replication: int = 0,
    most_runs: int | None = None,
) -> Selection:
    """Race the strategies until one is left: Kim and Nelson's procedure with limits; see `simkit.study.selection.race`.

    Parameters
    ----------
    observe
        Makes the runs. They are asked for in the same order every time, so that work goes on where it was stopped.
    strategies
        Their number.
    question
        What is asked.
    first_stage
        Replications that every strategy gets before the first comparison.
    first_replication
        Where they begin.
    most_runs
        A budget. A race that it ends has a favourite, but is not sure.
    """
    everybody = range(strategies)
    observed = observe(everybody, range(first_replication, first_replication + first_stage))
    race = Race(
        question.posed(observed),
        question.indifference,
        np.array([limit.tolerance for limit in question.limits]),
        1 - question.probability,
    )
    runs = strategies * first_stage
    while not race.over:
        running = np.flatnonzero(race.running)
        step = _step(len(running), race.longest - race.replications, most_runs, runs)
        if step < 1:
            break
        start = first_replication + race.replications
        more = np.full((strategies, step, observed.shape[-1]), np.nan)
        more[running] = observe(running.tolist(), range(start, start + step))
        runs += len(running) * step
        for replication in range(step):
            if not race.over:
                race.advance(question.posed(more[:, replication]))
        observed = np.concatenate([observed, more], axis=1)
    return _raced(question, race, observed[:, : race.replications], runs)


def _step(running: int, longest: int, most_runs: int | None, runs: int) -> int:
    """Return how many replications to make at once: enough to keep processes busy, none that the budget does not allow."""
    wanted = min(max(_RUNS_AT_ONCE // running, 1), max(longest, 1))
    return wanted if most_runs is None else min(wanted, (most_runs - runs) // running)


def _raced(question: Question, race: Race, observed: Values, runs: int) -> Selection:
    """Tell what came of a race. What was observed of a strategy after its fall does not count."""
    counted = np.where(race.running, race.replications, race.fell_at)
    observed = np.where(np.arange(observed.shape[1])[:, None] < counted[:, None, None], observed, np.nan)
    posed = question.posed(observed)
    sure = bool(race.over)
    seems_allowed = (rooms(posed, question.probability).mean >= 0).all(axis=-1)
    left = np.flatnonzero(race.running & (seems_allowed | sure)).tolist()
    selected = best_of(posed, left) if left else None
    return Selection(question, "race", selected, sure, observed, race.fell_at, race.fell_to, race.kept, runs, posed)


def best_of(posed: Values, among: Sequence[int]) -> int:
    """Return who has the highest objective, each held against the most observed one in the replications that both have."""
    objective = posed[list(among), :, 0]
    reference = objective[counts_of(objective[..., None]).argmax()]
    return among[int(np.nanmean(objective - reference, axis=1).argmax())]


def surely_kept(question: Question, posed: Values) -> NDArray[np.int8]:
    """Say of each strategy and limit whether it is surely kept (1) or broken (−1), all together with the question's probability."""
    found = rooms(posed, question.probability)
    return (found.low > 0).astype(np.int8) - (found.high < 0).astype(np.int8)
