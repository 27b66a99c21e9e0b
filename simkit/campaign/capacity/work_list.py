"""A list of customers to be tried: in a fixed order, those to be tried again on a later day first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import by_block
from simkit.campaign.capacity.stable_order import stable_order
from simkit.due_dates import DueDates

Customers = NDArray[np.integer]
Choice = Callable[[Customers], NDArray[np.bool_]]


class WorkList:
    """The order is fixed when the campaign begins, so more capacity means sooner, not other customers.

    order: everybody who was on the list when it began.
    """

    def __init__(self, order: Customers) -> None:
        self.order = order
        self._next = 0
        self._again = DueDates(np.int32)

    def order_by(self, rank: Callable[[Customers], NDArray[np.number]]) -> None:
        """Before any are taken: put customers of lower rank first, else in the order in which they are."""
        self.order = self.order[stable_order(by_block(rank, self.order))]

    def take(self, day: int, count: int, *, wanted: Choice, free: Choice) -> Customers:
        """Take up to `count` customers who are wanted and free today: those due again by `day`, then new ones.

        Who is not wanted any more drops out; who is only not free today comes again the next day.
        """
        taken = self._at_hand(self._again.take_until(day), day, wanted, free)
        if taken.shape[0] > count:
            self.put_back(taken[count:], day)
            return taken[:count]
        parts, missing = [taken], count - taken.shape[0]
        while missing > 0 and self._next < self.order.shape[0]:
            new = self.order[self._next : self._next + missing]
            self._next += new.shape[0]
            parts.append(self._at_hand(new, day, wanted, free))
            missing -= parts[-1].shape[0]
        return np.concatenate(parts)

    def _at_hand(self, customers: Customers, day: int, wanted: Choice, free: Choice) -> Customers:
        customers = customers[wanted(customers)]
        ready = free(customers)
        self.put_back(customers[~ready], day)
        return customers[ready]

    def put_back(self, customers: Customers, day: int) -> None:
        """Return customers for whom there was no time; they come first the next day."""
        self.again(customers, day + 1)

    def again(self, customers: Customers, day: int) -> None:
        """Have customers tried again on `day` or the first working day after it."""
        self._again.put(customers, day)

    def each_again(self, customers: Customers, days: NDArray[np.integer]) -> None:
        """Have each customer tried again on its own day, or the first working day after it."""
        self._again.spread(customers, days)
