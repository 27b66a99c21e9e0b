"""What is believed of a number, and scenarios and strategies in which some are something else."""

import numpy as np
import pytest
from scipy import stats

from simkit.params import (
    ParameterError,
    UncertainNumber,
    draw_parameters,
    drawn_values,
    load_scenario,
    load_strategy,
    resolve,
    uncertain_numbers,
    with_levers,
    with_values,
)

SCENARIO = load_scenario("city_bank")
STRATEGY = load_strategy("omnichannel")


@pytest.mark.parametrize(("low", "mode", "high"), [(2.0, 3.0, 7.0), (0.0, 0.0, 1.0), (-1.0, 4.0, 4.0)])
def test_a_number_at_a_probability_is_the_quantile_of_its_triangle(low, mode, high):
    """SciPy's triangular distribution has the same quantiles, also with the mode at an end."""
    number = UncertainNumber("key", "unit", low, mode, high, by_segment=False, source="test", grade="ASM")
    probability = np.linspace(0, 1, 101)
    expected = stats.triang((mode - low) / (high - low), loc=low, scale=high - low).ppf(probability)
    assert number.at(probability) == pytest.approx(expected)


def test_every_number_with_a_range_is_uncertain_and_no_other():
    """A number by segment is uncertain by a factor around 1."""
    uncertain = {number.key: number for number in uncertain_numbers(SCENARIO)}
    assert set(uncertain) == {key for key, quantity in SCENARIO.quantities() if quantity.range is not None}
    doors, convert = uncertain["field.no_show"], uncertain["field.convert_at_door"]
    assert (doors.mode, doors.unit, doors.by_segment) == (SCENARIO.field.no_show.value, "probability", False)
    assert (convert.mode, convert.unit, convert.by_segment) == (1.0, "factor", True)
    assert all(number.low <= number.mode <= number.high for number in uncertain.values())


def test_a_draw_is_its_drawn_values_put_in():
    """What a draw takes can be looked at before it is run; draw 0 is the modes."""
    drawn = dict(with_values(SCENARIO, drawn_values(SCENARIO, 3)).quantities())
    expected = dict(draw_parameters(SCENARIO, 3).quantities())
    assert {key: number.value for key, number in drawn.items()} == {key: n.value for key, n in expected.items()}
    base = with_values(SCENARIO, drawn_values(SCENARIO, 0))
    assert [number.value for _, number in base.quantities()] == [number.value for _, number in SCENARIO.quantities()]


def test_draws_are_those_of_numpys_triangular():
    """The same luck gives to the bit what `Generator.triangular` gives."""
    for seed in range(2000):
        low, mode, high = np.sort(np.random.default_rng([1, seed]).normal(size=3))
        number = UncertainNumber("key", "unit", low, mode, high, by_segment=False, source="test", grade="ASM")
        luck = np.random.default_rng(seed).random()
        assert number.at(np.float64(luck)) == np.random.default_rng(seed).triangular(low, mode, high)


def test_a_value_that_is_set_is_what_every_draw_finds():
    """A number is certain where it was set; all others are drawn as before."""
    certain = with_values(SCENARIO, {"field.no_show": 0.25})
    assert certain.field.no_show.value == 0.25
    assert SCENARIO.field.no_show.value != 0.25
    before, after = (dict(draw_parameters(scenario, 2).quantities()) for scenario in (SCENARIO, certain))
    assert after["field.no_show"].value == 0.25
    assert {key for key in before if before[key].value != after[key].value} == {"field.no_show"}


def test_a_factor_scales_all_segments_and_stays_possible():
    """Probabilities end at 1."""
    base = SCENARIO.field.convert_at_door.value
    half = with_values(SCENARIO, {"field.convert_at_door": 0.5}).field.convert_at_door.value
    assert half == {name: value * 0.5 for name, value in base.items()}
    assert set(with_values(SCENARIO, {"field.convert_at_door": 1e9}).field.convert_at_door.value.values()) == {1.0}


def test_numbers_of_messages_can_be_set():
    """Keys lead through sections that are named by the planner."""
    key = next(number.key for number in uncertain_numbers(SCENARIO) if number.key.startswith("messages.sms."))
    name = key.rpartition(".")[2]
    changed = with_values(SCENARIO, {key: 0.0})
    assert getattr(changed.messages["sms"], name) != getattr(SCENARIO.messages["sms"], name)
    assert changed.messages["wecom"] is SCENARIO.messages["wecom"]


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("field.noshow", "did you mean 'field.no_show'"),
        ("fields.no_show", "did you mean 'field'"),
        ("segments.young.share", "is no number"),
    ],
)
def test_an_unknown_number_is_refused_with_the_nearest(key, hint):
    """Shares of segments cannot be set one by one: they sum to 1."""
    with pytest.raises(ParameterError, match=hint):
        with_values(SCENARIO, {key: 1})


def test_levers_are_set_one_by_one_upon_a_strategy():
    """The others stay as the strategy has them; an optimiser's whole floats are whole numbers."""
    changed = with_levers(STRATEGY, {"levers.field.teams": 7.0, "levers.field.max_attempts": 2.0})
    before, after = (
        {lever.key: lever.value for lever in resolve(SCENARIO, strategy).differences}
        for strategy in (STRATEGY, changed)
    )
    assert after == {**before, "levers.field.teams": 7, "levers.field.max_attempts": 2}
    assert isinstance(changed.levers.field.max_attempts, int)


@pytest.mark.parametrize(
    ("key", "value", "hint"),
    [
        ("levers.field.team", 5, "did you mean 'teams'"),
        ("field.teams", 5, "allowed: levers"),
        ("levers.field.teams", -5, "greater than or equal to 0"),
        ("levers.field.max_attempts", 2.5, "a whole number is needed"),
        ("levers.field.teams.day", 2, "a number is needed"),
    ],
)
def test_an_impossible_lever_is_refused_in_words(key, value, hint):
    """The message names the strategy, the key and what is allowed."""
    with pytest.raises(ParameterError, match=hint) as caught:
        with_levers(STRATEGY, {key: value})
    assert "omnichannel" in str(caught.value)
