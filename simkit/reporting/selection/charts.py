"""Charts of a selection: who fell out after how many replications, by how much each is behind, and how probably each is best."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simkit.metrics.catalogue import KPIS
from simkit.reporting.chart_style import FAINT, INK, MUTED, Chart, chart_style, finish, new_figure, quantity_axis
from simkit.reporting.content import Plot
from simkit.reporting.lookups import as_arrays, highest
from simkit.reporting.plots import series
from simkit.reporting.quantities import SHARE
from simkit.reporting.selection.words import SelectionWords
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Estimate

_SELECTED = "#0072B2"
_NEAR = "#56B4E9"
_BROKE_A_LIMIT = "#D55E00"
_FELL = "#8a8a8a"


def race_path(words: SelectionWords) -> Chart:
    """How many replications each strategy had before it fell, and why it fell."""
    selection, narrator = words.chosen.selection, words.narrator
    order = sorted(range(len(selection.counts)), key=lambda place: _standing(words, place))
    counts = selection.counts[order]
    why = [_fate(words, place) for place in order]
    last = int(counts.max())
    message = narrator.text(
        "chart.race.message", most=narrator.quantities.number(last), runs=narrator.quantities.number(selection.runs)
    )
    with chart_style():
        figure, axes = _rows(words, order)
        for row, place in enumerate(order):
            axes.barh(row, counts[row], height=0.5, color=_colour(words, place))
            axes.plot(counts[row], row, "x" if selection.fell_at[place] else "D", color=INK, markersize=7)
            _write(axes, float(counts[row]), row, why[row])
        axes.set_xlim(0, 2.1 * last)
        quantity_axis(axes, "x", narrator, "count", narrator.text("chart.race.axis"))
        axes.set_xticks([tick for tick in axes.get_xticks() if tick <= last])
        header = [narrator.text("table.strategy"), narrator.text("chart.race.axis"), narrator.text("chart.race.fate")]
        rows = [
            Row(
                _title(words, place),
                [narrator.quantities.number(int(selection.counts[place])), why[order.index(place)]],
            )
            for place in reversed(order)
        ]
        return finish(
            figure,
            name="race-path",
            message=message,
            note=narrator.text("chart.race.note"),
            numbers=Table(narrator, message, header, rows),
            plot=_plot(words, order, [Estimate(0, float(n), np.nan, np.nan) for n in counts], header[1], "count"),
        )


def behind_the_leader(words: SelectionWords) -> Chart:
    """By how much each other strategy is behind the leader, replication by replication, with intervals that hold together."""
    selection, narrator = words.chosen.selection, words.narrator
    others = [place for place in range(len(selection.counts)) if place != selection.leader]
    order = sorted(others, key=lambda place: -selection.behind.mean[place])
    found = [words.behind(place) for place in order]
    key = "tied" if selection.inseparable else "clear"
    message = narrator.text(f"chart.behind.{key}", best=words.leader, figure=words.figure(words.chosen.choice))
    axis = narrator.text("chart.behind.axis", best=words.leader)
    with chart_style():
        figure, axes = _rows(words, order)
        mean, low, high = as_arrays(found)
        places = np.arange(len(order))
        axes.axvline(0, color=MUTED, linewidth=0.8)
        axes.axvspan(0, selection.question.indifference, color=FAINT, alpha=0.6, linewidth=0)
        axes.hlines(places, low, high, color=INK, linewidth=1.8)
        for row, place in enumerate(order):
            axes.plot(mean[row], row, "o", color=_colour(words, place), markersize=8)
            _write(axes, highest(found[row]), row, narrator.estimate(words.kpi, found[row]))
        left, right = min(0.0, float(low.min())), max(selection.question.indifference, float(high.max()))
        axes.set_xlim(left - 0.03 * (right - left), right + 0.5 * (right - left))
        quantity_axis(axes, "x", narrator, KPIS[words.kpi].unit, axis)
        rows = [
            Row(_title(words, place), [Cell(words.behind(place), words.kpi), str(words.behind(place).n)])
            for place in reversed(order)
        ]
        header = [narrator.text("table.strategy"), axis, narrator.text("chart.race.axis")]
        return finish(
            figure,
            name="behind-the-leader",
            message=message,
            note=narrator.text(
                "chart.behind.note",
                confidence=narrator.quantities.tick(selection.question.probability, "share"),
                amount=words.indifference,
            ),
            numbers=Table(narrator, message, header, rows),
            plot=_plot(words, order, found, axis, KPIS[words.kpi].unit),
        )


def probability_of_best(words: SelectionWords) -> Chart:
    """How probably each strategy is the best that keeps every limit, given what was observed."""
    selection, narrator = words.chosen.selection, words.narrator
    probability = selection.probability_best
    order = sorted(range(len(probability)), key=lambda place: (probability[place], _rank(words, place)))
    likeliest = order[-1]
    nobody = 1 - float(probability.sum())
    message = narrator.text(
        "chart.best.nobody" if nobody > probability[likeliest] else "chart.best.message",
        best=_title(words, likeliest),
        probability=words.probability(likeliest),
    )
    with chart_style():
        figure, axes = _rows(words, order)
        for row, place in enumerate(order):
            axes.barh(row, probability[place], height=0.6, color=_colour(words, place))
            _write(axes, float(probability[place]), row, words.probability(place))
        axes.set_xlim(0, 1.25)
        quantity_axis(axes, "x", narrator, "share", narrator.text("chart.best.axis"))
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
        rows = [Row(_title(words, place), [words.probability(place)]) for place in reversed(order)]
        header = [narrator.text("table.strategy"), narrator.text("chart.best.axis")]
        return finish(
            figure,
            name="probability-of-best",
            message=message,
            note=narrator.text("chart.best.note"),
            numbers=Table(narrator, message, header, rows),
            plot=_plot(
                words,
                order,
                [Estimate(0, float(probability[place]), np.nan, np.nan) for place in order],
                header[1],
                SHARE,
            ),
        )


def _plot(words: SelectionWords, order: Sequence[int], found: Sequence[Estimate], title: str, unit: str) -> Plot:
    """Return what is drawn as bars, from the top downwards."""
    downwards = list(reversed(order))
    colours = [_colour(words, place) for place in downwards]
    return Plot(
        kind="bars",
        horizontal=True,
        categories=tuple(_title(words, place) for place in downwards),
        series=(series(title, colours[0], reversed(found), colours),),
        x_title=title,
        x_unit=unit,
    )


def _rows(words: SelectionWords, order: Sequence[int]) -> tuple[Figure, Axes]:
    """Return a figure with one row a strategy, the first at the bottom."""
    figure, grid = new_figure(1, 1, 1.8 + 0.42 * len(order))
    axes: Axes = grid[0, 0]
    axes.set_yticks(np.arange(len(order)), [_title(words, place) for place in order])
    axes.set_ylim(-0.6, len(order) - 0.4)
    axes.spines["left"].set_visible(False)
    return figure, axes


def _write(axes: Axes, x: float, y: float, text: str) -> None:
    axes.annotate(text, (x, y), (8, 0), textcoords="offset points", va="center", fontsize=9)


def _title(words: SelectionWords, place: int) -> str:
    return words.narrator.strategy(words.chosen.names[place])


def _rank(words: SelectionWords, place: int) -> float:
    return -float(words.chosen.selection.behind.mean[place])


def _standing(words: SelectionWords, place: int) -> tuple[bool, bool, int, float]:
    """Return what strategies are ordered by: those that break a limit, then by how long they ran, the selected one last."""
    selection = words.chosen.selection
    broken = bool((selection.kept[place] == -1).any())
    return place == selection.selected, not broken, int(selection.counts[place]), _rank(words, place)


def _colour(words: SelectionWords, place: int) -> str:
    selection = words.chosen.selection
    if place == selection.selected:
        return _SELECTED
    if (selection.kept[place] == -1).any():
        return _BROKE_A_LIMIT
    return _NEAR if place in selection.inseparable else _FELL


def _fate(words: SelectionWords, place: int) -> str:
    """Say in a few words what became of a strategy."""
    selection, narrator = words.chosen.selection, words.narrator
    if (selection.kept[place] == -1).any():
        broken = words.chosen.choice.limits[int((selection.kept[place] == -1).argmax())]
        return narrator.text("chart.race.limit", limit=words.bound(broken))
    if place == selection.selected:
        return narrator.text("chart.race.selected" if selection.sure else "chart.race.leads")
    if not selection.fell_at[place]:
        return narrator.text("chart.race.running")
    if selection.fell_to[place] < 0:
        return narrator.text("chart.race.dropped")
    return narrator.text("chart.race.beaten", by=_title(words, int(selection.fell_to[place])))
