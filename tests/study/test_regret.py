"""Strategies against scenarios: regret, and what cautious rules pick."""

import numpy as np
import pytest

from simkit.study.robustness.regret import _over_scenarios, judge, picks, regret_estimates, regrets, tail_values

# Three strategies in four scenarios; the rules of the book pick three different ones.
BOLD, CAREFUL, PLAIN = range(3)
TABLE = np.array([[40.0, 20.0, 2.0, 30.0], [11.0, 14.0, 13.0, 12.0], [20.0, 19.0, 8.0, 25.0]])


def scores(values, share):
    """Return what the rule of the worst share thinks of each strategy, for draws."""
    return _over_scenarios(tail_values(values, share), 0.95, counting=share)


def with_luck(table, replications=4, spread=1.0):
    """Lay luck around a table that averages out exactly and is the same for all strategies."""
    luck = spread * np.linspace(-1, 1, replications)
    return table[:, :, None] + luck


def test_regret_is_what_is_missing_to_the_best_of_the_scenario():
    """By hand, column by column."""
    expected = [[0, 0, 11, 0], [29, 6, 0, 18], [20, 1, 5, 5]]
    assert regrets(with_luck(TABLE)) == pytest.approx(np.array(expected))


def test_each_rule_picks_what_it_picks_by_hand():
    """Mean 23 of bold; worst tenth and worst scenario 11 of careful; greatest regret 11 of bold, 29 of careful, 20 of plain."""
    assert picks(with_luck(TABLE), 0.1) == {
        "mean": BOLD,
        "tail": CAREFUL,
        "maximin": CAREFUL,
        "minimax_regret": BOLD,
    }


def test_the_scores_of_the_rules_are_those_by_hand():
    """Of the worst half of the scenarios the mean; of the worst one the value; of the greatest regret the paired difference."""
    found = {verdict.rule: verdict for verdict in judge(with_luck(TABLE), share=0.5, confidence=0.95)}
    means = {rule: [score.mean for score in verdict.scores] for rule, verdict in found.items()}
    assert means["mean"] == pytest.approx([23, 12.5, 18])
    assert means["tail"] == pytest.approx([11, 11.5, 13.5])
    assert means["maximin"] == pytest.approx([2, 11, 8])
    assert means["minimax_regret"] == pytest.approx([11, 29, 20])
    assert found["tail"].picked == PLAIN
    assert [verdict.scores[0].n for verdict in found.values()] == [16, 16, 4, 4]


def test_a_share_of_all_scenarios_is_their_mean_and_the_least_share_their_worst():
    """The tail grows from the worst scenario to all of them; half a scenario counts half."""
    values = with_luck(TABLE)
    assert tail_values(values, 1.0).mean(axis=(1, 2)) == pytest.approx(TABLE.mean(axis=1))
    assert tail_values(values, 0.01).mean(axis=(1, 2)) == pytest.approx(TABLE.min(axis=1))
    assert tail_values(values, 0.375).mean(axis=(1, 2))[BOLD] == pytest.approx((2 + 20 / 2) / 1.5)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1])
def test_a_tail_of_no_or_too_many_scenarios_is_refused(share):
    """The error says what is allowed."""
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        tail_values(with_luck(TABLE), share)


def test_luck_that_all_strategies_share_leaves_no_doubt_about_regret():
    """Regret is a paired difference: the interval closes although the values spread by 50."""
    found = regret_estimates(with_luck(TABLE, spread=50.0), 0.95)
    assert found[CAREFUL][0].mean == pytest.approx(29)
    assert found[CAREFUL][0].high - found[CAREFUL][0].low == pytest.approx(0, abs=1e-9)


def test_a_rule_is_sure_where_one_is_best_everywhere_and_unsure_where_two_are_alike():
    """All resamples of scenarios and luck pick the same, or the two equal ones share them."""
    best = with_luck(TABLE + np.array([[0.0], [0.0], [100.0]]))
    alike = np.random.default_rng(3).normal(0, 1, (2, 30, 10))
    assert {verdict.sure for verdict in judge(best, share=0.1, confidence=0.95)} == {1.0}
    assert all(verdict.sure < 0.95 for verdict in judge(alike, share=0.1, confidence=0.95))


def test_one_replication_has_picks_but_no_doubt_to_tell():
    """Without a second sample of luck nobody knows how sure a pick is, or what the worst scenario would be with other luck."""
    found = {verdict.rule: verdict for verdict in judge(TABLE[:, :, None], share=0.1, confidence=0.95)}
    assert all(np.isnan(verdict.sure) for verdict in found.values())
    assert all(np.isnan(score.low) for rule in ("maximin", "minimax_regret") for score in found[rule].scores)


@pytest.mark.slow
@pytest.mark.parametrize(("draws", "least"), [(400, 0.93), (200, 0.92)])
def test_the_interval_of_the_worst_tenth_covers_the_worst_tenth_of_all_draws(draws, least):
    """Normal draws: CVaR of the worst tenth is −1.755 standard deviations. With 20 draws in the tail it is known to hold a little less."""
    random, trials = np.random.default_rng(9), 2_000
    truth = 10 - 1.7550 * 2
    values = 10 + random.normal(0, 2, (trials, draws, 1)) + random.normal(0, 0.1, (trials, draws, 5))
    tail = scores(values, share=0.1)
    held = np.mean([score.low <= truth <= score.high for score in tail])
    assert least < held < 0.97
