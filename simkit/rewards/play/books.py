"""Decisions, the daily books, calendar periods, caps and budgets, and who may have a part."""

from __future__ import annotations

from simkit.rewards.play.compilation import part_of_loop
from simkit.rewards.play.table import (
    B_BANK,
    B_FACE,
    BOOKS_FROM,
    BUDGET_A_DAY,
    BUDGET_LIABILITY,
    BUDGET_ON_REDEMPTION,
    BUDGET_SPENT,
    BUDGET_THROTTLES,
    BUDGET_TOTAL,
    CARD_YEAR,
    DAY,
    DECISIONS,
    GRANTED,
    ISSUED,
    ISSUED_BEFORE,
    ISSUED_TODAY,
    LAST_DAY,
    LIABILITY_CAP,
    MILLION,
    MONTH,
    NONE,
    NOT_NEW,
    NOT_PRIMARY,
    OUTSTANDING,
    REDEEMED_BEFORE,
    REDEEMED_SUM,
    REDEEMED_TODAY,
    TODAY,
    WEEK,
    YEAR,
    Table,
    int64,
)


@part_of_loop
def period(t: Table, kind: int, day: int, account: int) -> int:
    """Return the number of the period in which a day lies, from 1."""
    if kind == DAY:
        return day + 1
    if kind == WEEK:
        return (day + 5) // 7 + 1  # 2000-01-01 was a Saturday
    now = t.calendar[day]
    if kind == MONTH:
        return int64(now["month"]) + 1
    if kind == YEAR:
        return int64(now["year"]) - 1999
    if kind == CARD_YEAR:
        then = t.calendar[t.person[account]["approved"]]
        years = int64(now["year"]) - int64(then["year"]) + 200
        return years - 1 if now["of_year"] < then["of_year"] else years
    return 1


@part_of_loop
def decide(t: Table, event: int, reason: int, part: int) -> None:
    """Note a decision, once for an event and reason."""
    size = t.totals[DECISIONS]
    at = size - 1
    while at >= 0 and t.decisions[at]["event"] == event:
        if t.decisions[at]["reason"] == reason:
            return
        at -= 1
    decision = t.decisions[size]
    decision["event"] = event
    decision["reason"] = reason
    decision["part"] = part
    t.totals[DECISIONS] = size + 1


@part_of_loop
def book(t: Table, day: int, account: int, column: int, amount: int) -> None:
    """Add to the books of a day; days after the last are kept together in the last row."""
    row = min(max(day - t.totals[BOOKS_FROM], 0), t.books.shape[0] - 1)
    t.books[row, t.person[account]["group"], column] += amount


@part_of_loop
def bank_fen(t: Table, p: int, face: int) -> int:
    """Return the bank's share of a face."""
    return face * t.part[p]["bank_share"] // MILLION


@part_of_loop
def book_money(t: Table, day: int, row: int, which: int, sign: int) -> None:
    """Book a coupon's face and the bank's share of it."""
    coupon = t.rows[row]
    account, face = int64(coupon["account"]), int64(coupon["face"])
    book(t, day, account, B_FACE + which, sign * face)
    book(t, day, account, B_BANK + which, sign * bank_fen(t, int64(coupon["part"]), face))


@part_of_loop
def begin_day(t: Table, day: int) -> None:
    """Close the days before `day`: what expired is no liability any more, and the budget of a day begins anew."""
    today = t.totals[TODAY]
    if day == today:
        return
    for gone in range(today, day):
        t.totals[OUTSTANDING] -= t.expiring[gone]
    t.totals[TODAY] = day
    t.totals[ISSUED_BEFORE] = t.totals[ISSUED]
    t.totals[ISSUED_TODAY] = 0
    t.totals[REDEEMED_BEFORE] = t.totals[REDEEMED_SUM]
    t.totals[REDEEMED_TODAY] = 0


