"""The coupon book keeps its accounts whatever customers do: every coupon is in one state, and moves only as the rules say."""

from collections import Counter

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from simkit.rewards import CouponBook, CouponState, load_programme

CUSTOMERS = 6


def programme(window_days=7, validity_days=30, per_customer=12):
    """Return the shipped programme with other limits."""
    shipped = load_programme("small_weekly_reward")
    return shipped.model_copy(
        update={
            "claim": shipped.claim.model_copy(update={"window_days": window_days}),
            "validity": shipped.validity.model_copy(update={"days": validity_days}),
            "caps": shipped.caps.model_copy(update={"per_customer": per_customer}),
        }
    )


def customers(*numbers):
    """Return customers as the model holds them."""
    return np.array(numbers, dtype=np.int32)


def test_a_coupon_can_be_claimed_to_the_last_day_of_its_window():
    """Elapsed days count the day of qualifying as day 0: earned on day 3 with a window of 7, it lapses on day 11."""
    book = CouponBook(programme(), CUSTOMERS)
    rows = book.qualify(customers(0, 1), 3)
    for day in range(4, 11):
        assert all(not some.size for some in book.settle(day))
    assert book.claim(rows[:1], 10).tolist() == [0]
    lapsed, expired = book.settle(11)
    assert (lapsed.tolist(), expired.tolist()) == ([1], [])
    assert not book.claim(rows, 11).size


def test_a_coupon_can_be_redeemed_to_the_last_day_of_its_validity():
    """Ordinal days count the day of claiming as day 1: claimed on day 5 and valid for 30 days, it expires on day 35."""
    book = CouponBook(programme(), CUSTOMERS)
    rows = book.claim(book.qualify(customers(0, 1), 5), 5)
    for day in range(6, 35):
        assert all(not some.size for some in book.settle(day))
    assert book.redeem(rows[:1]).tolist() == [0]
    _, expired = book.settle(35)
    assert expired.tolist() == [1]
    assert not book.redeem(rows).size


def test_nobody_earns_more_coupons_than_the_cap():
    """The cap counts coupons qualified, whatever becomes of them."""
    book = CouponBook(programme(per_customer=2), CUSTOMERS)
    earned = [book.qualify(customers(0, 1), day).size for day in (0, 7, 14)]
    assert earned == [2, 2, 0]
    assert book.qualify(customers(0, 2), 21).size == 1
    assert book.customer.tolist() == [0, 1, 0, 1, 2]


def test_what_is_claimed_or_redeemed_twice_counts_once():
    """A coupon moves forward only."""
    book = CouponBook(programme(), CUSTOMERS)
    rows = book.qualify(customers(3), 0)
    assert [book.claim(rows, 1).size, book.claim(rows, 2).size] == [1, 0]
    assert [book.redeem(rows).size, book.redeem(rows).size] == [1, 0]
    assert book.state.tolist() == [CouponState.REDEEMED]


def test_what_is_not_claimed_cannot_be_redeemed():
    """Only an effective coupon is worth anything."""
    book = CouponBook(programme(), CUSTOMERS)
    assert not book.redeem(book.qualify(customers(0), 0)).size


def test_the_book_grows_with_its_coupons():
    """Coupons keep their customers and states when the book makes room for more."""
    book = CouponBook(programme(), 5000)
    first = book.claim(book.qualify(np.arange(900, dtype=np.int32), 0), 0)
    book.qualify(np.arange(5000, dtype=np.int32), 7)
    assert book.size == 5900
    assert book.customer.tolist() == [*range(900), *range(5000)]
    assert (book.state[first] == CouponState.EFFECTIVE).all()
    assert (book.state[900:] == CouponState.QUALIFIED).all()


class CouponDays(RuleBasedStateMachine):
    """Days in any order of acts; a plain ledger of dictionaries keeps the same books beside."""

    @initialize(window=st.integers(0, 4), valid=st.integers(1, 5), cap=st.integers(1, 4))
    def begin(self, window, valid, cap):
        """Open an empty book."""
        self.window, self.valid, self.cap = window, valid, cap
        self.book = CouponBook(programme(window, valid, cap), CUSTOMERS)
        self.day = 0
        self.coupons = []
        self.moved = Counter()

    @rule()
    def pass_a_day(self):
        """A new day begins: what was not claimed or redeemed in time is settled."""
        self.day += 1
        lapsed, expired = self.book.settle(self.day)
        due = {"lapsed": [], "expired": []}
        for row, coupon in enumerate(self.coupons):
            if coupon["state"] == "qualified" and self.day > coupon["earned"] + self.window:
                due["lapsed"].append(row)
                coupon["state"] = "lapsed"
            elif coupon["state"] == "effective" and self.day >= coupon["claimed"] + self.valid:
                due["expired"].append(row)
                coupon["state"] = "expired"
        assert (sorted(lapsed), sorted(expired)) == (due["lapsed"], due["expired"])
        self.moved.update(lapsed=len(lapsed), expired=len(expired))

    @rule(who=st.sets(st.integers(0, CUSTOMERS - 1)))
    def earn(self, who):
        """Some customers meet the trigger."""
        held = Counter(coupon["customer"] for coupon in self.coupons)
        entitled = [customer for customer in sorted(who) if held[customer] < self.cap]
        rows = self.book.qualify(customers(*sorted(who)), self.day)
        assert self.book.customer[rows].tolist() == entitled
        self.coupons += [{"customer": customer, "earned": self.day, "state": "qualified"} for customer in entitled]
        self.moved.update(qualified=len(entitled))

    @rule(chosen=st.sets(st.integers(0, 30)))
    def claim(self, chosen):
        """Some coupons are claimed, whatever their state."""
        rows = [row for row in sorted(chosen) if row < len(self.coupons)]
        claimable = [row for row in rows if self.coupons[row]["state"] == "qualified"]
        assert self.book.claim(np.array(rows, dtype=np.int64), self.day).tolist() == claimable
        for row in claimable:
            self.coupons[row] |= {"state": "effective", "claimed": self.day}
        self.moved.update(claimed=len(claimable))

    @rule(chosen=st.sets(st.integers(0, 30)))
    def redeem(self, chosen):
        """Some coupons are presented, whatever their state."""
        rows = [row for row in sorted(chosen) if row < len(self.coupons)]
        good = [row for row in rows if self.coupons[row]["state"] == "effective"]
        assert self.book.redeem(np.array(rows, dtype=np.int64)).tolist() == good
        for row in good:
            self.coupons[row]["state"] = "redeemed"
        self.moved.update(redeemed=len(good))

    @invariant()
    def the_accounts_close(self):
        """Qualified are claimed, lapsed or open; claimed are redeemed, expired or open; states agree with the plain ledger."""
        if not hasattr(self, "book"):
            return
        state = Counter(CouponState(code).name.lower() for code in self.book.state)
        assert state == Counter(coupon["state"] for coupon in self.coupons)
        moved = self.moved
        assert moved["qualified"] == moved["claimed"] + moved["lapsed"] + state["qualified"] == self.book.size
        assert moved["claimed"] == moved["redeemed"] + moved["expired"] + state["effective"]
        assert max(Counter(self.book.customer.tolist()).values(), default=0) <= self.cap


CouponDays.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestCouponDays = CouponDays.TestCase
