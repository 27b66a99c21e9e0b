"""Selections by a race or by a fixed number of runs: right as often as they say, in few runs, and plain where nobody is fit."""

from __future__ import annotations

import numpy as np
import pytest

from simkit.study.selection.best import Limit, Question, select_best
from simkit.study.selection.budgeted import allocate_runs, halve
from tests.study.normal_numbers import Numbers, at_least

_TRIALS = 1_000
_ASKED = Question(indifference=1.0)
_SPREAD = 4.9  # such that the best of twenty, each run 50 times alone, wins in 0.36 of trials


def twenty(seed: int, shared: float = 0.9) -> Numbers:
    """Twenty strategies, nineteen of which are worse than the last by just the indifference."""
    return Numbers([0.0] * 19 + [1.0], [_SPREAD] * 20, shared=shared, seed=seed)


@pytest.mark.slow
def test_the_best_of_twenty_is_found_in_500_runs_where_1000_unpaired_runs_do_not() -> None:
    """A correlation of 0.9: halving is right in 0.95 of 2,000 trials of 500 runs; 50 runs of each without pairing in 0.36."""
    trials, right = 2_000, 0
    for seed in range(trials):
        found = halve(twenty(seed), 20, _ASKED, runs=500, first_stage=15)
        assert found.runs <= 500
        right += found.selected == 19
    assert at_least(right, trials) >= 0.95
    alone = twenty(1, shared=0.0).trials(4_000, 50)[..., 0].mean(axis=2).argmax(axis=1) == 19
    assert alone.mean() == pytest.approx(0.36, abs=0.03)


@pytest.mark.slow
def test_a_race_among_twenty_is_sure_and_right_within_500_runs_on_average() -> None:
    """With the same numbers and no budget, 0.95 of 2,000 races are right, and they take 500 runs or fewer in the mean."""
    trials = 2_000
    found = [select_best(twenty(seed), 20, _ASKED, first_stage=15) for seed in range(trials)]
    assert all(selection.sure for selection in found)
    assert at_least(sum(selection.selected == 19 for selection in found), trials) >= 0.95
    runs = np.array([selection.runs for selection in found])
    assert runs.mean() + 2.33 * runs.std() / np.sqrt(trials) < 500


@pytest.mark.slow
def test_allocated_runs_find_the_best_more_often_than_equal_numbers_of_runs() -> None:
    """With 300 runs in steps of one indifference, the allocation is right more often than 15 paired runs of each."""
    means, equal, clever = np.arange(20.0), 0, 0
    for seed in range(300):
        numbers = Numbers(means, [8.0] * 20, shared=0.5, seed=seed)
        equal += int(numbers(range(20), range(15))[..., 0].mean(axis=1).argmax() == 19)
        clever += int(allocate_runs(numbers, 20, _ASKED, runs=300).selected == 19)
    assert clever - equal > 2.33 * np.sqrt(clever + equal)


@pytest.mark.slow
def test_intervals_behind_the_leader_hold_together_although_the_race_stops_when_it_likes() -> None:
    """In 1,000 races among five, all true differences from the selected lie in their intervals 93 times of 100 at least."""
    means = np.array([0.0, 0.5, 1.0, 2.0, 3.0])
    held = 0
    for seed in range(_TRIALS):
        numbers = Numbers(means, [2.0] * 5, shared=0.5, seed=seed)
        found = select_best(numbers, 5, _ASKED)
        truth = means[found.leader] - means
        held += bool(((found.behind.low <= truth) & (truth <= found.behind.high)).all())
    assert at_least(held, _TRIALS) >= 0.93


@pytest.mark.slow
def test_the_probability_of_being_best_is_as_often_right_as_it_says() -> None:
    """Over 300 trials with means drawn at random, the leader's mean probability is the share of trials in which it is the best."""
    said, right, trials = [], [], 300
    generator = np.random.default_rng(1)
    for seed in range(trials):
        means = generator.normal(size=5) * 20
        found = allocate_runs(Numbers(means, [25.0] * 5, 0.5, seed), 5, _ASKED, runs=80)
        said.append(found.probability_best[found.leader])
        right.append(found.leader == means.argmax())
    assert np.mean(said) == pytest.approx(np.mean(right), abs=3 * np.sqrt(0.2 * 0.8 / trials))


