"""Charts that compare the strategies of a study. Each is a function of the comparison and of the narrator."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes

from simkit.metrics.catalogue import KPIS
from simkit.params import DO_NOTHING
from simkit.reporting.chart_style import (
    INK,
    MUTED,
    Chart,
    Mark,
    chart_style,
    finish,
    label,
    marks,
    new_figure,
    quantity_axis,
)
from simkit.reporting.content import Plot
from simkit.reporting.findings import Leaders, unproven
from simkit.reporting.language import Narrator
from simkit.reporting.lookups import Comparison, as_arrays, highest
from simkit.reporting.plots import series
from simkit.reporting.quantities import SHARE
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Estimate

_RUNS_LINE, _RUNS_LINE_ON_WIDE = 1.6, 3.2
UTILISATIONS = ("field_utilisation", "call_utilisation")
# Where both stand in one plot they are told apart by colours of their own.
_UTILISATION_COLOURS = ("#0072B2", "#E69F00")


def sample_note(comparison: Comparison, narrator: Narrator) -> str:
    """Say how many runs stand behind the estimates and what their intervals cover."""
    if comparison.n == 1:
        return narrator.text("note.single_run")
    confidence = narrator.quantities.tick(comparison.confidence, "share")
    key = "note.sample" if narrator.draws == 1 else "note.sample_draws"
    return narrator.text(key, n=comparison.n, draws=narrator.draws, confidence=confidence)


def lasting_users(comparison: Comparison, leading: Leaders, narrator: Narrator) -> Chart:
    """Lasting users by strategy with intervals; the message says who leads, or that the leaders cannot be told apart."""
    if leading.tied or leading.runner_up is None:
        message = narrator.text("chart.lasting.tied", leaders=narrator.strategy_list(leading.names))
    else:
        message = narrator.text(
            "chart.lasting.clear",
            best=narrator.named(leading.best),
            runner_up=narrator.named(leading.runner_up.strategy),
            lead=narrator.estimate("lasting", leading.runner_up.lead),
        )
    title = narrator.kpi("lasting")
    return _bars(
        comparison,
        comparison.alone,
        comparison.strategies,
        narrator,
        name="lasting-users",
        message=message,
        title=title,
    )


def incremental_lasting_users(comparison: Comparison, leading: Leaders, narrator: Narrator) -> Chart:
    """Lasting users beyond those of doing nothing, with paired intervals."""
    strategies = [name for name in comparison.strategies if name != DO_NOTHING]
    without_effect = unproven(comparison, "lasting")
    best = max(strategies, key=lambda name: np.nan_to_num(comparison.against(name, "lasting").mean, nan=-np.inf))
    if not comparison.against(best, "lasting").low > 0:
        key = "none"
    elif len(leading.names) > 1:
        key = "tied"
    else:
        key = "some_unproven" if without_effect else "clear"
    message = narrator.text(
        f"chart.incremental.{key}",
        leaders=narrator.strategy_list(leading.names),
        best=narrator.named(best),
        value=narrator.estimate("lasting", comparison.against(best, "lasting")),
        unproven=narrator.strategy_list(without_effect),
    )
    title = narrator.text("chart.incremental.axis")
    return _bars(
        comparison,
        comparison.against,
        strategies,
        narrator,
        name="incremental-lasting-users",
        message=message,
        title=title,
    )


def _bars(
    comparison: Comparison,
    lookup: Callable[[str, str], Estimate],
    strategies: Sequence[str],
    narrator: Narrator,
    *,
    name: str,
    message: str,
    title: str,
) -> Chart:
    """Draw lasting users as one bar a strategy from zero, the interval as a whisker and both as a text to the right."""
    ordered = sorted(strategies, key=lambda strategy: np.nan_to_num(lookup(strategy, "lasting").mean))
    shown = [lookup(strategy, "lasting") for strategy in ordered]
    looks = marks(comparison.strategies, DO_NOTHING)
    mean, low, high = as_arrays(shown)
    places = np.arange(len(ordered))
    with chart_style():
        figure, grid = new_figure(1, 1, 1.6 + 0.42 * len(ordered))
        axes: Axes = grid[0, 0]
        axes.barh(
            places,
            mean,
            height=0.62,
            color=[looks[strategy].colour for strategy in ordered],
            hatch=[looks[strategy].hatch for strategy in ordered],
            edgecolor="white",
            linewidth=0,
        )
        wide_low, wide_high = (
            np.array([getattr(estimate, side) for estimate in shown]) for side in ("wide_low", "wide_high")
        )
        axes.hlines(places, wide_low, wide_high, color=INK, linewidth=0.8)
        axes.hlines(places, low, high, color=INK, linewidth=_RUNS_LINE if narrator.draws == 1 else _RUNS_LINE_ON_WIDE)
        axes.axvline(0, color=MUTED, linewidth=0.8)
        axes.set_yticks(places, [label(narrator.strategy(strategy)) for strategy in ordered])
        axes.set_ylim(-0.6, len(ordered) - 0.4)
        for place, estimate in enumerate(shown):
            end = float(np.nanmax([0.0, highest(estimate), estimate.wide_high]))
            _write(axes, end, place, narrator.estimate("lasting", estimate))
        left, right = float(np.nanmin([0, *mean, *low, *wide_low])), float(np.nanmax([0, *mean, *high, *wide_high]))
        span = float(right - left) or 1.0
        axes.set_xlim(left - (0.03 * span if left < 0 else 0), right + 0.42 * span)
        quantity_axis(axes, "x", narrator, KPIS["lasting"].unit, title)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        rows = [
            Row(narrator.strategy(strategy), [Cell(lookup(strategy, "lasting"), "lasting")])
            for strategy in reversed(ordered)
        ]
        numbers = Table(narrator, message, [narrator.text("table.strategy"), title], rows)
        note = sample_note(comparison, narrator)
        if not np.isnan(wide_low).all():
            note = narrator.text("note.both", sample=note, wide=narrator.text("note.wide"))
        downwards = ordered[::-1]
        colours = [looks[strategy].colour for strategy in downwards]
        plot = Plot(
            kind="bars",
            horizontal=True,
            categories=tuple(map(narrator.strategy, downwards)),
            series=(series(title, colours[0], shown[::-1], colours),),
            x_title=title,
            x_unit=KPIS["lasting"].unit,
        )
        return finish(figure, name=name, message=message, note=note, numbers=numbers, plot=plot)


def _write(axes: Axes, x: float, y: float, text: str) -> None:
    """Write *text* just to the right of a point of the data."""
    axes.annotate(text, (x, y), (6, 0), textcoords="offset points", va="center", fontsize=9)


def staff_utilisation(comparison: Comparison, narrator: Narrator) -> Chart:
    """Share of paid time that field staff and call seats are busy, by strategy, with intervals."""
    message = _utilisation_message(comparison, narrator)
    looks = marks(comparison.strategies, DO_NOTHING)
    strategies = list(reversed(comparison.strategies))
    with chart_style():
        figure, grid = new_figure(1, len(UTILISATIONS), 1.7 + 0.36 * len(strategies), sharey=True)
        for axes, kpi in zip(grid[0], UTILISATIONS, strict=True):
            axes.set_title(narrator.kpi(kpi))
            for place, strategy in enumerate(strategies):
                _utilisation_row(axes, place, comparison.alone(strategy, kpi), looks[strategy], narrator)
            quantity_axis(axes, "x", narrator, "share", narrator.text("chart.utilisation.axis"))
            axes.set(
                xlim=(0, _widest(comparison)), ylim=(-0.6, len(strategies) - 0.4), xticks=[0, 0.25, 0.5, 0.75, 1.0]
            )
            axes.grid(visible=False, axis="y")
        grid[0, 0].set_yticks(
            np.arange(len(strategies)), [label(narrator.strategy(strategy)) for strategy in strategies]
        )
        rows = [
            Row(narrator.strategy(strategy), [Cell(comparison.alone(strategy, kpi), kpi) for kpi in UTILISATIONS])
            for strategy in comparison.strategies
        ]
        header = [narrator.text("table.strategy"), *map(narrator.kpi, UTILISATIONS)]
        return finish(
            figure,
            name="staff-utilisation",
            message=message,
            note=sample_note(comparison, narrator),
            numbers=Table(narrator, message, header, rows),
            plot=_utilisation_plot(comparison, narrator),
        )


def _utilisation_plot(comparison: Comparison, narrator: Narrator) -> Plot:
    return Plot(
        kind="bars",
        horizontal=True,
        categories=tuple(map(narrator.strategy, comparison.strategies)),
        series=tuple(
            series(narrator.kpi(kpi), colour, [comparison.alone(name, kpi) for name in comparison.strategies])
            for kpi, colour in zip(UTILISATIONS, _UTILISATION_COLOURS, strict=True)
        ),
        x_title=narrator.text("chart.utilisation.axis"),
        x_unit=SHARE,
    )


def _widest(comparison: Comparison) -> float:
    """Return where the axis of utilisation ends: beyond 100 %, and beyond overtime where there is any."""
    shown = [highest(comparison.alone(name, kpi)) for name in comparison.strategies for kpi in UTILISATIONS]
    return 1.18 * max([1.0, *(value for value in shown if not np.isnan(value))])


def _utilisation_row(axes: Axes, place: int, estimate: Estimate, mark: Mark, narrator: Narrator) -> None:
    if np.isnan(estimate.mean):
        axes.text(0.01, place, narrator.text("chart.utilisation.no_staff"), va="center", fontsize=8.5, color=MUTED)
        return
    axes.hlines([place], 0, estimate.mean, color=mark.colour, linewidth=1, alpha=0.5)
    axes.plot([estimate.mean], [place], mark.marker, color=mark.colour, markersize=8)
    axes.hlines([place], estimate.low, estimate.high, color=INK, linewidth=1.6, zorder=3)
    _write(axes, highest(estimate), place, narrator.quantities.number(estimate.mean, "share"))


def _utilisation_message(comparison: Comparison, narrator: Narrator) -> str:
    """Say between what the strategies' utilisations lie, for each kind of staff that any strategy employs."""
    parts = []
    for kpi in UTILISATIONS:
        means = [comparison.alone(name, kpi).mean for name in comparison.strategies]
        shown = [narrator.quantities.number(mean, "share") for mean in sorted(means) if not np.isnan(mean)]
        if shown:
            both = narrator.text("chart.utilisation.range", low=shown[0], high=shown[-1])
            parts.append(narrator.text(f"chart.utilisation.{kpi}", value=shown[0] if shown[0] == shown[-1] else both))
    if not parts:
        return narrator.text("chart.utilisation.none")
    return narrator.text("chart.utilisation.message", parts=narrator.text("list.separator").join(parts))
