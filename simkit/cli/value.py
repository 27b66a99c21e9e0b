"""The command about what to measure first: what knowing would be worth, and which pilot pays."""

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
    from simkit.reporting.value.page import ValuePage


def value(
    study: Annotated[str, typer.Argument(help="Name or path of a study: its scenario and strategies are taken.")],
    *,
    draws: Annotated[
        int, typer.Option(min=50, help="Samples of all uncertain numbers, each with luck of its own.")
    ] = 200,
    scale: Annotated[float, typer.Option(min=1e-6, max=1, help="Share of the bank that is simulated.")] = 0.01,
    user_worth: Annotated[
        float, typer.Option(min=0, help="CNY that the bank would pay for a lasting user beyond net value.")
    ] = 0.0,
    pilots: Annotated[str, typer.Option(help="Name or path of the settings in which can be measured.")] = "city_bank",
    power: Annotated[float, typer.Option(min=0.5, max=0.99, help="Of tests of single numbers.")] = 0.8,
    language: LanguageOption = ReportLanguage.EN,
    documents: DocumentsOption = "html",
    out: Annotated[Path, typer.Option(help="Folder that gets a folder value_STUDY.")] = REPORTS,
    store: StoreOption = STORE,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    progress: ProgressOption = True,
) -> None:
    """Say what knowing each uncertain number would be worth in yuan, and which pilot, of which size, pays for itself."""
    from simkit.reporting.value.page import ValueQuestion
    from simkit.reporting.value.report import write_value_page

    question = ValueQuestion(study, draws, scale, user_worth, pilots, power)
    found, index = write_value_page(
        question,
        out,
        store=store,
        language=language.value,
        workers=workers,
        cluster=cluster,
        documents=documents_of(documents),
        progress=progress,
    )
    answers.print(found.recommendation, soft_wrap=True, highlight=False)
    answers.print(_table(found))
    for line in found.sure:
        answers.print(f"· {line}", soft_wrap=True, highlight=False)
    answers.print(f"Value of information: {index}", soft_wrap=True)


def _table(found: ValuePage) -> Table:
    """Return what knowing everything, each section and each number would be worth, with intervals."""
    text, study = found.narrator.text, found.study
    table = Table(text("value.number"), text("value.worth"))
    table.add_row(text("value.everything"), found.money(study.everything))
    for name, worth in {**study.of_sections, **study.of_numbers}.items():
        table.add_row(f"{name}.*" if name in study.of_sections else name, found.money(worth))
    return table
