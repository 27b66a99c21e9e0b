"""Lists of work: who is due again comes first, the rest in a fixed order, and nobody is taken twice."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simkit.campaign.capacity.work_list import WorkList


def everyone(customers):
    """Nobody drops out."""
    return np.ones(customers.shape[0], dtype=np.bool_)


def listed(*customers):
    """Return customers as the model holds them."""
    return np.array(customers, dtype=np.int32)


def test_customers_are_taken_in_the_order_of_the_list():
    """More capacity means sooner, not other customers."""
    work = WorkList(listed(5, 3, 9, 1))
    assert work.take(0, 3, wanted=everyone, free=everyone).tolist() == [5, 3, 9]
    assert work.take(1, 3, wanted=everyone, free=everyone).tolist() == [1]
    assert work.take(2, 3, wanted=everyone, free=everyone).tolist() == []


def test_who_is_due_again_comes_before_the_new():
    """A promise to come back is kept first, on its day or the first one worked after it."""
    work = WorkList(listed(1, 2, 3, 4))
    first = work.take(0, 2, wanted=everyone, free=everyone)
    work.again(first[1:], 7)
    assert work.take(6, 1, wanted=everyone, free=everyone).tolist() == [3]
    assert work.take(9, 2, wanted=everyone, free=everyone).tolist() == [2, 4]


def test_those_for_whom_there_is_no_time_come_first_the_next_day():
    """A list that is too long for the day is not shortened."""
    work = WorkList(listed(1, 2, 3, 4))
    work.again(work.take(0, 3, wanted=everyone, free=everyone), 5)
    assert work.take(5, 2, wanted=everyone, free=everyone).tolist() == [1, 2]
    assert work.take(6, 9, wanted=everyone, free=everyone).tolist() == [3, 4]
    rest = work.take(7, 9, wanted=everyone, free=everyone)
    work.put_back(rest, 7)
    assert work.take(8, 9, wanted=everyone, free=everyone).tolist() == rest.tolist()


def test_who_is_not_wanted_any_more_makes_room_for_the_next():
    """Customers who opened meanwhile drop out, and the day is filled with others."""
    work = WorkList(listed(1, 2, 3, 4, 5))
    assert work.take(0, 2, wanted=lambda some: some % 2 == 1, free=everyone).tolist() == [1, 3]
    assert work.take(1, 2, wanted=lambda some: some % 2 == 1, free=everyone).tolist() == [5]


def test_who_is_not_free_today_comes_first_tomorrow():
    """A customer who is being visited or has heard enough this week keeps the place in the list."""
    work = WorkList(listed(1, 2, 3, 4))
    assert work.take(0, 2, wanted=everyone, free=lambda some: some != 1).tolist() == [2, 3]
    assert work.take(1, 2, wanted=everyone, free=everyone).tolist() == [1, 4]


@given(
    st.integers(0, 40),
    st.lists(st.tuples(st.integers(0, 12), st.sets(st.integers(0, 39)), st.integers(1, 5)), max_size=15),
)
def test_nobody_is_lost_or_taken_twice(size, days):
    """Each day at most the capacity is taken, from those in the list; with an endless list of days everyone had a turn."""
    work = WorkList(np.arange(size, dtype=np.int32))
    resting: dict[int, int] = {}
    seen: set[int] = set()
    for day, (count, called_again, pause) in enumerate(days):
        taken = work.take(day, count, wanted=everyone, free=everyone).tolist()
        assert len(taken) == len(set(taken)) <= count
        assert all(resting.get(customer, day) <= day for customer in taken)
        assert all(customer in resting or customer not in seen for customer in taken)
        seen |= set(taken)
        again = [customer for customer in taken if customer in called_again]
        for customer in taken:
            resting.pop(customer, None)
        resting |= dict.fromkeys(again, day + pause)
        work.again(np.array(again, dtype=np.int32), day + pause)
    left = work.take(1000, 1000, wanted=everyone, free=everyone).tolist()
    assert sorted(left) == sorted(set(range(size)) - seen | set(resting))
