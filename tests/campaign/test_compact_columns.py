"""Sparse columns and marks behave as arrays of everybody would, and take less memory where few are concerned."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simkit.campaign.compact_columns import Marks, SparseColumns

CUSTOMERS = 100
some_customers = st.lists(st.integers(0, CUSTOMERS - 1), max_size=30).map(lambda some: np.array(some, dtype=np.int32))
writing = st.lists(st.tuples(some_customers, st.integers(0, 1), st.integers(-1000, 1000)), max_size=20)


@given(writing)
def test_sparse_columns_say_what_arrays_would(writes):
    """Whoever is written to, in whatever order, each customer's value is the one an array of everybody would have."""
    shared = SparseColumns(CUSTOMERS)
    columns = [shared.column(np.int16(-7)), shared.column(np.float32(0.5))]
    arrays = [np.full(CUSTOMERS, -7, dtype=np.int16), np.full(CUSTOMERS, 0.5, dtype=np.float32)]
    for customers, which, value in writes:
        columns[which][customers] = value + customers
        arrays[which][customers] = value + customers
        for column, array in zip(columns, arrays, strict=True):
            np.testing.assert_array_equal(column[np.arange(CUSTOMERS)], array)
    for column, array, default in zip(columns, arrays, (-7, 0.5), strict=True):
        assert column[np.arange(CUSTOMERS)].dtype == array.dtype
        np.testing.assert_array_equal(column.who(), np.flatnonzero(array != default))


@given(writing)
def test_what_is_added_to_a_sparse_column_is_kept(writes):
    """Adding reads and writes as an array does, also where a customer is named twice."""
    column, array = SparseColumns(CUSTOMERS).column(np.int64(0)), np.zeros(CUSTOMERS, dtype=np.int64)
    for customers, _, value in writes:
        column[customers] += value
        array[customers] += value
    np.testing.assert_array_equal(column[np.arange(CUSTOMERS)], array)


def test_a_column_that_comes_later_begins_with_its_default():
    """Rows that are there already have the default of a new column."""
    shared = SparseColumns(CUSTOMERS)
    shared.column(np.int16(0))[np.arange(0, CUSTOMERS, 3)] = 1
    later = shared.column(np.uint8(9))
    assert (later[np.arange(CUSTOMERS)] == 9).all()
    later[np.array([50])] = 1
    np.testing.assert_array_equal(later.who(), [50])


def test_rows_are_made_for_those_concerned_alone():
    """A thousand customers of a million take a thousand rows and some room for more, whichever columns say something of them."""
    shared = SparseColumns(1_000_000)
    columns = [shared.column(np.int16(0)) for _ in range(3)]
    for column in columns:
        column[np.arange(0, 1_000_000, 1_000)] = 1
    assert all(1_000 < column.values.shape[0] < 1_500 for column in columns)


@given(st.lists(st.tuples(some_customers, st.integers(0, 9), st.booleans()), max_size=30))
def test_marks_say_what_arrays_would_and_do_not_touch_each_other(writes):
    """Ten marks share two bytes a customer, and none changes with another."""
    shared = Marks(CUSTOMERS)
    marks, arrays = [shared.new() for _ in range(10)], np.zeros((10, CUSTOMERS), dtype=np.bool_)
    for customers, which, marked in writes:
        marks[which][customers] = marked
        arrays[which][customers] = marked
    for mark, array in zip(marks, arrays, strict=True):
        np.testing.assert_array_equal(mark[np.arange(CUSTOMERS)], array)
        np.testing.assert_array_equal(mark.who(), np.flatnonzero(array))


def test_marks_are_written_customer_by_customer():
    """Each customer is marked as the array of yes and no says."""
    mark = Marks(CUSTOMERS).new()
    mark[np.array([3, 50, 99])] = np.array([True, False, True])
    np.testing.assert_array_equal(mark.who(), [3, 99])
