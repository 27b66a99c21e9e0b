"""One sheet: what its numbers say, the numbers, and their chart beside them."""

import io
import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

from xlsxwriter.worksheet import Worksheet

from simkit.reporting.chart_style import DOTS_PER_INCH, WIDTH_INCHES
from simkit.reporting.content import ChartContent, TableContent
from simkit.reporting.documents.workbook.cells import ACCENT, MUTED, Book, clean, link_to
from simkit.reporting.documents.workbook.charts import WIDTH_PIXELS, Corner, Drawn, drawn_by, native_chart
from simkit.reporting.documents.workbook.tables import Columns, columns_of, head_height, set_widths, write_columns

_A4 = 9
_HEAD_ROW = 5
_DEFAULT_WIDTH, _DEFAULT_PIXELS = 8.43, 64  # of a column of which nothing is said
_COLUMNS_OF_A_CHART = math.ceil(WIDTH_PIXELS / _DEFAULT_PIXELS)
_PICTURE_SCALE = WIDTH_PIXELS / (WIDTH_INCHES * DOTS_PER_INCH)
_WIDE_TABLE = 110  # its chart stands below it
_TEXT_WIDTH = 90  # of the texts above a table
_ROWS_OF_A_CHART = 30
_LEGIBLE_ON_A4 = 190  # where more is on a page, print is too small
_LONGEST_FOOT = 120


class Sheet(NamedTuple):
    """A sheet to be: its name, its heading in the contents, its title, what it shows, and a chart's picture."""

    name: str
    heading: str
    title: str
    content: TableContent | ChartContent
    png: bytes | None

    @property
    def table(self) -> TableContent:
        """The numbers of the sheet."""
        return self.content.numbers if isinstance(self.content, ChartContent) else self.content

    @property
    def says(self) -> str:
        """What the numbers say, or which they are."""
        return self.content.message if isinstance(self.content, ChartContent) else self.content.caption


def write_sheet(book: Book, sheet: Sheet, report: str) -> None:
    """Write one sheet of the report of this title."""
    page = book.file.add_worksheet(sheet.name)
    columns = columns_of(sheet.table, book)
    set_widths(page, columns.all)
    _write_top(book, page, sheet, [column.width for column in columns.all])
    for place, kpi in columns.kpis.items():
        book.write(page, _HEAD_ROW - 1, place, kpi, align="right", font_color=MUTED, font_size=8)
    write_columns(book, page, _HEAD_ROW, columns.all)
    page.set_row(_HEAD_ROW, head_height(columns.all))
    page.freeze_panes(_HEAD_ROW + 1, columns.titles + 1)
    set_up_printing(book, page, report, pages_across=math.ceil(columns.width / _LEGIBLE_ON_A4))
    page.repeat_rows(_HEAD_ROW)
    page.repeat_columns(0, columns.titles)
    if isinstance(sheet.content, ChartContent):
        _write_chart(book, page, sheet, sheet.content, columns)


def set_up_printing(book: Book, page: Worksheet, report: str, pages_across: int = 1) -> None:
    """Print on A4 across, with the report's title and the page's number at the foot."""
    page.set_landscape()
    page.set_paper(_A4)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.8)
    page.fit_to_pages(pages_across, 0)
    page.hide_gridlines(2)
    foot = clean(report)[:_LONGEST_FOOT].replace("&", "&&")
    page.set_footer(f"&L&8 {foot}&R&8 {book.word('page')}")


def _write_top(book: Book, page: Worksheet, sheet: Sheet, widths: Sequence[float]) -> None:
    """Write the heading, what the numbers say and on which sample, and the way back, above the table's first columns."""
    reached = itertools.accumulate([*widths, *[_DEFAULT_WIDTH] * math.ceil(_TEXT_WIDTH / _DEFAULT_WIDTH)])
    columns = 1 + sum(1 for _ in itertools.takewhile(lambda width: width < _TEXT_WIDTH, reached))
    spanned = [*widths, *[_DEFAULT_WIDTH] * columns][:columns]
    book.write_wide(page, 0, spanned, sheet.title, font_size=15, font_color=ACCENT)
    book.write_wide(page, 1, spanned, sheet.says, font_size=11)
    if isinstance(sheet.content, ChartContent):
        book.write_wide(page, 2, spanned, sheet.content.note, font_color=MUTED)
    page.write_url(3, 0, link_to(book.word("read_me")), book.format(font_color=ACCENT, underline=1), book.word("back"))


def _write_chart(book: Book, page: Worksheet, sheet: Sheet, content: ChartContent, columns: Columns) -> None:
    """Place the chart to the right of the numbers, or below a wide table: as Excel draws it, or as a picture."""
    below = columns.width > _WIDE_TABLE
    row, column = (_HEAD_ROW + columns.rows + 2, 0) if below else (_HEAD_ROW, len(columns.all) + 1)
    about = {"description": clean(content.alt), "object_position": 2}
    if content.plot is not None:
        free = max(len(columns.all), column + _COLUMNS_OF_A_CHART) + 1
        drawn = drawn_by(content.plot, book)
        _write_drawn(book, page, columns, drawn, free)
        corner = Corner(sheet.name, _HEAD_ROW, free)
        page.insert_chart(row, column, native_chart(book, content.message, content.plot, drawn, corner), about)
        page.print_area(0, 0, row + _ROWS_OF_A_CHART, free - 1)
    elif sheet.png:
        about |= {"image_data": io.BytesIO(sheet.png), "x_scale": _PICTURE_SCALE, "y_scale": _PICTURE_SCALE}
        page.insert_image(row, column, f"{content.name}.png", about)


def _write_drawn(book: Book, page: Worksheet, columns: Columns, drawn: Drawn, free: int) -> None:
    """Write what the chart draws from the column *free* on, which is not printed."""
    page.write_string(_HEAD_ROW - 1, free, book.word("drawn"), book.format(font_color=MUTED))
    set_widths(page, drawn.columns, first=free)
    write_columns(book, page, _HEAD_ROW, drawn.columns, first=free)
    page.set_row(_HEAD_ROW, head_height([*columns.all, *drawn.columns]))
