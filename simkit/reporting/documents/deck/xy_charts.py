"""Lines and points as native charts: axes of numbers both ways, intervals as error bars, names beside points where there is room."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pptx.chart.chart import Chart
from pptx.chart.data import XyChartData
from pptx.chart.series import XySeries
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.shapes.graphfrm import GraphicFrame
from pptx.slide import Slide
from pptx.util import Pt

from simkit.reporting.content import Numbers, Plot, Series
from simkit.reporting.documents.deck import chart_parts
from simkit.reporting.documents.deck.chart_parts import Frame, colour, interval_columns
from simkit.reporting.documents.deck.chart_scale import Scale, scale_of
from simkit.reporting.documents.deck.chart_sheet import ChartSheet, Column
from simkit.reporting.documents.deck.label_places import Obstacle, Place, places_for
from simkit.reporting.documents.deck.layout import SMALL, Box
from simkit.reporting.documents.deck.text_fit import shortened, width_of
from simkit.reporting.language import Narrator

# Where colours return, lines differ in their dashes.
_DASHES = (MSO_LINE.SOLID, MSO_LINE.DASH, MSO_LINE.ROUND_DOT, MSO_LINE.DASH_DOT, MSO_LINE.LONG_DASH)
_LONGEST_NAME = 290  # points
_TICK_LABELS = 52
_GAP = 12
_MARKER = 10
_LEGEND_KEY = 45


def add_lines(slide: Slide, box: Box, plot: Plot, narrator: Narrator) -> GraphicFrame:
    """Add lines to a slide, with a legend in the order of their ends and the interval at each end."""
    ordered = sorted(plot.series, key=lambda series: -(series.values[-1] or 0.0))
    return _Lines(box, plot.model_copy(update={"series": tuple(ordered)}), narrator).add(slide)


def add_points(slide: Slide, box: Box, plot: Plot, narrator: Narrator) -> GraphicFrame:
    """Add points to a slide, each with its name beside it; with a legend where names would hide something."""
    points = sorted((point for series in plot.series for point in _single_points(plot, series)), key=_height)
    return _Points(box, plot.model_copy(update={"series": tuple(points)}), narrator).add(slide)


def _height(point: Series) -> float:
    return -(point.values[0] or 0.0)


def _single_points(plot: Plot, series: Series) -> list[Series]:
    """Return a series for each point, so that each has its own name and colour."""
    if len(series.values) == 1:
        return [series]
    names = plot.categories or [series.name] * len(series.values)
    colours = series.point_colours or [series.colour] * len(series.values)
    parts = ("values", "low", "high", "x", "x_low", "x_high")
    known = {part: numbers for part in parts if (numbers := getattr(series, part)) is not None}
    return [
        series.model_copy(
            update={"name": name, "colour": own, **{part: (numbers[place],) for part, numbers in known.items()}}
        )
        for place, (name, own) in enumerate(zip(names, colours, strict=True))
    ]


@dataclass(frozen=True)
class _XyChart:
    """What lines and points have in common."""

    box: Box
    plot: Plot
    narrator: Narrator

    @cached_property
    def x_numbers(self) -> list[float | None]:
        return _all(self.plot.series, "x", "x_low", "x_high")

    @cached_property
    def y_numbers(self) -> list[float | None]:
        return _all(self.plot.series, "values", "low", "high")

    @cached_property
    def x_scale(self) -> Scale:
        return scale_of(self.x_numbers, self.plot.x_unit, self.narrator.language)

    @cached_property
    def y_scale(self) -> Scale:
        return scale_of(self.y_numbers, self.plot.y_unit, self.narrator.language)

    @cached_property
    def legend(self) -> float:
        """The points that a legend takes to the right of the axes."""
        names = [shortened(series.name, _LONGEST_NAME, 1, SMALL) for series in self.plot.series]
        return max(width_of(name, SMALL) for name in names) + _LEGEND_KEY

    @cached_property
    def x_title(self) -> str:
        return chart_parts.with_unit(self.plot.x_title, self.x_scale, self.narrator)

    @cached_property
    def y_title(self) -> str:
        return chart_parts.with_unit(self.plot.y_title, self.y_scale, self.narrator)

    def _new(self, slide: Slide, kind: XL_CHART_TYPE, right: float) -> GraphicFrame:
        """Add a chart with its series and axes, *right* points from the edge."""
        data = XyChartData(number_format=self.y_scale.number_format)
        for series in self.plot.series:
            added = data.add_series(shortened(series.name, _LONGEST_NAME, 1, SMALL))
            for x, y in zip(self.x_scale.of(series.x or ()), self.y_scale.of(series.values), strict=True):
                added.add_data_point(x, y)
        frame = slide.shapes.add_chart(kind, *self.box.emu, data)
        chart_parts.make_plain(frame.chart, self.box, self._room(right))
        chart_parts.style_axis(frame.chart.category_axis, self.x_title, self.x_scale)
        chart_parts.style_axis(frame.chart.value_axis, "", self.y_scale)
        chart_parts.begin_at_zero(frame.chart.value_axis, self.y_numbers)
        chart_parts.title_upright_axis(frame.chart, self.y_title)
        return frame

    def _room(self, right: float) -> Frame:
        return Frame(_TICK_LABELS, chart_parts.LINE_POINTS + 4, right, chart_parts.AXIS_POINTS)


def _all(many: Sequence[Series], *parts: str) -> list[float | None]:
    return [number for series in many for part in parts for number in getattr(series, part) or ()]


@dataclass(frozen=True)
class _Lines(_XyChart):
    def add(self, slide: Slide) -> GraphicFrame:
        """Add the chart and return its frame."""
        several = len(self.plot.series) > 1
        frame = self._new(slide, XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, self.legend if several else _GAP)
        chart = frame.chart
        ends = [x / self.x_scale.divisor for x in self.x_numbers if x is not None]
        chart.category_axis.minimum_scale, chart.category_axis.maximum_scale = min(ends), max(ends)
        chart.category_axis.has_major_gridlines = False
        sheet = ChartSheet()
        x_columns: dict[Numbers | None, Column] = {}
        drawn: list[Series] = []
        for series, line in zip(self.plot.series, chart.plots[0].series, strict=True):
            line.smooth = False
            line.format.line.color.rgb, line.format.line.width = colour(series.colour), Pt(2)
            turn = sum(other.colour == series.colour for other in drawn)
            line.format.line.dash_style = _DASHES[turn % len(_DASHES)]
            drawn.append(series)
            if series.x not in x_columns:
                x_columns[series.x] = sheet.add(self.x_title, self.x_scale.of(series.x or ()))
            values = sheet.add(shortened(series.name, _LONGEST_NAME, 1, SMALL), self.y_scale.of(series.values))
            chart_parts.refer(line, values.header, xVal=x_columns[series.x].values, yVal=values.values)
            self._add_interval(sheet, series, line)
        chart.part.chart_workbook.update_from_xlsx_blob(sheet.workbook())
        if several:
            chart_parts.add_legend(chart, self.box, self._room(self.legend), XL_LEGEND_POSITION.RIGHT)
        return frame

    def _add_interval(self, sheet: ChartSheet, series: Series, line: XySeries) -> None:
        """Draw the interval at the end alone: a line's other days would be a thicket of error bars."""
        if series.low and series.high:
            values, low, high = (self.y_scale.of(part) for part in (series.values, series.low, series.high))
            low[:-1] = high[:-1] = [None] * (len(values) - 1)
            interval = interval_columns(sheet, self.narrator, series.name, values, low, high)
            chart_parts.add_error_bars(line, interval, "y", series.colour)


