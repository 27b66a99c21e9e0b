"""The worked cases of the coffee programme and what lies around them, through `simkit replay`: CSV files in, CSV files out."""

import datetime
import sys

import pytest

from simkit import cli
from tests.rewards.replay_files import GOLD, PLATINUM, PROGRAMME, Told, paid, row, three_payments, write_files

WELCOME = ("coupon_id", "effective_on", "expires_on", "face_value")
DAYS = ("claimed_on", "effective_on", "expires_on", "status", "redeemed_on")


@pytest.fixture
def played(tmp_path, monkeypatch, capsys):
    """Return a function that replays rows through the command."""

    def play(*events, customers=(GOLD,), programme=PROGRAMME, options=()):
        people, log = write_files(tmp_path, events, customers)
        words = ("replay", programme, "--customers", people, "--events", log, "--out", tmp_path / "out", *options)
        monkeypatch.setattr(sys, "argv", ["simkit", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        printed = capsys.readouterr()
        assert not stop.value.code, printed.err
        return Told(tmp_path / "out", 0, printed.out, printed.err).read()

    return play


def claim(when, part="welcome", **more):
    """Return a claim."""
    return row(when, "claim", ref=part, **more)


def redeem(when, what="welcome", **more):
    """Return a redemption."""
    return row(when, "redeem", ref=what, **more)


def exchanges(*days, points=True):
    """Return exchanges, with enough points on the first day."""
    credit = [row(days[0], "points", 1000 * len(days))] if points else []
    return [*credit, *(row(day, "exchange") for day in days)]


W01 = (paid("2024-03-10"), claim("2024-03-12"))
K01 = (*three_payments("2024-03-04", "2024-03-06", "2024-03-10"), claim("2024-03-17", "weekly"))


def test_w01_three_coupons_become_effective_at_the_claim_and_three_on_the_first_of_the_next_month(played):
    """The welcome gift of a gold card."""
    told = played(*W01)
    at_once, later = ("2024-03-12", "2024-04-10", "26.00"), ("2024-04-01", "2024-04-30", "26.00")
    assert told.columns(*WELCOME) == [(f"c1-welcome-{n}", *(at_once if n <= 3 else later)) for n in range(1, 7)]
    assert told.columns("customer_id", "part", "qualified_on") == [("c1", "welcome", "2024-03-10")] * 6
    assert told.decisions == [{"event_id": "e2", "outcome": "granted", "reason": ""}]
    assert told.stages == []


def test_the_files_have_the_columns_that_are_fixed(played):
    """Outside checks rely on names and order of the columns, and on plain text without needless quotation marks."""
    told = played(*W01, row("2024-03-13", "redeem", ref="welcome"))
    texts = {name: (told.folder / f"{name}.csv").read_text("utf-8") for name in ("coupons", "decisions", "stages")}
    first = "coupon_id,customer_id,part,qualified_on,claimed_on,effective_on,expires_on,face_value,status,redeemed_on\n"
    first += "c1-welcome-1,c1,welcome,2024-03-10,2024-03-12,2024-03-12,2024-04-10,26.00,redeemed,2024-03-13\n"
    assert texts["coupons"].startswith(first)
    assert texts["decisions"] == "event_id,outcome,reason\ne2,granted,\ne3,granted,\n"
    assert texts["stages"] == "customer_id,stage,reached_on,prize\n"


def test_w02_a_fen_less_than_99_is_below_the_minimum(played):
    """98.99 earns nothing."""
    told = played(paid("2024-03-10", "98.99"))
    assert (told.coupons, told.decisions) == ([], [{"event_id": "e1", "outcome": "refused", "reason": "BELOW_MIN"}])


def test_w03_it_is_one_payment_that_counts(played):
    """50 and 60 are not 110."""
    told = played(paid("2024-03-10", "50"), paid("2024-03-10", "60.0"))
    assert (told.coupons, told.reasons) == ([], {"e1": "BELOW_MIN", "e2": "BELOW_MIN"})


def test_w06_the_day_of_approval_counts(played):
    """Day 0 of 60."""
    assert len(played(paid("2024-03-01")).coupons) == 6


@pytest.mark.parametrize(
    ("approved", "last", "after"),
    [
        ("2024-03-01", "2024-04-30", "2024-05-01"),
        ("2024-01-01", "2024-03-01", "2024-03-02"),
        ("2023-01-01", "2023-03-02", "2023-03-03"),
    ],
)
def test_the_sixtieth_day_after_approval_is_the_last(played, approved, last, after):
    """A leap day within the window brings its last day forward in the calendar."""
    customers = (f"c1,gold,true,true,{approved}",)
    assert len(played(paid(last), customers=customers).coupons) == 6
    assert played(paid(after), customers=customers).reasons == {"e1": "WINDOW_CLOSED"}


def test_w08_a_claim_after_30_days_is_too_late(played):
    """The grant has lapsed: one row a coupon, without claim and effective days."""
    told = played(paid("2024-03-10"), claim("2024-04-10"))
    assert told.reasons == {"e2": "CLAIM_WINDOW_CLOSED"}
    assert told.columns(*DAYS) == [("", "", "", "lapsed", "")] * 6
    assert told.columns("face_value") == [("26.00",)] * 6
    assert played(paid("2024-03-10"), claim("2024-04-09")).reasons == {"e2": ""}


def test_w13_a_supplementary_card_earns_nothing(played):
    """Neither by paying nor by exchanging."""
    told = played(paid("2024-03-10"), *exchanges("2024-03-11"), customers=("c1,gold,true,false,2024-03-01",))
    assert (told.coupons, told.reasons) == ([], {"e1": "NOT_PRIMARY", "e3": "NOT_PRIMARY"})


def test_w14_an_existing_customer_may_only_exchange(played):
    """Welcome and weekly are refused, by the payment and by the claim."""
    events = (paid("2024-03-10"), claim("2024-03-12"), claim("2024-03-12", "weekly"), *exchanges("2024-03-13"))
    told = played(*events, customers=("c1,gold,false,true,2024-03-01",))
    assert told.reasons == {"e1": "NOT_NEW", "e2": "NOT_NEW", "e3": "NOT_NEW", "e5": ""}
    assert told.columns("part", "status") == [("exchange", "effective")]


def test_w16_a_second_payment_earns_no_second_gift(played):
    """Once a person."""
    told = played(paid("2024-03-10"), paid("2024-03-11"))
    assert (len(told.coupons), told.reasons) == (6, {"e2": "ALREADY_GRANTED"})


def test_w18_a_coupon_can_be_redeemed_on_its_last_day_and_not_on_the_next(played):
    """The first of W01's coupons, named by its id; a part's name takes the next coupon instead."""
    assert played(*W01, redeem("2024-04-10", "c1-welcome-1")).reasons["e3"] == ""
    told = played(*W01, redeem("2024-04-11", "c1-welcome-1"), redeem("2024-04-11"))
    assert (told.reasons["e3"], told.reasons["e4"]) == ("EXPIRED", "")
    assert told.columns("status", "redeemed_on")[:4] == [("expired", "")] * 3 + [("redeemed", "2024-04-11")]


def test_k01_three_payments_from_monday_to_sunday_earn_one_coupon(played):
    """It can be claimed until the seventh day."""
    told = played(*K01)
    assert told.columns("part", "qualified_on", *DAYS[:3], "face_value") == [
        ("weekly", "2024-03-10", "2024-03-17", "2024-03-17", "2024-04-15", "26.00")
    ]
    late = played(*K01[:3], claim("2024-03-18", "weekly"))
    assert (late.reasons["e4"], late.columns("status")) == ("CLAIM_WINDOW_CLOSED", [("lapsed",)])


def test_k03_six_payments_in_one_week_earn_one_coupon(played):
    """Payments beyond the third are refused, with one row each."""
    told = played(*three_payments(*(f"2024-03-{day:02}" for day in range(4, 10))))
    assert len(told.coupons) == 1
    refused = [d["event_id"] for d in told.decisions if d["reason"] == "ALREADY_GRANTED"]
    assert refused == ["e4", "e5", "e6"]


def test_k05_platinum_gets_29(played):
    """The face depends on the tier."""
    assert played(*K01, customers=(PLATINUM,)).columns("face_value") == [("29.00",)]


def test_e02_an_exchange_without_points_moves_no_counter(played):
    """Three refusals leave room for three exchanges in the same month."""
    poor = [row("2024-03-05", "points", 999), *(row("2024-03-05", "exchange") for _ in range(3))]
    told = played(*poor, row("2024-03-06", "points", 3001), *exchanges(*["2024-03-07"] * 4, points=False))
    assert [told.reasons[f"e{n}"] for n in (2, 3, 4)] == ["INSUFFICIENT_POINTS"] * 3
    assert [told.reasons[f"e{n}"] for n in (6, 7, 8, 9)] == ["", "", "", "MONTHLY_CAP"]
    assert told.columns("effective_on", "expires_on") == [("2024-03-07", "2024-04-05")] * 3


def test_m01_the_twentieth_icon_reaches_the_first_stage(played):
    """Six welcome coupons and thirteen exchanges are 19."""
    months = (
        ["2024-03-20"] * 3 + ["2024-04-20"] * 3 + ["2024-05-20"] * 3 + ["2024-06-20"] * 3 + ["2024-07-20", "2024-07-21"]
    )
    assert played(*W01, *exchanges(*months[:13])).stages == []
    stage = {"customer_id": "c1", "stage": "1", "reached_on": "2024-07-21", "prize": "盲盒 + 分期手续费7.5折券"}
    assert played(*W01, *exchanges(*months)).stages == [stage]


REFERRAL = """
name: codes
title: {en: Codes, zh: 码}
parts:
  commission:
    title: {en: Commission, zh: 提成}
    trigger: {kind: referral, to: referrer, codes: staff, attribution: ATTRIBUTION, within: {days: 30}}
    grant: {kind: money, amount_cny: 20}
"""


@pytest.mark.parametrize(("attribution", "credited"), [("first_code", "A"), ("last_code", "B")])
def test_s01_the_first_or_the_last_code_is_credited(played, tmp_path, attribution, credited):
    """Code A on day 1, code B on day 2, converted on day 3; owners of codes are no customers."""
    rules = tmp_path / "codes.yaml"
    rules.write_text(REFERRAL.replace("ATTRIBUTION", attribution), encoding="utf-8")
    shown = row("2024-03-01", "code", ref="A"), row("2024-03-02", "code", ref="B")
    told = played(*shown, row("2024-03-03", "convert"), programme=rules)
    assert told.reasons == {"e3": ""}
    expected = [(f"{credited}-commission-1", credited, "commission", "20.00", "redeemed", "2024-03-03")]
    assert told.columns("coupon_id", "customer_id", "part", "face_value", "status", "redeemed_on") == expected


@pytest.mark.parametrize(("amount", "back"), [("999.99", []), ("1000", ["10.00"]), ("10000.00", ["50.00"])])
def test_g01_cashback_of_one_percent_from_1000_at_most_50(played, amount, back):
    """Below the threshold a payment is refused."""
    told = played(paid("2024-03-10", amount), programme="params/rewards/threshold_cashback.yaml")
    assert [value for (value,) in told.columns("face_value")] == back
    assert told.reasons == ({} if back else {"e1": "BELOW_MIN"})


def test_releases_pass_a_leap_day_and_month_ends(played):
    """Twelve coupons claimed on the last of January: three then, three on each following first."""
    customers = ("c1,platinum,true,true,2024-01-01",)
    told = played(paid("2024-01-31"), claim("2024-01-31"), customers=customers)
    releases = (
        ("2024-01-31", "2024-02-29"),
        ("2024-02-01", "2024-03-01"),
        ("2024-03-01", "2024-03-30"),
        ("2024-04-01", "2024-04-30"),
    )
    assert told.columns("effective_on", "expires_on") == [release for release in releases for _ in range(3)]
    assert told.columns("status")[2:4] == [("effective",), ("pending",)]


def test_releases_pass_the_end_of_a_year(played):
    """Claimed on 31 December: the next month is next year's January."""
    told = played(paid("2024-12-31"), claim("2024-12-31"), customers=("c1,gold,true,true,2024-12-01",))
    releases = ("2024-12-31", "2025-01-29"), ("2025-01-01", "2025-01-30")
    assert told.columns("effective_on", "expires_on") == [release for release in releases for _ in range(3)]


def test_a_week_across_the_end_of_a_year_is_one_week(played):
    """Monday 30 December to Sunday 5 January."""
    payments = three_payments("2024-12-30", "2024-12-31", "2025-01-05")
    assert played(*payments).columns("qualified_on") == [("2025-01-05",)]
    assert played(*payments[:2], *three_payments("2025-01-06")).coupons == []


def test_the_fifty_third_weekly_coupon_of_a_year_waits_for_the_next(played):
    """A week counts in the year of its claim; 2025 has 53 weeks that can be claimed in it."""
    monday = datetime.date(2024, 12, 30)
    events = []
    for week in range(53):
        days = [str(monday + datetime.timedelta(days=7 * week + day)) for day in range(3)]
        events += [*three_payments(*days), claim(days[-1], "weekly", name=f"claim {week}")]
    told = played(*events, claim("2026-01-01", "weekly", name="again"), customers=(GOLD.replace("2024-03", "2024-12"),))
    assert [told.reasons[f"claim {week}"] for week in (0, 51, 52)] == ["", "", "ANNUAL_CAP"]
    assert told.reasons["again"] == ""
    assert len(told.coupons) == 53


def test_a_month_has_room_for_three_exchanges(played):
    """The fourth is refused on the last day, and granted on the first of the next month."""
    days = ["2024-02-01", "2024-02-28", "2024-02-29", "2024-02-29", "2024-03-01"]
    told = played(*exchanges(*days))
    assert [told.reasons[f"e{n}"] for n in range(2, 7)] == ["", "", "", "MONTHLY_CAP", ""]


def test_a_refunded_payment_takes_the_unclaimed_gift_with_it(played):
    """The claim is told why; a new payment earns a new gift, whose coupons are numbered on."""
    refund = row("2024-03-11", "refund", ref="e1")
    told = played(paid("2024-03-10"), refund, claim("2024-03-12"), paid("2024-03-13"), claim("2024-03-13"))
    assert told.reasons == {"e3": "REFUNDED", "e5": ""}
    assert told.columns(*DAYS)[:6] == [("", "", "", "revoked", "")] * 6
    assert told.columns("coupon_id")[6:] == [(f"c1-welcome-{n}",) for n in range(7, 13)]


def test_a_refund_revokes_what_is_claimed_and_leaves_what_is_redeemed(played):
    """One of six was redeemed."""
    told = played(*W01, redeem("2024-03-13"), row("2024-03-14", "refund", "-99.00", "e1"), redeem("2024-03-15"))
    assert told.columns("status", "redeemed_on") == [("redeemed", "2024-03-13")] + [("revoked", "")] * 5
    assert told.reasons["e5"] == "REFUNDED"


def test_a_refunded_payment_does_not_count_in_its_week(played):
    """The third payment comes after the refund of the first: only a fourth one earns the coupon."""
    first, *others = three_payments("2024-03-04", "2024-03-06", "2024-03-07", "2024-03-08")
    refund = row("2024-03-05", "refund", ref="e1")
    assert played(first, refund, *others[:2]).coupons == []
    assert played(first, refund, *others).columns("qualified_on") == [("2024-03-08",)]


def test_cash_advances_do_not_count(played):
    """Nobody looks at them."""
    told = played(row("2024-03-10", "cash_advance", "500.00"))
    assert (told.coupons, told.decisions) == ([], [])


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2024-03-10T23:59:59+08:00", "2024-03-10"),
        ("2024-03-10T15:59:59Z", "2024-03-10"),
        ("2024-03-10T16:00:00Z", "2024-03-11"),
        ("2024-03-10T16:00Z", "2024-03-11"),
        ("2024-03-10 15:59:59.999999+00:00", "2024-03-10"),
        ("2024-03-10T23:30:00-08:00", "2024-03-11"),
        ("2024-03-11T05:44:00+13:45", "2024-03-10"),
        ("20240310T235959+0800", "2024-03-10"),
        ("2024-02-29T23:59:59.999999999+08:00", "2024-02-29"),
    ],
)
def test_a_day_is_the_day_in_shanghai(played, at, day):
    """Whatever the offset in which a time is written."""
    assert (
        played(paid(at), customers=(GOLD.replace("2024-03-01", "2024-02-01"),)).columns("qualified_on") == [(day,)] * 6
    )


