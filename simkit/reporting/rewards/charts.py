"""Charts of simulated rewards: what becomes of coupons, how many players have, and what they cost day by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from simkit.metrics.catalogue import KPIS
from simkit.reporting.chart_style import FAINT, INK, MUTED, Chart, chart_style, finish, new_figure, quantity_axis
from simkit.reporting.comparison_charts import sample_note
from simkit.reporting.content import Plot, Series
from simkit.reporting.language import Narrator
from simkit.reporting.lookups import Comparison, as_arrays, highest, one_estimate
from simkit.reporting.plots import curve, numbers, series
from simkit.reporting.quantities import SHARE
from simkit.reporting.rewards.design import PlayerCoupons
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Estimate, Study

# What coupons come to, in order, each with what it is a share of; those in grey are lost on the way.
_STEPS = {
    "coupons_qualified": None,
    "coupons_lapsed": "coupons_qualified",
    "coupons_claimed": "coupons_qualified",
    "coupons_effective": "coupons_claimed",
    "coupons_expired": "coupons_claimed",
    "coupons_redeemed": "coupons_claimed",
}
_LOST = ("coupons_lapsed", "coupons_expired")
_COLOUR = "#0072B2"
# The first number of coupons in each class of players, and blues from light to dark that stay apart in grey.
_CLASSES = (0, 1, 2, 4, 7, 13)
_BLUES = ("#e8e8e8", "#cfe1f2", "#93c3df", "#4b97c9", "#1a68ae", "#08306b")
_DARK_FROM = 4
_LEAST_LABELLED = 0.05
_LINES: Mapping[str, tuple[str, str]] = {
    "bank": ("#0072B2", "solid"),
    "hunters": ("#D55E00", "dashed"),
    "partner": ("#009E73", "dashdot"),
    "owed": ("#0072B2", "solid"),
    "breakage": ("#E69F00", "dashed"),
}
_NOTES = {1: "note_of_cost", 2: "note"}
_PANELS = (("bank", "hunters", "partner"), ("owed", "breakage"))
_DAYS = """
select replication, day, sum(cost_cny) as bank, sum(hunter_cost_cny) as hunters, sum(liability_cny) as owed,
    sum({face}) - sum(cost_cny) as partner, sum(expired_cny) as breakage
