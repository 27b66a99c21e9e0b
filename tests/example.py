"""The example of a report that is kept in git: `python -m tests.example` rebuilds it, and a test says when it is out of date."""

from pathlib import Path

from simkit.params import load_study
from simkit.reporting import write_report
from simkit.reporting.content import content_of
from simkit.reporting.execution.jobs import read_notebook
from simkit.study import run_study

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "reports" / "example"
SHOWN_IN_README = "cost-against-lasting-users"


def build(reports, store):
    """Run the study `example`, write its report into *reports*, and return the report's folder."""
    return write_report(run_study(load_study("example"), store=store), reports, engine="fast").parent


def picture(report, name):
    """Return the chart of this name from the executed notebook that compares the strategies."""
    blocks = content_of(read_notebook(report / "notebooks" / "strategy_comparison.ipynb"))
    return next(block.png for block in blocks if block.png and block.content.name == name)


if __name__ == "__main__":
    # From the project's folder: the executed notebooks name the store, and no machine's paths are kept in git.
    folder = build(Path("reports"), Path("reports/store"))
    (folder / f"{SHOWN_IN_README}.png").write_bytes(picture(folder, SHOWN_IN_README))
