"""Making the runs of a study: one after the other, or in processes. The results are the same; only the clock differs."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Protocol, TypeVar

import joblib
from joblib.externals.loky.process_executor import BrokenProcessPool

from simkit.campaign import Detail
from simkit.params import ParameterError, PlannerError, Scenario, Strategy
from simkit.study.planning import CAMPAIGN, Model, RunTask
from simkit.study.progress import Progress, progress_of
from simkit.study.store import ResultStore

Task = TypeVar("Task")
Result = TypeVar("Result")
_SECONDS_BETWEEN_LOOKS = 0.2
_CHANGED = (
    "The model, a library or a reward programme was changed while the study ran; start again for results of one kind."
)


class Executor(Protocol):
    """Applies a function to tasks and gives the results as they come, in any order. Closing the generator ends the work."""

    def __call__(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Generator[Result]:
        """Give `function(task)` for each task."""


class StudyError(PlannerError):
    """Runs of a study that failed; all others are stored."""


@dataclass(frozen=True)
class Failure:
    """One run that raised: which, how it is repeated alone, and the error as text."""

    run: str
    command: str
    error: str


def execute(
    tasks: Iterable[RunTask],
    store: ResultStore,
    *,
    workers: int | None = None,
    progress: bool | Progress = True,
    model: Model = CAMPAIGN,
) -> int:
    """Make the runs that `store` does not hold yet; return how many were made.

    A stored run whose metrics were taken by other definitions is measured anew, and counts as made.

    `workers` 1 runs in this process; None takes a process for each core. A run is stored by the process that made it, the moment
    it is finished: whatever ends this call, the next one goes on from there.

    Raises `StudyError` at the end when runs raised, or when a worker process died; the other runs are finished and stored.
    """
    store.prepare()
    wanted = {task.fingerprint: task for task in reversed(list(tasks))}
    pending = [task for task in reversed(wanted.values()) if not store.measured(task.fingerprint, model.measure)]
    executor = executor_for(workers, len(pending))
    shown = partial(progress_of, shown=progress) if isinstance(progress, bool) else progress
    failures: list[Failure] = []

    def kept() -> str:
        return f"{sum(fingerprint in store for fingerprint in wanted)} of {len(wanted)} runs are kept"

    try:
        if executor is not serial:
            _compile_once(pending, model)
        with (
            shown(len(pending), len(wanted) - len(pending)) as advance,
            closing(executor(_make, _jobs(pending, store, model))) as outcomes,
        ):
            for failure in outcomes:
                failures += [failure] if failure else []
                advance()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"{kept()}; start again to go on from there") from None
    except BrokenProcessPool as error:
        advice = "start again to go on from there, with fewer workers if memory is short"
        raise StudyError(f"A worker process was killed, perhaps for want of memory. {kept()}; {advice}.") from error
    if failures:
        raise StudyError(_in_words(failures, len(wanted)))
    return len(pending)


def _compile_once(tasks: Iterable[RunTask], model: Model) -> None:
    """Compile here what the workers will need, so that they load it and do not all compile it at once."""
    for task in {task.strategy.name: task for task in tasks}.values():
        model.compile(task.scenario, task.strategy)


def executor_for(workers: int | None, tasks: int) -> Executor:
    """Return the executor for a number of workers (None: one for each core), never more than there are tasks."""
    if workers is not None and workers < 1:
        raise ValueError(f"workers is {workers}; it must be 1 or more, or None for one a core")
    useful = min(workers or joblib.cpu_count(), tasks)
    return serial if useful <= 1 else processes(useful)


def serial(function: Callable[[Task], Result], tasks: Sequence[Task]) -> Generator[Result]:
    """Work through the tasks in this process, in their order: the oracle for all other executors."""
    yield from map(function, tasks)


def processes(workers: int) -> Executor:
    """Return an executor of `workers` processes, each on one core. They are started fresh, so nothing of this one leaks in."""

    def executor(function: Callable[[Task], Result], tasks: Sequence[Task]) -> Generator[Result]:
        with joblib.parallel_config("loky", inner_max_num_threads=1, initializer=_follow_parent):
            outcomes = joblib.Parallel(n_jobs=workers, return_as="generator_unordered")(
                map(joblib.delayed(function), tasks)
            )
            with closing(outcomes):
                yield from outcomes

    return executor


def _follow_parent() -> None:
    """Leave Ctrl-C to the parent, and end with it: an orphan would make runs that the next start makes too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@dataclass(frozen=True)
class _Job:
    """A task as it travels to a worker. What many tasks share is packed once for all, and unpacked once by each worker."""

    study: bytes
    strategy: bytes
    draw: int
    replication: int
    fingerprint: str
    run: str
    command: str


@dataclass(frozen=True)
class _Shared:
    """What the runs of a study share."""

    model: Model
    store: ResultStore
    scenario: Scenario
    detail: Detail


def _jobs(tasks: Iterable[RunTask], store: ResultStore, model: Model) -> list[_Job]:
    packed: dict[tuple[int, ...], bytes] = {}

    def pack(content: object, *same: object) -> bytes:
        key = tuple(map(id, same))
        if key not in packed:
            packed[key] = pickle.dumps(content)
        return packed[key]

    return [
        _Job(
            study=pack(_Shared(model, store, task.scenario, task.detail), task.scenario, task.detail),
            strategy=pack(task.strategy, task.strategy),
            draw=task.draw,
            replication=task.replication,
            fingerprint=task.fingerprint,
            run=str(task),
            command=task.command,
        )
        for task in tasks
    ]


def _make(job: _Job) -> Failure | None:
    """Run, measure and store, all in the worker; a run that raises becomes a `Failure`, so that the others go on."""
    shared: _Shared = _unpacked(job.study)
    strategy: Strategy = _unpacked(job.strategy)
    try:
        if job.fingerprint in shared.store:
            run, _ = shared.store.read(job.fingerprint)
        else:
            run = shared.model.run(shared.scenario, strategy, job.draw, job.replication, detail=shared.detail)
            if run.fingerprint != job.fingerprint:
                return Failure(job.run, job.command, _CHANGED)
        shared.store.write(run, shared.model.metrics(run, shared.scenario), shared.model.measure)
    except ParameterError as error:
        return Failure(job.run, job.command, str(error))
    except Exception:  # noqa: BLE001 - whatever it is, it is reported with the run's name, and the other runs go on
        return Failure(job.run, job.command, traceback.format_exc())
    return None


@lru_cache(maxsize=256)
def _unpacked(content: bytes) -> Any:  # noqa: ANN401 - a `_Shared` or a `Strategy`
    return pickle.loads(content)  # noqa: S301 - packed by this process or its parent


def _in_words(failures: Sequence[Failure], total: int) -> str:
    first = failures[0]
    others = [f"  {failure.run}: {failure.command}" for failure in failures[1:]]
    lines = [
        f"{len(failures)} of {total} runs failed; the others are stored. The first is {first.run}:",
        first.error.rstrip(),
        f"Repeat it alone with: {first.command}",
        *(["The others that failed:", *others] if others else []),
    ]
    return "\n".join(lines)
