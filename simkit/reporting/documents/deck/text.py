# ruff: noqa: SLF001 - parts of the format that python-pptx does not offer are set in its XML
"""Texts on slides: runs that keep a placeholder's look, bullet points that fit their box, notes and descriptions."""

from collections.abc import Sequence
from typing import NamedTuple

from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.shapes.base import BaseShape
from pptx.slide import Slide
from pptx.text.text import TextFrame, _Paragraph
from pptx.util import Inches, Pt

from simkit.reporting.documents.deck.layout import Box
from simkit.reporting.documents.deck.text_fit import LINE_HEIGHT, lines_of, shortened

_BULLET_INDENT = 16  # points
_BULLET_GAP = 5


class Run(NamedTuple):
    """A piece of text; nothing stands where the look of its surroundings holds."""

    text: str
    size: float | None = None
    bold: bool | None = None
    muted: bool = False


def write(frame: TextFrame, *paragraphs: Run, align: PP_ALIGN | None = None) -> None:
    """Replace what a frame says by these paragraphs."""
    frame.clear()
    for place, run in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.alignment = align
        if run.size is not None:  # fonts differ in the height of their lines; so every reader sees the same slide
            paragraph.line_spacing = Pt(run.size * LINE_HEIGHT)
        _add(paragraph, run)


def _add(paragraph: _Paragraph, run: Run) -> None:
    added = paragraph.add_run()
    added.text = run.text
    added.font.size = None if run.size is None else Pt(run.size)
    added.font.bold = run.bold
    if run.muted:
        added.font.color.theme_color = MSO_THEME_COLOR.TEXT_2


def text_box(slide: Slide, box: Box, *paragraphs: Run, inset: float = 0, fill: bool = False) -> TextFrame:
    """Add a text box to a slide; *inset* is the room between its edge and its text."""
    shape = slide.shapes.add_textbox(*box.emu)
    if fill:
        shape.fill.solid()
        shape.fill.fore_color.theme_color = MSO_THEME_COLOR.BACKGROUND_2
    frame = shape.text_frame
    frame.word_wrap = True
    frame.auto_size = MSO_AUTO_SIZE.NONE
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = Inches(inset)
    write(frame, *paragraphs)
    return frame


def bullets_that_fit(lines: Sequence[str], box: Box, sizes: Sequence[float]) -> tuple[float, Sequence[str]]:
    """Return the largest of *sizes* at which all *lines* fit as bullets; at the smallest, as many lines as do."""
    width, height = box.points
    for size in sizes:
        if _bullets_height(lines, size, width) <= height:
            return size, lines
    kept = list(lines)
    while len(kept) > 1 and _bullets_height(kept, sizes[-1], width) > height:
        kept.pop()
    room = int(height / (sizes[-1] * LINE_HEIGHT))
    return sizes[-1], [shortened(line, width - _BULLET_INDENT, room, sizes[-1]) for line in kept]


def _bullets_height(lines: Sequence[str], size: float, width: float) -> float:
    return sum(len(lines_of(line, size, width - _BULLET_INDENT)) * size * LINE_HEIGHT + _BULLET_GAP for line in lines)


def bullets(slide: Slide, box: Box, lines: Sequence[str], size: float) -> None:
    """Add a text box of bullet points to a slide."""
    frame = text_box(slide, box, *(Run(line, size) for line in lines))
    for paragraph in frame.paragraphs:
        properties = paragraph._p.get_or_add_pPr()
        properties.set("marL", str(Pt(_BULLET_INDENT)))
        properties.set("indent", str(-Pt(_BULLET_INDENT)))
        paragraph.space_after = Pt(_BULLET_GAP)
        for bullet in ('<a:buFont {} typeface="Arial"/>', '<a:buChar {} char="•"/>'):
            properties.append(parse_xml(bullet.format(nsdecls("a"))))


def describe(shape: BaseShape, text: str) -> None:
    """Give a chart, table or picture its text for those who cannot see it."""
    shape._element._nvXxPr.cNvPr.set("descr", text)
