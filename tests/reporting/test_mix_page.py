"""The page of budget and staffing, in both languages, on a small made-up bank."""

import pytest

from simkit.params.mix_plan import Effort
from simkit.reporting.language import Narrator
from simkit.reporting.mixes.page import MixPage
from simkit.study.optimisation import optimise
from tests.study.optimisation.lever_model import LeverModel, plan

EFFORT = Effort(replications=3, mixes=16, mixes_elsewhere=2, candidates=2, final_replications=4, most_selection_runs=20)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What came of a plan with little effort."""
    store = tmp_path_factory.mktemp("store")
    return optimise(plan(effort=EFFORT), store=store, workers=1, progress=False, model=LeverModel().model())


@pytest.fixture(params=["en", "zh"])
def page(found, request):
    """The page in one language."""
    return MixPage(found, Narrator(request.param, {}, found.mixes.scenario.segment_titles[request.param]))


def test_the_first_sentence_names_every_lever_that_changes_with_both_values(page):
    """And what the change wins."""
    found = page.found
    told = page.recommendation
    for ladder, before, after in zip(
        found.plan.levers.values(), found.amounts[found.first], found.amounts[0], strict=True
    ):
        if before != after:
            assert ladder.title.en in told
            assert f"{after:g}" in told
            assert f"{before:g}" in told
    assert page.narrator.value("lasting", found.gain(0, found.first).mean) in told


def test_the_strategy_begun_from_is_told_to_break_its_limits(page):
    """60 teams and six supervisors where there are 22 posts."""
    assert any("66" in line and "22" in line for line in page.sure)


def test_every_limit_has_its_row_with_what_is_used_and_what_relaxing_wins(page):
    """In the plan's order."""
    rows = page.limits.as_texts()
    assert [row[0] for row in rows] == ["Budget", "Posts", "Silver"]
    assert all(len(row) == len(page.limits.header) for row in rows)


def test_the_recommended_mix_stands_first_among_the_candidates(page):
    """With a probability of being the best for each."""
    rows = page.candidates.as_texts()
    assert rows[0][0] == page.narrator.text("mix.recommended")
    assert len(rows) == len(page.found.candidates)


def test_the_charts_are_drawn_with_their_numbers(page):
    """One row for each bound of the frontier, and for each mix tried."""
    frontier, trace = page.frontier, page.trace
    assert len(frontier.numbers.rows) == len(page.found.on_frontier)
    assert len(trace.numbers.rows) == page.found.tried
    assert frontier.png.startswith(b"\x89PNG")
    assert trace.png.startswith(b"\x89PNG")
