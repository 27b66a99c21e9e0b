"""Bars as native charts: side by side with their intervals, or stacked."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from pptx.chart.chart import Chart
from pptx.chart.data import CategoryChartData
from pptx.chart.series import BarSeries
from pptx.dml.chtfmt import ChartFormat
from pptx.enum.chart import (
    XL_AXIS_CROSSES,
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_TICK_LABEL_POSITION,
)
from pptx.shapes.graphfrm import GraphicFrame
from pptx.slide import Slide

from simkit.reporting.content import Plot
from simkit.reporting.documents.deck import chart_parts
from simkit.reporting.documents.deck.chart_parts import Frame, colour, interval_columns
from simkit.reporting.documents.deck.chart_scale import Scale, scale_of
from simkit.reporting.documents.deck.chart_sheet import ChartSheet
from simkit.reporting.documents.deck.layout import SMALL, Box
from simkit.reporting.documents.deck.text_fit import LINE_HEIGHT, shortened, width_of
from simkit.reporting.language import Narrator

_TYPES = {
    ("bars", True): XL_CHART_TYPE.BAR_CLUSTERED,
    ("bars", False): XL_CHART_TYPE.COLUMN_CLUSTERED,
    ("stacked_bars", True): XL_CHART_TYPE.BAR_STACKED,
    ("stacked_bars", False): XL_CHART_TYPE.COLUMN_STACKED,
}
_LONGEST_NAME, _LONGEST_LINE = 190, 270  # points, of a name that is broken and of one that is not
_GAP = 12  # points between a name or a number and what it belongs to
_AWAY = 0.005  # of what the axis shows
_TICK_LABELS = 52  # points that the labels and the title of an upright axis take


def add_bars(slide: Slide, box: Box, plot: Plot, narrator: Narrator, whole: Plot | None = None) -> GraphicFrame:
    """Add bars to a slide; those of one series have their numbers written beside them.

    whole: what *plot* is a part of; all parts have the same axis.
    """
    return _Bars(box, plot, narrator, whole or plot).add(slide)


def parts_of(plot: Plot, box: Box) -> list[Plot]:
    """Return *plot* in as many parts as it takes to write the names of all categories below each other in *box*."""
    count = len(plot.categories)
    room = box.points[1] - chart_parts.AXIS_POINTS - 2 * chart_parts.LINE_POINTS
    most = int(room / (SMALL * chart_parts.NAME_LINE))
    if not plot.horizontal or count <= most:
        return [plot]
    size = math.ceil(count / math.ceil(count / most))
    return [_part(plot, slice(start, start + size)) for start in range(0, count, size)]


def _part(plot: Plot, kept: slice) -> Plot:
    cut = ("values", "low", "high", "point_colours")
    many = [
        series.model_copy(
            update={name: numbers[kept] for name in cut if (numbers := getattr(series, name)) is not None}
        )
        for series in plot.series
    ]
    return plot.model_copy(update={"categories": plot.categories[kept], "series": tuple(many)})


@dataclass(frozen=True)
class _Bars:
    box: Box
    plot: Plot
    narrator: Narrator
    whole: Plot

    @cached_property
    def unit(self) -> str:
        return self.plot.x_unit if self.plot.horizontal else self.plot.y_unit

    @cached_property
    def numbers(self) -> list[float | None]:
        """All that the axis of numbers has to show."""
        return [n for series in self.whole.series for n in chain(series.values, series.low or (), series.high or ())]

    @cached_property
    def scale(self) -> Scale:
        return scale_of(self.numbers, self.unit, self.narrator.language)

    @cached_property
    def has_labels(self) -> bool:
        return self.plot.kind == "bars" and len(self.plot.series) == 1

    @cached_property
    def room_for_name(self) -> tuple[float, int]:
        """The points and the lines that a category's name may take."""
        across, down = (length / len(self.plot.categories) for length in self.box.points)
        if not self.plot.horizontal:
            return across - _GAP, 2
        # Where bars go below zero, names stand apart from the axis, and LibreOffice breaks none of them.
        breaks = down * 0.8 > 2 * LINE_HEIGHT * SMALL and all(
            number >= 0 for number in self.numbers if number is not None
        )
        return (_LONGEST_NAME, 2) if breaks else (_LONGEST_LINE, 1)

    @cached_property
    def categories(self) -> list[str]:
        width, lines = self.room_for_name
        # A word is broken by no program.
        broken = [max(width_of(word, SMALL) for word in (*name.split(), "")) <= width for name in self.plot.categories]
        named = zip(self.plot.categories, broken, strict=True)
        return [shortened(name, width, lines if breaks else 1, SMALL) for name, breaks in named]

    @cached_property
    def labels(self) -> list[str]:
        """The number of each bar with its interval, without it where bars stand too close."""
        if not self.has_labels:
            return []
        series = self.plot.series[0]
        nothing = (None,) * len(series.values)
        estimates = zip(series.values, series.low or nothing, series.high or nothing, strict=True)
        labels = [self._written(*estimate) for estimate in estimates]
        room = self.box.points[0] / len(labels)
        if not self.plot.horizontal and max(width_of(label, SMALL) for label in labels) > room:
            return [self._written(value, None, None) for value in series.values]
        return labels

    def _written(self, value: float | None, low: float | None, high: float | None) -> str:
        quantities = self.narrator.quantities
        if value is None:
            return ""
        if low is None or high is None:
            return quantities.number(value, self.unit)
        return quantities.interval(value, low, high, self.unit)

    @cached_property
    def label_places(self) -> tuple[float, ...]:
        """Where the number of each bar stands: a little beyond its interval, and never to the left of zero."""
        series = self.plot.series[0]
        ends = series.high or series.values
        known = [0.0, *(number for number in self.numbers if number is not None)]
        little = _AWAY * (max(known) - min(known))
        return tuple(
            max(0.0, value or 0.0, end or 0.0) + little for value, end in zip(series.values, ends, strict=True)
        )

    @cached_property
    def frame(self) -> Frame:
        """The room around the axes: for the names, for the numbers, and for a legend."""
        several = [series.name for series in self.plot.series] if len(self.plot.series) > 1 else []
        top = 4 + chart_parts.LINE_POINTS * (chart_parts.legend_lines(several, self.box.points[0]) if several else 0)
        if not self.plot.horizontal:
            return Frame(_TICK_LABELS, top + chart_parts.LINE_POINTS, _GAP, chart_parts.AXIS_POINTS)
        longest = max(width_of(name, SMALL) for name in self.categories)
        names = min(longest, self.room_for_name[0]) + _GAP + (20 if self.plot.y_title else 0)
        numbers = max((width_of(label, SMALL) for label in self.labels), default=0.0) + _GAP
        return Frame(names, top, numbers, chart_parts.AXIS_POINTS)

    @cached_property
    def title(self) -> str:
        """What the axis of numbers counts, and in what."""
        title = self.plot.x_title if self.plot.horizontal else self.plot.y_title
        return chart_parts.with_unit(title, self.scale, self.narrator)

    def add(self, slide: Slide) -> GraphicFrame:
        """Add the chart and return its frame."""
        frame = slide.shapes.add_chart(_TYPES[self.plot.kind, self.plot.horizontal], *self.box.emu, self._data())
        chart = frame.chart
        chart_parts.make_plain(chart, self.box, self.frame)
        self._style_axes(chart)
        self._style_bars(chart)
        self._write_sheet(chart)
        if not self.plot.horizontal:
            chart_parts.title_upright_axis(chart, self.title)
        if len(self.plot.series) > 1:
            chart_parts.add_legend(chart, self.box, self.frame, XL_LEGEND_POSITION.TOP)
        return frame

    def _data(self) -> CategoryChartData:
        data = CategoryChartData(number_format=self.scale.number_format)
        data.categories = self.categories
        for series in self.plot.series:
            data.add_series(series.name, self.scale.of(series.values))
        if self.has_labels:
            data.add_series(self.narrator.text("deck.data.label_at"), self.scale.of(self.label_places))
        return data

    def _style_axes(self, chart: Chart) -> None:
        chart_parts.style_axis(
            chart.category_axis, self.plot.y_title if self.plot.horizontal else self.plot.x_title, None
        )
        if self.plot.horizontal:
            chart_parts.show_every_name(chart.category_axis)
        chart_parts.style_axis(chart.value_axis, self.title if self.plot.horizontal else "", self.scale)
        if self.whole is self.plot:
            chart_parts.begin_at_zero(chart.value_axis, self.numbers)
        else:
            chart_parts.fix_range(chart.value_axis, chart_parts.round_range(self.scale.of(self.numbers)))
        if self.plot.horizontal:  # the first category stands at the top, the axis of numbers below all
            chart.category_axis.reverse_order = True
            chart.value_axis._element.crosses.val = XL_AXIS_CROSSES.MAXIMUM  # noqa: SLF001 - python-pptx sets the other axis'
            chart.value_axis.tick_label_position = XL_TICK_LABEL_POSITION.NEXT_TO_AXIS

    def _style_bars(self, chart: Chart) -> None:
        bars = chart.plots[0]
        bars.gap_width = 60 if len(self.plot.categories) > 3 else 120  # noqa: PLR2004 - few bars are not made fat
        bars.overlap = 0 if self.plot.kind == "bars" and not self.has_labels else 100
        drawn = list(bars.series)
        for series, bar in zip(self.plot.series, drawn, strict=False):
            bar.invert_if_negative = False
            _fill(bar.format, series.colour)
            for place, point_colour in enumerate(series.point_colours or ()):
                _fill(bar.points[place].format, point_colour)
        if self.has_labels:
            _write_labels(drawn[-1], self.labels)

    def _write_sheet(self, chart: Chart) -> None:
        """Write the chart's data sheet and let all parts of the chart refer to it."""
        sheet, drawn = ChartSheet(), list(chart.plots[0].series)
        names = sheet.add(self.title, self.categories)
        for series, bar in zip(self.plot.series, drawn, strict=False):
            values = sheet.add(series.name, self.scale.of(series.values))
            chart_parts.refer(bar, values.header, cat=names.values, val=values.values)
        if self.has_labels:
            at = sheet.add(self.narrator.text("deck.data.label_at"), self.scale.of(self.label_places))
            chart_parts.refer(drawn[-1], at.header, cat=names.values, val=at.values)
        for series, bar in zip(self.plot.series, drawn, strict=False):
            if self.plot.kind == "bars" and series.low and series.high:
                numbers = [self.scale.of(part) for part in (series.values, series.low, series.high)]
                chart_parts.add_error_bars(bar, interval_columns(sheet, self.narrator, series.name, *numbers))
        chart.part.chart_workbook.update_from_xlsx_blob(sheet.workbook())


def _fill(form: ChartFormat, rgb: str) -> None:
    form.fill.solid()
    form.fill.fore_color.rgb = colour(rgb)


def _write_labels(carrier: BarSeries, labels: Sequence[str]) -> None:
    """Make an unseen bar that ends where an interval does, and write the number at its end."""
    carrier.format.fill.background()
    carrier.invert_if_negative = False
    for place, text in enumerate(labels):
        chart_parts.write_label(carrier.points[place].data_label, text, XL_LABEL_POSITION.OUTSIDE_END)
