"""Programmes that reward coming to an event, and recommending: who is rewarded is who was there, and who brought someone."""

import numpy as np
import pytest

from simkit.campaign.run import run_campaign
from tests.campaign.banks import changed, doing, frame
from tests.campaign.programmes import play, rules
from tests.mechanisms.effects import assert_moves, covers, small_bank

GIFTS = rules("event_gift", parts__eggs__caps=[], parts__fruit__caps=[], budget__total_cny=10_000_000)
EVENTS = {"events": {"per_branch_month": 6}}
KEEN = {"member_referral.recommends": 0.5, "member_referral.friends": 10, "member_referral.convert": 0.6}


@pytest.fixture(scope="module")
def keen_bank():
    """Return a bank whose users recommend readily."""
    return changed(small_bank(), KEEN)


def test_each_visitor_of_an_event_gets_the_gift_once():
    """Also who leaves the queue, and who comes twice; visitors without a wallet are new customers and get the fruit too."""
    played = play(small_bank(), GIFTS, **EVENTS)
    visitors = frame(played.run, "contacts").query("channel == 'community_event'")
    coupons = played.engine.coupons
    for part in ("eggs", "fruit"):
        rows = coupons[coupons["part"] == played.engine.rules.names.index(part)]
        assert sorted(played.players.customers[rows["account"]]) == sorted(set(visitors["customer_id"]))
    assert visitors["outcome"].eq("left_queue").any()
    assert visitors["customer_id"].duplicated().any()


def test_a_gift_at_the_event_alone_makes_nobody_pay_more_often():
    """Nobody plays for a programme that rewards no payments: payments, wallets and contacts stay as they are."""
    without, gifts = run_campaign(small_bank(), doing(EVENTS), detail="full"), play(small_bank(), GIFTS, **EVENTS).run
    assert frame(without, "daily").equals(frame(gifts, "daily"))


def test_both_sides_of_a_referral_are_rewarded_by_the_programme(keen_bank):
    """Every wallet that was opened within thirty days of an invitation pays its owner, up to the caps, and the friend."""
    played = play(keen_bank, "member_referral", member_referral={})
    coupons, names = played.engine.coupons, played.engine.rules.names
    friends = played.players.customers[coupons["account"][coupons["part"] == names.index("friend")]]
    wallets = frame(played.run, "conversions")
    referred = set(wallets.query("channel == 'member_referral' and opened_day < 28")["customer_id"])
    assert referred
    assert referred <= set(friends) <= set(wallets["customer_id"])
    invited = frame(played.run, "contacts").query("channel == 'member_referral'")["customer_id"]
    assert set(friends) <= set(invited)
    owners = coupons["account"][coupons["part"] == names.index("referrer")]
    assert 0 < len(owners) <= len(friends)
    assert np.unique(owners, return_counts=True)[1].max() <= 10


@covers(
    33,
    keys=["levers.offer.reward_programme", "levers.offer.reward_reading"],
    code="simkit/campaign/behaviour/programme_play.py",
    kpi="recommendations",
)
def test_a_programme_for_referral_moves_both_sides(keen_bank):
    """What a programme promises works like the levers: one-sided brings recommendations, two-sided more wallets, and both cost."""
    none = (keen_bank, doing({"member_referral": {}}))
    one, two = (
        (
            keen_bank,
            doing({"member_referral": {}, "offer.reward_programme": "member_referral", "offer.reward_reading": side}),
        )
        for side in ("one_sided", "two_sided")
    )
    assert_moves("recommendations", "up", off=none, on=one)
    assert_moves("coupon_cost", "up", off=none, on=one)
    assert_moves("referred_wallets", "up", off=one, on=two)
