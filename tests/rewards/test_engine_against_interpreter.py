"""The engine and the slow interpreter, written apart from each other, agree on every coupon, decision, stage and point."""

import copy
import datetime
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.params import parameter_folder
from simkit.rewards import DAILY, load_programme
from tests.rewards.event_strategies import STAFF, Game, games
from tests.rewards.interpreter import Interpreter
from tests.rewards.interpreter_books import check_accounts, check_caps, daily_books, last_settled, states_on
from tests.rewards.interpreter_days import ONE_DAY
from tests.rewards.plain_logs import APPROVED, act, holder, one_part, pay
from tests.rewards.played_by_engine import DATES, EnginePlay, days_from

DAYS_LOOKED_AT = 40
"""Days between two pieces of a log, and after the last, on which every coupon's state is compared."""


def coupons_of(played):
    """Return the interpreter's coupons as the engine tells them."""
    return [
        (
            *(grant.who, grant.part, coupon.number, place, len(grant.coupons), coupon.face),
            *(getattr(grant if name == "qualified" else coupon, name) for name in DATES),
        )
        for grant in played.book.grants
        for place, coupon in enumerate(grant.coupons)
    ]


def compare_days(plain, fast, first, last):
    """Compare coupons, their states on some days, and points."""
    assert fast.coupons() == coupons_of(plain)
    for day in list(days_from(first, last))[:DAYS_LOOKED_AT]:
        check_accounts(plain, day)
        assert (day, fast.states(day)) == (day, states_on(plain, day))
        points = {who: plain.balance(who, day) for who in plain.book.holders}
        assert {who: balance for who, balance in fast.balances(day).items() if who not in STAFF} == points


def compare_decisions(plain, fast):
    """Compare decisions; the engine tells a reason that several parts have for one event once, with one of them."""
    told = [(place, reason) for place, _, reason in fast.decisions]
    assert len(told) == len(set(told))
    assert set(told) == {(place, reason) for place, _, reason in plain.decisions}
    assert set(fast.decisions) <= plain.decisions


def compare_books(plain, fast, last):
    """Compare what happened on each day, and what is counted beside."""
    books = daily_books(plain, fast.group_of)
    assert fast.books() == Counter({key: number for key, number in books.items() if number and key[2] in DAILY})
    assert {key: number for key, number in fast.engine.cap_refusals.items() if number} == plain.book.limits.cap_refusals
    assert fast.engine.outstanding_fen == plain.book.limits.outstanding(last)
    if plain.programme.stages is not None:
        assert fast.icons() == {who: plain.book.icons(who) for who in fast.accounts}


def check_books_close(plain, fast, day):
    """Hold the coupons, the money and the points that the books leave open equal to what is open at the end of a day."""
    total, states = fast.totals(day), Counter(fast.states(day))
    assert total["qualified"] - total["claimed"] - total["lapsed"] - total["withdrawn"] == states["qualified"]
    used = sum(total[name] for name in ("redeemed", "expired", "revoked"))
    assert total["claimed"] - used == states["pending"] + states["effective"]
    ended = sum(total[f"{name}_face"] for name in ("redeemed", "expired", "revoked"))
    opened = [coupon.face for coupon in plain.coupons if coupon.status(day) in {"pending", "effective"}]
    assert total["issued_face"] - ended == sum(opened)
    gone = sum(total[f"points_{name}"] for name in ("burnt", "expired", "taken_back"))
    lots = [lot.left for account in plain.accounts.values() for lot in account.lots if day <= lot.last]
    assert total["points_credited"] - gone == sum(lots)


def compare(game):
    """Play a game twice and compare everything that can be seen."""
    log = game.log
    if not log:
        return
    plain = Interpreter(game.programme, copy.deepcopy(game.holders), game.scale, game.bank_share)
    first, last = log[0].day, log[-1].day
    fast = EnginePlay(game, first.replace(day=1), datetime.date(2099, 12, 31))
    for begin, end in zip(game.cuts, game.cuts[1:], strict=False):
        if begin in game.upgrades:
            plain.book.holders[game.upgrades[begin]].tier = game.programme.tiers[-1]
            fast.upgrade(game.upgrades[begin])
        plain.play(log[begin:end])
        fast.play(log, begin, end)
        begun = log[end - 1].day
        over = log[end].day - ONE_DAY if end < len(log) else last
        compare_days(plain, fast, begun, over)
        plain.settle(over)
        fast.settle(over)
        compare_days(plain, fast, max(begun, over), over)
    compare_decisions(plain, fast)
    assert fast.stages() == plain.stages
    check_caps(plain, game.scale)
    compare_days(plain, fast, last, min(last_settled(plain, last), last + DAYS_LOOKED_AT * ONE_DAY))
    compare_books(plain, fast, last)
    for day in (last, last + 10 * ONE_DAY, last_settled(plain, last)):
        check_books_close(plain, fast, day)


