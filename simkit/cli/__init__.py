"""The `simkit` command: check parameter files, run studies, look at results, write reports."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.markup import escape

from simkit import __version__
from simkit.cli import (
    files,
    mixes,
    reports,
    rewards,
    robustness,
    runs,
    selection,
    sensitivity,
    studies,
    value,
    workbench,
)
from simkit.cli.options import answers, errors
from simkit.params import PlannerError

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False)
# In the order in which `simkit --help` lists them.
app.command()(files.check)
app.command()(rewards.lint)
app.command()(files.parameters)
app.command()(runs.run)
app.command()(studies.study)
app.command()(studies.show)
app.command()(studies.query)
app.command()(reports.report)
app.command()(selection.select)
app.command()(robustness.robustness)
app.command()(mixes.optimise)
app.command()(value.value)
app.command()(sensitivity.sensitivity)
app.command()(rewards.rewards)
app.command()(rewards.replay)
app.command()(runs.explain)
app.command()(workbench.lab)
app.command()(workbench.serve)


def main() -> None:
    """Run the command; a wrong parameter or a failed run ends with a message and code 1, Ctrl-C with code 130."""
    try:
        app()
    except PlannerError as error:
        errors.print(escape(str(error)), style="red", highlight=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        errors.print("Stopped. What was finished is kept; start again to go on from there.")
        sys.exit(130)


@app.callback(invoke_without_command=True)
def version(
    *, show: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False
) -> None:
    """Plan outreach campaigns for a bank's digital wallet."""
    if show:
        answers.print(__version__)
        raise typer.Exit
