"""What a study costs beside its runs, and how well two workers share them.

For the cost, finished runs are played back, so that all the time is the study's own.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from benchmarks.table import Figure
from simkit.campaign.campaign_run import CampaignRun
from simkit.params import Scenario, Strategy, StudyPlan, load_study
from simkit.study import Model, ResultStore, plan_runs, run_study

_PLAN = "smoke"
_WORKERS = 2
_FEW, _MANY = 10, 70  # replications: fewer would measure noise


def overhead(folder: Path) -> Figure:
    """Return the CPU milliseconds that one run more adds to a study beside the run itself."""
    seconds = study_overhead(load_study(_PLAN), folder / "overhead")
    return Figure("a study's overhead", seconds * 1000, "ms a run", 2, more_is_better=False)


def efficiency(folder: Path, scale: float, replications: int) -> Figure:
    """Return the wall time of a study alone over that of two workers, a worker; both with their processes started before."""
    plan = load_study(_PLAN).model_copy(update={"scale": scale, "replications": replications})
    _seconds(plan.model_copy(update={"scale": 0.001}), folder / "start", _WORKERS)
    alone = _seconds(plan, folder / "alone", 1)
    together = _seconds(plan, folder / "together", _WORKERS)
    share = alone / together / _WORKERS
    return Figure("two workers (wall time; true on a quiet machine only)", share * 100, "% efficient", 90, 95)


def _seconds(plan: StudyPlan, store: Path, workers: int) -> float:
    began = time.perf_counter()
    run_study(plan, store=store, workers=workers, progress=False)
    return time.perf_counter() - began


@dataclass(frozen=True)
class Playback:
    """A model whose runs take no time: each strategy's is one that `store` holds, by its fingerprint in `stored`."""

    store: ResultStore
    stored: Mapping[str, str]

    def model(self) -> Model:
        """Give the functions that a study asks for."""
        return Model(self.run, self.parameters, self.name, self.metrics)

    def parameters(self, scenario: Scenario, strategy: Strategy) -> str:
        """Resolve a strategy: here its name says all."""
        del scenario
        return strategy.name

    def name(self, parameters: str, draw: int, replication: int, detail: str) -> str:
        """Name a run after its place in the study."""
        del detail
        return f"{parameters}_{draw}_{replication}"

    def run(self, scenario: Scenario, strategy: Strategy, draw: int, replication: int, *, detail: str) -> CampaignRun:
        """Give the strategy's stored run under its place in the study."""
        fingerprint = self.name(self.parameters(scenario, strategy), draw, replication, detail)
        run, _ = _stored(self.store, self.stored[strategy.name])
        return dataclasses.replace(run, draw=draw, replication=replication, fingerprint=fingerprint)

    def metrics(self, run: CampaignRun, scenario: Scenario) -> pa.Table:
        """Give the stored metrics."""
        del scenario
        return _stored(self.store, self.stored[run.strategy])[1]


@lru_cache(maxsize=64)
def _stored(store: ResultStore, fingerprint: str) -> tuple[CampaignRun, pa.Table]:
    return store.read(fingerprint)


def study_overhead(plan: StudyPlan, folder: Path) -> float:
    """Return the CPU seconds that one run more adds to a study beside the run itself: to plan, start, store and gather it.

    One replication is run in earnest in `folder`, then played back in this process. What a study costs once (reading parameter files)
    is in both numbers of replications, and not in their difference.
    """
    real = run_study(plan.model_copy(update={"replications": 1}), store=folder / "real", workers=1, progress=False)
    playback = Playback(real.store, {run.strategy: run.fingerprint for run in real.record.runs}).model()

    def seconds(replications: int) -> float:
        larger = plan.model_copy(update={"replications": replications})
        began = time.process_time()
        plan_runs(larger)
        run_study(larger, store=folder / f"played_{replications}", workers=1, progress=False, model=playback)
        return time.process_time() - began

    seconds(1)
    return (seconds(_MANY) - seconds(_FEW)) / ((_MANY - _FEW) * len(real.record.strategies))
