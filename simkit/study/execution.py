"""Making the runs of a study: one after the other, in processes, or on a cluster. The results are the same; only the clock differs."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from functools import partial
from typing import Protocol, TypeVar

import joblib
from joblib.externals.loky.process_executor import BrokenProcessPool

from simkit.params import PlannerError
from simkit.study.jobs import Failure, Job, Outcome, Packed, jobs_of, send_run, store_run
from simkit.study.planning import CAMPAIGN, Model, RunTask
from simkit.study.progress import Progress, progress_of
from simkit.study.store import ResultStore

Task = TypeVar("Task")
Result = TypeVar("Result")
_SECONDS_BETWEEN_LOOKS = 0.2


class Executor(Protocol):
    """Applies a function to tasks and gives the results as they come, in any order. Closing the generator ends the work."""

    def __call__(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Generator[Result]:
        """Give `function(task)` for each task."""


class StudyError(PlannerError):
    """Runs of a study that failed; all others are stored."""


class WorkersLostError(PlannerError):
    """Nobody is left to make runs; the text says who was to make them."""


def execute(
    tasks: Iterable[RunTask],
    store: ResultStore,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    progress: bool | Progress = True,
    model: Model = CAMPAIGN,
) -> int:
    """Make the runs that `store` does not hold yet; return how many were made.

    A stored run whose metrics were taken by other definitions is measured anew, and counts as made.

    `workers` 1 runs in this process; None takes a process for each core. `cluster` is the address of a Dask scheduler, whose workers make
    the runs instead. A run is stored the moment it is finished: whatever ends this call, the next one goes on from there. `progress` is
    shown as a bar or in the caller's own way.

    Raises `StudyError` at the end when runs raised, or when nobody was left to make them; the other runs are finished and stored.
    """
    if cluster is not None and workers is not None:
        raise PlannerError(
            "Runs are made by workers on this machine or on a cluster; leave out --workers or --cluster."
        )
    store.prepare()
    wanted = {task.fingerprint: task for task in reversed(list(tasks))}
    pending = [task for task in reversed(wanted.values()) if not store.measured(task.fingerprint, model.measure)]
    made = _made_here(pending, store, workers, model) if cluster is None else _made_by(cluster, pending, store, model)
    shown = partial(progress_of, shown=progress) if isinstance(progress, bool) else progress
    failures: list[Failure] = []

    def kept() -> str:
        return f"{sum(fingerprint in store for fingerprint in wanted)} of {len(wanted)} runs are kept"

    try:
        with shown(len(pending), len(wanted) - len(pending)) as advance, closing(made) as outcomes:
            for outcome in outcomes:
                failures += [outcome] if isinstance(outcome, Failure) else []
                if isinstance(outcome, Packed):
                    store.put(outcome.fingerprint, outcome.content)
                advance()
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"{kept()}; start again to go on from there") from None
    except WorkersLostError as error:
        raise StudyError(f"{error} {kept()}; start again to go on from there.") from error
    if failures:
        raise StudyError(_in_words(failures, len(wanted)))
    return len(pending)


def _made_here(tasks: Sequence[RunTask], store: ResultStore, workers: int | None, model: Model) -> Generator[Outcome]:
    """Make runs on this machine, where every process stores its own."""
    executor = executor_for(workers, len(tasks))
    if executor is not serial:
        _compile_once(tasks, model)
    try:
        yield from executor(store_run, jobs_of(tasks, store, model))
    except BrokenProcessPool as error:
        raise WorkersLostError(
            "A worker process was killed, perhaps for want of memory; if memory is short, take fewer workers."
        ) from error


def _made_by(cluster: str, tasks: Sequence[RunTask], store: ResultStore, model: Model) -> Generator[Outcome]:
    """Make runs on a cluster, whose workers may not see the store; runs that are only to be measured anew stay here."""
    jobs = jobs_of(tasks, store, model)
    away = [job for job in jobs if job.fingerprint not in store]
    yield from serial(store_run, [job for job in jobs if job.fingerprint in store])
    if away:
        yield from _cluster(cluster)(send_run, away)


def _cluster(address: str) -> Callable[[Callable[[Job], Outcome], Sequence[Job]], Generator[Outcome]]:
    try:
        from simkit.study.cluster import workers_of  # noqa: PLC0415 - an extra that most studies do without
    except ModuleNotFoundError as error:
        if error.name not in ("dask", "distributed"):
            raise
        raise PlannerError(
            "--cluster needs Dask, which is not installed; install it with: pip install 'simkit[cluster]'"
        ) from error
    return workers_of(address)


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
