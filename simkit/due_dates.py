"""What falls due on which day: customers to be tried again, first payments, coupons to be claimed."""

from __future__ import annotations

import itertools
import math
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.integer[Any])
_SOON_DAYS = 14
_LARGEST_SHORT = np.iinfo(np.int16).max


class DueDates(Generic[Number]):
    """Rows (numbers of customers or coupons) put on days in any order and taken day by day; none is lost or taken twice."""

    def __init__(self, kind: type[Number]) -> None:
        self._kind = kind
        self._on: dict[int, list[NDArray[Number]]] = {}
        self._unsorted: list[tuple[NDArray[Number], NDArray[np.integer]]] = []
        # Rows due on this day or later wait together: dealt out at once, most days would get a handful each time.
        self._later = 0
        self._far: list[tuple[NDArray[Number], NDArray[np.integer]]] = []
        # None of the rows that are not on their days yet is due before this one.
        self._sorted_until: float = math.inf

    def put(self, rows: NDArray[np.integer], day: int) -> None:
        """Have rows fall due on one day."""
        if not rows.shape[0]:
            return
        if day >= self._sorted_until:  # rows stay behind those that were put before
            self.spread(rows, np.full(rows.shape[0], day))
        else:
            self._on.setdefault(day, []).append(rows.astype(self._kind, copy=False))

    def spread(self, rows: NDArray[np.integer], days: NDArray[np.integer]) -> None:
        """Have each row fall due on its own day."""
        if rows.shape[0]:
            self._unsorted.append((rows.astype(self._kind, copy=False), days))
            self._sorted_until = min(self._sorted_until, int(days.min()))

    def take(self, day: int) -> NDArray[Number]:
        """Take what is due on `day`, in the order in which it was put."""
        self._sort(day)
        return self._joined(self._on.pop(day, []))

    def take_until(self, day: int) -> NDArray[Number]:
        """Take what is due by `day`, the earliest first."""
        self._sort(day)
        return self._joined([part for when in sorted(self._on) if when <= day for part in self._on.pop(when)])

    def _sort(self, day: int) -> None:
        """Put what is due soon of the rows that were spread on its days, all at once, if there may be any that is due by `day`."""
        if day < self._sorted_until:
            return
        if day >= self._later:
            self._later = day + _SOON_DAYS
            self._unsorted, self._far = self._far + self._unsorted, []
        rows = np.concatenate([some for some, _ in self._unsorted])
        days = np.concatenate([their_days for _, their_days in self._unsorted])
        self._unsorted = []
        soon = days < self._later
        if not soon.all():
            self._far.append((rows[~soon], days[~soon]))
            rows, days = rows[soon], days[soon]
        self._sorted_until = self._later if self._far else math.inf
        if not rows.shape[0]:
            return
        # Sixteen bits are sorted by counting, in a tenth of the time.
        order = (days.astype(np.int16) if self._later <= _LARGEST_SHORT else days).argsort(kind="stable")
        rows, days = rows[order], days[order]
        begins = [0, *((days[1:] != days[:-1]).nonzero()[0] + 1).tolist(), days.shape[0]]
        for begin, end in itertools.pairwise(begins):
            self._on.setdefault(int(days[begin]), []).append(rows[begin:end])

    def _joined(self, parts: list[NDArray[Number]]) -> NDArray[Number]:
        return np.concatenate(parts) if parts else np.empty(0, dtype=self._kind)
