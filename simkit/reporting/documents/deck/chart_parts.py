# ruff: noqa: SLF001 - parts of the format that python-pptx does not offer are set in its XML
"""Parts of native charts that bars, lines and points have in common; among them those that python-pptx leaves to XML."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.ticker import MaxNLocator
from pptx.chart.axis import CategoryAxis, _BaseAxis
from pptx.chart.chart import Chart
from pptx.chart.datalabel import DataLabel
from pptx.chart.series import _BaseSeries
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.oxml.xmlchemy import BaseOxmlElement
from pptx.text.text import TextFrame
from pptx.util import Pt

from simkit.reporting.chart_style import FAINT, INK
from simkit.reporting.documents.deck.chart_scale import Scale
from simkit.reporting.documents.deck.chart_sheet import ChartSheet, Column
from simkit.reporting.documents.deck.layout import SMALL, Box
from simkit.reporting.documents.deck.text_fit import lines_of
from simkit.reporting.language import Narrator

AXIS_POINTS = 46
"""What labels and title take below an axis."""
NAME_LINE = 1.45
"""A line of a legend or of an axis' names, in sizes of its font: what the tallest of usual fonts takes."""
_SMALLEST = 8
_KEY_SPACES = 8  # as wide as the patch of colour before a name, and the room around both
_FROM_THE_EDGE = '<c:xMode val="edge"/><c:yMode val="edge"/>'
LINE_POINTS = 24
"""What a line of a legend takes, or the title of an upright axis above it."""


class Interval(NamedTuple):
    """How far an interval reaches below and above each value, and where the sheet has it."""

    below: Sequence[float | None]
    above: Sequence[float | None]
    below_at: Column
    above_at: Column

    def of_row(self, row: int) -> "Interval":
        """Return the interval of one value alone."""
        return self._replace(
            below=self.below[row : row + 1],
            above=self.above[row : row + 1],
            below_at=self.below_at.row(row),
            above_at=self.above_at.row(row),
        )


class Frame(NamedTuple):
    """The room, in points, between a chart's edge and its axes."""

    left: float
    top: float
    right: float
    bottom: float


def make_plain(chart: Chart, box: Box, frame: Frame) -> None:
    """Take everything off a chart that says nothing, and put its axes where *frame* says."""
    chart.has_title = False
    chart.has_legend = False
    chart.font.size = Pt(SMALL)
    chart.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
    space = chart._chartSpace
    for corners in space.findall(qn("c:roundedCorners")):
        space.remove(corners)
    square = parse_xml(f'<c:roundedCorners {nsdecls("c")} val="0"/>')
    space.insert(0 if space.find(qn("c:date1904")) is None else 1, square)
    width, height = box.points
    area = space.find(f".//{qn('c:plotArea')}")
    for layout in area.findall(qn("c:layout")):
        area.remove(layout)
    inner = (
        ("x", frame.left / width),
        ("y", frame.top / height),
        ("w", 1 - (frame.left + frame.right) / width),
        ("h", 1 - (frame.top + frame.bottom) / height),
    )
    area.insert(0, _layout(inner, f'<c:layoutTarget val="inner"/>{_FROM_THE_EDGE}'))


def _layout(places: Sequence[tuple[str, float]], modes: str) -> BaseOxmlElement:
    values = "".join(f'<c:{name} val="{value:.4f}"/>' for name, value in places)
    return parse_xml(f"<c:layout {nsdecls('c')}><c:manualLayout>{modes}{values}</c:manualLayout></c:layout>")


def dense_size(length: float, count: int) -> float:
    """Return the size of *count* texts below each other in *length* points: smaller where they are many."""
    return min(SMALL, max(_SMALLEST, math.floor(2 * length / count / NAME_LINE) / 2))


def legend_lines(names: Sequence[str], width: float) -> int:
    """Return the lines that a legend of these names takes above the axes, *width* points wide."""
    return len(lines_of(" ".join("\u00a0" * _KEY_SPACES + name.replace(" ", "\u00a0") for name in names), SMALL, width))


