"""The folder of a study's report from its executed notebooks: pages, other documents, and a manifest of all that they come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shutil import copyfile
from typing import NamedTuple

from markupsafe import Markup

from simkit.atomic_files import replacing_folder
from simkit.reporting.batch.planned import COMPARISON, PlannedNotebook, PlannedReport
from simkit.reporting.catalogue import entry_of
from simkit.reporting.content import Block, content_of
from simkit.reporting.documents.document import Document, DocumentKind, Section
from simkit.reporting.documents.html import Link, Page, outputs_of
from simkit.reporting.documents.written import INDEX, Written, write_documents
from simkit.reporting.execution.jobs import read_notebook
from simkit.reporting.folders import MANIFEST, slug, write_manifest
from simkit.reporting.language import Narrator
from simkit.reporting.pages import narrator_of
from simkit.reporting.provenance import provenance, study_fingerprint, versions_of
from simkit.study.records import StrategyRecord


def write_report_folder(
    report: PlannedReport, executed: Mapping[PlannedNotebook, Path], errors: Mapping[PlannedNotebook, str]
) -> Mapping[DocumentKind, str]:
    """Write the report from its executed notebooks instead of an older one; return why documents could not be made.

    A notebook with an error is kept and the pages say so.
    """
    with replacing_folder(report.folder) as folder:
        for notebook, path in executed.items():
            (folder / notebook.path).parent.mkdir(parents=True, exist_ok=True)
            copyfile(path, folder / notebook.path)
        writer = _Writer(report, narrator_of(report.study, report.language), folder, errors)
        written = writer.write()
        writer.write_manifest(written)
    return written.not_made


class _Shown(NamedTuple):
    """What an executed notebook shows (nothing where it failed), and how long it took."""

    body: Markup
    blocks: tuple[Block, ...]
    seconds: float | None


@dataclass(frozen=True)
class _Writer:
    report: PlannedReport
    narrator: Narrator
    folder: Path
    errors: Mapping[PlannedNotebook, str]

    def write(self) -> Written:
        """Write all pages and other documents."""
        report = self.report
        return write_documents(
            self.folder, report.folder.name, self._pages, self._document, report.documents, self.narrator
        )

    def write_manifest(self, written: Written) -> None:
        """Write down all that the report comes from: plan, parameters, differences, fingerprints, seed, versions."""
        report, complete = self.report, not (self.errors or written.not_made)
        manifest = {
            **report.study.record.model_dump(mode="json"),
            "language": report.language,
            "fingerprint": study_fingerprint(report.study),
            "versions": versions_of(report.study),
            # What failed is tried again at the next start.
            "key": report.key if complete else None,
            "notebooks": {notebook.path: self._account(notebook) for notebook in report.notebooks},
            "not_made": written.not_made,
            **entry_of(self._pages[INDEX], self._document, written, self.narrator),
        }
        write_manifest(self.folder, manifest)

    def _account(self, notebook: PlannedNotebook) -> Mapping[str, object]:
        seconds = self._shown[notebook].seconds
        return {"key": notebook.key, "seconds": seconds and round(seconds, 2), "error": self.errors.get(notebook)}

    @cached_property
    def _shown(self) -> Mapping[PlannedNotebook, "_Shown"]:
        return {notebook: self._read(notebook) for notebook in self.report.notebooks}

    def _read(self, notebook: PlannedNotebook) -> "_Shown":
        executed = read_notebook(self.folder / notebook.path)
        seconds = executed.metadata.get("papermill", {}).get("duration")
        return (
            _Shown(Markup(), (), seconds)
            if notebook in self.errors
            else _Shown(outputs_of(executed), content_of(executed), seconds)
        )

    @cached_property
    def _document(self) -> Document:
        plan, language = self.report.study.plan, self.narrator.language
        title, question = plan.title.model_dump()[language], plan.question.model_dump()[language]
        told = {record.name: (self._title(record), record.summary[language]) for record in self._records}
        sections = []
        for notebook in self.report.notebooks:
            if notebook not in self.errors:
                heading, lead = told.get(notebook.name, (title, question))
                sections.append(Section(heading, lead, self._shown[notebook].blocks))
        return Document(title, question, language, sections, self._provenance)

    @cached_property
    def _pages(self) -> Mapping[str, Page]:
        """The index and a page for each strategy, by their paths."""
        notebooks = {notebook.name: notebook for notebook in self.report.notebooks}
        of_strategies = {
            _page_path(record): self._strategy_page(record, notebooks[record.name])
            for record in self._records
            if notebooks[record.name] not in self.errors
        }
        return {INDEX: self._index(notebooks), **of_strategies}

    def _index(self, notebooks: Mapping[str, PlannedNotebook]) -> Page:
        plan, language = self.report.study.plan, self.narrator.language
        comparison = notebooks[COMPARISON]
        title = plan.title.model_dump()[language]
        return Page(
            title=self.narrator.text("page.comparison", study=title),
            heading=title,
            lead=plan.question.model_dump()[language],
            body=self._shown[comparison].body,
            failed_notebook=comparison.path if comparison in self.errors else None,
            links=[self._link(record, notebooks[record.name]) for record in self._records],
            manifest=MANIFEST,
            provenance=self._provenance,
        )

    def _link(self, record: StrategyRecord, notebook: PlannedNotebook) -> Link:
        page = None if notebook in self.errors else _page_path(record)
        return Link(self._title(record), record.summary[self.narrator.language], page, notebook.path)

    def _strategy_page(self, record: StrategyRecord, notebook: PlannedNotebook) -> Page:
        study_title = self.report.study.plan.title.model_dump()[self.narrator.language]
        title = self._title(record)
        return Page(
            title=self.narrator.text("page.strategy", strategy=title, study=study_title),
            heading=title,
            lead=record.summary[self.narrator.language],
            body=self._shown[notebook].body,
            back=f"../{INDEX}",
            manifest=f"../{MANIFEST}",
            provenance=self._provenance,
        )

    def _title(self, record: StrategyRecord) -> str:
        return self.narrator.strategy(record.name)

    @property
    def _records(self) -> tuple[StrategyRecord, ...]:
        return self.report.study.record.strategies

    @cached_property
    def _provenance(self) -> Mapping[str, str]:
        return provenance(self.report.study, self.narrator)


def _page_path(record: StrategyRecord) -> str:
    return f"strategies/{slug(record.name)}.html"
