"""Charts say what the numbers say, in both languages, and nothing on them is cut off."""

import io
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text
from PIL import Image

from simkit.params import DO_NOTHING
from simkit.reporting import comparison_charts, strategy_charts
from simkit.reporting.chart_style import MissingGlyphWarning, marks, spread, wrap
from simkit.reporting.findings import leaders
from simkit.reporting.language import Narrator
from simkit.reporting.lookups import Attribution
from simkit.reporting.strategy_charts import Days
from tests.reporting import synthetic
from tests.reporting.conftest import STRATEGIES, compared
from tests.reporting.drawing import CHARTS, catch_figures, drawn


@pytest.fixture
def figures(monkeypatch):
    """Catch every figure that is saved."""
    return catch_figures(monkeypatch)


def shown_texts(figure):
    """Return the visible texts of a drawn figure with their boxes, in pixels."""
    renderer = figure.canvas.get_renderer()
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    axes_ticks = {label for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for label in beyond(axis)}
    return [(text, text.get_window_extent(renderer)) for text in texts if text not in axes_ticks]


def beyond(axis):
    """Return the labels of ticks outside the axis' limits, which exist but are not drawn."""
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * (high - low)
    ticks = [tick for tick in axis.get_major_ticks() if not low - slack <= tick.get_loc() <= high + slack]
    return [label for tick in ticks for label in (tick.label1, tick.label2)]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", CHARTS)
def test_nothing_is_cut_off(name, language, pictures):
    """Every text lies within the picture, in English and in Chinese; a missing glyph would be an error."""
    _, figure = pictures[name, language]
    width, height = figure.canvas.get_width_height(physical=True)
    outside = [
        text.get_text()
        for text, box in shown_texts(figure)
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]
    assert outside == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "name", ["lasting-users", "incremental-lasting-users", "staff-utilisation", "funnel-by-segment"]
)
def test_no_text_covers_another(name, language, pictures):
    """Labels keep clear of one another."""
    boxes = shown_texts(pictures[name, language][1])
    covered = [
        (one.get_text(), other.get_text()) for (one, a), (other, b) in itertools.combinations(boxes, 2) if overlap(a, b)
    ]
    assert covered == []


def overlap(one, other):
    """Say whether two boxes share more than their padding."""
    return min(one.x1, other.x1) - max(one.x0, other.x0) > 2 and min(one.y1, other.y1) - max(one.y0, other.y0) > 4


def assert_legible(figure):
    """Demand that every text lies within the picture, and that no text covers another."""
    width, height = figure.canvas.get_width_height(physical=True)
    boxes = shown_texts(figure)
    outside = [
        t.get_text() for t, box in boxes if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]
    covered = [
        (one.get_text(), other.get_text()) for (one, a), (other, b) in itertools.combinations(boxes, 2) if overlap(a, b)
    ]
    assert (outside, covered) == ([], [])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_carries_its_message_numbers_and_description(name, language, pictures):
    """The description holds the message and every row of the numbers; the picture is wide enough to print."""
    chart, _ = pictures[name, language]
    assert chart.name == name
    assert chart.message in chart.alt
    assert all(row.title in chart.alt for row in chart.numbers.rows)
    assert len(chart.numbers.rows) >= 4
    with Image.open(io.BytesIO(chart.png)) as picture:
        assert picture.width == 1440
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 50
        assert picture.convert("RGB").getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize("name", CHARTS)
def test_equal_tables_give_equal_pictures(name, pictures, metrics, comparison, daily, attribution):
    """A chart is a function of its tables, byte for byte."""
    narrator = Narrator("zh", synthetic.TITLES["zh"], synthetic.SEGMENTS["zh"])
    assert drawn(name, narrator, metrics, comparison, daily, attribution).png == pictures[name, "zh"][0].png


def test_a_strategy_has_one_colour_wherever_it_is_shown():
    """Colours go by the place in the study; doing nothing is grey, and from the seventh on the marker tells them apart."""
    names = [DO_NOTHING, *(f"s{i}" for i in range(20))]
    looks = marks(names, DO_NOTHING)
    assert len(set(looks.values())) == len(names)
    assert marks(tuple(names), DO_NOTHING) == looks
    assert len({looks[name].colour for name in names[:7]}) == 7


def test_the_title_names_the_leader_and_its_lead(narrator, metrics, comparison):
    """A clear lead is told with its interval."""
    leading = leaders(metrics, "lasting", among=comparison.strategies, confidence=0.95)
    message = comparison_charts.lasting_users(comparison, leading, narrator).message
    assert narrator.strategy("omnichannel") in message
    assert narrator.strategy("appointments_with_partner") in message
    assert narrator.estimate("lasting", leading.runner_up.lead) in message


