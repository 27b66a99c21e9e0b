"""One executed notebook as a page in a folder of its own, with a manifest beside it; all of it at once or nothing."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from simkit.atomic_files import replacing_folder
from simkit.campaign.fingerprint import versions
from simkit.reporting.batch.batch import ReportError
from simkit.reporting.batch.planned import notebook_folder
from simkit.reporting.batch.shown import notebook_progress
from simkit.reporting.catalogue import documents_in, entry_of, write_catalogue
from simkit.reporting.content import content_of
from simkit.reporting.documents.document import Document, DocumentKind, Section, check_documents
from simkit.reporting.documents.html import Page, outputs_of
from simkit.reporting.documents.written import INDEX, Written, write_documents
from simkit.reporting.execution.engines import execute_notebooks
from simkit.reporting.execution.jobs import ExecutedNotebook, NotebookJob, read_notebook
from simkit.reporting.folders import MANIFEST, check_replaceable, report_folder, write_manifest
from simkit.reporting.language import Narrator
from simkit.reporting.provenance import made_with


@dataclass(frozen=True)
class NotebookPage:
    """What a page is made of.

    job: what the progress calls it. notebook: its file in `notebooks/`. folder: where it goes, below the folder of reports. title, heading,
    lead: the words above it. parameters: those of the notebook. provenance: what its foot says. manifest: all that it comes from; the
    language, and how the notebook went, are added.
    """

    job: str
    notebook: str
    folder: str
    title: str
    heading: str
    lead: str
    parameters: Mapping[str, object]
    provenance: Mapping[str, str]
    manifest: Mapping[str, object]


def write_notebook_page(
    page: NotebookPage,
    out_dir: Path,
    narrator: Narrator,
    *,
    documents: Sequence[str] = ("html",),
    progress: bool = True,
) -> Path:
    """Execute the notebook, write its page into a folder of *out_dir*, list it in the catalogue there, and return its index.html.

    An earlier page of that name and language is replaced, with all documents that it has, by a whole new one only. Raises `ReportError`
    after writing when the notebook or a document failed: the notebook is kept with its error, and the page says so.
    """
    target = report_folder(out_dir, page.folder, narrator.language)
    kinds = check_documents([*documents, *documents_in(target)])
    check_replaceable(target)
    with replacing_folder(target) as folder:
        result = _executed(page, folder)
        with notebook_progress(1, shown=progress) as finished:
            finished(result, target.name)
        not_made = _write(page, folder, result, narrator, kinds, target.name).not_made
    write_catalogue(target.parent)
    problems = [f"{target} has no {kind}: {problem}" for kind, problem in not_made.items()]
    if result.error:
        problems.append(f"The notebook failed; it is kept in {target / page.notebook}: {result.error}")
    if problems:
        raise ReportError("\n".join(problems))
    return target / INDEX


def all_versions() -> dict[str, str]:
    """Return the versions of all that makes runs and pages."""
    return {**versions(), "python": platform.python_version(), **made_with()}


def _executed(page: NotebookPage, folder: Path) -> ExecutedNotebook:
    job = NotebookJob(page.job, notebook_folder() / page.notebook, folder / page.notebook, page.parameters)
    (result,) = execute_notebooks([job], workers=1)
    return result


def _write(
    page: NotebookPage,
    folder: Path,
    result: ExecutedNotebook,
    narrator: Narrator,
    kinds: Sequence[DocumentKind],
    name: str,
) -> Written:
    shown = None if result.error else read_notebook(result.target)
    index = Page(
        title=page.title,
        heading=page.heading,
        lead=page.lead,
        body=Markup() if shown is None else outputs_of(shown),
        failed_notebook=page.notebook if result.error else None,
        manifest=MANIFEST,
        provenance=page.provenance,
    )
    blocks = () if shown is None else content_of(shown)
    section = Section(page.heading, page.lead, blocks)
    document = Document(page.heading, page.lead, narrator.language, [section], page.provenance)
    written = write_documents(folder, name, {INDEX: index}, document, kinds, narrator)
    manifest = {
        **page.manifest,
        "language": narrator.language,
        "notebooks": {page.notebook: {"seconds": round(result.seconds, 2), "error": result.error}},
        "not_made": written.not_made,
        **entry_of(index, document, written, narrator),
    }
    write_manifest(folder, manifest)
    return written
