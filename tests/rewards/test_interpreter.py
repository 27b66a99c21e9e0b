"""The slow interpreter is right itself: the worked cases of the specification, and a year of perfect play."""

import datetime
from collections import Counter

import pytest

from simkit.rewards import load_programme
from tests.rewards.plain_logs import act, holder, one_part, pay, reasons, rows, states
from tests.rewards.plain_logs import play as play_under

COFFEE = load_programme("huaxia_luckin")


def play(*events, programme=COFFEE, **holders):
    """Play events of ann under the coffee programme, unless said."""
    return play_under(programme, *events, **holders)


WELCOME = (pay("03-10", 99), act("03-12", "claim", "welcome"))


def test_w01_the_welcome_gift_is_released_three_a_month():
    """Three coupons on the claim day, three on the 1st of the month after, each valid for 30 days."""
    now, later = ("welcome", 26, "03-12", "04-10"), ("welcome", 26, "04-01", "04-30")
    assert rows(play(*WELCOME)) == [now] * 3 + [later] * 3


def test_w02_a_fen_too_little_earns_nothing():
    """The minimum holds to the fen."""
    played = play(pay("03-10", 98.99))
    assert (reasons(played), played.coupons) == (["BELOW_MIN"], [])


def test_w03_payments_do_not_add_up_to_the_minimum():
    """It is one payment that counts."""
    assert play(pay("03-10", 50), pay("03-10", 60)).coupons == []


@pytest.mark.parametrize(("day", "coupons"), [("02-29", 0), ("03-01", 6), ("04-30", 6), ("05-01", 0)])
def test_w06_the_approval_day_and_the_60th_day_after_it_count(day, coupons):
    """Elapsed days: the approval day is day 0."""
    played = play(pay(day, 99))
    assert (len(played.coupons), reasons(played)) == (coupons, [] if coupons else ["WINDOW_CLOSED"])


def test_w08_a_claim_that_comes_too_late_finds_six_lapsed_coupons():
    """The window of 30 days ends on 04-09."""
    played = play(pay("03-10", 99), act("04-10", "claim", "welcome"))
    assert reasons(played) == ["CLAIM_WINDOW_CLOSED"]
    assert (states(played, "04-09"), states(played, "04-10")) == ({"qualified": 6}, {"lapsed": 6})


def test_w13_a_supplementary_card_gets_nothing():
    """All three parts are for primary cards."""
    played = play(*WELCOME, act("03-13", "exchange"), ann=holder(primary=False))
    assert (reasons(played), played.coupons) == (["NOT_PRIMARY"] * 3, [])


def test_w14_an_existing_customer_can_exchange():
    """Welcome and weekly are for new customers."""
    log = (*WELCOME, act("03-13", "claim", "weekly"), act("03-13", "points", amount=1000), act("03-13", "exchange"))
    played = play(*log, ann=holder(new=False))
    assert reasons(played) == ["NOT_NEW", "NOT_NEW", "NOT_NEW", "GRANTED"]
    assert rows(played) == [("exchange", 26, "03-13", "04-11")]


def test_w16_a_second_payment_earns_no_second_welcome_gift():
    """Once a person."""
    played = play(pay("03-10", 99), pay("03-11", 99))
    assert (reasons(played), len(played.coupons)) == (["ALREADY_GRANTED"], 6)


def test_w18_a_coupon_can_be_redeemed_to_its_last_day():
    """The first three expire on 04-10; what is effective since 04-01 is a coupon of its own."""
    assert reasons(play(*WELCOME, act("04-10", "redeem", "welcome")))[-1] == "GRANTED"
    first = act("04-11", "redeem", "welcome", coupon="ann-welcome-1")
    played = play(*WELCOME, first)
    assert reasons(played)[-1] == "EXPIRED"
    assert states(played, "04-11") == {"expired": 3, "effective": 3}


WEEK = (pay("03-04", 5), pay("03-06", 5), pay("03-10", 5), act("03-17", "claim", "weekly"))


def test_k01_three_payments_in_a_week_earn_a_coupon():
    """Monday, Wednesday and Sunday are one week; claimed on the last day of the window."""
    assert rows(play(*WEEK)) == [("weekly", 26, "03-17", "04-15")]
    assert "CLAIM_WINDOW_CLOSED" in reasons(play(*WEEK[:3], act("03-18", "claim", "weekly")))


