"""Charts of one strategy: its funnel by segment, its days, and who gains by it. Each is a function of the study's tables."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from simkit.metrics.catalogue import KPIS
from simkit.params import DO_NOTHING
from simkit.reporting.chart_style import (
    FAINT,
    INK,
    LOSS_COLOUR,
    MUTED,
    Chart,
    chart_style,
    finish,
    label,
    label_column,
    marks,
    new_figure,
    quantity_axis,
    short_label,
)
from simkit.reporting.comparison_charts import sample_note
from simkit.reporting.content import Plot, Series
from simkit.reporting.findings import Leaders, leaders
from simkit.reporting.language import Narrator
from simkit.reporting.lookups import LEAST_CUSTOMERS, Attribution, Comparison, Who, Withheld, as_arrays, highest
from simkit.reporting.plots import curve, numbers, series
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Estimate

FUNNEL = ("contacts", "opened", "activated", "lasting")
CURVES = ("opened", "campaign_active")
# Where the steps stand in one plot: light to dark, apart in grey too.
_STEP_COLOURS = ("#93c3df", "#4b97c9", "#08306b")
_WHO: tuple[Who, ...] = ("won", "anyway", "lost")
# The part of runs that the band around a curve holds.
_BAND = (0.05, 0.95)
_INCHES_A_LABEL = 0.19

Bands = NDArray[np.float64]


def funnel_by_segment(comparison: Comparison, strategy: str, narrator: Narrator) -> Chart:
    """Contacts, wallets opened, activated and lasting by segment, each step on its own scale."""
    totals = {kpi: narrator.mean(kpi, comparison.alone(strategy, kpi)) for kpi in FUNNEL}
    message = narrator.text("chart.funnel.message", strategy=narrator.named(strategy), **totals)
    colour = marks(comparison.strategies, DO_NOTHING)[strategy].colour
    segments = list(narrator.segments)[::-1]
    with chart_style():
        figure, grid = new_figure(1, len(FUNNEL), 1.7 + 0.5 * len(segments), sharey=True)
        before: list[Estimate] = []
        for axes, kpi in zip(grid[0], FUNNEL, strict=True):
            estimates = [comparison.alone(strategy, kpi, segment) for segment in segments]
            _funnel_step(axes, kpi, estimates, before, colour, narrator)
            before = estimates
        grid[0, 0].set_yticks(np.arange(len(segments)), [label(narrator.segment(name)) for name in segments])
        rows = [
            Row(narrator.segment(segment), [Cell(comparison.alone(strategy, kpi, segment), kpi) for kpi in FUNNEL])
            for segment in (*narrator.segments, "all")
        ]
        header = [narrator.text("table.segment"), *map(narrator.short, FUNNEL)]
        return finish(
            figure,
            name="funnel-by-segment",
            message=message,
            note=narrator.text("chart.funnel.note", sample=sample_note(comparison, narrator)),
            numbers=Table(narrator, message, header, rows),
            plot=_funnel_plot(comparison, strategy, narrator),
        )


def _funnel_plot(comparison: Comparison, strategy: str, narrator: Narrator) -> Plot:
    """Return the steps that count customers; contacts have a scale of their own and stand in the table."""
    return Plot(
        kind="bars",
        horizontal=True,
        categories=tuple(map(narrator.segment, narrator.segments)),
        series=tuple(
            series(narrator.short(kpi), colour, [comparison.alone(strategy, kpi, name) for name in narrator.segments])
            for kpi, colour in zip(FUNNEL[1:], _STEP_COLOURS, strict=True)
        ),
        x_title=narrator.text("chart.funnel.axis"),
        x_unit=KPIS["opened"].unit,
        note=sample_note(comparison, narrator),
    )


def _funnel_step(
    axes: Axes, kpi: str, estimates: Sequence[Estimate], before: Sequence[Estimate], colour: str, narrator: Narrator
) -> None:
    """Draw one step: a bar a segment with its interval, the count and its share of the step before."""
    mean, low, high = as_arrays(estimates)
    places = np.arange(len(mean))
    axes.barh(places, mean, height=0.6, color=colour)
    axes.hlines(places, low, high, color=INK, linewidth=1.4)
    for place, estimate in enumerate(estimates):
        text = narrator.mean(kpi, estimate)
        if before and before[place].mean >= estimate.mean > 0:
            text += "\n" + narrator.quantities.number(estimate.mean / before[place].mean, "share")
        at = (float(np.nan_to_num(highest(estimate))), place)
        axes.annotate(text, at, (5, 0), textcoords="offset points", va="center", fontsize=8.5)
    axes.set_title(narrator.short(kpi))
    axes.set_xlim(0, 1.7 * float(np.nanmax([0, *map(highest, estimates)])) or 1.0)
    axes.set_xticks([])
    axes.spines[["bottom", "left"]].set_visible(False)


@dataclass(frozen=True)
class Days:
    """The ledger's days over all runs of a study (strategy, draw, replication, day, date, opened, campaign_active).

    only_large: whether small counts are withheld (NaN), as those of real customers are.
    """

    table: pd.DataFrame
    campaign_days: int
    confidence: float
    only_large: bool = False

    @property
    def runs(self) -> int:
        """Runs of each strategy."""
        return len(self.table[["draw", "replication"]].drop_duplicates())

    @property
    def start(self) -> datetime.date:
        """The date of day 0."""
        return pd.Timestamp(self.table["date"].min()).date()

    def leaders(self, strategies: Sequence[str]) -> Leaders:
        """Who has the most active wallets on the last day, run by run."""
        last = self.table[self.table["day"] == self.table["day"].max()]
        active = last.groupby(["strategy", "draw", "replication"], observed=True)["campaign_active"].sum()
        rows = active.rename("value").reset_index().assign(kpi="campaign_active", segment="all")
        return leaders(rows, "campaign_active", among=strategies, confidence=self.confidence)

    def bands(self, strategy: str, curve: str) -> Bands:
        """Return mean, low and high over runs by day, as an array of shape (3, days); wallets opened are summed up over days."""
        rows = self.table[self.table["strategy"] == strategy]
        runs = rows.pivot_table(
            index="day", columns=["draw", "replication"], values=curve, aggfunc="sum", observed=True
        )
        values = runs.to_numpy(dtype=float)
        if curve == "opened":
            values = values.cumsum(axis=0)
        bands = np.vstack([values.mean(axis=1), *np.quantile(values, _BAND, axis=1)])
        small = (bands > 0) & (bands < LEAST_CUSTOMERS)
        return np.where(small, np.nan, bands) if self.only_large else bands


def daily_curves(days: Days, strategies: Sequence[str], narrator: Narrator) -> Chart:
    """Wallets opened so far and active wallets of the campaign, day by day: the mean, with a band over runs.

    A dotted line marks the end of the campaign.
    """
    curves = {curve: {name: days.bands(name, curve) for name in strategies} for curve in CURVES}
    horizon = curves[CURVES[0]][strategies[0]].shape[1]
    message = _last_day_message(days.leaders(strategies), curves, narrator)
    looks = marks(list(narrator.strategies), DO_NOTHING)
    start = narrator.quantities.date(days.start)
    with chart_style():
        figure, grid = new_figure(1, len(CURVES), max(4.0, 1.4 + _INCHES_A_LABEL * len(strategies)))
        for axes, shown in zip(grid[0], CURVES, strict=True):
            for name in strategies:
                mean, low, high = curves[shown][name]
                axes.fill_between(np.arange(horizon), low, high, color=looks[name].colour, alpha=0.18, linewidth=0)
                axes.plot(np.arange(horizon), mean, color=looks[name].colour, linewidth=1.8, linestyle=looks[name].dash)
            axes.set_title(narrator.text(f"chart.daily.{shown}"))
            if days.campaign_days < horizon:
                _mark_end(axes, days.campaign_days, narrator)
            axes.set(xlim=(0, horizon - 1), ylim=(0, None))
            quantity_axis(axes, "y", narrator, KPIS["opened"].unit, narrator.text("chart.daily.axis"))
            axes.set_xlabel(narrator.text("chart.daily.days", start=start))
        ends = {name: curves[CURVES[-1]][name][0, -1] for name in strategies}
        points = [
            (horizon - 1.0, float(ends[name]), short_label(narrator.strategy(name)), looks[name].colour)
            for name in strategies
            if np.isfinite(ends[name])
        ]
        label_column(grid[0, -1], points)
        part = narrator.quantities.tick(_BAND[1] - _BAND[0], "share")
        return finish(
            figure,
            name="daily-curves",
            message=message,
            note=narrator.text("chart.daily.note", n=days.runs, part=part),
            numbers=_last_day_table(curves, strategies, message, narrator),
            plot=Plot(
                kind="lines",
                series=tuple(
                    curve(narrator.strategy(name), looks[name].colour, curves[CURVES[-1]][name]) for name in strategies
                ),
                x_title=narrator.text("chart.daily.days", start=start),
                y_title=narrator.text(f"chart.daily.{CURVES[-1]}"),
                x_unit="days",
                y_unit=KPIS["opened"].unit,
                note=narrator.text("chart.daily.note_of_ends", n=days.runs, part=part),
            ),
        )


def _mark_end(axes: Axes, campaign_days: int, narrator: Narrator) -> None:
    axes.axvline(campaign_days, color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
    text = narrator.text("chart.daily.campaign_ends")
    at = (campaign_days, 0.02)
    axes.annotate(
        text, at, (4, 0), xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=8, color=MUTED
    )


def _last_day_message(leading: Leaders, curves: Mapping[str, Mapping[str, Bands]], narrator: Narrator) -> str:
    """Say what the last day shows: of the one strategy beside doing nothing, or of those that end highest."""
    opened, active = (curves[curve] for curve in CURVES)
    others = [name for name in active if name != DO_NOTHING] or [DO_NOTHING]
    if len(others) > 1 and leading.tied:
        return narrator.text("chart.daily.many_tied", leaders=narrator.strategy_list(leading.names))
    chosen = leading.best if len(others) > 1 else others[0]
    return narrator.text(
        "chart.daily.many" if len(others) > 1 else "chart.daily.one",
        strategy=narrator.named(chosen),
        opened=narrator.mean("opened", _last_day(opened[chosen])),
        active=narrator.mean("opened", _last_day(active[chosen])),
        days=opened[chosen].shape[1],
    )


def _last_day(bands: Bands) -> Estimate:
    """Return a curve's last day: its mean, with the band in place of an interval."""
    last = Estimate(0, *bands[:, -1].tolist())
    return Withheld.of(last, small=True) if np.isnan(last.mean) else last