def test_probabilities_of_being_best_sum_to_one_without_limits() -> None:
    """Somebody is the best."""
    found = select_best(twenty(3), 20, _ASKED, first_stage=20)
    assert found.probability_best.sum() == pytest.approx(1)


def test_a_race_asks_for_the_same_runs_again() -> None:
    """What is asked depends on what was observed alone, so a killed race goes on from its stored runs."""
    first, second = (select_best(twenty(5), 20, _ASKED, first_stage=20) for _ in range(2))
    assert first.runs == second.runs
    assert np.array_equal(first.observed, second.observed, equal_nan=True)


def test_every_run_counts_towards_the_budget() -> None:
    """The number of runs is what the observer was asked for, and never more than allowed."""
    numbers = twenty(5)
    found = select_best(numbers, 20, _ASKED, most_runs=450)
    assert found.runs == numbers.asked <= 450


def test_an_allocation_uses_up_its_runs_exactly() -> None:
    """Where each strategy gets as many runs as it should, all of them are made."""
    numbers = twenty(5)
    assert allocate_runs(numbers, 20, _ASKED, runs=333).runs == numbers.asked == 333


def test_where_less_is_better_the_lowest_is_selected() -> None:
    """Costs are compared the other way round, and one is behind by what it costs more."""
    found = select_best(Numbers([5.0, 0.0, 9.0], [1.0] * 3), 3, Question(indifference=1.0, better="lower"))
    assert found.selected == 1
    assert found.behind.mean[2] == pytest.approx(9.0, abs=2.0)


def test_a_limit_takes_out_the_best_and_says_by_how_much() -> None:
    """The best costs 30 more than allowed; the next best that keeps the limit is selected."""
    numbers = Numbers(np.array([[0.0, 50.0], [5.0, 80.0], [9.0, 130.0]]), np.ones((3, 2)))
    question = Question(indifference=1.0, limits=(Limit(column=1, tolerance=5.0, at_most=100.0),))
    for found in (select_best(numbers, 3, question), allocate_runs(numbers, 3, question, runs=60)):
        assert found.selected == 1
        assert found.kept[:, 0].tolist() == [1, 1, -1]
        assert found.rooms.mean[2, 0] == pytest.approx(-30.0, abs=2.0)
        assert found.probability_best[2] == 0


def test_a_least_amount_is_a_limit_too() -> None:
    """Whoever reaches fewer than asked for in a segment is out."""
    numbers = Numbers(np.array([[9.0, 10.0], [5.0, 40.0]]), np.ones((2, 2)))
    found = select_best(numbers, 2, Question(1.0, limits=(Limit(column=1, tolerance=1.0, at_least=30.0),)))
    assert found.selected == 1


def test_where_nobody_keeps_the_limits_nobody_is_selected() -> None:
    """All cost more than allowed, which is the answer."""
    numbers = Numbers(np.array([[0.0, 150.0], [5.0, 180.0]]), np.ones((2, 2)))
    question = Question(1.0, limits=(Limit(column=1, tolerance=5.0, at_most=100.0),))
    for found in (select_best(numbers, 2, question), allocate_runs(numbers, 2, question, runs=40)):
        assert found.selected is None
        assert found.probability_best.sum() == 0
    assert select_best(numbers, 2, question).sure


def test_two_alike_cannot_be_told_apart() -> None:
    """Two with the same mean: one is selected, and the other is named with the most it can be away."""
    found = select_best(Numbers([0.0, 0.0, -9.0], [1.0] * 3, seed=4), 3, _ASKED)
    (other,) = found.inseparable
    assert {other, found.leader} == {0, 1}
    assert found.behind.high[other] < 2.0


def test_another_first_replication_gives_other_luck() -> None:
    """A search's replications are not used again."""
    first, second = (select_best(twenty(5), 20, _ASKED, first_replication=start) for start in (0, 1000))
    assert first.observed[0, 0, 0] != second.observed[0, 0, 0]
