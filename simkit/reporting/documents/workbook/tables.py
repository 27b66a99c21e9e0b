"""Tables as sheets show them: mean, low and high in columns of their own, as numbers."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xlsxwriter.worksheet import Worksheet

from simkit.reporting.content import Figure, TableContent
from simkit.reporting.documents.workbook.cells import (
    ACCENT,
    HEAD,
    LINE,
    Book,
    Cell,
    Number,
    clean,
    lines_of,
    row_height,
)
from simkit.reporting.quantities import NOTHING
from simkit.reporting.text_width import width

_NARROWEST, _WIDEST_NUMBER, _WIDEST_TEXT = 9, 15, 46
_LONGEST_TITLE = 200  # Excel allows 255 characters in the head of a table's column
_MOST_LINES = 8


class Column(NamedTuple):
    """One column of a sheet: its title and its cells."""

    title: str
    cells: tuple[Cell, ...]

    @property
    def is_text(self) -> bool:
        """Whether no cell is a number."""
        return not any(isinstance(cell, Number) for cell in self.cells)

    @property
    def width(self) -> int:
        """The width that shows all numbers, and wraps long titles and texts."""
        needed = max((_cell_width(cell) for cell in self.cells), default=0) + 2
        wished = max(needed, min(width(self.title) // 2 + 4, _WIDEST_NUMBER), _NARROWEST)
        return min(wished, _WIDEST_TEXT)


def _cell_width(cell: Cell) -> int:
    if isinstance(cell, str):
        return width(cell)
    decimals = len(cell.shown_as.partition(";")[0].partition(".")[2].rstrip("%"))
    scaled = cell.value * 100 if "%" in cell.shown_as else cell.value
    return len(f"{scaled:,.{decimals}f}") + (4 if "¥" in cell.shown_as or "%" in cell.shown_as else 1)


@dataclass(frozen=True)
class Columns:
    """The columns of a table: that of the rows' headings is at `titles`, those of its means are at `means`.

    kpis: the name that `simkit query` has for a column of means, where it is the same in all rows.
    """

    all: Sequence[Column]
    titles: int
    means: Sequence[int]
    kpis: Mapping[int, str]

    @property
    def rows(self) -> int:
        """Rows below the head."""
        return len(self.all[0].cells)

    @property
    def width(self) -> int:
        """The width of all columns together."""
        return sum(column.width for column in self.all)


def columns_of(table: TableContent, book: Book) -> Columns:
    """Return a table's columns: the rows' headings, then each number, with the ends of its interval where it has any."""
    groups = tuple(row.group for row in table.rows)
    columns = [Column(book.word("group"), groups)] if any(groups) else []
    columns.append(Column(table.header[0], tuple(row.title for row in table.rows)))
    titles, means, kpis = len(columns) - 1, [], {}
    for place, title in enumerate(table.header[1:]):
        figures = [row.cells[place] for row in table.rows]
        if len(named := {figure.kpi for figure in figures if figure.kpi}) == 1:
            kpis[len(columns)] = named.pop()
        means.append(len(columns))
        columns += _of_figures(title, figures, book)
    of_rows = tuple(next((figure.kpi for figure in row.cells if figure.kpi), "") for row in table.rows)
    if any(of_rows) and not kpis:
        columns.append(Column(book.word("kpi"), of_rows))
    return Columns(columns, titles, means, kpis)


def _of_figures(title: str, figures: Sequence[Figure], book: Book) -> list[Column]:
    """Return the columns of what stands below one title: the means or texts, the ends of their intervals, wide intervals."""
    columns = [Column(title, tuple(f.text if f.value is None else book.number(f, f.value) for f in figures))]
    if any(figure.low is not None for figure in figures):
        columns.append(Column(book.word("low", of=title), tuple(book.number(f, f.low) for f in figures)))
        columns.append(Column(book.word("high", of=title), tuple(book.number(f, f.high) for f in figures)))
    if any(figure.wide for figure in figures):
        columns.append(Column(book.word("wide", of=title), tuple(figure.wide for figure in figures)))
    return columns


def set_widths(sheet: Worksheet, columns: Sequence[Column], first: int = 0) -> None:
    """Give each column the width of what it holds."""
    for place, column in enumerate(columns, start=first):
        sheet.set_column(place, place, column.width)


def head_height(columns: Sequence[Column]) -> float:
    """Return the height of the head above columns, in points; a title of many lines is cut."""
    return row_height(min(max(lines_of(column.title, column.width - 2) for column in columns), _MOST_LINES))


def write_columns(book: Book, sheet: Worksheet, top: int, columns: Sequence[Column], first: int = 0) -> None:
    """Write columns below a head in the row *top*, as an Excel table with filters where there is a row."""
    heads = []
    for place, (title, column) in enumerate(zip(_distinct(columns), columns, strict=True), start=first):
        align = "left" if column.is_text else "right"
        head = {"bold": True, "bg_color": HEAD, "text_wrap": True, "bottom": 1, "bottom_color": ACCENT}
        look = book.text_format(title, align=align, **head)
        sheet.write_string(top, place, title, look)
        heads.append({"header": title, "header_format": look})
        for row, cell in enumerate(column.cells, start=top + 1):
            book.write(sheet, row, place, cell, align=align, text_wrap=True, bottom=1, bottom_color=LINE)
    if columns[0].cells:
        bottom, last = top + len(columns[0].cells), first + len(columns) - 1
        sheet.add_table(top, first, bottom, last, {"style": None, "columns": heads, "banded_rows": False})


def _distinct(columns: Sequence[Column]) -> list[str]:
    """Return the columns' titles such that Excel can tell them apart: none empty, none twice, whatever their capitals."""
    distinct: list[str] = []
    taken: set[str] = set()
    for column in columns:
        plain = clean(column.title)[:_LONGEST_TITLE] or NOTHING
        numbered = (f"{plain} ({times})" for times in itertools.count(2))
        title = next(name for name in itertools.chain([plain], numbered) if name.lower() not in taken)
        taken.add(title.lower())
        distinct.append(title)
    return distinct
