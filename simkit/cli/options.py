"""What commands share: where they write, and the options that many of them have."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

STORE = Path("reports/store")
REPORTS = Path("reports")
_WIDTH = 132  # of what is written to a file or a pipe
answers = Console(width=None if sys.stdout.isatty() else _WIDTH)
errors = Console(stderr=True)

StoreOption = Annotated[Path, typer.Option(help="Folder that keeps finished runs and studies.")]
WorkersOption = Annotated[int | None, typer.Option(min=1, help="Processes; all cores when left out, 1 for none.")]
ClusterOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Make the runs on a Dask cluster: tcp://host:port of its scheduler, or its scheduler file.",
    ),
]
ProgressOption = Annotated[bool, typer.Option(help="Show how far the work is.")]
ScaleOption = Annotated[
    float | None, typer.Option(min=1e-6, max=1, help="Share of the bank that is simulated, such as 0.01.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="A number of the scenario (a factor where it is given by segment) or a lever, such as levers.field.teams=5; repeatable.",
    ),
]
SeedOption = Annotated[int | None, typer.Option(min=0, max=2**32 - 1, help="Seed, instead of the scenario's.")]


class Detail(StrEnum):
    """How much a run keeps."""

    DAILY = "daily"
    FULL = "full"


class ReportLanguage(StrEnum):
    """Languages of reports."""

    EN = "en"
    ZH = "zh"


LanguageOption = Annotated[ReportLanguage, typer.Option(help="English or Chinese.")]


def documents_of(written: str) -> list[str]:
    """Return the kinds of documents that an option names."""
    return [kind.strip() for kind in written.split(",") if kind.strip()]


def _checked(written: str) -> str:
    """Refuse an unknown kind before anything is run for it."""
    if written != _PAGE:
        from simkit.reporting.documents.document import check_documents

        check_documents(documents_of(written))
    return written


_PAGE = "html"
DocumentsOption = Annotated[
    str,
    typer.Option(
        metavar="KIND,...",
        callback=_checked,
        help="What is written beside the page: pdf, deck (PowerPoint), workbook (Excel), or all.",
    ),
]
