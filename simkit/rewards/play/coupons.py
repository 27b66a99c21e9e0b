"""Coupons from qualifying to redemption, and the icons that they light."""

from __future__ import annotations

from simkit.rewards.play.books import (
    bank_fen,
    book,
    book_money,
    no_room,
    not_eligible,
    over_budget,
    take_room,
)
from simkit.rewards.play.compilation import part_of_loop
from simkit.rewards.play.table import (
    B_CLAIMED,
    B_EFFECTIVE,
    B_EXPIRED,
    B_LAPSED,
    B_QUALIFIED,
    B_REDEEMED,
    CLAIM_WINDOW_CLOSED,
    CLAIMED,
    EXPIRED,
    EXPIRY,
    GRANTED,
    ICONS_ON_REDEMPTION,
    ISSUE,
    ISSUED,
    ISSUED_TODAY,
    LOST,
    MINUS,
    NEVER,
    NONE,
    NOT_YET_EFFECTIVE,
    NOTHING_TO_CLAIM,
    ON_CLAIM,
    ON_REDEMPTION,
    OUTSTANDING,
    PLUS,
    QUALIFIED,
    REDEEMED,
    REDEEMED_SUM,
    REDEEMED_TODAY,
    REDEMPTION,
    REFUNDED,
    REVOKED,
    ROWS,
    STAGES,
    Table,
    int64,
)


@part_of_loop
def light(t: Table, account: int, day: int, icons: int) -> None:
    """Light an icon, or darken one (-1), and reach the next stage."""
    person = t.person[account]
    lit = int64(person["icons"]) + icons
    person["icons"] = lit
    stage = int64(person["stage"])
    if stage < t.thresholds.shape[0] and lit >= t.thresholds[stage]:
        person["stage"] = stage + 1
        reached = t.stages[t.totals[STAGES]]
        reached["account"] = account
        reached["stage"] = stage + 1
        reached["day"] = day
        t.totals[STAGES] += 1


@part_of_loop
def release_day(t: Table, p: int, account: int, day: int) -> int:
    """Return the day on which the next coupon that is claimed on `day` becomes effective.

    That is in the first month with room, counted over the person's coupons of the part; what has no room by 2114 is effective then.
    """
    at = day + t.part[p]["wait"]
    per_month = t.part[p]["per_month"]
    if per_month == 0:
        return at
    first = int64(t.calendar[at]["month"])
    last = first
    row = int64(t.play[account, p]["last"])
    while row != NONE:
        coupon = t.rows[row]
        if coupon["status"] == CLAIMED or coupon["status"] == REDEEMED:
            month = int64(t.calendar[coupon["effective"]]["month"])
            if month >= first:
                t.released[month] += 1
                last = max(last, month)
        row = int64(coupon["previous"])
    chosen = first
    while t.released[chosen] >= per_month and t.month_starts[chosen + 1] < t.calendar.shape[0]:
        chosen += 1
    t.released[first : last + 1] = 0
    return at if chosen == first else t.month_starts[chosen]


@part_of_loop
def qualify(t: Table, p: int, account: int, day: int, quantity: int, face: int) -> int:
    """Open a grant: one row a coupon. Return its first row."""
    first = t.totals[ROWS]
    play = t.play[account, p]
    for place in range(quantity):
        coupon = t.rows[first + place]
        play["number"] += 1
        coupon["account"] = account
        coupon["previous"] = play["last"]
        coupon["face"] = face
        coupon["part"] = p
        coupon["number"] = play["number"]
        coupon["place"] = place
        coupon["quantity"] = quantity
        coupon["support"] = 0
        coupon["status"] = QUALIFIED
        coupon["qualified"] = day
        coupon["claimed"] = NEVER
        coupon["effective"] = NEVER
        coupon["expires"] = NEVER
        coupon["redeemed"] = NEVER
        coupon["revoked"] = NEVER
        play["last"] = first + place
    t.totals[ROWS] = first + quantity
    book(t, day, account, B_QUALIFIED, quantity)
    span = t.part[p]["claim_span"]
    if span >= 0:
        book(t, day + span + 1, account, B_LAPSED, quantity)
    return first


