"""Means, differences and ratios, against answers worked out by hand and against the coverage that they promise."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from simkit.study.estimates import estimate, fieller, linearised, paired_difference

T_3_DEGREES = 3.182446305284263  # 97.5 % point of Student's t, from tables


def one_draw(*values):
    """Lay values out as one draw of several replications."""
    return np.array([values], dtype=float)


def test_a_mean_has_the_t_interval_of_the_textbook():
    """1, 2, 3, 6: mean 3, standard deviation sqrt(14/3), half-width t × sd / 2."""
    found = estimate(one_draw(1, 2, 3, 6), 0.95)
    half = T_3_DEGREES * np.sqrt(14 / 3) / 2
    assert found.n == 4
    assert found.mean == pytest.approx(3)
    assert (found.low, found.high) == (pytest.approx(3 - half), pytest.approx(3 + half))


def test_a_mean_agrees_with_scipy():
    """Many KPIs at once get the interval that scipy gives each alone."""
    values = np.random.default_rng(1).normal(5, 2, (7, 1, 12))
    found = estimate(values, 0.9)
    for index, row in enumerate(values[:, 0]):
        low, high = stats.t.interval(0.9, 11, row.mean(), stats.sem(row))
        assert (found.low[index], found.high[index]) == (pytest.approx(low), pytest.approx(high))


def test_one_run_has_a_mean_and_no_interval():
    """With one run nothing is known of the spread."""
    found = estimate(one_draw(4), 0.95)
    assert (found.n, found.mean) == (1, 4)
    assert np.isnan(found.low)
    assert np.isnan(found.high)


def test_no_value_at_all_is_no_estimate():
    """A KPI that no run has is NaN with n = 0, without a warning."""
    found = estimate(one_draw(np.nan, np.nan), 0.95)
    assert found.n == 0
    assert np.isnan([found.mean, found.low, found.high]).all()


def test_replications_without_a_value_are_left_out():
    """Where nobody waited there is no waiting time; the others make the mean."""
    with_gap, without = estimate(one_draw(1, np.nan, 2, 3, 6), 0.95), estimate(one_draw(1, 2, 3, 6), 0.95)
    assert (with_gap.n, with_gap.mean, with_gap.low) == (without.n, without.mean, pytest.approx(without.low))


def test_equal_values_have_an_interval_of_no_width():
    """A constant is known exactly."""
    found = estimate(one_draw(2, 2, 2), 0.95)
    assert (found.low, found.mean, found.high) == (2, 2, 2)


def test_a_paired_difference_is_taken_run_by_run():
    """The luck that two strategies share is gone: here the difference is 1 in every run."""
    index = pd.MultiIndex.from_product([[0], [0, 1, 2]], names=["draw", "replication"])
    second = pd.Series([10.0, 90.0, 50.0], index=index)
    found = paired_difference(second + 1, second.iloc[::-1], 0.95)
    assert (found.n, found.mean, found.low, found.high) == (3, 1, 1, 1)


def test_a_ratio_is_the_ratio_of_means_with_the_delta_interval():
    """Cost 10, 20, 60 for 1, 2, 3 users: 90 / 6 = 15; residuals −5, −10, 15, over the mean of 2."""
    found = estimate(linearised(one_draw(10, 20, 60), one_draw(1, 2, 3)), 0.95)
    residuals = np.array([10 - 15, 20 - 30, 60 - 45]) / 2
    half = stats.t.ppf(0.975, 2) * residuals.std(ddof=1) / np.sqrt(3)
    assert found.mean == pytest.approx(15)
    assert (found.low, found.high) == (pytest.approx(15 - half), pytest.approx(15 + half))


def test_a_ratio_over_nothing_is_no_number():
    """Nobody lasted, so there is no cost for each."""
    assert np.isnan(linearised(one_draw(10, 20), one_draw(0, 0))).all()


def test_fiellers_interval_holds_the_ratios_that_cannot_be_refused():
    """At each end of the interval, the t-interval of numerator − ratio × denominator just touches 0."""
    random = np.random.default_rng(2)
    below = random.normal(10, 2, (1, 8))
    above = 3 * below + random.normal(0, 4, (1, 8))
    found = fieller(above, below, 0.95)
    assert found.mean == pytest.approx(above.mean() / below.mean())
    for ratio in (found.low, found.high):
        left = estimate(above - ratio * below, 0.95)
        assert min(abs(left.low), abs(left.high)) == pytest.approx(0, abs=1e-9)


def test_the_cost_of_an_added_user_is_unknown_when_it_is_not_sure_that_any_is_added():
    """With a denominator that may be 0 Fieller's set has no end."""
    found = fieller(one_draw(5, 6, 7), one_draw(-1, 2, 0.5), 0.95)
    assert np.isnan([found.mean, found.low, found.high]).all()