def test_k03_six_payments_in_a_week_earn_one_coupon():
    """Once a week."""
    assert len(play(*[pay("03-05", 5)] * 6).coupons) == 1


def test_k05_a_platinum_coupon_is_worth_29():
    """The face is that of the tier."""
    assert rows(play(*WEEK, ann=holder("platinum"))) == [("weekly", 29, "03-17", "04-15")]


def test_e02_an_exchange_without_points_moves_no_counter():
    """Three refused exchanges leave room for three granted ones in the month; the fourth is one too many."""
    poor = [act("03-02", "exchange")] * 3
    rich = [act("03-02", "points", amount=9000), *[act("03-02", "exchange")] * 4]
    assert reasons(play(*poor, *rich)) == ["INSUFFICIENT_POINTS"] * 3 + ["GRANTED"] * 3 + ["MONTHLY_CAP"]


@pytest.mark.parametrize(("icons", "stages"), [(19, 0), (20, 1)])
def test_m01_the_twentieth_icon_reaches_the_first_stage(icons, stages):
    """Nineteen are not enough."""
    months = [f"2024-{3 + n // 3:02}-02" for n in range(icons)]
    log = [act("03-01", "points", amount=99_000), *[act(day, "exchange") for day in months]]
    played = play(*log)
    assert [stage for _, stage, _ in played.stages] == [1] * stages


@pytest.mark.parametrize(("attribution", "owner"), [("first_code", "staff_a"), ("last_code", "staff_b")])
def test_s01_the_first_or_the_last_code_is_credited(attribution, owner):
    """A on day 1, B on day 2, converts on day 3."""
    window = {"days": 30, "day_count": "elapsed"}
    trigger = {"kind": "referral", "to": "referrer", "codes": "staff", "attribution": attribution, "within": window}
    programme = one_part(trigger, {"kind": "money", "amount_cny": 30})
    codes = [act("03-01", "code", name="staff_a"), act("03-02", "code", name="staff_b")]
    played = play(*codes, act("03-03", "convert"), programme=programme)
    assert [(coupon.grant.who, coupon.face) for coupon in played.coupons] == [(owner, 3000)]


@pytest.mark.parametrize(("cny", "back"), [(999.99, 0), (1000, 10), (10_000, 50)])
@pytest.mark.parametrize("kind", ["payment", "spending_in_period"])
def test_g01_cashback_starts_at_its_threshold_and_ends_at_its_maximum(cny, back, kind):
    """1 % from 1,000 CNY, at most 50 CNY, of one payment or of a month's."""
    triggers = {
        "payment": {"kind": kind, "min_amount_cny": 1000},
        "spending_in_period": {"kind": kind, "threshold_cny": 1000, "period": "calendar_month"},
    }
    programme = one_part(triggers[kind], {"kind": "cashback", "rate": 0.01, "max_cny": 50})
    played = play(pay("03-10", cny), programme=programme)
    assert sum(coupon.face for coupon in played.coupons) == back * 100


@pytest.mark.parametrize(("tier", "cups", "stages"), [("gold", 94, 4), ("platinum", 100, 5)])
def test_perfect_play_over_a_year_gets_what_the_headline_says(tier, cups, stages):
    """A platinum card gets 12 + 52 + 36 = 100 cups and five stages in order; a gold card 6 + 52 + 36 = 94."""
    new_year = datetime.date(2024, 1, 1)
    log = [pay("01-01", 99), act("01-01", "claim", "welcome"), act("01-01", "points", amount=99_000)]
    for n in range(366):
        day = f"{new_year + n * datetime.timedelta(days=1)}"
        log += [pay(day, 10), pay(day, 10), act(day, "claim", "weekly"), act(day, "exchange")]
        log += [act(day, "redeem", part) for part in COFFEE.parts]
    played = play(*log, ann=holder(tier, approved=new_year))
    given = Counter(coupon.grant.part for coupon in played.coupons if coupon.claimed)
    assert given == {"welcome": cups - 88, "weekly": 52, "exchange": 36}
    assert [stage for _, stage, _ in played.stages] == [*range(1, stages + 1)]
    assert [day for *_, day in played.stages] == sorted(day for *_, day in played.stages)
    assert {coupon.status(datetime.date(2025, 3, 1)) for coupon in played.coupons if coupon.claimed} == {"redeemed"}
    assert {"ANNUAL_CAP", "MONTHLY_CAP"} <= set(reasons(played))