def test_events_are_played_by_instant_and_not_by_the_clock_on_the_wall(played):
    """The claim stands first in the file and is later in time, although its hour is smaller."""
    told = played(claim("2024-03-10T08:00:00Z", name="claim"), paid("2024-03-10T12:00:00+08:00"))
    assert told.reasons == {"claim": ""}
    assert "is not in time order" in told.err


def test_events_at_one_instant_are_played_in_the_order_of_the_file(played):
    """Who claims first gets nothing."""
    at = "2024-03-10T12:00:00+08:00"
    assert played(claim(at), paid(at)).reasons == {"e1": "NOTHING_TO_CLAIM"}
    assert played(paid(at), claim(at)).reasons == {"e2": ""}


def test_as_of_settles_what_lapses_and_expires_later(played):
    """W01's coupons at the end of three days; what comes after the day is left out, and counted."""
    told = played(*W01, options=("--as-of", "2024-04-10"))
    assert told.columns("status") == [("effective",)] * 6
    told = played(*W01, options=("--as-of", "2024-04-11"))
    assert told.columns("status") == [("expired",)] * 3 + [("effective",)] * 3
    told = played(*W01, redeem("2024-04-12"), options=("--as-of", "2024-03-11"))
    assert told.columns("status", "claimed_on") == [("qualified", "")] * 6
    assert told.decisions == []
    assert "2 events after 2024-03-11 were left out" in told.out