@part_of_loop
def foresee_expiry(t: Table, row: int, sign: int) -> None:
    """Book that a coupon will expire, or take that back."""
    coupon = t.rows[row]
    expires = int64(coupon["expires"])
    if expires != NEVER:
        account = int64(coupon["account"])
        book(t, expires + 1, account, B_EXPIRED, sign)
        book_money(t, expires + 1, row, EXPIRY, sign)
        t.expiring[expires] += sign * bank_fen(t, int64(coupon["part"]), int64(coupon["face"]))


@part_of_loop
def redeem_row(t: Table, row: int, day: int) -> None:
    """Redeem a coupon that can be redeemed."""
    coupon = t.rows[row]
    account, p = int64(coupon["account"]), int64(coupon["part"])
    foresee_expiry(t, row, MINUS)
    coupon["status"] = REDEEMED
    coupon["redeemed"] = day
    t.play[account, p]["unredeemed"] -= 1
    bank = bank_fen(t, p, int64(coupon["face"]))
    t.totals[OUTSTANDING] -= bank
    t.totals[REDEEMED_SUM] += bank
    t.totals[REDEEMED_TODAY] += bank
    book(t, day, account, B_REDEEMED, PLUS)
    book_money(t, day, row, REDEMPTION, PLUS)
    if t.part[p]["icon"] and t.general[ICONS_ON_REDEMPTION]:
        light(t, account, day, PLUS)


@part_of_loop
def claim_rows(t: Table, first: int, day: int) -> None:
    """Claim a grant: its coupons get their days, light icons and weigh on the budget."""
    account, p = int64(t.rows[first]["account"]), int64(t.rows[first]["part"])
    part, play, quantity = t.part[p], t.play[account, p], int64(t.rows[first]["quantity"])
    if part["claim_span"] >= 0:
        book(t, int64(t.rows[first]["qualified"]) + part["claim_span"] + 1, account, B_LAPSED, -quantity)
    book(t, day, account, B_CLAIMED, quantity)
    for row in range(first, first + quantity):
        coupon = t.rows[row]
        effective, expires = release_day(t, p, account, day), NEVER
        if part["validity_span"] >= 0:
            expires = min(effective + part["validity_span"], max(part["last_expiry"], day))
        coupon["claimed"] = day
        coupon["effective"] = effective
        coupon["expires"] = expires
        coupon["status"] = CLAIMED
        play["unredeemed"] += 1
        bank = bank_fen(t, p, int64(coupon["face"]))
        t.totals[ISSUED] += bank
        t.totals[ISSUED_TODAY] += bank
        t.totals[OUTSTANDING] += bank
        book_money(t, day, row, ISSUE, PLUS)
        if effective <= expires:
            book(t, effective, account, B_EFFECTIVE, PLUS)
        foresee_expiry(t, row, PLUS)
        if part["icon"] and not t.general[ICONS_ON_REDEMPTION]:
            light(t, account, day, PLUS)
        if part["at_once"]:
            redeem_row(t, row, day)


@part_of_loop
def face_fen(t: Table, p: int, account: int) -> int:
    """Return the face of one coupon for a person's tier."""
    return t.part[p]["face"][t.person[account]["tier"]]


@part_of_loop
def refused(t: Table, p: int, account: int, quantity: int, face: int, day: int) -> int:
    """Return why caps or budgets refuse coupons, or 0."""
    reason = no_room(t, p, account, quantity, day, ON_CLAIM)
    if reason != GRANTED:
        return reason
    return over_budget(t, p, quantity * bank_fen(t, p, face), day)


@part_of_loop
def give_at_once(t: Table, p: int, account: int, day: int, face: int) -> int:
    """Give what needs no claim, if caps and budgets allow. Return the first row, or the reason as a negative number."""
    quantity = t.part[p]["quantity"][t.person[account]["tier"]]
    reason = refused(t, p, account, quantity, face, day)
    if reason != GRANTED:
        return -reason
    take_room(t, p, account, quantity, day, ON_CLAIM)
    first = qualify(t, p, account, day, quantity, face)
    claim_rows(t, first, day)
    return first


@part_of_loop
def first_row(t: Table, row: int) -> int:
    """Return the first row of a coupon's grant."""
    return row - t.rows[row]["place"]


