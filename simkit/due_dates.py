"""What falls due on which day: customers to be tried again, first payments, coupons to be claimed."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.integer[Any])


class DueDates(Generic[Number]):
    """Rows (numbers of customers or coupons) put on days in any order and taken day by day; none is lost or taken twice."""

    def __init__(self, kind: type[Number]) -> None:
        self._kind = kind
        self._on: dict[int, list[NDArray[Number]]] = {}

    def put(self, rows: NDArray[Number], day: int) -> None:
        """Have rows fall due on one day."""
        if rows.shape[0]:
            self._on.setdefault(day, []).append(rows)

    def spread(self, rows: NDArray[Number], days: NDArray[np.integer]) -> None:
        """Have each row fall due on its own day."""
        order = np.argsort(days, kind="stable")
        rows, days = rows[order], days[order]
        ends = [*(np.flatnonzero(days[1:] != days[:-1]) + 1).tolist(), days.shape[0]]
        begin = 0
        for end in ends:
            self.put(rows[begin:end], int(days[end - 1]) if end else 0)
            begin = end

    def take(self, day: int) -> NDArray[Number]:
        """Take what is due on `day`, in the order in which it was put."""
        return self._joined(self._on.pop(day, []))

    def take_until(self, day: int) -> NDArray[Number]:
        """Take what is due by `day`, the earliest first."""
        return self._joined([part for when in sorted(self._on) if when <= day for part in self._on.pop(when)])

    def _joined(self, parts: list[NDArray[Number]]) -> NDArray[Number]:
        return np.concatenate(parts) if parts else np.empty(0, dtype=self._kind)
