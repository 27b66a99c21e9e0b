"""Strategies side by side, and customers one by one."""

import numpy as np
import pandas as pd
import pytest

from simkit.metrics.catalogue import KPIS
from simkit.study import compare
from simkit.study.estimates import estimate, fieller

STRATEGIES = ["do_nothing", "digital_first"]


def metrics_of(values):
    """Lay {(strategy, kpi): values by replication} out as metrics of the segment `all`."""
    return pd.DataFrame(
        [
            {"strategy": strategy, "draw": 0, "replication": index, "segment": "all", "kpi": kpi, "value": value}
            for (strategy, kpi), by_replication in values.items()
            for index, value in enumerate(by_replication)
        ]
    )


def row(table, strategy, kpi, segment="all"):
    """Return one row of a comparison."""
    found = table[(table["strategy"] == strategy) & (table["kpi"] == kpi) & (table["segment"] == segment)]
    assert len(found) == 1
    return found.iloc[0]


EXAMPLE = {
    ("do_nothing", "lasting"): [10, 20, 30],
    ("digital_first", "lasting"): [14, 23, 36],
    ("do_nothing", "cost"): [0, 0, 0],
    ("digital_first", "cost"): [100, 110, 130],
    ("do_nothing", "cost_per_lasting"): [0, 0, 0],
    ("digital_first", "cost_per_lasting"): [100 / 14, 110 / 23, 130 / 36],
    ("do_nothing", "payments"): [1000, 900, 1100],
    ("digital_first", "payments"): [1200, 1120, 1290],
}


@pytest.fixture
def table():
    """The comparison of a small example; replications are shuffled on the way in."""
    return compare(metrics_of(EXAMPLE).sample(frac=1, random_state=1), KPIS, strategies=STRATEGIES, confidence=0.9)


def test_a_comparison_has_the_columns_that_it_promises(table):
    """In this order."""
    estimates = "mean low high wide_low wide_high"
    differences = "difference difference_low difference_high difference_wide_low difference_wide_high"
    assert list(table.columns) == f"strategy segment kpi n {estimates} {differences} confidence reason".split()
    assert (table["confidence"] == 0.9).all()


def test_a_strategy_is_compared_with_doing_nothing_run_by_run(table):
    """Lasting users: 4, 3 and 6 more, whatever the luck of the run."""
    found = row(table, "digital_first", "lasting")
    by_hand = estimate(np.array([[4.0, 3.0, 6.0]]), 0.9)
    assert (found["n"], found["mean"]) == (3, pytest.approx(73 / 3))
    assert found["difference"] == pytest.approx(13 / 3)
    assert found["difference_low"] == pytest.approx(float(by_hand.low))
    assert found["difference_high"] == pytest.approx(float(by_hand.high))


def test_one_draw_tells_nothing_of_ignorance(table):
    """Its intervals are of luck alone, and there is no other."""
    assert table[["wide_low", "wide_high", "difference_wide_low", "difference_wide_high"]].isna().all(axis=None)


def test_with_draws_the_wide_interval_holds_the_spread_of_draws_which_more_runs_do_not_narrow():
    """The effect is 10 in one half of the draws and 30 in the other: known to be 20 on average, and still anything from 0 to 40."""
    effects = np.tile([10.0, 30.0], 50)
    base, frames = [100, 130], []
    for draw, effect in enumerate(effects, start=1):
        values = {("do_nothing", "lasting"): base, ("digital_first", "lasting"): [value + effect for value in base]}
        frames.append(metrics_of(values).assign(draw=draw))
    table = compare(pd.concat(frames), KPIS, strategies=STRATEGIES, confidence=0.95)
    found = row(table, "digital_first", "lasting")
    assert found["difference"] == pytest.approx(20)
    assert 17 < found["difference_low"] < found["difference_high"] < 23
    assert found["difference_wide_low"] == pytest.approx(0, abs=1)
    assert found["difference_wide_high"] == pytest.approx(40, abs=1)


