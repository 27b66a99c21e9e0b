# ruff: noqa: SLF001 - parts of the format that python-pptx does not offer are set in its XML
"""Tables as native tables of slides: columns as wide as their words, on as many slides as they need."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.shapes.graphfrm import GraphicFrame
from pptx.slide import Slide
from pptx.table import _Cell
from pptx.util import Inches, Pt

from simkit.reporting.chart_style import FAINT, MUTED, pieces
from simkit.reporting.content import Figure, TableContent, TableRow
from simkit.reporting.documents.deck.layout import POINTS_AN_INCH, SMALL, Box
from simkit.reporting.documents.deck.text import Run, write
from simkit.reporting.documents.deck.text_fit import BOLD_WIDER, LINE_HEIGHT, lines_of, shortened, width_of

_PADDING = 6  # points on each side of a cell's text
_ABOVE = 4  # points above and below it
_WIDEST_TITLE, _WIDEST_TEXT = 220, 320
_TITLE_LINES, _TEXT_LINES = 2, 6
_SHORT_HEADER = 60  # points
_MOST_AIR = 60  # points that a column gets beyond its words
# Office's "no style, no grid": the rules below rows are this module's own.
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"


class TablePage(NamedTuple):
    """What one slide shows of a table: some of its columns and rows, the columns' widths and the rows' heights in points."""

    header: Sequence[str]
    rows: Sequence[TableRow]
    widths: Sequence[float]
    heights: Sequence[float]


def pages_of(table: TableContent, box: Box) -> list[TablePage]:
    """Return *table* in pieces that fit *box*: groups of columns first, each with the rows' headings, then groups of rows."""
    rows = [_shortened(row) for row in table.rows]
    width, height = box.points
    natural = [_natural_width(table.header, rows, place, width) for place in range(len(table.header))]
    pages: list[TablePage] = []
    for columns in _column_groups(natural, width):
        header = [table.header[0], *(table.header[1 + place] for place in columns)]
        shown = [TableRow(title=row.title, cells=tuple(row.cells[place] for place in columns)) for row in rows]
        widths = _widened([natural[0], *(natural[1 + place] for place in columns)], width)
        pages += _row_pages(header, shown, widths, height)
    return pages


def _shortened(row: TableRow) -> TableRow:
    """Cut what would make a row taller than it helps: long headings and long words."""
    cells = tuple(
        cell.model_copy(update={"text": shortened(cell.text, _WIDEST_TEXT, _TEXT_LINES, SMALL)}) for cell in row.cells
    )
    return TableRow(title=shortened(row.title, _WIDEST_TITLE, _TITLE_LINES, SMALL), cells=cells)


def _cell_texts(cell: Figure) -> list[str]:
    return [text for text in (cell.text, cell.interval, cell.wide) if text]


def _natural_width(header: Sequence[str], rows: Sequence[TableRow], place: int, room: float) -> float:
    """Return how wide a column wants to be: as its widest line, but long texts and headers may break."""
    if place == 0:
        texts, widest = [row.title for row in rows], float(_WIDEST_TITLE)
    else:
        texts = [text for row in rows for text in _cell_texts(row.cells[place - 1])]
        widest = max(_WIDEST_TEXT, (room - _WIDEST_TITLE) / (len(header) - 1) - 2 * _PADDING)
    own = max((width_of(text, SMALL) for text in texts), default=0.0)
    # A header may take three lines, but no word of it may be broken, nor a short one at all.
    words = [header[place]] if width_of(header[place], SMALL) < _SHORT_HEADER else pieces(header[place])
    name = max(width_of(header[place], SMALL) / 2.5, *(width_of(word.rstrip(), SMALL) for word in words), 0.0)
    return max(min(own, widest), min(name * BOLD_WIDER, widest)) + 2 * _PADDING


def _column_groups(natural: Sequence[float], width: float) -> list[list[int]]:
    """Return the columns of numbers, by place, in the fewest groups that fit *width* beside the headings, evenly filled."""
    room, total = width - natural[0], sum(natural[1:])
    for count in range(1, len(natural)):
        groups: list[list[int]] = [[]]
        for place, own in enumerate(natural[1:]):
            used = sum(natural[1 + other] for other in groups[-1])
            if groups[-1] and (used + own > room or used + own / 2 > total / count):
                groups.append([])
            groups[-1].append(place)
        if len(groups) <= count:
            return groups
    return [[place] for place in range(len(natural) - 1)] or [[]]


