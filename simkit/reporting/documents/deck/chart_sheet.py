"""The data sheet inside a native chart, where who edits the chart finds its numbers: plain columns, intervals included."""

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

SHEET = "Sheet1"
_WRITTEN = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - the same in every file, so that equal charts are equal bytes
_COLUMN_WIDTH = 18


@dataclass(frozen=True)
class Column:
    """A column of a sheet by its place, and those of its rows that are meant; the first row is that below the header."""

    place: int
    first: int
    last: int

    @property
    def header(self) -> str:
        """The reference to its header."""
        return f"{SHEET}!${xl_col_to_name(self.place)}$1"

    @property
    def values(self) -> str:
        """The reference to its cells."""
        name = xl_col_to_name(self.place)
        start = f"{SHEET}!${name}${self.first + 2}"
        return start if self.first == self.last else f"{start}:${name}${self.last + 2}"

    def row(self, row: int) -> "Column":
        """Return one of its rows alone."""
        return Column(self.place, row, row)


@dataclass
class ChartSheet:
    """Columns of texts or numbers, each below its header."""

    columns: list[tuple[str, Sequence[str | float | None]]] = field(default_factory=list)

    def add(self, header: str, cells: Sequence[str | float | None]) -> Column:
        """Add a column and return where it is."""
        self.columns.append((header, cells))
        return Column(len(self.columns) - 1, 0, len(cells) - 1)

    def workbook(self) -> bytes:
        """Return the sheet as an Excel file. Texts stay texts, whatever they begin with."""
        target = io.BytesIO()
        with Workbook(target, {"in_memory": True}) as workbook:
            workbook.set_properties({"created": _WRITTEN})
            sheet = workbook.add_worksheet(SHEET)
            bold = workbook.add_format({"bold": True})
            sheet.set_column(0, max(0, len(self.columns) - 1), _COLUMN_WIDTH)
            for place, (header, cells) in enumerate(self.columns):
                sheet.write_string(0, place, header, bold)
                for row, cell in enumerate(cells, start=1):
                    if isinstance(cell, str):
                        sheet.write_string(row, place, cell)
                    elif cell is not None:
                        sheet.write_number(row, place, cell)
        return target.getvalue()
