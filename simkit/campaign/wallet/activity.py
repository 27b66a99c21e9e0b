"""Who is active: a payment within the last 30 days."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.compiled import compiled

ACTIVE_DAYS = 30
NEVER = np.int16(-32768)

Customers = NDArray[np.integer]


class Activity:
    """The day of each customer's last payment, and how many of each group are active.

    Groups are the segments, first of those who hold the wallet on day 0, then of all others.
    How many of each paid last on each of the days that count is kept, so nobody is looked for whose last payment is too long ago.
    """

    def __init__(self, segment: NDArray[np.uint8], holder: NDArray[np.bool_], segments: int) -> None:
        self.last_payment_day = np.full(segment.shape[0], NEVER)
        self.active = np.zeros(2 * segments, dtype=np.int64)
        self._last_on = np.zeros((ACTIVE_DAYS + 1, 2 * segments), dtype=np.int64)  # the last row is today
        self._segment, self._holder = segment, holder

    def begin(self, customers: Customers, day: NDArray[np.int16]) -> None:
        """Note last payments of the 29 days before the run."""
        self.last_payment_day[customers] = day
        segments = self.active.shape[0] // 2
        group = self._segment.take(customers) + segments * ~self._holder.take(customers)
        row = ACTIVE_DAYS + day.astype(np.intp)
        self._last_on += np.bincount(2 * segments * row + group, minlength=self._last_on.size).reshape(-1, 2 * segments)
        self.active = self._last_on.sum(axis=0)

    def note(self, payers: Customers, payments: NDArray[np.uint8], day: int) -> NDArray[np.int64]:
        """Note each day's payers, each once, and let go whose last payment is now 30 days ago; return payments by group."""
        made = np.zeros_like(self.active)
        index = np.ascontiguousarray(payers, dtype=np.int64)
        note_payments(index, payments, self._segment, self._holder, day, self.last_payment_day, self._last_on, made)
        self._last_on[:-1] = self._last_on[1:]
        self._last_on[-1] = 0
        self.active = self._last_on.sum(axis=0)
        return made


@compiled("void(int64[::1], uint8[::1], uint8[::1], boolean[::1], int64, int16[::1], int64[:, ::1], int64[::1])")
def note_payments(
    payers: NDArray[np.int64],
    payments: NDArray[np.uint8],
    segment: NDArray[np.uint8],
    holder: NDArray[np.bool_],
    day: int,
    last_payment_day: NDArray[np.int16],
    last_on: NDArray[np.int64],
    made: NDArray[np.int64],
) -> None:
    """Set payers' last payment to `day`; move them to the last row of `last_on`, by days and groups; add their payments to `made`."""
    segments = made.shape[0] // 2
    for place in range(payers.shape[0]):
        payer = payers[place]
        its_group = segment[payer] if holder[payer] else segments + segment[payer]
        days_on = last_payment_day[payer] - (day - ACTIVE_DAYS)
        if days_on >= 0:
            last_on[days_on, its_group] -= 1
        last_on[ACTIVE_DAYS, its_group] += 1
        last_payment_day[payer] = day
        made[its_group] += payments[place]
