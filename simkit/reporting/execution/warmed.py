"""What the server of the fast engine does once, by importing this, so that the processes which it forks need not do it."""

import signal
import tempfile
from pathlib import Path

import nbformat
from matplotlib.figure import Figure

from simkit.reporting import pages  # noqa: F401 - what most notebooks import
from simkit.reporting.chart_style import chart_style
from simkit.reporting.execution.in_process import forget_shell, run_in_process
from simkit.reporting.execution.jobs import NotebookJob


def _draw_nothing() -> None:
    """Draw an empty chart: the font is read, and matplotlib finds all that it looks for."""
    with chart_style():
        figure = Figure(figsize=(1, 1))
        figure.subplots().set_title("0")
        figure.canvas.draw()


def _execute_nothing() -> None:
    """Execute a notebook that does nothing: IPython and papermill import the rest of theirs."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.ipynb"
        cells = [nbformat.v4.new_code_cell("0")]  # type: ignore[no-untyped-call]
        source.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")  # type: ignore[no-untyped-call]
        run_in_process(NotebookJob("nothing", source, Path(folder) / "target.ipynb", {}))
    forget_shell()


signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
_draw_nothing()
_execute_nothing()
