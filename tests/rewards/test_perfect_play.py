"""A perfect customer gets all that the rules can give to one person, and no more."""

import datetime

import numpy as np
import pytest

from simkit.rewards import NEVER, Programme, Reason, load_programme
from simkit.rewards.opportunities import MOST_A_DAY
from simkit.rewards.perfect_diary import Player
from simkit.rewards.perfect_play import perfect_year, play_perfectly

COFFEE = load_programme("huaxia_luckin")
NEW_YEAR = datetime.date(2024, 1, 1)
TITLE = {"en": "A reward", "zh": "权益"}


def one_part(trigger, grant=None, caps=(), part=(), **programme):
    """Return a programme of one part named `gift`, a coupon of 5 CNY unless said."""
    grant = grant or {"kind": "coupons", "quantity": 1, "face_cny": 5}
    rules = {"title": TITLE, "trigger": trigger, "grant": grant, "caps": list(caps)} | dict(part)
    return Programme.model_validate({"name": "one_part", "title": TITLE, "parts": {"gift": rules}} | programme)


def a_year_of(programme):
    """Return what the only customer of a year was given."""
    (play,) = perfect_year(programme, NEW_YEAR)
    return play


def test_twelve_and_fifty_two_and_thirty_six_cups_are_the_hundred_of_the_headline():
    """Platinum gets exactly what is advertised in the leap year 2024, gold six cups less."""
    gold, platinum = perfect_year(COFFEE)
    assert platinum.given() == {"welcome": 12, "weekly": 52, "exchange": 36}
    assert gold.given() == {"welcome": 6, "weekly": 52, "exchange": 36}
    assert platinum.face_cny() == {"welcome": 12 * 29, "weekly": 52 * 29, "exchange": 36 * 29}
    assert sum(gold.face_cny().values()) == 94 * 26


def test_the_stages_are_reached_in_their_order_the_last_with_the_hundredth_cup():
    """Five for platinum, four for gold, each later than the one before."""
    gold, platinum = perfect_year(COFFEE)
    assert [stage.number for stage in platinum.stages] == [1, 2, 3, 4, 5]
    assert [stage.number for stage in gold.stages] == [1, 2, 3, 4]
    days = [stage.reached_on for stage in platinum.stages]
    assert days == sorted(set(days))
    assert platinum.coupons["claimed"].shape == (100,)
    assert sum(platinum.given(days[-1]).values()) == 100
    assert sum(platinum.given(days[-1] - datetime.timedelta(days=1)).values()) < 100


@pytest.mark.parametrize(
    ("approved", "weeks", "months"),
    [
        ("2024-01-01", 53, 12),
        ("2023-01-01", 53, 12),
        ("2024-02-29", 45, 11),
        ("2024-12-29", 2, 1),
        ("2024-12-31", 1, 1),
    ],
)
def test_every_week_and_every_month_of_the_calendar_year_is_used(approved, weeks, months):
    """One weekly coupon for each week touched, at most 52, and three exchanges for each month."""
    day = datetime.date.fromisoformat(approved)
    year_end = datetime.date(day.year, 12, 31)
    for play in perfect_year(COFFEE, day):
        given = play.given(year_end)
        assert (given["weekly"], given["exchange"]) == (min(weeks, 52), 3 * months)


def test_months_add_up_to_the_year():
    """The table by month holds every coupon once: twelve in January, then three exchanges in each month."""
    _, platinum = perfect_year(COFFEE)
    months = platinum.by_month
    for part, count in platinum.given().items():
        own = [month for month in months if month.part == part]
        assert sum(month.coupons for month in own) == count
        assert sum(month.face_cny for month in own) == platinum.face_cny()[part]
    assert [(month.month, month.coupons) for month in months if month.part == "welcome"] == [("2024-01", 12)]
    assert [month.coupons for month in months if month.part == "exchange"] == [3] * 12


def test_the_caps_that_a_perfect_customer_meets_are_told():
    """The weekly gift stops at 52 a year, exchanges at three a month and never at 36 a year."""
    for play in perfect_year(COFFEE):
        assert set(play.caps_met) == {("weekly", Reason.ANNUAL_CAP), ("exchange", Reason.MONTHLY_CAP)}


