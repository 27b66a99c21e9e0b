"""A list of customers to be tried: in a fixed order, those to be tried again on a later day first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Customers = NDArray[np.int32]


class WorkList:
    """The order is fixed when the campaign begins, so more capacity means sooner, not other customers."""

    def __init__(self, order: Customers) -> None:
        self._order = order
        self._next = 0
        self._again: dict[int, list[Customers]] = {}

    def take(self, day: int, count: int, eligible: Callable[[Customers], NDArray[np.bool_]]) -> Customers:
        """Take up to `count` eligible customers: those due again by `day`, then new ones. Who is not eligible drops out."""
        due = [chunk for when in sorted(self._again) if when <= day for chunk in self._again.pop(when)]
        taken = np.concatenate(due) if due else np.empty(0, dtype=np.int32)
        taken = taken[eligible(taken)]
        if taken.shape[0] > count:
            self.put_back(taken[count:], day)
            return taken[:count]
        parts, missing = [taken], count - taken.shape[0]
        while missing > 0 and self._next < self._order.shape[0]:
            new = self._order[self._next : self._next + missing]
            self._next += new.shape[0]
            parts.append(new[eligible(new)])
            missing -= parts[-1].shape[0]
        return np.concatenate(parts)

    def put_back(self, customers: Customers, day: int) -> None:
        """Return customers for whom there was no time; they come first the next day."""
        self.again(customers, day + 1)

    def again(self, customers: Customers, day: int) -> None:
        """Have customers tried again on `day` or the first working day after it."""
        if customers.shape[0]:
            self._again.setdefault(day, []).append(customers)