def _last_day_table(
    curves: Mapping[str, Mapping[str, Bands]], strategies: Sequence[str], message: str, narrator: Narrator
) -> Table:
    """Return the curves' last day: means, with the band in place of an interval."""
    rows = [
        Row(
            narrator.strategy(name),
            [Cell(_last_day(curves[column][name]), "opened") for column in CURVES],
        )
        for name in strategies
    ]
    header = [narrator.text("table.strategy"), *(narrator.text(f"chart.daily.{column}") for column in CURVES)]
    return Table(narrator, message, header, rows)


def who_gains(attribution: Attribution, comparison: Comparison, strategy: str, narrator: Narrator) -> Chart:
    """Lasting users by segment: won by the strategy, who would have come anyway, and those lost to it."""
    totals = {who: narrator.mean("lasting", attribution.lasting(strategy, "all", who)) for who in _WHO}
    message = narrator.text("chart.who.message", strategy=narrator.named(strategy), **totals)
    segments = list(narrator.segments)[::-1]
    parts = {who: as_arrays(attribution.lasting(strategy, segment, who) for segment in segments)[0] for who in _WHO}
    with chart_style():
        figure, grid = new_figure(1, 1, 1.9 + 0.55 * len(segments))
        axes: Axes = grid[0, 0]
        _who_bars(axes, parts, marks(comparison.strategies, DO_NOTHING)[strategy].colour, narrator)
        for place, segment in enumerate(segments):
            shown = {who: narrator.estimate("lasting", attribution.lasting(strategy, segment, who)) for who in _WHO}
            at = (float(np.nan_to_num(parts["won"][place] + parts["anyway"][place])), place)
            text = narrator.text("chart.who.label", **shown)
            axes.annotate(text, at, (6, 0), textcoords="offset points", va="center", fontsize=8.5)
        axes.set_yticks(np.arange(len(segments)), [label(narrator.segment(name)) for name in segments])
        left, right = (float(np.nanmax([0, *ends])) for ends in (parts["lost"], parts["won"] + parts["anyway"]))
        axes.set_xlim(-1.08 * left, 1.5 * right or 1.0)
        quantity_axis(axes, "x", narrator, KPIS["lasting"].unit, narrator.short("lasting"))
        axes.grid(visible=False, axis="y")
        rows = [
            Row(
                narrator.segment(segment),
                [Cell(attribution.lasting(strategy, segment, who), "lasting") for who in _WHO],
            )
            for segment in (*narrator.segments, "all")
        ]
        header = [narrator.text("table.segment"), *(narrator.text(f"chart.who.{who}") for who in _WHO)]
        return finish(
            figure,
            name="who-gains",
            message=message,
            note=narrator.text("chart.who.note", sample=sample_note(comparison, narrator)),
            numbers=Table(narrator, message, header, rows),
            plot=_who_plot(parts, marks(comparison.strategies, DO_NOTHING)[strategy].colour, narrator),
        )


