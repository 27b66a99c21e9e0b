"""Charts of what an answer hangs on: swings of single numbers, screenings, and shares of the variance."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

from simkit.reporting.chart_style import (
    BASELINE_COLOUR,
    FAINT,
    INK,
    MUTED,
    Chart,
    chart_style,
    finish,
    label_column,
    marks,
    new_figure,
    quantity_axis,
)
from simkit.reporting.sensitivity.words import SensitivityWords
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Estimate
from simkit.study.sensitivity.analysis import LUCK
from simkit.study.sensitivity.screening import Effect

_LOW, _HIGH = "low", "high"
_MOST_SECTIONS = 16
_MOST_NAMES = 9
_LABEL_WIDTH = 44
_LOOKS: Mapping[str, str] = {
    name: mark.colour for name, mark in marks([_LOW, _HIGH], "").items() if name
}  # the colours of a report's first two strategies


def swings(words: SensitivityWords) -> Chart | None:
    """How far each leading number alone moves the difference, from its low to its high value."""
    found = words.answer.found
    if not found.swings:
        return None
    written, narrator, unit = found.as_written.mean, words.narrator, words.answer.kpi.unit
    ordered = found.swings[::-1]
    with chart_style():
        figure, grid = new_figure(1, 1, 2.0 + 0.5 * len(ordered))
        axes: Axes = grid[0, 0]
        for place, swing in enumerate(ordered):
            for end, value, change in ((_LOW, swing.low, swing.fall), (_HIGH, swing.high, swing.rise)):
                axes.barh(place, change.mean, left=written, height=0.6, color=_LOOKS[end], zorder=2)
                axes.hlines(place, written + change.low, written + change.high, color=INK, linewidth=1.4, zorder=3)
                _write_beside(axes, place, written, change, words.value(swing.number, value))
        axes.axvline(written, color=INK, linewidth=1.0, zorder=4)
        axes.axvline(0, color=MUTED, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
        axes.set_yticks(range(len(ordered)), [words.label(swing.number, _LABEL_WIDTH) for swing in ordered], fontsize=9)
        _make_room(axes)
        quantity_axis(axes, "x", narrator, unit, words.difference_title)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        handles = [
            axes.barh([0], [0], color=_LOOKS[end], label=narrator.text(f"sensitivity.at_{end}")) for end in _LOOKS
        ]
        axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.5, 1.11), ncols=2, frameon=False, fontsize=9)
        message = words.swings_message
        return finish(
            figure,
            name="swings",
            message=message,
            note=narrator.text("sensitivity.swings_note", n=found.as_written.n, confidence=words.confidence),
            numbers=_swings_table(words, message),
        )


def _write_beside(axes: Axes, place: int, written: float, change: Estimate, text: str) -> None:
    """Write the number's value beyond the end of its bar and of the whisker there."""
    right = change.mean > 0
    end = np.nanmax([change.mean, change.high]) if right else np.nanmin([change.mean, change.low])
    offset, side = (5, "left") if right else (-5, "right")
    axes.annotate(
        text,
        (written + end, place),
        (offset, 0),
        textcoords="offset points",
        ha=side,
        va="center",
        fontsize=8.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
    )


def _make_room(axes: Axes) -> None:
    """Leave room for what is written beyond the bars."""
    low, high = axes.get_xlim()
    axes.set_xlim(low - 0.14 * (high - low), high + 0.14 * (high - low))
    axes.set_ylim(-0.6, axes.get_ylim()[1])


def _swings_table(words: SensitivityWords, message: str) -> Table:
    narrator, kpi = words.narrator, words.answer.kpi.name
    header = [narrator.text(f"sensitivity.{key}") for key in ("number", "at_low", "at_high")]
    rows = [
        Row(swing.number.key, [Cell(swing.at_low, kpi), Cell(swing.at_high, kpi)])
        for swing in words.answer.found.swings
    ]
    return Table(narrator, message, header, rows)


def sections(words: SensitivityWords) -> Chart:
    """How much the numbers of each section together move the difference; grey: not told from luck."""
    narrator, found = words.narrator, words.answer.found
    moving = [effect for effect in found.sections if effect.size > 0] or found.sections
    shown = moving[:_MOST_SECTIONS][::-1]
    with chart_style():
        figure, grid = new_figure(1, 1, 1.7 + 0.3 * len(shown))
        axes: Axes = grid[0, 0]
        places = np.arange(len(shown))
        opened = {section.name for section in found.opened}
        colours = [_LOOKS[_LOW] if effect.real else BASELINE_COLOUR for effect in shown]
        axes.barh(places, [effect.size for effect in shown], height=0.62, color=colours)
        axes.hlines(
            places, [effect.low for effect in shown], [effect.high for effect in shown], color=INK, linewidth=1.4
        )
        axes.plot([effect.luck for effect in shown], places, "|", color=_LOOKS[_HIGH], markersize=11, markeredgewidth=2)
        titles = [
            narrator.text("sensitivity.section", name=effect.name, numbers=words.numbers_in(effect.name))
            for effect in shown
        ]
        axes.set_yticks(places, titles, fontsize=9)
        for label, effect in zip(axes.get_yticklabels(), shown, strict=True):
            label.set_color(INK if effect.name in opened else MUTED)
        quantity_axis(axes, "x", narrator, words.answer.kpi.unit, narrator.text("sensitivity.size"))
        axes.set_xlim(left=0)
        axes.grid(visible=False, axis="y")
        message = words.sections_message
        return finish(
            figure,
            name="sections",
            message=message,
            note=narrator.text(
                "sensitivity.sections_note", **words.screening_sample, shown=len(shown), total=len(found.sections)
            ),
            numbers=effects_table(words, found.sections, message),
        )


