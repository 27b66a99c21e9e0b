"""The page of a selection says who is selected, how surely, who fell out when, and who breaks a limit, in both languages."""

import dataclasses
import itertools
import json
import re

import numpy as np
import pytest

from simkit.params import Choice, StudyPlan, load_scenario, load_strategy
from simkit.reporting.language import LANGUAGES
from simkit.reporting.selection.page import SelectionPage
from simkit.reporting.selection.precision_words import precision_words
from simkit.reporting.selection.report import write_selection_page
from simkit.reporting.selection.words import SelectionWords, narrator_of_choice
from simkit.study.selection.best import Limit, Question, select_best
from simkit.study.selection.choosing import Chosen
from simkit.study.selection.precision import Width, precision_of
from simkit.study.selection.settling import Settled
from tests.reporting.drawing import assert_bars_are_those_of
from tests.reporting.test_charts import assert_legible, catch_figures
from tests.study.normal_numbers import Numbers

NAMES = ("do_nothing", "cold_door_to_door", "appointments_with_partner", "community_events", "omnichannel")
CHARTS = ("race", "behind", "probability")
PLAN = {
    "name": "doors",
    "title": {"en": "Doors", "zh": "上门"},
    "question": {"en": "Which?", "zh": "哪种？"},
    "scenario": "city_bank",
    "strategies": NAMES,
}
LIMITS = ({"kpi": "cost", "at_most": 400_000.0}, {"kpi": "lasting", "segment": "silver", "at_least": 40.0})
MEANS = np.array(
    [[350, 0, 60], [860, 4e5 - 2e4, 90], [944, 3.4e5, 95], [946, 3e5, 99], [1966, 8.5e5, 300]], dtype=float
)
SPREADS = np.array([[20, 0, 5]] + [[30, 5e3, 8]] * 4, dtype=float)


def chosen(means=MEANS, **choice):
    """Return a choice among made-up key figures."""
    plan = StudyPlan.model_validate({**PLAN, "choose": {"kpi": "lasting", "limits": LIMITS, **choice}})
    asked = plan.choose
    question = Question(
        asked.indifference or 3.5,
        limits=(Limit(1, 4_000.0, at_most=400_000.0), Limit(2, 4.0, at_least=40.0)),
    )
    numbers = Numbers(means, SPREADS, shared=0.8, seed=3)
    selection = select_best(numbers, len(NAMES), question, most_runs=asked.runs)
    strategies = tuple(load_strategy(name) for name in NAMES)
    figures = (asked, *asked.limits)
    return Chosen(plan, asked, load_scenario("city_bank"), strategies, figures, selection, 0, 0.0, "f" * 64, {})


def page(language="en", **how):
    """Return the page of a made-up choice."""
    found = chosen(**how)
    return SelectionPage(SelectionWords(found, narrator_of_choice(found, language)))


@pytest.fixture(scope="module")
def pictures():
    """Every chart in both languages with its figure: (name, language) → (chart, figure)."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        caught = catch_figures(patch)
        for name, language in itertools.product(CHARTS, LANGUAGES):
            found[name, language] = getattr(page(language), name), caught[-1]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHARTS)
def test_no_text_of_a_chart_is_cut_off_or_covered(name, language, pictures):
    """Every text lies within the picture and keeps clear of the others."""
    _, figure = pictures[name, language]
    assert_legible(figure)


def test_the_words_say_who_is_selected_and_who_breaks_a_limit_by_how_much():
    """Omnichannel would be best but costs 450,000 more than allowed; two that are close cannot be told apart."""
    shown = page()
    assert shown.summary.recommendation.endswith("Community events")
    words = " ".join(shown.words.sentences())
    assert "Omnichannel breaks the limit 'Cost at most" in words
    assert re.search(r"by CN¥4[45]\dK \(", words)
    assert "Cannot be told apart from Community events" in words
    assert "is a default: 1 %" in words


def test_a_named_indifference_is_no_default():
    """Only the default is called so."""
    assert "default" not in " ".join(page(indifference=20.0).words.sentences())


@pytest.mark.parametrize("name", ["race", "probability"])
def test_the_bars_of_a_selection_are_those_of_its_plot(name, pictures):
    """Who edits the chart in a deck edits the numbers that the page shows."""
    chart, figure = pictures[name, "en"]
    assert_bars_are_those_of(chart.plot, figure.axes[0])


def test_a_race_without_an_end_is_not_called_sure():
    """With its runs used up it has a favourite, no promise, and strategies that still ran."""
    shown = page(runs=60)
    assert shown.words.verdict().startswith("Not decided within")
    assert "No probability of a correct selection was promised" in " ".join(shown.words.sentences())
    fates = [row.cells[1] for row in shown.race.numbers.rows]
    assert "still in the race" in fates
    assert "leads" in fates


def test_where_nobody_keeps_the_limits_the_page_says_so():
    """Nobody is selected, and each one's miss is told."""
    costly = MEANS + np.array([0, 9e5, 0])
    shown = page(means=costly)
    assert shown.words.verdict() == "No strategy keeps the limits"
    assert sum("breaks the limit" in line for line in shown.words.sentences()) == len(NAMES)
    assert shown.probability.message == "Probably no strategy keeps all limits"


