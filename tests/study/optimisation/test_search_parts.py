"""The parts of the search for a mix: the lattice, the surface, what an untried mix promises."""

import numpy as np
import pytest

from simkit.study.optimisation.lattice import Lattice
from simkit.study.optimisation.promise import Promise
from simkit.study.optimisation.search import noise_of_means
from simkit.study.optimisation.surrogate import Surrogate

_DRAWS = 200_000
GRID = np.array([[first, second] for first in range(5) for second in range(5)])


def surface(points):
    """A surface that bends and twists."""
    first, second = points.T / 4
    return np.sin(3 * first) + second**2 - first * second


def test_neighbours_are_a_step_of_one_lever_or_an_exchange_between_two():
    """In the middle of two levers there are eight, in a corner three."""
    lattice = Lattice((5, 5))
    assert len(lattice.neighbours(np.array([[2, 2]]))) == 8
    assert sorted(map(tuple, lattice.neighbours(np.array([[0, 4]])))) == [(0, 3), (1, 3), (1, 4)]


def test_only_allowed_mixes_are_drawn_each_once():
    """Of 25 mixes, 15 are allowed; more cannot be had."""
    lattice = Lattice((5, 5), allowed=lambda points: points.sum(axis=1) <= 4)
    for drawn in (lattice.at_random(100, seed=1), lattice.spread(100, seed=1)):
        assert len(drawn) == len(np.unique(drawn, axis=0)) == 15
        assert (drawn.sum(axis=1) <= 4).all()


def test_a_surface_without_noise_goes_through_what_was_observed():
    """There it is sure; elsewhere the truth lies within three standard deviations."""
    lattice = Lattice((5, 5))
    seen = lattice.spread(12, seed=0)
    fitted = Surrogate.fit(lattice.places(seen), surface(seen), noise=0.0)
    mean, deviation = fitted.predict(lattice.places(seen))
    assert mean == pytest.approx(surface(seen), abs=1e-3)
    assert deviation.max() < 1e-2
    mean, deviation = fitted.predict(lattice.places(GRID))
    assert (np.abs(mean - surface(GRID)) <= 3 * deviation + 1e-3).all()


def test_a_surface_with_noise_smooths_it():
    """The root mean square error is smaller than the noise of the observations, 0.1."""
    lattice = Lattice((5, 5))
    noisy = surface(GRID) + np.random.default_rng(4).normal(0, 0.1, len(GRID))
    mean, _ = Surrogate.fit(lattice.places(GRID), noisy, noise=0.01).predict(lattice.places(GRID))
    assert np.sqrt(((mean - surface(GRID)) ** 2).mean()) < 0.08


def test_luck_that_all_mixes_share_is_no_noise():
    """A constant for each replication is left out; what is left has a variance of 0.04, over 50 replications, with 49 x 39 degrees."""
    generator = np.random.default_rng(5)
    shared, own = generator.normal(0, 10, (1, 50, 1)), generator.normal(0, 0.2, (40, 50, 1))
    freedom = 39 * 49
    assert noise_of_means(shared + own)[0] == pytest.approx(0.04 / 50, rel=4 * np.sqrt(2 / freedom))


def test_a_promise_is_the_expected_excess_times_the_probability_of_keeping_the_limits():
    """By Monte Carlo from the two surfaces, within four standard errors of 200,000 draws."""
    lattice = Lattice((5, 5))
    seen = lattice.spread(8, seed=0)
    places = lattice.places(seen)
    surfaces = [Surrogate.fit(places, surface(seen), 0.01), Surrogate.fit(places, seen.sum(axis=1).astype(float), 0.01)]
    point = np.array([[4, 4]])
    generator = np.random.default_rng(6)
    expected = [one.predict(lattice.places(point)) for one in surfaces]
    # At the surfaces' own middle, so that about half of the draws are better and half keep the limit.
    middle, limit = (float(mean[0]) + 0.5 for mean, _ in expected)
    promise = Promise(
        surfaces, lattice, lambda points: np.full((len(points), 2), 0.5), np.array([limit]), to_beat=middle
    )
    drawn = [mean + 0.5 + deviation * generator.normal(size=_DRAWS) for mean, deviation in expected]
    gains = np.maximum(drawn[0] - middle, 0) * (drawn[1] <= limit)
    assert gains.mean() > 0
    assert promise(point)[0] == pytest.approx(gains.mean(), abs=4 * gains.std() / np.sqrt(_DRAWS))
