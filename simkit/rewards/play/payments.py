"""What payments earn."""

from __future__ import annotations

from simkit.rewards.play.books import closed, decide, gets_something, not_eligible, period
from simkit.rewards.play.compilation import part_of_loop
from simkit.rewards.play.coupons import face_fen, first_row, give_at_once, qualify, refused
from simkit.rewards.play.points import earn
from simkit.rewards.play.table import (
    ACCUMULATE,
    ALREADY_GRANTED,
    BELOW_MIN,
    BEST,
    BY_COUNT,
    BY_PAYMENT,
    BY_SPENDING,
    COUNTED,
    EXCLUSIVE,
    GRANTED,
    MILLION,
    NONE,
    OF_AMOUNT_OFF,
    OF_FACE,
    OF_FIXED_PRICE,
    OF_RATE,
    PAYMENT,
    STACKING,
    WINDOW_CLOSED,
    Table,
    int64,
)


@part_of_loop
def value_fen(t: Table, p: int, account: int, amount: int) -> int:
    """Return what one payment (or spending) of `amount` fen is worth in a part."""
    part = t.part[p]
    if part["worth"] == OF_FACE:
        return face_fen(t, p, account)
    value = amount * part["rate"] // MILLION
    if part["worth"] == OF_AMOUNT_OFF:
        value = part["off"]
    elif part["worth"] == OF_FIXED_PRICE:
        value = max(amount - part["price"], 0)
    return min(value, part["most"], amount)


@part_of_loop
def looked_at(t: Table, p: int, account: int, day: int, kind: int, merchant: int) -> bool:
    """Say whether a part looks at a payment at all."""
    part = t.part[p]
    if part["trigger"] > BY_SPENDING or not gets_something(t, p, account, account):
        return False
    if not (part["payments"] if kind == PAYMENT else part["cash_advances"]):
        return False
    if part["merchants"] != 0 and (part["merchants"] >> merchant) & 1 == 0:
        return False
    today = t.calendar[day]
    return (part["week_days"] >> today["of_week"]) & 1 == 1 and (part["month_days"] >> today["of_month"]) & 1 == 1


@part_of_loop
def not_counted(t: Table, p: int, account: int, day: int, amount: int) -> int:
    """Return why a payment does not count, or 0."""
    reason = not_eligible(t, p, account)
    if reason != GRANTED:
        return reason
    part = t.part[p]
    if amount < part["min_amount"]:
        return BELOW_MIN
    since = day - t.person[account]["approved"]
    late = part["approval_span"] >= 0 and (since < 0 or since > part["approval_span"])
    return WINDOW_CLOSED if late or closed(t, p, day) else GRANTED


@part_of_loop
def count(t: Table, p: int, account: int, number: int, amount: int) -> int:
    """Let a payment count in its period. Return what it makes worth granting, in fen; 0 when the part is not reached."""
    part, play = t.part[p], t.play[account, p]
    by_count = part["trigger"] == BY_COUNT
    if play["period"] != number:
        play["period"] = number
        play["count"] = 0
        if not by_count:
            t.spending[account, p]["spent"] = 0
            t.spending[account, p]["given"] = 0
    play["count"] += 1
    support = int64(play["count"])
    if not by_count:
        t.spending[account, p]["spent"] += amount
        support = t.spending[account, p]["spent"]
    if play["granted"] == number:
        t.rows[first_row(t, int64(play["last"]))]["support"] = support
    if support < part["needed"]:
        return 0
    value = value_fen(t, p, account, support)
    return value - t.spending[account, p]["given"] if part["worth"] == OF_RATE else value


@part_of_loop
def ahead(t: Table, c: int, other: int, tier: int) -> bool:
    """Say whether one candidate goes before another under their stacking rule."""
    p, q = t.candidates[c, 0], t.candidates[other, 0]
    if t.part[p]["policy"] == BEST:
        mine = t.candidates[c, 1] * t.part[p]["quantity"][tier]
        theirs = t.candidates[other, 1] * t.part[q]["quantity"][tier]
        if mine != theirs:
            return mine > theirs
    return t.part[p]["rank"] < t.part[q]["rank"]


