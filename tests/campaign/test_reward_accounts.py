"""Every coupon and every fen of a campaign's rewards is accounted for on every day."""

import numpy as np
import pytest

from simkit.metrics.measuring import run_metrics
from simkit.rewards import NEVER
from tests.campaign.banks import changed, frame
from tests.campaign.programmes import bank_fen, event_days, play, rules, states_on

DAYS = 70
FLOWS = {"qualified", "claimed", "lapsed", "withdrawn", "effective", "redeemed", "expired", "revoked"}
CLAW_BACK = rules("small_weekly_reward", refunds="claw_back", accounting={"recognised_on": "issue"})
KEEP = rules("small_weekly_reward", refunds="keep", accounting={"bank_share": 0.35})
WAITING = rules(
    "huaxia_luckin",
    parts__welcome__release={"per_month": 3, "wait_days": 9},
    parts__welcome__who={},
    parts__weekly__who={},
)
# What a van holds is less than one gift at this scale.
GIFTS = rules("event_gift", parts__eggs__caps=[], parts__fruit__caps=[], budget__total_cny=10_000_000)
PROGRAMMES = {
    "small_weekly_reward": ("small_weekly_reward", None),
    "coffee": ("huaxia_luckin", "tiered"),
    "coffee_as_written": ("huaxia_luckin", "as_written"),
    "coffee_headline": ("huaxia_luckin", "headline"),
    "cashback": ("threshold_cashback", "one_payment"),
    "cashback_of_a_month": ("threshold_cashback", "whole_month"),
    "points_club": ("points_club", None),
    "budgeted_coupons": ("budgeted_coupons", None),
    "wallet_discount": ("wallet_discount", None),
    "claw_back": (CLAW_BACK, None),
    "keep": (KEEP, None),
    "waiting": (WAITING, None),
    "event_gift": (GIFTS, None),
    "referral_one_sided": ("member_referral", "one_sided"),
    "referral_two_sided": ("member_referral", "two_sided"),
}
"""Every shipped programme that a campaign plays, in all readings, and some that take back, keep or wait."""
OCCASIONS = {"events": {"per_branch_month": 30}, "member_referral": {}}
"""People come to events and recommend the wallet, so that programmes for these have something to reward."""


@pytest.fixture(scope="module")
def bank(city_bank):
    """1,800 customers, most of whom pay; one payment in twelve is refunded."""
    changes = {
        "scale": 0.002,
        "calendar.campaign_days": 42,
        "calendar.horizon_days": DAYS,
        "wallet.holders_at_start": 0.8,
        "wallet.active_share_of_holders": 0.9,
        "wallet.organic_innovation": 1,
        "rewards.takes_part": 0.7,
        "rewards.hunters": 0.1,
        "rewards.refunded": 0.08,
        "rewards.notice_delay": 3,
        "member_referral.recommends": 0.9,
    }
    return changed(city_bank, changes)


@pytest.fixture(scope="module", params=PROGRAMMES)
def played(request, bank):
    """Play each programme."""
    programme, reading = PROGRAMMES[request.param]
    return play(bank, programme, reading, **OCCASIONS)


@pytest.fixture(scope="module")
def stock(played, bank):
    """Coupons of each segment that have ever come to each state, by day: shape (days, segments)."""
    coupons = frame(played.run, "coupons").drop(columns="day")
    numbers = coupons.select_dtypes("number")
    return {
        name: numbers[name].to_numpy().reshape(DAYS, len(bank.segments)).cumsum(axis=0)
        for name in numbers
        if name != "liability_cny"
    }


def by_segment(played, weights):
    """Sum a weight of every coupon by its customer's segment."""
    segment = played.players.segment[played.engine.coupons["account"]]
    return np.bincount(segment, weights, minlength=4)


