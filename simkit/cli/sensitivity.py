"""The command that says what an answer hangs on."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
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
    errors,
)

if TYPE_CHECKING:
    from simkit.reporting.sensitivity.words import SensitivityWords

_STAGES = {
    None: "Choosing the two strategies",
    "as_written": "All numbers as written",
    "sections": "Screening the sections of the scenario",
    "numbers": "Screening the numbers of those that matter",
    "swings": "Moving the strongest numbers alone",
    "break_even": "Narrowing break-even values",
    "variance": "Drawing the strongest numbers and luck at once",
}
_MINUTE = 60


def sensitivity(
    study: Annotated[str, typer.Argument(help="Name or path of a study.")],
    *,
    kpi: Annotated[str, typer.Option(help="Key figure whose difference is looked at, such as lasting.")] = "net_value",
    segment: Annotated[str, typer.Option(help="Segment of that key figure.")] = "all",
    strategy: Annotated[str, typer.Option(help="The best of the study when left out.")] = "",
    against: Annotated[str, typer.Option(help="The best of the others when left out.")] = "",
    scale: Annotated[float, typer.Option(min=1e-6, max=1, help="Share of the bank that is simulated.")] = 0.01,
    trajectories: Annotated[int, typer.Option(min=3, help="Paths of each screening.")] = 8,
    top: Annotated[int, typer.Option(min=1, help="Numbers that are looked at alone, at most.")] = 10,
    replications: Annotated[int, typer.Option(min=2, help="How often luck is repeated for each of their values.")] = 10,
    decisive: Annotated[int, typer.Option(min=1, help="The strongest of them, which share the variance.")] = 6,
    samples: Annotated[int, typer.Option(min=64, help="Samples of that: 64, 128 or a further power of 2.")] = 64,
    language: LanguageOption = ReportLanguage.EN,
    documents: DocumentsOption = "html",
    out: Annotated[Path, typer.Option(help="Folder that gets a folder of the question's name.")] = REPORTS,
    store: StoreOption = STORE,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    progress: ProgressOption = True,
) -> None:
    """Say which uncertain numbers an answer hangs on, and at which value of each the recommendation turns."""
    from simkit.reporting.sensitivity.report import write_sensitivity_page
    from simkit.reporting.sensitivity.words import SensitivityWords
    from simkit.study.sensitivity import Effort, Question, ask

    question = Question(study, kpi, segment, strategy, against, scale)
    effort = Effort(trajectories, top=top, replications=replications, decisive=decisive, samples=samples)
    answer = ask(question, effort, store=store, told=_tell, workers=workers, cluster=cluster, progress=progress)
    _show(SensitivityWords.of(answer, "en"))
    index = write_sensitivity_page(
        answer, out, store=store, language=language.value, documents=documents_of(documents), progress=progress
    )
    answers.print(f"Sensitivity: {index}", soft_wrap=True)


def _tell(stage: str | None, runs: int, seconds: float) -> None:
    """Say what comes next, and how long it takes at most."""
    known = not math.isnan(seconds)
    minutes = f"{seconds / _MINUTE:.0f} min" if known and seconds > _MINUTE else f"{seconds:.0f} s"
    errors.print(
        f"{_STAGES[stage]}: {runs:,} runs{f', about {minutes} where none is stored' if known else ''}", highlight=False
    )


def _show(words: SensitivityWords) -> None:
    """Print the answer in words, and the leading numbers with their break-even values."""
    found, answer = words.answer.found, words.answer
    answers.print(escape(words.verdict), soft_wrap=True)
    if found.swings:
        listed = Table(show_lines=True)
        for heading in (
            "number",
            "unit",
            "as written",
            "difference at 10th",
            "at 90th percentile",
            "equal at",
            "grade",
        ):
            listed.add_column(heading, overflow="fold")
        for swing in found.swings:
            listed.add_row(
                swing.number.key,
                words.unit(swing.number),
                words.value(swing.number, swing.number.mode),
                words.amount(swing.at_low),
                words.amount(swing.at_high),
                words.break_even(swing),
                swing.number.grade,
            )
        answers.print(listed)
    answers.print(
        f"{answer.runs:,} runs ({answer.runs_made:,} made now in {answer.seconds:.0f} s), n = {found.as_written.n} replications, "
        f"{words.confidence} intervals, scale {answer.scenario.scale:g} of the bank, seed {answer.scenario.seed}.",
        soft_wrap=True,
        highlight=False,
    )