@part_of_loop
def why_not(t: Table, row: int, refunded: bool) -> int:  # noqa: FBT001
    """Return why nothing can be claimed or redeemed, by the newest coupon and whether it was lost to a refund."""
    if row == NONE:
        return NOTHING_TO_CLAIM
    if refunded:
        return REFUNDED
    return CLAIM_WINDOW_CLOSED if t.rows[row]["status"] == QUALIFIED else NOTHING_TO_CLAIM


@part_of_loop
def newest_or(t: Table, p: int, account: int, number: int) -> int:
    """Return the row of a person's newest coupon of a part, or of the one with a number; NONE where there is none."""
    row = int64(t.play[account, p]["last"])
    if number == NONE:
        return row
    while row != NONE and t.rows[row]["number"] != number:
        row = int64(t.rows[row]["previous"])
    return row


@part_of_loop
def claim(t: Table, p: int, account: int, number: int, day: int) -> int:
    """Claim the grant of the coupon with a number, or the oldest of a part that can be claimed. Return the reason."""
    reason = not_eligible(t, p, account)
    if reason != GRANTED:
        return reason
    span = t.part[p]["claim_span"]
    newest = newest_or(t, p, account, number)
    row, found = newest, NONE
    while row != NONE and t.rows[row]["qualified"] + span >= day:
        if t.rows[row]["status"] == QUALIFIED:
            found = first_row(t, row)
        row = int64(t.rows[row]["previous"]) if number == NONE else NONE
    if found == NONE:
        return why_not(t, newest, newest != NONE and t.rows[first_row(t, newest)]["support"] == LOST)
    quantity = int64(t.rows[found]["quantity"])
    reason = refused(t, p, account, quantity, int64(t.rows[found]["face"]), day)
    if reason == GRANTED:
        take_room(t, p, account, quantity, day, ON_CLAIM)
        claim_rows(t, found, day)
    return reason


@part_of_loop
def first_to_expire(t: Table, p: int, newest: int, number: int, day: int) -> int:
    """Return the effective coupon that expires first, of equals the oldest; NONE where there is none. A `number` means one alone."""
    best, row = NONE, newest
    while row != NONE and t.rows[row]["qualified"] + t.part[p]["lifetime"] >= day:
        coupon = t.rows[row]
        usable = coupon["status"] == CLAIMED and coupon["effective"] <= day <= coupon["expires"]
        if usable and (best == NONE or coupon["expires"] <= t.rows[best]["expires"]):
            best = row
        row = int64(coupon["previous"]) if number == NONE else NONE
    return best


@part_of_loop
def why_not_redeemed(t: Table, p: int, account: int, newest: int, number: int, day: int) -> int:
    """Return why no coupon of a part (or not the one with a number) can be redeemed."""
    unredeemed = int64(t.play[account, p]["unredeemed"])
    if number != NONE:
        unredeemed = int64(newest != NONE and t.rows[newest]["status"] == CLAIMED)
    row, live = newest, 0
    while row != NONE and t.rows[row]["qualified"] + t.part[p]["lifetime"] >= day:
        coupon = t.rows[row]
        if coupon["status"] == QUALIFIED and day <= coupon["qualified"] + t.part[p]["claim_span"]:
            return NOT_YET_EFFECTIVE
        if coupon["status"] == CLAIMED and day <= coupon["expires"]:
            if day < coupon["effective"]:
                return NOT_YET_EFFECTIVE
            live += 1
        row = int64(coupon["previous"]) if number == NONE else NONE
    if unredeemed > live:
        return EXPIRED
    return why_not(t, newest, newest != NONE and t.rows[newest]["status"] == REVOKED)


@part_of_loop
def redeem(t: Table, p: int, account: int, number: int, day: int) -> int:
    """Redeem the coupon with a number, or of a part's effective coupons the one that expires first. Return the reason."""
    newest = newest_or(t, p, account, number)
    row = first_to_expire(t, p, newest, number, day)
    if row == NONE:
        return why_not_redeemed(t, p, account, newest, number, day)
    reason = no_room(t, p, account, PLUS, day, ON_REDEMPTION)
    if reason == GRANTED:
        take_room(t, p, account, PLUS, day, ON_REDEMPTION)
        redeem_row(t, row, day)
    return reason