from coupons where strategy = '{strategy}' group by all order by all
"""
_FACES = {"redemption": "redeemed_cny", "issue": "issued_cny - expired_cny - revoked_cny"}


def coupon_funnel(comparison: Comparison, strategy: str, narrator: Narrator) -> Chart:
    """What becomes of coupons: qualified, claimed, effective, redeemed; in grey those that nobody claims or redeems in time."""
    found = {kpi: comparison.alone(strategy, kpi) for kpi in _STEPS}
    message = _funnel_message(found, narrator)
    with chart_style():
        figure, grid = new_figure(1, 1, 3.9)
        axes: Axes = grid[0, 0]
        mean, low, high = as_arrays(found.values())
        places = np.arange(len(found))[::-1]
        lost = [kpi in _LOST for kpi in found]
        bars = axes.barh(places, mean, height=0.66, color=[FAINT if grey else _COLOUR for grey in lost])
        for bar, grey in zip(bars, lost, strict=True):
            bar.set(hatch="///" if grey else None, edgecolor="white")
        axes.hlines(places, low, high, color=INK, linewidth=1.6)
        for place, (kpi, step) in zip(places, _STEPS.items(), strict=True):
            text = narrator.estimate(kpi, found[kpi])
            if step and found[step].mean > 0:
                share = narrator.quantities.number(found[kpi].mean / found[step].mean, "share")
                text += " · " + narrator.text(f"chart.coupons.of_{step.removeprefix('coupons_')}", share=share)
            at = (float(np.nan_to_num(highest(found[kpi]))), float(place))
            axes.annotate(text, at, (6, 0), textcoords="offset points", va="center", fontsize=9)
        axes.set_yticks(places, [narrator.short(kpi) for kpi in found])
        axes.set_xlim(0, 1.75 * float(np.nanmax([0, *mean, *high])) or 1.0)
        quantity_axis(axes, "x", narrator, "count", narrator.text("chart.coupons.axis"))
        axes.grid(visible=False, axis="y")
        rows = [Row(narrator.short(kpi), [Cell(found[kpi], kpi)]) for kpi in found]
        header = [narrator.text("chart.coupons.state"), narrator.text("chart.coupons.axis")]
        return finish(
            figure,
            name="coupon-funnel",
            message=message,
            note=narrator.text("chart.coupons.note", sample=sample_note(comparison, narrator)),
            numbers=Table(narrator, message, header, rows),
            plot=Plot(
                kind="bars",
                horizontal=True,
                categories=tuple(map(narrator.short, found)),
                series=(series(header[1], _COLOUR, found.values(), [FAINT if grey else _COLOUR for grey in lost]),),
                x_title=header[1],
                x_unit="count",
            ),
        )


def _funnel_message(found: Mapping[str, Estimate], narrator: Narrator) -> str:
    """Say which part of the coupons is redeemed, and on which part nobody acts in time."""
    qualified, redeemed = found["coupons_qualified"].mean, found["coupons_redeemed"].mean
    if not qualified > 0:
        return narrator.text("chart.coupons.none")
    if redeemed == qualified:
        return narrator.text(
            "chart.coupons.at_once", count=narrator.mean("coupons_redeemed", found["coupons_redeemed"])
        )
    shares = {kpi: narrator.quantities.number(found[f"coupons_{kpi}"].mean / qualified, "share") for kpi in _SHARES}
    return narrator.text("chart.coupons.message", **shares)


_SHARES = ("redeemed", "lapsed", "expired")


def coupons_of_players(players: PlayerCoupons, comparison: Comparison, days: int, narrator: Narrator) -> Chart:
    """How many coupons a player has claimed, by segment: shares of players by number, with mean and median."""
    groups = [*narrator.segments, "all"]
    median = players.claimed("all").median()
    message = narrator.text("chart.players.none")
    if not np.isnan(median):
        message = narrator.text(
            "chart.players.message",
            median=narrator.quantities.number(float(median)),
            many=narrator.quantities.number(float(players.claimed("all").quantile(0.9))),
            days=days,
        )
    with chart_style():
        figure, grid = new_figure(1, 1, 2.2 + 0.5 * len(groups))
        axes: Axes = grid[0, 0]
        for place, segment in enumerate(reversed(groups)):
            _player_bar(axes, place, np.asarray(players.claimed(segment), dtype=np.float64))
            text = narrator.text(
                "chart.players.label",
                mean=narrator.estimate("coupons_per_player", players.mean(segment)),
                median=narrator.quantities.number(float(players.claimed(segment).median())),
            )
            axes.annotate(text, (1, place), (8, 0), textcoords="offset points", va="center", fontsize=9)
        handles = [axes.barh(0, 0, color=blue, label=_class_name(i)) for i, blue in enumerate(_BLUES)]
        axes.legend(
            handles=handles,
            title=narrator.text("chart.players.classes"),
            title_fontsize=9,
            alignment="left",
            loc="lower left",
            bbox_to_anchor=(0, 1.0),
            ncols=len(_BLUES),
            frameon=False,
            fontsize=9,
            borderaxespad=0.2,
        )
        axes.set_yticks(np.arange(len(groups)), [narrator.segment(name) for name in reversed(groups)])
        quantity_axis(axes, "x", narrator, "share", narrator.text("chart.players.axis"))
        axes.set(xlim=(0, 1.0), xticks=[0, 0.25, 0.5, 0.75, 1.0], ylim=(-0.5, len(groups) - 0.5))
        axes.grid(visible=False)
        rows = [Row(narrator.segment(segment), _player_cells(players, segment, narrator)) for segment in groups]
        header = [
            narrator.text("table.segment"),
            narrator.text("chart.players.players"),
            narrator.kpi("coupons_per_player"),
            narrator.text("chart.players.median"),
            narrator.text("chart.players.tenth"),
            narrator.kpi("redeemed_per_player"),
        ]
        return finish(
            figure,
            name="coupons-of-players",
            message=message,
            note=narrator.text("chart.players.note", sample=_brackets_note(comparison, narrator)),
            numbers=Table(narrator, message, header, rows),
            plot=_players_plot(players, groups, narrator),
        )


def _players_plot(players: PlayerCoupons, groups: Sequence[str], narrator: Narrator) -> Plot:
    shares = [_shares(np.asarray(players.claimed(segment), dtype=np.float64)) for segment in groups]
    return Plot(
        kind="stacked_bars",
        horizontal=True,
        categories=tuple(map(narrator.segment, groups)),
        series=tuple(
            Series(name=_class_name(i), colour=blue, values=numbers(of_group[i] for of_group in shares))
            for i, blue in enumerate(_BLUES)
        ),
        x_title=narrator.text("chart.players.axis"),
        x_unit=SHARE,
    )


def _shares(claimed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of players in each class; NaN where there is no player."""
    counts = np.bincount(np.searchsorted(_CLASSES, claimed, side="right") - 1, minlength=len(_CLASSES))
    return counts / claimed.size if claimed.size else np.full(len(_CLASSES), np.nan)


