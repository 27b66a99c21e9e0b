"""The command that writes reports: of one study, or of many studies, scenarios and languages at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
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
    ProgressOption,
    ReportLanguage,
    StoreOption,
    WorkersOption,
    answers,
    documents_of,
    errors,
)
from simkit.params import Finding, ParameterError, PlannerError, StudyPlan, load_study

if TYPE_CHECKING:
    from simkit.reporting.batch import PlannedReport, WrittenReport


class Engine(StrEnum):
    """Ways to execute notebooks."""

    KERNELS = "kernels"
    FAST = "fast"


def report(
    plans: Annotated[list[str], typer.Argument(metavar="PLAN...", help="Names or paths of studies.")],
    *,
    scenario: Annotated[
        list[str] | None,
        typer.Option(help="Play the strategies of each plan under this scenario instead of its own; repeatable."),
    ] = None,
    language: Annotated[
        list[ReportLanguage] | None,
        typer.Option(help="English or Chinese; repeatable, the languages stand side by side."),
    ] = None,
    documents: DocumentsOption = "html",
    engine: Annotated[
        Engine,
        typer.Option(help="kernels: as Jupyter does. fast: in a fraction of the time, on Linux and macOS."),
    ] = Engine.KERNELS,
    force: Annotated[bool, typer.Option("--force", help="Execute notebooks that have not changed, too.")] = False,
    out: Annotated[Path, typer.Option(help="Folder that gets a folder of each study's name.")] = REPORTS,
    store: StoreOption = STORE,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    progress: ProgressOption = True,
) -> None:
    """Run studies (or what is missing of them), execute their notebooks and write the reports; what has not changed is left as it is."""
    from simkit.reporting.execution.warm import start_server

    if engine is Engine.FAST:
        start_server()  # before all else, which it goes on beside
    from simkit.reporting.batch import PlannedReport, ReportError, failures_of, write_reports
    from simkit.reporting.catalogue import write_catalogue
    from simkit.reporting.documents.document import check_documents
    from simkit.study import run_study

    kinds = check_documents(documents_of(documents))
    languages = list(dict.fromkeys(chosen.value for chosen in language or [ReportLanguage.EN]))
    asked = _asked([load_study(plan) for plan in dict.fromkeys(plans)], list(dict.fromkeys(scenario or [])))
    problems: list[str] = []
    planned: list[PlannedReport] = []
    for number, plan in enumerate(asked, start=1):
        if progress and len(asked) > 1:
            errors.print(f"study {number} of {len(asked)}: {plan.name}", highlight=False)
        try:
            study = run_study(plan, store=store, workers=workers, cluster=cluster, progress=progress)
            planned += [PlannedReport.of(study, out, language=spoken, documents=kinds) for spoken in languages]
        except PlannerError as error:
            problems.append(f"{plan.name}: {error}")
    finished: list[WrittenReport] = []
    for written in write_reports(planned, engine=engine.value, force=force, workers=workers, progress=progress):
        finished.append(written)
        write_catalogue(out, only_if_older=not written.executed)
        problems += failures_of(written)
    if finished:
        answers.print(_summary(planned, finished))
    if problems:
        raise ReportError("\n".join(problems))


def _asked(plans: Sequence[StudyPlan], scenarios: Sequence[str]) -> list[StudyPlan]:
    """Return each plan under each scenario; one report must not take the place of another."""
    from simkit.study.scenarios import under_scenario

    asked = [other for plan in plans for other in [under_scenario(plan, one) for one in scenarios] or [plan]]
    twice = [name for name, times in Counter(plan.name for plan in asked).items() if times > 1]
    if twice:
        problem = "stands for several studies, which would be written into one folder; rename all but one"
        raise ParameterError([Finding("report", name, problem) for name in twice])
    return asked


def _summary(planned: Sequence[PlannedReport], finished: Sequence[WrittenReport]) -> Table:
    """Return what became of each report, in the order in which they were asked for."""
    table = Table("study", "language", "documents")
    for heading in ("executed", "unchanged", "failed", "seconds"):
        table.add_column(heading, justify="right")
    table.add_column("where", overflow="fold")
    for written in sorted(finished, key=lambda one: planned.index(one.report)):
        report = written.report
        made = [kind for kind in report.documents if kind not in written.not_made] if not written.problem else []
        counts = (written.executed - len(written.failures), written.unchanged, len(written.failures))
        table.add_row(
            escape(report.study.plan.name),
            report.language,
            ", ".join(made) or "none",
            *map(str, counts),
            f"{written.seconds:.1f}",
            escape(str(report.folder / "index.html")),
        )
    return table
