"""A title is a text: whatever it holds, pages and charts show it and are not harmed by it."""

import io
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from simkit.params import DO_NOTHING
from simkit.reporting import comparison_charts, strategy_charts
from simkit.reporting.chart_style import MissingGlyphWarning, label, wrap
from simkit.reporting.cost_chart import cost_against_lasting_users
from simkit.reporting.findings import leaders
from simkit.reporting.language import Narrator, plain
from simkit.reporting.strategy_charts import Days
from simkit.reporting.tables import Cell, Row, Table
from simkit.reporting.text_width import shortened, width
from simkit.study import Estimate
from tests.reporting import synthetic
from tests.reporting.conftest import STRATEGIES, compared
from tests.reporting.drawing import catch_figures
from tests.reporting.test_charts import assert_legible

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "formula": "=cmd|' /C calc'!A0",
    "long": "x" * 300,
    "long_chinese": "银发客户数字钱包联动推广" * 5,
    "words": "a title that goes on and on " * 11,
    "mathematics": r"$\frac{",
    "turned": "safe \u202eevil\u202c \u200f\u2067end",
    "control": "one\x00two\nthree\ttab",
}


def of_strategy(title, language="en"):
    """Return a narrator for whom one strategy has this title."""
    return Narrator(language, synthetic.TITLES[language] | {"omnichannel": title}, synthetic.SEGMENTS[language])


@pytest.mark.parametrize("kind", HOSTILE)
def test_charts_of_a_hostile_title_stay_legible(kind, metrics, comparison, daily, monkeypatch):
    """Nothing is cut off or covered, no formula is typeset, and the picture has its size."""
    narrator = of_strategy(HOSTILE[kind])
    figures = catch_figures(monkeypatch)
    leading = leaders(metrics, "lasting", among=comparison.strategies, confidence=0.95)
    with warnings.catch_warnings():
        warnings.simplefilter("error", MissingGlyphWarning)
        charts = [
            comparison_charts.lasting_users(comparison, leading, narrator),
            comparison_charts.staff_utilisation(comparison, narrator),
            cost_against_lasting_users(comparison, narrator),
            strategy_charts.daily_curves(Days(daily, 90, 0.95), comparison.strategies, narrator),
            strategy_charts.funnel_by_segment(comparison, "omnichannel", narrator),
        ]
    for chart in charts:
        with Image.open(io.BytesIO(chart.png)) as picture:
            assert picture.width == 1440
            assert picture.height < 1_200
        assert not set("\u202e\u202c\u200f\u2067\x00\n") & set(chart.alt)
    for figure in (figures[0], figures[1], figures[4]):
        assert_legible(figure)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_title_is_text_in_a_table(kind):
    """Its signs are escaped, and it turns no direction."""
    narrator = of_strategy(HOSTILE[kind])
    row = Row(narrator.strategy("omnichannel"), [Cell(Estimate(3, 10.0, 9.0, 11.0), "lasting")], HOSTILE[kind])
    html = Table(narrator, HOSTILE[kind], ["a", HOSTILE[kind]], [row]).html()
    assert "<script" not in html
    assert narrator.strategy("omnichannel") == plain(HOSTILE[kind])


def test_the_longest_titles_of_many_strategies_leave_room_for_the_numbers(monkeypatch):
    """Of a dozen strategies with titles of 60 Chinese characters every message still ends with what it says."""
    names = [DO_NOTHING, *(name for name in STRATEGIES if name != DO_NOTHING)]
    titles = {name: f"{place}号" + "银发客户数字钱包联动推广策略" * 4 for place, name in enumerate(names)}
    metrics = synthetic.metrics_table(names, replications=5)
    comparison = compared(metrics)
    narrator = Narrator("zh", titles, synthetic.SEGMENTS["zh"])
    figures = catch_figures(monkeypatch)
    leading = leaders(metrics, "lasting", among=comparison.strategies, confidence=0.95)
    chart = comparison_charts.lasting_users(comparison, leading, narrator)
    assert chart.message.endswith(narrator.estimate("lasting", leading.runner_up.lead))
    drawn = figures[0].get_suptitle().replace("\n", "")
    assert drawn.replace(" ", "") == chart.message.replace(" ", "")
    assert_legible(figures[0])


def test_of_many_strategies_a_sentence_names_the_first():
    """A dozen that cannot be told apart are counted, not listed."""
    narrator = Narrator("en", {f"s{i}": f"S{i}" for i in range(12)}, {})
    assert narrator.strategy_list([f"s{i}" for i in range(12)]) == "S0, S1, S2, S3 and 8 others"
    assert narrator.strategy_list(["s1", "s2"]) == "S1 and S2"


@given(st.text("ab 甲乙（），。", max_size=120), st.integers(8, 30), st.integers(1, 3))
@settings(max_examples=60)
def test_a_label_never_exceeds_its_room(text, columns, lines):
    """However long the text, it has no more lines and columns than there are."""
    wrapped = wrap(text, columns, most_lines=lines).split("\n")
    assert len(wrapped) <= lines
    assert all(width(line) <= columns + 2 for line in wrapped)  # closing punctuation may stand in the margin
    assert width(shortened(text, columns)) <= columns
    assert len(label(text).split("\n")) <= 2


@given(st.text(max_size=80))
def test_a_plain_title_has_one_line_and_turns_nothing(text):
    """Whatever a title holds, it keeps what can be read and nothing that steers."""
    found = plain(text)
    assert "\n" not in found
    assert found.isprintable()
    assert plain(found) == found
