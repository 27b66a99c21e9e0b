"""Charts as Excel draws them, from cells, in the colours of the report."""

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

from xlsxwriter.chart import Chart
from xlsxwriter.utility import xl_range_formula

from simkit.reporting.content import Numbers, Plot, Series
from simkit.reporting.documents.workbook.cells import FONTS, INK, LINE, MUTED, Book, Number, clean
from simkit.reporting.documents.workbook.tables import Column

WIDTH_PIXELS = 760
_HEIGHT_PIXELS, _PIXELS_A_BAR, _PIXELS_AROUND_BARS = 420, 34, 160
_LONGEST_TITLE = 250
_LARGE = 100  # from here on decimals say nothing
Interval = tuple[Numbers, Numbers | None, Numbers | None]
_MARKERS = ("circle", "square", "triangle", "diamond", "x", "plus")


class Range(NamedTuple):
    """Cells below each other: their column, their first and last row below the head, and whether two columns of intervals follow."""

    column: int
    first: int
    last: int
    has_interval: bool = False

    def moved(self, columns: int) -> "Range":
        """Return the cells in the same rows, so many columns to the right."""
        return self._replace(column=self.column + columns)


class Drawn(NamedTuple):
    """What a chart draws: the columns that hold it, and for each series the cells of its categories or x, and of its values."""

    columns: Sequence[Column]
    ranges: Sequence[tuple[Range, Range]]


def drawn_by(plot: Plot, book: Book) -> Drawn:
    """Return what a plot draws as columns: values, followed by the lengths of their whiskers, or by the ends of a band."""
    return _points(plot, book) if plot.kind == "points" else _side_by_side(plot, book)


def _side_by_side(plot: Plot, book: Book) -> Drawn:
    """Return the series of bars or lines beside each other; those with the same x share its column."""
    x_title, x_unit, y_unit = plot.x_title, plot.x_unit, plot.y_unit
    if plot.horizontal:
        x_title, x_unit, y_unit = plot.y_title, plot.y_unit, plot.x_unit
    interval = _band if plot.kind == "lines" else _whiskers
    columns: list[Column] = []
    ranges = []
    for series in plot.series:
        x = Column(x_title, plot.categories) if series.x is None else _numbers(book, x_title, x_unit, series.x)
        if x not in columns:
            columns.append(x)
        ends = interval(book, series.name, y_unit, (series.values, series.low, series.high))
        last = len(series.values) - 1
        ranges.append((Range(columns.index(x), 0, last), Range(len(columns), 0, last, bool(ends))))
        columns += [_numbers(book, series.name, y_unit, series.values), *ends]
    return Drawn(columns, ranges)


def _points(plot: Plot, book: Book) -> Drawn:
    """Return each point as a row: whose it is, x and y with the lengths of their whiskers."""
    columns = [Column(book.word("points"), tuple(series.name for series in plot.series for _ in series.values))]
    axes = []
    for title, unit, names in (
        (plot.x_title, plot.x_unit, ("x", "x_low", "x_high")),
        (plot.y_title, plot.y_unit, ("values", "low", "high")),
    ):
        middle, low, high = (_strung(plot.series, name) for name in names)
        ends = _whiskers(book, title, unit, (middle, low, high))
        axes.append(Range(len(columns), 0, 0, bool(ends)))
        columns += [_numbers(book, title, unit, middle), *ends]
    ranges = []
    after = itertools.accumulate(len(series.values) for series in plot.series)
    for series, end in zip(plot.series, after, strict=True):
        x, y = (axis._replace(first=end - len(series.values), last=end - 1) for axis in axes)
        ranges.append((x, y))
    return Drawn(columns, ranges)


def _strung(series: Sequence[Series], name: str) -> Numbers:
    """Return the numbers called *name* of all series, one series after the other."""
    return tuple(number for one in series for number in getattr(one, name) or (None,) * len(one.values))


def _band(book: Book, title: str, unit: str, interval: Interval) -> list[Column]:
    """Return the low and high ends around values as columns, where there are any."""
    _, low, high = interval
    if low is None or high is None:
        return []
    return [_numbers(book, book.word(key, of=title), unit, ends) for key, ends in (("low", low), ("high", high))]


def _whiskers(book: Book, title: str, unit: str, interval: Interval) -> list[Column]:
    """Return how far intervals reach down and up from values, which is what Excel draws, as columns; nothing where there are none."""
    middle, low, high = interval
    if low is None or high is None or not any(end is not None for end in low):
        return []
    pairs = (("down", zip(low, middle, strict=True)), ("up", zip(middle, high, strict=True)))
    return [
        _numbers(
            book, book.word(key, of=title), unit, tuple(None if a is None or b is None else b - a for a, b in pair)
        )
        for key, pair in pairs
    ]


def _numbers(book: Book, title: str, unit: str, numbers: Numbers) -> Column:
    largest = max((abs(number) for number in numbers if number is not None), default=0.0)
    shown_as = book.number_format(unit, 0 if largest >= _LARGE else 2)
    return Column(title, tuple("" if number is None else Number(number, shown_as) for number in numbers))


class Corner(NamedTuple):
    """The first cell of the head above drawn columns."""

    sheet: str
    row: int
    column: int

    def reference(self, cells: Range) -> str:
        """Return cells below the head as a formula names them."""
        column = self.column + cells.column
        reference: str = xl_range_formula(
            self.sheet, self.row + 1 + cells.first, column, self.row + 1 + cells.last, column
        )
        return reference


