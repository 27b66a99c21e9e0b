"""What a refund undoes."""

from __future__ import annotations

from simkit.rewards.play.books import bank_fen, book, book_money, period
from simkit.rewards.play.compilation import part_of_loop
from simkit.rewards.play.coupons import first_row, foresee_expiry, light
from simkit.rewards.play.points import take_back
from simkit.rewards.play.table import (
    B_EFFECTIVE,
    B_LAPSED,
    B_REDEEMED,
    B_REVOKED,
    B_WITHDRAWN,
    BY_COUNT,
    BY_PAYMENT,
    BY_SPENDING,
    CLAIMED,
    CLAW_BACK,
    ICONS_ON_REDEMPTION,
    ISSUED,
    KEEP,
    LOST,
    MINUS,
    NONE,
    NOT_COUNTED,
    OF_RATE,
    ON_REFUND,
    OUTSTANDING,
    PLUS,
    QUALIFIED,
    REDEEMED,
    REDEEMED_SUM,
    REDEMPTION,
    REVOCATION,
    REVOKED,
    Table,
    int64,
)


@part_of_loop
def revoke(t: Table, row: int, day: int) -> bool:
    """Take back one coupon whose payment is gone, as far as the policy says. Return whether it was taken back."""
    coupon = t.rows[row]
    account, p, status = int64(coupon["account"]), int64(coupon["part"]), int64(coupon["status"])
    if status == QUALIFIED:
        lapses = coupon["qualified"] + t.part[p]["claim_span"] + 1
        if day >= lapses:
            return False
        book(t, lapses, account, B_LAPSED, MINUS)
        book(t, day, account, B_WITHDRAWN, PLUS)
    elif (status == CLAIMED and day <= coupon["expires"]) or (status == REDEEMED and t.general[ON_REFUND] == CLAW_BACK):
        bank = bank_fen(t, p, int64(coupon["face"]))
        if status == CLAIMED:
            foresee_expiry(t, row, MINUS)
            if day < coupon["effective"] and coupon["effective"] <= coupon["expires"]:
                book(t, int64(coupon["effective"]), account, B_EFFECTIVE, MINUS)
            t.play[account, p]["unredeemed"] -= 1
            t.totals[OUTSTANDING] -= bank
        else:
            t.totals[REDEEMED_SUM] -= bank
            book(t, day, account, B_REDEEMED, MINUS)
            book_money(t, day, row, REDEMPTION, MINUS)
        t.totals[ISSUED] -= bank
        book(t, day, account, B_REVOKED, PLUS)
        book_money(t, day, row, REVOCATION, PLUS)
        if t.part[p]["icon"] and (status == REDEEMED or not t.general[ICONS_ON_REDEMPTION]):
            light(t, account, day, MINUS)
    else:
        return False
    coupon["status"] = REVOKED
    coupon["revoked"] = day
    return True


@part_of_loop
def lose(t: Table, first: int, day: int) -> bool:
    """Withdraw a grant whose payment is gone. Return whether anything of it was taken back."""
    changed = False
    if t.general[ON_REFUND] == KEEP:
        return changed
    for row in range(first, first + t.rows[first]["quantity"]):
        changed |= revoke(t, row, day)
    if changed:
        t.rows[first]["support"] = LOST
    return changed


@part_of_loop
def withdraw(t: Table, first: int, p: int, account: int, number: int, day: int) -> None:
    """Let a grant go that one payment has earned."""
    if first < 0 or not lose(t, first, day):
        return
    play = t.play[account, p]
    if play["granted"] == number:
        play["granted"] = 0
    if t.part[p]["trigger"] == BY_SPENDING and play["period"] == number:
        t.spending[account, p]["given"] -= t.rows[first]["face"]


@part_of_loop
def standing_grant(t: Table, p: int, account: int, number: int) -> int:
    """Return the first row of the grant of a period that was not withdrawn, or NONE."""
    row = int64(t.play[account, p]["last"])
    while row != NONE:
        earned = period(t, t.part[p]["period"], int64(t.rows[row]["qualified"]), account)
        if earned < number:
            return NONE
        first = first_row(t, row)
        if earned == number and t.rows[first]["support"] != LOST:
            return first
        row = int64(t.rows[row]["previous"])
    return NONE


@part_of_loop
def uncount(t: Table, p: int, account: int, number: int, amount: int, day: int) -> None:
    """Take a payment out of its period, and the period's grant if it is no longer earned."""
    part, play = t.part[p], t.play[account, p]
    by_count = part["trigger"] == BY_COUNT
    if play["period"] == number:
        play["count"] -= 1
        if not by_count:
            t.spending[account, p]["spent"] -= amount
    first = standing_grant(t, p, account, number)
    if first == NONE:
        return
    support = t.rows[first]["support"] - (1 if by_count else amount)
    t.rows[first]["support"] = max(support, 0)
    if support < part["needed"] and lose(t, first, day) and play["granted"] == number:
        play["granted"] = 0


@part_of_loop
def refund(t: Table, slot: int, day: int) -> None:
    """Undo a payment from now on."""
    seen = t.slots[slot]
    if seen["state"] != 1:
        return
    seen["state"] = 2
    account, paid, amount = int64(seen["account"]), int64(seen["day"]), int64(seen["amount"])
    for p in range(t.part.shape[0]):
        mark = int64(t.slot_rows[slot, p])
        if mark == NOT_COUNTED:
            continue
        part = t.part[p]
        number = period(t, part["period"], paid, account)
        if part["trigger"] == BY_PAYMENT:
            withdraw(t, mark, p, account, number, day)
        elif part["trigger"] == BY_SPENDING and part["worth"] == OF_RATE:
            if t.play[account, p]["period"] == number:
                t.spending[account, p]["spent"] -= amount
            withdraw(t, mark, p, account, number, day)
        else:
            uncount(t, p, account, number, amount, day)
    if seen["earned"] > 0:
        take_back(t, account, int64(seen["lot"]), int64(seen["earned"]), day)
