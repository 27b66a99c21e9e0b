"""One executed notebook as a page in a folder of its own, with a manifest beside it; all of it at once or nothing."""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from simkit.campaign.fingerprint import versions
from simkit.reporting.documents import Page, embedded_font, outputs_of, slug
from simkit.reporting.language import Narrator
from simkit.reporting.notebooks import ExecutedNotebook, NotebookJob, execute_notebooks
from simkit.reporting.report import (
    MANIFEST,
    ReportError,
    announcer,
    forget_places,
    made_with,
    notebook_folder,
    replacing_folder,
)


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


def write_notebook_page(page: NotebookPage, out_dir: Path, narrator: Narrator, *, progress: bool = True) -> Path:
    """Execute the notebook, write its page into a folder of *out_dir*, and return its index.html.

    An earlier page of that name is replaced, by a whole new one only. Raises `ReportError` after writing when the notebook failed: it is
    kept with its error, and the page says so.
    """
    target = Path(out_dir) / slug(page.folder)
    with replacing_folder(target) as folder:
        result = _executed(page, folder)
        if progress:
            announcer(1)(result)
        _write(page, folder, result, narrator)
    if result.error:
        raise ReportError(f"The notebook failed; it is kept in {target / page.notebook}: {result.error}")
    return target / "index.html"


def all_versions() -> dict[str, str]:
    """Return the versions of all that makes runs and pages."""
    return {**versions(), "python": platform.python_version(), **made_with()}


def _executed(page: NotebookPage, folder: Path) -> ExecutedNotebook:
    job = NotebookJob(page.job, notebook_folder() / page.notebook, folder / page.notebook, page.parameters)
    (result,) = execute_notebooks([job], workers=1)
    forget_places(result.target)
    return result


def _write(page: NotebookPage, folder: Path, result: ExecutedNotebook, narrator: Narrator) -> None:
    document = Page(
        title=page.title,
        heading=page.heading,
        lead=page.lead,
        body=Markup() if result.error else outputs_of(result.target),
        failed_notebook=page.notebook if result.error else None,
        manifest=MANIFEST,
        provenance=page.provenance,
    )
    font = embedded_font([document.html(narrator, "")])
    (folder / "index.html").write_text(document.html(narrator, font), encoding="utf-8")
    manifest = {
        **page.manifest,
        "language": narrator.language,
        "notebooks": {page.notebook: {"seconds": round(result.seconds, 2), "error": result.error}},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
