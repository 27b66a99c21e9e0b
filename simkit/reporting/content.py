"""What a notebook shows as plain content, numbers included: what decks and workbooks are made of.

Each summary, table, chart and note carries its content as JSON beside its HTML or picture. So everything that is written from an
executed notebook says the same, and nothing is computed twice.
"""

from __future__ import annotations

import json
import math
from base64 import b64decode
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import Field, TypeAdapter

from simkit.params.quantity import Frozen

if TYPE_CHECKING:  # a kernel that draws charts reads no notebook
    import nbformat

CONTENT_TYPE = "application/vnd.simkit.content+json"
Numbers = tuple[float | None, ...]


class Figure(Frozen):
    """One cell: a text; and where it is an estimate, its interval as written and all of it as numbers, in `unit`.

    interval: in round brackets. wide: in square brackets, with what is not known of the parameters. kpi: the key figure it is, for who
    looks for it in the study's tables.
    """

    text: str
    interval: str = ""
    wide: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    digits: int = 0
    kpi: str = ""


class TableRow(Frozen):
    """One row: its heading and its cells; rows of one `group` stand together below its name."""

    title: str
    cells: tuple[Figure, ...]
    group: str = ""


class TableContent(Frozen):
    """A table; `header` names the column of the rows' headings first."""

    kind: Literal["table"] = "table"
    heading: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[TableRow, ...]


class Series(Frozen):
    """What is drawn in one colour: a value for each category or `x`, with intervals where low and high are given."""

    name: str
    colour: Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")]
    values: Numbers
    low: Numbers | None = None
    high: Numbers | None = None
    x: Numbers | None = None
    x_low: Numbers | None = None
    x_high: Numbers | None = None
    point_colours: tuple[str, ...] | None = None


class Plot(Frozen):
    """What a chart draws, as data: enough to draw it anew where readers want to edit it.

    Bars have `categories`; lines and points have `x` in each series. Units are those of key figures: CNY, share, count and so on.
    note: what to say of the sample where the chart's own note speaks of things that the plot lacks.
    """

    kind: Literal["bars", "stacked_bars", "lines", "points"]
    series: tuple[Series, ...]
    categories: tuple[str, ...] = ()
    horizontal: bool = False
    x_title: str = ""
    y_title: str = ""
    x_unit: str = ""
    y_unit: str = ""
    note: str = ""


class ChartContent(Frozen):
    """A chart: its message, the note on its sample, a description, the numbers drawn, and the plot where it can be drawn anew."""

    kind: Literal["chart"] = "chart"
    name: str
    heading: str
    message: str
    note: str
    alt: str
    numbers: TableContent
    plot: Plot | None = None


class TitledFigure(Frozen):
    """One of the large numbers at the top of a page."""

    title: str
    figure: Figure


class SummaryContent(Frozen):
    """The top of a page: the recommendation, its large numbers and whose they are, how sure it is, and what would change it."""

    kind: Literal["summary"] = "summary"
    recommendation: str
    figures_of: str
    figures: tuple[TitledFigure, ...]
    sure: tuple[str, ...]
    change: tuple[str, ...] = ()


class NotesContent(Frozen):
    """A heading and sentences below it."""

    kind: Literal["notes"] = "notes"
    heading: str
    lines: tuple[str, ...]


AnyContent = SummaryContent | TableContent | ChartContent | NotesContent
Content = Annotated[AnyContent, Field(discriminator="kind")]
_READER: TypeAdapter[Content] = TypeAdapter(Content)


class Block(NamedTuple):
    """One thing that a notebook shows: its content, and the picture of a chart (PNG)."""

    content: AnyContent
    png: bytes | None


def bundled(content: AnyContent) -> dict[str, object]:
    """Return *content* as the entry of a notebook's output; what is as it is by default is left out, as most cells are mere texts."""
    return {CONTENT_TYPE: {"kind": content.kind, **content.model_dump(mode="json", exclude_defaults=True)}}


def content_of(notebook: nbformat.NotebookNode) -> tuple[Block, ...]:
    """Return what an executed notebook shows, in its order; a notebook executed by an older version shows less or nothing."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    return tuple(_block(output.data) for output in outputs if CONTENT_TYPE in output.get("data", {}))


def _block(data: nbformat.NotebookNode) -> Block:
    picture = data.get("image/png")
    png = None if picture is None else b64decode("".join(picture))
    return Block(_READER.validate_json(json.dumps(data[CONTENT_TYPE])), png)


def finite(number: float) -> float | None:
    """Return a number as content holds it: nothing where there is none."""
    return float(number) if math.isfinite(number) else None
