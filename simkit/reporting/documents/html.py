"""Pages from executed notebooks: self-contained HTML without code, that needs no network and no installed font."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbconvert
from markupsafe import Markup
from nbconvert.preprocessors import TagRemovePreprocessor

from simkit.reporting import fonts
from simkit.reporting.execution.jobs import read_notebook
from simkit.reporting.execution.parameters import PARAMETERS_TAG
from simkit.reporting.language import HTML_LANGUAGES, Narrator
from simkit.reporting.markup import TEMPLATES, render

_HIDDEN_TAGS = {PARAMETERS_TAG, "injected-parameters", "hide"}


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


def outputs_of(notebook: Path) -> Markup:
    """Return what an executed notebook shows, without its code, as a piece of a page."""
    body, _ = _exporter().from_notebook_node(read_notebook(notebook))
    return Markup(body)  # noqa: S704 - the notebook's outputs are this package's HTML, escaped where it is made


@cache
def _exporter() -> nbconvert.HTMLExporter:
    exporter = nbconvert.HTMLExporter(  # type: ignore[no-untyped-call]
        extra_template_basedirs=[str(TEMPLATES)],
        template_name="notebook",
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    exporter.register_preprocessor(TagRemovePreprocessor(remove_cell_tags=_HIDDEN_TAGS), enabled=True)  # type: ignore[no-untyped-call]
    return exporter


@cache
def page_style() -> str:
    """Return the look of all pages."""
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


def embedded_font(texts: Sequence[str]) -> str:
    """Return the CSS rule that embeds the font for everything in *texts*.

    Embedded pictures are no text. Characters that the font lacks are left to the reader's own fonts.
    """
    shown = "".join(re.sub(r'src="data:[^"]*"', "", text) for text in texts)
    return fonts.font_face("".join(sorted({c for c in shown if c.isprintable()} - set(fonts.missing_glyphs(shown)))))
