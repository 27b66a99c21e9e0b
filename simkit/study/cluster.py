"""Runs on the workers of a Dask cluster. They send back what the store keeps, so that they need share no file system with it."""

from __future__ import annotations

import atexit
import logging
import time
import uuid
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from distributed import Client, Future, KilledWorker
from distributed.comm.core import CommClosedError

from simkit.campaign.fingerprint import versions
from simkit.study.execution import WorkersLostError
from simkit.study.jobs import Failure, Job, Outcome, plans_alike

_SECONDS_TO_ANSWER = 5
_SECONDS_TO_PART = 2
_SECONDS_WITHOUT_WORKERS = 30.0
_SECONDS_BETWEEN_LOOKS = 1.0
_GONE = (OSError, CommClosedError, TimeoutError, CancelledError)
_JOBS_PER_WORKER = 2  # one that it is at and one that waits there, so that no worker waits for the way to and fro
_DEADLY = "Worker after worker died while it made this run, also when it was the only one; perhaps for want of memory."
_SILENT = "The Dask scheduler at {address} no longer answers."
_connected: dict[str, Client] = {}


def workers_of(address: str) -> Callable[[Callable[[Job], Outcome], Sequence[Job]], Generator[Outcome]]:
    """Return what makes jobs on the workers of the Dask scheduler at `address`: tcp://host:port, or the path of its scheduler file.

    The outcomes come in any order. A job whose worker dies is made by another; one that kills worker after worker is a `Failure`. Raises
    `WorkersLostError` when nothing answers, when no worker is left, or when a worker would not make the runs that were planned.
    """

    def executor(function: Callable[[Job], Outcome], jobs: Sequence[Job]) -> Generator[Outcome]:
        client = connect(address)
        _refuse_others(client, address, jobs)
        work = _Work(client, address, function, jobs)
        try:
            yield from work.outcomes()
        finally:
            work.cancel()

    return executor


def connect(address: str) -> Client:
    """Return the connection to a scheduler, which lasts as long as this process; wait some seconds for it and its first worker."""
    client = _connected.get(address)
    if client is None or client.status != "running":
        client = _connected[address] = _new_client(address)
    try:
        client.wait_for_workers(1, timeout=_SECONDS_TO_ANSWER)
    except _GONE as error:
        raise WorkersLostError(
            f"The scheduler at {address} has no workers; start some, each with: dask worker {address} --nthreads 1."
        ) from error
    return client


@atexit.register
def disconnect() -> None:
    """End all connections."""
    for address in list(_connected):
        with suppress(*_GONE):
            _connected.pop(address).close(timeout=_SECONDS_TO_PART)  # type: ignore[no-untyped-call]


def _new_client(address: str) -> Client:
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what is wrong is said here, in a planner's words
    by_file = address.endswith(".json")
    if by_file and not Path(address).is_file():
        raise WorkersLostError(f"There is no scheduler file {address}; dask scheduler --scheduler-file writes one.")
    place = {"scheduler_file": address} if by_file else {"address": address}
    try:
        return Client(**place, timeout=_SECONDS_TO_ANSWER, set_as_default=False)  # type: ignore[no-untyped-call]
    except (*_GONE, ValueError) as error:
        raise WorkersLostError(
            f"No Dask scheduler answers at {address} within {_SECONDS_TO_ANSWER} seconds ({error}); start one with: dask scheduler."
        ) from error


def _refuse_others(client: Client, address: str, jobs: Sequence[Job]) -> None:
    """Raise `WorkersLostError` when a worker has another simkit, other libraries or other parameters than this process."""
    examples = list({job.strategy: job for job in reversed(jobs)}.values())[::-1]
    try:
        answers = client.run(_told_by_worker, examples, on_error="return")
    except _GONE as error:
        raise WorkersLostError(_SILENT.format(address=address)) from error
    for worker, told in answers.items():
        problem = difference(told, examples)
        if problem:
            raise WorkersLostError(f"The worker {worker} of {address} {problem}.")


def _told_by_worker(examples: Sequence[Job]) -> tuple[dict[str, str], list[bool]]:
    """Return the versions in a worker, and whether it would make the runs that are planned."""
    return versions(), [plans_alike(job) for job in examples]


