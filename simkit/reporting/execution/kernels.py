"""The certain way to execute notebooks: papermill, with a kernel for each, in processes side by side."""

import os
import secrets
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import papermill
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError

from simkit.reporting.execution.jobs import CELL_SECONDS, ExecutedNotebook, NotebookJob, attempted
from simkit.study.execution import executor_for

START_SECONDS = 60
_NO_KERNEL = ("Kernel didn't respond", "Kernel died before replying")


def execute_in_kernels(jobs: Sequence[NotebookJob], workers: int | None) -> Generator[ExecutedNotebook]:
    """Execute notebooks in processes, each with a kernel of its own; see `Engine`."""
    with tempfile.TemporaryDirectory(prefix="simkit-") as sockets:
        execute = partial(_execute, sockets=Path(sockets))
        with closing(executor_for(workers, len(jobs))(execute, jobs)) as results:
            yield from results


def _execute(job: NotebookJob, sockets: Path) -> ExecutedNotebook:
    """Execute one notebook; once more after its kernel died or did not start, which can be a busy machine's doing."""
    run = partial(_run_papermill, sockets=sockets)
    return attempted(run, job, again=_lost_its_kernel)


def _lost_its_kernel(failure: Exception) -> bool:
    return isinstance(failure, DeadKernelError) or (
        isinstance(failure, RuntimeError) and str(failure).startswith(_NO_KERNEL)
    )


def _run_papermill(job: NotebookJob, sockets: Path) -> None:
    papermill.execute_notebook(
        job.source,
        job.target,
        parameters=dict(job.parameters),
        kernel_name="python3",
        language="python",
        kernel_manager_class=type("KernelManagerHere", (LocalKernelManager,), {"sockets": sockets}),
        progress_bar=False,
        log_output=False,
        request_save_on_cell_execute=False,
        start_timeout=START_SECONDS,
        execution_timeout=CELL_SECONDS,
        raise_on_iopub_timeout=True,
    )


class LocalKernelManager(AsyncKernelManager):
    """Starts kernels of this very interpreter, and talks to them through files in the folder `sockets`, which must have a short path.

    Kernels started at the same time can be given the same TCP port; files have no such race. A kernel installed for the user
    under the name python3 may be another Python, without simkit.
    """

    sockets: Path

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Jupyter's own options
        super().__init__(**options)
        place = str(self.sockets / secrets.token_hex(4))
        self.connection_file = f"{place}.json"
        if os.name == "posix":
            self.transport = "ipc"
            self.ip = place

    @property
    def kernel_spec(self) -> KernelSpec:
        """Run ipykernel with the interpreter that runs this; it logs an interrupt at its own shutdown as an error, which is none."""
        return KernelSpec(
            argv=[
                sys.executable,
                "-m",
                "ipykernel_launcher",
                "-f",
                "{connection_file}",
                "--IPKernelApp.log_level=CRITICAL",
            ],
            display_name="simkit",
            language="python",
            metadata={"supported_features": ["kernel subshells"]},
        )
