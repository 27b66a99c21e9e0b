"""Customers who come by themselves: at most once, at a constant rate, on a day known in advance."""

import numpy as np
import pytest
from scipy.stats import binomtest

from simkit.campaign.contacts.spontaneous import Spontaneous
from simkit.streams import Streams

CUSTOMERS = np.arange(0, 100_000, dtype=np.int32)
DAYS = 30


def coming(rate, replication=0, customers=CUSTOMERS):
    """Return who comes on each day."""
    wish = Spontaneous(Streams(1, replication).decision("wish"), customers, rate, DAYS)
    return [wish.on(day) for day in range(DAYS)]


def test_everyone_comes_at_most_once_in_the_order_of_their_numbers():
    """A wish is had once; the day's customers are sorted."""
    days = coming(0.05)
    everyone = np.concatenate(days)
    assert np.unique(everyone).size == everyone.size
    assert all((np.diff(day) > 0).all() for day in days)


def test_the_rate_is_constant_for_those_who_have_not_come_yet():
    """Of those left each day 1 - exp(-rate) come: a binomial share, tested exactly."""
    left = CUSTOMERS.size
    for day in coming(0.05):
        assert binomtest(day.size, left, 1 - np.exp(-0.05)).pvalue > 1e-4
        left -= day.size


@pytest.mark.parametrize("rate", [0.0, -0.0])
def test_at_rate_zero_nobody_comes(rate):
    """A lever that is off brings nobody, and raises nothing."""
    assert sum(day.size for day in coming(rate)) == 0


def test_a_greater_rate_only_brings_customers_sooner():
    """Who comes at a small rate comes at a greater one, and no later."""
    slow = {int(customer): day for day, some in enumerate(coming(0.01)) for customer in some}
    fast = {int(customer): day for day, some in enumerate(coming(0.03)) for customer in some}
    assert set(slow) < set(fast)
    assert all(fast[customer] <= day for customer, day in slow.items())


def test_other_customers_do_not_matter():
    """Half of the customers come on the days on which they come among all."""
    half = np.concatenate(coming(0.05, customers=CUSTOMERS[::2]))
    among_all = np.concatenate(coming(0.05))
    assert half.tolist() == among_all[among_all % 2 == 0].tolist()