SHIPPED = sorted(path.stem for path in (parameter_folder() / "rewards").glob("*.yaml"))
EVERY_PAYMENT = {"kind": "payment"}
COUPON = {"kind": "coupons", "quantity": 1, "face_cny": 10}
TWO_WEEKS = {"days": 14, "day_count": "elapsed"}
NAMED = {"part": {"claim": TWO_WEEKS, "validity": TWO_WEEKS}}
ENDING = {"part": {"claim": TWO_WEEKS, "validity": TWO_WEEKS | {"ends_with_programme": True}}, "ends_on": APPROVED}
BROUGHT = {"kind": "referral", "to": "referrer", "codes": "members", "attribution": "last_code", "within": TWO_WEEKS}
BROUGHT_BY = {"cho": "ann", "dai": "bob", "eve": "bob", "bob": "ann"}
BOARD = {"counts": "gift", "prizes_cny": [9]}
RARE = {
    "a coupon is redeemed, its grant withdrawn, and it is presented again": (
        one_part(EVERY_PAYMENT, COUPON | {"quantity": 2}, part={"validity": TWO_WEEKS}),
        [pay("03-01", 1), act("03-02", "redeem", "gift"), act("03-02", "refund", payment=0)],
        [act("03-02", "redeem", "gift", coupon=f"ann-gift-{number}") for number in (1, 2, 3)],
    ),
    "the younger grant is claimed first, so that its coupon expires first": (
        one_part(EVERY_PAYMENT, COUPON, **NAMED),
        [pay("03-01", 1), pay("03-01", 1), act("03-02", "claim", "gift", coupon="ann-gift-2")],
        [act("03-03", "claim", "gift"), act("03-04", "redeem", "gift")],
    ),
    "what is revoked today is given back to the budget, but not to today's": (
        one_part(EVERY_PAYMENT, COUPON, budget={"total_cny": 20, "per_day_cny": 10}),
        [pay("03-01", 1), act("03-01", "refund", payment=0), pay("03-01", 1)],
        [pay("03-02", 1), act("03-02", "refund", payment=3), *[pay(day, 1) for day in ("03-03", "03-04", "03-05")]],
    ),
    "a coupon that ends with the programme is claimed after its end": (
        one_part(EVERY_PAYMENT, COUPON, **ENDING),
        [pay("03-01", 1), act("03-03", "claim", "gift")],
        [act("03-03", "redeem", "gift"), act("03-04", "redeem", "gift")],
    ),
    "a card of 29 February has its day on 1 March": (
        one_part(EVERY_PAYMENT, COUPON, part={"caps": [{"max": 1, "per": "year"}]}, year="anniversary"),
        [pay("2025-02-28", 1), pay("2025-02-28", 1), pay("2025-03-01", 1), pay("2025-03-01", 1)],
        [pay("2028-02-28", 1), pay("2028-02-29", 1), pay("2028-03-01", 1)],
    ),
    "two bring two customers each, one begins and the other is there first": (
        one_part(BROUGHT, {"kind": "money", "amount_cny": 1}, leaderboards={"board": BOARD}),
        [act("03-02", "code", who=new, name=owner) for new, owner in BROUGHT_BY.items()],
        [*(act("03-03", "convert", who=new) for new in BROUGHT_BY), pay("04-01", 1)],
    ),
}


@pytest.mark.parametrize("story", RARE)
def test_the_engine_does_what_the_rules_say_in_rare_cases(story):
    """What random games meet once in thousands."""
    programme, begin, end = RARE[story]
    holders = {who: holder(approved=datetime.date(2024, 2, 29)) for who in ("ann", *BROUGHT_BY)}
    log = (*begin, *end)
    compare(Game(programme, holders, log, (0, len(begin), len(log)), upgrades={}, scale=1, bank_share=1.0))


@settings(max_examples=300)
@given(games())
def test_the_engine_does_what_the_rules_say(game):
    """Every programme of the vocabulary, every event, every day."""
    compare(game)


@pytest.mark.parametrize("name", SHIPPED)
@settings(max_examples=10)
@given(data=st.data())
def test_the_engine_does_what_a_shipped_programme_says(name, data):
    """Random logs of the programmes that planners start from."""
    compare(data.draw(games(load_programme(name))))


@pytest.mark.slow
@settings(max_examples=6000)
@given(games())
def test_the_engine_does_what_the_rules_say_thousands_of_times(game):
    """So often that rare collisions occur."""
    compare(game)


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
@settings(max_examples=300)
@given(data=st.data())
def test_the_engine_does_what_a_shipped_programme_says_hundreds_of_times(name, data):
    """The same for the programmes that planners start from."""
    compare(data.draw(games(load_programme(name))))