def test_the_table_of_limits_has_the_mean_of_what_is_limited():
    """For a least amount and for a greatest."""
    row = next(row for row in page().limits.rows if row.title == "Community events")
    cost, kept, silver, reached = row.cells
    assert cost.estimate.mean == pytest.approx(3e5, rel=0.05)
    assert silver.estimate.mean == pytest.approx(99, rel=0.1)
    assert cost.estimate.low < cost.estimate.mean < cost.estimate.high
    assert (kept, reached) == ("kept", "kept")


def test_a_page_without_limits_has_no_table_of_them():
    """There is nothing to show."""
    found = chosen()
    free = dataclasses.replace(found, choice=Choice(kpi="lasting"))
    assert SelectionPage(SelectionWords(free, narrator_of_choice(free, "en"))).limits is None


def test_the_words_of_precision_name_the_reason_and_what_would_do():
    """Three differences: narrow, wide with a forecast, and a share of nothing."""
    plan = StudyPlan.model_validate(
        {**PLAN, "until": {"narrow": ({"kpi": "lasting", "absolute": 50.0}, {"kpi": "cost", "relative": 0.05})}}
    )
    values = np.random.default_rng(1).normal(size=(25, 4)) * [10.0, 1.0, 200.0, 1.0] + [500.0, 1000.0, 50.0, 0.0]
    widths = [Width(absolute=50.0), Width(relative=0.05)] * 2
    found = precision_of(values, widths, 0.95, "replications")
    settled = Settled(plan, "do_nothing", NAMES[1:3], plan.until.narrow, found)
    lines = precision_words(settled, narrator_of_choice(chosen(), "en"))
    assert lines[0].startswith("Stopped at the budget of 25 replications")
    assert lines[1].startswith("All 4 intervals together hold with 95%")
    assert "within ± 50" in lines[2]
    assert "replications would do" in lines[4]
    assert "a share of 0 cannot be reached" in lines[5]


@pytest.mark.slow
def test_the_page_of_a_real_choice_is_written_with_all_that_it_comes_from(tmp_path):
    """A small bank, three strategies: page, notebook and manifest; the same words as the command prints."""
    plan = StudyPlan.model_validate(
        {
            **PLAN,
            "strategies": ("do_nothing", "community_events", "cold_door_to_door"),
            "scale": 0.003,
            "choose": {"kpi": "lasting", "indifference": 8.0, "limits": ({"kpi": "cost", "at_most": 1e5},)},
        }
    )
    written = write_selection_page(plan, tmp_path / "reports", store=tmp_path / "store", progress=False)
    html = written.index.read_text(encoding="utf-8")
    manifest = json.loads((written.index.parent / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["selected"] == "community_events"
    assert manifest["fingerprint"] in html
    assert "Community events" in written.words[0]
    assert html.count("data:image/png") == 3
    assert manifest["plan"]["choose"]["indifference"] == 8.0