def test_the_year_of_the_card_lets_thirteen_months_meet_the_cap_of_twelve():
    """From 15 January on thirteen calendar months of three exchanges are 39, of which 36 are given."""
    by_card = COFFEE.model_copy(update={"year": "anniversary"})
    players = [Player("gold", datetime.date(2024, 1, 15))]
    of_the_card, of_the_calendar = (play_perfectly(programme, players, 366) for programme in (by_card, COFFEE))
    assert of_the_card.plays[0].given()["exchange"] == 36
    assert of_the_calendar.plays[0].given()["exchange"] == 39
    assert of_the_card.cap_refusals["parts.exchange.caps.1"] > 0
    assert of_the_calendar.cap_refusals["parts.exchange.caps.1"] == 0


def test_who_saves_coupons_up_loses_none():
    """Claims and redemptions on the last possible days: nothing lapses, and nothing expires before it is redeemed."""
    days = 400
    eager, saver = (
        play_perfectly(load_programme("small_weekly_reward"), [Player("standard", NEW_YEAR, way)], days).plays[0]
        for way in ("at_once", "saves_up")
    )
    assert eager.given() == saver.given() == {"weekly": 12}
    assert (saver.coupons["redeemed"] != NEVER).all()
    assert (saver.coupons["redeemed"] > saver.coupons["claimed"]).any()
    assert (eager.coupons["redeemed"] == eager.coupons["claimed"]).all()


def test_who_takes_payments_back_meets_caps_that_others_do_not():
    """One gift a person, taken back every day: revoked coupons keep their place in a cap, so that the second is refused."""
    programme = one_part(
        {"kind": "payment", "times": "once"}, None, [{"max": 1, "per": "programme"}], {"claim": {"days": 5}}
    )
    for way, times in (("at_once", 0), ("saves_up", 0), ("refunds", 9)):
        played = play_perfectly(programme, [Player("standard", NEW_YEAR, way)], 10)
        assert played.plays[0].given() == {"gift": 1}
        assert played.cap_refusals == {"parts.gift.caps.0": times}


@pytest.mark.parametrize(
    ("trigger", "grant", "caps", "count", "cny"),
    [
        ({"kind": "payment", "min_amount_cny": 10}, None, [], 366, 366 * 5),
        ({"kind": "payment"}, None, [{"max": 3, "per": "day"}], 3 * 366, 3 * 366 * 5),
        ({"kind": "payment", "times": "once", "within_of_approval": {"days": 60}}, None, [], 1, 5),
        ({"kind": "payment", "weekdays": ["friday"]}, None, [{"max": 9, "per": "month"}], 12 * 9, 12 * 9 * 5),
        ({"kind": "payment", "days_of_month": [31]}, None, [], 7, 35),
        ({"kind": "payment", "payment_kinds": ["cash_advance"]}, None, [], 366, 366 * 5),
        ({"kind": "payments_in_period", "payments": 4, "period": "calendar_month"}, None, [], 12, 60),
        ({"kind": "payments_in_period", "payments": 2, "period": "natural_week", "merchants": ["cafe"]}, None, [], 53, 265),
        ({"kind": "spending_in_period", "threshold_cny": 500, "period": "calendar_year"}, None, [], 1, 5),
        ({"kind": "payment", "min_amount_cny": 1}, {"kind": "cashback", "rate": 0.01, "max_cny": 7}, [], 366, 366 * 7),
        ({"kind": "payment", "min_amount_cny": 1}, {"kind": "discount", "pays_only_cny": 9, "max_cny": 4}, [], 366, 366 * 4),
        ({"kind": "payment"}, {"kind": "discount", "off_cny": 3}, [{"max": 1, "per": "week"}], 53, 53 * 3),
        (
            {"kind": "spending_in_period", "threshold_cny": 500, "period": "calendar_month"},
            {"kind": "cashback", "rate": 0.02, "max_cny": 30},
            [],
            12,
            12 * 30,
        ),
        ({"kind": "attendance"}, {"kind": "money", "amount_cny": 8}, [], 1, 8),
    ],
)  # fmt: skip
def test_a_perfect_customer_takes_what_each_kind_of_trigger_gives(trigger, grant, caps, count, cny):
    """In 2024, with its 366 days and the 53 weeks that it touches."""
    play = a_year_of(one_part(trigger, grant, caps))
    assert (play.given(), play.face_cny()) == ({"gift": count}, {"gift": cny})


