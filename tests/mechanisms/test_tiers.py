"""Who is of high value, and what a relationship manager's care is worth."""

import numpy as np
import pytest

from simkit.campaign.handoffs.customer_needs import CustomerNeeds
from simkit.campaign.run import Campaign
from simkit.campaign.vocabulary import Channel
from tests.campaign.banks import changed, doing
from tests.mechanisms.effects import NOTHING, assert_moves, assert_nothing_moves, bank_with, covers, figures, without

small_bank = bank_with("tiers", "handoffs")

CALLS = {"calls.human_seats": 1}
NO_CARE = CALLS | {"tiers.policy": "assets"}
CARE = CALLS | {"tiers": {"policy": "assets", "relationship_managers": 2.0, "high_value_share": 0.15}}
BY_NEED = CARE | {"tiers": {**CARE["tiers"], "policy": "assets_age_need", "need_weight": 4.0}}


def bank(**changes):
    """A bank where managers are met and wallets last often enough to show who is won."""
    return changed(small_bank(), {"tiers.meets_manager": 0.8, "tiers.convert_with_manager": 0.4} | changes)


@covers(
    48,
    keys=["tiers.assets_mean", "tiers.assets_spread", "levers.tiers.relationship_managers"],
    code="simkit/campaign/handoffs/tiers.py",
    kpi="deposit_weight",
)
def test_managers_win_customers_whose_deposits_weigh_more():
    """The richest are asked first, so the mean lasting user owns more."""
    assert_moves("deposit_weight", "up", off=(bank(), doing(NO_CARE)), on=(bank(), doing(CARE)))
    assert_moves("deposit_weighted_value", "up", off=(bank(), doing(NO_CARE)), on=(bank(), doing(CARE)))


def test_elderly_customers_hold_38_percent_of_the_deposits():
    """A third of the customers, 1.13 times the weight (article 001)."""
    scenario = small_bank(200_000)
    world = Campaign(scenario, NOTHING).world
    assets = CustomerNeeds(world, scenario.tiers).assets(np.arange(world.population.size))
    silver = world.population.segment == scenario.segment_names.index("silver")
    assert assets[silver].sum() / assets.sum() == pytest.approx(0.38, abs=0.02)
    assert assets[silver].mean() / assets.mean() == pytest.approx(1.13, abs=0.05)


@covers(
    50,
    keys=[
        "tiers.saves",
        "tiers.saves_60_to_75",
        "tiers.averse_to_risk",
        "tiers.averse_to_risk_60_to_75",
        "tiers.aged_60_to_75",
    ],
    code="simkit/campaign/handoffs/customer_needs.py",
    kpi="saving_share",
)
def test_who_saves_and_shuns_risk_shows_in_the_product_mix():
    """More savers among the elderly make more lasting users who want deposits only; less aversion makes investors of them."""
    usual = (bank(), doing(CARE))
    saving = bank(**{"tiers.saves": 0.95, "tiers.saves_60_to_75": 0.95, "tiers.averse_to_risk_60_to_75": 0.95})
    daring = bank(**{"tiers.averse_to_risk": 0.1, "tiers.averse_to_risk_60_to_75": 0.1})
    assert_moves("saving_share", "up", off=usual, on=(saving, doing(CARE)))
    assert_moves("investing_share", "up", off=usual, on=(daring, doing(CARE)))


@covers(
    51,
    keys=["levers.tiers.policy", "levers.tiers.age_weight", "levers.tiers.need_weight", "tiers.need_odds_ratio"],
    code="simkit/campaign/handoffs/tiers.py",
    kpi="manager_conversion",
)
def test_tiers_by_age_and_need_convert_better_than_by_assets_alone():
    """A manager has something to offer to who puts money aside; the customers won own less."""
    likes_to_talk = bank(**{"tiers.need_odds_ratio": 4})
    by_assets, by_need = ((likes_to_talk, doing(levers)) for levers in (CARE, BY_NEED))
    assert_moves("manager_conversion", "up", off=by_assets, on=by_need)
    assert_moves("manager_hours_per_wallet", "down", off=by_assets, on=by_need)


def test_managers_who_are_asked_for_more_cost_more_and_win_more():
    """Their hours are paid, and kept to."""
    shown = figures(bank(), doing(CARE), replications=3)
    assert shown["manager_paid_hours"].to_numpy() == pytest.approx(2 * 7 * 20)
    assert (shown["manager_load"] <= 1.05).all()
    assert_moves("cost", "up", off=(bank(), doing(NO_CARE)), on=(bank(), doing(CARE)))
    assert_moves("high_value_conversion", "up", off=(bank(), doing(NO_CARE)), on=(bank(), doing(CARE)))


def test_needs_leave_the_managers_mean_odds_as_they_are():
    """The odds ratios of a segment have mean 1, and count with managers alone."""
    world = Campaign(small_bank(60_000), doing(CARE)).world
    customers = np.arange(world.population.size)
    ratios = np.exp(world.opening.influences.terms(customers, Channel.RELATIONSHIP_MANAGER)["need"])
    for segment in range(4):
        assert ratios[world.population.segment == segment].mean() == pytest.approx(1, abs=0.01)
    assert world.opening.influences.terms(customers, Channel.HUMAN_CALL)["need"] == 0


def test_without_tiers_assets_and_needs_move_nothing():
    """A bank that knows its customers' assets is the same bank as long as nobody goes by them."""
    assert_nothing_moves((small_bank(), doing(CALLS)), (without(small_bank(), "tiers"), doing(CALLS)))