def test_every_coupon_is_in_one_state_on_every_day(played, stock):
    """Qualified are claimed, lapsed, withdrawn or open; claimed are redeemed, expired, revoked or outstanding: row by row."""
    assert stock["qualified"][-1].sum() > 20
    for day in range(DAYS):
        states = states_on(played, day)
        for flow in FLOWS:
            np.testing.assert_array_equal(stock[flow][day], by_segment(played, states[flow]), err_msg=f"{flow}, {day}")
        parts = (stock[name][day] for name in ("claimed", "lapsed", "withdrawn"))
        assert (stock["qualified"][day] - sum(parts) == by_segment(played, states["open"])).all()
        parts = (stock[name][day] for name in ("redeemed", "expired", "revoked"))
        assert (stock["claimed"][day] - sum(parts) == by_segment(played, states["outstanding"])).all()


def test_faces_follow_the_coupons_and_the_liability_is_what_is_outstanding(played, stock, bank):
    """Issued is redeemed, expired, revoked and outstanding face; liability is the bank's share of what is outstanding."""
    face = played.engine.coupons["face"] / 100
    share = bank_fen(played) / 100
    owed = frame(played.run, "coupons")["liability_cny"].to_numpy().reshape(DAYS, len(bank.segments))
    for day in range(DAYS):
        states = states_on(played, day)
        for flow, state in (("issued", "claimed"), *((name, name) for name in ("redeemed", "expired", "revoked"))):
            np.testing.assert_allclose(stock[f"{flow}_cny"][day], by_segment(played, face * states[state]), atol=1e-6)
        out = stock["issued_cny"][day] - sum(stock[f"{flow}_cny"][day] for flow in ("redeemed", "expired", "revoked"))
        np.testing.assert_allclose(out, by_segment(played, face * states["outstanding"]), atol=1e-6)
        np.testing.assert_allclose(owed[day], by_segment(played, share * states["outstanding"]), atol=1e-6)


def test_the_cost_of_rewards_is_what_the_bank_pays_for_the_coupons_that_count(played, stock):
    """On redemption what was redeemed; at issue what is redeemed or still owed. Day by day, and as the ledger's costs."""
    counted = ["redeemed"]
    if played.programme.accounting.recognised_on == "issue":
        counted.append("outstanding")
    share = bank_fen(played) / 100
    costs = frame(played.run, "costs").query("item == 'reward'")
    paid = costs.groupby("day")["amount_cny"].sum().reindex(range(DAYS), fill_value=0).cumsum()
    hunted = played.players.hunts[played.engine.coupons["account"]]
    for day in range(DAYS):
        states = states_on(played, day)
        expected = share * sum(states[name] for name in counted)
        np.testing.assert_allclose(stock["cost_cny"][day], by_segment(played, expected), atol=1e-6)
        np.testing.assert_allclose(stock["hunter_cost_cny"][day], by_segment(played, expected * hunted), atol=1e-6)
        assert paid[day] == pytest.approx(expected.sum())


def test_the_full_ledger_has_every_event_of_every_coupon(played):
    """Customer by customer and day by day, in the order of days; the daily books are their sums."""
    events = frame(played.run, "coupon_events")
    clawed = played.programme.refunds == "claw_back"
    daily = frame(played.run, "coupons").groupby("day").sum(numeric_only=True)
    for event, (days, customers) in event_days(played).items():
        own = events[events["event"] == event]
        assert own["day"].is_monotonic_increasing
        assert sorted(zip(own["day"], own["customer_id"], strict=True)) == sorted(zip(days, customers, strict=True))
        if event != "redeemed" or not clawed:  # the books take a redeemed coupon back, what happened has happened
            counted = own.groupby("day").size().reindex(range(DAYS), fill_value=0)
            assert (counted == daily[event]).all()


def test_no_cap_is_ever_exceeded(played):
    """Counted anew: coupons of one person in a day, natural week, month or year, refunded ones included."""
    rows = played.engine.coupons
    dates = np.datetime64("2000-01-01", "D") + np.arange(40_000)
    period = {
        "day": dates,
        "week": (np.arange(40_000) + 5) // 7,
        "month": dates.astype("datetime64[M]"),
        "year": dates.astype("datetime64[Y]"),
        "programme": np.zeros(40_000),
    }
    caps = [(part, cap) for part, own in enumerate(played.programme.parts.values()) for cap in own.caps]
    for part, cap in caps:
        assert (cap.counted_on, cap.scope) == ("claims", "person")
        own = rows[(rows["part"] == part) & (rows["claimed"] != NEVER)]
        number = period[cap.per][own["claimed"]].astype(np.int64)
        _, counts = np.unique(np.stack([own["account"], number]), axis=1, return_counts=True)
        assert counts.max(initial=0) <= cap.max


