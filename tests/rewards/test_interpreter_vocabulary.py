"""The slow interpreter is right about the rest of the vocabulary too: cases computed by hand."""

import datetime
from collections import Counter

import pytest

from simkit.rewards import Programme
from tests.rewards.plain_logs import TITLE, act, decisions, holder, one_part, pay, play, reasons, rows, states

ELAPSED_WEEK = {"days": 7, "day_count": "elapsed"}
EVERY_PAYMENT = {"kind": "payment"}
ONE_COUPON = {"kind": "coupons", "quantity": 1, "face_cny": 10}


def several(parts, **programme):
    """Return a programme whose parts are one payment's money, by name and amount or otherwise as given."""
    full = {
        name: part
        if isinstance(part, dict)
        else {"title": TITLE, "trigger": EVERY_PAYMENT, "grant": {"kind": "money", "amount_cny": part}}
        for name, part in parts.items()
    }
    rules = {"name": "several", "title": TITLE, "tiers": ["gold"], "parts": full}
    return Programme.model_validate(rules | programme)


def paid_out(played):
    """Return what was given, by part, in CNY."""
    total = Counter()
    for coupon in played.coupons:
        total[coupon.grant.part] += coupon.face / 100
    return total


def test_points_are_burnt_oldest_lot_first_and_expire_by_lot():
    """60 of January and 60 of February; 80 burnt in February take all of January's: 40 are left to the end of March."""
    rules = one_part(
        {"kind": "exchange", "points": 80}, ONE_COUPON, points={"expiry": {"months": 1, "at": "month_end"}}
    )
    log = [act("01-10", "points", amount=60), act("02-10", "points", amount=60), act("02-29", "exchange")]
    played = play(rules, *log)
    assert reasons(played) == ["GRANTED"]
    balances = [played.balance("ann", datetime.date(2024, month, day)) for month, day in ((2, 29), (3, 31), (4, 1))]
    assert balances == [40, 40, 0]
    assert reasons(play(rules, *log[:2], act("03-01", "exchange"))) == ["INSUFFICIENT_POINTS"]


def test_points_of_a_refunded_payment_that_were_used_are_owed():
    """100 earned, 80 burnt: 20 are taken back and 80 owed, so that of the next 100 only 20 can be used."""
    rules = one_part({"kind": "exchange", "points": 80}, ONE_COUPON, points={"earn": {"per_cny": 1}})
    log = [pay("01-10", 100.99), act("01-11", "exchange"), act("01-12", "refund", payment=0)]
    played = play(rules, *log, pay("01-13", 100))
    assert played.balance("ann", datetime.date(2024, 1, 13)) == 20


@pytest.mark.parametrize(
    ("policy", "given"),
    [
        ("accumulate", {"small": 2, "large": 2 * 5}),
        ("first", {"small": 2}),
        ("best", {"large": 2 * 5}),
        ("exclusive", {"small": 2}),
    ],
)
def test_one_payment_earns_what_the_stacking_rule_leaves(policy, given):
    """Two parts for two payments: 1 and 5 CNY each time."""
    rules = several({"large": 5, "small": 1}, stacking=[{"parts": ["small", "large"], "policy": policy}])
    played = play(rules, pay("03-10", 50), pay("03-11", 50))
    assert paid_out(played) == given
    assert reasons(played) == ([] if policy == "accumulate" else ["STACKING"] * 2)


def test_exclusive_holds_for_ever():
    """Who was granted one part of the rule first never gets the other, even where the first is not earned."""
    dear = {"title": TITLE, "trigger": EVERY_PAYMENT | {"min_amount_cny": 100}, "grant": ONE_COUPON}
    rules = several({"dear": dear, "cheap": 1}, stacking=[{"parts": ["dear", "cheap"], "policy": "exclusive"}])
    assert paid_out(play(rules, pay("03-10", 50), pay("03-11", 500), pay("03-12", 50))) == {"cheap": 3}
    dear_first = play(rules, pay("03-10", 500), pay("03-11", 50))
    assert decisions(dear_first) == [(0, "STACKING"), (1, "BELOW_MIN"), (1, "STACKING")]


