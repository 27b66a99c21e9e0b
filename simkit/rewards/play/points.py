"""Points by lot: credited, burnt oldest first, taken back, exchanged."""

from __future__ import annotations

from simkit.rewards.play.books import book, closed, gets_something, not_eligible
from simkit.rewards.play.compilation import part_of_loop
from simkit.rewards.play.coupons import face_fen, give_at_once, refused
from simkit.rewards.play.table import (
    EARN_FIRST_DAY,
    EARN_FROM,
    EARN_RATE,
    EXPIRY_MONTH_END,
    EXPIRY_MONTHS,
    GRANTED,
    INSUFFICIENT_POINTS,
    LAST_DAY,
    LOTS,
    MILLION,
    NEVER,
    NONE,
    NOT_FOR_TIER,
    P_BURNT,
    P_CREDITED,
    P_EXPIRED,
    P_TAKEN,
    PENDING,
    WINDOW_CLOSED,
    Table,
    int64,
)


@part_of_loop
def lot_expiry(t: Table, day: int) -> int:
    """Return the last day on which points credited on `day` can be used."""
    months = t.general[EXPIRY_MONTHS]
    if months == 0:
        return NEVER
    month = t.calendar[day]["month"] + months
    last = t.month_starts[month + 1] - 1
    if t.general[EXPIRY_MONTH_END]:
        return last
    return min(t.month_starts[month] + t.calendar[day]["of_month"] - 1, last)


@part_of_loop
def credit(t: Table, account: int, points: int, day: int) -> int:
    """Credit points as a lot, after what is owed. Return the lot, or NONE when nothing is left of it."""
    purse = t.purse[account]
    book(t, day, account, P_CREDITED, points)
    owed = min(purse["debt"], points)
    if owed > 0:
        purse["debt"] -= owed
        book(t, day, account, P_TAKEN, owed)
    if points == owed:
        return NONE
    at, expires = t.totals[LOTS], lot_expiry(t, day)
    t.totals[LOTS] = at + 1
    lot = t.lots[at]
    lot["account"] = account
    lot["next"] = NONE
    lot["left"] = points - owed
    lot["available"] = day + t.general[PENDING]
    lot["expires"] = expires
    if expires != NEVER:
        book(t, expires + 1, account, P_EXPIRED, points - owed)
    if purse["head"] == NONE:
        purse["head"] = at
    else:
        t.lots[purse["tail"]]["next"] = at
    purse["tail"] = at
    return at


@part_of_loop
def balance(t: Table, account: int, day: int) -> int:
    """Return the points that can be used, and forget lots that are used up or expired."""
    purse = t.purse[account]
    while purse["head"] != NONE:
        lot = t.lots[purse["head"]]
        if day <= lot["expires"] and lot["left"] > 0:
            break
        purse["head"] = lot["next"]
    points, at = int64(0), int64(purse["head"])
    while at != NONE:
        lot = t.lots[at]
        if lot["available"] <= day <= lot["expires"]:
            points += lot["left"]
        at = int64(lot["next"])
    return points


@part_of_loop
def use(t: Table, at: int, points: int) -> int:
    """Take up to `points` out of a lot; what is taken will not expire. Return how many."""
    lot = t.lots[at]
    used = min(lot["left"], points)
    lot["left"] -= used
    if lot["expires"] != NEVER:
        book(t, int64(lot["expires"]) + 1, int64(lot["account"]), P_EXPIRED, -used)
    return used


@part_of_loop
def burn(t: Table, account: int, points: int, day: int) -> None:
    """Burn points, oldest lot first; there are enough."""
    book(t, day, account, P_BURNT, points)
    at = int64(t.purse[account]["head"])
    while points > 0:
        lot = t.lots[at]
        if lot["available"] <= day <= lot["expires"]:
            points -= use(t, at, points)
        at = int64(lot["next"])


@part_of_loop
def take_back(t: Table, account: int, lot: int, points: int, day: int) -> None:
    """Take back points that a refunded payment had earned; what is spent already is owed."""
    taken = int64(0)
    if lot != NONE and day <= t.lots[lot]["expires"]:
        taken = use(t, lot, points)
        book(t, day, account, P_TAKEN, taken)
    elif lot != NONE:
        taken = min(t.lots[lot]["left"], points)  # has expired unused
    t.purse[account]["debt"] += points - taken


@part_of_loop
def earn(t: Table, account: int, amount: int, day: int, slot: int) -> None:
    """Credit what a payment earns."""
    if t.general[EARN_RATE] == 0 or amount < t.general[EARN_FROM]:
        return
    if day < t.general[EARN_FIRST_DAY] or day > t.general[LAST_DAY]:
        return
    points = amount * t.general[EARN_RATE] // (100 * MILLION)
    if points > 0:
        lot = credit(t, account, points, day)
        if slot != NONE:
            t.slots[slot]["lot"] = lot
            t.slots[slot]["earned"] = points


@part_of_loop
def exchange(t: Table, p: int, account: int, day: int) -> int:
    """Give a coupon for points. Return the reason."""
    reason = not_eligible(t, p, account)
    if reason != GRANTED:
        return reason
    if not gets_something(t, p, account, account):
        return NOT_FOR_TIER
    if closed(t, p, day):
        return WINDOW_CLOSED
    face, price = face_fen(t, p, account), t.part[p]["points"]
    reason = refused(t, p, account, t.part[p]["quantity"][t.person[account]["tier"]], face, day)
    if reason != GRANTED:
        return reason
    if balance(t, account, day) < price:
        return INSUFFICIENT_POINTS
    burn(t, account, price, day)
    give_at_once(t, p, account, day, face)
    return GRANTED
