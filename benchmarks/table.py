"""Figures beside what they are held to: a table for people, plain data for machines."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One measured number, with the value to hold and the value to reach for where there are such."""

    what: str
    value: float
    unit: str
    hold: float | None = None
    reach: float | None = None
    more_is_better: bool = True
    low: float | None = None
    high: float | None = None

    @property
    def verdict(self) -> str:
        """Say which of the two values is met."""
        if self.reach is not None and self._meets(self.reach):
            return "reached"
        if self.hold is not None:
            return "held" if self._meets(self.hold) else "missed"
        return ""

    def _meets(self, bound: float) -> bool:
        return self.value >= bound if self.more_is_better else self.value <= bound

    def as_data(self) -> dict[str, Any]:
        """Return everything that is known, for JSON."""
        return asdict(self) | {"verdict": self.verdict}


def as_table(title: str, figures: list[Figure]) -> Table:
    """Return the figures as a table for the terminal."""
    table = Table(title=title, title_justify="left")
    table.add_column("what")
    for heading in ("measured", "interval", "hold", "reach for"):
        table.add_column(heading, justify="right")
    table.add_column("")
    colours = {
        "missed": "[red]missed[/red]",
        "held": "[green]held[/green]",
        "reached": "[bold green]reached[/bold green]",
    }
    for figure in figures:
        interval = "" if figure.low is None or figure.high is None else f"{_number(figure.low)}–{_number(figure.high)}"
        table.add_row(
            figure.what,
            f"{_number(figure.value)} {figure.unit}",
            interval,
            "" if figure.hold is None else _number(figure.hold),
            "" if figure.reach is None else _number(figure.reach),
            colours.get(figure.verdict, ""),
        )
    return table


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
