"""The sheet that a workbook opens with: the question, the answer, how sure it is, where everything is and where it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from xlsxwriter.worksheet import Worksheet

from simkit.reporting.content import NotesContent, SummaryContent
from simkit.reporting.documents.document import Document, Section
from simkit.reporting.documents.workbook.cells import (
    ACCENT,
    HEAD,
    MUTED,
    Book,
    Cell,
    clean,
    lines_of,
    link_to,
    row_height,
)
from simkit.reporting.documents.workbook.sheets import Sheet

_WIDTHS = (36.0, 20.0, 20.0, 20.0, 34.0)
_LINES_OF_READING = ("read_numbers", "read_interval", "read_baseline", "read_kpi")


def write_front(book: Book, page: Worksheet, document: Document, sheets: Sequence[Sequence[Sheet]]) -> None:
    """Write the first sheet; *sheets* has those of each section of the document."""
    for place, width in enumerate(_WIDTHS):
        page.set_column(place, place, width)
    front = _Front(book, page)
    front.wide(document.title, font_size=18, font_color=ACCENT)
    front.heading("question")
    front.wide(document.lead)
    for block in document.sections[0].blocks if document.sections else ():
        if isinstance(block.content, SummaryContent):
            front.summary(block.content)
    front.heading("contents")
    for section, listed in zip(document.sections, sheets, strict=True):
        front.section(section, listed)
    front.heading("reading")
    for line in _LINES_OF_READING:
        front.wide(book.word(line))
    front.heading("provenance")
    for name, value in document.provenance.items():
        front.pair(name, value)


@dataclass
class _Front:
    """The first sheet, written from top to bottom; `row` is the next free one, `noted` what is said already."""

    book: Book
    page: Worksheet
    row: int = 0
    noted: list[NotesContent] = field(default_factory=list)

    def wide(self, text: str, **look: Any) -> None:  # noqa: ANN401 - XlsxWriter's own properties
        """Write a text over the whole width."""
        self.book.write_wide(self.page, self.row, _WIDTHS, text, **look)
        self.row += 1

    def heading(self, key: str) -> None:
        """Write a heading, below an empty row."""
        self.row += 1
        self.wide(self.book.word(key), font_size=13, font_color=ACCENT, bottom=1, bottom_color=ACCENT)

    def summary(self, summary: SummaryContent) -> None:
        """Write the recommendation, its figures as numbers, how sure it is and what would change it."""
        self.heading("recommendation")
        self.wide(summary.recommendation, font_size=12, bg_color=HEAD)
        if summary.figures:
            self.heading("figures")
            self.wide(summary.figures_of, font_color=MUTED)
            value = self.book.word("value")
            heads = ("figure", value, self.book.word("low", of=value), self.book.word("high", of=value))
            self.cells([self.book.word(heads[0]), *heads[1:]], bold=True)
        for title, figure in ((titled.title, titled.figure) for titled in summary.figures):
            ends = (self.book.number(figure, end) for end in (figure.low, figure.high))
            middle = figure.text if figure.value is None else self.book.number(figure, figure.value)
            self.cells([title, middle, *ends, figure.wide])
        for key, lines in (("sure", summary.sure), ("change", summary.change)):
            if lines:
                self.heading(key)
            for line in lines:
                self.wide(line)

    def section(self, section: Section, listed: Sequence[Sheet]) -> None:
        """Write what a section is about, its notes, and the way to each of its sheets."""
        self.wide(section.heading, bold=True, bg_color=HEAD)
        if section.lead:
            self.wide(section.lead, font_color=MUTED)
        for sheet in listed:
            look = self.book.format(font_color=ACCENT, underline=1, text_wrap=True)
            self.page.write_url(self.row, 0, link_to(sheet.name), look, clean(sheet.heading))
            self.beside(sheet.heading, sheet.says)
        for block in section.blocks:
            if isinstance(block.content, NotesContent) and block.content not in self.noted:
                self.noted.append(block.content)
                self.cells([block.content.heading], bold=True)
                for line in block.content.lines:
                    self.wide(line)

    def pair(self, name: str, value: str) -> None:
        """Write a name and what it stands for."""
        self.book.write(self.page, self.row, 0, name, font_color=MUTED, text_wrap=True)
        self.beside(name, value)

    def beside(self, name: str, text: str) -> None:
        """Write a text over all columns but the first, where *name* stands, in a row that holds both."""
        self.book.write_wide(self.page, self.row, _WIDTHS[1:], text, first=1)
        lines = max(lines_of(name, _WIDTHS[0]), lines_of(text, sum(_WIDTHS[1:])))
        self.page.set_row(self.row, row_height(lines))
        self.row += 1

    def cells(self, cells: Sequence[Cell], **look: Any) -> None:  # noqa: ANN401 - XlsxWriter's own properties
        """Write a row of cells."""
        for place, cell in enumerate(cells):
            self.book.write(self.page, self.row, place, cell, align="right" if place else "left", **look)
        self.row += 1
