"""A report as plain content: what its page, its deck and its workbook have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from simkit.params import Finding, ParameterError, nearest
from simkit.reporting.content import Block
from simkit.reporting.language import Language

DocumentKind = Literal["html", "pdf", "deck", "workbook"]
DOCUMENT_KINDS: tuple[DocumentKind, ...] = get_args(DocumentKind)


def check_documents(documents: Sequence[str]) -> tuple[DocumentKind, ...]:
    """Return the kinds of documents in their usual order, HTML among them; `all` is each of them.

    Raises `ParameterError` for a kind that there is not.
    """
    if "all" in documents:
        return DOCUMENT_KINDS
    for kind in documents:
        if kind not in DOCUMENT_KINDS:
            problem = f"'{kind}' is unknown; {nearest(kind, DOCUMENT_KINDS)}"
            raise ParameterError([Finding("report", "documents", problem)])
    return tuple(kind for kind in DOCUMENT_KINDS if kind == "html" or kind in documents)


@dataclass(frozen=True)
class Section:
    """What one executed notebook shows, below its heading and a sentence on what it is about."""

    heading: str
    lead: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    """A report in one language.

    title: of the study. lead: its question. sections: the comparison first, then one for each strategy. provenance: what it comes from, as
    the foot of its page says it.
    """

    title: str
    lead: str
    language: Language
    sections: Sequence[Section]
    provenance: Mapping[str, str]