def _brackets_note(comparison: Comparison, narrator: Narrator) -> str:
    if comparison.n == 1:
        return narrator.text("note.single_run")
    confidence = narrator.quantities.tick(comparison.confidence, "share")
    return narrator.text("note.brackets", n=comparison.n, confidence=confidence)


def _player_cells(players: PlayerCoupons, segment: str, narrator: Narrator) -> list[str | Cell]:
    claimed = players.claimed(segment)
    return [
        Cell(players.players(segment), "coupons_claimed"),
        Cell(players.mean(segment), "coupons_per_player"),
        *(narrator.quantities.number(float(claimed.quantile(share))) for share in (0.5, 0.9)),
        Cell(players.redeemed_cny(segment), "redeemed_per_player"),
    ]


def _player_bar(axes: Axes, place: int, claimed: NDArray[np.float64]) -> None:
    """Draw the shares of players in each class, and write those that have room."""
    if not claimed.size:
        return
    start = 0.0
    for i, share in enumerate(_shares(claimed).tolist()):
        axes.barh(place, share, left=start, height=0.66, color=_BLUES[i], edgecolor="white", linewidth=0.6)
        if share >= _LEAST_LABELLED:
            colour = "white" if i >= _DARK_FROM else INK
            axes.text(start + share / 2, place, f"{share:.0%}", ha="center", va="center", fontsize=8.5, color=colour)
        start += share


def _class_name(i: int) -> str:
    first = _CLASSES[i]
    if i == len(_CLASSES) - 1:
        return f"{first}+"
    last = _CLASSES[i + 1] - 1
    return str(first) if first == last else f"{first}–{last}"


@dataclass(frozen=True)
class RewardDays:
    """Money of a programme by day and replication (CNY): columns of `_LINES`, all summed up over days but what is owed."""

    lines: Mapping[str, NDArray[np.float64]]
    confidence: float
    campaign_days: int
    budget_cny: float | None

    @classmethod
    def of(
        cls, study: Study, strategy: str, *, recognised_on: str, campaign_days: int, budget: float | None
    ) -> "RewardDays":
        """Read one strategy's days; what is paid is counted on redemption, or on issue less what is taken back."""
        table: pd.DataFrame = study.query(_DAYS.format(strategy=strategy, face=_FACES[recognised_on]))
        by_day = {
            line: table.pivot_table(index="day", columns="replication", values=line).to_numpy(dtype=float)
            for line in _LINES
        }
        lines = {line: days if line == "owed" else days.cumsum(axis=0) for line, days in by_day.items()}
        return cls(lines, study.plan.confidence, campaign_days, budget)

    def last(self, line: str) -> Estimate:
        """What a line comes to on the last day."""
        return one_estimate(self.lines[line][-1], self.confidence)

    def bands(self, line: str) -> NDArray[np.float64]:
        """Return a line's mean over runs and its 5th and 95th of 100 runs by day, shape (3, days)."""
        values = self.lines[line]
        return np.vstack([values.mean(axis=1), *np.quantile(values, (0.05, 0.95), axis=1)])

    @property
    def most_owed(self) -> Estimate:
        """What is owed on the day on which it is most."""
        return one_estimate(self.lines["owed"].max(axis=0), self.confidence)


