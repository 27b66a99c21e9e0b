"""Morris's screening against functions whose effects are known, with and without luck."""

import sys

import numpy as np
import pytest
from SALib.analyze import morris

from simkit.study.sensitivity.designs import MissingExtraError, morris_trajectories, saltelli_rows
from simkit.study.sensitivity.screening import elementary_effects, leading, screen

WEIGHTS = np.array([3.0, -1.0, 0.0, 0.5])


def effects_of(function, groups, *, trajectories=10, replications=2, noise=0.0, seed=1):
    """Screen a function of the cube whose values get luck of their own at every point and in every replication."""
    positions = morris_trajectories(groups, trajectories, seed)
    luck = np.random.default_rng(seed).normal(0, noise, (*positions.shape[:2], replications))
    return positions, elementary_effects(positions, function(positions)[..., None] + luck, groups)


def test_a_linear_function_has_its_weights_as_effects():
    """Of a sum of weighted factors, every elementary effect is the weight, so the spread is 0."""
    _, effects = effects_of(lambda x: x @ WEIGHTS, "abcd")
    found = {effect.name: effect for effect in screen(effects, "abcd", 0.95)}
    for name, weight in zip("abcd", WEIGHTS, strict=True):
        assert found[name].mean == pytest.approx(weight, abs=1e-12)
        assert found[name].size == pytest.approx(abs(weight), abs=1e-12)
        assert found[name].spread == pytest.approx(0, abs=1e-12)


def test_sizes_agree_with_those_of_salib():
    """A curved function with interactions has the mu*, mu and sigma that SALib's own analysis gives."""

    def curved(x):
        return x[..., 0] ** 2 + 3 * x[..., 1] * x[..., 2]

    positions, effects = effects_of(curved, "abc")
    found = {effect.name: effect for effect in screen(effects, "abc", 0.95)}
    problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}
    expected = morris.analyze(problem, positions.reshape(-1, 3), curved(positions).ravel(), num_resamples=10)
    for place, name in enumerate(expected["names"]):
        assert found[name].size == pytest.approx(expected["mu_star"][place])
        assert found[name].mean == pytest.approx(expected["mu"][place])
        assert found[name].spread == pytest.approx(expected["sigma"][place])


def test_a_group_moves_together():
    """Of two factors in a group that are added up, an effect is the sum or the difference of their weights."""
    _, effects = effects_of(lambda x: x @ WEIGHTS, ["one", "one", "two", "two"], trajectories=40)
    sizes = np.abs(effects[..., 0]).round(9)
    assert set(sizes[:, 0]) == {4.0, 2.0}
    assert set(sizes[:, 1]) == {0.5}


def test_a_trajectory_is_asked_for_at_one_point_more_than_groups():
    """Groups, not factors, decide how many runs a screening needs."""
    assert morris_trajectories(["a"] * 30 + ["b"] * 20 + ["c"], 7, 0).shape == (7, 4, 51)


def test_factors_of_luck_alone_are_seldom_called_real():
    """Over 400 screenings of 12 factors that do nothing, 5 % may have any call; the test allows four standard errors."""
    generator = np.random.default_rng(5)
    screenings = 400
    names = [str(place) for place in range(12)]
    called = sum(
        any(effect.real for effect in screen(generator.normal(size=(8, 12, 2)), names, 0.95)) for _ in range(screenings)
    )
    assert called <= 0.05 * screenings + 4 * np.sqrt(screenings * 0.05 * 0.95)


def test_a_true_effect_among_factors_of_luck_is_found():
    """One factor of five moves the figure five times as much as luck: it is real, leads, and holds nearly all shares."""
    _, effects = effects_of(lambda x: 5 * x[..., 2], "abcde", noise=0.5, seed=4)
    found = screen(effects, "abcde", 0.95)
    assert found[0].name == "c"
    assert [effect.name for effect in found if effect.real] == ["c"]
    assert [effect.name for effect in leading(found, 0.95)] == ["c"]


