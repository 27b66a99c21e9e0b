"""The chart of perfect customers: what each tier is given month by month and in all, and when it reaches the stages."""

import datetime
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from simkit.params import DO_NOTHING
from simkit.reporting.chart_style import INK, MUTED, Chart, chart_style, finish, marks, new_figure, quantity_axis
from simkit.reporting.language import Narrator
from simkit.reporting.tables import Cell, Row, Table
from simkit.rewards import Programme, date_of
from simkit.rewards.perfect_play import PerfectPlay
from simkit.study import Estimate

_MOST_TIERS = 4
_MONTH_WIDTH = 0.84
_OWN_COLOURS = 6
_LEGEND_ROWS = 4


def count_cell(value: float) -> Cell:
    """Return a number of coupons as a cell without interval."""
    return Cell(Estimate(0, value, np.nan, np.nan), "coupons_claimed")


def money_cell(value: float) -> Cell:
    """Return yuan as a cell without interval."""
    return Cell(Estimate(0, value, np.nan, np.nan), "coupon_cost")


def tier_title(programme: Programme, tier: str, narrator: Narrator) -> str:
    """Return the name of a tier; where there is but one, that of every customer."""
    return tier if len(programme.tiers) > 1 else narrator.text("reward.any_tier")


def part_title(programme: Programme, part: str, narrator: Narrator) -> str:
    """Return the title of a part; a leaderboard has none but its name."""
    found = programme.parts.get(part)
    return found.title.model_dump()[narrator.language] if found else part


def perfect_customer(
    programme: Programme,
    plays: Sequence[PerfectPlay],
    message: str,
    narrator: Narrator,
    days: tuple[datetime.date, int],
) -> Chart:
    """Coupons by part and month above, all of them with the stages and what is advertised below; one column a tier.

    `days` is the first day and how many are played.
    """
    shown = plays[:_MOST_TIERS]
    first = days[0].replace(day=1)
    with chart_style():
        figure, grid = new_figure(2, len(shown), 5.2, sharex=True, sharey="row")
        for (above, below), play in zip(grid.T, shown, strict=True):
            _months(above, programme, play, narrator, first)
            above.set_title(tier_title(programme, play.player.tier, narrator), loc="left")
            _in_all(below, programme, play, narrator, days)
        for axes, key in zip(grid[:, 0], ("by_month", "in_all"), strict=True):
            quantity_axis(axes, "y", narrator, "count", narrator.text(f"chart.perfect.{key}"))
        for axes in grid.flat:
            axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
            axes.grid(visible=True, axis="y")
        grid[1, 0].set_ylim(0, 1.12 * grid[1, 0].get_ylim()[1])
        parts = len(shown[0].parts)
        columns = 1 if parts <= _LEGEND_ROWS else 2
        grid[0, 0].legend(loc="upper right", ncols=columns, frameon=False, fontsize=8.5, borderaxespad=0)
        # Room for the legend above the bars, where every month may be as high as the next.
        grid[0, 0].set_ylim(0, (1.12 + 0.13 * parts / columns) * grid[0, 0].get_ylim()[1])
        return finish(
            figure,
            name="perfect-customer",
            message=message,
            note=narrator.text("chart.perfect.note", start=narrator.quantities.date(days[0]), days=days[1]),
            numbers=_by_month(programme, plays, message, narrator),
        )


def _months(axes: Axes, programme: Programme, play: PerfectPlay, narrator: Narrator, first: datetime.date) -> None:
    """Draw a bar a month, in the colours of the parts."""
    looks = marks(play.parts, DO_NOTHING)
    last = max((_month_start(month.month) for month in play.by_month), default=first)
    starts = [first]
    while starts[-1] < last or len(starts) < 12:  # noqa: PLR2004 - a year has so many months
        starts.append(_next_month(starts[-1]))
    below = np.zeros(len(starts))
    for position, part in enumerate(play.parts):
        given = {month.month: month.coupons for month in play.by_month if month.part == part}
        heights = np.array([given.get(f"{start:%Y-%m}", 0) for start in starts], dtype=float)
        axes.bar(
            [(start - first).days for start in starts],
            heights,
            bottom=below,
            width=[_MONTH_WIDTH * (_next_month(start) - start).days for start in starts],
            align="edge",
            color=looks[part].colour,
            hatch="///" if position >= _OWN_COLOURS else None,
            edgecolor="white",
            linewidth=0.6,
            label=part_title(programme, part, narrator),
        )
        below += heights
    middles = [(start - first).days + 13 for start in starts]
    every = 1 if len(starts) <= 13 and axes.get_subplotspec().get_gridspec().ncols <= 2 else 3  # type: ignore[union-attr] # noqa: PLR2004
    axes.set_xticks(middles[::every], [narrator.quantities.month(start) for start in starts[::every]])
    axes.set_xlim(-4, (_next_month(starts[-1]) - first).days)


def _in_all(
    axes: Axes, programme: Programme, play: PerfectPlay, narrator: Narrator, days: tuple[datetime.date, int]
) -> None:
    """Draw coupons so far as steps, with a mark at every stage and a line at what is advertised."""
    first = days[0].replace(day=1)
    claimed = np.sort([(date_of(day) - first).days for day in play.coupons["claimed"]])
    ends = (days[0] - first).days + days[1]
    at, so_far = np.append(claimed, ends), np.append(np.arange(1, claimed.size + 1), claimed.size)
    axes.step(np.insert(at, 0, (days[0] - first).days), np.insert(so_far, 0, 0), where="post", color=INK, linewidth=1.6)
    for stage in play.stages:
        x = (stage.reached_on - first).days
        y = int(np.searchsorted(claimed, x, side="right"))
        axes.plot([x], [y], "D", color="#D55E00", markersize=5, zorder=4)
        text = narrator.text(
            "chart.perfect.stage", n=stage.number, day=narrator.quantities.day_and_month(stage.reached_on)
        )
        early = x < ends / 2
        offset, side = ((6, -9), "left") if early else ((-6, 4), "right")
        axes.annotate(text, (x, y), offset, textcoords="offset points", ha=side, fontsize=8)
    if programme.headline is not None:
        advertised = programme.headline.coupons
        axes.axhline(advertised, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        text = narrator.text("chart.perfect.advertised", n=advertised)
        axes.annotate(text, (0, advertised), (2, 3), textcoords="offset points", fontsize=8, color=MUTED)


def _by_month(programme: Programme, plays: Sequence[PerfectPlay], message: str, narrator: Narrator) -> Table:
    """Return coupons by month and part of every tier, summed up, and their face value."""
    rows = []
    for play in plays:
        total = 0
        for month in dict.fromkeys(given.month for given in play.by_month):
            of_month = {given.part: given for given in play.by_month if given.month == month}
            counts = [of_month[part].coupons if part in of_month else 0 for part in play.parts]
            total += sum(counts)
            title = month if len(plays) == 1 else f"{tier_title(programme, play.player.tier, narrator)}, {month}"
            worth = sum(given.face_cny for given in of_month.values())
            rows.append(Row(title, [*map(count_cell, counts), count_cell(total), money_cell(worth)]))
    parts = [part_title(programme, part, narrator) for part in plays[0].parts]
    more = [narrator.text(f"chart.perfect.{key}") for key in ("in_all", "face")]
    return Table(narrator, message, [narrator.text("chart.perfect.month"), *parts, *more], rows)


def _month_start(month: str) -> datetime.date:
    return datetime.date.fromisoformat(f"{month}-01")


def _next_month(start: datetime.date) -> datetime.date:
    return (start + datetime.timedelta(days=31)).replace(day=1)
