"""What is said of the leaders is what the numbers bear."""

import numpy as np
import pandas as pd
import pytest

from simkit.reporting.findings import cheapest, leaders, recommend, unproven
from simkit.reporting.lookups import Comparison
from tests.reporting.conftest import compared


def metrics_of(values, kpi="net_value"):
    """Return metrics by run from a strategy's values by replication."""
    records = [
        (strategy, 0, replication, "all", kpi, float(value))
        for strategy, runs in values.items()
        for replication, value in enumerate(runs)
    ]
    return pd.DataFrame(records, columns=["strategy", "draw", "replication", "segment", "kpi", "value"])


def study_of(net_values):
    """Return metrics and comparison of a study of which only the net values matter."""
    plain = {key: {name: np.ones(len(runs)) for name, runs in net_values.items()} for key in ("lasting", "cost")}
    metrics = pd.concat([metrics_of(net_values), *(metrics_of(values, kpi) for kpi, values in plain.items())])
    return metrics, compared(metrics)


SHARED = np.random.default_rng(3).normal(0, 50, 20)
OWN = np.random.default_rng(4).normal(0, 1, 20)
NOTHING = 0 * OWN + SHARED


def test_a_lead_that_luck_cannot_explain_is_clear_although_the_ranges_overlap():
    """The paired difference decides: luck that both share cancels."""
    metrics = metrics_of({"a": 103 + SHARED + OWN, "b": 100 + SHARED})
    found = leaders(metrics, "net_value", among=["a", "b"], confidence=0.95)
    assert found.best == "a"
    assert found.tied == ()
    assert found.runner_up.lead.low > 0
    spread = SHARED.std() / np.sqrt(20)
    assert 103 - 2 * spread < 100 + 2 * spread


def test_a_lead_that_may_be_luck_is_a_tie():
    """Whoever's paired difference from the best includes 0 is named with it, best first."""
    wobble = np.tile([30.0, -30.0], 10)
    metrics = metrics_of({"a": 100 + wobble, "b": 99 - wobble, "c": 20 + OWN})
    found = leaders(metrics, "net_value", among=["c", "b", "a"], confidence=0.95)
    assert found.names == ["a", "b"]
    assert found.runner_up.strategy == "b"


def test_one_run_leaves_nobody_apart():
    """Without an interval no lead is certain."""
    metrics = metrics_of({"a": [2.0], "b": [1.0]})
    assert leaders(metrics, "net_value", among=["a", "b"], confidence=0.95).names == ["a", "b"]


@pytest.mark.parametrize(
    ("verdict", "net_values"),
    [
        ("clear", {"do_nothing": NOTHING, "a": NOTHING + 50 + OWN, "b": NOTHING + 20 - OWN}),
        ("clear", {"do_nothing": NOTHING, "a": NOTHING + 50 + OWN}),
        ("tied", {"do_nothing": NOTHING, "a": NOTHING + 50 + 10 * OWN, "b": NOTHING + 50.1 - 10 * OWN}),
        ("unproven", {"do_nothing": NOTHING, "a": NOTHING + 0.1 * OWN - 0.1 * OWN.mean() + 0.001, "b": NOTHING - 20}),
        ("none_pays", {"do_nothing": NOTHING, "a": NOTHING - 50 + OWN, "b": NOTHING - 20 - OWN}),
        ("single_run", {"do_nothing": [0.0], "a": [5.0], "b": [3.0]}),
    ],
)
def test_the_verdict_promises_no_more_than_the_intervals(verdict, net_values):
    """A strategy is recommended alone only where it beats both doing nothing and the next best beyond luck."""
    assert recommend(*study_of(net_values)).verdict == verdict


def test_the_gain_is_that_of_the_best_against_doing_nothing():
    """The money of the recommendation is the paired difference."""
    found = recommend(*study_of({"do_nothing": NOTHING, "a": NOTHING + 50 + OWN, "b": NOTHING + 20 - OWN}))
    assert found.leaders.best == "a"
    assert found.gain.mean == pytest.approx(50 + OWN.mean())
    assert found.gain.low < 50 + OWN.mean() < found.gain.high


def test_strategies_without_a_sure_effect_are_unproven(comparison):
    """An interval against doing nothing that includes 0 is no effect; the made-up effects are all real."""
    assert unproven(comparison, "lasting") == []
    _, flat = study_of({"do_nothing": NOTHING, "a": NOTHING + 50, "b": NOTHING + OWN - OWN.mean()})
    assert unproven(flat, "net_value") == ["b"]


def test_the_cheapest_are_those_that_cannot_be_told_apart(comparison):
    """A price whose interval reaches down to the cheapest one's shares the first place; no sure effect, no price."""
    assert cheapest(comparison) == ["digital_first"]
    _, flat = study_of({"do_nothing": NOTHING, "a": NOTHING, "b": NOTHING})
    assert cheapest(flat) == []


def test_a_missing_estimate_is_not_a_zero(comparison):
    """A KPI that a strategy does not have is NaN of 0 runs."""
    found = comparison.alone("do_nothing", "field_utilisation")
    assert found.n == 0
    assert np.isnan(found.mean)
    assert isinstance(comparison, Comparison)
    assert comparison.n == 20