def test_the_size_that_luck_alone_shows_is_told():
    """Effects of independent luck with standard deviation s have a mean size of s times sqrt(2/pi) / sqrt(2) over two replications."""
    generator = np.random.default_rng(3)
    found = screen(generator.normal(0, 2, (4000, 3, 2)), "abc", 0.95)
    expected = 2 / np.sqrt(np.pi)
    for effect in found:
        assert effect.luck == pytest.approx(expected, rel=4 / np.sqrt(2 * 4000))
        assert effect.size == pytest.approx(expected, rel=4 * 0.76 / np.sqrt(4000))


@pytest.mark.parametrize("level", [0.01, 0.05, 0.2])
def test_chances_are_not_understated_where_nothing_acts(level):
    """Of 3,000 factors that do nothing at most a share of `level` has a smaller chance, within four standard errors."""
    found = screen(np.random.default_rng(8).normal(size=(6, 3000, 2)), [str(i) for i in range(3000)], 0.95)
    share = np.mean([effect.chance < level for effect in found])
    assert share <= level + 4 * np.sqrt(level * (1 - level) / 3000)


def test_a_small_effect_of_one_direction_is_told_from_luck():
    """An effect of 1.5 standard deviations of its luck always goes one way; the t test sees what the F test would miss."""
    generator = np.random.default_rng(6)
    found = dict.fromkeys("abc", 0)
    for _ in range(100):
        effects = generator.normal(size=(8, 3, 2)) + np.array([1.5, 0, 0])[:, None]
        for effect in screen(effects, "abc", 0.95):
            found[effect.name] += effect.real
    assert found["a"] >= 85
    assert found["b"] + found["c"] <= 20


def test_the_interval_of_a_size_covers_it():
    """Over 1,000 screenings of effects with mean 4 and spread 1 the interval holds 4 in 95 %, within four standard errors."""
    generator = np.random.default_rng(2)
    held = 0
    for _ in range(1000):
        effects = np.repeat(generator.normal(4, 1, (8, 1, 1)), 2, axis=2)
        (found,) = screen(effects, "a", 0.95)
        held += found.low <= 4 <= found.high
    assert abs(held / 1000 - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 1000)


def test_a_factor_without_any_movement_is_not_real():
    """Where nothing moves at all there is neither effect nor luck."""
    (found,) = screen(np.zeros((5, 1, 2)), "a", 0.95)
    assert (found.real, found.size, found.share, found.chance) == (False, 0.0, 0.0, 1.0)


def test_factors_that_move_nothing_do_not_hide_those_that_do():
    """Two hundred idle factors beside ten moderate ones change no call: what cannot move is no test."""
    effects = np.random.default_rng(7).normal(1.3, 1, (8, 10, 2))
    few = screen(effects, [f"m{place}" for place in range(10)], 0.95)
    idle = np.zeros((8, 200, 2))
    names = [f"m{place}" for place in range(10)] + [f"idle{place}" for place in range(200)]
    many = screen(np.concatenate([effects, idle], axis=1), names, 0.95)
    called = {effect.name for effect in few if effect.real}
    assert called
    assert {effect.name for effect in many if effect.real} == called


def test_leading_effects_are_the_fewest_that_cover():
    """Of shares 0.8, 0.15 and 0.05, two cover 90 % and three 96 %."""
    effects = np.repeat(np.sqrt([[0.8, 0.15, 0.05]])[..., None], 6, axis=0) * np.ones((6, 3, 2))
    found = screen(effects, "abc", 0.95)
    assert [effect.name for effect in leading(found, 0.9)] == ["a", "b"]
    assert [effect.name for effect in leading(found, 0.96)] == ["a", "b", "c"]


@pytest.mark.parametrize("design", [lambda: morris_trajectories("ab", 2, 1), lambda: saltelli_rows(2, 4, 1)])
def test_without_salib_the_error_says_what_to_install(design, monkeypatch):
    """The library is an extra: a planner who lacks it reads how to get it."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "SALib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'simkit\[sensitivity\]'"):
        design()
