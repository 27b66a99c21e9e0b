"""Offers at third parties bring wallets at a commission, from customers who stay less long."""

import numpy as np
import pytest

from simkit.campaign.run import run_campaign
from simkit.params import ParameterError, resolve
from tests.campaign.banks import NOBODY_OPENS_ALONE, changed, doing, frame
from tests.mechanisms.effects import NOTHING, assert_moves, assert_nothing_moves, bank_with, covers, without

small_bank = bank_with("partner_embed")

TRAVEL = doing({"partner_embed": {"partners": ["travel"]}})
BOTH = doing({"partner_embed": {"partners": ["travel", "food_delivery"]}})
BUSY = {"partner_embed.partners.travel.traffic": 0.3, "partner_embed.partners.travel.click": 0.5}
MEALS = {"partner_embed.partners.food_delivery.traffic": 0.5, "partner_embed.partners.food_delivery.click": 0.5}


@covers(
    44,
    keys=[
        "partner_embed.partners.PARTNER.traffic",
        "partner_embed.partners.PARTNER.click",
        "partner_embed.partners.PARTNER.commission",
        "partner_embed.convert",
        "levers.partner_embed.partners",
    ],
    code="simkit/campaign/messaging/partner_embed.py",
    kpi="partner_cost_per_activated",
)
def test_embedded_offers_bring_wallets_at_a_commission():
    """A third party brings wallets, two bring more, and a higher commission makes each first payment dearer."""
    bank = changed(small_bank(), BUSY | MEALS)
    assert_moves("partner_wallets", "up", off=(bank, NOTHING), on=(bank, TRAVEL))
    assert_moves("partner_wallets", "up", off=(bank, TRAVEL), on=(bank, BOTH))
    assert_moves("opened", "up", off=(bank, NOTHING), on=(bank, TRAVEL))
    assert_moves("partner_commission", "up", off=(bank, TRAVEL), on=(bank, BOTH))
    dear = changed(bank, {"partner_embed.partners.travel.commission": 60})
    assert_moves("partner_cost_per_activated", "up", off=(bank, TRAVEL), on=(dear, TRAVEL))


def test_the_accounts_of_a_third_party_close():
    """Commission is paid for every wallet opened there, once, and nobody follows an offer twice or after opening."""
    bank = changed(small_bank(), BUSY | NOBODY_OPENS_ALONE)
    run = run_campaign(bank, TRAVEL, detail="full")
    wallets, costs, contacts = (frame(run, table) for table in ("conversions", "costs", "contacts"))
    commission = bank.partner_embed.partners["travel"].commission.value
    assert set(wallets["channel"]) == {"partner_embed"}
    assert costs["amount_cny"].sum() == pytest.approx(len(wallets) * commission)
    assert contacts["customer_id"].is_unique
    assert (contacts["outcome"] == "opened").sum() == len(wallets)
    assert contacts["day"].max() < bank.calendar.campaign_days


def test_customers_follow_an_offer_as_often_as_traffic_and_clicks_say():
    """Of those able to pay by phone the share that has followed it by the end of the campaign is binomial."""
    bank = changed(small_bank(), BUSY | NOBODY_OPENS_ALONE | {"wallet.can_pay_by_phone": 1, "partner_embed.convert": 0})
    bank = changed(bank, {"partner_embed.partners.travel.traffic": 0.04})
    run = run_campaign(bank, TRAVEL, detail="full")
    share = 1 - (1 - 0.04 * 0.5) ** bank.calendar.campaign_days
    followed = len(frame(run, "contacts")) / bank.customers
    assert abs(followed - share) < 4 * np.sqrt(share * (1 - share) / bank.customers)


@covers(
    44,
    keys=["partner_embed.partners.PARTNER.stops", "partner_embed.partners.PARTNER.stops_at_once"],
    code="simkit/campaign/messaging/partner_embed.py",
    kpi="lasting",
)
def test_wallets_of_worse_quality_last_less():
    """The more users of a third party stop, at once or from week to week, the fewer last."""
    bank = changed(small_bank(), BUSY)
    for key in ("stops", "stops_at_once"):
        worse = changed(bank, {f"partner_embed.partners.travel.{key}": 1.5})
        assert_moves("lasting", "down", off=(bank, TRAVEL), on=(worse, TRAVEL))


def test_who_is_held_out_sees_no_offer():
    """The holdout is one of every contact."""
    bank = changed(small_bank(), BUSY)
    run = run_campaign(bank, doing({"contact_policy.holdout_share": 0.999}, TRAVEL), detail="full")
    assert len(frame(run, "contacts")) < 50


def test_without_offers_at_third_parties_nothing_moves():
    """Partners who show nothing bring nothing; an unknown one is refused with the nearest name."""
    assert_nothing_moves((small_bank(), NOTHING), (without(small_bank(), "partner_embed"), NOTHING))
    with pytest.raises(ParameterError, match="travel"):
        resolve(small_bank(), doing({"partner_embed": {"partners": ["travle"]}}))
