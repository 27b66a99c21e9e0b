"""A week's payments: the compiled loop does what plain NumPy does, and the numbers are Poisson."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare, poisson

from simkit.campaign.behaviour.payment_plan import WEEKDAYS, add_levels, plan_week, poisson_cuts
from simkit.streams import Streams

RATES = np.array([0.0, 0.02, 0.2, 0.5, 1.0, 2.5, 10.0])
USERS = 100_000


def planned(luck, kinds, cuts):
    """Run the compiled loop, which takes two faces as one word."""
    plan = np.empty((WEEKDAYS, kinds.shape[0]), dtype=np.uint8)
    plan_week(np.ascontiguousarray(luck.view(np.uint32).T), kinds, cuts, plan)
    return plan


def plain(luck, kinds, cuts):
    """The same by NumPy alone: a search in the user's row of cuts for each day."""
    plan = np.empty((WEEKDAYS, kinds.shape[0]), dtype=np.uint8)
    for kind in np.unique(kinds):
        users = np.flatnonzero(kinds == kind)
        plan[:, users] = np.searchsorted(cuts[kind], luck[users, :WEEKDAYS], side="right").T
    return plan


def drawn_luck(users, seed=3):
    """Return 16-bit faces as the model draws them, shape (users, 8)."""
    return Streams(seed, 0).decision("week").faces(np.arange(users))


def test_the_compiled_loop_agrees_with_numpy_bit_for_bit():
    """Of 100,000 users of all kinds every payment is the same."""
    luck, kinds = drawn_luck(USERS), np.arange(USERS) % RATES.size
    cuts = poisson_cuts(RATES)
    np.testing.assert_array_equal(planned(luck, kinds, cuts), plain(luck, kinds, cuts))


@given(st.lists(st.floats(0, 12), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_any_rates_agree_with_numpy(rates, seed):
    """Whatever the rates and the luck, the extreme faces included, the two loops agree."""
    cuts = poisson_cuts(np.array(rates))
    luck = drawn_luck(60, seed).copy()
    luck[0], luck[1] = 0, 2**16 - 1
    kinds = np.arange(60) % len(rates)
    np.testing.assert_array_equal(planned(luck, kinds, cuts), plain(luck, kinds, cuts))


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=30), st.integers(0, 2**32 - 1))
def test_levels_of_change_agree_with_numpy(changes, seed):
    """However large the changes, whole numbers and the extreme faces included, the loop finds the level that NumPy does."""
    words = Streams(seed, 0).decision("week").words(np.arange(len(changes)))[:, 3].copy()
    words[0] = 2**32 - 1
    kinds = np.arange(len(changes))
    wanted = kinds + (np.clip(np.floor(changes + (words // 2**16) / 2**16).astype(np.int64), -24, 24) + 24) * 7
    add_levels(np.array(changes), words, 24, 7, kinds)
    np.testing.assert_array_equal(kinds, wanted)


@pytest.mark.parametrize("rate", RATES[1:])
def test_payments_of_a_day_are_poisson(rate):
    """Counts of 700,000 user-days fit the Poisson distribution by chi-square; cells with fewer than 10 expected are joined."""
    cuts = poisson_cuts(np.array([rate]))
    plan = planned(drawn_luck(USERS), np.zeros(USERS, dtype=np.int64), cuts).ravel()
    most = int(poisson.isf(10 / plan.size, rate))
    observed = np.bincount(np.minimum(plan, most), minlength=most + 1)
    chances = np.append(poisson.pmf(np.arange(most), rate), poisson.sf(most - 1, rate))
    assert chisquare(observed, chances * plan.size).pvalue > 1e-3
    standard_error = np.sqrt(rate / plan.size)
    assert abs(plan.mean() - rate) < 4 * standard_error
    assert abs(plan.var() / plan.mean() - 1) < 4 * np.sqrt(2 / plan.size + 1 / (rate * plan.size))


def test_users_without_a_rate_never_pay():
    """A rate of zero is zero payments, at every face."""
    cuts = poisson_cuts(RATES)
    assert not planned(drawn_luck(2000), np.zeros(2000, dtype=np.int64), cuts).any()


def test_every_row_of_cuts_ends_beyond_the_last_face():
    """The loop always stops: the last cut is above every face, and cuts never fall."""
    cuts = poisson_cuts(RATES)
    assert (cuts[:, -1] == 2**16).all()
    assert (np.diff(cuts.astype(np.int64), axis=1) >= 0).all()


def test_the_days_of_a_week_are_independent():
    """Correlations between weekdays of 100,000 users are no greater than chance allows."""
    plan = planned(drawn_luck(USERS), np.zeros(USERS, dtype=np.int64), poisson_cuts(np.array([0.5])))
    correlation = np.corrcoef(plan.astype(float))[np.triu_indices(WEEKDAYS, 1)]
    assert np.abs(correlation).max() < 4.5 / np.sqrt(USERS)
