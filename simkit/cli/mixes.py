"""The command about budget and staff: which mix of levers wins most under limits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from simkit.cli.options import (
    REPORTS,
    STORE,
    ClusterOption,
    DocumentsOption,
    LanguageOption,
    ProgressOption,
    ReportLanguage,
    StoreOption,
    WorkersOption,
    answers,
    documents_of,
)

if TYPE_CHECKING:
    from simkit.reporting.mixes.page import MixPage


def optimise(
    plan: Annotated[str, typer.Argument(help="Name or path of a plan: levers, limits and what is to be had most of.")],
    *,
    language: LanguageOption = ReportLanguage.EN,
    documents: DocumentsOption = "html",
    out: Annotated[Path, typer.Option(help="Folder that gets a folder mix_PLAN.")] = REPORTS,
    store: StoreOption = STORE,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    progress: ProgressOption = True,
) -> None:
    """Find the mix of teams, events, seats, messages and gifts that wins most under a budget and other limits, and what limits cost."""
    from simkit.reporting.mixes.report import write_mix_page

    shown, index = write_mix_page(
        plan,
        out,
        store=store,
        language=language.value,
        workers=workers,
        cluster=cluster,
        documents=documents_of(documents),
        progress=progress,
    )
    answers.print(shown.recommendation, soft_wrap=True, highlight=False)
    answers.print(_table(shown))
    for line in shown.sure:
        answers.print(f"· {line}", soft_wrap=True, highlight=False)
    answers.print(f"Budget and staffing: {index}", soft_wrap=True)


def _table(shown: MixPage) -> Table:
    """Return what is used of each limit, and what relaxing it wins."""
    limits = shown.limits
    table = Table(*limits.header)
    for row in limits.as_texts():
        table.add_row(*row)
    return table