def test_the_key_figures_are_those_of_the_rows(played, bank):
    """Coupons, cost, hunters' share and what is owed at the end, counted from the coupons themselves."""
    values = run_metrics(played.run, bank).to_pandas().query("segment == 'all'").set_index("kpi")["value"]
    end, share = states_on(played, DAYS - 1), bank_fen(played) / 100
    for flow in ("qualified", "claimed", "lapsed", "redeemed", "expired"):
        assert values[f"coupons_{flow}"] == end[flow].sum()
    assert values["reward_liability"] == pytest.approx((share * end["outstanding"]).sum())
    assert values["coupon_cost"] == pytest.approx(values["reward_cost"])
    assert values["coupon_use"] == pytest.approx(end["redeemed"].sum() / end["claimed"].sum())
    hunted = played.players.hunts[played.engine.coupons["account"]]
    counted = end["redeemed"] | (end["outstanding"] & (played.programme.accounting.recognised_on == "issue"))
    assert values["hunter_cost"] == pytest.approx((share * counted * hunted).sum())
    assert values["hunter_share"] == pytest.approx((share * counted * hunted).sum() / (share * counted).sum())


def test_the_hard_cases_are_among_the_programmes(bank):
    """Refunds withdraw and revoke, coupons wait and expire, and caps refuse; else the tests above show little."""
    weekly = play(bank, CLAW_BACK)
    rows = weekly.engine.coupons
    assert states_on(weekly, DAYS - 1)["withdrawn"].sum() > 0
    assert ((rows["redeemed"] != NEVER) & (rows["revoked"] != NEVER)).any()
    waiting = play(bank, WAITING).engine.coupons
    assert (waiting["effective"] > waiting["claimed"] + 30).sum() > 20
    refused = play(bank, "threshold_cashback").engine.cap_refusals
    assert sum(refused.values()) > 0


# What the campaign passes over

ONCE = {
    "title": {"en": "For the first payment", "zh": "首笔礼"},
    "trigger": {"kind": "payment", "times": "once"},
    "claim": {"days": 1},
    "grant": {"kind": "coupons", "quantity": 1, "face_cny": 0.01},
}
"""A part that has to see every payment, and gives next to nothing."""
SEEN = {
    "weekly": rules("small_weekly_reward"),
    "claw_back": CLAW_BACK,
    "weekly_from_50_cny": rules("small_weekly_reward", parts__weekly__trigger__min_amount_cny=50),
    "weekly_for_new_customers": rules("small_weekly_reward", parts__weekly__who={"new_customers": True}),
    "monthly": rules("small_weekly_reward", parts__weekly__trigger__period="calendar_month"),
    "stacked": rules("budgeted_coupons", budget={}),
    "coffee": rules("huaxia_luckin"),
    "points_club": rules("points_club"),
}


@pytest.mark.parametrize("name", SEEN)
def test_payments_that_the_campaign_passes_over_earn_nothing(bank, name):
    """What cannot matter is kept from the engine. With one part more, for which all payments matter, the others give the same."""
    changes = {"rewards.refunded": 0.2, "rewards.refund_delay": 2, "rewards.top_up": 0.3}
    changes |= {"scale": 0.004, "wallet.holders_at_start": 0.4, "wallet.organic_innovation": 5}
    bank = changed(bank, changes)
    parts = SEEN[name]["parts"]
    usual, watched = play(bank, SEEN[name]), play(bank, SEEN[name] | {"parts": parts | {"once": ONCE}})
    rows = [played.engine.coupons for played in (usual, watched)]
    assert (rows[1]["part"] == len(parts)).sum() > 20
    fields = ["account", "part", "number", "qualified", "claimed", "effective", "redeemed", "revoked", "face"]
    same = [np.sort(own[own["part"] < len(parts)][fields], order=fields) for own in rows]
    assert same[0].size > 20
    np.testing.assert_array_equal(*same)