def _lay_out(before: BaseOxmlElement, layout: BaseOxmlElement) -> None:
    """Put a layout behind the element that it follows in every parent, in place of another."""
    for other in before.getparent().findall(qn("c:layout")):
        before.getparent().remove(other)
    before.addnext(layout)


def add_legend(chart: Chart, box: Box, frame: Frame, position: XL_LEGEND_POSITION) -> None:
    """Add a legend to the right of the axes, or above them."""
    chart.has_legend = True
    chart.legend.position = position
    chart.legend.include_in_layout = False
    chart.legend.font.size = Pt(SMALL)
    width, height = box.points
    if position == XL_LEGEND_POSITION.TOP:
        high: float = LINE_POINTS * legend_lines([series.name for series in chart.plots[0].series], width)
        places = (("x", 0.0), ("y", max(0.0, frame.top - high - 4) / height), ("w", 1.0), ("h", high / height))
    else:
        count = len(chart.plots[0].series)
        chart.legend.font.size = Pt(dense_size(height, count))
        high = min(1.0, count * 1.2 * SMALL * NAME_LINE / height)
        top = min(frame.top / height, 1 - high)
        places = (("x", 1 - frame.right / width), ("y", top), ("w", frame.right / width), ("h", high))
    _lay_out(chart.legend._element.find(qn("c:legendPos")), _layout(places, _FROM_THE_EDGE))


def style_axis(axis: _BaseAxis, title: str, scale: Scale | None) -> None:
    """Give an axis of numbers its title, grid and labels; one of names, without *scale*, its labels alone.

    Labels stand at the low end, so that they never lie on negative bars.
    """
    axis.tick_labels.font.size = Pt(SMALL)
    axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    axis.major_tick_mark = axis.minor_tick_mark = XL_TICK_MARK.NONE
    axis.has_major_gridlines = scale is not None
    axis.format.line.color.rgb = colour(FAINT)
    if scale is not None:
        axis.major_gridlines.format.line.color.rgb = colour(FAINT)
        axis.major_gridlines.format.line.width = Pt(0.5)
        axis.tick_labels.number_format = scale.number_format
        axis.tick_labels.number_format_is_linked = False
        axis.tick_labels.font.color.theme_color = MSO_THEME_COLOR.TEXT_2
    axis.has_title = bool(title)
    if title:
        _write_title(axis.axis_title.text_frame, title)


def round_range(numbers: Sequence[float | None]) -> tuple[float, float, float]:
    """Return the round numbers that an axis begins and ends with, and its step; it has zero on it."""
    known = [number for number in numbers if number is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    ticks = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high if high > low else low + 1)
    return float(ticks[0]), float(ticks[-1]), float(ticks[1] - ticks[0])


def fix_range(axis: _BaseAxis, numbers: tuple[float, float, float]) -> None:
    """Let an axis begin and end where `round_range` says, whatever its data."""
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = numbers


def begin_at_zero(axis: _BaseAxis, numbers: Sequence[float | None]) -> None:
    """Let an axis begin at zero where no number is negative; programs would cut off what all bars have in common."""
    if all(number >= 0 for number in numbers if number is not None):
        axis.minimum_scale = 0


def refer(series: _BaseSeries, name: str, **parts: str) -> None:
    """Let a series take its name and its parts (cat, val, xVal, yVal) from cells of the chart's sheet."""
    element = series._element
    for part, reference in {"tx": name, **parts}.items():
        for formula in element.find(qn(f"c:{part}")).iter(qn("c:f")):
            formula.text = reference


