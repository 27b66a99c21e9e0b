"""Tables for people: a caption, headings with a scope, and estimates in the words of one language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

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
    """One row: its heading and its cells."""

    title: str
    cells: Sequence[str | Cell]


class _ShownCell(NamedTuple):
    text: str
    interval: str
    wide: str
    is_number: bool


@dataclass(frozen=True)
class Table:
    """A table whose first column names its rows. The numbers stay numbers until they are shown."""

    narrator: Narrator
    caption: str
    header: Sequence[str]
    rows: Sequence[Row]
    heading: str = ""

    def _shown(self, cell: str | Cell) -> _ShownCell:
        if isinstance(cell, str):
            return _ShownCell(cell, "", "", is_number=False)
        mean, interval = self.narrator.estimate_parts(cell.kpi, cell.estimate)
        sign = "+" if cell.is_difference and cell.estimate.mean > 0 else ""
        return _ShownCell(sign + mean, interval, self.narrator.wide(cell.kpi, cell.estimate), is_number=True)

    def sentences(self) -> list[str]:
        """Return each row as words without intervals, for those who cannot see a picture of it."""
        return [
            self.narrator.text(
                "table.sentence",
                name=row.title,
                values=self.narrator.text("table.comma").join(
                    f"{title} {self._shown(cell).text}" for title, cell in zip(self.header[1:], row.cells, strict=True)
                ),
            )
            for row in self.rows
        ]

    def as_texts(self) -> list[list[str]]:
        """Return each row as it is written, its heading first, intervals included."""
        return [
            [row.title, *(" ".join(filter(None, self._shown(cell)[:2])) for cell in row.cells)] for row in self.rows
        ]

    def html(self) -> Markup:
        """Return the table as HTML, all texts escaped."""
        numeric = {place + 1 for row in self.rows for place, cell in enumerate(row.cells) if isinstance(cell, Cell)}
        rows = [{"title": row.title, "cells": [self._shown(cell) for cell in row.cells]} for row in self.rows]
        return render(
            "table.html.j2", heading=self.heading, caption=self.caption, header=self.header, numeric=numeric, rows=rows
        )

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Show the table in a notebook and, from there, in a page."""
        return {"text/html": str(self.html()), "text/plain": self.caption}