@pytest.mark.parametrize(
    ("codes", "to", "count"),
    [("members", "referrer", 60), ("staff", "referrer", 60), ("members", "referee", 1), ("staff", "referee", 1)],
)
def test_a_perfect_customer_brings_friends_until_the_cap_and_is_brought_once(codes, to, count):
    """A colleague's code stands for the customer's own where staff are rewarded."""
    trigger = {"kind": "referral", "to": to, "codes": codes, "attribution": "first_code", "within": {"days": 30}}
    play = a_year_of(one_part(trigger, {"kind": "money", "amount_cny": 20}, [{"max": 5, "per": "month"}]))
    assert play.given() == {"gift": count}


def test_points_are_there_as_soon_as_the_rules_let_them_be_used():
    """After ten days of waiting, one exchange a day."""
    points = {"pending_days": 10, "expiry": {"months": 1, "at": "same_day"}}
    play = a_year_of(one_part({"kind": "exchange", "points": 100}, points=points))
    assert play.given() == {"gift": 356}
    assert play.refusals["gift", Reason.INSUFFICIENT_POINTS] == 10


def test_limits_that_all_customers_share_do_not_stop_one():
    """A budget and a quota are those of the whole bank."""
    caps = [{"max": 1, "per": "programme", "scope": "programme"}]
    programme = one_part({"kind": "payment"}, None, caps, budget={"total_cny": 5}, accounting={"bank_share": 1})
    assert a_year_of(programme).given() == {"gift": 366}


def test_a_programme_is_played_from_its_first_to_its_last_day():
    """Thirty days of daily payments."""
    programme = one_part({"kind": "payment"}, starts_on=datetime.date(2026, 3, 2), ends_on=datetime.date(2026, 3, 31))
    (play,) = perfect_year(programme)
    assert play.player.approved_on == programme.starts_on
    assert play.given() == {"gift": 30}


@pytest.mark.parametrize(
    ("ends_on", "first"), [("2023-06-30", "2022-06-30"), ("2000-02-29", "2000-01-01"), ("2026-01-01", "2024-01-01")]
)
def test_a_programme_that_only_has_an_end_is_played_before_it(ends_on, first):
    """A year before its end, as far as there are days; never later than where endless programmes are played."""
    programme = one_part({"kind": "payment"}, ends_on=datetime.date.fromisoformat(ends_on))
    (play,) = perfect_year(programme)
    assert str(play.player.approved_on) == first
    assert play.given()["gift"] > 50


def test_who_aims_at_one_part_takes_the_others_only_on_the_way():
    """Small payments earn the small coupon alone; large ones earn both."""
    part = {"title": TITLE, "grant": {"kind": "coupons", "quantity": 1, "face_cny": 5}}
    parts = {
        name: part | {"trigger": {"kind": "payment", "min_amount_cny": cny}}
        for name, cny in (("small", 10), ("large", 50))
    }
    programme = Programme.model_validate({"name": "two", "title": TITLE, "parts": parts})
    player = [Player("standard", NEW_YEAR)]
    given = {aim: play_perfectly(programme, player, 10, aims=[aim]).plays[0].given() for aim in parts}
    assert given == {"small": {"small": 10, "large": 0}, "large": {"small": 10, "large": 10}}


def test_players_do_not_disturb_each_other():
    """Ten customers at once get what each gets alone."""
    approvals = [NEW_YEAR + datetime.timedelta(days=37 * number) for number in range(5)]
    players = [Player(tier, day) for tier in COFFEE.tiers for day in approvals]
    together = play_perfectly(COFFEE, players, 200).plays
    for player, play in zip(players, together, strict=True):
        (alone,) = play_perfectly(COFFEE, [player], 200).plays
        assert (alone.given(), alone.stages, alone.refusals) == (play.given(), play.stages, play.refusals)
        assert np.array_equal(alone.coupons["claimed"], play.coupons["claimed"])


def test_nobody_tries_more_often_than_there_is_time_on_a_day():
    """A cap of thousands a day is beyond perfect play, too."""
    play = a_year_of(one_part({"kind": "payment"}, None, [{"max": 5000, "per": "day"}]))
    assert play.given() == {"gift": MOST_A_DAY * 366}
