"""The fast way to execute notebooks: a server that has imported and drawn everything once forks a process for each.

A kernel pays for its own start, for every import and for its first chart; these processes inherit all of it. There are none on Windows.
"""

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import connection, forkserver
from types import ModuleType
from typing import Any, NamedTuple
from unittest import mock

import joblib

from simkit.reporting.execution.jobs import ExecutedNotebook, NotebookJob, attempted, failed

_SERVER = "simkit.reporting.execution.warmed"
_KILLED = "The process that executed it was killed, perhaps for want of memory."
_STARTS = 2
# The server must have one thread only when it forks, and its children share the cores as they are.
_ONE_THREAD: Mapping[str, str] = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}


def can_fork() -> bool:
    """Say whether this system has what the fast engine needs."""
    return "forkserver" in multiprocessing.get_all_start_methods()


class _Running(NamedTuple):
    job: NotebookJob
    process: Any  # multiprocessing has a class of its own for each way to start
    started: float
    starts: int


def start_server() -> None:
    """Have the server begin to make itself ready, beside whatever else goes on; that takes it two seconds."""
    if not can_fork():
        return
    with mock.patch.dict(os.environ, _ONE_THREAD):
        _context()
        forkserver.ensure_running()


def execute_warm(jobs: Sequence[NotebookJob], workers: int | None) -> Generator[ExecutedNotebook]:
    """Execute notebooks in processes that are forked for them; see `Engine`."""
    waiting = deque((job, 1) for job in jobs)
    running: dict[connection.Connection, _Running] = {}
    context = _context()
    try:
        while waiting or running:
            while waiting and len(running) < (workers or joblib.cpu_count()):
                receiving, one = _started(context, *waiting.popleft())
                running[receiving] = one
            for ready in _ready(running):
                one = running.pop(ready)
                result = _received(ready, one)
                if result is None:
                    waiting.append((one.job, one.starts + 1))
                else:
                    yield result
    finally:
        for one in running.values():
            one.process.kill()
        for one in running.values():
            one.process.join()


def _ready(running: Mapping[connection.Connection, _Running]) -> list[connection.Connection]:
    """Wait for processes that have sent something or died."""
    waited = set(connection.wait(list(running)))
    return [receiving for receiving in running if receiving in waited]


def _context() -> Any:  # noqa: ANN401 - as above
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_SERVER])
    return context


def _started(context: Any, job: NotebookJob, starts: int) -> tuple[connection.Connection, _Running]:  # noqa: ANN401
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_execute_and_send, args=(job, sending), daemon=True)
    with _nothing_of_main(), mock.patch.dict(os.environ, _ONE_THREAD):
        process.start()
    sending.close()
    return receiving, _Running(job, process, time.perf_counter(), starts)


def _received(ready: connection.Connection, one: _Running) -> ExecutedNotebook | None:
    """Return the result of a process; nothing where it was killed and may be started once more."""
    try:
        result: ExecutedNotebook = ready.recv()
    except EOFError:
        seconds = time.perf_counter() - one.started
        return None if one.starts < _STARTS else failed(one.job, _KILLED, seconds)
    finally:
        ready.close()
        one.process.join()
    return result


def _execute_and_send(job: NotebookJob, sending: connection.Connection) -> None:
    """Execute a notebook in this process, which is made for it, and send what became of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from simkit.reporting.execution.in_process import run_in_process  # noqa: PLC0415 - the server has it; who starts it needs it not

    gc.freeze()  # what the server made is here to stay: no search for garbage need look through it
    sending.send(attempted(run_in_process, job))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _nothing_of_main() -> Iterator[None]:
    """Hide the main module: a new process would import it, which takes time, and may start everything once more."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
