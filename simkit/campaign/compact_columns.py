"""Columns that say something of some customers, and columns of yes and no: memory for what is said, not for everybody."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Customers = NDArray[np.integer]
Value = TypeVar("Value", bound=np.generic)
_OF_FEW = 8  # customers in a row: a number for each of them would take more memory than their empty rows
_MARKS_A_BYTE = 8


class SparseColumns:
    """Rows for so many neighbours at a time, from when one of them is first written to; all columns should concern the same customers.

    neighbours: a power of two; by default what suits a few customers in a hundred. Where many are concerned, 1 is better.
    """

    def __init__(self, customers: int, neighbours: int = _OF_FEW) -> None:
        self._neighbours = neighbours
        self._shift = neighbours.bit_length() - 1
        # The first row of every group of neighbours; the first rows of all are shared by those who have none of their own.
        self._first_row = np.zeros(-(-customers // neighbours), dtype=np.int32)
        self._rows = self._room = neighbours
        self._columns: list[SparseColumn[Any]] = []

    def column(self, default: Value) -> SparseColumn[Value]:
        """Return a new column, which is *default* for everybody."""
        column = SparseColumn(self, default)
        column.grow(self._room)
        self._columns.append(column)
        return column

    def customers(self) -> NDArray[np.intp]:
        """Return all customers who have rows of their own, by number."""
        return (np.flatnonzero(self._first_row)[:, None] * self._neighbours + np.arange(self._neighbours)).ravel()

    def rows(self, customers: Customers) -> NDArray[np.integer]:
        """Return where the columns keep these customers."""
        if not self._shift:
            return self._first_row.take(customers)
        return self._first_row.take(customers >> self._shift) + (customers & (self._neighbours - 1))

    def rows_to_write(self, customers: Customers) -> NDArray[np.integer]:
        """Return the same, once all of them have rows of their own."""
        group = customers >> self._shift
        first = self._first_row.take(group)
        if not first.all():
            self._make_rows(group[first == 0])
            first = self._first_row.take(group)
        return first + (customers & (self._neighbours - 1))

    def _make_rows(self, groups: Customers) -> None:
        # A group that is named twice keeps the number of its last place, by which it is counted once.
        places = np.arange(groups.shape[0])
        self._first_row[groups] = places
        groups = groups[self._first_row[groups] == places]
        self._first_row[groups] = self._rows + np.arange(groups.shape[0]) * self._neighbours
        self._rows += groups.shape[0] * self._neighbours
        if self._rows > self._room:
            self._room = self._rows + self._rows // 4
            for column in self._columns:
                column.grow(self._room)


class SparseColumn(Generic[Value]):
    """One value a customer, read and written by customer numbers as an array is.

    values: by row (`SparseColumns.rows`).
    """

    def __init__(self, places: SparseColumns, default: Value) -> None:
        self._places = places
        self._default = default
        self.values = np.empty(0, dtype=default.dtype)

    def __getitem__(self, customers: Customers) -> NDArray[Value]:
        return self.values.take(self._places.rows(customers))

    def __setitem__(self, customers: Customers, values: Any) -> None:  # noqa: ANN401 - whatever an array takes
        if customers.shape[0]:
            rows = self._places.rows_to_write(customers)
            self.values[rows] = values

    def who(self) -> NDArray[np.intp]:
        """Return all customers of whom it says something else than the default, by number."""
        customers = self._places.customers()
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
        if customers.shape[0]:
            others = self._bytes.take(customers) & self._others
            self._bytes[customers] = others | self._bit * marked

    def who(self) -> NDArray[np.intp]:
        """Return all customers who are marked, by number."""
        return np.flatnonzero(self._bytes & self._bit)
