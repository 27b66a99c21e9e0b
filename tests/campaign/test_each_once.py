"""Customers who were named several times are taken once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from simkit.campaign.each_once import each_once


@pytest.mark.parametrize("kind", [np.int32, np.int64])
@given(data=st.data())
def test_everyone_is_there_once_by_number(kind, data):
    """The result is that of NumPy, its type too, also where nobody is named; what was given stays as it is."""
    customers = data.draw(arrays.arrays(kind, st.integers(0, 30), elements=st.integers(0, 20)))
    before = customers.copy()
    found = each_once(customers)
    assert found.dtype == kind
    np.testing.assert_array_equal(found, np.unique(customers))
    np.testing.assert_array_equal(customers, before)
