"""What the server of the fast engine does once, by importing this, so that the processes which it forks need not do it."""

import signal
import tempfile
from pathlib import Path

import nbformat

from simkit.reporting.chart_style import chart_style, finish, new_figure
from simkit.reporting.execution.in_process import forget_shell, run_in_process
from simkit.reporting.execution.jobs import NotebookJob
from simkit.reporting.language import LANGUAGES, Narrator
from simkit.reporting.rewards import charts  # noqa: F401 - what the notebooks of reports import
from simkit.reporting.strategies import comparison_page, strategy_page  # noqa: F401 - likewise
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Estimate


def _draw_nothing() -> None:
    """Draw an empty chart in each language: texts, locales, templates and the font are read, and matplotlib finds all that it looks for."""
    for language in LANGUAGES:
        narrator = Narrator(language, {}, {})
        cells = [Cell(Estimate(2, 1.0, 0.5, 1.5), kpi) for kpi in ("cost", "lasting", "staff_utilisation")]
        numbers = Table(narrator, "", ["", "", "", ""], [Row("", cells)])
        with chart_style():
            figure, _ = new_figure(1, 1, 1.0)
            chart = finish(figure, name="funnel-by-segment", message="", note="", numbers=numbers)
        chart._repr_mimebundle_()


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
