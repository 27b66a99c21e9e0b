"""What a study costs beside its runs: finished runs are played back, so that all the time is the study's own."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from simkit.campaign import CampaignRun
from simkit.params import Scenario, Strategy, StudyPlan
from simkit.study import Model, ResultStore, plan_runs, run_study


@dataclass(frozen=True)
class Playback:
    """A model whose runs take no time: each strategy's is one that `store` holds, by its fingerprint in `stored`."""

    store: ResultStore
    stored: Mapping[str, str]

    def model(self) -> Model:
        """Give the functions that a study asks for."""
        return Model(self.run, self.parameters, self.name, self.metrics)

    def parameters(self, scenario: Scenario, strategy: Strategy) -> dict[str, Any]:
        """Resolve a strategy: here its name says all."""
        del scenario
        return {"strategy": strategy.name}

    def name(self, parameters: Mapping[str, Any], draw: int, replication: int, detail: str) -> str:
        """Name a run after its place in the study."""
        del detail
        return f"{parameters['strategy']}_{draw}_{replication}"

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


def study_overhead(plan: StudyPlan, folder: Path, *, replications: tuple[int, int] = (10, 70)) -> float:
    """Return the CPU seconds that one run more adds to a study beside the run itself: to plan, start, store and gather it.

    One replication is run in earnest in `folder`, then played back in this process. What a study costs once (reading parameter files)
    is in both numbers of `replications`, and not in their difference.
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
    few, many = replications
    return (seconds(many) - seconds(few)) / ((many - few) * len(real.record.strategies))