@part_of_loop
def wins(t: Table, c: int, candidates: int, account: int) -> bool:
    """Say whether a candidate is given, by the rule under which it stands."""
    p = t.candidates[c, 0]
    rule, policy = t.part[p]["rule"], t.part[p]["policy"]
    if rule < 0 or policy == ACCUMULATE:
        return True
    if policy == EXCLUSIVE and t.held[account, rule] != 0:
        return t.held[account, rule] == p + 1
    for other in range(candidates):
        rival = other != c and t.part[t.candidates[other, 0]]["rule"] == rule
        if rival and not ahead(t, c, other, int64(t.person[account]["tier"])):
            return False
    return True


@part_of_loop
def give(t: Table, event: int, account: int, day: int, c: int, slot: int) -> None:
    """Give what a payment has earned in one part."""
    p, value, number = t.candidates[c, 0], t.candidates[c, 1], t.candidates[c, 2]
    part, play = t.part[p], t.play[account, p]
    if part["claim_span"] < 0:
        first = give_at_once(t, p, account, day, value)
        if first < 0:
            decide(t, event, -first, p)
            return
    else:
        first = qualify(t, p, account, day, part["quantity"][t.person[account]["tier"]], value)
    play["granted"] = number
    if part["trigger"] == BY_COUNT:
        t.rows[first]["support"] = play["count"]
    elif part["trigger"] == BY_SPENDING:
        t.rows[first]["support"] = t.spending[account, p]["spent"]
        t.spending[account, p]["given"] += value
    if slot != NONE:
        t.slot_rows[slot, p] = first
    if part["rule"] >= 0 and part["policy"] == EXCLUSIVE:
        t.held[account, part["rule"]] = p + 1


@part_of_loop
def look(t: Table, event: int, p: int, account: int, day: int, amount: int, slot: int) -> int:
    """Let one part look at a payment. Return what it is worth granting, in fen; decide why not."""
    part, play = t.part[p], t.play[account, p]
    reason, value = not_counted(t, p, account, day, amount), int64(0)
    if reason == GRANTED:
        if slot != NONE:
            t.slot_rows[slot, p] = COUNTED
        number = period(t, part["period"], day, account)
        if part["trigger"] == BY_PAYMENT:
            value, single = value_fen(t, p, account, amount), part["once"] == 1
        else:
            value, single = count(t, p, account, number, amount), part["worth"] != OF_RATE
        if single and play["granted"] == number:
            reason = ALREADY_GRANTED
        elif value > 0 and part["claim_span"] < 0:
            reason = refused(t, p, account, part["quantity"][t.person[account]["tier"]], value, day)
    if reason != GRANTED:
        decide(t, event, reason, p)
        return 0
    return value


@part_of_loop
def pay(t: Table, event: int, account: int, day: int, kind: int, merchant: int, amount: int, slot: int) -> None:
    """Let every part look at a payment; give what it earns."""
    if slot != NONE:
        seen = t.slots[slot]
        seen["account"] = account
        seen["day"] = day
        seen["amount"] = amount
        seen["state"] = 1
    candidates = int64(0)
    for p in range(t.part.shape[0]):
        if looked_at(t, p, account, day, kind, merchant):
            value = look(t, event, p, account, day, amount, slot)
            if value > 0:
                t.candidates[candidates, 0] = p
                t.candidates[candidates, 1] = value
                t.candidates[candidates, 2] = period(t, t.part[p]["period"], day, account)
                candidates += 1
    for c in range(candidates):
        if wins(t, int64(c), candidates, account):
            give(t, event, account, day, int64(c), slot)
        else:
            decide(t, event, STACKING, t.candidates[c, 0])
    if kind == PAYMENT:
        earn(t, account, amount, day, slot)