@pytest.mark.parametrize(("variant", "coupons"), [("tiered", 12), ("as_written", 0), ("headline", 12)])
def test_a_variant_is_another_reading(played, variant, coupons):
    """Platinum: twelve, none or twelve cups; a part that gives nothing decides nothing."""
    told = played(paid("2024-03-10"), customers=(PLATINUM,), options=("--variant", variant))
    assert len(told.coupons) == coupons
    assert told.decisions == []


PERFECT = {
    "gold": (94, ["2024-02-21", "2024-04-24", "2024-08-01", "2024-12-01"]),
    "platinum": (100, ["2024-01-31", "2024-04-01", "2024-07-03", "2024-11-01", "2024-12-25"]),
}


@pytest.mark.parametrize("tier", PERFECT)
def test_perfect_play_over_a_year_gives_what_the_headline_says(played, tier):
    """12 + 52 + 36 = 100 cups with a platinum card, six fewer with gold; more of anything is refused."""
    events = [paid("2024-01-01"), claim("2024-01-01"), row("2024-01-01", "points", 100_000)]
    for number in range(366):
        day = datetime.date(2024, 1, 1) + datetime.timedelta(days=number)
        if day.day == 1:
            events += [row(str(day), "exchange") for _ in range(4)]
        events.append(paid(str(day), "10.00"))
        if day.weekday() == 2:
            events.append(claim(str(day), "weekly"))
    told = played(*events, customers=(f"c1,{tier},true,true,2024-01-01",))
    cups, stages = PERFECT[tier]
    assert len(told.coupons) == cups
    parts = [coupon["part"] for coupon in told.coupons]
    assert (parts.count("weekly"), parts.count("exchange")) == (52, 36)
    assert [(stage["stage"], stage["reached_on"]) for stage in told.stages] == [
        (str(number), day) for number, day in enumerate(stages, start=1)
    ]
    assert list(told.reasons.values()).count("MONTHLY_CAP") == 12