def add_error_bars(
    series: _BaseSeries, interval: Interval, direction: str = "", rgb: str = INK, points: float = 1.5
) -> None:
    """Add error bars that end where the sheet's columns say; *direction* is x or y where a chart has both."""
    element = series._element
    bars = parse_xml(
        f"<c:errBars {nsdecls('c', 'a')}>"
        + (f'<c:errDir val="{direction}"/>' if direction else "")
        + '<c:errBarType val="both"/><c:errValType val="cust"/><c:noEndCap val="1"/>'
        + _numbers("plus", interval.above, interval.above_at.values)
        + _numbers("minus", interval.below, interval.below_at.values)
        + f'<c:spPr><a:ln w="{Pt(points)}"><a:solidFill><a:srgbClr val="{rgb.removeprefix("#")}"/></a:solidFill></a:ln></c:spPr>'
        "</c:errBars>"
    )
    values = next(child for child in element if child.tag in (qn("c:cat"), qn("c:xVal")))
    values.addprevious(bars)


def _numbers(name: str, numbers: Sequence[float | None], reference: str) -> str:
    points = "".join(
        f'<c:pt idx="{i}"><c:v>{number!r}</c:v></c:pt>' for i, number in enumerate(numbers) if number is not None
    )
    return (
        f"<c:{name}><c:numRef><c:f>{reference}</c:f><c:numCache><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(numbers)}"/>{points}</c:numCache></c:numRef></c:{name}>'
    )


def show_every_name(axis: CategoryAxis) -> None:
    """Let no program leave out names of categories where they are many."""
    skip = parse_xml(f'<c:tickLblSkip {nsdecls("c")} val="1"/>')
    axis._element.find(qn("c:noMultiLvlLbl")).addprevious(skip)


def title_upright_axis(chart: Chart, title: str) -> None:
    """Write what an upright axis counts as a line in the upper left corner of the chart, where it is read without turning the head."""
    chart.has_title = bool(title)
    if title:
        _write_title(chart.chart_title.text_frame, title)
        element = chart.chart_title._element
        _lay_out(element.find(qn("c:tx")), _layout((("x", 0.0), ("y", 0.0)), _FROM_THE_EDGE))


def _write_title(frame: TextFrame, title: str) -> None:
    run = frame.paragraphs[0].add_run()
    run.text = title
    run.font.size, run.font.bold = Pt(SMALL), False
    run.font.color.theme_color = MSO_THEME_COLOR.TEXT_2


def write_label(label: DataLabel, text: str, position: XL_LABEL_POSITION) -> None:
    """Give a data label a text of its own, on one line."""
    frame = label.text_frame
    frame._txBody.bodyPr.set("wrap", "none")
    run = frame.paragraphs[0].add_run()
    run.text, run.font.size = text, Pt(SMALL)
    label.position = position


def move_label(label: BaseOxmlElement, down: float) -> None:
    """Move a data label down from its place by a share of the chart's height."""
    _lay_out(label.find(qn("c:idx")), _layout((("x", 0.0), ("y", down)), ""))


def interval_columns(
    sheet: ChartSheet,
    narrator: Narrator,
    name: str,
    values: Sequence[float | None],
    low: Sequence[float | None],
    high: Sequence[float | None],
) -> Interval:
    """Write how far an interval reaches below and above each value into two columns of a sheet, named after *name*."""
    below, above = _reach(values, low), _reach(values, high)
    below_at = sheet.add(narrator.text("deck.data.below", name=name), below)
    above_at = sheet.add(narrator.text("deck.data.above", name=name), above)
    return Interval(below, above, below_at, above_at)


def _reach(values: Sequence[float | None], ends: Sequence[float | None]) -> list[float | None]:
    return [None if value is None or end is None else abs(end - value) for value, end in zip(values, ends, strict=True)]


def with_unit(title: str, scale: Scale, narrator: Narrator) -> str:
    """Return an axis' title with what its numbers are counted in."""
    return narrator.text("deck.axis", title=title, unit=scale.words) if scale.words else title


def colour(rgb: str) -> RGBColor:
    """Return a colour written as #rrggbb."""
    return RGBColor.from_string(rgb.removeprefix("#").upper())