@pytest.mark.parametrize(
    ("refunds", "left"),
    [
        ("keep", {"redeemed": 1, "effective": 2}),
        ("revoke_unused", {"redeemed": 1, "revoked": 2}),
        ("claw_back", {"revoked": 3}),
    ],
)
def test_a_refund_takes_back_what_the_programme_says(refunds, left):
    """Of three coupons one was redeemed."""
    rules = one_part(EVERY_PAYMENT, ONE_COUPON | {"quantity": 3}, refunds=refunds)
    log = [pay("03-10", 50), act("03-11", "redeem", "gift"), act("03-12", "refund", payment=0)]
    played = play(rules, *log, act("03-13", "redeem", "gift"))
    assert states(played, "03-12") == left
    assert reasons(played)[-1] == ("GRANTED" if refunds == "keep" else "REFUNDED")


def test_a_withdrawn_grant_no_longer_stands_in_the_way_and_a_lapsed_one_does():
    """Once a person: after a refund the next payment earns it again, after a lapse it does not."""
    once = EVERY_PAYMENT | {"times": "once"}
    rules = one_part(once, ONE_COUPON, part={"claim": ELAPSED_WEEK})
    refunded = play(rules, pay("03-10", 50), act("03-11", "refund", payment=0), pay("03-12", 50))
    assert states(refunded, "03-12") == {"revoked": 1, "qualified": 1}
    lapsed = play(rules, pay("03-10", 50), act("03-20", "refund", payment=0), pay("03-20", 50))
    assert (states(lapsed, "03-20"), reasons(lapsed)) == ({"lapsed": 1}, ["ALREADY_GRANTED"])


def test_a_period_counts_payments_and_forgets_refunded_ones():
    """Three in a week; with one of them refunded the coupon is revoked, and one payment more earns another."""
    rules = one_part({"kind": "payments_in_period", "payments": 3, "period": "natural_week"}, ONE_COUPON)
    log = [pay("03-04", 1), pay("03-05", 1), pay("03-06", 1), act("03-07", "refund", payment=0), pay("03-08", 1)]
    assert states(play(rules, *log), "03-08") == {"revoked": 1, "effective": 1}


def test_cashback_of_a_month_grows_with_what_is_spent():
    """10 % from 100 CNY, at most 15: nothing of 99, then 10.9 of 109, then the 4.1 that are left."""
    trigger = {"kind": "spending_in_period", "threshold_cny": 100, "period": "calendar_month"}
    rules = one_part(trigger, {"kind": "cashback", "rate": 0.1, "max_cny": 15})
    played = play(rules, pay("03-04", 99), pay("03-05", 10), pay("03-06", 91), pay("03-07", 91))
    assert [coupon.face for coupon in played.coupons] == [1090, 410]


@pytest.mark.parametrize(
    ("grant", "cny"),
    [
        ({"pays_only_cny": 9.9}, 20.1),
        ({"off_cny": 40}, 30),
        ({"rate": 0.5, "max_cny": 12}, 12),
        ({"rate": 0.333333}, 9.99),
    ],
)
def test_a_discount_is_a_share_an_amount_or_a_price(grant, cny):
    """Of a payment of 30 CNY, and never more than that."""
    assert paid_out(play(one_part(EVERY_PAYMENT, {"kind": "discount", **grant}), pay("03-08", 30))) == {"gift": cny}


def test_a_quota_is_first_come_first_served():
    """Two a day for all; the third payment of the day comes too late, the next day is new."""
    quota = {"max": 2, "per": "day", "scope": "programme"}
    rules = one_part(EVERY_PAYMENT, ONE_COUPON, part={"caps": [quota]})
    log = [pay("03-08", 1), pay("03-08", 1, who="bob"), pay("03-08", 1), pay("03-09", 1)]
    played = play(rules, *log, bob=holder())
    assert (reasons(played), len(played.coupons)) == (["QUOTA_FULL"], 3)


@pytest.mark.parametrize(("approved", "second"), [("2024-02-29", "2025-02-28"), ("2024-02-28", "2025-02-27")])
def test_the_year_of_a_card_begins_on_its_day(approved, second):
    """Once a card year; a card of 29 February has its day on 1 March in other years."""
    rules = one_part(EVERY_PAYMENT, ONE_COUPON, part={"caps": [{"max": 1, "per": "year"}]}, year="anniversary")
    next_day = f"{datetime.date.fromisoformat(second) + datetime.timedelta(days=1)}"
    mine = holder(approved=datetime.date.fromisoformat(approved))
    log = [pay(approved, 1), pay(second, 1), pay(next_day, 1)]
    played = play(rules, *log, ann=mine)
    assert (decisions(played), len(played.coupons)) == ([(1, "ANNUAL_CAP")], 2)


