"""The chart of cost against lasting users, with lines of equal cost per additional lasting user."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from simkit.metrics.catalogue import KPIS
from simkit.params import DO_NOTHING
from simkit.reporting.chart_style import (
    FAINT,
    MUTED,
    Chart,
    Mark,
    chart_style,
    finish,
    label_column,
    marks,
    new_figure,
    quantity_axis,
    short_label,
)
from simkit.reporting.comparison_charts import sample_note
from simkit.reporting.content import Plot
from simkit.reporting.findings import cheapest
from simkit.reporting.language import Narrator
from simkit.reporting.lookups import Comparison
from simkit.reporting.plots import series
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import COST_PER_INCREMENTAL_LASTING, Estimate
from simkit.study.variances import Values

_INCHES_A_LABEL = 0.19
# Half of the width and of the height that an amount on a line needs, as parts of the axes'.
_ROOM_OF_AN_AMOUNT = np.array([0.075, 0.035])
Point = tuple[float, float, str, str]


def cost_against_lasting_users(comparison: Comparison, narrator: Narrator) -> Chart:
    """Cost and lasting users of every strategy, both with intervals, and lines of equal cost per additional lasting user."""
    looks = marks(comparison.strategies, DO_NOTHING)
    message = _cost_message(comparison, narrator)
    with chart_style():
        figure, grid = new_figure(1, 1, max(4.6, 1.6 + _INCHES_A_LABEL * len(comparison.strategies)))
        axes: Axes = grid[0, 0]
        points = []
        for name in comparison.strategies:
            cost, lasting = comparison.alone(name, "cost"), comparison.alone(name, "lasting")
            _cross(axes, cost, lasting, looks[name])
            if np.isfinite([cost.mean, lasting.mean]).all():
                points.append((cost.mean, lasting.mean, short_label(narrator.strategy(name)), looks[name].colour))
        axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
        axes.set_ylim(bottom=0.0)
        quantity_axis(axes, "x", narrator, KPIS["cost"].unit, narrator.text("chart.cost.x"))
        quantity_axis(axes, "y", narrator, KPIS["lasting"].unit, narrator.text("chart.cost.y"))
        _equal_cost_lines(axes, comparison, points, label_column(axes, points), narrator)
        return finish(
            figure,
            name="cost-against-lasting-users",
            message=message,
            note=narrator.text("chart.cost.note", sample=sample_note(comparison, narrator)),
            numbers=_cost_table(comparison, message, narrator),
            plot=_cost_plot(comparison, narrator),
        )


def _cost_message(comparison: Comparison, narrator: Narrator) -> str:
    names = cheapest(comparison)
    if not names:
        return narrator.text("chart.cost.none")
    if len(names) > 1:
        return narrator.text("chart.cost.tied", strategies=narrator.strategy_list(names))
    price = narrator.estimate("cost_per_lasting", comparison.alone(names[0], COST_PER_INCREMENTAL_LASTING))
    return narrator.text("chart.cost.cheapest", strategy=narrator.named(names[0]), value=price)


def _cost_table(comparison: Comparison, message: str, narrator: Narrator) -> Table:
    header = [
        narrator.text("table.strategy"),
        narrator.text("chart.cost.x"),
        narrator.text("chart.cost.y"),
        narrator.text("chart.cost.price"),
    ]
    rows = [
        Row(
            narrator.strategy(name),
            [
                Cell(comparison.alone(name, "cost"), "cost"),
                Cell(comparison.alone(name, "lasting"), "lasting"),
                Cell(comparison.alone(name, COST_PER_INCREMENTAL_LASTING), "cost_per_lasting"),
            ],
        )
        for name in comparison.strategies
    ]
    return Table(narrator, message, header, rows)


def _cost_plot(comparison: Comparison, narrator: Narrator) -> Plot:
    looks = marks(comparison.strategies, DO_NOTHING)
    points = []
    for name in comparison.strategies:
        cost, lasting = (
            series(narrator.strategy(name), looks[name].colour, [comparison.alone(name, kpi)])
            for kpi in ("cost", "lasting")
        )
        points.append(lasting.model_copy(update={"x": cost.values, "x_low": cost.low, "x_high": cost.high}))
    return Plot(
        kind="points",
        series=tuple(points),
        x_title=narrator.text("chart.cost.x"),
        y_title=narrator.text("chart.cost.y"),
        x_unit=KPIS["cost"].unit,
        y_unit=KPIS["lasting"].unit,
        note=sample_note(comparison, narrator),
    )


def _cross(axes: Axes, cost: Estimate, lasting: Estimate, mark: Mark) -> None:
    """Draw one strategy as a marker with its two intervals."""
    axes.hlines([lasting.mean], cost.low, cost.high, color=mark.colour, linewidth=1.6)
    axes.vlines([cost.mean], lasting.low, lasting.high, color=mark.colour, linewidth=1.6)
    axes.plot([cost.mean], [lasting.mean], mark.marker, color=mark.colour, markersize=8)


def _equal_cost_lines(
    axes: Axes, comparison: Comparison, points: Sequence[Point], labelled_at: Sequence[float], narrator: Narrator
) -> None:
    """Draw where one more lasting user costs the same: from doing nothing outwards, at round amounts around the strategies'.

    A line's amount stands on it where it is clear of points, their lines to the labels and other amounts; a line without such a place
    is left out.
    """
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    start = np.array([comparison.alone(DO_NOTHING, kpi).mean for kpi in ("cost", "lasting")])
    prices = [comparison.alone(name, COST_PER_INCREMENTAL_LASTING).mean for name in comparison.strategies]
    size = _ROOM_OF_AN_AMOUNT * np.array([right - left, top - bottom])
    along = np.linspace(0, 1, 60)
    taken = [
        np.column_stack([x + along * (right - x), y + along * (height - y)])
        for (x, y, _, _), height in zip(points, labelled_at, strict=True)
    ]
    for amount in _round_amounts([price for price in prices if price > 0]):
        reach = min(right - start[0], (top - start[1]) * amount)
        end = start + np.array([reach, reach / amount])
        places = start + np.linspace(0.2, 0.93, 40)[:, None] * (end - start)
        room = np.min([_distances(places, other, size) for other in taken], axis=0)
        if not room.max() > 1:
            continue
        axes.plot(*np.array([start, end]).T, color=FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        taken.append(places[[room.argmax()]])
        axes.annotate(
            narrator.text("chart.cost.line", amount=narrator.quantities.number(amount, "CNY")),
            places[room.argmax()],
            ha="center",
            va="center",
            fontsize=8,
            color=MUTED,
            zorder=1,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    axes.set(xlim=(left, right), ylim=(bottom, top))


def _distances(places: Values, others: Values, size: Values) -> Values:
    """Return how far each place is from the nearest of *others*, in units of *size*; below 1 a label would touch it."""
    return np.asarray(np.abs((places[:, None] - others) / size).max(axis=2).min(axis=1))


def _round_amounts(prices: Sequence[float]) -> list[float]:
    """Return up to three round amounts that span *prices*."""
    if not prices:
        return []
    spanned = np.geomspace(min(prices) * 0.7, max(prices) * 1.4, 3)
    magnitude = 10.0 ** np.floor(np.log10(spanned))
    return sorted({float(amount) for amount in np.round(spanned / magnitude) * magnitude})
