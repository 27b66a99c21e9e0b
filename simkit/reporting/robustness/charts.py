"""Charts of how a choice stands up to what is not known: from draw to draw, luck against ignorance, and the box where it loses."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from simkit.params import DO_NOTHING
from simkit.params.uncertainty import UncertainNumber
from simkit.reporting.chart_style import (
    BASELINE_COLOUR,
    INK,
    MUTED,
    Chart,
    Mark,
    chart_style,
    finish,
    marks,
    new_figure,
    quantity_axis,
)
from simkit.reporting.content import Plot, Series
from simkit.reporting.plots import numbers as finite_numbers
from simkit.reporting.quantities import SHARE
from simkit.reporting.robustness.words import RobustnessWords
from simkit.reporting.tables import Cell, Row, Table
from simkit.study.robustness.discovery import Restriction
from simkit.study.robustness.study_robustness import Duel
from simkit.study.variances import Values

_LUCK_COLOUR, _IGNORANCE_COLOUR = "#56B4E9", "#D55E00"
_HALF = 0.5
_SPREAD_OF_DOTS = 0.22


def from_draw_to_draw(words: RobustnessWords) -> Chart:
    """What each strategy changes against doing nothing in every draw, its mean with both intervals."""
    found, narrator = words.found, words.narrator
    strategies = list(found.differences)[::-1]
    looks = marks(found.strategies, DO_NOTHING)
    base = found.merit[found.strategies.index(DO_NOTHING)].mean(axis=-1)
    ahead = {name: (found.merit[found.strategies.index(name)].mean(axis=-1) > base).mean() for name in strategies}
    shown = {name: narrator.quantities.number(float(share), SHARE) for name, share in ahead.items()}
    parts = [
        narrator.text("robustness.draws.part", strategy=narrator.strategy(name), share=shown[name])
        for name in reversed(strategies)
    ]
    message = narrator.text("robustness.draws.message", parts=narrator.quantities.enumeration(parts))
    axis = narrator.text("robustness.draws.axis", kpi=words.kpi)
    with chart_style():
        figure, grid = new_figure(1, 1, 1.8 + 0.85 * len(strategies))
        axes: Axes = grid[0, 0]
        for place, name in enumerate(strategies):
            _dots(axes, place, words, name, looks[name])
        axes.axvline(0, color=MUTED, linewidth=0.8)
        axes.set_yticks(np.arange(len(strategies)), [narrator.strategy(name) for name in strategies])
        axes.set_ylim(-0.5, len(strategies) - 0.5)
        quantity_axis(axes, "x", narrator, found.kpi.unit, axis)
        axes.grid(visible=False, axis="y")
        rows = [
            Row(
                narrator.strategy(name),
                [Cell(found.differences[name], found.kpi.name, is_difference=True), shown[name]],
            )
            for name in reversed(strategies)
        ]
        header = [narrator.text("table.strategy"), axis, narrator.text("robustness.draws.share")]
        note = narrator.text(
            "robustness.draws.note",
            draws=found.draws,
            replications=found.replications,
            confidence=words.confidence,
        )
        numbers = Table(narrator, message, header, rows)
        return finish(figure, name="robustness-draws", message=message, note=note, numbers=numbers)


def _dots(axes: Axes, place: int, words: RobustnessWords, name: str, look: Mark) -> None:
    """Draw one strategy: a dot for each draw below the line, above it the mean with its thick and its thin interval."""
    found = words.found
    values = found.values[found.strategies.index(name)] - found.values[found.strategies.index(DO_NOTHING)]
    means = values.mean(axis=-1)
    # By rank, not by chance: the same picture every time, and dots of like value lie apart.
    offsets = (np.argsort(np.argsort(means)) * 0.618 % 1 - _HALF) * _SPREAD_OF_DOTS
    axes.plot(
        means, place - 0.2 + offsets, look.marker, color=look.colour, markersize=3.5, alpha=0.6, markeredgewidth=0
    )
    estimate = found.differences[name]
    axes.hlines([place + 0.15], estimate.wide_low, estimate.wide_high, color=INK, linewidth=0.8)
    axes.hlines([place + 0.15], estimate.low, estimate.high, color=INK, linewidth=3.2)
    axes.plot([estimate.mean], [place + 0.15], look.marker, color=look.colour, markersize=8, markeredgecolor="white")


def luck_and_ignorance(words: RobustnessWords) -> Chart:
    """How much of the variance of each strategy's effect is luck, and how much ignorance."""
    found, narrator = words.found, words.narrator
    strategies = list(found.splits)[::-1]
    shares = [found.splits[name].share for name in strategies]
    means = np.array([share.mean for share in shares])
    kind = "ignorance" if (means > _HALF).all() else "luck" if (means < _HALF).all() else "mixed"
    message = narrator.text(f"robustness.splits.message_{kind}")
    titles = [narrator.text(f"robustness.splits.{part}") for part in ("ignorance", "luck")]
    places = np.arange(len(strategies))
    with chart_style():
        figure, grid = new_figure(1, 1, 1.9 + 0.42 * len(strategies))
        axes: Axes = grid[0, 0]
        axes.barh(places, means, height=0.6, color=_IGNORANCE_COLOUR, label=titles[0])
        axes.barh(
            places,
            1 - means,
            left=means,
            height=0.6,
            color=_LUCK_COLOUR,
            hatch="//",
            edgecolor="white",
            label=titles[1],
        )
        axes.hlines(places, [share.low for share in shares], [share.high for share in shares], color=INK, linewidth=1.8)
        axes.set_yticks(places, [narrator.strategy(name) for name in strategies])
        axes.set_xlim(0, 1)
        quantity_axis(axes, "x", narrator, SHARE, narrator.text("robustness.splits.axis"))
        axes.grid(visible=False, axis="y")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=9)
        rows = [Row(narrator.strategy(name), [words.share(found.splits[name].share)]) for name in reversed(strategies)]
        header = [narrator.text("table.strategy"), narrator.text("robustness.table.share")]
        note = narrator.text(
            "robustness.splits.note",
            draws=found.draws,
            replications=found.replications,
            kpi=words.kpi,
            confidence=words.confidence,
        )
        numbers = Table(narrator, message, header, rows)
        downwards = strategies[::-1]
        plot = Plot(
            kind="stacked_bars",
            horizontal=True,
            categories=tuple(map(narrator.strategy, downwards)),
            series=tuple(
                Series(name=title, colour=colour, values=finite_numbers(part[::-1]))
                for title, colour, part in zip(
                    titles, (_IGNORANCE_COLOUR, _LUCK_COLOUR), (means, 1 - means), strict=True
                )
            ),
            x_title=narrator.text("robustness.splits.axis"),
            x_unit=SHARE,
        )
        return finish(figure, name="robustness-split", message=message, note=note, numbers=numbers, plot=plot)


