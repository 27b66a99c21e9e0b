"""Where a strategy loses: a box that was put into draws is found, and numbers that do nothing are not."""

import numpy as np
import pytest
from scipy.stats import binom

from simkit.study.robustness.discovery import (
    discover,
    find_box,
    inside_box,
    least_visible_share,
    numbers_that_matter,
    share_of,
)

USE, ANSWER = 3, 7


def draws_with_a_box(seed, draws=200, numbers=20, noise=0.3):
    """Return uniform numbers and a lead that is below 0 where use > 0.62 and answer < 0.35, elsewhere above, plus noise."""
    random = np.random.default_rng(seed)
    values = random.random((draws, numbers))
    loses = (values[:, USE] > 0.62) & (values[:, ANSWER] < 0.35)
    return values, np.where(loses, -1.0, 0.6) + random.normal(0, noise, draws)


def test_a_box_that_was_put_in_is_found_with_its_bounds():
    """Two numbers of twenty, on the right sides, the bounds to about a step of the peeling."""
    numbers, lead = draws_with_a_box(seed=1)
    found = discover(numbers, lead, 0.95)
    sides = {(side.column, np.isfinite(side.low)): side for side in found.box}
    assert set(sides) == {(USE, True), (ANSWER, False)}
    assert sides[USE, True].low == pytest.approx(0.62, abs=0.05)
    assert sides[ANSWER, False].high == pytest.approx(0.35, abs=0.05)
    assert found.confirmed
    assert found.seen.density.mean > 0.8
    assert found.held_out.density.mean > 0.6


def test_counts_and_shares_of_a_box_agree():
    """Coverage and density are of the same draws, and count what a reader would count."""
    numbers, lead = draws_with_a_box(seed=2)
    found = discover(numbers, lead, 0.95)
    inside = inside_box(found.box, numbers)
    assert found.seen.inside == inside.sum()
    assert found.seen.cases_inside == (inside & (lead < 0)).sum()
    assert found.seen.coverage.mean == pytest.approx((inside & (lead < 0)).sum() / (lead < 0).sum())
    assert found.seen.density.mean == pytest.approx((lead[inside] < 0).mean())
    assert found.base.mean == pytest.approx((lead < 0).mean())


def test_the_quasi_p_of_a_side_is_the_binomial_chance_by_hand():
    """Ten of twenty draws are cases and lie above one half: a random ten would all be cases with chance 2 ** -10."""
    numbers = (np.arange(20.0)[:, None] + 0.5) / 20
    (side,) = find_box(numbers, numbers[:, 0] > 0.5, [0])
    assert side.low == pytest.approx(0.5)
    assert side.quasi_p == pytest.approx(binom.sf(9, 10, 0.5))


def test_draws_without_cases_or_with_nothing_else_have_no_box():
    """Nothing to separate: no box, and shares that say so."""
    numbers, lead = draws_with_a_box(seed=3)
    for one_sided in (np.abs(lead) + 1, -np.abs(lead) - 1):
        found = discover(numbers, one_sided, 0.95)
        assert found.box == ()
        assert not found.confirmed


def test_a_share_of_nothing_is_unknown():
    """Of no draws inside nobody knows how many would be cases."""
    assert np.isnan(share_of(0, 0, 0.95).mean)


def test_numbers_come_in_the_order_of_their_strength():
    """The margin hangs on three of forty numbers, ten to five to two."""
    random = np.random.default_rng(4)
    numbers = random.random((300, 40))
    margin = 10 * numbers[:, 5] - 5 * numbers[:, 30] + 2 * numbers[:, 11] + random.normal(0, 0.3, 300)
    assert numbers_that_matter(numbers, margin) == [5, 30, 11]


def test_a_number_that_explains_just_enough_is_seen_and_one_that_explains_less_is_not():
    """The share that words promise is the bound that the search has: 60 draws, 40 numbers."""
    random, draws = np.random.default_rng(6), 60
    numbers = random.random((draws, 40))
    ranks = np.argsort(np.argsort(numbers[:, 8])) - (draws - 1) / 2
    signal = ranks / np.linalg.norm(ranks)
    rest = random.normal(0, 1, draws)
    rest -= rest.mean() + signal * (rest @ signal)
    rest /= np.linalg.norm(rest)
    least = least_visible_share(draws, 40)
    for explained, seen in ((least * 1.01, True), (least * 0.99, False)):
        margin = np.sqrt(explained) * signal + np.sqrt(1 - explained) * rest
        assert (8 in numbers_that_matter(numbers, margin)[:1]) == seen


@pytest.mark.slow
@pytest.mark.parametrize("heavy_tails", [False, True])
def test_where_nothing_matters_a_box_is_rarer_than_one_in_twenty(heavy_tails):
    """500 numbers and 120 draws that have nothing to do with each other; 300 studies, four standard errors."""
    random, studies = np.random.default_rng(5), 300
    found = 0
    for _ in range(studies):
        margin = 0.5 + (random.standard_t(4, 120) if heavy_tails else random.normal(0, 1, 120))
        numbers = random.random((120, 500))
        found += bool(find_box(numbers, margin < 0, numbers_that_matter(numbers, margin)))
    assert found / studies < 0.05 + 4 * np.sqrt(0.05 * 0.95 / studies)


@pytest.mark.slow
def test_among_hundreds_of_numbers_the_two_are_found_and_no_other():
    """500 numbers, 200 draws, 40 studies: both nearly always, a number that does nothing hardly ever."""
    both = other = 0
    for seed in range(40):
        numbers, lead = draws_with_a_box(seed, numbers=500)
        columns = {side.column for side in find_box(numbers, lead < 0, numbers_that_matter(numbers, lead))}
        both += columns >= {USE, ANSWER}
        other += bool(columns - {USE, ANSWER})
    assert both >= 36
    assert other <= 4


@pytest.mark.slow
def test_held_out_draws_promise_no_more_than_new_draws_keep():
    """Over 25 studies of 150 draws, against a thousand new draws in each box; the draws that the box was made of promise too much."""
    held_out, seen, new = [], [], []
    for seed in range(25):
        numbers, lead = draws_with_a_box(seed, draws=150, noise=0.4)
        found = discover(numbers, lead, 0.95)
        if found.box and found.held_out.inside:
            fresh, fresh_lead = draws_with_a_box(1_000 + seed, draws=1_000, noise=0.4)
            held_out.append(found.held_out.density.mean)
            seen.append(found.seen.density.mean)
            new.append((fresh_lead[inside_box(found.box, fresh)] < 0).mean())
    assert len(new) >= 20
    assert np.mean(seen) > np.mean(new)
    assert np.mean(held_out) <= np.mean(new)
