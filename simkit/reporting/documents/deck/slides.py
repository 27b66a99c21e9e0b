"""The slides of a deck, one method for each kind; every one has a title, a footer, a number and speaker notes."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from PIL import Image
from pptx.presentation import Presentation as Deck
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.slide import Slide

from simkit.reporting.content import (
    ChartContent,
    Figure,
    NotesContent,
    Plot,
    SummaryContent,
    TableContent,
    TableRow,
    TitledFigure,
)
from simkit.reporting.documents.deck.bar_charts import add_bars, parts_of
from simkit.reporting.documents.deck.layout import (
    CONTENT_BOX,
    COVER,
    COVER_SUBTITLE_BOX,
    COVER_TITLE_BOX,
    EYEBROW,
    FOOTER_BOX,
    MESSAGE,
    NOTE,
    NOTE_BOX,
    POINTS_AN_INCH,
    SMALL,
    SUBTITLE,
    TITLE_BOX,
    Box,
    new_slide,
)
from simkit.reporting.documents.deck.tables import add_table, pages_of
from simkit.reporting.documents.deck.text import Run, bullets, bullets_that_fit, describe, text_box, write
from simkit.reporting.documents.deck.text_fit import BOLD_WIDER, LINE_HEIGHT, fit, lines_of, shortened
from simkit.reporting.documents.deck.xy_charts import add_lines, add_points
from simkit.reporting.documents.document import Document
from simkit.reporting.language import Narrator

_COVER_SIZES, _TITLE_SIZES, _FIGURE_SIZES, _BULLET_SIZES = (
    (40, 36, 32, 28),
    (24, 22, 20),
    (32, 28, 24, 20),
    (16, 14, 13, 12),
)
_FOOTER_SIZE, _LEAD_SIZE = 10, 14
_GUTTER, _INSET = 0.3, 0.15
_LINE_OF_TITLE = 0.36
_FINGERPRINT_LETTERS = 12
_BESIDE_ROWS = 9  # the most rows of a table beside a chart


@dataclass(frozen=True)
class Slides:
    """Adds slides to a deck."""

    deck: Deck
    document: Document
    narrator: Narrator

    @cached_property
    def footer(self) -> str:
        """The study's name and the beginning of its fingerprint."""
        title = shortened(self.document.title, FOOTER_BOX.points[0] - 120, 1, _FOOTER_SIZE)
        fingerprint = self.document.provenance.get(self.narrator.text("provenance.fingerprint"), "")
        if not fingerprint:
            return title
        return self.narrator.text("deck.footer", study=title, fingerprint=fingerprint[:_FINGERPRINT_LETTERS])

    def cover(self) -> None:
        """Add the study's title and its question."""
        slide = new_slide(self.deck, COVER, self.footer)
        width = COVER_TITLE_BOX.points[0] / BOLD_WIDER
        on_one_line = [size for size in _COVER_SIZES if len(lines_of(self.document.title, size, width)) == 1]
        title = fit(self.document.title, width, 2, on_one_line or _COVER_SIZES)
        question = fit(self.document.lead, COVER_SUBTITLE_BOX.points[0], 4, (20, 18, 16))
        write(slide.shapes.title.text_frame, Run(title.text, title.size))
        write(slide.placeholders[SUBTITLE].text_frame, Run(question.text, question.size))
        self._speak(slide, self.document.title, self.document.lead)

    def summary(self, summary: SummaryContent) -> None:
        """Add the recommendation with its figures, how sure it is and what would change it."""
        slide = self._message(self.narrator.text("deck.recommendation"), summary.recommendation, "")
        top = CONTENT_BOX.top
        if summary.figures_of:
            text_box(
                slide,
                CONTENT_BOX._replace(height=0.28),
                Run(shortened(summary.figures_of, CONTENT_BOX.points[0], 1, _LEAD_SIZE), _LEAD_SIZE),
            )
            top += 0.3
        if summary.figures:
            top += self._figures(slide, summary.figures, CONTENT_BOX.left, top) + 0.25
        rest = _headline(summary.recommendation)[1]
        columns = [("deck.sure", (rest, *summary.sure) if rest else summary.sure), ("deck.change", summary.change)]
        shown = [(self.narrator.text(key), lines) for key, lines in columns if lines]
        width = (CONTENT_BOX.width - _GUTTER * (len(shown) - 1)) / max(1, len(shown))
        below = Box(CONTENT_BOX.left, top + 0.42, width, 6.6 - top - 0.42)
        size = min((bullets_that_fit(lines, below, _BULLET_SIZES)[0] for _, lines in shown), default=SMALL)
        cut = False
        for place, (heading, lines) in enumerate(shown):
            box = below._replace(left=below.left + place * (width + _GUTTER))
            text_box(slide, box._replace(top=top, height=0.32), Run(heading, 16, bold=True))
            cut |= self._bullets(slide, box, lines, (size,))
        if cut:
            text_box(
                slide,
                Box(CONTENT_BOX.left, 6.65, CONTENT_BOX.width, 0.22),
                Run(self.narrator.text("deck.continued"), SMALL, muted=True),
            )
        figures = [f"{one.title}: {' '.join(_parts(one.figure))}" for one in summary.figures]
        spoken = [line for heading, lines in shown for line in (heading, *lines)]
        self._speak(slide, summary.recommendation, summary.figures_of, *figures, *spoken)

    def _figures(self, slide: Slide, figures: Sequence[TitledFigure], left: float, top: float) -> float:
        """Add the large numbers side by side, each on its panel, all of one size; return the height of the panels."""
        width = (CONTENT_BOX.width - _GUTTER * (len(figures) - 1)) / len(figures)
        inner = (width - 2 * _INSET) * POINTS_AN_INCH
        titles = [fit(one.title, inner, 3, (13, 12)) for one in figures]
        size = min(fit(one.figure.text, inner / BOLD_WIDER, 1, _FIGURE_SIZES).size for one in figures)
        small = min(title.size for title in titles)
        name_height = (
            max(len(lines_of(title.text, small, inner)) for title in titles) * small * LINE_HEIGHT / POINTS_AN_INCH
        )
        lines = max(len(_parts(one.figure)) - 1 for one in figures)
        height = 2 * _INSET + name_height + (size + lines * SMALL) * LINE_HEIGHT / POINTS_AN_INCH
        for place, (one, title) in enumerate(zip(figures, titles, strict=True)):
            panel = Box(left + place * (width + _GUTTER), top, width, height)
            text_box(slide, panel, Run(title.text, small, muted=True), inset=_INSET, fill=True)
            number = Run(shortened(one.figure.text, inner / BOLD_WIDER, 1, size), size, bold=True)
            intervals = [Run(shortened(text, inner, 1, SMALL), SMALL, muted=True) for text in _parts(one.figure)[1:]]
            below = Box(panel.left, top + name_height, width, height - name_height)
            text_box(slide, below, number, *intervals, inset=_INSET)
        return height

    def _bullets(self, slide: Slide, box: Box, lines: Sequence[str], sizes: Sequence[float] = _BULLET_SIZES) -> bool:
        """Add bullets as large as they fit; return whether any had to be left to the notes."""
        size, shown = bullets_that_fit(lines, box, sizes)
        bullets(slide, box, shown, size)
        return list(shown) != list(lines)

    def chart(
        self,
        eyebrow: str,
        chart: ChartContent,
        png: bytes | None,
        *,
        message: str = "",
        lead: str = "",
        spoken: str = "",
    ) -> None:
        """Add a chart below its message, or another; bars of many categories take several slides."""
        message = message or chart.message
        note = chart.plot.note if chart.plot and chart.plot.note else chart.note
        leads = [Run(_headline(message)[1]), Run(lead, muted=True)]
        parts = parts_of(chart.plot, CONTENT_BOX) if chart.plot and chart.plot.kind == "bars" else [chart.plot]
        for number, plot in enumerate(parts, start=1):
            page = (
                self.narrator.text("deck.page", title=eyebrow, n=number, all=len(parts)) if len(parts) > 1 else eyebrow
            )
            slide = self._message(page, message, note)
            box = self._leads(slide, [one for one in leads if one.text])
            shape = self._drawn(slide, box, chart, plot) if plot else _pictured(slide, box, chart, png)
            describe(shape, chart.alt)
            how = self.narrator.text("deck.notes.chart") if plot else ""
            self._speak(slide, message, lead, chart.message, note, chart.alt, spoken, how)

    def _leads(self, slide: Slide, leads: Sequence[Run]) -> Box:
        """Write sentences below the title, nearer where it has one line, and return the room that they leave."""
        box = CONTENT_BOX
        if not leads:
            return box
        if _title_lines(slide.shapes.title.text_frame.text) == 1:
            box = Box(box.left, box.top - _LINE_OF_TITLE, box.width, box.height + _LINE_OF_TITLE)
        shown = [fit(lead.text, box.points[0], 2, (_LEAD_SIZE,)) for lead in leads]
        taken = sum(one.lines for one in shown) * _LEAD_SIZE * LINE_HEIGHT / POINTS_AN_INCH
        runs = [Run(one.text, one.size, muted=lead.muted) for one, lead in zip(shown, leads, strict=True)]
        text_box(slide, Box(box.left, box.top - 0.1, box.width, taken), *runs)
        return Box(box.left, box.top + taken, box.width, box.height - taken)

    def _drawn(self, slide: Slide, box: Box, chart: ChartContent, plot: Plot) -> GraphicFrame:
        """Add a native chart; stacks have no room for error bars, so their numbers stand in a table beside them."""
        if plot.kind == "points":
            return add_points(slide, box, plot, self.narrator)
        if plot.kind == "lines":
            return add_lines(slide, box, plot, self.narrator)
        if plot.kind == "stacked_bars" and len(chart.numbers.rows) <= _BESIDE_ROWS:
            beside = Box(box.left + box.width * 0.54, box.top, box.width * 0.46, box.height)
            pages = pages_of(chart.numbers, beside)
            if len(pages) == 1:
                describe(add_table(slide, beside, pages[0]), chart.numbers.caption)
                box = box._replace(width=box.width * 0.52)
        return add_bars(slide, box, plot, self.narrator, chart.plot)

    def table(self, table: TableContent) -> None:
        """Add a table on as many slides as it takes."""
        pages = pages_of(table, CONTENT_BOX)
        title = table.heading or table.caption
        for number, page in enumerate(pages, start=1):
            words = {"title": title, "n": number, "all": len(pages)}
            shown = self.narrator.text("deck.page", **words) if len(pages) > 1 else title
            slide = self._message(self.document.title, shown, table.caption)
            describe(add_table(slide, CONTENT_BOX, page), table.caption)
            self._speak(slide, title, table.caption, self.narrator.text("deck.notes.table"))

    def notes(self, eyebrow: str, notes: NotesContent) -> None:
        """Add sentences below their heading."""
        slide = self._message(eyebrow, notes.heading, "")
        if self._bullets(slide, CONTENT_BOX, notes.lines):
            write(slide.placeholders[NOTE].text_frame, Run(self.narrator.text("deck.continued"), SMALL))
        self._speak(slide, notes.heading, *notes.lines)

    def provenance(self) -> None:
        """Add where the numbers come from."""
        text = self.narrator.text
        rows = [TableRow(title=key, cells=(Figure(text=value),)) for key, value in self.document.provenance.items()]
        header = (text("deck.provenance.item"), text("deck.provenance.value"))
        title = text("provenance.title")
        table = TableContent(heading=title, caption=title, header=header, rows=tuple(rows))
        for page in pages_of(table, CONTENT_BOX._replace(height=CONTENT_BOX.height + NOTE_BOX.height)):
            slide = self._message(self.document.title, title, "")
            describe(add_table(slide, CONTENT_BOX, page), title)
            self._speak(slide, title)

    def _message(self, eyebrow: str, title: str, note: str) -> Slide:
        """Add a slide with its title in at most two lines; what is cut is in its notes."""
        slide = new_slide(self.deck, MESSAGE, self.footer)
        shown = fit(_headline(title)[0], TITLE_BOX.points[0] / BOLD_WIDER, 2, _TITLE_SIZES)
        write(slide.shapes.title.text_frame, Run(shown.text, shown.size))
        around = {
            EYEBROW: shortened(eyebrow, TITLE_BOX.points[0] / BOLD_WIDER, 1, SMALL),
            NOTE: shortened(note, NOTE_BOX.points[0], 2, SMALL),
        }
        for index, text in around.items():
            write(slide.placeholders[index].text_frame, Run(text, SMALL))
        return slide

    def _speak(self, slide: Slide, *lines: str) -> None:
        """Write the speaker notes: these lines, and what the numbers come from."""
        provenance = [
            self.narrator.text("deck.notes.provenance", name=name, value=value)
            for name, value in self.document.provenance.items()
        ]
        spoken = [line for line in lines if line]
        slide.notes_slide.notes_text_frame.text = "\n".join([*dict.fromkeys(spoken), "", *provenance])


