"""Due dates: nothing that is put is lost, taken early or taken twice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simkit.due_dates import DueDates


def rows(*numbers):
    """Return rows as the model holds them."""
    return np.array(numbers, dtype=np.int32)


def test_what_is_due_is_taken_in_the_order_in_which_it_was_put():
    """A day's rows keep their order; other days' rows stay."""
    due = DueDates(np.int32)
    due.put(rows(5, 3), 2)
    due.put(rows(9), 4)
    due.put(rows(1), 2)
    assert due.take(2).tolist() == [5, 3, 1]
    assert due.take(2).tolist() == []
    assert due.take(4).dtype == np.int32


def test_the_earliest_comes_first_when_days_are_caught_up():
    """After days off, what was due first is first."""
    due = DueDates(np.int32)
    due.spread(rows(1, 2, 3, 4), np.array([3, 1, 9, 1]))
    assert due.take_until(5).tolist() == [2, 4, 1]
    assert due.take_until(9).tolist() == [3]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 12)), max_size=60))
def test_every_row_comes_on_its_day_and_once(pairs):
    """Whatever is spread over days is taken on just these days."""
    due = DueDates(np.int64)
    due.spread(np.array([row for row, _ in pairs], dtype=np.int64), np.array([day for _, day in pairs], dtype=np.int64))
    for day in range(13):
        assert due.take(day).tolist() == [row for row, on in pairs if on == day]
