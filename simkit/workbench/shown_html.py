"""Pieces of HTML around what the workbench says, and its look."""

from __future__ import annotations

import string
import traceback
from collections.abc import Sequence
from functools import cache
from importlib import resources

from markupsafe import Markup

from simkit.params import ParameterError, PlannerError, parameter_folder
from simkit.reporting.documents.html import embedded_font
from simkit.reporting.language import FIGURES, LANGUAGES, catalogue
from simkit.workbench.files import titles_of


def lines_of(error: Exception) -> list[str]:
    """Return an error as a planner may read it: each finding with its lever, else its text; an error of the program with its place."""
    if isinstance(error, ParameterError):
        return [f"{finding.key}: {finding.problem}" if finding.key else finding.problem for finding in error.findings]
    return [str(error)] if isinstance(error, PlannerError) else ["".join(traceback.format_exception(error))]


def refusal(lead: str, lines: Sequence[str]) -> str:
    """Return what could not be done, and why."""
    found = Markup("").join(Markup("<li><pre>{}</pre></li>").format(line) for line in lines)
    return str(Markup('<div class="wb-error" role="alert"><p>{}</p><ul>{}</ul></div>').format(lead, found))


def success(said: str | Markup) -> str:
    """Return what was done."""
    return str(Markup('<div class="wb-done" role="status">{}</div>').format(said))


def remark(text: str) -> str:
    """Return how far something is."""
    return str(Markup('<span role="status">{}</span>').format(text))


def hint(text: str) -> str:
    """Return a line that explains."""
    return str(Markup("<p class=hint>{}</p>").format(text))


def heading(text: str) -> str:
    """Return a heading within a tab."""
    return str(Markup("<h3>{}</h3>").format(text))


def label(text: str, unit: str = "", mark: str = "") -> str:
    """Return what stands above a control: its title, unit and mark."""
    return str(Markup("{} <span class=unit>{}</span>{}").format(text, unit, mark))


def style(*, with_font: bool = False) -> str:
    """Return the look of the page; the font takes a second to make, and comes when there is something to read."""
    sheet = (resources.files("simkit.workbench") / "workbench.css").read_text(encoding="utf-8")
    return f"<style>{_font(str(parameter_folder())) if with_font else ''}\n{sheet}</style>"


@cache
def _font(folder: str) -> str:  # noqa: ARG001 - other files have other titles
    """Return the rule that embeds the charts' font with all that the page can say in either language."""
    texts = [string.printable]
    for language in LANGUAGES:
        texts += catalogue(language).values()
        texts += [figure.title[language] for figure in FIGURES.values()]
        texts += [
            title for kind in ("scenarios", "strategies", "rewards") for title in titles_of(kind, language).values()
        ]
    return embedded_font(texts)
