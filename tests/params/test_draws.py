"""Draws: one sample of what we do not know, within its range and independent of everything else."""

import numpy as np
import pytest

from simkit.params import BySegment, Quantity, Scenario, draw_parameters, load_scenario

SCENARIO = load_scenario("city_bank")
DRAWS = 300


@pytest.fixture(scope="module")
def draws():
    """Give some draws of the shipped scenario as {key: quantity}."""
    return [dict(draw_parameters(SCENARIO, draw).quantities()) for draw in range(1, DRAWS + 1)]


def values(quantity):
    """Return a quantity's values as an array, whatever its kind."""
    return np.array([quantity.value] if isinstance(quantity, Quantity) else list(quantity.value.values()))


def test_draw_0_is_the_values_as_written():
    """The base case of every study needs no sampling."""
    assert draw_parameters(SCENARIO, 0) is SCENARIO


def test_a_negative_draw_is_refused():
    """Draws are numbered from 0."""
    with pytest.raises(ValueError, match="draw is -1"):
        draw_parameters(SCENARIO, -1)


def test_every_number_with_a_range_is_drawn_within_it(draws):
    """A draw never leaves what an informed person would believe."""
    for key, base in SCENARIO.quantities():
        drawn = np.array([values(draw[key]) for draw in draws])
        if base.range is None:
            assert (drawn == values(base)).all(), key
            continue
        bounds = np.array(base.range) if isinstance(base, Quantity) else np.outer(base.range, values(base))
        low, high = np.sort(bounds, axis=0)
        assert (drawn >= low - 1e-12).all(), key
        assert (drawn <= high + 1e-12).all(), key
        assert len(np.unique(drawn[:, np.argmax(np.abs(values(base)))])) > DRAWS / 2, key


def test_draws_follow_the_triangular_distribution(draws):
    """A number's mean over draws is (low + mode + high) / 3 within four standard errors."""
    for key in ("field.no_show", "costs.staff_day", "response.propensity_spread"):
        base = dict(SCENARIO.quantities())[key]
        low, mode, high = base.range[0], base.value, base.range[1]
        variance = (low**2 + mode**2 + high**2 - low * mode - low * high - mode * high) / 18
        mean = np.mean([draw[key].value for draw in draws])
        assert abs(mean - (low + mode + high) / 3) < 4 * np.sqrt(variance / DRAWS), key


def test_a_segment_parameter_moves_by_one_factor_for_all_segments(draws):
    """We are unsure of the level, not of every segment apart; clipping at what is possible aside."""
    base = SCENARIO.field.convert_at_door
    factors = values(draws[0]["field.convert_at_door"]) / values(base)
    assert factors == pytest.approx(np.full(4, factors[0]))
    assert factors[0] != 1


def test_draws_differ_from_each_other_and_repeat_themselves():
    """A draw is a number that can be asked for again."""
    first, second = draw_parameters(SCENARIO, 1), draw_parameters(SCENARIO, 2)
    assert first != second
    assert first == draw_parameters(SCENARIO, 1)
    other_seed = draw_parameters(SCENARIO.model_copy(update={"seed": SCENARIO.seed + 1}), 1)
    assert other_seed.field.no_show.value != first.field.no_show.value


def test_two_parameters_are_drawn_independently(draws):
    """Correlation of any two numbers' draws vanishes within four standard errors."""
    uncertain = [key for key, quantity in SCENARIO.quantities() if quantity.range is not None][:30]
    drawn = np.array([[values(draw[key])[0] for key in uncertain] for draw in draws])
    correlation = np.corrcoef(drawn, rowvar=False)
    off_diagonal = np.abs(correlation[np.triu_indices(len(uncertain), 1)])
    assert off_diagonal.max() < 4.5 / np.sqrt(DRAWS)


def test_making_one_number_certain_changes_no_other():
    """Adding or removing an uncertain parameter leaves the draws of all others as they were."""
    certain = SCENARIO.model_copy(
        update={
            "field": SCENARIO.field.model_copy(
                update={"no_show": SCENARIO.field.no_show.model_copy(update={"range": None})}
            )
        }
    )
    before, after = (dict(draw_parameters(scenario, 1).quantities()) for scenario in (SCENARIO, certain))
    assert {key for key in before if before[key].value != after[key].value} == {"field.no_show"}


def test_every_draw_is_itself_a_valid_scenario():
    """Sampling never leads out of what a planner could have written, except that a share stays at most 1."""
    for draw in range(1, 40):
        drawn = draw_parameters(SCENARIO, draw)
        without_ranges = drawn.model_dump()
        _forget_ranges(without_ranges)
        assert Scenario.model_validate(without_ranges)


def test_a_machine_call_cannot_convert_more_than_it_reaches_in_the_worst_draw():
    """The share of answered transfers that open is a probability at every corner of the ranges."""
    calls = SCENARIO.calls
    most = calls.ai_convert.range[1] / (calls.ai_connect.range[0] * calls.ai_interested.range[0])
    for segment, convert in calls.ai_convert.value.items():
        assert convert * most < calls.ai_connect.value[segment]


def test_contacts_at_the_door_sum_to_at_most_1_in_the_worst_draw():
    """Opening and refusing leave room for each other at every corner of the ranges."""
    field = SCENARIO.field
    for convert, refuse in (
        (field.convert_at_door, field.refuse_at_door),
        (field.convert_at_appointment, field.refuse_at_appointment),
    ):
        for segment in SCENARIO.segment_names:
            assert convert.value[segment] * convert.range[1] + refuse.value[segment] * refuse.range[1] <= 1


def _forget_ranges(data):
    if isinstance(data, dict):
        if "range" in data and "grade" in data:
            data["range"] = None
        for below in data.values():
            _forget_ranges(below)
    elif isinstance(data, list | tuple):
        for below in data:
            _forget_ranges(below)


def test_a_draw_keeps_unit_source_and_grade():
    """Only values are sampled; where they come from stays."""
    drawn = dict(draw_parameters(SCENARIO, 3).quantities())
    for key, base in SCENARIO.quantities():
        assert isinstance(drawn[key], Quantity | BySegment)
        assert drawn[key].model_dump(exclude={"value"}) == base.model_dump(exclude={"value"})
