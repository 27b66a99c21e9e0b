"""Many reports at once: notebooks that are not kept are executed side by side, and each report is written as soon as its own are done."""

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from simkit.atomic_files import passing_folder
from simkit.params import PlannerError
from simkit.reporting.batch.planned import PlannedNotebook, PlannedReport
from simkit.reporting.catalogue import write_catalogue
from simkit.reporting.documents.document import DocumentKind
from simkit.study import Study

if TYPE_CHECKING:  # a start over unchanged reports needs none of the libraries that execute and draw
    from simkit.reporting.execution.engines import EngineName
    from simkit.reporting.execution.jobs import ExecutedNotebook, NotebookJob


class ReportError(PlannerError):
    """Parts of a report that failed; everything else of it is written."""


@dataclass(frozen=True)
class WrittenReport:
    """What became of a report.

    executed, unchanged: numbers of notebooks. failures: the error of each notebook that failed, by its path. not_made: why a document that
    was asked for is not there. problem: why there is no report at all. seconds: of its notebooks and of writing it.
    """

    report: PlannedReport
    executed: int = 0
    unchanged: int = 0
    failures: Mapping[str, str] = field(default_factory=dict)
    not_made: Mapping[DocumentKind, str] = field(default_factory=dict)
    problem: str = ""
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Say whether anything that was asked for is not there."""
        return bool(self.failures or self.not_made or self.problem)


def write_report(
    study: Study,
    out_dir: Path,
    *,
    language: str = "en",
    documents: Sequence[str] = ("html",),
    engine: "EngineName" = "kernels",
    progress: bool = True,
) -> Path:
    """Write the report of a finished study into a folder of *out_dir*, list it in the catalogue there, and return its index.html.

    An earlier report of the study in that language is replaced, by a whole new one only; an unchanged one is left as it is. Raises
    `ReportError` after writing when notebooks or documents failed: notebooks are kept with their error, and the pages say so. Raises
    `ParameterError` for a language or a document that there is not, and where the folder holds something else than a report, or the study
    nothing to compare.
    """
    report = PlannedReport.of(study, out_dir, language=language, documents=documents)
    (written,) = write_reports([report], engine=engine, progress=progress)
    write_catalogue(report.out_dir)
    if written.failed:
        raise ReportError("\n".join(failures_of(written)))
    return report.folder / "index.html"


def failures_of(written: WrittenReport) -> Iterator[str]:
    """Say what failed of a report, a line for each."""
    report, failures = written.report, written.failures
    if written.problem:
        yield f"{report.folder} could not be written: {written.problem}"
    if failures:
        yield f"{len(failures)} of {len(report.notebooks)} notebooks failed; all else is in {report.folder}:"
    for path, error in failures.items():
        yield f"  {report.folder / path}: {error}"
    for kind, problem in written.not_made.items():
        yield f"{report.folder} has no {kind}: {problem}"


def write_reports(
    reports: Sequence[PlannedReport],
    *,
    engine: "EngineName" = "kernels",
    force: bool = False,
    workers: int | None = None,
    progress: bool = True,
) -> Generator[WrittenReport]:
    """Write the reports that are not there yet, and give each when it is written, in no fixed order.

    A notebook is executed only when something that determines it has changed, or with *force*. Each executed notebook is kept at once, so
    that a start after an interruption goes on from there. A failure stops nothing else.
    """
    pending = [report for report in reports if force or not report.is_there]
    for report in reports:
        if report not in pending:
            yield WrittenReport(report, unchanged=len(report.notebooks))
    if pending:
        works = [_Work(report, force=force) for report in pending]
        with closing(_written(works, engine, workers, progress=progress)) as written:
            yield from written


class _Work:
    """A report in the making: which of its notebooks are there, and which are still to be executed."""

    def __init__(self, report: PlannedReport, *, force: bool) -> None:
        kept = {} if force else {each: report.kept.find(each.file_name, each.key) for each in report.notebooks}
        self.report = report
        self.found = {notebook: path for notebook, path in kept.items() if path is not None}
        self.missing = {notebook.name: notebook for notebook in report.notebooks if notebook not in self.found}
        self.executed: dict[PlannedNotebook, ExecutedNotebook] = {}

    def jobs(self, folder: Path) -> Iterator["NotebookJob"]:
        """Prepare what is missing for execution, into a folder of its own in *folder*."""
        from simkit.reporting.execution.jobs import NotebookJob  # noqa: PLC0415 - see above

        # The notebooks only read: two of them gathering the same table would do the work twice.
        _ = self.report.study.comparison, self.report.study.who
        own = folder / self.report.folder.name
        own.mkdir()
        for number, notebook in enumerate(self.missing.values()):
            yield NotebookJob(notebook.name, notebook.source, own / f"{number}.ipynb", notebook.parameters)

    def take(self, result: "ExecutedNotebook") -> None:
        """Take an executed notebook; one that did not fail is kept for every later start."""
        notebook = self.missing.pop(result.name)
        self.executed[notebook] = result
        if result.error is None:
            self.report.kept.keep(notebook.file_name, notebook.key, result.target)

    def write(self) -> WrittenReport:
        """Write the report from its notebooks."""
        start = time.perf_counter()
        files = self.found | {notebook: result.target for notebook, result in self.executed.items()}
        errors = {notebook: result.error for notebook, result in self.executed.items() if result.error is not None}
        counts = {"executed": len(self.executed), "unchanged": len(self.found)}
        failures = {notebook.path: error for notebook, error in errors.items()}
        from simkit.reporting.batch.writing import write_report_folder  # noqa: PLC0415 - as above

        try:
            not_made, problem = write_report_folder(self.report, files, errors), ""
        except (PlannerError, OSError) as error:
            not_made, problem = {}, str(error)
        seconds = time.perf_counter() - start + sum(result.seconds for result in self.executed.values())
        return WrittenReport(
            self.report, **counts, failures=failures, not_made=not_made, problem=problem, seconds=seconds
        )


def _written(
    works: Sequence[_Work], engine: "EngineName", workers: int | None, *, progress: bool
) -> Generator[WrittenReport]:
    """Execute what is missing, and give each report when it is written."""
    for work in works:
        if not work.missing:
            yield work.write()
    missing = [work for work in works if work.missing]
    if not missing:
        return
    # Takes half a second, for which the wait for the first notebook has time.
    import_module("simkit.reporting.batch.writing")
    from simkit.reporting.batch.shown import notebook_progress  # noqa: PLC0415 - as above
    from simkit.reporting.execution.engines import execute_notebooks  # noqa: PLC0415 - as above

    with passing_folder(missing[0].report.out_dir) as folder:
        jobs = {job.target: (work, job) for work in missing for job in work.jobs(folder)}
        results = execute_notebooks([job for _, job in jobs.values()], workers=workers, engine=engine)
        with notebook_progress(len(jobs), shown=progress) as finished, closing(results):
            for result in results:
                work, _ = jobs[result.target]
                work.take(result)
                finished(result, work.report.folder.name)
                if not work.missing:
                    yield work.write()