def test_the_title_says_when_the_leaders_cannot_be_told_apart(narrator):
    """With much luck in few runs, no leader is proclaimed."""
    metrics = synthetic.metrics_table(["do_nothing", "digital_first", "appointments_with_partner"], 3, spread=6)
    comparison = compared(metrics)
    leading = leaders(metrics, "lasting", among=comparison.strategies, confidence=0.95)
    assert leading.tied
    message = comparison_charts.lasting_users(comparison, leading, narrator).message
    assert message == narrator.text("chart.lasting.tied", leaders=narrator.strategy_list(leading.names))
    assert narrator.strategy("digital_first") in message


def test_curves_that_end_alike_have_no_leader(narrator, daily):
    """Two strategies with the same days cannot be told apart, and the title says so; a third that ends lower is not named."""
    twin = daily[daily["strategy"] == "omnichannel"].assign(strategy="digital_first")
    days = Days(pd.concat([daily[daily["strategy"].isin([DO_NOTHING, "omnichannel"])], twin]), 90, 0.95)
    shown = [DO_NOTHING, "digital_first", "omnichannel"]
    message = strategy_charts.daily_curves(days, shown, narrator).message
    both = narrator.strategy_list(["digital_first", "omnichannel"])
    assert message == narrator.text("chart.daily.many_tied", leaders=both)


def test_a_single_run_is_drawn_without_intervals_and_says_so(narrator, figures):
    """One run gives charts, with a note that there is no interval."""
    metrics = synthetic.metrics_table(STRATEGIES, replications=1)
    daily = synthetic.daily_table(STRATEGIES, replications=1)
    single = Attribution.of(synthetic.who_table(STRATEGIES, replications=1))
    for name in CHARTS:
        drawn(name, narrator, metrics, compared(metrics), daily, single)
    notes = [text.get_text().replace("\n", " ") for figure in figures for text, _ in shown_texts(figure)]
    assert sum(narrator.text("note.single_run") in note for note in notes) >= 5


def test_a_title_with_signs_of_its_own_is_drawn_as_it_is(figures):
    """Dollar signs are no formulas, and angle brackets no tags."""
    titles = synthetic.TITLES["en"] | {"omnichannel": "<b>$x_1$ & 100%</b>"}
    metrics = synthetic.metrics_table(STRATEGIES, replications=5)
    drawn("lasting-users", Narrator("en", titles, synthetic.SEGMENTS["en"]), metrics, compared(metrics), None, None)
    assert any("<b>$x_1$ & 100%</b>" in text.get_text() for text, _ in shown_texts(figures[0]))


def test_a_character_without_a_glyph_is_warned_of():
    """An emoji in a title becomes a question mark, and the warning names it."""
    titles = synthetic.TITLES["en"] | {"omnichannel": "Omni 🚀"}
    metrics = synthetic.metrics_table(STRATEGIES, replications=5)
    with pytest.warns(MissingGlyphWarning, match="U[+]1F680"):
        drawn("lasting-users", Narrator("en", titles, synthetic.SEGMENTS["en"]), metrics, compared(metrics), None, None)


def test_utilisation_beyond_the_paid_time_stays_on_the_chart(narrator, figures):
    """Overtime is shown where it is, inside the axis."""
    metrics = synthetic.metrics_table(STRATEGIES, replications=5)
    metrics.loc[metrics["kpi"] == "field_busy_minutes", "value"] *= 1.5
    drawn("staff-utilisation", narrator, metrics, compared(metrics), None, None)
    axes = figures[0].axes[0]
    shown = max(x for line in axes.lines for x in line.get_xdata())
    assert 1.0 < shown < axes.get_xlim()[1]


@given(
    positions=st.lists(st.floats(0, 100), min_size=1, max_size=15),
    gap=st.floats(0.1, 6),
)
def test_labels_are_spread_without_changing_their_order(positions, gap):
    """Neighbours are a gap apart, the order stays, and labels with room enough do not move."""
    placed = spread(positions, gap, 0, 100)
    order = np.argsort(positions, kind="stable")
    assert all(np.diff(np.array(placed)[order]) >= gap - 1e-9)
    assert max(placed) <= 100 + 1e-9
    if len(positions) == 1:
        assert placed == positions


@given(text=st.text("abc 甲乙（），。", max_size=60), width=st.integers(8, 30))
def test_wrapping_loses_no_character_and_leads_no_line_with_a_full_stop(text, width):
    """Lines break between words or Chinese characters; closing punctuation stays with what it closes."""
    wrapped = wrap(text, width)
    assert wrapped.replace("\n", "").replace(" ", "") == text.replace(" ", "")
    assert not any(line.startswith(("，", "。", "）")) for line in wrapped.split("\n")[1:])