def _headline(message: str) -> tuple[str, str]:
    """Return what of a message stands as title, and the rest: of several sentences that do not fit, the first is the title."""
    first, *others = re.split(r"(?<=[.!?]) |(?<=[。！？])(?=.)", message)
    if not others or _title_lines(message) <= 2:  # noqa: PLR2004 - as many as a title has
        return message, ""
    return first, message[len(first) :].strip()


def _title_lines(text: str) -> int:
    """Return the lines that a title takes in its usual size."""
    return len(lines_of(text, _TITLE_SIZES[0], TITLE_BOX.points[0] / BOLD_WIDER))


def _parts(figure: Figure) -> list[str]:
    return [text for text in (figure.text, figure.interval, figure.wide) if text]


def _pictured(slide: Slide, box: Box, chart: ChartContent, png: bytes | None) -> BaseShape:
    """Add a chart's picture as large as fits *box*, or where there is none the beginning of its numbers."""
    if png is None:
        return add_table(slide, box, pages_of(chart.numbers, box)[0])
    with Image.open(io.BytesIO(png)) as image:
        width, height = image.size
    scale = min(box.width / width, box.height / height)
    left = box.left + (box.width - width * scale) / 2
    return slide.shapes.add_picture(io.BytesIO(png), *Box(left, box.top, width * scale, height * scale).emu)
