"""The ways to execute notebooks with checked parameters: several side by side, and a failure stops no other."""

import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Literal

from simkit.reporting.execution.jobs import Engine, ExecutedNotebook, NotebookJob
from simkit.reporting.execution.kernels import execute_in_kernels
from simkit.reporting.execution.parameters import check_parameters
from simkit.reporting.execution.warm import can_fork, execute_warm

EngineName = Literal["kernels", "fast"]
_ENGINES: dict[EngineName, Engine] = {"kernels": execute_in_kernels, "fast": execute_warm}


def execute_notebooks(
    jobs: Sequence[NotebookJob], *, workers: int | None = None, engine: EngineName = "kernels"
) -> Generator[ExecutedNotebook]:
    """Execute notebooks in processes (None: one for each core) and give each result as it is finished, in no fixed order.

    All parameters are checked before the first notebook starts. A notebook that fails keeps its executed cells and the error
    in its target, and the others go on. `kernels` executes as Jupyter does; `fast` takes a fraction of the time and shows the same,
    and where it is not to be had, kernels do the work.
    """
    for job in jobs:
        check_parameters(job.source, job.parameters)
    with closing(_ENGINES[_possible(engine)](jobs, workers)) as results:
        yield from results


def _possible(engine: EngineName) -> EngineName:
    if engine == "fast" and not can_fork():
        print("The fast engine needs Linux or macOS; kernels execute the notebooks.", file=sys.stderr)  # noqa: T201
        return "kernels"
    return engine
