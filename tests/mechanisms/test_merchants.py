"""Where users can pay they pay more often, and what is given away there is shared with the merchant."""

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

small_bank = bank_with("merchants")


def signing(bank=None, **levers):
    """Return a case of merchants with these levers."""
    return bank or small_bank(), doing({"merchants": levers})


@covers(
    20,
    keys=[
        "merchants.density",
        "merchants.shop_share",
        "merchants.acceptance_gain",
        "merchants.discount_gain_per_10_percent",
        "merchants.merchant_bears",
        "merchants.property_gain",
        "merchants.transport_gain",
        "merchants.community_spread",
        "levers.merchants.per_1000_customers",
        "levers.merchants.discount",
        "levers.merchants.discount_days",
        "levers.merchants.property_share",
        "levers.merchants.transport",
    ],
    code="simkit/campaign/referral/merchants.py",
    kpi="payments",
)
def test_shops_property_fees_and_transport_bring_payments():
    """Each place to pay adds payments; more shops sell more, and a discount sells still more at a cost."""
    nothing, shops = (small_bank(), NOTHING), signing(per_1000_customers=10)
    discounted = signing(per_1000_customers=10, discount=0.2, discount_days=126)
    for places in (shops, signing(property_share=1.0), signing(transport=True)):
        assert_moves("payments", "up", off=nothing, on=places)
    assert_moves("merchant_sales", "up", off=signing(per_1000_customers=1), on=shops)
    for kpi in ("payments", "merchant_sales", "merchant_discount_cost"):
        assert_moves(kpi, "up", off=shops, on=discounted, replications=10)
    generous = (changed(small_bank(), {"merchants.merchant_bears": 0.8}), discounted[1])
    assert_moves("merchant_discount_cost", "down", off=discounted, on=generous)
    uneven = (changed(small_bank(), {"merchants.community_spread": 2.5}), shops[1])
    assert_moves("merchant_sales", "down", off=shops, on=uneven, replications=12)


def test_no_merchant_is_no_merchant():
    """Signing nobody changes no payment and costs nothing."""
    one, other = (figures(*case, 2)[["payments", "opened", "cost"]] for case in (signing(), (small_bank(), NOTHING)))
    assert one.equals(other)


def test_sales_and_costs_of_merchants_are_those_of_the_formula():
    """Known answer: alike everywhere, the share of shops times acceptance of every payment at the usual amount."""
    bank = changed(small_bank(), {"merchants.community_spread": 0})
    case = signing(bank, per_1000_customers=10, discount=0.1, discount_days=28)
    run, costs = played(*case), frame(played(*case), "costs")
    daily = frame(run, "daily").merge(
        frame(run, "tallies").query("tally == 'merchant_sales'"), on=["day", "segment"], how="left"
    )
    ticket = daily["segment"].map(bank.value.ticket.value)
    share = bank.merchants.shop_share.value * -np.expm1(-10 / bank.merchants.density.value)
    np.testing.assert_allclose(daily["amount"].fillna(0), daily["payments"] * ticket * share)
    early = daily.query("day < 28")
    assert costs.query("day > 0")["amount_cny"].sum() + costs.iloc[1]["amount_cny"] == pytest.approx(
        early["amount"].sum() * 0.1 * 0.5
    )
    assert costs.iloc[0]["amount_cny"] == pytest.approx(10 * 6 * bank.merchants.merchant_cost.value)


def test_without_merchants_nothing_moves():
    """A bank that could sign merchants is the same bank as long as it signs none."""
    assert_nothing_moves((small_bank(), NOTHING), (without(small_bank(), "merchants"), NOTHING))
