"""A bank in districts: sums of equal parts with luck of their own, and a refusal where the parts share something."""

import numpy as np
import pandas as pd
import pytest

from simkit.campaign.switchboard import MECHANISMS
from simkit.params import ParameterError, load_scenario, load_strategy, load_study, with_levers
from simkit.rewards import load_programme
from simkit.study import districts, plan_runs, run_study
from simkit.study.districts import AVERAGED, LOCAL, SHARED, refuse_shared
from tests.study.fake_model import CHANCES, SEGMENTS, FakeModel

SCENARIO = load_scenario("city_bank").model_copy(update={"scale": 1.0})
FAKE = FakeModel(chances={**CHANCES, "community_events": 0.08})
PLAN = load_study("smoke").model_copy(
    update={"strategies": ("cold_door_to_door", "community_events"), "scale": 1.0, "replications": 3, "districts": 4}
)


def test_every_mechanism_is_said_to_be_local_averaged_or_shared():
    """A new one must be given its place."""
    places = [LOCAL, AVERAGED, frozenset(SHARED)]
    assert sorted(key for place in places for key in place) == sorted(MECHANISMS)


def test_a_replication_of_the_bank_is_a_run_of_each_district():
    """Equal parts of the bank, each with luck of its own that no other replication has; the command says part and luck."""
    tasks = plan_runs(PLAN, FAKE.model())
    assert len(tasks) == 3 * 4 * 3
    assert {task.scenario.scale for task in tasks} == {0.25}
    luck = {task.replication for task in tasks}
    assert luck == set(range(12))
    assert "--replication 11" in tasks[-1].command
    assert "--scale 0.25" in tasks[-1].command


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A made-up study in districts, and one in which each district stands as a replication."""
    parts = PLAN.model_copy(update={"districts": 1, "scale": 0.25, "replications": 12})
    folder = tmp_path_factory.mktemp("districts")
    return [
        run_study(plan, store=folder / str(plan.districts), workers=1, progress=False, model=FAKE.model())
        for plan in (PLAN, parts)
    ]


def test_key_figures_of_the_bank_are_sums_and_ratios_of_sums(study):
    """Worked out from the single districts by pandas."""
    whole, parts = (each.metrics for each in study)
    parts = parts.assign(replication=parts["replication"] // 4)
    keys = ["strategy", "replication", "segment"]
    sums = parts.pivot_table(index=keys, columns="kpi", values="value", aggfunc="sum", observed=True)
    found = whole.pivot_table(index=keys, columns="kpi", values="value", observed=True)
    for kpi in ("opened", "activated", "lasting", "cost"):
        pd.testing.assert_series_equal(found[kpi].dropna(), sums[kpi][found[kpi].notna()])
    ratio = sums["lasting"] / sums["opened"]
    assert found["lasting_share"].to_numpy() == pytest.approx(ratio.to_numpy())
    assert len(found) == 3 * 3 * 3


def test_the_comparison_has_one_observation_a_replication(study):
    """Not one a district."""
    whole, _ = study
    assert set(whole.comparison["n"]) == {3}
    assert whole.record.scale == pytest.approx(1.0)


def test_customers_of_districts_have_numbers_of_their_own(study):
    """Else those of two districts would be taken for one who was won by the strategy."""
    whole, parts = study
    conversions = whole.table("conversions")
    size = round(SCENARIO.bank.customers.value * 0.25)
    assert conversions.groupby(["strategy", "replication"])["customer_id"].nunique().sum() == len(conversions)
    assert set(conversions["customer_id"] // size) == {0, 1, 2, 3}
    lasting = whole.who.query("stage == 'lasting' and segment == 'all' and strategy == 'cold_door_to_door'")
    by_district = parts.who.query("stage == 'lasting' and segment == 'all' and strategy == 'cold_door_to_door'")
    assert lasting["mean"].to_numpy() == pytest.approx(4 * by_district["mean"].to_numpy())
    assert set(SEGMENTS) <= set(conversions["segment"].astype(str))


@pytest.mark.parametrize(
    "strategy", ["do_nothing", "cold_door_to_door", "appointments_with_partner", "community_events"]
)
def test_strategies_that_share_nothing_can_be_split(strategy):
    """Visits, appointments and events are of one community."""
    refuse_shared(SCENARIO, load_strategy(strategy), 10)


def test_a_strategy_that_shares_something_is_refused_with_every_reason():
    """In the words of what is shared."""
    with pytest.raises(ParameterError) as caught:
        refuse_shared(SCENARIO, load_strategy("omnichannel"), 2)
    said = str(caught.value)
    assert "levers.support_desk: cannot be split into districts: one desk answers the whole bank" in said
    assert "levers.staff_codes" in said
    seats = with_levers(load_strategy("do_nothing"), {"levers.calls.inbound_seats": 3})
    with pytest.raises(ParameterError, match="callers wait in one line"):
        refuse_shared(SCENARIO, seats, 2)


@pytest.mark.parametrize("programme", ["budgeted_coupons", "theme_day"])
def test_a_programme_with_a_budget_or_a_quota_is_refused(programme, monkeypatch):
    """It is spent first come, first served by the whole bank."""
    monkeypatch.setattr(districts, "offered_programme", lambda _: load_programme(programme))
    with pytest.raises(ParameterError, match="is for the whole bank"):
        refuse_shared(SCENARIO, load_strategy("reward_heavy"), 2)


def test_districts_that_are_too_small_are_refused():
    """Their averages would not be those of the bank."""
    with pytest.raises(ParameterError, match="the fewest are 20,000"):
        refuse_shared(SCENARIO, load_strategy("do_nothing"), 46)


@pytest.mark.slow
def test_four_districts_are_one_bank_within_their_intervals(tmp_path):
    """Means of a real campaign in four districts and as a whole differ by less than four standard errors of their difference."""
    plan = PLAN.model_copy(update={"strategies": ("cold_door_to_door",), "scale": 0.1, "replications": 8})
    split, whole = (
        run_study(plan.model_copy(update={"districts": parts}), store=tmp_path, progress=False).metrics
        for parts in (4, 1)
    )
    for kpi in ("customers", "opened", "lasting", "payments", "contacts", "cost", "net_value"):
        for strategy in ("do_nothing", "cold_door_to_door"):
            a, b = (
                table.query(f"kpi == '{kpi}' and strategy == '{strategy}' and segment == 'all'")["value"].to_numpy()
                for table in (split, whole)
            )
            error = np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
            assert abs(a.mean() - b.mean()) <= 4 * error + 1e-3 * abs(b.mean()), (kpi, strategy, a.mean(), b.mean())
