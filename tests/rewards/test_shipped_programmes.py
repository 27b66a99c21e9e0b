"""The programmes that are shipped: each does what its comments say, played by the engine."""

import re
from pathlib import Path

import pytest

from simkit.rewards import readings_of
from simkit.rewards.linter import lint_programme
from tests.rewards.till import Till

SHIPPED = sorted((Path(__file__).resolve().parents[2] / "params" / "rewards").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_programme_has_no_problem_and_speaks_both_languages(path):
    """The reading that counts is sound, and every title is there in English and Chinese."""
    assert lint_programme(path).problems == ()
    for programme in readings_of(path).values():
        for title in (programme.title, *(part.title for part in programme.parts.values())):
            assert re.search(r"[A-Za-z]", title.en)
            assert not re.search(r"[\u4e00-\u9fff]", title.en)
            assert re.search(r"[\u4e00-\u9fff]", title.zh)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_programme_says_where_its_numbers_come_from(path):
    """A comment names an article or says that the numbers are assumed."""
    comments = " ".join(line for line in path.read_text(encoding="utf-8").splitlines() if "#" in line)
    assert "ASM" in comments


def test_three_small_payments_a_week_earn_three_yuan():
    """To be claimed within 7 days and redeemed within 30, by new and existing customers, twelve times."""
    till = Till("small_weekly_reward", "ann", existing=("bob",))
    for who in ("ann", "bob"):
        for day in ("2024-01-01", "2024-01-03", "2024-01-07"):
            assert till.pays(who, day, 0.01) == []
    assert till.acts("bob", "2024-01-14", "claim", "weekly") == ["GRANTED"]
    assert till.acts("ann", "2024-01-15", "claim", "weekly") == ["CLAIM_WINDOW_CLOSED"]
    assert (till.has("bob"), till.dates("bob", "expires")) == ([3.0], ["2024-02-12"])
    assert till.acts("bob", "2024-02-12", "redeem", "weekly") == ["GRANTED"]
    for week in range(12):
        day = f"2025-{week // 4 + 3:02}-{week % 4 * 7 + 1:02}"
        for _ in range(3):
            till.pays("bob", day, 1)
        assert till.acts("bob", day, "claim", "weekly") == ["GRANTED" if week < 11 else "LIFETIME_CAP"]


@pytest.mark.parametrize(("paid", "back"), [(999.99, []), (1000, [10.0]), (4321.09, [43.21]), (10_000, [50.0])])
def test_one_percent_comes_back_from_a_thousand_yuan_on(paid, back):
    """Rounded down to the fen and at most 50 CNY."""
    till = Till("threshold_cashback", "ann")
    assert till.pays("ann", "2024-01-01", paid) == ([] if back else ["BELOW_MIN"])
    assert till.has("ann") == back


def test_cash_back_on_a_payment_is_given_four_times_a_month_and_on_the_months_sum_as_it_grows():
    """The two readings of a threshold."""
    till = Till("threshold_cashback", "ann")
    assert [till.pays("ann", "2024-01-31", 5000) for _ in range(5)] == [[], [], [], [], ["MONTHLY_CAP"]]
    assert till.pays("ann", "2024-02-01", 5000) == []
    till = Till("threshold_cashback", "ann", reading="whole_month")
    for paid in (600, 600, 800, 9000):
        till.pays("ann", "2024-01-31", paid)
    assert till.has("ann") == [12.0, 8.0, 30.0]
    till.pays("ann", "2024-02-01", 999)
    assert len(till.has("ann")) == 3


def test_the_first_payment_with_the_wallet_is_five_off_and_later_ones_five_percent():
    """One discount a payment: the first payment's as long as there is one."""
    till = Till("wallet_discount", "ann")
    assert till.pays("ann", "2024-01-01", 9.99) == ["BELOW_MIN"]
    assert till.pays("ann", "2024-01-01", 30) == ["STACKING"]
    assert till.pays("ann", "2024-01-01", 30) == ["ALREADY_GRANTED"]
    assert till.pays("ann", "2024-01-02", 100) == ["ALREADY_GRANTED"]
    assert till.pays("ann", "2024-01-02", 100) == ["ALREADY_GRANTED", "DAILY_CAP"]
    for day in range(3, 13):
        till.pays("ann", f"2024-01-{day:02}", 20)
    assert till.has("ann", "first_payment") == [5.0]
    assert till.has("ann", "every_payment") == [1.5, 2.0, *[1.0] * 8]


def test_points_of_all_partners_are_one_account():
    """Own payments and partners' credits are usable after a week; the oldest are burnt first and expire after two years."""
    till = Till("points_club", "ann")
    till.pays("ann", "2024-01-10", 1999.99)
    till.credits("ann", "2024-02-01", 2001, "supermarket")
    till.credits("ann", "2024-02-01", 1000, "airline")
    assert [till.points("ann", day) for day in ("2024-01-16", "2024-01-17", "2024-02-08")] == [0, 1999, 4999]
    assert till.acts("ann", "2024-02-07", "exchange", "coffee") == ["INSUFFICIENT_POINTS"]
    assert till.acts("ann", "2024-02-08", "exchange", "coffee") == ["GRANTED"]
    assert (till.has("ann"), till.points("ann", "2024-02-08")) == ([15.0], 1999)
    assert [till.points("ann", day) for day in ("2026-02-28", "2026-03-01")] == [1999, 0]


def test_points_of_a_refunded_payment_are_taken_back():
    """They were still pending."""
    till = Till("points_club", "ann")
    slot = till.engine.reserve_slots(1)
    till.pays("ann", "2024-01-10", 5000, slot=slot)
    till.refunds("ann", "2024-01-16", slot)
    assert till.points("ann", "2024-01-17") == 0


def test_theme_days_have_their_prices_on_their_days():
    """Half price on Fridays, 8.8 CNY on the 8th, cinema for 9 CNY at weekends, and on a Friday the 8th what is worth more."""
    till = Till("theme_day", "ann")
    till.pays("ann", "2024-01-04", 16)
    assert till.pays("ann", "2024-01-05", 16) == []
    assert till.pays("ann", "2024-01-05", 16) == ["DAILY_CAP"]
    assert till.pays("ann", "2024-01-06", 45, "cinema") == []
    assert till.pays("ann", "2024-01-07", 45, "cinema") == ["MONTHLY_CAP"]
    assert till.pays("ann", "2024-01-08", 20, "bakery") == []
    assert till.has("ann") == [8.0, 36.0, 11.2]
    assert till.pays("ann", "2024-03-08", 40, "supermarket") == ["STACKING"]
    assert till.has("ann")[3:] == [20.0]


def test_a_theme_day_ends_with_its_stock():
    """The 201st at the cinema pays the full price, and on the next day there is stock again."""
    crowd = [f"guest {number}" for number in range(201)]
    till = Till("theme_day", *crowd)
    decided = [till.pays(guest, "2024-01-06", 45, "cinema") for guest in crowd]
    assert decided == [[]] * 200 + [["QUOTA_FULL"]]
    assert till.pays(crowd[-1], "2024-01-07", 45, "cinema") == []


def test_everybody_who_comes_gets_eggs_and_new_customers_fruit():
    """Once a person, and only as long as the programme runs."""
    till = Till("event_gift", "ann", existing=("bob",))
    assert till.acts("ann", "2026-03-01", "attend", "eggs") == ["WINDOW_CLOSED"]
    assert till.acts("ann", "2026-03-02", "attend", "eggs") == ["GRANTED"]
    assert till.acts("ann", "2026-03-02", "attend", "fruit") == ["GRANTED"]
    assert till.acts("ann", "2026-04-01", "attend", "eggs") == ["ALREADY_GRANTED"]
    assert till.acts("bob", "2026-05-30", "attend", "fruit") == ["NOT_NEW"]
    assert till.acts("bob", "2026-05-30", "attend", "eggs") == ["GRANTED"]
    assert (till.has("ann"), till.has("bob")) == ([18.0, 30.0], [18.0])


@pytest.mark.parametrize(("reading", "friend"), [("two_sided", [10.0]), ("one_sided", [])])
def test_who_brings_a_friend_is_rewarded_and_the_friend_where_both_sides_are(reading, friend):
    """The first code counts for 30 days; one's own never does."""
    till = Till("member_referral", "eve", "fay", existing=("ann", "bob"), reading=reading)
    assert "SELF_REFERRAL" in till.shows("eve", "2024-01-01", "eve")
    till.shows("eve", "2024-01-02", "ann")
    till.shows("eve", "2024-01-03", "bob")
    assert till.converts("eve", "2024-02-01") == ["GRANTED"]
    assert (till.has("ann"), till.has("bob"), till.has("eve")) == ([20.0], [], friend)
    till.shows("fay", "2024-02-01", "ann")
    assert till.converts("fay", "2024-03-03") == ["NO_CODE"]


def test_nobody_is_rewarded_for_more_than_five_friends_a_month():
    """The sixth friend brings nothing in that month."""
    friends = [f"friend {number}" for number in range(6)]
    till = Till("member_referral", *friends, existing=("ann",), reading="one_sided")
    for friend in friends:
        till.shows(friend, "2024-01-01", "ann")
    assert [till.converts(friend, "2024-01-02") for friend in friends] == [["GRANTED"]] * 5 + [["MONTHLY_CAP"]]
    assert till.has("ann") == [20.0] * 5


def test_staff_earn_commission_by_the_last_code_and_the_best_three_a_prize():
    """S01: A's code on day 1, B's on day 2, converted on day 3; prizes when the month is over."""
    friends = [f"friend {number}" for number in range(6)]
    till = Till("staff_referral", "eve", *friends, existing=("old",), staff=("A", "B", "C", "D"))
    till.shows("eve", "2024-01-01", "A")
    till.shows("eve", "2024-01-02", "B")
    assert till.converts("eve", "2024-01-03") == ["GRANTED"]
    assert (till.has("A"), till.has("B")) == ([], [20.0])
    till.shows("old", "2024-01-03", "A")
    assert till.converts("old", "2024-01-03") == ["NOT_NEW"]
    for friend, code in zip(friends, "BACCAD", strict=True):
        till.shows(friend, "2024-01-04", code)
        till.converts(friend, "2024-01-05")
    till.engine.settle(till.engine.coupons["qualified"].max())
    assert till.has("C", "stars_of_the_month") == []
    till.pays("eve", "2024-02-01", 1)
    assert [till.has(code, "stars_of_the_month") for code in "BCAD"] == [[1000.0], [500.0], [300.0], []]


def test_merchants_have_their_own_discounts():
    """12 % at two restaurants, 20 CNY at the bookshop, nothing elsewhere."""
    till = Till("merchant_discount", "ann")
    assert till.pays("ann", "2024-01-01", 500) == []
    assert till.pays("ann", "2024-01-01", 99.99, "bookshop") == ["BELOW_MIN"]
    assert [till.pays("ann", "2024-01-01", 200, "bookshop") for _ in range(2)] == [[], ["DAILY_CAP"]]
    assert till.pays("ann", "2024-01-02", 150, "hotpot_east_gate") == []
    assert till.pays("ann", "2024-01-03", 800, "hotpot_old_town") == []
    assert till.pays("ann", "2024-01-07", 800, "hotpot_old_town") == ["WEEKLY_CAP"]
    assert till.has("ann") == [20.0, 18.0, 40.0]


def test_of_several_coupons_the_largest_is_earned():
    """Two of 15 CNY are worth more than one of 12, and that more than one of 5; they end with the programme."""
    till = Till("budgeted_coupons", "ann")
    assert till.pays("ann", "2026-05-25", 200) == ["STACKING"]
    assert till.pays("ann", "2026-05-25", 199) == ["BELOW_MIN", "STACKING"]
    assert till.pays("ann", "2026-05-25", 50) == ["BELOW_MIN"]
    for part in ("small", "medium", "large"):
        assert till.acts("ann", "2026-05-28", "claim", part) == ["GRANTED"]
    assert sorted(till.has("ann")) == [5.0, 12.0, 15.0, 15.0]
    assert set(till.dates("ann", "expires")) == {"2026-05-30"}


def test_a_budget_is_spread_over_the_days_that_are_left():
    """500,000 CNY over 90 days are 5,555.55 a day: at a bank share of 0.7 that are 264 times two coupons of 15 CNY."""
    crowd = [f"customer {number}" for number in range(300)]
    till = Till("budgeted_coupons", *crowd)
    for customer in crowd:
        till.pays(customer, "2026-03-02", 200)
    decided = [till.acts(customer, "2026-03-02", "claim", "large") for customer in crowd]
    assert decided == [["GRANTED"]] * 264 + [["BUDGET_SPENT"]] * 36
    assert till.acts(crowd[-1], "2026-03-03", "claim", "large") == ["GRANTED"]
