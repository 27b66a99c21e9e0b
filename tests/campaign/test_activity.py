"""Who is active is counted day by day, and agrees with counting everybody anew."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simkit.campaign.wallet.activity import ACTIVE_DAYS, Activity

CUSTOMERS = 8
GROUPS = np.arange(CUSTOMERS) % 2
SEGMENT, HOLDER = np.zeros(CUSTOMERS, dtype=np.uint8), GROUPS == 0
payers = st.sets(st.integers(0, CUSTOMERS - 1)).map(lambda some: np.array(sorted(some), dtype=np.int64))


@given(
    st.dictionaries(st.integers(0, CUSTOMERS - 1), st.integers(-29, -1)),
    st.lists(st.one_of(payers, st.integers(1, 40)), max_size=25),
)
def test_the_count_is_that_of_payments_in_the_last_30_days(before, course):
    """After any course of paying days and of days without payment, each group's count is that of a plain look back."""
    activity = Activity(SEGMENT, HOLDER, 1)
    activity.begin(np.array(list(before), dtype=np.int32), np.array(list(before.values()), dtype=np.int16))
    last = dict(before)
    day = 0
    for step in course:
        for paying in [step] if isinstance(step, np.ndarray) else [payers_of_nobody] * step:
            payments = (paying % 3 + 1).astype(np.uint8)
            made = activity.note(paying, payments, day)
            assert made.tolist() == np.bincount(GROUPS[paying], payments, minlength=2).tolist()
            last |= dict.fromkeys(paying.tolist(), day)
            active = [customer for customer, paid in last.items() if paid > day - ACTIVE_DAYS]
            assert activity.active.tolist() == np.bincount(GROUPS[active], minlength=2).tolist()
            day += 1


payers_of_nobody = np.empty(0, dtype=np.int64)


def test_a_bank_without_users_begins_with_nobody_active():
    """A new wallet has no payments behind it."""
    activity = Activity(SEGMENT, HOLDER, 1)
    activity.begin(payers_of_nobody, np.empty(0, dtype=np.int16))
    assert activity.active.tolist() == [0, 0]
