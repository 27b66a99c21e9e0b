"""Charts of a search for the best mix: what more money wins, and how the search went."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes

from simkit.metrics.catalogue import KPIS
from simkit.reporting.chart_style import (
    BASELINE_COLOUR,
    FAINT,
    INK,
    Chart,
    chart_style,
    finish,
    new_figure,
    quantity_axis,
)
from simkit.reporting.language import Narrator
from simkit.reporting.quantities import NOTHING
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Estimate
from simkit.study.optimisation import SURE, Optimisation

_FOUND, _CHOSEN = "#0072B2", "#D55E00"


def frontier(found: Optimisation, narrator: Narrator, message: str, note: str) -> Chart:
    """The best mix within each bound of one limit, with intervals, and the strategy that the plan begins from."""
    plan, language = found.plan, narrator.language
    limit = plan.limits[plan.frontier.limit]
    unit = KPIS[limit.figure].unit if limit.figure in KPIS else "count"
    bounds = sorted(found.on_frontier)
    best = [found.best(found.on_frontier[bound]) for bound in bounds]
    with chart_style():
        figure, grid = new_figure(1, 1, 4.6)
        axes: Axes = grid[0, 0]
        axes.plot(bounds, [one.mean for one in best], color=_FOUND, linewidth=1, alpha=0.6, zorder=1)
        for bound, one in zip(bounds, best, strict=True):
            chosen = bound == limit.bound
            _whisker(axes, bound, one, _CHOSEN if chosen else _FOUND, "D" if chosen else "o")
        own = found.used(plan.frontier.limit, found.first)
        _whisker(axes, own.mean, found.best(found.first), BASELINE_COLOUR, "s")
        axes.margins(x=0.12)
        axes.set_ylim(bottom=0)
        begun = narrator.text("mix.begins_from", strategy=found.mixes.begins_from.title.model_dump()[language])
        _named(axes, own.mean, found.best(found.first).mean, begun, -14)
        _named(axes, limit.bound, found.best(0).mean, narrator.text("mix.recommended"), 14)
        quantity_axis(axes, "x", narrator, unit, limit.title.model_dump()[language])
        quantity_axis(axes, "y", narrator, KPIS[plan.figure].unit, narrator.kpi(plan.figure))
        return finish(
            figure, name="mix-frontier", message=message, note=note, numbers=_frontier_table(found, narrator, message)
        )


def trace(found: Optimisation, narrator: Narrator, message: str, note: str) -> Chart:
    """What each mix gave when it was tried, which kept the limits, the best so far, and the recommended one in fresh runs."""
    search, plan = found.search, found.plan
    sign, tried = found.mixes.figures[0].sign, found.tried
    known = search.problem.known(search.points)[:, None, :]
    values = sign * (search.values + known)[..., 0].mean(axis=1)[:tried]
    kept = search.keeps(found.mixes.under(plan.limits))[:tried] >= SURE
    best = np.maximum.accumulate(np.where(kept, sign * values, -np.inf))
    numbers = np.arange(1, tried + 1)
    with chart_style():
        figure, grid = new_figure(1, 1, 4.2)
        axes: Axes = grid[0, 0]
        fresh = found.best(0)
        axes.axhspan(fresh.low, fresh.high, color=_CHOSEN, alpha=0.18, linewidth=0)
        axes.axhline(fresh.mean, color=_CHOSEN, linewidth=1.2)
        axes.plot(numbers[~kept], values[~kept], "x", color=BASELINE_COLOUR, label=narrator.text("mix.broke"))
        axes.plot(numbers[kept], values[kept], "o", color=_FOUND, label=narrator.text("mix.kept"))
        sure = np.isfinite(best)
        axes.step(
            numbers[sure],
            sign * best[sure],
            where="post",
            color=_FOUND,
            linewidth=1,
            alpha=0.6,
            label=narrator.text("mix.best_so_far"),
        )
        axes.plot([], [], color=_CHOSEN, label=narrator.text("mix.fresh"))
        axes.axvline(found.spread + 0.5, color=FAINT, linewidth=1.2)
        axes.set_ylim(bottom=0)
        axes.legend(loc="lower right", frameon=False, fontsize=9, ncols=2)
        axes.set_xlabel(narrator.text("mix.tried"))
        quantity_axis(axes, "y", narrator, KPIS[plan.figure].unit, narrator.kpi(plan.figure))
        rows = [
            Row(str(number), [narrator.value(plan.figure, value), narrator.text("mix.yes" if keeps else "mix.no")])
            for number, value, keeps in zip(numbers, values, kept, strict=True)
        ]
        header = [narrator.text("mix.tried"), narrator.kpi(plan.figure), narrator.text("mix.keeps")]
        return finish(
            figure, name="mix-trace", message=message, note=note, numbers=Table(narrator, message, header, rows)
        )


def _whisker(axes: Axes, x: float, estimate: Estimate, colour: str, marker: str) -> None:
    axes.vlines([x], estimate.low, estimate.high, color=colour, linewidth=1.8)
    axes.plot([x], [estimate.mean], marker, color=colour, markersize=8)


def _named(axes: Axes, x: float, y: float, text: str, points_up: float) -> None:
    """Name a point above or below it, towards the middle of the axes."""
    left, right = axes.get_xlim()
    rightwards = x < (left + right) / 2
    axes.annotate(
        text,
        (x, y),
        (8 if rightwards else -8, points_up),
        textcoords="offset points",
        fontsize=9,
        color=INK,
        ha="left" if rightwards else "right",
        va="center",
    )


def _frontier_table(found: Optimisation, narrator: Narrator, caption: str) -> Table:
    plan, language = found.plan, narrator.language
    limit = plan.limits[plan.frontier.limit]
    levers = [ladder.title.model_dump()[language] for ladder in plan.levers.values()]
    header = [limit.title.model_dump()[language], narrator.kpi(plan.figure), narrator.kpi("cost"), *levers]
    rows = [
        Row(
            bound_text(found, narrator, plan.frontier.limit, bound),
            [
                Cell(found.best(place), plan.figure),
                Cell(found.cost(place), "cost"),
                *amounts_text(found.amounts[place]),
            ],
        )
        for bound, place in sorted(found.on_frontier.items())
    ]
    return Table(narrator, caption, header, rows)


def bound_text(found: Optimisation, narrator: Narrator, limit: str, value: float) -> str:
    """Write a value of a limit's figure."""
    kpi = found.plan.limits[limit].figure
    return narrator.value(kpi, value) if kpi in KPIS else f"{value:g}"


def amounts_text(amounts: Iterable[float]) -> list[str]:
    """Write the values of levers; one that a strategy does not have is a dash."""
    return [NOTHING if math.isnan(amount) else f"{amount:g}" for amount in amounts]
