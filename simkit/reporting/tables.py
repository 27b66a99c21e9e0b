"""Tables for people: a caption, headings with a scope, and estimates in the words of one language."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from markupsafe import Markup

from simkit.reporting.content import Figure, TableContent, TableRow, bundled
from simkit.reporting.language import Narrator
from simkit.reporting.markup import render
from simkit.study import Estimate


@dataclass(frozen=True)
class Cell:
    """One number of a table: an estimate, and the KPI whose unit and digits it has; a difference shows its sign."""

    estimate: Estimate
    kpi: str
    is_difference: bool = False


class Row(NamedTuple):
    """One row: its heading and its cells; rows of one `group` stand together below its name."""

    title: str
    cells: Sequence[str | Cell]
    group: str = ""


@dataclass(frozen=True)
class Table:
    """A table whose first column names its rows. The numbers stay numbers until they are shown."""

    narrator: Narrator
    caption: str
    header: Sequence[str]
    rows: Sequence[Row]
    heading: str = ""

    def _shown(self, cell: str | Cell) -> Figure:
        if isinstance(cell, str):
            return Figure(text=cell)
        return self.narrator.figure(cell.kpi, cell.estimate, is_difference=cell.is_difference)

    @cached_property
    def content(self) -> TableContent:
        """The table as plain content, its cells as written and as numbers."""
        rows = (
            TableRow(title=row.title, cells=tuple(map(self._shown, row.cells)), group=row.group) for row in self.rows
        )
        return TableContent(heading=self.heading, caption=self.caption, header=tuple(self.header), rows=tuple(rows))

    def sentences(self) -> list[str]:
        """Return each row as words without intervals, for those who cannot see a picture of it."""
        return [
            self.narrator.text(
                "table.sentence",
                name=row.title,
                values=self.narrator.text("table.comma").join(
                    f"{title} {cell.text}" for title, cell in zip(self.header[1:], row.cells, strict=True)
                ),
            )
            for row in self.content.rows
        ]

    def as_texts(self) -> list[list[str]]:
        """Return each row as it is written, its heading first, intervals included."""
        return [
            [row.title, *(" ".join(filter(None, (cell.text, cell.interval))) for cell in row.cells)]
            for row in self.content.rows
        ]

    def html(self) -> Markup:
        """Return the table as HTML, all texts escaped."""
        numeric = {place + 1 for row in self.rows for place, cell in enumerate(row.cells) if isinstance(cell, Cell)}
        groups = [(group, list(rows)) for group, rows in itertools.groupby(self.content.rows, lambda row: row.group)]
        return render("table.html.j2", table=self.content, groups=groups, numeric=numeric)

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        """Show the table in a notebook and, from there, in a page."""
        return {"text/html": str(self.html()), "text/plain": self.caption, **bundled(self.content)}