def test_two_draws_with_equal_replications_hold_what_two_way_analysis_of_variance_gives():
    """Mean squares by hand for a 2 × 3 table: rows 8/3 apart, columns, and what is left."""
    values = np.array([[1.0, 2.0, 6.0], [3.0, 5.0, 7.0]])
    rows, columns = values.mean(axis=1), values.mean(axis=0)
    mean = values.mean()
    by_row = 3 * ((rows - mean) ** 2).sum() / 1
    by_column = 2 * ((columns - mean) ** 2).sum() / 2
    left = ((values - rows[:, None] - columns + mean) ** 2).sum() / 2
    freedom = (by_row + by_column - left) ** 2 / (by_row**2 + by_column**2 / 2 + left**2 / 2)
    half = stats.t.ppf(0.975, freedom) * np.sqrt((by_row + by_column - left) / 6)
    found = estimate(values, 0.95)
    assert found.high - found.mean == pytest.approx(half)


def covered(low, high, truth):
    """Return the share of intervals that hold the truth."""
    return np.mean((low <= truth) & (truth <= high))


def within(share, promised, trials):
    """Say whether a share of covered intervals differs from what is promised by no more than chance: four standard errors."""
    return abs(share - promised) < 4 * np.sqrt(promised * (1 - promised) / trials)


TRIALS = 20_000


@pytest.mark.parametrize(("replications", "confidence"), [(3, 0.9), (10, 0.95), (40, 0.8)])
def test_intervals_of_a_mean_cover_as_often_as_they_say(replications, confidence):
    """For normal values the t-interval is exact, at any number of replications."""
    values = np.random.default_rng(replications).normal(7, 3, (TRIALS, 1, replications))
    found = estimate(values, confidence)
    assert within(covered(found.low, found.high, 7), confidence, TRIALS)


def test_intervals_over_draws_and_replications_cover_though_luck_is_shared():
    """Draws and replications crossed, both random: independent-looking intervals would cover far less than they say."""
    random = np.random.default_rng(5)
    draws, luck = random.normal(0, 2, (TRIALS, 12, 1)), random.normal(0, 1, (TRIALS, 1, 12))
    values = 5 + draws + luck + random.normal(0, 1, (TRIALS, 12, 12))
    found = estimate(values, 0.95)
    naive = estimate(values.reshape(TRIALS, 1, -1), 0.95)
    assert (
        abs(covered(found.low, found.high, 5) - 0.95) < 0.01
    )  # Satterthwaite's degrees of freedom are an approximation
    assert covered(naive.low, naive.high, 5) < 0.5


def test_intervals_of_ratios_cover_as_often_as_they_say():
    """Delta and Fieller intervals of a cost for each user, with 20 correlated pairs; the delta method is good to one in a hundred."""
    random = np.random.default_rng(7)
    users = random.normal(50, 8, (TRIALS, 1, 20))
    cost = 30 * users + random.normal(0, 200, (TRIALS, 1, 20))
    by_delta = estimate(linearised(cost, users), 0.95)
    by_fieller = fieller(cost, users, 0.95)
    assert abs(covered(by_delta.low, by_delta.high, 30) - 0.95) < 0.01
    assert within(covered(by_fieller.low, by_fieller.high, 30), 0.95, TRIALS)


def test_intervals_of_differences_of_ratios_cover_as_often_as_they_say():
    """Two strategies share their luck; the linearised difference keeps the pairing."""
    random = np.random.default_rng(8)
    luck = random.normal(0, 6, (TRIALS, 1, 20))
    first, second = 60 + luck + random.normal(0, 2, luck.shape), 40 + luck + random.normal(0, 2, luck.shape)
    cost = [20 * first + random.normal(0, 50, luck.shape), 25 * second + random.normal(0, 50, luck.shape)]
    found = estimate(linearised(cost[0], first) - linearised(cost[1], second), 0.95)
    assert abs(covered(found.low, found.high, -5) - 0.95) < 0.01