def box_of_losses(duel: Duel, words: RobustnessWords) -> Chart:
    """The draws over the numbers of a box that was found (over one number: against the lead), with the box as a frame."""
    found, narrator = words.found, words.narrator
    assert duel.discovery is not None  # noqa: S101 - asked for only where there is a box
    box = duel.discovery.box
    names = {"strategy": words.favourite, "rival": narrator.strategy(duel.rival)}
    key = "losses" if duel.of_losses else "wins"
    message = narrator.text(f"robustness.box_chart.message_{key}", **names, box=words.box(box))
    columns = list(dict.fromkeys(side.column for side in box))[:2]
    with chart_style():
        figure, grid = new_figure(1, 1, 4.4)
        axes: Axes = grid[0, 0]
        x = found.drawn[:, columns[0]]
        y = found.drawn[:, columns[1]] if len(columns) > 1 else duel.lead
        for losing, colour, marker in ((True, _IGNORANCE_COLOUR, "x"), (False, BASELINE_COLOUR, "o")):
            chosen = (duel.lead < 0) == losing
            label = narrator.text(f"robustness.box_chart.{'loses' if losing else 'wins'}", **names)
            axes.plot(x[chosen], y[chosen], marker, color=colour, markersize=6, linestyle="", label=label, alpha=0.8)
        _number_axis(axes, "x", found.numbers[columns[0]], words)
        if len(columns) > 1:
            _number_axis(axes, "y", found.numbers[columns[1]], words)
        else:
            title = narrator.text("robustness.box_chart.lead", kpi=words.kpi, **names)
            quantity_axis(axes, "y", narrator, found.kpi.unit, title)
            axes.axhline(0, color=MUTED, linewidth=0.8)
        _frame(axes, columns, box)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, fontsize=9)
        seen = duel.discovery.seen
        note = narrator.text(
            "robustness.box_chart.note",
            draws=found.draws,
            density=words.share(seen.density),
            coverage=words.share(seen.coverage),
            confidence=words.confidence,
        )
        return finish(figure, name="robustness-box", message=message, note=note, numbers=_counts(duel, words, message))


def _number_axis(axes: Axes, which: str, number: UncertainNumber, words: RobustnessWords) -> None:
    """Give an axis the name of an uncertain number and ticks in its unit."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(lambda value, _: words.plain_value(number, float(value)))
    axis.set_label_text(f"{number.key} ({words.unit(number)})")
    axis.grid(visible=True)


def _frame(axes: Axes, columns: list[int], box: tuple[Restriction, ...]) -> None:
    """Draw the box's sides in these columns as a frame; a side without a bound is the edge of the picture."""
    limits = [axes.get_xlim(), axes.get_ylim()]
    edges = list(limits)
    for place, column in enumerate(columns):
        low = max((side.low for side in box if side.column == column), default=-np.inf)
        high = min((side.high for side in box if side.column == column), default=np.inf)
        edges[place] = (max(low, limits[place][0]), min(high, limits[place][1]))
    (left, right), (bottom, top) = edges
    axes.add_patch(Rectangle((left, bottom), right - left, top - bottom, fill=False, edgecolor=INK, linewidth=1.6))
    axes.set(xlim=limits[0], ylim=limits[1])


def _counts(duel: Duel, words: RobustnessWords, message: str) -> Table:
    """Return how many draws lose and win, inside the box and outside."""
    narrator, discovery = words.narrator, duel.discovery
    assert discovery is not None  # noqa: S101 - as above
    names = {"strategy": words.favourite, "rival": narrator.strategy(duel.rival)}
    cases_in, others_in = discovery.seen.cases_inside, discovery.seen.inside - discovery.seen.cases_inside
    inside = np.array([cases_in, others_in])
    counted: Values = np.array([inside, np.array([discovery.cases, discovery.draws - discovery.cases]) - inside])
    order = ("loses", "wins") if duel.of_losses else ("wins", "loses")
    header = [
        narrator.text("robustness.table.condition"),
        *(narrator.text(f"robustness.box_chart.{key}", **names) for key in order),
    ]
    rows = [
        Row(narrator.text(f"robustness.box_chart.{where}"), [str(int(count)) for count in counts])
        for where, counts in zip(("inside", "outside"), counted, strict=True)
    ]
    return Table(narrator, message, header, rows)
