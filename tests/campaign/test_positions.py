"""Positions that are counted are those that a search finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.campaign.behaviour.positions import NOWHERE, Positions


@given(st.lists(st.booleans(), min_size=1, max_size=300), st.sampled_from([np.int32, np.int64]))
def test_counting_agrees_with_a_search(listed, kind):
    """Every number has the position that a search finds, or none."""
    listed, numbers = np.array(listed), np.arange(len(listed), dtype=kind)
    found = Positions(listed).of(numbers)
    wanted = np.where(listed, np.searchsorted(np.flatnonzero(listed), numbers), NOWHERE)
    np.testing.assert_array_equal(found, wanted)
    assert found.dtype == np.int32


@pytest.mark.parametrize("size", [63, 64, 65, 100_000])
def test_borders_of_words_are_no_borders(size):
    """Where everything is listed, each number is its own position, at the end of a word and behind it."""
    numbers = np.arange(size)
    np.testing.assert_array_equal(Positions(np.ones(size, dtype=np.bool_)).of(numbers), numbers)


def test_nobody_asked_is_nobody_found():
    """An empty question has an empty answer, also where nobody is listed."""
    assert Positions(np.zeros(0, dtype=np.bool_)).of(np.empty(0, dtype=np.int32)).shape == (0,)