def _who_plot(parts: Mapping[Who, NDArray[np.float64]], colour: str, narrator: Narrator) -> Plot:
    """Return the bars as they are drawn: those lost stand to the left of zero."""
    looks: Mapping[Who, tuple[str, int]] = {"won": (colour, 1), "anyway": (FAINT, 1), "lost": (LOSS_COLOUR, -1)}
    return Plot(
        kind="stacked_bars",
        horizontal=True,
        categories=tuple(map(narrator.segment, narrator.segments)),
        series=tuple(
            Series(name=narrator.text(f"chart.who.{who}"), colour=fill, values=numbers(sign * parts[who][::-1]))
            for who, (fill, sign) in looks.items()
        ),
        x_title=narrator.short("lasting"),
        x_unit=KPIS["lasting"].unit,
    )


def _who_bars(axes: Axes, parts: Mapping[Who, NDArray[np.float64]], colour: str, narrator: Narrator) -> None:
    """Draw those won and those who come anyway to the right of zero, those lost to its left."""
    looks: Mapping[Who, tuple[NDArray[np.float64], str, str | None]] = {
        "won": (np.zeros_like(parts["won"]), colour, None),
        "anyway": (parts["won"], FAINT, None),
        "lost": (-parts["lost"], LOSS_COLOUR, "///"),
    }
    places = np.arange(len(parts["won"]))
    for who, (start, fill, hatch) in looks.items():
        title = narrator.text(f"chart.who.{who}")
        axes.barh(
            places,
            parts[who],
            left=start,
            height=0.6,
            color=fill,
            label=title,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.6,
        )
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.spines["left"].set_visible(False)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(parts), frameon=False, fontsize=9, borderaxespad=0.2
    )
