"""A plot holds the numbers that the picture shows, so that a chart drawn anew says the same."""

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_hex

from simkit.params import DO_NOTHING
from simkit.reporting.chart_style import marks
from simkit.reporting.language import Narrator
from simkit.reporting.plots import weeks
from tests.reporting import synthetic
from tests.reporting.conftest import STRATEGIES
from tests.reporting.drawing import CHARTS, assert_bars_are_those_of, bars

TITLES = synthetic.TITLES["en"]


@pytest.fixture
def shown(pictures):
    """Return a chart's plot and its axes, by name, in English."""
    return lambda name: (pictures[name, "en"][0].plot, pictures[name, "en"][1].axes)


def whiskers(axes):
    """Return the horizontal lines of an axes as (y, left, right), from the top downwards."""
    lines = [segment for c in axes.collections if isinstance(c, LineCollection) for segment in c.get_segments()]
    found = [(s[0][1], s[0][0], s[1][0]) for s in lines if len(s) > 1 and s[0][1] == s[1][1]]
    return sorted((line for line in found if np.isfinite(line).all()), reverse=True)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_chart_of_a_study_has_a_plot_with_titles_and_units(name, language, pictures):
    """Each axis of numbers says what it shows and in which unit; each series is as long as what it stands on."""
    plot = pictures[name, language][0].plot
    assert plot.x_title
    assert plot.x_unit
    assert plot.kind in ("bars", "stacked_bars") or (plot.y_title and plot.y_unit)
    for series in plot.series:
        length = len(series.x or plot.categories)
        parts = (series.values, series.low, series.high, series.x_low, series.x_high, series.point_colours)
        assert all(len(part) == length for part in parts if part is not None)


@pytest.mark.parametrize("name", ["lasting-users", "incremental-lasting-users"])
def test_bars_and_whiskers_are_those_of_the_plot(name, shown):
    """Values, intervals, colours and order of the bars are the plot's."""
    plot, (axes,) = shown(name)
    (series,) = plot.series
    assert_bars_are_those_of(plot, axes)
    drawn = whiskers(axes)
    assert [line[1] for line in drawn] == pytest.approx(series.low)
    assert [line[2] for line in drawn] == pytest.approx(series.high)
    assert [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()][::-1] == list(plot.categories)


def test_points_of_cost_and_users_are_those_of_the_plot(shown):
    """One point a strategy, in its colour, with both intervals."""
    plot, (axes,) = shown("cost-against-lasting-users")
    points = [line for line in axes.lines if len(line.get_xdata()) == 1]
    assert [line.get_xdata()[0] for line in points] == pytest.approx([series.x[0] for series in plot.series])
    assert [line.get_ydata()[0] for line in points] == pytest.approx([series.values[0] for series in plot.series])
    assert [to_hex(line.get_color()) for line in points] == [series.colour.lower() for series in plot.series]
    lines = [s for c in axes.collections if isinstance(c, LineCollection) for s in c.get_segments() if len(s) > 1]
    heights = sorted((s[0][1], s[1][1]) for s in lines if s[0][0] == s[1][0] and s[0][1] < s[1][1])
    ends = sorted((series.low[0], series.high[0]) for series in plot.series)
    assert np.array(heights) == pytest.approx(np.array(ends))


def test_shares_of_busy_time_are_those_of_the_plot(shown):
    """Each panel's points are one series, and a strategy without such staff has no number."""
    plot, panels = shown("staff-utilisation")
    for series, axes in zip(plot.series, panels, strict=True):
        drawn = [line.get_xdata()[0] for line in axes.lines]
        assert sorted(drawn) == pytest.approx(sorted(value for value in series.values if value is not None))
        assert None in series.values


def test_the_funnel_of_customers_is_that_of_the_plot(shown):
    """Every step after contacts is a series over the segments."""
    plot, panels = shown("funnel-by-segment")
    for series, axes in zip(plot.series, panels[1:], strict=True):
        assert bars(axes)[0] == pytest.approx(series.values)


def test_stacked_bars_of_who_gains_are_those_of_the_plot(shown):
    """Won, anyway and lost, which stands left of zero."""
    plot, (axes,) = shown("who-gains")
    for series, container in zip(plot.series, axes.containers, strict=True):
        drawn = [bar.get_width() for bar in container][::-1]
        sign = -1 if container[0].get_x() < 0 else 1
        assert [sign * width for width in drawn] == pytest.approx(series.values)
        assert to_hex(container[0].get_facecolor()) == series.colour.lower()


def test_weekly_curves_lie_on_the_daily_ones(shown):
    """Every seventh day and the last, of the mean and of the band."""
    plot, (_, axes) = shown("daily-curves")
    curves = [line for line in axes.lines if len(line.get_xdata()) > 2]
    for series, line in zip(plot.series, curves, strict=True):
        days = [int(day) for day in series.x]
        assert days == list(weeks(len(line.get_xdata())))
        assert series.values == pytest.approx(line.get_ydata()[days])
        assert all(low <= mean <= high for low, mean, high in zip(series.low, series.values, series.high, strict=True))
    bands = [band for band in axes.collections if isinstance(band, PolyCollection)]
    assert len(bands) == len(plot.series)


@pytest.mark.parametrize("days", [1, 7, 8, 120])
def test_weeks_begin_with_the_first_day_and_end_with_the_last(days):
    """However long the campaign, nothing is lost at its ends."""
    shown = weeks(days)
    assert shown[0] == 0
    assert shown[-1] == days - 1
    assert max(np.diff(shown), default=0) <= 7


def test_a_strategy_has_its_colour_in_every_plot(pictures):
    """Bars, points and curves of one strategy share the colour of its place in the study."""
    looks = marks(STRATEGIES, DO_NOTHING)
    narrator = Narrator("en", TITLES, synthetic.SEGMENTS["en"])
    colours = {narrator.strategy(name): looks[name].colour for name in STRATEGIES}
    for name in ("cost-against-lasting-users", "daily-curves"):
        plot = pictures[name, "en"][0].plot
        assert {series.name: series.colour for series in plot.series} == colours
    plot = pictures["lasting-users", "en"][0].plot
    assert dict(zip(plot.categories, plot.series[0].point_colours, strict=True)) == colours
