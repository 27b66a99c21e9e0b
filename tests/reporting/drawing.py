"""The charts of a study, drawn for tests."""

import itertools

import pytest
from matplotlib.colors import to_hex

from simkit.reporting import chart_style, comparison_charts, strategy_charts
from simkit.reporting.cost_chart import cost_against_lasting_users
from simkit.reporting.findings import leaders
from simkit.reporting.strategy_charts import Days

CHARTS = (
    "lasting-users",
    "incremental-lasting-users",
    "cost-against-lasting-users",
    "staff-utilisation",
    "funnel-by-segment",
    "daily-curves",
    "who-gains",
)


def drawn(name, narrator, metrics, comparison, daily, attribution):
    """Draw one of the charts."""
    leading = leaders(metrics, "lasting", among=comparison.strategies, confidence=0.95)
    return {
        "lasting-users": lambda: comparison_charts.lasting_users(comparison, leading, narrator),
        "incremental-lasting-users": lambda: comparison_charts.incremental_lasting_users(comparison, leading, narrator),
        "cost-against-lasting-users": lambda: cost_against_lasting_users(comparison, narrator),
        "staff-utilisation": lambda: comparison_charts.staff_utilisation(comparison, narrator),
        "funnel-by-segment": lambda: strategy_charts.funnel_by_segment(comparison, "silver_care", narrator),
        "daily-curves": lambda: strategy_charts.daily_curves(Days(daily, 90, 0.95), comparison.strategies, narrator),
        "who-gains": lambda: strategy_charts.who_gains(attribution, comparison, "silver_care", narrator),
    }[name]()


def catch_figures(monkeypatch):
    """Return a list that grows by every figure that a picture is made of."""
    caught = []
    picture = chart_style.picture

    def catch(figure):
        caught.append(figure)
        return picture(figure)

    monkeypatch.setattr(chart_style, "picture", catch)
    return caught


def bars(axes):
    """Return the widths and colours of the bars of an axes, from the top downwards, and from left to right."""
    patches = sorted(axes.patches, key=lambda bar: (-bar.get_y(), bar.get_x()))
    return [bar.get_width() for bar in patches], [to_hex(bar.get_facecolor()) for bar in patches]


def assert_bars_are_those_of(plot, axes):
    """Demand that a picture's bars, stacked or not, have the values and the colours of its plot."""
    widths, colours = bars(axes)
    series = plot.series
    by_row = [[one.values[place] for one in series] for place in range(len(plot.categories))]
    fills = [
        [(one.point_colours or [one.colour] * len(plot.categories))[place].lower() for one in series]
        for place in range(len(plot.categories))
    ]
    assert widths == pytest.approx(list(itertools.chain(*by_row)))
    assert colours == list(itertools.chain(*fills))
