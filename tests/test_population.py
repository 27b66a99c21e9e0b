"""Customers have the shares, habits and luck that the scenario gives them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chisquare, kstest

from simkit.params import load_scenario
from simkit.population import PAYMENT_LEVELS, make_population, payment_level_ratios
from simkit.streams import Streams

NEVER_BY_CHANCE = 1e-4


@pytest.fixture(scope="module")
def bank():
    """A tenth of the shipped bank: 91,100 customers."""
    return load_scenario("city_bank")


@pytest.fixture(scope="module")
def customers(bank):
    """The customers of the first replication."""
    return make_population(bank, Streams(bank.seed, 0))


def assert_share(hits, chance):
    """Check a share against its chance by an exact binomial test."""
    assert binomtest(int(hits.sum()), hits.size, chance).pvalue > NEVER_BY_CHANCE


def test_there_are_as_many_customers_as_the_scale_says(bank, customers):
    """A tenth of 911,000, in segments of the given shares."""
    assert customers.size == 91_100
    for code, segment in enumerate(bank.segments):
        assert_share(customers.segment == code, segment.share.value)


def test_holders_users_and_the_able_have_the_shares_of_their_segment(bank, customers):
    """Who holds, who is active among holders and who can pay by phone, segment by segment; all users are able."""
    wallet = bank.wallet
    for code, name in enumerate(bank.segment_names):
        own = customers.segment == code
        held, active = wallet.holders_at_start.value[name], wallet.active_share_of_holders.value[name]
        able = wallet.can_pay_by_phone.value[name]
        assert_share(customers.holder[own], held)
        assert_share(customers.active[own & customers.holder], active)
        assert_share(customers.can_pay_by_phone[own & ~customers.active], able)
    assert customers.holder[customers.active].all()
    assert customers.can_pay_by_phone[customers.active].all()


def test_propensity_is_normal_and_its_odds_ratio_has_mean_1(bank, customers):
    """Customers differ by the given spread, and small base rates stay the segment's mean."""
    spread = bank.response.propensity_spread.value
    assert kstest(customers.propensity, "norm", (-(spread**2) / 2, spread)).pvalue > NEVER_BY_CHANCE
    ratio = np.exp(customers.propensity.astype(np.float64))
    assert abs(ratio.mean() - 1) < 4 * np.sqrt(np.expm1(spread**2) / customers.size)


def test_payment_levels_are_equally_frequent_and_independent_of_the_segment(customers):
    """Each of the eight levels has an eighth of the customers, also within a segment."""
    counts = np.bincount(customers.payment_level, minlength=PAYMENT_LEVELS)
    assert chisquare(counts).pvalue > NEVER_BY_CHANCE
    silver = np.bincount(customers.payment_level[customers.segment == 3], minlength=PAYMENT_LEVELS)
    assert chisquare(silver).pvalue > NEVER_BY_CHANCE


def test_neighbours_live_in_communities_of_the_given_size(bank, customers):
    """Communities are consecutive numbers, so that a team can walk, and of about 1,500 customers each, none a remainder."""
    sizes = np.bincount(customers.community)
    assert (np.diff(customers.community) >= 0).all()
    assert np.ptp(sizes) <= 1
    assert sizes.mean() == pytest.approx(bank.bank.community_size.value, rel=0.5 / customers.communities)
    assert customers.communities == sizes.size


@given(st.integers(0, 70), st.integers(0, 70))
def test_residents_are_the_customers_of_their_communities(customers, first, further):
    """From one community up to another, also beyond the last, live those whose column says so."""
    living_there = (customers.community >= first) & (customers.community < first + further)
    assert customers.residents(first, first + further).tolist() == np.flatnonzero(living_there).tolist()


def test_replications_have_other_customers_and_a_replication_always_the_same(bank):
    """Customers are luck of the replication, and of nothing else."""
    first, again, other = (make_population(bank, Streams(bank.seed, number)) for number in (0, 0, 1))
    for column in (column for column, values in vars(first).items() if isinstance(values, np.ndarray)):
        np.testing.assert_array_equal(getattr(first, column), getattr(again, column))
    assert (first.segment != other.segment).any()


def test_more_customers_leave_the_first_ones_as_they_are(bank, customers):
    """A customer's own columns do not depend on how many others there are."""
    few = make_population(bank.model_copy(update={"scale": 0.01}), Streams(bank.seed, 0))
    for column in ("segment", "propensity", "can_pay_by_phone", "holder", "active", "payment_level"):
        np.testing.assert_array_equal(getattr(few, column), getattr(customers, column)[: few.size])


@given(st.floats(0, 3))
def test_payment_levels_keep_the_mean(spread):
    """Whatever the spread, levels rise and have mean 1, so that payments of a segment are the scenario's."""
    ratios = payment_level_ratios(spread)
    assert ratios.shape == (PAYMENT_LEVELS,)
    assert ratios.mean() == pytest.approx(1)
    assert (np.diff(ratios) >= 0).all()


def test_the_spread_of_payment_levels_is_about_the_one_asked_for():
    """Eight slices of a gamma distribution lose a little of its spread; without spread all are alike."""
    assert 0.5 < payment_level_ratios(0.6).std() <= 0.6
    assert (payment_level_ratios(0) == 1).all()
