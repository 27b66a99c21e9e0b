"""The coupon book: every coupon of one programme and its state, a day at a time for a whole population.

It holds the rules alone. Who claims and redeems, and when, is the customers' behaviour and comes from the caller.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from simkit.due_dates import DueDates
from simkit.rewards.programme import RewardProgramme

Rows = NDArray[np.int64]
_FIRST_CAPACITY = 1024


class CouponState(IntEnum):
    """The states of a coupon: 达标, 生效, 过期未领, 核销, 过期."""

    QUALIFIED = 0
    EFFECTIVE = 1
    LAPSED = 2
    REDEEMED = 3
    EXPIRED = 4


class CouponBook:
    """All coupons of one programme in the order in which they were earned; `rows` are positions in that order."""

    def __init__(self, programme: RewardProgramme, customers: int) -> None:
        self.programme = programme
        self.size = 0
        self._customer = np.empty(_FIRST_CAPACITY, dtype=np.int32)
        self._qualified_day = np.empty(_FIRST_CAPACITY, dtype=np.int16)
        self._state = np.empty(_FIRST_CAPACITY, dtype=np.uint8)
        self._earned = np.zeros(customers, dtype=np.uint16)
        self._lapse_on = DueDates(np.int64)
        self._expire_on = DueDates(np.int64)

    @property
    def customer(self) -> NDArray[np.int32]:
        """The customer of each coupon."""
        return self._customer[: self.size]

    @property
    def qualified_day(self) -> NDArray[np.int16]:
        """The day on which each coupon was earned."""
        return self._qualified_day[: self.size]

    @property
    def state(self) -> NDArray[np.uint8]:
        """The state of each coupon."""
        return self._state[: self.size]

    def qualify(self, customers: NDArray[np.integer], day: int) -> Rows:
        """Note that `customers` met the trigger on `day`; return the rows of those who are still under the cap."""
        customers = customers[self._earned[customers] < self.programme.caps.per_customer]
        self._earned[customers] += 1
        rows = np.arange(self.size, self.size + customers.shape[0])
        self._reserve(self.size + customers.shape[0])
        self._customer[rows] = customers
        self._qualified_day[rows] = day
        self._state[rows] = CouponState.QUALIFIED
        self.size += customers.shape[0]
        self._lapse_on.put(rows, day + self.programme.claim.window_days + 1)
        return rows

    def claim(self, rows: Rows, day: int) -> Rows:
        """Claim coupons on `day`; return those that were claimable. They are effective at once."""
        rows = rows[self.state[rows] == CouponState.QUALIFIED]
        self._state[rows] = CouponState.EFFECTIVE
        self._expire_on.put(rows, day + self.programme.validity.days)
        return rows

    def redeem(self, rows: Rows) -> Rows:
        """Redeem coupons; return those that were effective."""
        rows = rows[self.state[rows] == CouponState.EFFECTIVE]
        self._state[rows] = CouponState.REDEEMED
        return rows

    def settle(self, day: int) -> tuple[Rows, Rows]:
        """Begin `day`: lapse what was not claimed in time and expire what was not redeemed in time; return both."""
        lapsed = self._move(self._lapse_on.take(day), CouponState.QUALIFIED, CouponState.LAPSED)
        expired = self._move(self._expire_on.take(day), CouponState.EFFECTIVE, CouponState.EXPIRED)
        return lapsed, expired

    def _move(self, rows: Rows, before: CouponState, after: CouponState) -> Rows:
        rows = rows[self.state[rows] == before]
        self._state[rows] = after
        return rows

    def _reserve(self, size: int) -> None:
        while self._customer.shape[0] < size:
            self._customer = np.concatenate([self._customer, np.empty_like(self._customer)])
            self._qualified_day = np.concatenate([self._qualified_day, np.empty_like(self._qualified_day)])
            self._state = np.concatenate([self._state, np.empty_like(self._state)])
