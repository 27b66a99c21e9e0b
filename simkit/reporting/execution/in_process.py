"""Executing a notebook inside this very process: papermill's own way of working, with a shell in place of a kernel.

For processes that are made for one notebook and end with it. What cells show is what a kernel would have sent.
"""

import signal
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOBase
from typing import Any

import matplotlib as mpl
import nbformat
import papermill
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets import Type
from traitlets.config import Config

from simkit.reporting.execution.jobs import CELL_SECONDS, NotebookJob

_ENGINE = "simkit-in-process"
_SHOWN: list[nbformat.NotebookNode] = []  # by the cell that is executed; one process has one shell


def run_in_process(job: NotebookJob) -> None:
    """Execute one notebook here and write it to its target. Raises `PapermillExecutionError` when a cell failed."""
    mpl.use("module://matplotlib_inline.backend_inline")
    papermill_engines.register(_ENGINE, _InProcess)
    papermill.execute_notebook(
        job.source,
        job.target,
        parameters=dict(job.parameters),
        engine_name=_ENGINE,
        kernel_name="python3",
        language="python",
        progress_bar=False,
        log_output=False,
        request_save_on_cell_execute=False,
    )


class _InProcess(Engine):  # type: ignore[misc]
    """Tells papermill how cells are executed."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **_: object) -> None:
        """Execute the cells one after the other, up to the first that fails."""
        del kernel_name
        shell = _Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))
        for index, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, index)
            error = _execute_cell(shell, cell) if cell.cell_type == "code" else None
            if error is not None:
                nb_man.cell_exception(cell, cell_index=index, exception=error)
            nb_man.cell_complete(cell, cell_index=index)
            if error is not None:
                return


def forget_shell() -> None:
    """Let the next notebook in this process begin with nothing."""
    _Shell.clear_instance()


def _execute_cell(shell: "_Shell", cell: nbformat.NotebookNode) -> BaseException | None:
    """Execute a code cell, fill in what it shows, and return what it raised."""
    if not cell.source.strip():
        return None
    _SHOWN.clear()
    cell.execution_count = shell.execution_count
    with redirect_stdout(_Stream("stdout")), redirect_stderr(_Stream("stderr")), _time_limit(CELL_SECONDS):
        result = shell.run_cell(cell.source, store_history=True)  # type: ignore[no-untyped-call]
    cell.outputs = list(_SHOWN)
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error


class _Results(DisplayHook):
    """Takes the value of a cell's last expression."""

    def write_output_prompt(self) -> None:
        """Do nothing: a notebook has the number of the cell."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Keep the value in all its representations."""
        shown = _encoded(format_dict), md_dict or {}, self.prompt_count
        _SHOWN.append(
            new_output("execute_result", data=shown[0], metadata=shown[1], execution_count=shown[2])  # type: ignore[no-untyped-call]
        )

    def finish_displayhook(self) -> None:
        """Do nothing: nothing was written."""
        self._is_active = False


class _Displays(DisplayPublisher):
    """Takes what a cell displays."""

    def publish(self, data: dict[str, Any], metadata: dict[str, Any] | None = None, **_: object) -> None:  # type: ignore[override]
        """Keep what is displayed in all its representations."""
        _SHOWN.append(new_output("display_data", data=_encoded(data), metadata=metadata or {}))  # type: ignore[no-untyped-call]

    def clear_output(self, wait: bool = False) -> None:  # noqa: FBT001, FBT002 - IPython's own signature
        """Forget what the cell has displayed so far."""
        del wait
        _SHOWN.clear()


class _Stream(TextIOBase):
    """Takes what a cell prints; what is printed in a row is one output."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def write(self, text: str) -> int:
        """Keep the text."""
        if _SHOWN and _SHOWN[-1].get("name") == self._name:
            _SHOWN[-1].text += text
        elif text:
            _SHOWN.append(new_output("stream", name=self._name, text=text))  # type: ignore[no-untyped-call]
        return len(text)


class _Shell(InteractiveShell):
    """A shell whose cells show what they show to the notebook."""

    displayhook_class = Type(_Results)
    display_pub_class = Type(_Displays)

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: no window is opened here."""

    def _showtraceback(self, etype: type[BaseException], evalue: object, stb: list[str]) -> None:
        _SHOWN.append(new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=stb))  # type: ignore[no-untyped-call]


def _encoded(data: dict[str, Any]) -> dict[str, Any]:
    """Return a bundle with its pictures as text, as a kernel sends them."""
    return {kind: b64encode(part).decode("ascii") if isinstance(part, bytes) else part for kind, part in data.items()}


@contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError(f"the cell was not done after {seconds} s")

    before: Callable[..., object] | int | None = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
