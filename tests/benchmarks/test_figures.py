"""What the benchmarks say about a figure is what its goals say."""

import pytest

from benchmarks.shifts import shares, stretches
from benchmarks.table import Figure
from simkit.params import Hours


@pytest.mark.parametrize(("value", "verdict"), [(49, "missed"), (50, "held"), (100, "reached")])
def test_more_is_better_from_the_value_to_hold_on(value, verdict):
    """A rate below its goal is missed, at it is held, at the further goal is reached."""
    assert Figure("rate", value, "M/s", hold=50, reach=100).verdict == verdict


@pytest.mark.parametrize(("value", "verdict"), [(1.6, "missed"), (1.5, "held"), (0.5, "reached")])
def test_less_is_better_where_seconds_count(value, verdict):
    """For seconds and bytes the goals are upper bounds."""
    assert Figure("time", value, "s", hold=1.5, reach=0.5, more_is_better=False).verdict == verdict


def test_a_textbook_shift_meets_its_capacity():
    """The hours that all servers work add up to the capacity's share of full shifts, however the break lies."""
    hours = Hours(starts=9, ends=18, break_starts=12, break_ends=13)
    worked = [stretches(hours, share, late_break=late) for share in shares(2.3) for late in (False, True)]
    total = sum(ends - starts for server in worked for starts, ends in server)
    assert total == pytest.approx(2 * 2.3 * 8)
