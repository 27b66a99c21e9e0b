"""Customers who come of their own accord: each at most once, on a day known from one draw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import blocks
from simkit.streams import Decision


class Spontaneous:
    """A constant daily rate, one for all customers or one for each; the waiting time is exponential, cut to whole days."""

    def __init__(
        self, decision: Decision, customers: NDArray[np.integer], rate_a_day: float | NDArray[np.float64], days: int
    ) -> None:
        rates = np.broadcast_to(rate_a_day, customers.shape)
        coming = [
            _coming(decision, customers[some], rates[some], days)
            for some in blocks(customers.shape[0] if np.any(rates) else 0)
        ]
        customers, day = (np.concatenate(column) for column in zip(*coming, strict=True))
        order = np.argsort(day, kind="stable")
        self._customers = customers[order]
        self._begins = np.searchsorted(day[order], np.arange(days + 1))

    def on(self, day: int) -> NDArray[np.integer]:
        """Return who comes on `day`, by number."""
        return self.until(day, since=day)

    def until(self, day: int, *, since: int) -> NDArray[np.integer]:
        """Return who comes from day `since` to `day`, both included, by number."""
        return np.sort(self._customers[self._begins[since] : self._begins[day + 1]])


def _coming(
    decision: Decision, customers: NDArray[np.integer], rates: NDArray[np.float64], days: int
) -> tuple[NDArray[np.integer], NDArray[np.int16]]:
    """Return who comes within `days`, and when."""
    with np.errstate(divide="ignore"):
        day = decision.exponential(customers) / rates
    soon = np.flatnonzero(day < days)
    return customers[soon], day[soon].astype(np.int16)  # sixteen bits are sorted by counting
