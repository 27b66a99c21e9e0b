"""How a choice stands up to what is not known, in words and pictures, in both languages."""

import re

import numpy as np
import pytest

from simkit.reporting.language import Narrator
from simkit.reporting.robustness.charts import box_of_losses, from_draw_to_draw, luck_and_ignorance
from simkit.reporting.robustness.words import RobustnessWords
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Estimate
from tests.reporting.drawing import assert_bars_are_those_of, catch_figures
from tests.study.test_robustness import made_up

TITLES = {
    "en": {"do_nothing": "Do nothing", "bold": "Bold", "careful": "Careful"},
    "zh": {"do_nothing": "不做推广", "bold": "大胆", "careful": "谨慎"},
}


def words_in(language, favourite=1):
    """Return the words for the made-up look."""
    return RobustnessWords(made_up(favourite=favourite), Narrator(language, TITLES[language], {}, 200))


@pytest.mark.parametrize(("language", "told"), [("en", "is above"), ("zh", "高于")])
def test_the_box_is_told_in_the_number_s_own_unit(language, told):
    """A probability is written in percent, with the strategy and its rival, and counts."""
    words = words_in(language)
    line = next(line for line in words.lines() if "coupons.use" in line)
    percent = re.search(rf"coupons\.use {told} ([\d.]+)%", line)
    assert percent is not None
    assert float(percent[1]) == pytest.approx(60, abs=2)
    assert TITLES[language]["do_nothing"] in line
    assert "200" in line


def test_a_rival_that_never_wins_is_told_without_a_box():
    """Careful beats doing nothing in each of 200 samples."""
    assert "Careful is ahead of Do nothing in every sample (200)." in list(words_in("en", favourite=2).lines())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_line_has_its_numbers_filled_in(language):
    """No message is left with a brace, and no share is unknown."""
    words = words_in(language)
    for line in (words.headline, *words.lines()):
        assert not set("{}") & set(line)
        assert "nan" not in line.lower()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("draw", [from_draw_to_draw, luck_and_ignorance])
def test_a_chart_says_what_its_numbers_say(draw, language):
    """Each strategy but doing nothing is in the picture's own words."""
    chart = draw(words_in(language))
    assert chart.png.startswith(b"\x89PNG")
    assert all(TITLES[language][name] in chart.alt for name in ("bold", "careful"))


def test_luck_and_ignorance_are_drawn_as_in_their_plot(monkeypatch):
    """Both shares of each strategy, which make a whole."""
    figures = catch_figures(monkeypatch)
    plot = luck_and_ignorance(words_in("en")).plot
    assert_bars_are_those_of(plot, figures[0].axes[0])
    ignorance, luck = (series.values for series in plot.series)
    assert np.array(ignorance) + np.array(luck) == pytest.approx(1)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_chart_of_a_box_counts_the_draws_inside_and_outside(language):
    """The four counts are all draws."""
    words = words_in(language)
    duel = next(duel for duel in words.found.duels if duel.discovery and duel.discovery.box)
    counts = [int(cell) for row in box_of_losses(duel, words).numbers.rows for cell in row.cells]
    assert sum(counts) == words.found.draws
    assert counts[0] == duel.discovery.seen.cases_inside


@pytest.mark.parametrize(("language", "shown"), [("en", "[1,000 to 3,000]"), ("zh", "[1,000 至 3,000]")])
def test_the_interval_with_ignorance_stands_in_square_brackets_where_there_is_one(language, shown):
    """With one draw there is none, and no empty brackets."""
    narrator = Narrator(language, TITLES[language], {}, 200)
    both = Estimate(400, 2_000.0, 1_900.0, 2_100.0, 1_000.0, 3_000.0)
    luck = Estimate(400, 2_000.0, 1_900.0, 2_100.0)
    tables = [Table(narrator, "", ["", ""], [Row("", [Cell(found, "lasting")])]).html() for found in (both, luck)]
    assert shown in tables[0].replace("\u00a0", " ")
    assert "[" not in tables[1]
