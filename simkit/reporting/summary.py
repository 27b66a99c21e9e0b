"""Sentences of a page: the summary at its top, and notes below a heading."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from simkit.reporting.content import Figure, NotesContent, SummaryContent, TitledFigure, bundled
from simkit.reporting.markup import render


class KeyFigure(NamedTuple):
    """One of the large numbers at the top of a page."""

    title: str
    figure: Figure


@dataclass(frozen=True)
class Summary:
    """The top of a page: the recommendation, its large numbers and whose they are, how sure it is, and what would change it.

    sure_title, change_title: the headings of the two, where they have any.
    """

    recommendation: str
    figures_of: str
    figures: Sequence[KeyFigure]
    sure: Sequence[str]
    change: Sequence[str] = ()
    sure_title: str = ""
    change_title: str = ""

    @property
    def html(self) -> Markup:
        """The summary as a piece of a page."""
        return render("summary.html.j2", **vars(self))

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        content = SummaryContent(
            recommendation=self.recommendation,
            figures_of=self.figures_of,
            figures=tuple(TitledFigure(title=title, figure=figure) for title, figure in self.figures),
            sure=tuple(self.sure),
            change=tuple(self.change),
        )
        return {"text/html": str(self.html), "text/plain": self.recommendation, **bundled(content)}


@dataclass(frozen=True)
class Notes:
    """A heading and sentences below it."""

    heading: str
    lines: Sequence[str]

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        content = NotesContent(heading=self.heading, lines=tuple(self.lines))
        html = str(render("notes.html.j2", **vars(self)))
        return {"text/html": html, "text/plain": "\n".join(self.lines), **bundled(content)}