def cost_by_day(days: RewardDays, narrator: Narrator) -> Chart:
    """What has been paid by day, by the bank and its partners, and what is still owed and will never be redeemed."""
    message = narrator.text(
        "chart.reward_days.message" if days.most_owed.mean > 0 else "chart.reward_days.nothing_owed",
        cost=narrator.estimate("coupon_cost", days.last("bank")),
        owed=narrator.estimate("reward_liability", days.most_owed),
    )
    with chart_style():
        # Where nothing is ever owed there is nothing to show of it.
        panels = [panel for panel in _PANELS if panel is _PANELS[0] or any(days.lines[line].any() for line in panel)]
        figure, grid = new_figure(1, len(panels), 4.0)
        for axes, lines in zip(grid[0], panels, strict=True):
            for line in lines:
                _day_line(axes, days, line, narrator)
            axes.axvline(days.campaign_days, color=MUTED, linewidth=0.8, linestyle=(0, (2, 2)))
            axes.legend(
                loc="lower left",
                bbox_to_anchor=(0, 1.0),
                frameon=False,
                fontsize=8.5,
                borderaxespad=0.2,
            )
            axes.set(xlim=(0, days.lines["bank"].shape[0] - 1), ylim=(0, None))
            if lines == _PANELS[0] and days.budget_cny is not None:
                _budget_line(axes, days.budget_cny, narrator)
            quantity_axis(axes, "y", narrator, "CNY", narrator.text("chart.reward_days.axis"))
            axes.set_xlabel(narrator.text("chart.reward_days.days", days=days.campaign_days))
        rows = [
            Row(narrator.text(f"chart.reward_days.{line}"), [Cell(days.last(line), "coupon_cost")]) for line in _LINES
        ]
        header = [narrator.text("chart.reward_days.line"), narrator.text("chart.reward_days.last")]
        return finish(
            figure,
            name="reward-days",
            message=message,
            note=narrator.text(f"chart.reward_days.{_NOTES[len(panels)]}", n=days.lines["bank"].shape[1]),
            numbers=Table(narrator, message, header, rows),
            plot=Plot(
                kind="lines",
                series=tuple(
                    curve(narrator.text(f"chart.reward_days.{line}"), _LINES[line][0], days.bands(line))
                    for line in panels[0]
                ),
                x_title=narrator.text("chart.reward_days.days", days=days.campaign_days),
                y_title=narrator.text("chart.reward_days.axis"),
                x_unit="days",
                y_unit="CNY",
            ),
        )


def _day_line(axes: Axes, days: RewardDays, line: str, narrator: Narrator) -> None:
    """Draw the mean of a line over runs, with a band from the 5th to the 95th of 100 runs."""
    colour, style = _LINES[line]
    mean, low, high = days.bands(line)
    at = np.arange(len(mean))
    axes.fill_between(at, low, high, color=colour, alpha=0.18, linewidth=0)
    label = narrator.text(f"chart.reward_days.{line}")
    axes.plot(at, mean, color=colour, linewidth=1.8, linestyle=style, label=label)


def _budget_line(axes: Axes, budget_cny: float, narrator: Narrator) -> None:
    axes.set_ylim(0, max(axes.get_ylim()[1], 1.15 * budget_cny))
    axes.axhline(budget_cny, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    text = narrator.text("chart.reward_days.budget", amount=narrator.quantities.tick(budget_cny, KPIS["cost"].unit))
    at = (0.02, budget_cny)
    axes.annotate(
        text, at, (0, 3), xycoords=("axes fraction", "data"), textcoords="offset points", fontsize=8, color=MUTED
    )
