"""Columns that say something of some customers, and columns of yes and no: memory for what is said, not for everybody."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Customers = NDArray[np.integer]
Value = TypeVar("Value", bound=np.generic)
_ROOM_AHEAD = 3
_MARKS_A_BYTE = 8


class SparseColumns:
    """A row for each customer of whom any of its columns says something, from when that is first written."""

    def __init__(self, customers: int) -> None:
        self.row_of = np.zeros(customers, dtype=np.int32)  # the first row is shared by all who have none of their own
        self._rows = self._room = 1
        self._columns: list[SparseColumn[Any]] = []
        self._asked: Customers | None = None
        self._found = np.empty(0, dtype=np.intp)

    def column(self, default: Value) -> SparseColumn[Value]:
        """Return a new column, which is *default* for everybody."""
        column = SparseColumn(self, default)
        column.grow(self._room)
        self._columns.append(column)
        return column

    def rows(self, customers: Customers) -> NDArray[np.intp]:
        """Return the rows of customers; one column after the other asks of the very same array, so the last answer is kept."""
        if customers is not self._asked:
            self._asked = customers
            self._found = self.row_of.take(customers).astype(
                np.intp
            )  # NumPy's own index type: using it is twice as fast
        return self._found

    def add(self, customers: Customers) -> None:
        """Make rows for customers who have none; who is named twice gets one."""
        places = np.arange(self._rows, self._rows + customers.shape[0])
        self.row_of[customers] = places
        once = customers[self.row_of[customers] == places]
        self.row_of[once] = places[: once.shape[0]]
        self._rows += once.shape[0]
        self._asked = None
        if self._rows > self._room:
            self._room = self._rows + self._rows // _ROOM_AHEAD
            for column in self._columns:
                column.grow(self._room)


class SparseColumn(Generic[Value]):
    """One value a customer, read and written by customer numbers as an array is.

    values: by row (`SparseColumns.row_of`).
    """

    def __init__(self, shared: SparseColumns, default: Value) -> None:
        self._shared = shared
        self._default = default
        self.values = np.empty(0, dtype=default.dtype)

    def __getitem__(self, customers: Customers) -> NDArray[Value]:
        return self.values.take(self._shared.rows(customers))

    def __setitem__(self, customers: Customers, values: Any) -> None:  # noqa: ANN401 - whatever an array takes
        rows = self._shared.rows(customers)
        if not rows.all():
            self._shared.add(customers[rows == 0])
            rows = self._shared.rows(customers)
        self.values[rows] = values

    def who(self) -> NDArray[np.intp]:
        """Return all customers of whom it says something else than the default, by number."""
        customers = np.flatnonzero(self._shared.row_of)
        others: NDArray[np.intp] = customers[self[customers] != self._default]
        return others

    def grow(self, rows: int) -> None:
        """Have so many rows; new ones have the default."""
        before = self.values
        self.values = np.full(rows, self._default)
        self.values[: before.shape[0]] = before


class Marks:
    """Columns of yes and no, one bit a customer."""

    def __init__(self, customers: int) -> None:
        self._customers = customers
        self._given = 0

    def new(self) -> Mark:
        """Return a new column, which is no for everybody."""
        bit = self._given % _MARKS_A_BYTE
        if bit == 0:
            self._bytes = np.zeros(self._customers, dtype=np.uint8)
        self._given += 1
        return Mark(self._bytes, np.uint8(1 << bit))


class Mark:
    """One yes or no a customer, read and written by customer numbers as an array is."""

    def __init__(self, shared: NDArray[np.uint8], bit: np.uint8) -> None:
        self._bytes = shared
        self._bit = bit
        self._others = ~bit

    def __getitem__(self, customers: Customers) -> NDArray[np.bool_]:
        marked: NDArray[np.bool_] = (self._bytes.take(customers) & self._bit) != 0
        return marked

    def __setitem__(self, customers: Customers, marked: NDArray[np.bool_] | bool) -> None:
        others = self._bytes.take(customers) & self._others
        self._bytes[customers] = others | self._bit * marked

    def who(self) -> NDArray[np.intp]:
        """Return all customers who are marked, by number."""
        return np.flatnonzero((self._bytes & self._bit) != 0)  # a tenth of the time that numbers take