def screening(words: SensitivityWords) -> Chart | None:
    """Size of each number's effect against how much it depends on the others."""
    found, narrator, unit = words.answer.found, words.narrator, words.answer.kpi.unit
    if not found.numbers:
        return None
    with chart_style():
        figure, grid = new_figure(1, 1, 4.8)
        axes: Axes = grid[0, 0]
        for real, colour in ((False, BASELINE_COLOUR), (True, _LOOKS[_LOW])):
            group = [effect for effect in found.numbers if effect.real is real]
            face = colour if real else "none"
            x, y = [effect.size for effect in group], [effect.spread for effect in group]
            axes.plot(x, y, "o", color=colour, markerfacecolor=face, label=narrator.text(f"sensitivity.legend_{real}"))
            axes.hlines(
                y, [effect.low for effect in group], [effect.high for effect in group], color=colour, linewidth=0.9
            )
        top = 1.06 * max(max(effect.high, effect.spread) for effect in found.numbers)
        axes.plot([0, top], [0, top], color=FAINT, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        axes.set(xlim=(0, top), ylim=(0, 1.12 * max(effect.spread for effect in found.numbers) or 1.0))
        quantity_axis(axes, "x", narrator, unit, narrator.text("sensitivity.size"))
        quantity_axis(axes, "y", narrator, unit, narrator.text("sensitivity.spread"))
        axes.legend(loc="upper left", frameon=False, fontsize=9)
        named = [effect for effect in found.numbers if effect.real][:_MOST_NAMES]
        label_column(axes, [(effect.size, effect.spread, effect.name, _LOOKS[_LOW]) for effect in named])
        message = words.screening_message
        return finish(
            figure,
            name="screening",
            message=message,
            note=narrator.text("sensitivity.screening_note", **words.screening_sample),
            numbers=effects_table(words, found.numbers, message),
        )


def effects_table(words: SensitivityWords, effects: Sequence[Effect], caption: str, heading: str = "") -> Table:
    """Return screened effects as a table."""
    narrator, kpi = words.narrator, words.answer.kpi.name
    header = [narrator.text(f"sensitivity.{key}") for key in ("number", "size", "mean", "spread", "of_luck", "real")]
    rows = [
        Row(
            effect.name,
            [
                Cell(Estimate(words.answer.found.effort.trajectories, effect.size, effect.low, effect.high), kpi),
                Cell(words.plain(effect.mean), kpi, is_difference=True),
                Cell(words.plain(effect.spread), kpi),
                Cell(words.plain(effect.luck), kpi),
                words.told_from_luck(effect),
            ],
        )
        for effect in effects
    ]
    return Table(narrator, caption, header, rows, heading)


def variance(words: SensitivityWords) -> Chart | None:
    """Shares of the variance of the difference: of each number alone, and together with the others."""
    found, narrator = words.answer.found, words.narrator
    if not found.shares:
        return None
    shown = sorted(found.shares, key=lambda share: share.total)
    places = np.arange(len(shown))
    with chart_style():
        figure, grid = new_figure(1, 1, 2.0 + 0.5 * len(shown))
        axes: Axes = grid[0, 0]
        for offset, end, colour in ((0.2, "total", _LOOKS[_LOW]), (-0.2, "first", _LOOKS[_HIGH])):
            values, low, high = (
                np.array([getattr(share, f"{end}{part}") for share in shown]) for part in ("", "_low", "_high")
            )
            axes.barh(places + offset, values, height=0.36, color=colour, label=narrator.text(f"sensitivity.{end}"))
            axes.hlines(places + offset, low, high, color=INK, linewidth=1.4)
        known = {number.key: number for number in found.uncertain}
        titles = [
            narrator.text("sensitivity.luck") if share.name == LUCK else words.label(known[share.name], _LABEL_WIDTH)
            for share in shown
        ]
        axes.set_yticks(places, titles, fontsize=9)
        axes.axvline(0, color=MUTED, linewidth=0.8)
        quantity_axis(axes, "x", narrator, "share", narrator.text("sensitivity.share"))
        axes.grid(visible=False, axis="y")
        axes.legend(loc="lower right", frameon=False, fontsize=9)
        message = words.variance_message
        return finish(
            figure,
            name="variance",
            message=message,
            note=narrator.text("sensitivity.variance_note", n=found.effort.samples, confidence=words.confidence),
            numbers=_variance_table(words, message),
        )


def _variance_table(words: SensitivityWords, message: str) -> Table:
    narrator = words.narrator
    header = [narrator.text(f"sensitivity.{key}") for key in ("number", "first", "total")]
    rows = [
        Row(
            narrator.text("sensitivity.luck") if share.name == LUCK else share.name,
            [
                narrator.quantities.interval(share.first, share.first_low, share.first_high, "share", 2),
                narrator.quantities.interval(share.total, share.total_low, share.total_high, "share", 2),
            ],
        )
        for share in words.answer.found.shares
    ]
    return Table(narrator, message, header, rows)
