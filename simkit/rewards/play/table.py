"""Everything that the compiled loop reads and writes, and the codes that it knows."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simkit.rewards import codes

if TYPE_CHECKING:

    def int64(number: Any) -> int:  # noqa: ANN401 - whatever a record holds
        """Widen a number."""
else:
    int64 = np.int64

COUPON: Final = np.dtype(
    [
        *((name, "i4") for name in ("account", "previous", "face", "support")),
        *((name, "u2") for name in ("number", "qualified", "claimed", "effective", "expires", "redeemed", "revoked")),
        *((name, "u1") for name in ("part", "place", "quantity", "status")),
    ],
    align=True,
)
"""A coupon: whose, the row before it of the same person and part, its face in fen, what its grant rests on (payments or fen, on the first
row), its number among the person's coupons of the part, its days (`NEVER`: not yet), its place in the grant."""
DECISION: Final = np.dtype([("event", "i8"), ("part", "i1"), ("reason", "u1")])
REACHED: Final = np.dtype([("account", "i4"), ("stage", "u1"), ("day", "u2")])
PLAY: Final = np.dtype(
    [("last", "i4"), *((name, "u2") for name in ("count", "period", "granted", "unredeemed", "number"))], align=True
)
"""A person in a part: newest coupon, payments counted in the period, the period, that of the standing grant, coupons claimed and open."""
SPENDING: Final = np.dtype([("spent", "i8"), ("given", "i8")])
CODE: Final = np.dtype([("owner", "i4"), ("day", "u2")])
PERSON: Final = np.dtype(
    [
        *((name, "u2") for name in ("approved", "icons")),
        *((name, "u1") for name in ("tier", "new_customer", "primary_card", "staff", "group", "stage")),
    ]
)
"""A person: the card, whether it is one of staff, its group in the books; icons, stage."""
PURSE: Final = np.dtype([("head", "i4"), ("tail", "i4"), ("debt", "i8")])
COUNT: Final = np.dtype([("count", "u2"), ("period", "u2")])
QUOTA: Final = np.dtype([("count", "i8"), ("period", "i8")])
LOT: Final = np.dtype([("left", "i8"), ("next", "i4"), ("account", "i4"), ("available", "u2"), ("expires", "u2")])
SLOT: Final = np.dtype(
    [("amount", "i8"), ("earned", "i8"), ("account", "i4"), ("lot", "i4"), ("day", "u2"), ("state", "u1")]
)


class Table(NamedTuple):
    """The rules, the people, their state, and what has come of it. `engine` says how large each array is.

    held: part + 1 by which a person (row) holds an exclusive rule (column).
    """

    part: NDArray[Any]
    cap: NDArray[Any]
    general: NDArray[np.int64]
    thresholds: NDArray[np.int64]
    partner_rates: NDArray[np.int64]
    calendar: NDArray[Any]
    month_starts: NDArray[np.int64]
    person: NDArray[Any]
    held: NDArray[np.uint8]
    play: NDArray[Any]
    spending: NDArray[Any]
    codes: NDArray[Any]
    purse: NDArray[Any]
    counts: NDArray[Any]
    quotas: NDArray[Any]
    rows: NDArray[Any]
    lots: NDArray[Any]
    slots: NDArray[Any]
    slot_rows: NDArray[np.int32]
    stages: NDArray[Any]
    books: NDArray[np.int64]
    expiring: NDArray[np.int64]
    totals: NDArray[np.int64]
    refusals: NDArray[np.int64]
    decisions: NDArray[Any]
    candidates: NDArray[np.int64]
    released: NDArray[np.int64]


def _numbers(members: type[IntEnum] | range) -> tuple[int, ...]:
    """Return codes as 64-bit numbers, which no function is compiled anew for."""
    return tuple(int64(member) for member in members)


AT_ONCE = int64(32)
"""Events for which memory is fetched and room is looked for together."""
NEVER = int64(65_535)
NONE = int64(-1)
PLUS, MINUS = int64(1), int64(-1)
ON_CLAIM, ON_REDEMPTION = _numbers(range(2))
MILLION = int64(1_000_000)
QUALIFIED, CLAIMED, REDEEMED, REVOKED = _numbers(range(4))
"""Raw status of a coupon; the days tell whether a claimed one is pending, effective or expired, and an open one lapsed."""
LOST = int64(-1)
"""Support of a grant that was withdrawn."""
NOT_COUNTED, COUNTED = int64(-2), int64(-1)
"""What a part has made of a payment with a slot, unless it is the row of a coupon."""
(
    ROWS,
    LOTS,
    STAGES,
    DECISIONS,
    TODAY,
    ISSUED,
    ISSUED_BEFORE,
    ISSUED_TODAY,
    OUTSTANDING,
    REDEEMED_SUM,
    REDEEMED_BEFORE,
    REDEEMED_TODAY,
    BOOKS_FROM,
    SEEN,
    TOTALS,
) = _numbers(range(15))
(
    ON_REFUND,
    ICONS_ON_REDEMPTION,
    LAST_DAY,
    BUDGET_TOTAL,
    BUDGET_A_DAY,
    BUDGET_LIABILITY,
    BUDGET_ON_REDEMPTION,
    BUDGET_THROTTLES,
    EARN_RATE,
    EARN_FROM,
    EARN_FIRST_DAY,
    PENDING,
    EXPIRY_MONTHS,
    EXPIRY_MONTH_END,
    MOST_ROWS,
    HAS_POINTS,
) = _numbers(range(16))  # in the order of `rules.GENERAL`
(
    B_QUALIFIED,
    B_CLAIMED,
    B_LAPSED,
    B_WITHDRAWN,
    B_EFFECTIVE,
    B_REDEEMED,
    B_EXPIRED,
    B_REVOKED,
    B_FACE,
    _,
    _,
    _,
    B_BANK,
    _,
    _,
    _,
    P_CREDITED,
    P_BURNT,
    P_EXPIRED,
    P_TAKEN,
) = _numbers(codes.Book)
ISSUE, REDEMPTION, EXPIRY, REVOCATION = _numbers(range(4))
"""Positions among the money columns of the books."""
PAYMENT, CASH_ADVANCE, REFUND, POINTS, CLAIM, EXCHANGE, REDEEM, ATTEND, CODE_SHOWN, CONVERT, PRIZE = _numbers(
    codes.EventKind
)
BY_PAYMENT, BY_COUNT, BY_SPENDING, BY_EXCHANGE, BY_ATTENDANCE, BY_REFERRAL, BY_RANK = _numbers(codes.Trigger)
OF_FACE, OF_RATE, OF_AMOUNT_OFF, OF_FIXED_PRICE = _numbers(codes.Worth)
ACCUMULATE, BEST, FIRST, EXCLUSIVE = _numbers(codes.Stack)
KEEP, REVOKE_UNUSED, CLAW_BACK = _numbers(codes.OnRefund)
DAY, WEEK, MONTH, YEAR, CARD_YEAR, EVER = _numbers(codes.Period)
(
    GRANTED,
    NOT_PRIMARY,
    NOT_NEW,
    NOT_FOR_TIER,
    BELOW_MIN,
    WINDOW_CLOSED,
    ALREADY_GRANTED,
    REFUNDED,
    NOTHING_TO_CLAIM,
    CLAIM_WINDOW_CLOSED,
    _,
    _,
    _,
    _,
    _,
    _,
    BUDGET_SPENT,
    LIABILITY_CAP,
    INSUFFICIENT_POINTS,
    NOT_YET_EFFECTIVE,
    EXPIRED,
    STACKING,
    SELF_REFERRAL,
    NO_CODE,
) = _numbers(codes.Reason)
