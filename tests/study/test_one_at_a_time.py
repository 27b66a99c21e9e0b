"""Swings and break-even values of curves whose nil is known."""

import numpy as np
import pytest

from simkit.study.sensitivity.one_at_a_time import Curve, break_even


def curve_of(function, at, *, replications=10, noise=0.0, seed=1):
    """Return a function of one number with luck: one shift a replication, and a little more at every value."""
    generator = np.random.default_rng(seed)
    luck = generator.normal(0, noise, replications) + generator.normal(0, noise / 5, (len(at), replications))
    return Curve(np.array(at, float), function(np.array(at, float))[:, None] + luck)


def narrowed(function, curve, near, rounds=20):
    """Look where the curve says, until it knows the place well enough; return it and how often it looked."""
    for looked in range(rounds):
        value = curve.next_value(near)
        if value is None:
            return curve, looked
        curve = curve.joined(value, function(np.array([value]))[0] + np.zeros(curve.differences.shape[1]))
    return curve, rounds


def test_a_straight_line_breaks_even_where_it_crosses():
    """3 x - 6 is nil at 2, and without luck the interval is that point."""
    found = break_even(curve_of(lambda x: 3 * x - 6, [0, 1, 5]), 1, 0.95)
    assert (found.outcome, found.at) == ("flips", pytest.approx(2))
    assert (found.low, found.high) == (pytest.approx(2), pytest.approx(2))


def test_a_curved_line_is_narrowed_to_its_nil():
    """exp(x) - 5 on 0 to 4: nil at log 5, found within 1 % of the range in a few looks."""

    def grows(x):
        return np.exp(x) - 5

    curve, looked = narrowed(grows, curve_of(grows, [0, 1, 4]), 1)
    assert break_even(curve, 1, 0.95).at == pytest.approx(np.log(5), abs=0.04)
    assert looked <= 8


@pytest.mark.parametrize("slope", [3.0, -3.0])
def test_the_interval_of_a_break_even_covers_it(slope):
    """Over 600 curves the 95 % interval holds the true nil as often as it says, within four standard errors."""
    at = np.linspace(0, 4, 9)
    held = 0
    for seed in range(600):
        found = break_even(curve_of(lambda x: slope * (x - 1.7), at, noise=1.0, seed=seed), 1, 0.95)
        held += found.low <= 1.7 <= found.high
    assert abs(held / 600 - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 600)


def test_a_difference_that_is_surely_above_zero_holds():
    """A difference from 10 to 14 with little luck never flips."""
    found = break_even(curve_of(lambda x: 10 + x, [0, 2, 4], noise=0.5), 2, 0.95)
    assert found.outcome == "holds"
    assert np.isnan(found.at)


def test_a_difference_within_luck_is_unsure():
    """A mean of 1 over replications from -4 to 6 may or may not flip: that is said."""
    found = break_even(Curve(np.array([0.0, 2.0, 4.0]), np.tile([-4.0, 6.0, 1.0], (3, 1))), 2, 0.95)
    assert found.outcome == "unsure"


def test_an_interval_that_reaches_the_end_of_the_range_is_open():
    """Where the difference at the end cannot be told from 0, the interval has no end there."""
    found = break_even(curve_of(lambda x: x - 0.5, [0, 2, 4], noise=1.0), 2, 0.95)
    assert found.outcome == "flips"
    assert (found.open_low, found.low) == (True, 0.0)
    assert not found.open_high


def test_of_several_nils_the_one_nearest_to_the_number_is_told():
    """(x - 1)(x - 6) is nil twice; from 5.5 the second is nearer."""
    curve = curve_of(lambda x: (x - 1) * (x - 6), np.linspace(0, 8, 17))
    assert break_even(curve, 5.5, 0.95).at == pytest.approx(6)
    assert break_even(curve, 0.5, 0.95).at == pytest.approx(1)


def test_a_change_is_measured_luck_by_luck():
    """Luck that a replication has at every value cancels: 2 x from 1 to 3 changes by 4, within the little luck that does not."""
    curve = curve_of(lambda x: 2 * x, [1, 2, 3], noise=5.0, replications=40)
    change = curve.change(1, 3, 0.95)
    assert change.n == 40
    assert change.low <= 4 <= change.high
    assert change.high - change.low < 2 * 2.1 * np.sqrt(2 / 40) * 1.4
