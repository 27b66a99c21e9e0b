"""Customers who come of their own accord: each at most once, on a day known from one draw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.streams import Decision


class Spontaneous:
    """A constant daily rate, one for all customers or one for each; the waiting time is exponential, cut to whole days."""

    def __init__(
        self, decision: Decision, customers: NDArray[np.integer], rate_a_day: float | NDArray[np.float64], days: int
    ) -> None:
        if np.any(rate_a_day):
            with np.errstate(divide="ignore"):
                day = decision.exponential(customers) / rate_a_day
            customers, day = customers[day < days], day[day < days]
        else:
            customers, day = customers[:0], np.empty(0)
        order = np.argsort(day, kind="stable")
        self._customers = customers[order]
        self._begins = np.searchsorted(day[order], np.arange(days + 1))

    def on(self, day: int) -> NDArray[np.integer]:
        """Return who comes on `day`, by number."""
        return self.until(day, since=day)

    def until(self, day: int, *, since: int) -> NDArray[np.integer]:
        """Return who comes from day `since` to `day`, both included, by number."""
        return np.sort(self._customers[self._begins[since] : self._begins[day + 1]])