@part_of_loop
def over_budget(t: Table, p: int, bank: int, day: int) -> int:
    """Return why the bank cannot give `bank` fen more today, or 0. What is used at once is no liability."""
    total, a_day, liability = t.general[BUDGET_TOTAL], t.general[BUDGET_A_DAY], t.general[BUDGET_LIABILITY]
    spent, before, today, asked = t.totals[ISSUED], t.totals[ISSUED_BEFORE], t.totals[ISSUED_TODAY], bank
    if t.general[BUDGET_ON_REDEMPTION]:  # once the limit is redeemed, nothing more is issued
        spent, before, today, asked = t.totals[REDEEMED_SUM], t.totals[REDEEMED_BEFORE], t.totals[REDEEMED_TODAY], 1
    if total >= 0 and t.general[BUDGET_THROTTLES]:
        evenly = (total - before) // max(t.general[LAST_DAY] - day + 1, 1)
        a_day = evenly if a_day < 0 else min(a_day, evenly)
        if a_day < 0:
            return BUDGET_SPENT
    if (total >= 0 and spent + asked > total) or (a_day >= 0 and today + asked > a_day):
        return BUDGET_SPENT
    if liability >= 0 and not t.part[p]["at_once"] and t.totals[OUTSTANDING] + bank > liability:
        return LIABILITY_CAP
    return GRANTED


@part_of_loop
def counted(t: Table, k: int, number: int, account: int) -> int:
    """Return what a cap has counted in a period."""
    if t.cap[k]["of_programme"]:
        return t.quotas[k]["count"] if t.quotas[k]["period"] == number else 0
    return int64(t.counts[account, k]["count"]) if t.counts[account, k]["period"] == number else 0


@part_of_loop
def no_room(t: Table, p: int, account: int, quantity: int, day: int, on_redemption: int) -> int:
    """Return the reason of the first cap that refuses, or 0."""
    first = t.part[p]["first_cap"]
    for k in range(first, first + t.part[p]["caps"]):
        cap = t.cap[k]
        if cap["on_redemption"] == on_redemption:
            number = period(t, cap["period"], day, account)
            if counted(t, k, number, account) + quantity > cap["max"]:
                t.refusals[k] += 1
                return cap["reason"]
    return GRANTED


@part_of_loop
def take_room(t: Table, p: int, account: int, quantity: int, day: int, on_redemption: int) -> None:
    """Let every cap of a part count coupons."""
    first = t.part[p]["first_cap"]
    for k in range(first, first + t.part[p]["caps"]):
        cap = t.cap[k]
        if cap["on_redemption"] == on_redemption:
            number = period(t, cap["period"], day, account)
            used = counted(t, k, number, account) + quantity
            if cap["of_programme"]:
                t.quotas[k]["count"] = used
                t.quotas[k]["period"] = number
            else:
                t.counts[account, k]["count"] = used
                t.counts[account, k]["period"] = number


@part_of_loop
def not_eligible(t: Table, p: int, account: int) -> int:
    """Return why a person may not have a part, or 0."""
    if t.part[p]["primary_only"] and not t.person[account]["primary_card"]:
        return NOT_PRIMARY
    if t.part[p]["new_only"] and not t.person[account]["new_customer"]:
        return NOT_NEW
    return GRANTED


@part_of_loop
def gets_something(t: Table, p: int, account: int, receiver: int) -> bool:
    """Say whether the account's tier is among a part's tiers, and the receiver's (if there is one) is given anything."""
    part = t.part[p]
    if receiver == NONE:
        return (part["tiers"] >> t.person[account]["tier"]) & 1 == 1
    return (part["tiers"] >> t.person[account]["tier"]) & 1 == 1 and part["quantity"][t.person[receiver]["tier"]] > 0


@part_of_loop
def closed(t: Table, p: int, day: int) -> bool:
    """Say whether a day is outside the programme's days."""
    return day < t.part[p]["first_day"] or day > t.part[p]["last_day"]
