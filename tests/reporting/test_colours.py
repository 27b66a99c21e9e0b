"""Every strategy keeps one look, which colour-blind readers and black-and-white printers tell from the others."""

import itertools

import pytest

from simkit.params import DO_NOTHING
from simkit.reporting.chart_style import COLOURS, marks
from tests.reporting.colour_vision import DEFICIENCIES, distance

LEAST_APART = 15  # six times what is just noticeable
STRATEGIES = [DO_NOTHING, *(f"s{i}" for i in range(36))]


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_the_colours_of_strategies_stay_apart_for_colour_blind_readers(deficiency):
    """The six colours and the grey of doing nothing are told apart with any kind of cone missing."""
    colours = [*COLOURS, marks([DO_NOTHING], DO_NOTHING)[DO_NOTHING].colour]
    apart = {pair: distance(*pair, deficiency) for pair in itertools.combinations(colours, 2)}
    assert min(apart.values()) > LEAST_APART, min(apart, key=apart.get)


def test_strategies_that_share_a_colour_differ_in_marker_hatch_and_dash():
    """From the seventh strategy on shape tells what colour does not, of points, of bars and of lines."""
    looks = marks(STRATEGIES, DO_NOTHING)
    for one, other in itertools.combinations(STRATEGIES[1:], 2):
        if looks[one].colour == looks[other].colour:
            assert looks[one].marker != looks[other].marker
            assert looks[one].hatch != looks[other].hatch
            assert looks[one].dash != looks[other].dash


def test_a_strategy_keeps_its_look_when_others_join_after_it():
    """The look goes by the place in the study alone."""
    few, many = marks(STRATEGIES[:4], DO_NOTHING), marks(STRATEGIES, DO_NOTHING)
    assert all(few[name] == many[name] for name in STRATEGIES[:4])
