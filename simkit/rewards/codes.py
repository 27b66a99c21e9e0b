"""The codes of events, reasons, states and periods, as the engine and its files use them."""

from __future__ import annotations

from enum import IntEnum


class EventKind(IntEnum):
    """What happened; the names are those of an event log."""

    PAYMENT = 0
    CASH_ADVANCE = 1
    REFUND = 2
    POINTS = 3
    CLAIM = 4
    EXCHANGE = 5
    REDEEM = 6
    ATTEND = 7
    CODE = 8
    CONVERT = 9
    PRIZE = 10


class Reason(IntEnum):
    """Why an event was refused; 0 is no refusal. Checked in this order where several hold."""

    GRANTED = 0
    NOT_PRIMARY = 1
    NOT_NEW = 2
    NOT_FOR_TIER = 3
    BELOW_MIN = 4
    WINDOW_CLOSED = 5
    ALREADY_GRANTED = 6
    REFUNDED = 7
    NOTHING_TO_CLAIM = 8
    CLAIM_WINDOW_CLOSED = 9
    DAILY_CAP = 10
    WEEKLY_CAP = 11
    MONTHLY_CAP = 12
    ANNUAL_CAP = 13
    LIFETIME_CAP = 14
    QUOTA_FULL = 15
    BUDGET_SPENT = 16
    LIABILITY_CAP = 17
    INSUFFICIENT_POINTS = 18
    NOT_YET_EFFECTIVE = 19
    EXPIRED = 20
    STACKING = 21
    SELF_REFERRAL = 22
    NO_CODE = 23


class Status(IntEnum):
    """States of a coupon: 达标, 过期未领, 领取待生效, 生效, 核销, 过期, 撤回."""

    QUALIFIED = 0
    LAPSED = 1
    PENDING = 2
    EFFECTIVE = 3
    REDEEMED = 4
    EXPIRED = 5
    REVOKED = 6


class Period(IntEnum):
    """Calendar periods."""

    DAY = 0
    WEEK = 1
    MONTH = 2
    YEAR = 3
    CARD_YEAR = 4
    EVER = 5


class Trigger(IntEnum):
    """What earns a part; the first three are payments."""

    PAYMENT = 0
    PAYMENTS_IN_PERIOD = 1
    SPENDING_IN_PERIOD = 2
    EXCHANGE = 3
    ATTENDANCE = 4
    REFERRAL = 5
    PRIZE = 6


class Worth(IntEnum):
    """How the value of a grant comes about."""

    FACE = 0
    RATE = 1
    AMOUNT_OFF = 2
    FIXED_PRICE = 3


class Stack(IntEnum):
    """What holds when one payment earns several parts."""

    ACCUMULATE = 0
    BEST = 1
    FIRST = 2
    EXCLUSIVE = 3


class OnRefund(IntEnum):
    """What a refund does to a grant that has lost its payment."""

    KEEP = 0
    REVOKE_UNUSED = 1
    CLAW_BACK = 2


class Book(IntEnum):
    """Columns of the daily books: coupons by what became of them, their face and the bank's share in fen, points.

    What is redeemed and clawed back later enters as one redeemed less and one revoked more, on the day of the refund.
    """

    QUALIFIED = 0
    CLAIMED = 1
    LAPSED = 2
    WITHDRAWN = 3
    EFFECTIVE = 4
    REDEEMED = 5
    EXPIRED = 6
    REVOKED = 7
    ISSUED_FACE = 8
    REDEEMED_FACE = 9
    EXPIRED_FACE = 10
    REVOKED_FACE = 11
    ISSUED_BANK = 12
    REDEEMED_BANK = 13
    EXPIRED_BANK = 14
    REVOKED_BANK = 15
    POINTS_CREDITED = 16
    POINTS_BURNT = 17
    POINTS_EXPIRED = 18
    POINTS_TAKEN_BACK = 19


DAILY: tuple[str, ...] = tuple(book.name.lower() for book in Book)
