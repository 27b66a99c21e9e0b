"""Who is active: a payment within the last 30 days."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ACTIVE_DAYS = 30
NEVER = np.int16(-32768)

Customers = NDArray[np.integer]


class Activity:
    """The day of each customer's last payment, and how many of each group are active.

    A day costs a look at the day's payers and at those of 30 days ago, never a pass over all customers.
    """

    def __init__(self, group: NDArray[np.uint16], groups: int) -> None:
        self.last_payment_day = np.full(group.shape[0], NEVER)
        self.active = np.zeros(groups, dtype=np.int64)
        self._group = group
        self._payers_on: dict[int, Customers] = {}

    def begin(self, customers: Customers, day: NDArray[np.int16]) -> None:
        """Note last payments of the 29 days before the run."""
        self.last_payment_day[customers] = day
        self.active += self._counted(customers)
        for when in np.unique(day).tolist():
            self._payers_on[when] = customers[day == when]

    def note(self, payers: Customers, day: int) -> None:
        """Note the day's payers, each once, and let go whose last payment is now 30 days ago."""
        returned = payers[self.last_payment_day[payers] < day - ACTIVE_DAYS]
        self.active += self._counted(returned)
        self.last_payment_day[payers] = day
        self._payers_on[day] = payers
        earlier = self._payers_on.pop(day - ACTIVE_DAYS, payers[:0])
        self.active -= self._counted(earlier[self.last_payment_day[earlier] == day - ACTIVE_DAYS])

    def _counted(self, customers: Customers) -> NDArray[np.int64]:
        return np.bincount(self._group[customers], minlength=self.active.shape[0])
