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
    To find those whose last payment was 30 days ago among all customers is cheaper than to keep 30 days of payers.
    """

    def __init__(self, segment: NDArray[np.uint8], holder: NDArray[np.bool_], segments: int) -> None:
        self.last_payment_day = np.full(segment.shape[0], NEVER)
        self.active = np.zeros(2 * segments, dtype=np.int64)
        self._segment, self._holder = segment, holder

    def begin(self, customers: Customers, day: NDArray[np.int16]) -> None:
        """Note last payments of the 29 days before the run."""
        self.last_payment_day[customers] = day
        self.active += self._counted(customers)

    def note(self, payers: Customers, payments: NDArray[np.uint8], day: int) -> NDArray[np.int64]:
        """Note the day's payers, each once, and let go whose last payment is now 30 days ago; return payments by group."""
        made = np.zeros_like(self.active)
        index = np.ascontiguousarray(payers, dtype=np.int64)
        days = day, day - ACTIVE_DAYS
        note_payments(index, payments, self._segment, self._holder, days, self.last_payment_day, self.active, made)
        self.active -= self._counted(np.flatnonzero(self.last_payment_day == day - ACTIVE_DAYS))
        return made

    def _counted(self, customers: Customers) -> NDArray[np.int64]:
        segments = self.active.shape[0] // 2
        group = self._segment.take(customers) + segments * ~self._holder.take(customers)
        return np.bincount(group, minlength=2 * segments)


@compiled(
    "void(int64[::1], uint8[::1], uint8[::1], boolean[::1], UniTuple(int64, 2), int16[::1], int64[::1], int64[::1])"
)
def note_payments(
    payers: NDArray[np.int64],
    payments: NDArray[np.uint8],
    segment: NDArray[np.uint8],
    holder: NDArray[np.bool_],
    days: tuple[int, int],
    last_payment_day: NDArray[np.int16],
    active: NDArray[np.int64],
    made: NDArray[np.int64],
) -> None:
    """Set payers' last payment to `days[0]`; by group, add to `active` whose last one was before `days[1]`, to `made` the payments."""
    segments = active.shape[0] // 2
    for place in range(payers.shape[0]):
        payer = payers[place]
        its_group = segment[payer] if holder[payer] else segments + segment[payer]
        if last_payment_day[payer] < days[1]:
            active[its_group] += 1
        last_payment_day[payer] = days[0]
        made[its_group] += payments[place]
