"""A partner brand brings its customers; what both sides owe each other in points is settled to the last point."""

import numpy as np
import pytest

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

small_bank = bank_with("co_brand")

OFFERED = {"co_brand": {"points_per_cny": 1, "settlement_cny_per_point": 0.005}}


def offering(changes=None, **levers):
    """Return a case of the co-brand with these levers, in a bank where many look at the offer."""
    often = {"co_brand.sees_per_quarter": 0.9, "co_brand.convert": 0.2}
    return changed(small_bank(), often | (changes or {})), doing({"co_brand": OFFERED["co_brand"] | levers})


@covers(
    41,
    keys=[
        "co_brand.overlap",
        "co_brand.partner_size",
        "co_brand.sees_per_quarter",
        "co_brand.convert",
        "co_brand.stranger_applies",
    ],
    code="simkit/campaign/referral/co_brand.py",
    kpi="new_to_bank_share",
)
def test_the_more_customers_are_shared_the_fewer_applicants_are_new():
    """A partner whose customers are ours brings wallets; one whose customers are strangers brings new customers."""
    overlap = {"young": 0.5, "white_collar": 0.6, "middle_aged": 0.3, "silver": 0.1}
    little, much = offering(), offering({"co_brand.overlap": overlap})
    assert_moves("co_brand_wallets", "up", off=little, on=much)
    assert_moves("new_to_bank_share", "down", off=little, on=much)
    assert_moves("new_to_bank_share", "up", off=little, on=offering({"co_brand.partner_size": 1.0}))
    assert_moves("opened", "up", off=(little[0], NOTHING), on=little)
    assert_moves("co_brand_wallets", "up", off=little, on=offering(points_per_cny=4))


@covers(
    42,
    keys=[
        "co_brand.joins",
        "co_brand.partner_spending",
        "co_brand.redeemed_at_partner",
        "co_brand.redemption_delay",
        "co_brand.never_redeemed",
        "levers.co_brand.points_per_cny",
        "levers.co_brand.settlement_cny_per_point",
    ],
    code="simkit/campaign/referral/co_brand.py",
    kpi="partner_settlement",
)
def test_points_earned_at_either_side_are_settled_and_owed():
    """More points cost more settlement and leave more to pay; where points are redeemed decides who pays whom."""
    usual = offering()
    for kpi in ("coalition_points_earned", "partner_settlement", "coalition_liability"):
        assert_moves(kpi, "up", off=usual, on=offering(points_per_cny=2))
    assert_moves("partner_settlement", "up", off=usual, on=offering(settlement_cny_per_point=0.01))
    assert_moves("partner_settlement", "down", off=usual, on=offering({"co_brand.redeemed_at_partner": 0.1}))
    assert_moves("partner_settlement", "down", off=usual, on=offering({"co_brand.partner_spending": 2000}))
    for key in ("never_redeemed", "redemption_delay"):
        later = offering({f"co_brand.{key}": {"never_redeemed": 0.9, "redemption_delay": 300}[key]})
        assert_moves("coalition_liability", "up", off=usual, on=later)


def test_points_of_the_coalition_close():
    """What the bank's points cost is what was settled and given, and what is left is owed."""
    case = offering({"co_brand.partner_spending": 0})
    run, table = played(*case), figures(*case, 1).iloc[0]
    earned, redeemed = table["coalition_points_earned"], table["coalition_points_redeemed"]
    assert table["coalition_liability"] == pytest.approx((earned - redeemed) * 0.005)
    costs = frame(run, "costs")
    assert costs["amount_cny"].sum() == pytest.approx(redeemed * 0.005)
    settled = costs.query("item == 'partner'")["amount_cny"].sum()
    assert settled == pytest.approx(table["partner_settlement"]) == pytest.approx(0.7 * redeemed * 0.005)
    opened = frame(run, "conversions")["channel"].eq("co_brand").sum()
    assert opened == table["co_brand_wallets"]
    applicants = table["new_to_bank_applicants"] + opened
    assert np.isclose(table["new_to_bank_share"], table["new_to_bank_applicants"] / applicants)


def test_without_a_co_brand_nothing_moves():
    """A bank that could find a partner brand is the same bank while it has none."""
    assert_nothing_moves((small_bank(), NOTHING), (without(small_bank(), "co_brand"), NOTHING))


@covers(
    43,
    keys=["levers.offer.reward_programme", "levers.offer.reward_reading"],
    code="simkit/campaign/behaviour/programme_play.py",
    kpi="coupons_claimed",
)
def test_cups_of_coffee_are_claimed_and_cost():
    """The shipped co-brand programme against none: cups, and their cost rise; twelve cups of welcome are more than six."""
    none, coffee = (small_bank(), NOTHING), (small_bank(), doing({"offer.reward_programme": "huaxia_luckin"}))
    for kpi in (
        "coupons_qualified",
        "coupons_claimed",
        "coupons_redeemed",
        "coupon_cost",
    ):
        assert_moves(kpi, "up", off=none, on=coffee)
    twelve = {"offer.reward_programme": "huaxia_luckin", "offer.reward_reading": "headline"}
    assert_moves("coupons_claimed", "up", off=coffee, on=(small_bank(), doing(twelve)))
