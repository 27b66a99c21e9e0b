"""Daily books of the slow interpreter, and what must hold of every log whatever the rules: accounts close and caps are kept."""

import datetime
from collections import Counter

from tests.rewards.interpreter_days import ONE_DAY, period_of, share_of
from tests.rewards.interpreter_ledger import STATUSES


def daily_books(played, group_of):
    """Count what happens on each day to each group, as (day, group, column) with the engine's names.

    What lapses or expires does so on the day after its last; a coupon that is clawed back is no longer redeemed.
    """
    books = Counter()
    for coupon in played.coupons:
        group, bank = group_of(coupon.grant.who), played.book.limits.bank_cost(coupon.grant.part, coupon.face)
        for name, day, sign in _passed(coupon):
            books[day, group, name] += sign
            books[day, group, f"{name}_face"] += sign * coupon.face
            books[day, group, f"{name}_bank"] += sign * bank
    for who, account in played.accounts.items():
        for name in ("credited", "burnt", "taken_back", "expired"):
            entries = getattr(account, name)
            for day, points in entries() if callable(entries) else entries:
                books[day, group_of(who), f"points_{name}"] += points
    return books


def _passed(coupon):
    """Walk over what happened or will happen to a coupon, as (column, day, how often)."""
    yield "qualified", coupon.grant.qualified, 1
    if coupon.claimed is None:
        lapses = coupon.grant.last_claim + ONE_DAY
        yield ("lapsed", lapses, 1) if coupon.revoked is None else ("withdrawn", coupon.revoked, 1)
        return
    yield "claimed", coupon.claimed, 1
    yield "issued", coupon.claimed, 1
    in_time = coupon.expires is None or coupon.effective <= coupon.expires
    if in_time and (coupon.revoked is None or coupon.revoked >= coupon.effective):
        yield "effective", coupon.effective, 1
    if coupon.redeemed is not None:
        yield "redeemed", coupon.redeemed, 1
    if coupon.revoked is not None:
        yield "revoked", coupon.revoked, 1
        if coupon.redeemed is not None:
            yield "redeemed", coupon.revoked, -1
    elif coupon.expires is not None and coupon.redeemed is None:
        yield "expired", coupon.expires + ONE_DAY, 1


def states_on(played, day):
    """Return the state of every coupon at the end of a day."""
    return [coupon.status(day) for coupon in played.coupons]


def check_accounts(played, day):
    """Hold every coupon in one state, and what was issued equal to what became of it."""
    states = Counter(states_on(played, day))
    issued = sum(coupon.grant.qualified <= day for coupon in played.coupons)
    assert issued == sum(states[state] for state in STATUSES)
    assert set(states) <= {*STATUSES, None}


def check_caps(played, scale):
    """Hold the coupons claimed and redeemed in every period within every cap."""
    for name, part in played.programme.parts.items():
        for cap in part.caps:
            counts = Counter()
            for coupon in played.coupons:
                day = coupon.claimed if cap.counted_on == "claims" else coupon.redeemed
                if coupon.grant.part == name and day is not None:
                    who = coupon.grant.who if cap.scope == "person" else "all"
                    by_card = who in played.book.holders and played.programme.year == "anniversary"
                    approved = played.book.holders[who].approved if by_card else None
                    counts[who, period_of(day, cap.per, approved)] += 1
            limit = cap.max if cap.scope == "person" else share_of(scale, cap.max)
            assert max(counts.values(), default=0) <= limit


def last_settled(played, day):
    """Return the first day on which nothing more lapses or expires."""
    dues = [coupon.expires or coupon.effective or coupon.grant.last_claim for coupon in played.coupons]
    return max([day, *dues]) + datetime.timedelta(days=2)
