"""Other banks' offers win users whom nothing binds."""

import math

import pytest

from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played

small_bank = bank_with("satisfaction", "loyalty", "competitor")

MATCH = {"competitor": {"match_offer_cny": 30}}


def bank():
    """A bank with many offers of competitors."""
    return changed(small_bank(12_000), {"competitor.offers": 8})


@covers(
    64,
    keys=["competitor.noticed", "competitor.match_cny", "levers.competitor.match_offer_cny"],
    code="simkit/campaign/relationship/competitor.py",
    kpi="lost_to_competitors",
)
def test_matched_offers_lose_fewer_users_and_cost_money():
    """An answer keeps some, and also who would have stayed takes the money."""
    plain, matching = (bank(), doing({})), (bank(), doing(MATCH))
    assert_moves("lost_to_competitors", "down", off=plain, on=matching)
    assert_moves("switch_rate", "down", off=plain, on=matching)
    assert_moves("cost", "up", off=plain, on=matching)


@covers(
    64,
    keys=["competitor.offers", "competitor.strength", "competitor.inertia"],
    code="simkit/campaign/relationship/competitor.py",
    kpi="switch_rate",
)
def test_stronger_offers_win_more_users():
    """A switch is more likely the stronger offers are and the less firmly users hold."""
    stronger = changed(bank(), {"competitor.strength": 0.35})
    assert_moves("switch_rate", "up", off=(bank(), doing({})), on=(stronger, doing({})))
    firmer = changed(bank(), {"loyalty.knee_pay": -1.0})
    assert_moves("switch_rate", "down", off=(bank(), doing({})), on=(firmer, doing({})))


def test_without_loyalty_the_switch_rate_is_the_exponential_tail():
    """P(strength > inertia) = exp(-inertia / strength), within four standard errors."""
    disloyal = changed(bank(), {"loyalty.knee_pay": 5.0, "loyalty.ties": 0})
    table = figures(disloyal, doing({})).sum()
    expected = math.exp(-0.45 / 0.25)
    error = math.sqrt(expected * (1 - expected) / table["competing_offers"])
    rate = table["lost_to_competitors"] / table["competing_offers"]
    assert rate == pytest.approx(expected, abs=4 * error)


def test_every_answer_is_a_contact_and_only_who_stays_is_paid():
    """Answers stand in the table of contacts; their cost is that of users who stayed."""
    run, table = played(bank(), doing(MATCH)), figures(bank(), doing(MATCH), 1)
    outcomes = frame(run, "outcomes")
    assert outcomes["contacts"].sum() == table["matched_offers"].item() > 0
    costs = frame(run, "costs")
    assert costs.loc[costs["item"] == "care", "amount_cny"].sum() == table["matched_offers_cost"].item()
    assert table["matched_offers_cost"].item() < 30 * table["matched_offers"].item()


def test_an_answer_of_nothing_moves_nothing():
    """Without money there is no answer."""
    none = doing({"competitor": {"match_offer_cny": 0}})
    assert_nothing_moves((small_bank(), doing({})), (small_bank(), none))


def test_without_offers_nobody_is_lost():
    """No offers, no switches."""
    calm = changed(small_bank(), {"competitor.offers": 0})
    assert figures(calm, doing({}), 1)["lost_to_competitors"].item() == 0