@dataclass(frozen=True)
class _Points(_XyChart):
    def add(self, slide: Slide) -> GraphicFrame:
        """Add the chart and return its frame."""
        places = self._label_places()
        frame = self._new(slide, XL_CHART_TYPE.XY_SCATTER, self._right(named=bool(places)))
        chart = frame.chart
        chart_parts.fix_range(chart.category_axis, self.x_range)
        chart_parts.fix_range(chart.value_axis, self.y_range)
        self._write_sheet(chart)
        for place, (series, point) in enumerate(zip(self.plot.series, chart.plots[0].series, strict=True)):
            point.format.line.fill.background()
            point.marker.style, point.marker.size = XL_MARKER_STYLE.CIRCLE, _MARKER
            point.marker.format.fill.solid()
            point.marker.format.fill.fore_color.rgb = point.marker.format.line.color.rgb = colour(series.colour)
            if places:
                self._name(point, places[place])
        if not places:
            chart_parts.add_legend(chart, self.box, self._room(self.legend), XL_LEGEND_POSITION.RIGHT)
        return frame

    @cached_property
    def x_range(self) -> tuple[float, float, float]:
        """Lowest and highest number of the axis, and the step between its labels."""
        return chart_parts.round_range(self.x_scale.of(self.x_numbers))

    @cached_property
    def y_range(self) -> tuple[float, float, float]:
        """The same upwards."""
        return chart_parts.round_range(self.y_scale.of(self.y_numbers))

    def _right(self, *, named: bool) -> float:
        return _GAP * 3 if named else self.legend

    def _label_places(self) -> list[Place]:
        """Return where each point's name stands; nothing where one finds no room."""
        width, height = self.box.points
        room = self._room(self._right(named=True))
        inner = width - room.left - room.right, height - room.top - room.bottom
        obstacles = [self._obstacle(series, *inner) for series in self.plot.series]
        names = [shortened(series.name, _LONGEST_NAME, 1, SMALL) for series in self.plot.series]
        widths = [width_of(name, SMALL) for name in names]
        return places_for(obstacles, widths, SMALL * 1.25, (inner[0] + room.right, inner[1]))

    def _obstacle(self, series: Series, width: float, height: float) -> Obstacle:
        """Return a point and its intervals in points from the upper left corner of the axes."""

        def across(numbers: Numbers | None) -> float | None:
            return _share(self.x_scale.of(numbers), self.x_range, width) if numbers else None

        def down(numbers: Numbers | None) -> float | None:
            share = _share(self.y_scale.of(numbers), self.y_range, height) if numbers else None
            return None if share is None else height - share

        x, y = across(series.x) or 0.0, down(series.values) or 0.0
        ends = across(series.x_low), across(series.x_high), down(series.high), down(series.low)
        left, right, top, bottom = (at if end is None else end for end, at in zip(ends, (x, x, y, y), strict=True))
        return Obstacle(x, y, left, right, top, bottom)

    def _name(self, point: XySeries, place: Place) -> None:
        label = point.points[0].data_label
        side = XL_LABEL_POSITION.RIGHT if place.is_right else XL_LABEL_POSITION.LEFT
        chart_parts.write_label(label, point.name, side)
        chart_parts.move_label(label._get_or_add_dLbl(), place.down / self.box.points[1])  # noqa: SLF001 - beyond python-pptx

    def _write_sheet(self, chart: Chart) -> None:
        """Write a row for each point, and let the point refer to it."""
        sheet = ChartSheet()
        drawn = list(chart.plots[0].series)
        names = sheet.add("", [point.name for point in drawn])
        both = (
            ("x", self.x_title, self.x_scale, ("x", "x_low", "x_high")),
            ("y", self.y_title, self.y_scale, ("values", "low", "high")),
        )
        columns = {}
        for direction, title, scale, parts in both:
            numbers = [
                scale.of([(getattr(series, part) or (None,))[0] for series in self.plot.series]) for part in parts
            ]
            columns[direction] = sheet.add(title, numbers[0])
            interval = interval_columns(sheet, self.narrator, title, *numbers)
            for row, point in enumerate(drawn):
                if interval.below[row] is not None and interval.above[row] is not None:
                    chart_parts.add_error_bars(point, interval.of_row(row), direction, self.plot.series[row].colour)
        for row, point in enumerate(drawn):
            chart_parts.refer(
                point, names.row(row).values, xVal=columns["x"].row(row).values, yVal=columns["y"].row(row).values
            )
        chart.part.chart_workbook.update_from_xlsx_blob(sheet.workbook())


def _share(numbers: Sequence[float | None], scale: tuple[float, float, float], length: float) -> float | None:
    low, high, _ = scale
    return None if numbers[0] is None else (numbers[0] - low) / (high - low) * length
