"""Pilots: how surely a sample of clusters tells a number, what it costs and lasts, the power of its tests, and which size is best."""

import json
import math

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as t_distribution

from simkit.params import Finding, ParameterError, load_scenario
from simkit.params.pilots import Pilots, PilotSetting, load_pilots
from simkit.study.value.net_value_model import fit_net_value
from simkit.study.value.pilots import (
    Break,
    Observable,
    clusters_for_power,
    cost_of,
    design_effect,
    design_pilots,
    find_break,
    observable,
    plan_power,
    power_of_test,
    sizes_of,
    standard_error,
    weeks_of,
)
from simkit.study.value.value_of_information import value_of_strategies

EVEN = (np.arange(1024) + 0.5) / 1024


def number(value, unit):
    """Return a number with provenance as a file has it."""
    return {"value": value, "unit": unit, "source": "the test", "grade": "ASM"}


def setting(**changes):
    """Return a setting of 60 communities with 50 customers each, with some of it changed."""
    content = {
        "title": {"en": "Doors", "zh": "上门"},
        "numbers": ["field"],
        "cluster": "community",
        "clusters": number(60, "count"),
        "observations": number(50, "count"),
        "icc": number(0.04, "probability"),
        "staff": "staff_day",
        "staff_days_per_cluster": number(2, "days"),
        "cost_per_cluster": number(300, "CNY"),
        "cost_per_observation": number(1, "CNY"),
        "set_up_cost": number(10000, "CNY"),
        "clusters_at_once": number(10, "count"),
        "days_per_cluster": number(7, "days"),
        "days_of_follow_up": number(14, "days"),
        "base_rate": number(0.1, "probability"),
        "variation": number(1, "ratio"),
    }
    return PilotSetting.model_validate(content | changes)


@pytest.fixture(scope="module")
def scenario():
    """Return the shipped scenario."""
    return load_scenario("city_bank")


def decision(scenario, slope, *, mean=0.0, key="field.no_show"):
    """Return a model in which the second strategy is worth `slope` × (number − mean of its range) + `mean` more; and its key."""
    quantity = dict(scenario.quantities())[key]
    low, high = quantity.range
    values = low + (high - low) * EVEN
    points = np.random.default_rng(1).permutation(values)[:, None]
    more = slope * (points[:, 0] - (low + high) / 2) + mean
    return fit_net_value(points, np.stack([np.zeros(len(more)), more], axis=1), values[None]), [key]


def test_neighbours_who_are_alike_tell_less():
    """The design effect is 1 + (m − 1) ICC, and a share's variance is p (1 − p) / n times it."""
    assert design_effect(50, 0.04) == pytest.approx(2.96)
    error = standard_error(Observable("field.no_show", "share"), np.array([0.2]), setting(), 10)
    assert error[0] == pytest.approx(math.sqrt(0.2 * 0.8 / 500 * 2.96))


def test_a_factor_on_segments_is_measured_through_its_level():
    """A factor of 1 that stands for 20 % is known as surely as the 20 %, in units of the factor."""
    plain = standard_error(Observable("field.no_show", "share"), np.array([0.2]), setting(), 10)
    factor = standard_error(Observable("field.convert_at_door", "share", 0.2), np.array([1.0]), setting(), 10)
    assert factor[0] == pytest.approx(plain[0] / 0.2)