def _widened(widths: Sequence[float], width: float) -> list[float]:
    """Give each column its part of the room that is left; squeeze the headings where a single column is too wide."""
    left = (width - sum(widths)) / len(widths)
    return [own + min(left, _MOST_AIR) for own in widths]


def _row_pages(
    header: Sequence[str], rows: Sequence[TableRow], widths: Sequence[float], height: float
) -> list[TablePage]:
    top = _row_height([[text] for text in header], [width / BOLD_WIDER for width in widths])
    heights = [_row_height([[row.title], *map(_cell_texts, row.cells)], widths) for row in rows]
    most = height - top
    count = len(_starts(heights, most, most))
    # Pages are filled evenly, if that takes no more of them.
    evenly = _starts(heights, most, sum(heights) / count)
    ends = [*(evenly if len(evenly) == count else _starts(heights, most, most)), len(rows)]
    return [TablePage(header, rows[a:b], widths, [top, *heights[a:b]]) for a, b in pairwise(ends)]


def _starts(heights: Sequence[float], most: float, enough: float) -> list[int]:
    """Return the first row of each page; a page has *enough* when no more is needed, and never *most*."""
    starts, used = [0], 0.0
    for place, own in enumerate(heights):
        if place > starts[-1] and (used + own > most or used >= enough):
            starts.append(place)
            used = 0.0
        used += own
    return starts


def _row_height(cells: Sequence[Sequence[str]], widths: Sequence[float]) -> float:
    lines = [
        sum(len(lines_of(text, SMALL, width - 2 * _PADDING)) for text in texts)
        for texts, width in zip(cells, widths, strict=True)
    ]
    return max([1, *lines]) * SMALL * LINE_HEIGHT + 2 * _ABOVE


def add_table(slide: Slide, box: Box, page: TablePage) -> GraphicFrame:
    """Add one page of a table to a slide and return its frame."""
    size = (sum(page.widths) / POINTS_AN_INCH, sum(page.heights) / POINTS_AN_INCH)
    frame = slide.shapes.add_table(len(page.rows) + 1, len(page.header), *Box(box.left, box.top, *size).emu)
    table = frame.table
    table._tbl.tblPr.find(f"{{{table._tbl.nsmap['a']}}}tableStyleId").text = _NO_STYLE
    table.first_row, table.horz_banding, table.first_col = True, False, True
    for column, width in zip(table.columns, page.widths, strict=True):
        column.width = Inches(width / POINTS_AN_INCH)
    for row, height in zip(table.rows, page.heights, strict=True):
        row.height = Inches(height / POINTS_AN_INCH)
    alignments = [
        PP_ALIGN.LEFT,
        *(_alignment([row.cells[place] for row in page.rows]) for place in range(len(page.header) - 1)),
    ]
    for place, text in enumerate(page.header):
        _write_cell(table.cell(0, place), [Run(text, SMALL, bold=True)], alignments[place], rule=1.5)
    for number, row in enumerate(page.rows, start=1):
        _write_cell(table.cell(number, 0), [Run(row.title, SMALL)], PP_ALIGN.LEFT)
        for place, cell in enumerate(row.cells, start=1):
            number_text, *intervals = _cell_texts(cell) or [""]
            runs = [Run(number_text, SMALL), *(Run(text, SMALL, muted=True) for text in intervals)]
            _write_cell(table.cell(number, place), runs, alignments[place])
    return frame


def _alignment(cells: Sequence[Figure]) -> PP_ALIGN:
    """Numbers stand to the right, words to the left."""
    return PP_ALIGN.RIGHT if any(cell.value is not None or cell.unit for cell in cells) else PP_ALIGN.LEFT


def _write_cell(cell: _Cell, runs: Sequence[Run], align: PP_ALIGN, rule: float = 0.5) -> None:
    """Write a cell's text with a rule below it, *rule* points thick."""
    cell.margin_left = cell.margin_right = Pt(_PADDING)
    cell.margin_top = cell.margin_bottom = Pt(_ABOVE)
    cell.vertical_anchor = MSO_ANCHOR.BOTTOM if rule > 1 else MSO_ANCHOR.TOP
    write(cell.text_frame, *runs, align=align)
    shade = MUTED if rule > 1 else FAINT
    line = f'<a:lnB {nsdecls("a")} w="{Pt(rule)}"><a:solidFill><a:srgbClr val="{shade[1:]}"/></a:solidFill></a:lnB>'
    cell._tc.get_or_add_tcPr().insert(0, parse_xml(line))
