"""Replications until precise: the right number, for the right reason, and intervals that hold as often as they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from simkit.study.selection.precision import (
    Width,
    intervals_so_far,
    look_ahead,
    precision_of,
    replicate_until_precise,
    stops_at,
)

Values = NDArray[np.float64]
_TRIALS = 8_000
_CONFIDENCE = 0.95


def _two_valued(generator: np.random.Generator, shape: tuple[int, ...]) -> Values:
    return np.where(generator.random(shape) < 0.5, 1.0, -1.0)


def _lognormal(generator: np.random.Generator, shape: tuple[int, ...]) -> Values:
    spread = 0.25
    numbers = np.exp(spread * generator.normal(size=shape))
    return (numbers - np.exp(spread**2 / 2)) / np.sqrt((np.exp(spread**2) - 1) * np.exp(spread**2))


Luck = Callable[[np.random.Generator, tuple[int, ...]], Values]
LUCK: dict[str, Luck] = {
    "normal": lambda generator, shape: generator.normal(size=shape),
    "uniform": lambda generator, shape: (generator.random(shape) - 0.5) * np.sqrt(12),
    "heavy tails": lambda generator, shape: generator.standard_t(5, size=shape) / np.sqrt(5 / 3),
    "two values": _two_valued,
    "skewed a little": _lognormal,
    "skewed much": lambda generator, shape: generator.exponential(size=shape) - 1,
}


def _coverage(
    luck: Luck, mean: Sequence[float], spread: float, width: Width, at_most: int, trials: int = _TRIALS
) -> tuple[float, float]:
    """Return the share of trials in which all intervals at the stop hold the truth, and the mean number of replications."""
    generator = np.random.default_rng(2)
    held, replications = 0, 0
    for _ in range(10):
        values = mean + spread * luck(generator, (trials // 10, at_most, len(mean)))
        stop = stops_at(values, [width] * len(mean), _CONFIDENCE, 20)
        assert (stop > 0).all()
        middle, half = (found[np.arange(len(stop)), stop - 1] for found in intervals_so_far(values, _CONFIDENCE))
        held += int((np.abs(middle - mean) <= half).all(axis=1).sum())
        replications += int(stop.sum())
    return held / trials, replications / trials


@pytest.mark.slow
@pytest.mark.parametrize("name", LUCK)
def test_intervals_at_the_stop_hold_as_often_as_they_say_for_five_per_cent_of_a_negative_mean(name: str) -> None:
    """Mean −100, spread 50, 5 %: about 400 replications, and 93 to 97 of 100 intervals hold the mean."""
    coverage, replications = _coverage(LUCK[name], [-100.0], 50.0, Width(relative=0.05), 900, trials=4_000)
    assert 0.93 <= coverage <= 0.97
    assert 380 <= replications <= 430  # (1.96 · 50 / 5)² = 384, and the look-ahead


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in LUCK if name != "skewed much"])
@pytest.mark.parametrize(("absolute", "at_most"), [(0.2, 350), (0.4, 150), (1.0, 150)])
def test_intervals_at_the_stop_hold_as_often_as_they_say_for_an_amount(
    name: str, absolute: float, at_most: int
) -> None:
    """From 25 to 105 replications, 93 to 97 of 100 intervals hold the mean, which is 0."""
    coverage, _ = _coverage(LUCK[name], [0.0], 1.0, Width(absolute), at_most)
    assert 0.93 <= coverage <= 0.97


@pytest.mark.slow
def test_several_intervals_hold_together() -> None:
    """Four differences at once: all of them hold in 93 of 100 trials at least (Bonferroni is never too narrow)."""
    coverage, _ = _coverage(LUCK["normal"], [0.0, 1.0, -1.0, 5.0], 1.0, Width(0.4), 200)
    assert coverage >= 0.93


def _normal(mean: Sequence[float], spread: float, seed: int = 0) -> Callable[[Sequence[int]], Values]:
    def replicate(replications: Sequence[int]) -> Values:
        luck = [np.random.default_rng([seed, number]).normal(size=len(mean)) for number in replications]
        return np.asarray(mean) + spread * np.array(luck)

    return replicate


def test_a_negative_mean_does_not_stop_the_replications_early() -> None:
    """Mean −100, spread 50, 5 %: some 400 replications, where a rule that forgets the sign stops at three."""
    found = replicate_until_precise(
        _normal([-100.0], 50.0), [Width(relative=0.05)], confidence=_CONFIDENCE, at_most=2_000
    )
    assert found.stopped == "precise"
    assert 330 <= found.replications <= 480
    assert found.half_width[0] <= 0.05 * abs(found.mean[0])


def test_the_sign_of_a_difference_changes_nothing() -> None:
    """The mirror image stops at the same replication."""
    values = _normal([-30.0], 10.0)(range(400))
    widths = [Width(relative=0.05)]
    assert stops_at(values, widths, _CONFIDENCE, 20) == stops_at(-values, widths, _CONFIDENCE, 20) > 0


def test_a_share_of_nothing_runs_to_its_budget_and_says_so() -> None:
    """5 % of a difference of 0 cannot be reached; with an amount beside it, it can."""
    how = {"confidence": _CONFIDENCE, "at_most": 300}
    found = replicate_until_precise(_normal([0.0], 1.0), [Width(relative=0.05)], **how)
    assert (found.stopped, found.replications) == ("replications", 300)
    assert found.may_be_nothing[0]
    assert found.forecast[0] > 1_000
    floored = replicate_until_precise(_normal([0.0], 1.0), [Width(absolute=0.2, relative=0.05)], **how)
    assert floored.stopped == "precise"


def test_the_forecast_for_a_share_of_exactly_nothing_is_never() -> None:
    """Where the mean is 0 to the bit, no number of replications would do."""
    values = np.tile([[1.0], [-1.0]], (20, 1))
    assert np.isinf(precision_of(values, [Width(relative=0.05)], _CONFIDENCE, "replications").forecast[0])


def test_a_difference_without_luck_is_precise_at_once() -> None:
    """What is the same in every replication needs the least number and the look-ahead."""
    found = replicate_until_precise(
        lambda replications: np.full((len(replications), 1), 7.0), [Width(0.001)], confidence=0.95, at_most=100
    )
    assert found.replications == 20 + look_ahead(20)


def test_all_differences_must_be_precise() -> None:
    """The loudest one decides."""
    quiet = replicate_until_precise(_normal([0.0], 1.0), [Width(0.5)], confidence=0.95, at_most=500)
    both = replicate_until_precise(_normal([0.0, 0.0], 1.0), [Width(0.5), Width(0.25)], confidence=0.95, at_most=500)
    assert both.replications > 2 * quiet.replications
    assert both.narrow.all()


def test_a_lucky_moment_does_not_end_the_replications() -> None:
    """Narrow at the 20th replication alone, wide again at the 21st: the rule has to hold for the look-ahead."""
    values = np.zeros((60, 1))
    values[20:23] = 50.0
    assert stops_at(values[:21], [Width(0.1)], _CONFIDENCE, 20) == 0
    assert stops_at(values, [Width(0.1)], _CONFIDENCE, 20) == 0


def test_the_stop_does_not_depend_on_how_many_are_asked_for_at_once() -> None:
    """The same replications are used whatever the steps were: the first at which the rule has held long enough."""
    replicate = _normal([3.0], 1.0)
    found = replicate_until_precise(replicate, [Width(relative=0.1)], confidence=0.95, at_most=500)
    assert found.replications == stops_at(replicate(range(500)), [Width(relative=0.1)], _CONFIDENCE, 20)


def test_no_replication_is_begun_that_the_time_does_not_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a second each, 30 seconds allow 30 replications."""
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    replicate = _normal([0.0], 1.0)

    def slow(replications: Sequence[int]) -> Values:
        clock[0] += len(replications)
        return replicate(replications)

    found = replicate_until_precise(slow, [Width(0.01)], confidence=0.95, at_most=1_000, seconds=30)
    assert (found.stopped, found.replications) == ("seconds", 30)


def test_intervals_are_those_of_students_t() -> None:
    """Mean and half-width of ten numbers, as a textbook has them."""
    values = np.arange(10.0)[:, None] + 1e9
    middle, half = (found[-1, 0] for found in intervals_so_far(values, _CONFIDENCE))
    assert middle == pytest.approx(1e9 + 4.5)
    assert half == pytest.approx(2.2621571628 * np.std(np.arange(10.0), ddof=1) / np.sqrt(10))
