"""The catalogue: one page that lists the reports in a folder, from what their manifests say."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup
from pydantic import AwareDatetime, ValidationError

from simkit.atomic_files import replacing
from simkit.params.quantity import Frozen
from simkit.reporting.documents.document import DocumentKind
from simkit.reporting.folders import MANIFEST, read_manifest
from simkit.reporting.language import LANGUAGES, Language, catalogue

if TYPE_CHECKING:
    from simkit.reporting.documents.document import Document
    from simkit.reporting.documents.html import Page
    from simkit.reporting.documents.written import Written
    from simkit.reporting.language import Narrator

ENTRY = "catalogue"
_INDEX = "index.html"


class Entry(Frozen):
    """What the catalogue says of a report, in the report's language; `documents` are files in its folder by kind."""

    title: str
    question: str
    recommendation: str
    scenario: str
    runs: str
    language: Language
    written_at: AwareDatetime
    documents: Mapping[DocumentKind, str]


def entry_of(page: "Page", document: "Document", written: "Written", narrator: "Narrator") -> dict[str, object]:
    """Return what a manifest holds for the catalogue."""
    entry = Entry(
        title=page.title,
        question=page.lead,
        recommendation=_recommendation(document),
        scenario=page.provenance.get(narrator.text("provenance.scenario"), ""),
        runs=page.provenance.get(narrator.text("provenance.runs"), ""),
        language=narrator.language,
        written_at=datetime.datetime.now(datetime.UTC),
        documents=dict(written.files),
    )
    return {ENTRY: entry.model_dump(mode="json")}


def _recommendation(document: "Document") -> str:
    """Return the sentence at the top of the first notebook that has one."""
    contents = (block.content for section in document.sections[:1] for block in section.blocks)
    return next((content.recommendation for content in contents if content.kind == "summary"), "")


def documents_in(folder: Path) -> Sequence[DocumentKind]:
    """Return the kinds of documents that the report in *folder* has; none where there is no report."""
    entry = _entry(folder)
    return [kind for kind, file in entry.documents.items() if (folder / file).is_file()] if entry else []


def write_catalogue(out_dir: Path, *, only_if_older: bool = False) -> Path:
    """Write index.html of a folder of reports anew and return it; folders that are no reports are left out.

    *only_if_older* leaves a catalogue that is younger than every report as it is.
    """
    path = out_dir / _INDEX
    if only_if_older and _is_younger(path, [folder / MANIFEST for folder in _folders(out_dir)]):
        return path
    from simkit.reporting.documents.html import embedded_font, page_style  # noqa: PLC0415 - see `Document`
    from simkit.reporting.markup import render  # noqa: PLC0415 - as above

    values = {
        "rows": _rows(out_dir),
        "text": _in_all_languages,
        "texts": {language: catalogue(language) for language in LANGUAGES},
        "style": Markup(page_style()),  # noqa: S704 - this package's own file
    }
    font = Markup(embedded_font([render("catalogue.html.j2", **values, font_face="")]))  # noqa: S704 - made of base64
    with replacing(path) as temporary:
        temporary.write_text(render("catalogue.html.j2", **values, font_face=font), encoding="utf-8")
    return path


@dataclass(frozen=True)
class _Row:
    """A report: what its manifest says of it, if that can be read, and the addresses of its documents by kind."""

    folder: str
    entry: Entry | None
    addresses: Mapping[DocumentKind, str]

    @property
    def written(self) -> str:
        """When it was written, in the time of this machine."""
        return self.entry.written_at.astimezone().strftime("%Y-%m-%d %H:%M") if self.entry else ""


def _rows(out_dir: Path) -> Sequence[_Row]:
    rows = [_row(folder) for folder in _folders(out_dir)]
    return sorted(rows, key=lambda row: row.entry.written_at.timestamp() if row.entry else 0, reverse=True)


def _folders(out_dir: Path) -> Sequence[Path]:
    visible = [path for path in sorted(out_dir.iterdir()) if not path.name.startswith(".")]
    return [path for path in visible if (path / MANIFEST).is_file() and (path / _INDEX).is_file()]


def _is_younger(path: Path, others: Sequence[Path]) -> bool:
    return path.exists() and all(path.stat().st_mtime_ns >= other.stat().st_mtime_ns for other in others)


def _row(folder: Path) -> _Row:
    entry = _entry(folder)
    there = {path.name for path in folder.iterdir()}
    named: dict[DocumentKind, str] = {**(entry.documents if entry else {}), "html": _INDEX}
    addresses = {kind: f"{quote(folder.name)}/{quote(file)}" for kind, file in named.items() if file in there}
    return _Row(folder.name, entry, addresses)


def _entry(folder: Path) -> Entry | None:
    try:
        return Entry.model_validate((read_manifest(folder) or {}).get(ENTRY), strict=False)
    except ValidationError:
        return None


def _in_all_languages(key: str) -> str:
    """Return a message in every language: the catalogue is one page for all readers."""
    return " · ".join(dict.fromkeys(catalogue(language)[key] for language in LANGUAGES))