def difference(told: Any, examples: Sequence[Job]) -> str:  # noqa: ANN401 - what the worker answers, or an exception
    """Say in what a worker differs from this process; empty when in nothing, or when it has died meanwhile."""
    if isinstance(told, _GONE):
        return ""
    # Dask wraps the error of what it cannot load.
    if isinstance(told, ImportError) or "ModuleNotFoundError" in str(told):
        return f"has no simkit, or another ({told}); install the same version there"
    if isinstance(told, Exception):
        return f"cannot read what this simkit sends ({type(told).__name__}: {told}); install the same version there"
    theirs, alike = told
    ours = versions()
    other = [f"{name} {theirs.get(name)} instead of {ours[name]}" for name in ours if theirs.get(name) != ours[name]]
    if other:
        return f"has {', '.join(other)}; the results would not be the same"
    unlike = [job.run for job, same in zip(examples, alike, strict=True) if not same]
    if unlike:
        return (
            f"would make another run of {unlike[0]}: its simkit or its reward programmes are not those of this machine"
        )
    return ""


class _Work:
    """Jobs on their way through a cluster: as many with the scheduler as keep every worker busy, the others here.

    A worker's death is held against the job that it was at and against the next one, which only waited there. So a job that was there at
    too many deaths is tried once more at the end, alone.
    """

    def __init__(self, client: Client, address: str, function: Callable[[Job], Outcome], jobs: Sequence[Job]) -> None:
        self._client = client
        self._address = address
        self._function = function
        self._waiting = deque(jobs)
        self._suspects: deque[Job] = deque()
        self._under_way: dict[Future[Any], Job] = {}
        self._done: SimpleQueue[Future[Any]] = SimpleQueue()
        self._name = uuid.uuid4().hex[:8]
        self._workers = 0
        self._seen = self._looked = time.monotonic()

    def outcomes(self) -> Generator[Outcome]:
        """Give what comes of each job, in any order."""
        self._look()
        while self._waiting or self._under_way:
            while self._waiting and len(self._under_way) < max(1, _JOBS_PER_WORKER * self._workers):
                self._submit(self._waiting.popleft(), "tried")
            future = self._next()
            job = self._under_way.pop(future)
            try:
                yield self._result(future)
            except KilledWorker:
                self._suspects.append(job)
        while self._suspects:
            self._submit(job := self._suspects.popleft(), "alone")
            future = self._next()
            del self._under_way[future]
            try:
                yield self._result(future)
            except KilledWorker:
                yield Failure(job.run, job.command, _DEADLY)

    def cancel(self) -> None:
        """Give up what is not finished; a run that a worker is at, it ends for nothing."""
        if self._under_way and self._client.status == "running":
            with suppress(*_GONE):
                self._client.cancel(list(self._under_way), force=True)  # type: ignore[no-untyped-call]
        self._under_way.clear()

    def _submit(self, job: Job, attempt: str) -> None:
        key = f"simkit-{job.fingerprint[:16]}-{self._name}-{attempt}"
        future = self._client.submit(self._function, job, key=key, pure=False)
        self._under_way[future] = job
        future.add_done_callback(self._done.put)  # type: ignore[no-untyped-call]

    def _next(self) -> Future[Any]:
        while True:
            if time.monotonic() - self._looked > _SECONDS_BETWEEN_LOOKS:
                self._look()
            with suppress(Empty):
                return self._done.get(timeout=_SECONDS_BETWEEN_LOOKS)

    def _look(self) -> None:
        """Count the workers; raise `WorkersLostError` when none was there for a while, or when the scheduler is gone."""
        try:
            self._workers = len(self._client.nthreads())  # type: ignore[no-untyped-call]
        except _GONE as error:
            raise self._lost(_SILENT) from error
        now = self._looked = time.monotonic()
        if self._workers:
            self._seen = now
        elif now - self._seen > _SECONDS_WITHOUT_WORKERS:
            raise self._lost("All workers of {address} are gone.")

    def _result(self, future: Future[Any]) -> Outcome:
        """Return what came of a job. If its worker died before it was fetched, another one makes it anew, as long as there is one."""
        while True:
            try:
                outcome: Outcome = future.result(timeout=_SECONDS_WITHOUT_WORKERS)
            except TimeoutError:
                self._look()
            except _GONE as error:
                raise self._lost(_SILENT) from error
            else:
                return outcome

    def _lost(self, problem: str) -> WorkersLostError:
        """Say what is wrong, and at which runs the workers were: one of them may have been too much for them."""
        lines = [problem.format(address=self._address), "These runs were under way:"]
        lines += [f"  {job.run}: {job.command}" for job in self._under_way.values()]
        return WorkersLostError("\n".join([*lines, ""]) if self._under_way else lines[0])
