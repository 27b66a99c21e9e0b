"""All documents of a report written from one content: its pages, and as PDF, deck and workbook where they are asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from simkit.reporting.documents.document import Document, DocumentKind
from simkit.reporting.documents.html import DocumentLink, Page, embedded_font
from simkit.reporting.language import Narrator

INDEX = "index.html"
_SUFFIXES: Mapping[DocumentKind, str] = {"pdf": ".pdf", "deck": ".pptx", "workbook": ".xlsx"}


@dataclass(frozen=True)
class Written:
    """The file of each document that was made, and why another could not be."""

    files: Mapping[DocumentKind, str]
    not_made: Mapping[DocumentKind, str]


def write_documents(
    folder: Path,
    name: str,
    pages: Mapping[str, Page],
    document: Document,
    kinds: Sequence[DocumentKind],
    narrator: Narrator,
) -> Written:
    """Write pages by their path in *folder*, index.html among them, and beside it the other documents as files of that *name*.

    All pages have one font with the characters of all. A document that cannot be made stops no other.
    """
    wanted = {kind: f"{name}{_SUFFIXES[kind]}" for kind in kinds if kind in _SUFFIXES}
    not_made: dict[DocumentKind, str] = {}
    _write_pages(folder, pages, wanted, narrator)
    for kind, file in wanted.items():
        problem = _problem_of_writing(kind, folder / file, document, [folder / path for path in pages])
        if problem:
            not_made[kind] = problem
    if not_made:
        _write_pages(folder, pages, {kind: file for kind, file in wanted.items() if kind not in not_made}, narrator)
    return Written({"html": INDEX, **{k: file for k, file in wanted.items() if k not in not_made}}, not_made)


def _write_pages(
    folder: Path, pages: Mapping[str, Page], files: Mapping[DocumentKind, str], narrator: Narrator
) -> None:
    links = [DocumentLink(narrator.text(f"document.{kind}"), file) for kind, file in files.items()]
    linked = {**pages, INDEX: replace(pages[INDEX], documents=links)}
    font = embedded_font([page.html(narrator, "") for page in linked.values()])
    for path, page in linked.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(page.html(narrator, font), encoding="utf-8")


def _problem_of_writing(kind: DocumentKind, path: Path, document: Document, pages: Sequence[Path]) -> str:
    """Write one document; return why it could not be made, if so."""
    try:
        _write(kind, path, document, pages)
    except Exception as error:  # noqa: BLE001 - whatever a writer stumbles over, the other documents are written
        path.unlink(missing_ok=True)
        return str(error) or type(error).__name__
    return ""


def _write(kind: DocumentKind, path: Path, document: Document, pages: Sequence[Path]) -> None:
    # Each of these imports a library of its own, which a report without that document does not need.
    if kind == "pdf":
        from simkit.reporting.documents.pdf import write_pdf  # noqa: PLC0415

        write_pdf(pages, path)
    elif kind == "deck":
        from simkit.reporting.documents.deck import write_deck  # noqa: PLC0415

        write_deck(document, path)
    elif kind == "workbook":
        from simkit.reporting.documents.workbook import write_workbook  # noqa: PLC0415

        write_workbook(document, path)
