"""A score that knows more finds customers sooner, and walking past doors is not free."""

import numpy as np
import pytest
from scipy.stats import binomtest, rankdata

from simkit.campaign.leads.lead_score import correlation_for, scores
from tests.campaign.banks import changed, doing
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, without

small_bank = bank_with("lead_score")

WORK = {"field.teams": 1, "calls.human_seats": 0.5}
DOORS = {"field.teams": 4}
LISTED = doing(WORK | {"lead_score": {}})
SCORED = doing(WORK | {"lead_score": {"door_bands": 4, "calls": "score"}})
NEVER_BY_CHANCE = 1e-4


def area(score, opened):
    """Return the area under the curve by the rank sum (Mann and Whitney)."""
    rank, n, positive = rankdata(score), opened.shape[0], opened.sum()
    return (rank[opened].sum() - positive * (positive + 1) / 2) / (positive * (n - positive))


@covers(
    18,
    keys=[
        "lead_score.area_under_curve",
        "lead_score.pass_door",
        "levers.lead_score.door_bands",
        "levers.lead_score.calls",
    ],
    code="simkit/campaign/leads/lead_score.py",
    kpi="wallets_per_door_hour",
)
def test_doors_and_calls_by_score_win_more_for_the_same_hours():
    """An hour at doors brings more wallets, and more of doors and calls are the likeliest customers'."""
    bank = small_bank(24_000)
    scored, listed = (doing(DOORS | {"lead_score": {"door_bands": bands}}) for bands in (2, 1))
    assert_moves("wallets_per_door_hour", "up", off=(bank, listed), on=(bank, scored), replications=12)
    for kpi in ("door_aim", "call_aim"):
        assert_moves(kpi, "up", off=(small_bank(), LISTED), on=(small_bank(), SCORED))


def test_a_better_score_aims_better():
    """What the score knows shows in whom teams and seats turn to."""
    poor = changed(small_bank(), {"lead_score.area_under_curve": 0.54})
    for kpi in ("door_aim", "call_aim"):
        assert_moves(kpi, "up", off=(poor, SCORED), on=(small_bank(), SCORED))


def test_a_blind_score_finds_the_likeliest_quarter_by_chance_alone():
    """With an area of 0.5 a quarter of the calls goes to the likeliest quarter."""
    blind = changed(small_bank(), {"lead_score.area_under_curve": 0.5})
    made = figures(blind, SCORED)[["calls_made", "calls_to_likeliest"]].sum()
    assert binomtest(int(made["calls_to_likeliest"]), int(made["calls_made"]), 0.25).pvalue > NEVER_BY_CHANCE


def test_passing_doors_by_costs_time():
    """The longer it takes to pass a door, the fewer doors a day has."""
    quick, slow = (changed(small_bank(), {"lead_score.pass_door": minutes}) for minutes in (0.0, 0.5))
    assert_moves("doors_visited", "down", off=(quick, SCORED), on=(slow, SCORED))


@pytest.mark.parametrize("target", [0.5, 0.56, 0.62])
def test_the_score_has_the_area_that_is_asked_for(target):
    """Openings are drawn from each customer's chance, and the area is measured on who opened."""
    generator = np.random.default_rng(1)
    odds = generator.normal(-2.4, 0.5, 400_000)
    score = scores(odds, correlation_for(target, 0.5), generator.uniform(size=odds.shape[0]))
    opened = generator.uniform(size=odds.shape[0]) < 1 / (1 + np.exp(-odds))
    assert score.std() == pytest.approx(1, abs=0.01)
    assert area(score, opened) == pytest.approx(target, abs=0.006)


def test_a_score_knows_no_more_than_there_is_to_know():
    """Where customers are all alike, or the area is out of reach, the correlation is 1 and no more."""
    assert correlation_for(0.99, 0.5) == 1.0
    assert correlation_for(0.62, 0.0) == 1.0
    assert correlation_for(0.5, 0.5) == 0.0


def test_without_the_lever_or_in_the_lists_order_nothing_moves():
    """A bank that has a score is the same bank as long as nobody looks at it."""
    bank = small_bank()
    assert_nothing_moves((bank, doing(WORK)), (without(bank, "lead_score"), doing(WORK)))
    listed, plain = figures(bank, LISTED, 2), figures(bank, doing(WORK), 2)
    for kpi in ("opened", "contacts", "lasting", "cost"):
        assert listed[kpi].tolist() == plain[kpi].tolist()