def test_an_incremental_payment_has_a_price_with_fieller_s_interval(table):
    """340 CNY more for 610 payments more, by the same rule as for lasting users."""
    found = row(table, "digital_first", "cost_per_incremental_payment")
    by_hand = fieller(np.array([[100.0, 110.0, 130.0]]), np.array([[200.0, 220.0, 190.0]]), 0.9)
    assert found["mean"] == pytest.approx(340 / 610)
    assert (found["low"], found["high"]) == (pytest.approx(float(by_hand.low)), pytest.approx(float(by_hand.high)))


def test_no_price_is_told_of_payments_that_are_not_sure():
    """With payments that may as well be fewer, the reason stands in place of the price; without payments there is no row."""
    unsure = EXAMPLE | {("digital_first", "payments"): [900, 1000, 1100]}
    found = row(
        compare(metrics_of(unsure), KPIS, strategies=STRATEGIES, confidence=0.9),
        "digital_first",
        "cost_per_incremental_payment",
    )
    assert np.isnan(found["mean"])
    assert found["reason"] == "more payments than with do_nothing are not sure"
    without = {key: values for key, values in EXAMPLE.items() if key[1] != "payments"}
    table = compare(metrics_of(without), KPIS, strategies=STRATEGIES, confidence=0.9)
    assert "cost_per_incremental_payment" not in set(table["kpi"])


def test_doing_nothing_is_not_compared_with_itself(table):
    """Its differences are NaN, and it adds nothing to itself."""
    nothing = table[table["strategy"] == "do_nothing"]
    assert nothing[["difference", "difference_low", "difference_high"]].isna().all(axis=None)
    assert not nothing["kpi"].isin(["incremental_lasting", "cost_per_incremental_lasting"]).any()


def test_incremental_lasting_is_the_paired_difference(table):
    """The same figures under the name that a planner looks for."""
    lasting, added = row(table, "digital_first", "lasting"), row(table, "digital_first", "incremental_lasting")
    assert (added["mean"], added["low"], added["high"]) == (
        lasting["difference"],
        lasting["difference_low"],
        lasting["difference_high"],
    )


def test_a_ratio_is_the_ratio_of_means(table):
    """340 yuan for 73 users; not the mean of three ratios."""
    assert row(table, "digital_first", "cost_per_lasting")["mean"] == pytest.approx(340 / 73)


def test_the_cost_of_an_added_user_divides_the_differences(table):
    """340 yuan for 13 users more; the interval lies around it."""
    found = row(table, "digital_first", "cost_per_incremental_lasting")
    assert found["mean"] == pytest.approx(340 / 13)
    assert found["low"] < found["mean"] < found["high"]
    assert found["reason"] == ""


def test_the_cost_of_an_added_user_needs_added_users():
    """Fewer lasting users than with doing nothing: there is no such cost, and the table says why."""
    worse = EXAMPLE | {("digital_first", "lasting"): [11, 19, 29]}
    found = row(
        compare(metrics_of(worse), KPIS, strategies=STRATEGIES, confidence=0.9),
        "digital_first",
        "cost_per_incremental_lasting",
    )
    assert np.isnan([found["mean"], found["low"], found["high"]]).all()
    assert found["reason"] == "more lasting users than with do_nothing are not sure"


def test_a_ratio_over_nothing_says_so():
    """Nobody lasted in any run."""
    nobody = EXAMPLE | {("digital_first", "lasting"): [0, 0, 0], ("digital_first", "cost_per_lasting"): [np.nan] * 3}
    found = row(
        compare(metrics_of(nobody), KPIS, strategies=STRATEGIES, confidence=0.9), "digital_first", "cost_per_lasting"
    )
    assert np.isnan(found["mean"])
    assert found["reason"] == "lasting is 0"


def test_a_single_replication_gives_means_without_intervals():
    """A first look at a study needs no statistics, and never fails."""
    once = {key: values[:1] for key, values in EXAMPLE.items()}
    found = compare(metrics_of(once), KPIS, strategies=STRATEGIES, confidence=0.9)
    lasting = row(found, "digital_first", "lasting")
    assert (lasting["n"], lasting["mean"], lasting["difference"]) == (1, 14, 4)
    assert found[["low", "high", "difference_low", "difference_high"]].isna().all(axis=None)
    assert (found["reason"] != "").all()
