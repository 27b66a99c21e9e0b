"""A strategy is a diff: it changes what it names, keeps the rest of the scenario's levers and can be printed."""

import pytest

from simkit.params import Levers, ParameterError, Strategy, load_scenario, resolve

SCENARIO = load_scenario("city_bank")


def strategy(**levers):
    """Return a strategy that sets these levers."""
    title = {"en": "Trial", "zh": "试验"}
    return Strategy.model_validate({"name": "trial", "title": title, "summary": title, "levers": levers})


def scenario_with(**levers):
    """Return the shipped scenario with other default levers."""
    return SCENARIO.model_copy(update={"levers": Levers.model_validate(levers)})


def test_a_strategy_without_levers_leaves_the_scenario_as_it_is():
    """Doing nothing is the scenario's own choice of levers."""
    resolved = resolve(SCENARIO, strategy())
    assert resolved.levers == SCENARIO.levers
    assert resolved.differences == ()


def test_only_the_levers_that_are_set_replace_those_of_the_scenario():
    """A nested section is laid over the scenario's section, key by key."""
    scenario = scenario_with(field={"teams": 5, "max_attempts": 2, "hours": {"starts": 8, "ends": 17}})
    levers = resolve(scenario, strategy(field={"teams": 9, "hours": {"ends": 20}})).levers
    assert (levers.field.teams, levers.field.max_attempts) == (9, 2)
    assert (levers.field.hours.starts, levers.field.hours.ends) == (8, 20)


def test_differences_name_key_default_and_value():
    """A report can print what a strategy changes, and nothing else."""
    resolved = resolve(
        scenario_with(field={"teams": 5}),
        strategy(field={"teams": 9, "max_attempts": 3}, messages={"sms": {"every_days": 15}}),
    )
    found = {difference.key: (difference.default, difference.value) for difference in resolved.differences}
    assert found == {
        "levers.field.teams": (5, 9),
        "levers.messages.sms.every_days": (None, 15),
        "levers.messages.sms.first_day": (None, 0),
        "levers.messages.sms.sends_at": (None, 9),
    }


def test_a_target_segment_is_checked_against_the_scenario():
    """A strategy may name segments that another bank has; this one says which it has."""
    with pytest.raises(
        ParameterError, match=r"trial: levers\.calls\.target_segments: unknown segment 'sliver'.*'silver'"
    ):
        resolve(SCENARIO, strategy(calls={"target_segments": ["sliver"]}))


def test_a_partner_is_checked_against_the_scenario():
    """A partner without parameters cannot be asked."""
    alone = SCENARIO.model_copy(update={"field": SCENARIO.field.model_copy(update={"partners": {}})})
    with pytest.raises(ParameterError, match=r"levers\.field\.partner: the scenario has no 'property_company'"):
        resolve(alone, strategy(field={"partner": "property_company"}))


def test_levers_that_are_right_alone_and_wrong_together_are_our_error():
    """A strategy's break may not fall outside the scenario's shift."""
    scenario = scenario_with(field={"hours": {"starts": 8, "ends": 16}})
    with pytest.raises(ParameterError, match=r"trial: levers\.field\.hours: .*break_ends ≤ ends"):
        resolve(scenario, strategy(field={"hours": {"break_starts": 17, "break_ends": 18}}))


def test_stretches_are_the_shift_without_its_break():
    """Paid time is worked before and after the break; without a break it is one stretch."""
    hours = resolve(
        SCENARIO, strategy(field={"hours": {"starts": 9, "ends": 18, "break_starts": 12, "break_ends": 14}})
    ).levers.field.hours
    assert hours.stretches == ((9, 12), (14, 18))
    assert hours.model_copy(update={"break_starts": 13.0, "break_ends": 13.0}).stretches == ((9, 18),)
