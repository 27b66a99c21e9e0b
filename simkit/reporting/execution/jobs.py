"""Notebooks to execute, and what became of them."""

import json
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import nbformat

CELL_SECONDS = 600


@dataclass(frozen=True)
class NotebookJob:
    """One notebook to execute: the source, where the executed copy goes, and its parameters."""

    name: str
    source: Path
    target: Path
    parameters: Mapping[str, object]


@dataclass(frozen=True)
class ExecutedNotebook:
    """What became of a job: seconds taken, and the error as text where it failed; `target` holds what was executed."""

    name: str
    target: Path
    seconds: float
    error: str | None


class Engine(Protocol):
    """Executes notebooks, several at a time (None: one for each core), and gives each as it is finished, in no fixed order."""

    def __call__(self, jobs: Sequence[NotebookJob], workers: int | None) -> Generator[ExecutedNotebook]:
        """Execute each job; closing the generator ends all of them."""


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Read a notebook file, without the validation that costs more than all else that is done with it here."""
    notebook: nbformat.NotebookNode = nbformat.v4.reads(path.read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
    return notebook


def attempted(
    run: Callable[[NotebookJob], None], job: NotebookJob, *, again: Callable[[Exception], bool] = lambda _: False
) -> ExecutedNotebook:
    """Execute a notebook by *run*, once more after a failure that *again* accepts; whatever it raises becomes its error.

    The target is there in any case, and holds the error if there was one.
    """
    start = time.perf_counter()
    try:
        run(job)
    except Exception as failure:  # noqa: BLE001 - whatever a notebook raises, it is reported and the other notebooks go on
        if again(failure):
            return attempted(run, job)
        return failed(job, _in_words(failure), time.perf_counter() - start)
    _forget_places(job)
    return ExecutedNotebook(job.name, job.target, time.perf_counter() - start, None)


def failed(job: NotebookJob, error: str, seconds: float) -> ExecutedNotebook:
    """Return a job as failed; where nothing was written, its target becomes the notebook with the error on top."""
    if job.target.exists():
        _forget_places(job)
    else:
        notebook = read_notebook(job.source)
        notebook.cells.insert(0, nbformat.v4.new_raw_cell(error))  # type: ignore[no-untyped-call]
        job.target.write_text(nbformat.v4.writes(notebook) + "\n", encoding="utf-8")  # type: ignore[no-untyped-call]
    return ExecutedNotebook(job.name, job.target, seconds, error)


def _in_words(failure: Exception) -> str:
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415 - all of papermill comes with it

    if isinstance(failure, PapermillExecutionError):
        return f"{failure.ename}: {failure.evalue}"
    return f"{type(failure).__name__}: {failure}"


def _forget_places(job: NotebookJob) -> None:
    """Take the folders that papermill notes out of an executed notebook: where it was made is gone when the report is there."""
    text = job.target.read_text(encoding="utf-8")
    for place in (job.source, job.target):
        text = text.replace(json.dumps(str(place), ensure_ascii=False), json.dumps(place.name, ensure_ascii=False))
    job.target.write_text(text, encoding="utf-8")
