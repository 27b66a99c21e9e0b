"""Observations: what procedures ask for that decide from run to run what they look at next, and the campaigns that answer."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa

from simkit.campaign.fingerprint import hash_of
from simkit.metrics.catalogue import KPIS
from simkit.metrics.kpi import ALL
from simkit.params import (
    Finding,
    ParameterError,
    Scenario,
    Strategy,
    nearest,
)
from simkit.study.alternatives import Alternatives, Point
from simkit.study.estimates import Values
from simkit.study.execution import execute
from simkit.study.planning import CAMPAIGN, Model, RunTask
from simkit.study.progress import OpenEnded
from simkit.study.store import ResultStore

_AS_WRITTEN: Point = {}


class Observe(Protocol):
    """Gives key figures of strategies, by their positions, under replications of luck.

    A replication has the same luck in every strategy, and the same values whenever it is asked for.
    """

    def __call__(self, strategies: Sequence[int], replications: Sequence[int]) -> Values:
        """Return values of the shape (strategies, replications, key figures)."""


class CampaignObserver:
    """Observes campaigns: makes the runs that the store does not hold, and reads their key figures.

    kpis: names, or pairs (name, segment). uncertain: replication r has draw r + 1 of the uncertain numbers beside its own luck, so that
    an observation holds both uncertainties; else the numbers are as written. A failed run raises `StudyError`, after the others are
    stored; when the same is asked again, only what is missing is run.
    """

    def __init__(  # noqa: PLR0913 - what is observed, and how its runs are made
        self,
        scenario: Scenario,
        strategies: Sequence[Strategy],
        kpis: Sequence[str | tuple[str, str]],
        *,
        store: Path,
        uncertain: bool = False,
        workers: int | None = None,
        cluster: str | None = None,
        progress: bool = True,
        model: Model = CAMPAIGN,
    ) -> None:
        self._account = _Account()
        self.strategies = tuple(strategies)
        self._alternatives = Alternatives(scenario, model)
        self._figures = _Figures([_known(scenario, kpi) for kpi in kpis])
        self._store = ResultStore(store)
        self._uncertain = uncertain
        self._workers = workers
        self._cluster = cluster
        self._progress = OpenEnded() if progress else False
        self._model = model

    @property
    def runs_made(self) -> int:
        """Return how many runs had to be made; those that were stored before are not counted."""
        return self._account.runs_made

    @property
    def seconds(self) -> float:
        """Return the wall time that went into making them."""
        return self._account.seconds

    @property
    def runs_asked(self) -> int:
        """Return how many runs the answers rest on, whoever made them and when."""
        return len(self._account.values)

    @property
    def fingerprint(self) -> str:
        """Return the hash of the fingerprints of all runs that the answers rest on, by which a result can be compared with another."""
        return hash_of({"runs": sorted(self._account.values)})

    def for_strategies(self, strategies: Sequence[Strategy]) -> CampaignObserver:
        """Return an observer of other strategies with the same key figures; runs, seconds and fingerprint are counted together."""
        other = copy.copy(self)
        other.strategies = tuple(strategies)
        return other

    def __call__(self, strategies: Sequence[int], replications: Sequence[int]) -> Values:
        """Return the key figures, shape (strategies, replications, key figures)."""
        values: Values = self.at_points([_AS_WRITTEN], strategies, replications)[0]
        return values

    def at_points(self, points: Sequence[Point], strategies: Sequence[int], replications: Sequence[int]) -> Values:
        """Return the key figures where numbers of the scenario, by dotted key, are something else.

        The shape is (points, strategies, replications, key figures). A number of a point is certain: no draw moves it.
        """
        probes = [(point, replication) for point in points for replication in replications]
        shape = (len(points), len(replications), len(strategies), self._figures.count)
        return self.at_probes(probes, strategies).reshape(shape).swapaxes(1, 2)

    def at_probes(self, probes: Sequence[tuple[Point, int]], strategies: Sequence[int]) -> Values:
        """Return the key figures of each (point, replication), shape (probes, strategies, key figures)."""
        tasks = [
            self._alternatives.of(point, self.strategies[strategy]).run(
                self._draw(replication), replication, self._model
            )
            for point, replication in probes
            for strategy in strategies
        ]
        self._observe(tasks)
        values = np.array([self._account.values[task.fingerprint] for task in tasks])
        return values.reshape(len(probes), len(strategies), self._figures.count)

    def _draw(self, replication: int) -> int:
        return replication + 1 if self._uncertain else 0

    def _observe(self, tasks: Iterable[RunTask]) -> None:
        """Make the runs that are missing and keep the key figures of those that were not asked for before."""
        account = self._account
        new = [task for task in tasks if task.fingerprint not in account.values]
        began = time.perf_counter()
        try:
            account.runs_made += execute(
                new,
                self._store,
                workers=self._workers,
                cluster=self._cluster,
                progress=self._progress,
                model=self._model,
            )
        finally:
            account.seconds += time.perf_counter() - began
        for task in new:
            _, metrics = self._store.read_head(task.fingerprint)
            account.values[task.fingerprint] = self._figures.of(metrics)


@dataclass
class _Account:
    """What a procedure has asked for: runs made, wall time of making them, and the key figures of every run."""

    runs_made: int = 0
    seconds: float = 0.0
    values: dict[str, Values] = field(default_factory=dict)


def _known(scenario: Scenario, kpi: str | tuple[str, str]) -> tuple[str, str]:
    """Return a key figure's name and segment; refuse what no run can have."""
    name, segment = (kpi, ALL) if isinstance(kpi, str) else kpi
    if name not in KPIS:
        raise ParameterError([Finding("key figure", "", f"'{name}' is unknown; {nearest(name, KPIS)}")])
    segments = (ALL, *scenario.segment_names)
    if segment not in segments:
        raise ParameterError([Finding("segment", "", f"'{segment}' is unknown; {nearest(segment, segments)}")])
    return name, segment


@dataclass
class _Figures:
    """Finds key figures in the metrics of runs. All runs tell theirs in one order, so places are looked up once and then only checked."""

    kpis: Sequence[tuple[str, str]]

    def __post_init__(self) -> None:
        self._rows = pa.array([], pa.int64())
        self._names, self._segments = ([kpi[side] for kpi in self.kpis] for side in (0, 1))

    @property
    def count(self) -> int:
        """Return how many there are."""
        return len(self.kpis)

    def of(self, metrics: pa.Table) -> Values:
        """Return the values of the key figures in the metrics of one run."""
        found = metrics.take(self._rows) if len(self._rows) and len(metrics) > self._last else None
        if found is None or found["kpi"].to_pylist() != self._names or found["segment"].to_pylist() != self._segments:
            found = metrics.take(self._look_up(metrics))
        return np.asarray(found["value"].to_numpy(), dtype=np.float64)

    def _look_up(self, metrics: pa.Table) -> pa.Array:
        pairs = zip(metrics["kpi"].to_pylist(), metrics["segment"].to_pylist(), strict=True)
        place = {pair: row for row, pair in enumerate(pairs)}
        missing = [f"{name} of {segment}" for name, segment in self.kpis if (name, segment) not in place]
        if missing:
            problem = f"the runs do not tell {', '.join(missing)}; figures of money and capacity exist for '{ALL}' only"
            raise ParameterError([Finding("key figure", "", problem)])
        rows = [place[kpi] for kpi in self.kpis]
        self._rows, self._last = pa.array(rows, pa.int64()), max(rows)
        return self._rows
