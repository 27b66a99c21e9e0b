"""Employers who take the wallet for their people."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.campaign.corporate.terms import break_even_days, cashback_cny, settlement_saving_cny
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import (
    NOTHING,
    assert_moves,
    assert_nothing_moves,
    bank_with,
    covers,
    figures,
    played,
    without,
)

small_bank = bank_with("corporate_wallets")

ONBOARDING = ("needs", "platform", "integration", "training", "feedback")
APPROACH = {
    "corporate_wallets": {
        "approached_per_month": 20,
        "account_managers": 3,
        "annual_fee_cny": 2000,
        "commission_rate": 0.0001,
    }
}


def quick_bank(customers=6000):
    """A small bank whose clients are live within a week, so that four weeks of campaign show what their members do."""
    return changed(small_bank(customers), {f"corporate_wallets.{stage}.days": 1.5 for stage in ONBOARDING})


def clients(**levers):
    """Return a strategy that approaches employers on these terms."""
    return doing({"corporate_wallets": APPROACH["corporate_wallets"] | levers})


@covers(
    71,
    keys=[
        "corporate_wallets.voluntary.opens",
        "corporate_wallets.trained.opens",
        "corporate_wallets.mandated.opens",
        "corporate_wallets.mandated.pays",
        "corporate_wallets.members_per_client",
        "levers.corporate_wallets.activation",
    ],
    code="simkit/campaign/corporate/members.py",
    kpi="member_activation",
)
def test_trained_members_use_the_wallet_more_than_asked_ones_and_mandated_ones_open_most():
    """Training wins use, a mandate wins openings of which fewer pay."""
    bank = quick_bank()
    asked, trained, told = ((bank, clients(activation=way)) for way in ("voluntary", "trained", "mandated"))
    assert_moves("member_activation", "up", off=asked, on=trained)
    assert_moves("opened", "up", off=trained, on=told)
    assert_moves("member_activation", "down", off=trained, on=told)
    assert_moves("opened", "up", off=(bank, NOTHING), on=asked)


@covers(
    70,
    keys=[
        "corporate_wallets.needs.days",
        "corporate_wallets.needs.falls_out",
        "corporate_wallets.platform.days",
        "corporate_wallets.platform.falls_out",
        "corporate_wallets.integration.days",
        "corporate_wallets.integration.falls_out",
        "corporate_wallets.training.days",
        "corporate_wallets.training.falls_out",
        "corporate_wallets.feedback.days",
        "corporate_wallets.feedback.falls_out",
        "corporate_wallets.clients_per_manager",
        "levers.corporate_wallets.account_managers",
    ],
    code="simkit/campaign/corporate/onboarding.py",
    kpi="days_to_live",
)
def test_more_account_managers_take_clients_live_sooner():
    """Clients wait for a manager, so that one for all makes the way to going live longer."""
    bank = small_bank()
    assert_moves(
        "days_to_live",
        "down",
        off=(bank, clients(account_managers=1)),
        on=(bank, clients(account_managers=9)),
        replications=10,
    )


def test_every_client_is_somewhere():
    """Approached is being taken on, given up or done; live ones are those past training."""
    bank = small_bank()
    for sponsored in (True, False):
        told = figures(bank, clients(sponsored=sponsored))
        total = told[["clients_in_onboarding", "clients_fell_out", "clients_onboarded"]].sum(axis=1)
        assert (total == told["clients_approached"]).all()
        assert (told["clients_onboarded"] <= told["clients_live"]).all()
        assert (told["clients_approached"] > 5).all()


def test_without_fallout_and_queue_days_to_live_are_the_sum_of_the_stages():
    """Four stages of one day each, none varying, no waiting for a manager: four days."""
    stages = {f"corporate_wallets.{stage}.days": 1 for stage in ONBOARDING}
    stages |= {f"corporate_wallets.{stage}.falls_out": 0 for stage in ONBOARDING}
    bank = changed(small_bank(), stages | {"corporate_wallets.stage_shape": 20})
    told = figures(bank, clients(account_managers=1000))
    assert (told["clients_fell_out"] == 0).all()
    assert (told["clients_live"] == told["clients_approached"]).all()
    assert told["days_to_live"].mean() == pytest.approx(4, abs=0.1)


@covers(
    56,
    keys=["corporate_wallets.unsponsored_success", "levers.corporate_wallets.sponsored"],
    code="simkit/campaign/corporate/onboarding.py",
    kpi="clients_live",
)
def test_a_project_without_a_sponsor_seldom_lands():
    """Without executives behind it, a quarter of the clients goes live that would."""
    bank = small_bank()
    assert_moves("clients_live", "down", off=(bank, clients()), on=(bank, clients(sponsored=False)), replications=10)


@covers(
    69,
    keys=["corporate_wallets.settlement", "corporate_wallets.funding_rate", "corporate_wallets.volume_moved"],
    code="simkit/campaign/corporate/terms.py",
    kpi="settlement_saving",
)
def test_the_slower_the_old_way_the_more_instant_settlement_saves():
    """Three days of waiting are worth half as much again as two, and the wallet itself takes none."""
    bank = quick_bank()
    slow = changed(bank, {"corporate_wallets.settlement": 3})
    assert_moves("settlement_saving", "up", off=(bank, clients()), on=(slow, clients()))
    two, three = (figures(some, clients()) for some in (bank, slow))
    assert np.allclose(three["settlement_saving"], 1.5 * two["settlement_saving"])
    assert np.allclose(two["settlement_days_saved"], 2)
    at_once = changed(bank, {"corporate_wallets.settlement": 0})
    assert (figures(at_once, clients())["settlement_saving"] == 0).all()


@covers(
    73,
    keys=["levers.corporate_wallets.annual_fee_cny", "levers.corporate_wallets.commission_rate"],
    code="simkit/campaign/corporate/terms.py",
    kpi="corporate_revenue",
)
def test_higher_fees_bring_the_bank_more_and_the_client_less():
    """What the bank earns the client pays: revenue up, return on fees down, break-even later; nothing else moves."""
    bank = quick_bank()
    cheap, dear = (bank, clients()), (bank, clients(annual_fee_cny=8000))
    assert_moves("corporate_revenue", "up", off=cheap, on=dear)
    assert_moves("client_return", "down", off=cheap, on=dear)
    assert_moves("client_break_even_days", "up", off=cheap, on=dear)
    assert (figures(*cheap)["opened"] == figures(*dear)["opened"]).all()


@covers(
    72,
    keys=[
        "corporate_wallets.spending_response",
        "levers.corporate_wallets.cashback_threshold_cny",
        "levers.corporate_wallets.cashback_rate",
        "levers.corporate_wallets.cashback_cap_cny",
        "levers.corporate_wallets.payment_discount",
    ],
    code="simkit/campaign/corporate/terms.py",
    kpi="group_spending",
)
def test_discount_and_cashback_raise_members_spending_at_a_cost():
    """A reward on payments brings payments while it lasts; a threshold that nobody reaches costs nothing."""
    bank = quick_bank(20_000)
    plain, discount = (bank, clients()), (bank, clients(payment_discount=0.1))
    assert_moves("group_spending", "up", off=plain, on=discount)
    assert_moves("corporate_discount", "up", off=plain, on=discount)
    cashback = clients(cashback_rate=0.1, cashback_threshold_cny=0)
    assert_moves("corporate_cashback", "up", off=plain, on=(bank, cashback))
    beyond_reach = clients(cashback_rate=0.1, cashback_threshold_cny=1_000_000)
    assert (figures(bank, beyond_reach)["corporate_cashback"] == 0).all()


def test_unused_corporate_wallets_move_nothing():
    """A bank that could serve employers is the same bank until it approaches them."""
    assert_nothing_moves((small_bank(), NOTHING), (without(small_bank(), "corporate_wallets"), NOTHING))


def test_without_account_managers_nobody_is_approached():
    """No manager, no client, no cost."""
    told = figures(small_bank(), clients(account_managers=0))
    assert (told[["clients_approached", "members_invited", "cost"]] == 0).all().all()


def test_members_who_are_held_out_hear_nothing():
    """The holdout is a holdout for employers too."""
    strategy = doing(APPROACH | {"contact_policy.holdout_share": 0.5})
    with_holdout = figures(quick_bank(), strategy)["members_invited"].mean()
    assert 0 < with_holdout < 0.6 * figures(quick_bank(), clients())["members_invited"].mean()


def test_costs_of_clients_are_in_the_ledger():
    """Taking on clients, inviting members and the managers' days are paid for."""
    run = played(quick_bank(), clients())
    costs = frame(run, "costs").query("channel == 'corporate'").groupby("item")["amount_cny"].sum()
    assert set(costs.index) == {"corporate", "staff"}
    approached = frame(run, "figures").set_index("figure")["amount"]["clients_approached"]
    assert costs["corporate"] > approached * quick_bank().corporate_wallets.onboarding_cost.value


@settings(max_examples=50, deadline=None)
@given(
    spent=st.floats(0, 1e7),
    members=st.integers(1, 500),
    threshold=st.floats(0, 1e4),
    rate=st.floats(0, 1),
    cap=st.floats(0, 1e4),
)
def test_cashback_is_a_share_that_is_capped_and_needs_its_threshold(spent, members, threshold, rate, cap):
    """Never more than the cap, the rate, or anything below the threshold."""
    paid = float(cashback_cny(np.array([spent]), np.array([members]), threshold, rate, cap)[0])
    assert 0 <= paid <= min(cap * members, rate * spent) + 1e-9
    if spent < threshold * members:
        assert paid == 0


def test_saving_and_break_even_are_those_of_a_hand_calculation():
    """36,500 CNY a day earlier at 3 % are 3 CNY a day; a fee of 300 is back after 100 days, never if commission eats the saving."""
    assert settlement_saving_cny(np.array(36_500.0), 0.03) == pytest.approx(3)
    assert break_even_days(300, 3, 0) == 100
    assert math.isnan(break_even_days(300, 3, 3))
