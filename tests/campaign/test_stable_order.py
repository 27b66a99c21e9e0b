"""The fast order of many customers is the plain stable sort."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from simkit.campaign.capacity.stable_order import stable_order


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.uint32, np.int8])
@given(data=st.data())
def test_the_order_is_that_of_a_stable_sort(kind, data):
    """Lowest first, equals (0 and -0 too) as they stand, whatever the type of the keys."""
    numbers = {"allow_nan": False} if np.issubdtype(kind, np.floating) else {}
    keys = data.draw(arrays.arrays(kind, st.integers(0, 50), elements=arrays.from_dtype(np.dtype(kind), **numbers)))
    np.testing.assert_array_equal(stable_order(keys), np.argsort(keys, kind="stable"))


def test_words_with_equal_digits_are_told_apart():
    """A lower digit of a word decides where the upper ones are equal, and nothing where they are not."""
    keys = np.array([2**11 + 1, 1, 2**11, 2**31, 0, 1, 2**22], dtype=np.uint32)
    assert stable_order(keys).tolist() == [4, 1, 5, 2, 0, 6, 3]


@pytest.mark.parametrize("kind", [np.float32, np.uint32])
def test_many_words_are_sorted_as_numpy_sorts_them(kind):
    """Of 100,000 words, most of which have equals, the order is the same."""
    luck = np.random.default_rng(4)
    keys = (luck.standard_normal(100_000) * 10_000).astype(np.int32).astype(kind)
    np.testing.assert_array_equal(stable_order(keys), np.argsort(keys, kind="stable"))
