"""Commands about studies: run one, and look at what was run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from simkit.cli.options import (
    STORE,
    ClusterOption,
    ProgressOption,
    StoreOption,
    WorkersOption,
    answers,
)
from simkit.cli.runs import show_run
from simkit.cli.selection import AgainstOption, AtMostOption, MinutesOption, UntilOption, with_precision
from simkit.params import load_study

if TYPE_CHECKING:
    from simkit.study import Study


def study(
    plan: str,
    *,
    until: UntilOption = None,
    against: AgainstOption = None,
    at_most: AtMostOption = None,
    minutes: MinutesOption = None,
    store: StoreOption = STORE,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    progress: ProgressOption = True,
) -> None:
    """Run a study (or what is missing of it) and print how the strategies compare."""
    from simkit.study import run_study

    asked = with_precision(load_study(plan), until, against, at_most, minutes)
    _show_study(run_study(asked, store=store, workers=workers, cluster=cluster, progress=progress))


def show(
    what: Annotated[
        str | None, typer.Argument(help="A study's name, or the first letters of a run's fingerprint.")
    ] = None,
    *,
    table: Annotated[str | None, typer.Option(help="Print the first rows of this table of the ledger.")] = None,
    rows: Annotated[int, typer.Option(min=1)] = 20,
    store: StoreOption = STORE,
) -> None:
    """List the studies that were run, or show one study or one run."""
    from simkit.study import ResultStore, finished_runs, open_study, recorded_studies

    results = ResultStore(store)
    records = recorded_studies(store)
    if what is None:
        listed = Table("study", "recorded", "runs", "finished", "scenario", "scale", "seed")
        for record in records:
            recorded_at = record.recorded_at.astimezone().strftime("%Y-%m-%d %H:%M")
            counts = str(len(record.runs)), str(finished_runs(record, results))
            listed.add_row(
                record.full_name, recorded_at, *counts, record.plan.scenario, f"{record.scale:g}", str(record.seed)
            )
        answers.print(listed if records else f"No study is recorded in {store}.")
    elif Path(what).is_dir() or any(what in (record.plan.name, record.full_name) for record in records):
        opened = open_study(what, store)
        _show_study(opened) if table is None else answers.print(opened.table(table).head(rows).to_string())
    else:
        show_run(results, results.find(what), table, rows)


def query(name: str, sql: str, *, store: StoreOption = STORE) -> None:
    """Ask a finished study in SQL (DuckDB); every table of the ledger has its name, each row its strategy and replication."""
    from simkit.study import open_study

    answers.print(open_study(name, store).query(sql).to_string(index=False), highlight=False, soft_wrap=True)


def _show_study(finished: Study) -> None:
    """Print the comparison of the strategies."""
    from simkit.reporting.console import comparison_tables
    from simkit.reporting.pages import narrator_of
    from simkit.reporting.selection.precision_words import precision_words
    from simkit.study import settled

    for table in comparison_tables(finished):
        answers.print(table)
    if finished.plan.until is not None:
        for line in precision_words(settled(finished), narrator_of(finished, "en")):
            answers.print(escape(line), highlight=False, soft_wrap=True)
