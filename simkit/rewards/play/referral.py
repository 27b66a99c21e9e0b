"""Rewards at events and for conversions."""

from __future__ import annotations

from simkit.rewards.play.books import closed, decide, gets_something, not_eligible
from simkit.rewards.play.compilation import part_of_loop
from simkit.rewards.play.coupons import face_fen, give_at_once
from simkit.rewards.play.table import (
    ALREADY_GRANTED,
    BY_REFERRAL,
    GRANTED,
    NO_CODE,
    NONE,
    NOT_FOR_TIER,
    SELF_REFERRAL,
    WINDOW_CLOSED,
    Table,
    int64,
)


@part_of_loop
def give_once(t: Table, p: int, account: int, receiver: int, day: int, credited: int) -> int:
    """Give a part that a person can cause once, to that person or another. Return the reason."""
    reason = not_eligible(t, p, account)
    if reason != GRANTED:
        return reason
    if not gets_something(t, p, account, receiver):
        return NOT_FOR_TIER
    if closed(t, p, day):
        return WINDOW_CLOSED
    had = t.play[account, p]["granted"] != 0
    if had or credited == 0:
        return ALREADY_GRANTED if had else NO_CODE
    first = give_at_once(t, p, receiver, day, face_fen(t, p, receiver))
    if first < 0:
        return -first
    t.play[account, p]["granted"] = 1
    return GRANTED


@part_of_loop
def show_code(t: Table, event: int, account: int, day: int, owner: int) -> None:
    """Let each referral part remember a code."""
    for p in range(t.part.shape[0]):
        part = t.part[p]
        if part["trigger"] != BY_REFERRAL or (part["staff_codes"] == 1) != t.person[owner]["staff"]:
            continue
        if owner == account:
            decide(t, event, SELF_REFERRAL, p)
            continue
        code = t.codes[account, p]
        known = code["owner"] != NONE and day <= code["day"] + part["code_span"]
        if part["last_code"] or not known:
            code["owner"] = owner
            code["day"] = day


@part_of_loop
def convert(t: Table, event: int, account: int, day: int) -> None:
    """Reward a conversion in each referral part."""
    for p in range(t.part.shape[0]):
        part = t.part[p]
        if part["trigger"] == BY_REFERRAL:
            code = t.codes[account, p]
            credited = code["owner"] != NONE and day <= code["day"] + part["code_span"]
            receiver = account
            if part["to_referrer"]:
                receiver = int64(code["owner"]) if credited else NONE
            decide(t, event, give_once(t, p, account, receiver, day, int64(credited)), p)
