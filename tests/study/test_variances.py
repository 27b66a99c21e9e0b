"""Luck and ignorance: what of a KPI's variance each brings, and how surely that is known."""

import numpy as np
import pytest

from simkit.study.estimates import estimate
from simkit.study.robustness.variance_split import split_variance


def runs(random, draws, replications, spreads, trials=()):
    """Return 5 + ignorance + shared luck + luck of its own, with these standard deviations."""
    ignorance, shared, own = spreads
    return (
        5
        + random.normal(0, ignorance, (*trials, draws, 1))
        + random.normal(0, shared, (*trials, 1, replications))
        + random.normal(0, own, (*trials, draws, replications))
    )


def test_the_split_of_a_small_table_is_that_of_analysis_of_variance_by_hand():
    """Mean squares of rows, columns and what is left of a 2 × 3 table."""
    values = np.array([[1.0, 2.0, 6.0], [3.0, 5.0, 7.0]])
    rows, columns, mean = values.mean(axis=1), values.mean(axis=0), values.mean()
    by_row = 3 * ((rows - mean) ** 2).sum()
    by_column = 2 * ((columns - mean) ** 2).sum() / 2
    left = ((values - rows[:, None] - columns + mean) ** 2).sum() / 2
    found = split_variance(values, 0.95)
    assert found.ignorance.mean == pytest.approx((by_row - left) / 3)
    assert found.luck.mean == pytest.approx((by_column - left) / 2 + left)


@pytest.mark.parametrize("spreads", [(2, 1, 1), (0, 1, 2), (1, 0, 0.1), (0, 0, 0)])
def test_luck_and_ignorance_add_up_to_all(spreads):
    """Also where a component is none, or would come out below none."""
    for seed in range(20):
        found = split_variance(runs(np.random.default_rng(seed), 6, 4, spreads), 0.95)
        assert found.luck.mean + found.ignorance.mean == pytest.approx(found.total.mean)
        assert 0 <= found.share.mean <= 1
        assert found.ignorance.mean >= 0
        assert found.ignorance.low <= found.ignorance.mean <= found.ignorance.high


def test_more_of_both_brings_the_split_to_the_truth():
    """Ignorance 4, shared luck 1, own luck 0.25; many draws and replications. Six standard errors."""
    draws, replications = 1_500, 400
    found = split_variance(runs(np.random.default_rng(1), draws, replications, (2, 1, 0.5)), 0.95)
    assert found.ignorance.mean == pytest.approx(4, rel=6 * np.sqrt(2 / draws))
    assert found.luck.mean == pytest.approx(1.25, rel=6 * np.sqrt(2 / replications))
    assert found.shared_luck == pytest.approx(1, rel=6 * np.sqrt(2 / replications))


def test_a_replication_that_any_draw_lacks_does_not_count():
    """As everywhere: only replications with a value in every draw are compared."""
    values = runs(np.random.default_rng(2), 5, 4, (1, 1, 1))
    gap = values.copy()
    gap[2, 1] = np.nan
    assert split_variance(gap, 0.95) == split_variance(np.delete(values, 1, axis=1), 0.95)


@pytest.mark.parametrize("shape", [(1, 5), (5, 1)])
def test_one_draw_or_one_replication_cannot_be_split(shape):
    """The error says how many there are and how many it takes."""
    with pytest.raises(ValueError, match=f"{shape[0]} draws of {shape[1]} replications"):
        split_variance(np.ones(shape), 0.95)


@pytest.mark.parametrize("spreads", [(2, 1, 1), (1, 2, 1), (0.2, 1, 3), (3, 0.3, 0.3)])
def test_the_advised_draws_make_the_mean_most_exact(spreads):
    """No other way to divide 600 runs gives the mean a smaller variance, as far as runs can be divided."""
    ignorance, shared, own = (spread**2 for spread in spreads)
    found = split_variance(runs(np.random.default_rng(4), 400, 400, spreads), 0.95)

    def variance(draws):
        return ignorance / draws + shared / (600 // draws) + own / (draws * (600 // draws))

    draws, replications = found.best_division(600)
    assert replications == 600 // draws
    assert variance(draws) <= 1.03 * min(variance(draws) for draws in range(2, 301))


def test_wide_intervals_are_wider_and_do_not_close_with_more_runs():
    """Ten times the replications narrow what runs know, and leave what is not known of the parameters."""
    random = np.random.default_rng(5)
    few, many = (runs(random, 50, replications, (2, 1, 1)) for replications in (6, 600))
    widths = [
        [
            float(found.high - found.low)
            for found in (estimate(values, 0.95), estimate(values, 0.95, with_ignorance=True))
        ]
        for values in (few, many)
    ]
    assert widths[0][1] > widths[0][0]
    assert widths[1][1] == pytest.approx(2 * 2 * 2, rel=0.25)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("draws", "replications", "spreads"),
    [(100, 5, (2, 1, 1)), (100, 5, (1, 2, 1)), (60, 10, (1, 1, 1)), (200, 4, (1, 0.5, 1))],
)
def test_intervals_of_luck_ignorance_and_share_cover_as_often_as_they_say(draws, replications, spreads):
    """Known components, normal draws and luck: 93 to 97 of 100 intervals hold the truth."""
    random, trials = np.random.default_rng(6), 1_000
    ignorance, shared, own = (spread**2 for spread in spreads)
    total = ignorance + shared + own
    truth = {"total": total, "luck": shared + own, "ignorance": ignorance, "share": ignorance / total}
    held = dict.fromkeys(truth, 0)
    for _ in range(trials):
        found = split_variance(runs(random, draws, replications, spreads), 0.95)
        for name, value in truth.items():
            held[name] += getattr(found, name).low <= value <= getattr(found, name).high
    assert {name: count for name, count in held.items() if not 0.93 <= count / trials <= 0.97} == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("draws", "replications", "spreads"),
    [(40, 5, (2, 1, 1)), (20, 10, (1, 1, 1)), (100, 5, (1, 2, 1)), (200, 4, (1, 0.5, 1)), (60, 4, (2, 0.3, 1))],
)
def test_wide_intervals_hold_the_outcome_at_the_true_parameters(draws, replications, spreads):
    """The true parameters are one more draw; its mean over luck lies in the interval in 93 to 97 of 100 studies."""
    random, trials = np.random.default_rng(7), 10_000
    values = runs(random, draws, replications, spreads, (trials,))
    truth = 5 + random.normal(0, spreads[0], trials)
    found = estimate(values, 0.95, with_ignorance=True)
    assert 0.93 <= np.mean((found.low <= truth) & (truth <= found.high)) <= 0.97
