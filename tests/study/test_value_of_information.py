"""What knowing is worth agrees with the cases that have a formula, luck averages out, and numbers without effect are worth nothing."""

import math
import time

import numpy as np
import pytest
from scipy.stats import norm

from simkit.study.value.net_value_model import fit_net_value
from simkit.study.value.value_of_information import (
    expected_after_sample,
    information,
    perfect_information,
    value_of_strategies,
)

VALUES = 1024
EVEN = (np.arange(VALUES) + 0.5) / VALUES
NORMAL = norm.ppf(EVEN)


def unit_normal_loss(mean, deviation):
    """Return E[max(0, X)] − max(0, mean) of a normal X (Raiffa and Schlaifer, 1961)."""
    distance = abs(mean) / deviation
    return deviation * (norm.pdf(distance) - distance * norm.sf(distance))


def normal_case(effects, *, mean, draws, luck, seed):
    """Return draws of normal numbers, and net values of two strategies that share a large part of their luck."""
    generator = np.random.default_rng(seed)
    points = generator.standard_normal((draws, len(effects)))
    shared = generator.standard_normal(draws) * 500
    own = generator.standard_normal(draws) * luck
    return points, np.stack([shared, shared + mean + points @ np.array(effects) + own], axis=1)


def fitted(points, net_values):
    """Fit a model of standard normal numbers."""
    return fit_net_value(points, net_values, np.tile(NORMAL, (points.shape[1], 1)))


def worth(model, numbers=None):
    """Return what numbers are worth, without the interval."""
    return perfect_information(model, numbers, confidence=0.95).mean


@pytest.mark.parametrize("mean", [0.0, 30.0, -80.0])
def test_perfect_information_of_a_linear_normal_case_is_the_unit_normal_loss(mean):
    """EVPI, and EVPPI of single numbers and of a group, are within 2 % where differences are linear in normal numbers."""
    effects = [100.0, 60.0, 40.0]
    model = fitted(*normal_case(effects, mean=mean, draws=5000, luck=1.0, seed=1))
    for numbers in ([0], [1], [2], [0, 1], [1, 2], None):
        spread = math.hypot(*(effects[number] for number in (range(3) if numbers is None else numbers)))
        assert worth(model, numbers) == pytest.approx(unit_normal_loss(mean, spread), rel=0.02)


def test_luck_is_averaged_out_and_not_taken_for_something_to_know():
    """With luck as large as the effects the estimates centre on the formula: the mean of 40 is within 3 standard errors of it."""
    effects = [100.0, 60.0]
    found = []
    for seed in range(40):
        points, net_values = normal_case(effects, mean=30.0, draws=500, luck=100.0, seed=seed)
        found.append(worth(fitted(points, net_values)))
        assert found[-1] < (net_values.max(axis=1).mean() - net_values.mean(axis=0).max())
    error = np.std(found, ddof=1) / math.sqrt(len(found))
    assert abs(np.mean(found) - unit_normal_loss(30.0, math.hypot(*effects))) < 3 * error


def test_a_product_of_numbers_is_worth_nothing_alone_and_something_together():
    """Where the difference is 100 × the product of two normal numbers, only both together tell which strategy is best."""
    generator = np.random.default_rng(3)
    points = generator.standard_normal((5000, 2))
    both = 100 * points[:, 0] * points[:, 1]
    lines = 10 * points.sum(axis=1)
    model = fitted(points, np.stack([np.zeros(5000), both + lines], axis=1))
    alone = unit_normal_loss(0.0, 10.0)
    assert worth(model, [0]) == pytest.approx(alone, rel=0.02, abs=0.1)
    dense = np.random.default_rng(4).standard_normal((2, 2_000_000))
    together = np.maximum(100 * dense[0] * dense[1] + 10 * dense.sum(axis=0), 0).mean()
    assert worth(model, [0, 1]) == pytest.approx(together, rel=0.02)


def test_a_bent_effect_is_found():
    """A difference that is x² − 1 of a number even between −2 and 2 is worth what the integral says, within 2 %."""
    generator = np.random.default_rng(5)
    points = generator.uniform(-2, 2, (5000, 1))
    net_values = np.stack([np.zeros(5000), points[:, 0] ** 2 - 1 + 0.05 * points[:, 0]], axis=1)
    dense = np.linspace(-2, 2, 200_001)
    difference = dense**2 - 1 + 0.05 * dense
    truth = np.maximum(difference, 0).mean() - max(difference.mean(), 0.0)
    model = fit_net_value(points, net_values, (-2 + 4 * EVEN)[None])
    assert worth(model, [0]) == pytest.approx(truth, rel=0.02)


def test_numbers_without_effect_are_worth_nothing():
    """In 60 studies of 200 draws, 3 strategies and 100 numbers of which none matters, at most 5 % + 3 standard errors find any."""
    generator = np.random.default_rng(6)
    quantiles = np.tile(NORMAL, (100, 1))
    studies, with_finds = 60, 0
    for _ in range(studies):
        skewed = np.exp(generator.standard_normal((200, 3)) * 0.8)
        model = fit_net_value(generator.standard_normal((200, 100)), skewed, quantiles)
        with_finds += bool(model.terms)
        assert bool(worth(model)) <= bool(model.terms)
    assert with_finds / studies <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / studies)


