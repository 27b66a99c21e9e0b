"""One run as a job for a worker: how it travels, how it is made and measured, and what comes back."""

from __future__ import annotations

import pickle
import threading
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from simkit.campaign.campaign_run import CampaignRun, Detail
from simkit.params import ParameterError, Scenario
from simkit.study.planning import Model, RunTask
from simkit.study.store import ResultStore, packed

_CHANGED = (
    "The model, a library or a reward programme was changed while the study ran; start again for results of one kind."
)
Made = TypeVar("Made")
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Failure:
    """One run that raised: which, how it is repeated alone, and the error as text."""

    run: str
    command: str
    error: str


@dataclass(frozen=True)
class Packed:
    """One finished run as the bytes that the store keeps."""

    fingerprint: str
    content: bytes


Outcome = Failure | Packed | None
"""What comes back of a job: nothing where the worker stored the run itself."""


@dataclass(frozen=True)
class Job:
    """A task as it travels to a worker. What many tasks share is packed once for all, and unpacked once by each worker."""

    study: bytes
    strategy: bytes
    draw: int
    replication: int
    fingerprint: str
    run: str
    command: str


@dataclass(frozen=True)
class Shared:
    """What the runs of a study share. measure: names the definitions by which they shall be measured."""

    model: Model
    store: ResultStore
    scenario: Scenario
    detail: Detail
    measure: str


def jobs_of(tasks: Iterable[RunTask], store: ResultStore, model: Model) -> list[Job]:
    """Return the jobs of these runs."""
    kept: dict[tuple[int, ...], bytes] = {}
    measure = model.measure

    def pack(content: object, *same: object) -> bytes:
        key = tuple(map(id, same))
        if key not in kept:
            kept[key] = pickle.dumps(content)
        return kept[key]

    return [
        Job(
            study=pack(Shared(model, store, task.scenario, task.detail, measure), task.scenario, task.detail),
            strategy=pack(task.strategy, task.strategy),
            draw=task.draw,
            replication=task.replication,
            fingerprint=task.fingerprint,
            run=str(task),
            command=task.command,
        )
        for task in tasks
    ]


def store_run(job: Job) -> Failure | None:
    """Run, measure and store, all in the worker; a run that raises becomes a `Failure`, so that the others go on."""

    def finish(shared: Shared) -> None:
        run = shared.store.read(job.fingerprint)[0] if job.fingerprint in shared.store else _run(shared, job)
        shared.store.write(run, shared.model.metrics(run, shared.scenario), shared.measure)

    return _safely(job, finish)


def send_run(job: Job) -> Failure | Packed:
    """Run and measure in a worker that may not see the store, and send back what the store keeps.

    A worker with several threads makes one run at a time.
    """

    def finish(shared: Shared) -> Packed:
        run = _run(shared, job)
        return Packed(job.fingerprint, packed(run, shared.model.metrics(run, shared.scenario), shared.measure))

    with _ONE_AT_A_TIME:
        return _safely(job, finish)


def plans_alike(job: Job) -> bool:
    """Say whether this process would make the very run that the job's fingerprint names, and measure it by the same definitions."""
    shared: Shared = _unpacked(job.study)
    parameters = shared.model.parameters(shared.scenario, _unpacked(job.strategy))
    fingerprint = shared.model.fingerprint(parameters, job.draw, job.replication, shared.detail)
    return fingerprint == job.fingerprint and shared.model.measure == shared.measure


class _ChangedError(Exception):
    """A process makes or measures other runs than were planned."""


def _run(shared: Shared, job: Job) -> CampaignRun:
    run = shared.model.run(shared.scenario, _unpacked(job.strategy), job.draw, job.replication, detail=shared.detail)
    if run.fingerprint != job.fingerprint or shared.model.measure != shared.measure:
        raise _ChangedError
    return run


def _safely(job: Job, finish: Callable[[Shared], Made]) -> Made | Failure:
    try:
        return finish(_unpacked(job.study))
    except _ChangedError:
        return Failure(job.run, job.command, _CHANGED)
    except ParameterError as error:
        return Failure(job.run, job.command, str(error))
    except Exception:  # noqa: BLE001 - whatever it is, it is reported with the run's name, and the other runs go on
        return Failure(job.run, job.command, traceback.format_exc())


@lru_cache(maxsize=64)
def _unpacked(content: bytes) -> Any:  # noqa: ANN401 - a `Shared` or a `Strategy`
    return pickle.loads(content)  # noqa: S301 - packed by the process that planned the study