def test_a_budget_stops_at_its_day_and_at_its_end():
    """The bank pays half of 10 CNY: two a day, three in all."""
    budget = {"total_cny": 15, "per_day_cny": 12}
    rules = one_part(EVERY_PAYMENT, ONE_COUPON, budget=budget, accounting={"bank_share": 0.5})
    played = play(rules, *[pay("03-08", 1)] * 3, *[pay("03-09", 1)] * 2)
    assert decisions(played) == [(2, "BUDGET_SPENT"), (4, "BUDGET_SPENT")]


def test_a_throttled_budget_spreads_what_is_left_over_the_days_left():
    """60 CNY for three days are two coupons a day; what the first day leaves goes to the others, 25 CNY each."""
    budget = {"total_cny": 60, "when_spent": "throttle"}
    days = {"starts_on": datetime.date(2024, 3, 8), "ends_on": datetime.date(2024, 3, 10)}
    rules = one_part(EVERY_PAYMENT, ONE_COUPON, budget=budget, **days)
    log = [pay("03-08", 1), *[pay("03-09", 1)] * 3, *[pay("03-10", 1)] * 4]
    played = play(rules, *log)
    assert Counter(coupon.grant.qualified.day for coupon in played.coupons) == {8: 1, 9: 2, 10: 3}


def test_a_liability_cap_gives_way_when_coupons_are_used_or_expire():
    """One coupon of 10 CNY may be out; it is redeemed on the 9th, the next expires on the 17th."""
    validity = {"days": 8, "day_count": "ordinal"}
    rules = one_part(EVERY_PAYMENT, ONE_COUPON, part={"validity": validity}, budget={"liability_cny": 10})
    log = [pay("03-08", 1), pay("03-08", 1), act("03-09", "redeem", "gift"), pay("03-09", 1), pay("03-16", 1)]
    assert reasons(play(rules, *log)) == ["LIABILITY_CAP", "GRANTED", "LIABILITY_CAP"]
    assert len(play(rules, *log, pay("03-17", 1)).coupons) == 3


def test_coupons_wait_for_a_month_with_room():
    """One a month, five days after the claim: 28 January becomes 2 February, then the 1st of March and April."""
    release = {"per_month": 1, "wait_days": 5}
    validity = {"days": 30, "day_count": "ordinal"}
    rules = one_part(EVERY_PAYMENT, ONE_COUPON | {"quantity": 3}, part={"release": release, "validity": validity})
    days = [days for _, _, *days in rows(play(rules, pay("01-28", 1)))]
    assert days == [["02-02", "03-02"], ["03-01", "03-30"], ["04-01", "04-30"]]


def test_the_leaderboard_ranks_by_number_and_then_by_who_was_first():
    """Bob and cho brought two each, bob's second came first; ann brought one and there are two prizes."""
    window = {"days": 30, "day_count": "elapsed"}
    trigger = {"kind": "referral", "to": "referrer", "codes": "members", "attribution": "last_code", "within": window}
    board = {"counts": "gift", "prizes_cny": [100, 50]}
    rules = one_part(trigger, {"kind": "money", "amount_cny": 1}, leaderboards={"board": board})
    brought = [("bob", "eve"), ("cho", "fay"), ("ann", "gil"), ("bob", "hal"), ("cho", "ivy")]
    log = [act("03-02", "code", who=new, name=owner) for owner, new in brought]
    log += [act("03-03", "convert", who=new) for _, new in brought]
    everybody = {name: holder() for pair in brought for name in pair}
    played = play(rules, *log, **everybody)
    played.settle(datetime.date(2024, 3, 30))
    assert len(played.coupons) == 5
    played.settle(datetime.date(2024, 3, 31))
    assert [(coupon.grant.who, coupon.face) for coupon in played.coupons[5:]] == [("bob", 10_000), ("cho", 5000)]


def test_own_codes_and_codes_that_are_too_old_bring_nothing():
    """A code counts to the last day of its window."""
    trigger = {
        "kind": "referral",
        "to": "referee",
        "codes": "members",
        "attribution": "last_code",
        "within": ELAPSED_WEEK,
    }
    rules = one_part(trigger, {"kind": "money", "amount_cny": 1})
    own = play(rules, act("03-02", "code", name="ann"), act("03-02", "convert"))
    assert reasons(own) == ["SELF_REFERRAL", "NO_CODE"]
    shown = act("03-02", "code", name="bob")
    last, late = act("03-09", "convert"), act("03-10", "convert")
    assert reasons(play(rules, shown, last, late, bob=holder())) == ["GRANTED", "ALREADY_GRANTED"]
    assert reasons(play(rules, shown, late, bob=holder())) == ["NO_CODE"]
