"""The mathematics of opening: log-odds that add up, and a survival curve in closed form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln

from simkit.campaign.contacts.conversion import (
    beta_geometric_hazard,
    hazard,
    log_odds,
    opening_terms,
    probability,
    sum_opening_terms,
    with_odds_ratio,
)

shares = st.floats(0.001, 0.999)
ratios = st.floats(0.05, 20)


def chance(**changes):
    """Return the probability of opening of one customer, with some terms changed."""
    usual = {
        "base": 0.08,
        "propensity": 0.0,
        "gift_cny": 0.0,
        "incentive_per_10_cny": 0.3,
        "fatigue_odds_ratio": 0.82,
        "recent_contacts": 0.0,
    }
    values = {name: np.float64(value) for name, value in (usual | changes).items()}
    values |= {"base": log_odds(values["base"]), "fatigue": np.log(values.pop("fatigue_odds_ratio"))}
    return float(probability(opening_terms(**values)))


@given(shares)
def test_log_odds_and_probability_are_inverse(share):
    """What goes in as a rate comes out as the probability of a customer without any deviation."""
    assert float(probability({"base": log_odds(share)})) == pytest.approx(share)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_impossible_and_certain_stay_finite(share):
    """Log-odds of 0 and 1 are large, not infinite, so that a sum of terms is always a number."""
    assert np.isfinite(log_odds(share))
    assert float(probability({"base": log_odds(share), "offer": np.float64(5)})) == pytest.approx(share, abs=1e-9)


@given(shares)
def test_a_customer_without_deviations_has_the_base_rate(base):
    """No gift, no recent contact and a mean propensity leave the rate of channel and segment."""
    assert chance(base=base) == pytest.approx(base)


@given(shares, st.floats(0, 500), st.floats(0, 500))
def test_a_greater_gift_never_lowers_the_chance(base, gift, more):
    """The chance is monotone in the gift."""
    assert chance(base=base, gift_cny=gift + more) >= chance(base=base, gift_cny=gift)


@given(shares, st.floats(0, 40), st.floats(0, 40))
def test_a_further_contact_never_raises_the_chance(base, recent, more):
    """With an odds ratio below 1 the chance is antitone in recent contacts."""
    assert chance(base=base, recent_contacts=recent + more) <= chance(base=base, recent_contacts=recent)


@given(st.floats(0.01, 0.9), st.floats(-3, 3), st.floats(0, 50), st.floats(0, 8))
def test_the_odds_are_the_product_of_the_terms(base, propensity, gift, recent):
    """Gift, fatigue and propensity each multiply the odds, so their order does not matter."""
    found = chance(base=base, propensity=propensity, gift_cny=gift, recent_contacts=recent)
    odds = base / (1 - base) * np.exp(propensity) * np.exp(0.3 * gift / 10) * 0.82**recent
    assert found / (1 - found) == pytest.approx(odds, rel=1e-6)


def test_terms_are_named():
    """A planner can print what made a chance."""
    terms = opening_terms(
        base=log_odds(np.array([0.1, 0.2])),
        propensity=np.array([0.0, 1.0]),
        gift_cny=np.array([10.0, 0.0]),
        incentive_per_10_cny=np.array([0.3, 0.3]),
        fatigue=np.log([0.8, 0.8]),
        recent_contacts=np.array([0.0, 2.0]),
    )
    assert list(terms) == ["base", "propensity", "offer", "fatigue"]
    np.testing.assert_allclose(terms["offer"], [0.3, 0.0])
    np.testing.assert_allclose(terms["fatigue"], [0.0, 2 * np.log(0.8)])


def test_the_compiled_sum_and_its_plain_twins_agree_bit_for_bit():
    """One pass over the columns of a run gives what the named terms give, added one after the other."""
    luck = np.random.default_rng(5)
    size, customers = 500, luck.permutation(500)[:300]
    segment = luck.integers(0, 3, size).astype(np.uint8)
    propensity = luck.normal(size=size).astype(np.float32)
    gift_cny = luck.choice([0.0, 8.0, 12.5], size=300).astype(np.float32)
    recent = luck.integers(0, 3000, size).astype(np.uint16)
    by_segment = luck.normal(size=(3, 3))
    totals = [np.empty(300), np.empty(300)]
    for add, total in zip((sum_opening_terms, sum_opening_terms.__wrapped__), totals, strict=True):
        add(customers, segment, propensity, gift_cny, recent, 100.0, by_segment, total)
    base, incentive, fatigue = by_segment[:, segment[customers]]
    terms = opening_terms(
        base=base,
        propensity=propensity[customers],
        gift_cny=gift_cny,
        incentive_per_10_cny=incentive,
        fatigue=fatigue,
        recent_contacts=recent[customers] / np.float64(100),
    )
    np.testing.assert_array_equal(totals[0], totals[1])
    np.testing.assert_array_equal(totals[0], sum(terms.values(), start=np.float64(0)))


@given(shares, ratios, ratios)
def test_odds_ratios_compose(base, one, other):
    """One ratio after the other is their product, and a ratio of 1 changes nothing."""
    twice = with_odds_ratio(with_odds_ratio(np.array([base]), one), other)
    np.testing.assert_allclose(twice, with_odds_ratio(np.array([base]), one * other), rtol=1e-9)
    np.testing.assert_allclose(with_odds_ratio(np.array([base]), 1.0), base)


@given(st.lists(st.floats(0, 0.9), min_size=1, max_size=6))
def test_hazards_add_where_chances_multiply(chances):
    """Passing the sum of hazards has the probability that at least one independent toss succeeds."""
    together = 1 - np.exp(-hazard(np.array(chances)).sum())
    assert together == pytest.approx(1 - np.prod(1 - np.array(chances)))


@given(st.floats(0.05, 5), st.floats(0.05, 5))
def test_survival_is_the_beta_geometric_of_fader_and_hardie(alpha, beta):
    """The share that has not stopped after t weeks is B(alpha, beta + t) / B(alpha, beta)."""
    week = np.arange(61)
    survival = np.exp(-beta_geometric_hazard(np.array([alpha]), np.array([beta]), 60)[0])
    np.testing.assert_allclose(survival, np.exp(betaln(alpha, beta + week) - betaln(alpha, beta)), rtol=1e-9)


def test_each_segment_has_its_own_survival():
    """Rows are segments, columns weeks from 0, and hazards only grow."""
    found = beta_geometric_hazard(np.array([0.2, 0.4]), np.array([0.6, 0.6]), 13)
    assert found.shape == (2, 14)
    assert (found[:, 0] == 0).all()
    assert (np.diff(found, axis=1) > 0).all()
    assert (found[1, 1:] > found[0, 1:]).all()
