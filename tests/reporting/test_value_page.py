"""The page of what to measure first: its verdicts follow the money, in both languages, and the command writes it whole."""

import json

import numpy as np
import pytest

from simkit.params import DO_NOTHING, drawn_values, load_scenario, load_strategy, load_study, uncertain_numbers
from simkit.params.pilots import load_pilots
from simkit.reporting.value.page import ValuePage, ValueQuestion, narrator_of_value
from simkit.reporting.value.report import write_value_page
from simkit.study.value.study_value import ValueStudy, run_value_study
from tests.reporting.drawing import assert_bars_are_those_of
from tests.reporting.test_charts import catch_figures, overlap, shown_texts

DRAWS = 150
NUMBER = "field.no_show"


@pytest.fixture(scope="module")
def scenario():
    """Return the shipped scenario at 1 % of the bank."""
    return load_scenario("city_bank").model_copy(update={"scale": 0.01})


@pytest.fixture(scope="module")
def drawn(scenario):
    """Return the value of one number in each draw, less the middle of its range."""
    return np.array([drawn_values(scenario, draw + 1)[NUMBER] for draw in range(DRAWS)]) - 0.175


def page_of(scenario, drawn, slope, *, mean=0.0, language="en", user_worth=0.0):
    """Return the page of two strategies whose difference is `slope` × the number + `mean`, with luck."""
    luck = np.random.default_rng(1).standard_normal((2, DRAWS)) * abs(slope) * 0.02
    net_values = np.stack([luck[0] * 10, luck[0] * 10 + mean + slope * drawn + luck[1]], axis=1)
    lasting = np.stack([np.full(DRAWS, 1000.0), 1500.0 + 50 * np.sin(np.arange(DRAWS))], axis=1)
    strategies = tuple(load_strategy(name) for name in (DO_NOTHING, "cold_door_to_door"))
    numbers = tuple(number for number in uncertain_numbers(scenario) if number.key.startswith("field."))
    study = ValueStudy(scenario, strategies, numbers, net_values, lasting, 0.95, "fingerprint", user_worth)
    return ValuePage(study, load_pilots("city_bank", scenario), 0.8, narrator_of_value(study, language))


@pytest.mark.parametrize(
    ("slope", "mean", "verdict"),
    [(2e7, 0.0, "pays"), (2e4, 0.0, "not_worth"), (2e6, 1e6, "no_change"), (0.0, 1e6, "nothing_found")],
)
def test_the_verdict_follows_the_money(scenario, drawn, slope, mean, verdict):
    """A pilot is recommended where it brings more than it costs, and not where nothing turns or little is at stake."""
    page = page_of(scenario, drawn, slope, mean=mean)
    assert page.verdict == verdict
    assert set(page.study.of_numbers) == ({NUMBER} if slope else set())
    best = page.narrator.strategy(page.study.strategies[page.study.recommended].name)
    assert best in page.recommendation
    if verdict == "pays":
        size = page.pilots_found[0].best
        assert f"{size.clusters} communities" in page.recommendation
        assert page.narrator.value("net_value", size.cost) in page.sure[0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_charts_and_tables_speak_the_readers_language(scenario, drawn, language, monkeypatch):
    """Charts have no overlapping texts, the tables name the number, and all of it can be shown."""
    figures = catch_figures(monkeypatch)
    page = page_of(scenario, drawn, 2e7, language=language)
    for chart in (page.numbers, page.by_user_worth):
        assert chart.png.startswith(b"\x89PNG")
    for figure in figures:
        boxes = shown_texts(figure)
        assert not [(one, other) for one in boxes for other in boxes if one is not other and overlap(one[1], other[1])]
    assert_bars_are_those_of(page.numbers.plot, figures[0].axes[0])
    for table in (page.strategies, page.sections, page.pilots, page.designs, page.tests):
        assert "<table>" in table.html()
    assert NUMBER in page.pilots.html()
    assert "summary" in page.summary.html
    assert "<li>" in page.limits._repr_mimebundle_()["text/html"]


def test_what_the_bank_would_pay_for_users_moves_the_choice(scenario, drawn):
    """A strategy that loses 2 million and wins 500 users more is chosen once they are put at 5,000 CNY each."""
    assert page_of(scenario, drawn, 1e5, mean=-2e6).study.recommended == 0
    rich = page_of(scenario, drawn, 1e5, mean=-2e6, user_worth=5000.0)
    assert rich.study.recommended == 1
    assert 5000.0 in rich.study.telling_user_worths(5)


@pytest.mark.slow
def test_the_page_is_written_whole_and_can_be_found_again(tmp_path):
    """A small study is run, its page written with manifest and notebook, and a second start makes no run and finds the same."""
    question = ValueQuestion("smoke", draws=50, scale=0.001)
    found, index = write_value_page(question, tmp_path / "out", store=tmp_path / "store", progress=False)
    manifest = json.loads((index.parent / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["question"]["draws"] == 50
    assert manifest["fingerprint"] == found.study.fingerprint
    text = index.read_text(encoding="utf-8")
    assert found.study.fingerprint in text
    plan = load_study("smoke").model_copy(update={"scale": 0.001})
    again = run_value_study(plan, 50, store=tmp_path / "store", workers=1, progress=False)
    assert np.array_equal(again.net_values, found.study.net_values)
    assert again.fingerprint == found.study.fingerprint
