"""Users recommend: a reward brings recommendations and wallets, friends stay longer, and nobody is paid for himself unless nobody looks."""

import numpy as np
import pytest

from simkit.campaign.run import Campaign
from tests.campaign.banks import NOBODY_OPENS_ALONE, changed, doing, frame
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

small_bank = bank_with("member_referral")

REWARDED = {"reward_referrer_cny": 20, "reward_friend_cny": 20}


def keen_bank(**changes):
    """Return a bank whose users recommend and whose friends follow readily, so that few replications show an effect."""
    keenly = {"recommends": 0.5, "friends": 10, "click": 0.8, "convert": 0.5}
    return changed(small_bank(), {f"member_referral.{key}": value for key, value in (keenly | changes).items()})


def referring(bank=None, **levers):
    """Return a case of referral with these levers."""
    return bank or keen_bank(), doing({"member_referral": levers})


@covers(
    33,
    keys=[
        "member_referral.recommends",
        "member_referral.recommends_per_10_cny",
        "member_referral.friends",
        "member_referral.click",
        "member_referral.convert",
        "levers.member_referral.reward_referrer_cny",
        "levers.member_referral.reward_friend_cny",
    ],
    code="simkit/campaign/referral/member_referral.py",
    kpi="referral_coefficient",
)
def test_a_reward_on_either_side_brings_wallets_by_referral():
    """One-sided: who recommends is moved; two-sided: friends too. Both cost."""
    plain, one, two = referring(), referring(reward_referrer_cny=20), referring(**REWARDED)
    assert_moves("opened", "up", off=(keen_bank(), NOTHING), on=plain)
    for kpi in ("invitations", "referral_coefficient", "referral_cost"):
        assert_moves(kpi, "up", off=plain, on=one)
    assert_moves("referred_wallets", "up", off=one, on=two)
    assert_moves("referral_cost_per_wallet", "up", off=one, on=two)


@covers(
    67,
    keys=["member_referral.recommends", "levers.member_referral.reward_referrer_cny"],
    code="simkit/campaign/referral/member_referral.py",
    kpi="recommendations",
)
def test_who_is_asked_and_rewarded_recommends_more_often():
    """The probability of recommending is a parameter of its own, and nobody recommends who is not asked."""
    assert_moves("recommendations", "up", off=referring(keen_bank(recommends=0.1)), on=referring())
    assert_moves("recommendations", "up", off=referring(), on=referring(reward_referrer_cny=20))
    silver = figures(*referring(target_segments=("silver",)), 1, segment="young")
    assert silver["recommendations"].sum() == 0


def test_what_mechanisms_add_to_recommending_moves_it():
    """The hook through which satisfaction and loyalty reach recommendations: a log ratio of the hazard."""

    def recommendations(log_ratio):
        campaign = Campaign(*referring(), detail="full")
        campaign.world.recommending.add("mood", lambda users, _: np.full(users.shape[0], log_ratio))
        tallies = campaign.play()["tallies"].to_pandas()
        return tallies.loc[tallies["tally"] == "recommendations", "amount"].sum()

    low, usual, high = (recommendations(log_ratio) for log_ratio in (-1.0, 0.0, 1.0))
    assert low < 0.7 * usual < usual < high * 0.7
    assert usual == figures(*referring(), 1)["recommendations"][0]


@covers(
    33,
    keys=[
        "member_referral.self_referral",
        "levers.member_referral.blocks_self_referral",
        "levers.member_referral.rewards_per_user",
    ],
    code="simkit/campaign/referral/member_referral.py",
    kpi="self_referrals",
)
def test_self_referral_pays_only_where_nobody_looks():
    """Blocked attempts cost nothing and bring nothing; a limit for each user stops those who live on rewards."""
    blocked = referring(keen_bank(self_referral=0.5), **REWARDED)
    open_door = referring(keen_bank(self_referral=0.5), **REWARDED, blocks_self_referral=False)
    for kpi in ("self_referrals", "referral_cost"):
        assert_moves(kpi, "up", off=blocked, on=open_door)
    assert figures(*blocked, 2)["self_referrals"].sum() == 0
    assert_moves("referral_cost", "down", off=referring(**REWARDED), on=referring(**REWARDED, rewards_per_user=0))


def test_referred_users_stay_longer():
    """The hazard of stopping is smaller for those whom a friend has brought."""
    stays, leaves = (
        referring(keen_bank(stopping_ratio=0.3), **REWARDED),
        referring(keen_bank(stopping_ratio=1), **REWARDED),
    )
    assert_moves("lasting", "up", off=leaves, on=stays)


def test_friends_tire_of_invitations_and_neighbours_are_invited_first():
    """A second recommendation is rarer, and friends who live near are found in the same community."""
    assert_moves(
        "recommendations",
        "down",
        off=referring(keen_bank(recommends=0.95, again=1)),
        on=referring(keen_bank(recommends=0.95, again=0.1)),
    )
    weight = [referring(keen_bank(invitation_weight=weight, friends=40, near=1)) for weight in (0, 2)]
    assert_moves("referred_wallets", "down", off=weight[0], on=weight[1])


def test_referral_accounts_close():
    """Every referred wallet is a conversion of its channel, and rewards are those of first payments in the campaign, two-sided."""
    case = referring(changed(keen_bank(), {k: v for k, v in NOBODY_OPENS_ALONE.items() if "organic" in k}), **REWARDED)
    run, table = played(*case), figures(*case, 1).iloc[0]
    wallets = frame(run, "conversions").query("channel == 'member_referral'")
    assert len(wallets) == table["referred_wallets"] == table["opened"]
    paid = wallets["activated_day"].between(0, case[0].calendar.campaign_days - 1).sum()
    assert table["referral_cost"] == pytest.approx(40 * paid) == frame(run, "costs")["amount_cny"].sum()
    assert table["invitation_clicks"] >= table["referred_wallets"] > 0


def test_without_referral_nothing_moves():
    """A bank whose users would recommend if asked is the same bank while nobody asks."""
    assert_nothing_moves((small_bank(), NOTHING), (without(small_bank(), "member_referral"), NOTHING))
