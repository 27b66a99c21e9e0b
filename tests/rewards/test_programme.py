"""A reward programme is written in a file, and a mistake in it is named."""

import pytest

from simkit.params import ParameterError
from simkit.rewards import load_programme


def test_the_shipped_programme_asks_for_three_payments_a_week():
    """Its rules are those that the file says."""
    programme = load_programme("small_weekly_reward")
    assert (programme.trigger.period, programme.trigger.payments) == ("natural_week", 3)
    assert (programme.claim.window_days, programme.validity.days) == (7, 30)
    assert (programme.grant.face_cny, programme.caps.per_customer) == (3, 12)


def test_an_unknown_programme_is_refused_with_the_nearest_name():
    """A planner who mistypes a name learns the right one."""
    with pytest.raises(ParameterError, match="small_weekly_reward"):
        load_programme("smal_weekly_reward")