def native_chart(book: Book, message: str, plot: Plot, drawn: Drawn, corner: Corner) -> Chart:
    """Return the chart of a plot whose columns stand at *corner*, with the message as its title."""
    chart = book.file.add_chart(_kind(plot))
    for place, (series, (x, y)) in enumerate(zip(plot.series, drawn.ranges, strict=True)):
        cells = {"categories": corner.reference(x), "values": corner.reference(y)}
        chart.add_series(
            {
                "name": _named(series.name),
                **cells,
                **_look(book, plot, series, place),
                **_error_bars(plot, x, y, corner),
            }
        )
    bands = _add_bands(chart, plot, drawn, corner) if plot.kind == "lines" else 0
    _name_axes(book, chart, plot)
    chart.set_title({"name": _named(message), "name_font": _font(book, 12, INK)})
    chart.set_legend(_legend(book, plot, bands))
    chart.set_size({"width": WIDTH_PIXELS, "height": _height(plot)})
    return chart


def _height(plot: Plot) -> int:
    bars = len(plot.categories) * (len(plot.series) if plot.kind == "bars" else 1)
    return max(_HEIGHT_PIXELS, _PIXELS_AROUND_BARS + _PIXELS_A_BAR * bars if plot.horizontal else 0)


def _error_bars(plot: Plot, x: Range, y: Range, corner: Corner) -> dict[str, Any]:
    """Return the whiskers of a series, whose lengths stand beside its values."""
    line = {"color": INK, "width": 1.25}
    return {
        f"{axis}_error_bars": {
            "type": "custom",
            "minus_values": corner.reference(cells.moved(1)),
            "plus_values": corner.reference(cells.moved(2)),
            "line": line,
        }
        for axis, cells in (("x", x), ("y", y))
        if cells.has_interval and plot.kind != "lines"
    }


def _add_bands(chart: Chart, plot: Plot, drawn: Drawn, corner: Corner) -> int:
    """Add the ends of each line's interval, which stand beside its values, as thin lines; return how many."""
    ends = [
        (series, x, y.moved(end))
        for series, (x, y) in zip(plot.series, drawn.ranges, strict=True)
        for end in (1, 2)
        if y.has_interval
    ]
    for series, x, y in ends:
        line = {"color": series.colour, "width": 0.75, "transparency": 50}
        cells = {"categories": corner.reference(x), "values": corner.reference(y)}
        name = _named(drawn.columns[y.column].title)
        chart.add_series({"name": name, **cells, "line": line, "marker": {"type": "none"}})
    return len(ends)


def _kind(plot: Plot) -> dict[str, str]:
    if plot.kind in ("bars", "stacked_bars"):
        kind = {"type": "bar" if plot.horizontal else "column"}
        return kind | ({"subtype": "stacked"} if plot.kind == "stacked_bars" else {})
    return {"type": "scatter", "subtype": "straight"} if plot.kind == "lines" else {"type": "scatter"}


def _look(book: Book, plot: Plot, series: Series, place: int) -> dict[str, Any]:
    """Return how a series is drawn: its colours, and the name beside a single point."""
    if plot.kind == "lines":
        return {"line": {"color": series.colour, "width": 2}, "marker": {"type": "none"}}
    if plot.kind == "points":
        fill = {"color": series.colour}
        marker = {"type": _MARKERS[place // 6 % 6], "size": 9, "fill": fill, "border": fill}
        named = {"series_name": True, "value": False, "position": "right", "font": _font(book, 9, INK)}
        return {"marker": marker} | ({"data_labels": named} if len(series.values) == 1 else {})
    look = {
        "fill": {"color": series.colour},
        "border": {"none": True},
        "gap": 60,
        "invert_if_negative": False,
    }
    if series.point_colours:
        look["points"] = [{"fill": {"color": colour}, "border": {"none": True}} for colour in series.point_colours]
    return look


def _name_axes(book: Book, chart: Chart, plot: Plot) -> None:
    """Name both axes and write their numbers in their unit; labels stand at the edge, not across bars below zero."""
    x: dict[str, Any] = {"name": _named(plot.x_title)}
    y: dict[str, Any] = {"name": _named(plot.y_title)}
    for axis, unit in ((x, plot.x_unit), (y, plot.y_unit)):
        axis |= {"num_format": book.number_format(unit, 2 if unit == "share" else 0), "label_position": "low"}
        axis |= {"name_font": _font(book, 9, MUTED), "num_font": _font(book, 9, INK), "line": {"color": LINE}}
        axis["major_gridlines"] = {"visible": True, "line": {"color": LINE, "width": 0.5}}
    if plot.categories:
        categories, values = (y, x) if plot.horizontal else (x, y)
        categories["major_gridlines"] = {"visible": False}
        del values["label_position"]
        if plot.horizontal:  # the first category on top, the values' axis below all
            categories |= {"reverse": True, "crossing": "max"}
    chart.set_x_axis(x)
    chart.set_y_axis(y)


def _legend(book: Book, plot: Plot, bands: int) -> dict[str, Any]:
    """Return a legend where more than one thing is drawn and points have no names beside them."""
    labelled = plot.kind == "points" and all(len(series.values) == 1 for series in plot.series)
    if labelled or len(plot.series) == 1:
        return {"none": True}
    unnamed = list(range(len(plot.series), len(plot.series) + bands))
    return {"position": "bottom", "font": _font(book, 9, INK), "delete_series": unnamed}


def _named(text: str) -> str:
    """Return a text as a name in a chart; one that begins like a formula is set off by a space, or it would be one."""
    name = clean(text)[:_LONGEST_TITLE]
    return f" {name}" if name.startswith("=") else name


def _font(book: Book, size: float, colour: str) -> dict[str, Any]:
    return {"name": FONTS[book.language], "size": size, "color": colour, "bold": False}
