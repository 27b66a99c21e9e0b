"""Pages from executed notebooks: self-contained HTML without code, that needs no network and no installed font."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import nbformat
from markupsafe import Markup

from simkit.reporting import fonts
from simkit.reporting.documents.web_font import font_face
from simkit.reporting.execution.parameters import PARAMETERS_TAG
from simkit.reporting.language import HTML_LANGUAGES, Narrator
from simkit.reporting.markup import TEMPLATES, render

_HIDDEN_TAGS = {PARAMETERS_TAG, "injected-parameters", "hide"}
_MOVING = {"application/vnd.jupyter.widget-view+json", "application/javascript"}  # of no use on paper


class Link(NamedTuple):
    """A link to a strategy's page (None where it could not be made) and notebook."""

    title: str
    summary: str
    page: str | None
    notebook: str


class DocumentLink(NamedTuple):
    """A link to the report as another document."""

    title: str
    file: str


@dataclass(frozen=True)
class Page:
    """One HTML document, whose links are relative to where it stands."""

    title: str
    heading: str
    lead: str
    body: Markup
    manifest: str
    provenance: Mapping[str, str]
    links: Sequence[Link] = ()
    documents: Sequence[DocumentLink] = ()
    back: str | None = None
    failed_notebook: str | None = None

    def html(self, narrator: Narrator, font_face: str) -> str:
        """Return the document, with *font_face* as the rule that embeds its font."""
        return render(
            "page.html.j2",
            **vars(self),
            text=narrator.text,
            html_language=HTML_LANGUAGES[narrator.language],
            font_face=Markup(font_face),  # noqa: S704 - made of base64
            style=Markup(page_style()),  # noqa: S704 - this package's own file
        )


def outputs_of(notebook: nbformat.NotebookNode) -> Markup:
    """Return what an executed notebook shows, without its code, as a piece of a page.

    HTML in it is taken as it is: it is this package's, escaped where it is made.
    """
    shown = [cell for cell in notebook.cells if _HIDDEN_TAGS.isdisjoint(cell.metadata.get("tags", ()))]
    return render("notebook.html.j2", cells=shown, moving=_MOVING, from_markdown=_from_markdown)


def _from_markdown(source: str) -> Markup:
    from nbconvert.filters import markdown2html  # noqa: PLC0415 - takes a second to load, and few notebooks have words of their own

    return Markup(markdown2html(source))  # noqa: S704 - whoever writes a notebook's words writes its code too


@cache
def page_style() -> str:
    """Return the look of all pages."""
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


def embedded_font(texts: Sequence[str]) -> str:
    """Return the CSS rule that embeds the font for everything in *texts*.

    Embedded pictures are no text. Characters that the font lacks are left to the reader's own fonts.
    """
    shown = set().union(*(re.sub(r'src="data:[^"]*"', "", text) for text in texts))
    characters = "".join(sorted(filter(str.isprintable, shown)))
    return font_face(characters.translate(dict.fromkeys(map(ord, fonts.missing_glyphs(characters)))))