@pytest.mark.parametrize(
    ("kind", "value"), [("share", 0.3), ("mean", 5.0), ("odds_ratio", 1.5), ("log_odds", 0.4), ("rate_ratio", 1.4)]
)
@pytest.mark.slow
def test_standard_errors_are_those_of_simulated_pilots(kind, value):
    """Over 3,000 pilots of 20 clusters drawn from beta-binomial or gamma clusters the estimates' spread is as computed, within 8 %."""
    generator = np.random.default_rng(2)
    pilots, clusters, m, icc, base = 3000, 20, 50, 0.04, 0.1

    def arm(share, count):
        strength = 1 / icc - 1
        rates = generator.beta(share * strength, (1 - share) * strength, (pilots, count))
        return generator.binomial(m, rates).mean(axis=1) / m

    if kind == "share":
        estimates = arm(value, clusters)
    elif kind == "mean":
        shared = generator.normal(0, value * math.sqrt(icc), (pilots, clusters))
        own = generator.normal(0, value * math.sqrt((1 - icc) / m), (pilots, clusters))
        estimates = value + (shared + own).mean(axis=1)
    else:
        odds = base / (1 - base) * (math.exp(value) if kind == "log_odds" else value)
        treated = value * base if kind == "rate_ratio" else odds / (1 + odds)
        first, second = arm(base, clusters // 2), arm(treated, clusters // 2)
        if kind == "rate_ratio":
            estimates = np.exp(np.log(second / first))
        else:
            logs = np.log(second / (1 - second)) - np.log(first / (1 - first))
            estimates = logs if kind == "log_odds" else np.exp(logs)
        estimates = np.log(estimates) * value if kind in ("rate_ratio", "odds_ratio") else estimates
    error = standard_error(Observable("any", kind), np.array([value]), setting(), clusters)[0]
    assert estimates.std() == pytest.approx(error, rel=0.08)


def test_power_grows_with_clusters_and_agrees_with_the_normal_formula_where_they_are_many():
    """With hundreds of clusters the t test has the power Φ(δ / se − 1.96), within half a percentage point."""
    powers = [power_of_test(0.5, 3.0, clusters, arms=1) for clusters in (5, 20, 80, 300)]
    assert powers == sorted(powers)
    assert powers[-1] == pytest.approx(norm.cdf(0.5 / 3.0 * math.sqrt(300) - 1.96), abs=0.005)
    assert power_of_test(0.5, 3.0, 1, arms=1) == 0.0


@pytest.mark.parametrize("arms", [1, 2])
def test_the_least_number_of_clusters_has_the_power_and_one_fewer_has_not(arms):
    """The size found is the smallest multiple of the arms with 80 % power; none is found where all clusters have less."""
    found = clusters_for_power(0.5, 3.0, 0.8, arms=arms, most=1000)
    assert found % arms == 0
    assert power_of_test(0.5, 3.0, found, arms=arms) >= 0.8
    assert power_of_test(0.5, 3.0, found - arms, arms=arms) < 0.8
    assert clusters_for_power(0.5, 3.0, 0.8, arms=arms, most=20) is None


@pytest.mark.slow
def test_tests_have_the_power_that_their_plan_states():
    """In 4,000 simulated pilots of the planned size the share that rejects is 80 % or what the size has, within 3 standard errors + 2 %."""
    generator = np.random.default_rng(3)
    at = Break(value=0.25, other=1, other_above=True, below=0.18, above=0.33)
    plan = plan_power(Observable("field.no_show", "share"), at, setting(), 0.8)
    truth = at.above
    error = standard_error(plan.observable, np.array([truth]), setting(), 1)[0]
    stated = power_of_test(truth - at.value, error, plan.clusters, arms=1)
    strength = 1 / 0.04 - 1
    rates = generator.beta(truth * strength, (1 - truth) * strength, (4000, plan.clusters))
    shares = generator.binomial(50, rates) / 50
    score = (shares.mean(axis=1) - at.value) / (shares.std(axis=1, ddof=1) / math.sqrt(plan.clusters))
    rejected = np.mean(np.abs(score) > t_distribution.isf(0.025, plan.clusters - 1))
    assert stated >= 0.8
    assert rejected == pytest.approx(stated, abs=3 * math.sqrt(0.8 * 0.2 / 4000) + 0.02)


def test_the_break_is_where_the_recommendation_turns(scenario):
    """A line through 0 in the middle of the range turns there; the means on both sides are a quarter of the range away."""
    model, _ = decision(scenario, 1e6)
    at = find_break(model, 0)
    assert at.value == pytest.approx(0.175, abs=0.001)
    assert at.other_above != (
        value_of_strategies(model, 0)[-1].argmax() == value_of_strategies(model, 0).mean(axis=0).argmax()
    )
    assert (at.below, at.above) == pytest.approx((0.1125, 0.2375), abs=0.001)
    assert find_break(decision(scenario, 1e6, mean=1e6)[0], 0) is None


def test_what_a_number_is_out_in_the_world_follows_its_unit(scenario):
    """Shares, means, odds ratios and rate ratios are told apart, and what cannot be counted is said to be nothing."""
    quantities = dict(scenario.quantities())
    kinds = {
        "field.no_show": "share",
        "field.pitch": "mean",
        "conduct.trial_odds_ratio": "odds_ratio",
        "trust.opening": "log_odds",
        "field.partners.property_company.at_home_ratio": "rate_ratio",
    }
    assert {key: observable(key, quantities[key], scenario).kind for key in kinds} == kinds
    assert observable("tags.wealth_correlation", quantities["tags.wealth_correlation"], scenario) is None
    assert observable("field.convert_at_door", quantities["field.convert_at_door"], scenario).level == pytest.approx(
        0.085, abs=0.01
    )


def test_costs_and_weeks_are_those_of_the_setting(scenario):
    """Twelve clusters: two staff days at 1,100, 300 and 50 observations each, and setting up; two rounds and two weeks more."""
    assert cost_of(setting(), 12, scenario) == 10000 + 12 * (2 * 1100 + 300 + 50)
    assert weeks_of(setting(), 12) == 4
    assert weeks_of(setting(), 10) == 3


def test_the_best_size_weighs_what_is_learnt_against_its_cost(scenario):
    """Worth grows with size and ends below perfect information; the best size is inside; a choice of little weight needs no pilot."""
    pilots = Pilots(name="bank", settings={"doors": setting()})
    (found,) = design_pilots(*decision(scenario, 4e6), scenario, pilots, confidence=0.95, power=0.8)
    worths = [size.worth.mean for size in found.sizes]
    assert worths == sorted(worths)
    assert all(size.net.mean == pytest.approx(size.worth.mean - size.cost) for size in found.sizes)
    assert found.best.net.mean > 0
    assert found.best is not found.sizes[-1]
    assert found.plans[0].clusters is not None
    (poor,) = design_pilots(*decision(scenario, 1e4), scenario, pilots, confidence=0.95, power=0.8)
    assert poor.best.net.high < 0


def test_numbers_that_are_known_elsewhere_are_not_measured(scenario):
    """The longest beginning of a key decides: a setting, the bank's accounts, or nobody."""
    pilots = load_pilots("city_bank", scenario)
    assert pilots.setting_of("value.deposit_uplift") == "users"
    assert pilots.setting_of("value.fee_rate") is None
    assert "accounts" in pilots.known_elsewhere("value.fee_rate").where.en
    assert pilots.setting_of("co_brand.joins") is None
    assert pilots.known_elsewhere("co_brand.joins") is None


def test_a_number_that_the_scenario_lacks_is_refused_with_the_nearest(tmp_path, scenario):
    """A wrong key under `numbers` names the place, the key and what was probably meant."""
    shipped = load_pilots("city_bank", scenario)
    content = shipped.model_dump(mode="json")
    content["settings"]["doors"]["numbers"] = ["field.no_shows"]
    path = tmp_path / "city_bank.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ParameterError) as caught:
        load_pilots(str(path), scenario)
    (finding,) = caught.value.findings
    assert isinstance(finding, Finding)
    assert finding.key == "settings.doors.numbers"
    assert "did you mean 'field.no_show'" in finding.problem


def test_sizes_go_from_few_clusters_to_half_of_all():
    """Sizes are even, so that two arms are alike, and rise to half of the clusters that there are."""
    sizes = sizes_of(setting())
    assert sizes[0] == 4
    assert sizes[-1] == 30
    assert all(size % 2 == 0 for size in sizes)