def test_what_is_known_more_is_never_worth_less():
    """A number ≤ a group that holds it ≤ everything, and a sample ≤ the number itself."""
    points, net_values = normal_case([100.0, 60.0, 40.0], mean=20.0, draws=400, luck=50.0, seed=7)
    model = fitted(points, net_values)
    single, group, everything = worth(model, [0]), worth(model, [0, 1]), worth(model)
    sampled = information(
        model, {0: expected_after_sample(NORMAL, model.tables[0], np.full(VALUES, 0.5))}, confidence=0.95
    ).mean
    assert 0 < sampled < single < group < everything


@pytest.mark.parametrize("size", [4, 10, 40, 1000])
def test_a_sample_of_a_normal_number_is_worth_what_the_conjugate_formula_says(size):
    """Normal prior, normal data: EVSI is the unit normal loss of the preposterior spread, within 2 %."""
    points, net_values = normal_case([6.0], mean=1.0, draws=2000, luck=1e-3, seed=8)
    model = fitted(points, net_values)
    error = 5 / math.sqrt(size)
    found = information(
        model, {0: expected_after_sample(NORMAL, model.tables[0], np.full(VALUES, error))}, confidence=0.95
    )
    assert found.mean == pytest.approx(unit_normal_loss(1.0, 6 / math.sqrt(1 + error**2)), rel=0.02)


def test_samples_of_two_numbers_add_up_as_their_formula_says():
    """Two numbers measured in one pilot: the preposterior variances add, and the unit normal loss follows within 2 %."""
    points, net_values = normal_case([6.0, 4.0], mean=1.0, draws=2000, luck=1e-3, seed=9)
    model = fitted(points, net_values)
    errors = (1.0, 0.5)
    learnt = {
        number: expected_after_sample(NORMAL, model.tables[number], np.full(VALUES, error))
        for number, error in enumerate(errors)
    }
    spread = math.hypot(*(effect / math.sqrt(1 + error**2) for effect, error in zip((6, 4), errors, strict=True)))
    assert information(model, learnt, confidence=0.95).mean == pytest.approx(unit_normal_loss(1.0, spread), rel=0.02)


def test_a_number_that_was_not_found_has_an_upper_limit():
    """A weak effect hidden by luck is reported as 0, and the interval's upper end reaches what it is truly worth."""
    points, net_values = normal_case([100.0, 8.0], mean=0.0, draws=300, luck=150.0, seed=10)
    model = fitted(points, net_values)
    assert 1 not in model.tables
    hidden = perfect_information(model, [1], confidence=0.95)
    assert (hidden.mean, hidden.low) == (0.0, 0.0)
    assert hidden.high > unit_normal_loss(0.0, 8.0)
    assert hidden.n == 300


def test_strategies_that_are_the_same_are_no_obstacle():
    """Two strategies without any difference between them leave what the third is worth as it was."""
    points, net_values = normal_case([100.0], mean=20.0, draws=500, luck=50.0, seed=11)
    doubled = np.hstack([net_values, net_values[:, [1]]])
    assert worth(fitted(points, doubled)) == pytest.approx(worth(fitted(points, net_values)))
    same = np.repeat(net_values[:, [0]], 3, axis=1)
    assert worth(fitted(points, same)) == 0


def test_the_worth_of_strategies_follows_the_number():
    """Given the number, the second strategy is worth the mean and the number's effect more."""
    points, net_values = normal_case([100.0], mean=20.0, draws=2000, luck=1e-3, seed=12)
    more = value_of_strategies(fitted(points, net_values), 0)
    assert np.allclose(more[:, 1], 20 + 100 * NORMAL, atol=0.5)
    assert np.all(more[:, 0] == 0)


def test_many_numbers_cost_little_more_than_one_matrix_product():
    """Twelve numbers and 5,000 draws take at most 25 times the CPU time of one product of their curves with themselves."""
    points, net_values = normal_case([100.0, 60.0, 40.0, 20.0] + [0.0] * 8, mean=30.0, draws=5000, luck=100.0, seed=13)
    fitted(points[:200], net_values[:200])
    began = time.process_time()
    curves = np.random.default_rng(0).standard_normal((5000, 1600))
    for _ in range(3):
        curves.T @ curves
    product = time.process_time() - began
    began = time.process_time()
    model = fitted(points, net_values)
    assert len([worth(model, [number]) for number in range(12)]) == 12
    assert time.process_time() - began < 25 * product


@pytest.mark.slow
def test_intervals_cover_the_truth():
    """Over 300 studies of 300 draws the 95 % interval of EVPI and of the dearest EVPPI holds the formula's value in 90 % and more."""
    effects, mean = [100.0, 60.0, 40.0, 0.0, 0.0], 30.0
    truths = [unit_normal_loss(mean, math.hypot(*effects)), unit_normal_loss(mean, 100.0)]
    covered = np.zeros(2)
    for seed in range(300):
        model = fitted(*normal_case(effects, mean=mean, draws=300, luck=60.0, seed=seed))
        found = [perfect_information(model, numbers, confidence=0.95) for numbers in (None, [0])]
        covered += [each.low <= truth <= each.high for each, truth in zip(found, truths, strict=True)]
    assert np.all(covered / 300 > 0.90 - 3 * math.sqrt(0.9 * 0.1 / 300))
