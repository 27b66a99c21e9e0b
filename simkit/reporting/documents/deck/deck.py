"""The slides of a report for a manager who has ten minutes.

The recommendation, the charts with their messages, one slide for each strategy; then, to look things up, the tables that compare and
where the numbers come from. What single strategies change and all their indicators are left to the workbook.
"""

import datetime
import io
import zipfile
from pathlib import Path

from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck

from simkit.atomic_files import replacing
from simkit.reporting.content import ChartContent, NotesContent, SummaryContent, TableContent
from simkit.reporting.documents.deck.layout import new_deck
from simkit.reporting.documents.deck.legal_text import legal
from simkit.reporting.documents.deck.slides import Slides
from simkit.reporting.documents.document import Document, Section
from simkit.reporting.language import HTML_LANGUAGES, Language, Narrator

_WRITTEN = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - equal documents are equal bytes, whenever they are written
_LANGUAGE_TAGS: dict[Language, str] = {"en": "en-GB", "zh": "zh-CN"}
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
# Who gains says most of a strategy in one picture, and its funnel comes next.
_CHARTS_OF_A_STRATEGY = ("who-gains", "funnel-by-segment")


def write_deck(document: Document, path: Path) -> None:
    """Write *document* as a deck, whole or not at all; equal documents give equal bytes."""
    document = legal(document)
    deck = new_deck(document.language)
    _add_slides(Slides(deck, document, Narrator(document.language, {}, {})))
    _set_language(deck, document.language)
    _set_properties(deck, document)
    with replacing(path) as unfinished:
        unfinished.write_bytes(_bytes_of(deck))


def _add_slides(slides: Slides) -> None:
    slides.cover()
    comparison, *strategies = slides.document.sections or [Section("", "", ())]
    for content, png in comparison.blocks:
        if isinstance(content, SummaryContent):
            slides.summary(content)
        elif isinstance(content, ChartContent):
            slides.chart(content.heading, content, png)
    for strategy in strategies:
        _add_strategy(slides, strategy)
    for content, _ in comparison.blocks:
        if isinstance(content, TableContent):
            slides.table(content)
        elif isinstance(content, NotesContent):
            slides.notes(slides.document.title, content)
    slides.provenance()


def _add_strategy(slides: Slides, section: Section) -> None:
    """Add the one slide of a strategy: its message and the chart that says most of it, or what it is about where it has none."""
    message = next(
        (one.content.recommendation for one in section.blocks if isinstance(one.content, SummaryContent)), ""
    )
    charts = {content.name: (content, png) for content, png in section.blocks if isinstance(content, ChartContent)}
    names = [name for name in _CHARTS_OF_A_STRATEGY if name in charts] or list(charts)
    workbook = slides.narrator.text("deck.notes.strategy")
    if names:
        chart, png = charts[names[0]]
        slides.chart(section.heading, chart, png, message=message, lead=section.lead, spoken=workbook)
    else:
        slides.notes(section.heading, NotesContent(heading=section.heading, lines=(message or section.lead, workbook)))


def _set_language(deck: Deck, language: Language) -> None:
    """Tell screen readers and spelling checkers what language every text is in."""
    for slide in deck.slides:
        for part in (slide, slide.notes_slide):
            for run in part.element.iter(qn("a:r")):
                run.get_or_add_rPr().set("lang", _LANGUAGE_TAGS[language])


def _set_properties(deck: Deck, document: Document) -> None:
    properties = deck.core_properties
    properties.title, properties.subject = document.title[:255], document.lead[:255]
    properties.author = properties.last_modified_by = "simkit"
    properties.language = HTML_LANGUAGES[document.language]
    properties.created = properties.modified = _WRITTEN
    properties.revision = 1


def _bytes_of(deck: Deck) -> bytes:
    """Return the deck as a file whose entries all have the same date."""
    saved, target = io.BytesIO(), io.BytesIO()
    deck.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as dated:
        for name in source.namelist():
            dated.writestr(zipfile.ZipInfo(name, _ZIP_DATE), source.read(name), zipfile.ZIP_DEFLATED)
    return target.getvalue()
