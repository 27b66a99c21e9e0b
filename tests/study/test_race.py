"""The race keeps its promise: the best is selected as often as was asked, whatever the spreads and whatever is shared."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from simkit.study.selection.race import Race, boundary
from tests.study.normal_numbers import Numbers, at_least

_TRIALS = 2_000
_NO_LIMITS = np.zeros(0)

_K = 20
CONFIGURATIONS = {
    "two, the worse louder": Numbers([0, 1], [3, 1]),
    "two, equally loud": Numbers([0, 1], [1.5, 1.5]),
    "five, all others worse by just the amount": Numbers([0, 0, 0, 0, 1], [2] * 5),
    "five, the best loudest": Numbers([0, 0, 0, 0, 1], [1, 1, 1, 1, 3]),
    "five, the best quietest": Numbers([0, 0, 0, 0, 1], [3, 3, 3, 3, 1]),
    "five, much luck shared": Numbers([0, 0, 0, 0, 1], [2] * 5, shared=0.8),
    "ten in steps, spreads from 1 to 4": Numbers(np.arange(10.0), np.linspace(1, 4, 10), shared=0.5),
    "twenty, all others worse by just the amount": Numbers([0.0] * 19 + [1.0], [1.0] * _K),
    "twenty, unequal spreads, much luck shared": Numbers([0.0] * 19 + [1.0], np.linspace(1, 4, _K), shared=0.9),
}


def _raced(numbers: Numbers, trials: int, first_stage: int = 10) -> Race:
    race = Race(numbers.trials(trials, first_stage), 1.0, _NO_LIMITS, 0.05)
    while not race.over.all():
        race.advance(numbers.trials(trials, 1)[:, :, 0])
    return race


@pytest.mark.slow
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_the_best_is_selected_as_often_as_was_asked(name: str) -> None:
    """In 2,000 to 20,000 races the best wins so often that less than 0.95 is refuted with a confidence of 99 %."""
    numbers = CONFIGURATIONS[name]
    trials = 40_000 // len(numbers.means)
    won = _raced(numbers, trials).running[:, numbers.means[:, 0].argmax()]
    assert at_least(int(won.sum()), trials) >= 0.95


def _with_limits(race_trials: int) -> tuple[Race, Numbers]:
    """Race 1: the best breaks its limit; 3 is the best that keeps it; 0 is worse and keeps it by just the tolerance."""
    numbers = Numbers(
        np.array([[0.0, 0.5], [2.0, -0.5], [3.0, -2.0], [1.0, 0.5]]), np.array([[1.5, 1.0]] * 4), shared=0.5
    )
    race = Race(numbers.trials(race_trials, 10), 1.0, np.array([0.5]), 0.05)
    while not race.over.all():
        race.advance(numbers.trials(race_trials, 1)[:, :, 0])
    return race, numbers


@pytest.mark.slow
def test_the_best_that_keeps_its_limits_is_selected_as_often_as_was_asked() -> None:
    """Better ones break the limit by just its tolerance, worse ones keep it, and the right one wins in 95 of 100 races at least."""
    race, _ = _with_limits(_TRIALS)
    assert at_least(int(race.running[:, 3].sum()), _TRIALS) >= 0.95
    assert not (race.running[:, 2] & (race.kept[:, 2, 0] == 1)).mean() > 0.05


@pytest.mark.slow
def test_where_all_break_a_limit_nobody_is_selected() -> None:
    """With every mean beyond the limit by the tolerance, no strategy is left in 95 of 100 races at least."""
    numbers = Numbers(np.array([[0.0, -0.5], [1.0, -0.5], [2.0, -0.5]]), np.ones((3, 2)))
    race = Race(numbers.trials(_TRIALS, 10), 1.0, np.array([0.5]), 0.05)
    while not race.over.all():
        race.advance(numbers.trials(_TRIALS, 1)[:, :, 0])
    assert at_least(int((~race.running.any(axis=1)).sum()), _TRIALS) >= 0.95


def test_shared_luck_shortens_the_race() -> None:
    """With a correlation of 0.9 fewer replications are needed than with none."""
    means, spreads = [0.0, 0.0, 1.0], [2.0] * 3
    apart, together = (_raced(Numbers(means, spreads, shared), 200) for shared in (0.0, 0.9))
    assert together.fell_at.mean() < apart.fell_at.mean() / 2


def test_the_boundary_is_that_of_the_publication() -> None:
    """For two systems, 10 first replications and an error of 0.05, η = ((2 · 0.05)^(−2/9) − 1) / 2 and h² = 18 η."""
    eta = (0.1 ** (-2 / 9) - 1) / 2
    found = boundary(np.array(4.0), 2.0, 0.05, 10)
    assert found == pytest.approx(18 * eta * 4.0 / (2 * 2.0))


def test_of_equal_strategies_without_spread_the_first_stays() -> None:
    """Two that never differ are told apart by their order, so that one is left."""
    race = Race(np.ones((2, 10, 1)), 1.0, _NO_LIMITS, 0.05)
    assert race.running.tolist() == [True, False]
    assert race.over


def _one_race(first: NDArray[np.float64]) -> Race:
    return Race(first, 1.0, np.array([1.0]), 0.05)


def test_one_that_breaks_a_limit_beats_nobody() -> None:
    """The better of two breaks its limit for certain: the other wins although it is worse."""
    first = np.zeros((2, 10, 2))
    first[1, :, 0], first[1, :, 1], first[0, :, 1] = 100.0, -50.0, 50.0
    race = _one_race(first)
    assert race.running.tolist() == [True, False]
    assert race.kept[:, 0].tolist() == [1, -1]
    assert race.fell_to.tolist() == [-1, -1]


def test_a_strategy_alone_is_still_held_against_its_limit() -> None:
    """With one strategy there is nobody to beat, but a broken limit is found."""
    assert not _one_race(np.full((1, 10, 2), -3.0)).running.any()
    assert _one_race(np.full((1, 10, 2), 3.0)).running.all()
