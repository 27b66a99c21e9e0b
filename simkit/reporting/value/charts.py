"""Charts of what it is worth to know: number by number, and by what a lasting user is worth to the bank."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from simkit.reporting.chart_style import (
    BASELINE_COLOUR,
    INK,
    MUTED,
    Chart,
    chart_style,
    finish,
    new_figure,
    quantity_axis,
)
from simkit.reporting.content import Plot
from simkit.reporting.language import Narrator
from simkit.reporting.lookups import as_arrays
from simkit.reporting.plots import numbers as finite_numbers
from simkit.reporting.plots import series
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Estimate

_MOST_BARS = 10
_KEY_WIDTH = 38
_BAR = "#0072B2"
MONEY = "net_value"


def value_of_numbers(
    everything: Estimate, numbers: Mapping[str, Estimate], message: str, note: str, narrator: Narrator
) -> Chart:
    """What each number is worth alone, dearest first, below what all are worth together; intervals as whiskers."""
    shown = dict(list(numbers.items())[:_MOST_BARS])
    names = [narrator.text("value.everything"), *shown]
    estimates = [everything, *shown.values()]
    mean, low, high = as_arrays(estimates)
    places = np.arange(len(names))[::-1]
    with chart_style():
        figure, grid = new_figure(1, 1, 1.7 + 0.4 * len(names))
        axes: Axes = grid[0, 0]
        colours = [BASELINE_COLOUR, *[_BAR] * len(shown)]
        axes.barh(places, mean, height=0.62, color=colours)
        axes.hlines(places, low, high, color=INK, linewidth=1.6)
        axes.set_yticks(places, [_in_lines(name) for name in names])
        for place, found in zip(places, estimates, strict=True):
            text = narrator.estimate(MONEY, found)
            axes.annotate(text, (found.high, place), (6, 0), textcoords="offset points", va="center", fontsize=9)
        axes.set_xlim(0, 1.5 * float(high.max()) or 1.0)
        quantity_axis(axes, "x", narrator, "CNY", narrator.text("value.axis"))
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        rows = [Row(name, [Cell(found, MONEY)]) for name, found in zip(names, estimates, strict=True)]
        header = [narrator.text("value.number"), narrator.text("value.worth")]
        numbers_shown = Table(narrator, message, header, rows)
        plot = Plot(
            kind="bars",
            horizontal=True,
            categories=tuple(names),
            series=(series(header[1], _BAR, estimates, colours),),
            x_title=narrator.text("value.axis"),
            x_unit="CNY",
        )
        return finish(figure, name="value-of-numbers", message=message, note=note, numbers=numbers_shown, plot=plot)


def _in_lines(key: str) -> str:
    """Break a long dotted key after a dot."""
    if len(key) <= _KEY_WIDTH or "." not in key:
        return key
    middle = key.index(".", key.index(".") + 1) + 1 if key.count(".") > 1 else key.index(".") + 1
    return f"{key[:middle]}\n{key[middle:]}"


def value_by_user_worth(
    worths: Sequence[float], found: Sequence[Estimate], chosen: float, message: str, note: str, narrator: Narrator
) -> Chart:
    """What all numbers together are worth, against what the bank would pay for a lasting user beyond net value."""
    mean, low, high = as_arrays(found)
    with chart_style():
        figure, grid = new_figure(1, 1, 3.8)
        axes: Axes = grid[0, 0]
        axes.fill_between(worths, low, high, color=_BAR, alpha=0.2, linewidth=0)
        axes.plot(worths, mean, "o-", color=_BAR, linewidth=1.6, markersize=5)
        axes.axvline(chosen, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
        axes.set_ylim(bottom=0)
        quantity_axis(axes, "x", narrator, "CNY", narrator.text("value.by_worth.x"))
        quantity_axis(axes, "y", narrator, "CNY", narrator.text("value.worth"))
        rows = [
            Row(narrator.quantities.number(worth, "CNY"), [Cell(each, MONEY)])
            for worth, each in zip(worths, found, strict=True)
        ]
        header = [narrator.text("value.by_worth.x"), narrator.text("value.worth")]
        numbers = Table(narrator, message, header, rows)
        line = series(header[1], _BAR, found).model_copy(update={"x": finite_numbers(worths)})
        plot = Plot(kind="lines", series=(line,), x_title=header[0], y_title=header[1], x_unit="CNY", y_unit="CNY")
        return finish(figure, name="value-by-user-worth", message=message, note=note, numbers=numbers, plot=plot)
