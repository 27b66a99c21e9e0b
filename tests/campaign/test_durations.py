"""Durations: the mean that is asked for, and an exponential at shape 1."""

import numpy as np
import pytest
from scipy import stats

from simkit.campaign.capacity.durations import weibull_about_mean

LUCK = (np.arange(100_000) + 0.5) / 100_000


@pytest.mark.parametrize("shape", [0.7, 1.0, 3.0, 20.0])
def test_durations_keep_the_mean_that_is_asked_for(shape):
    """Whatever the shape; the midpoints of a fine grid leave an error below a thousandth, more where the tail is heavy."""
    assert weibull_about_mean(np.full(LUCK.size, 12.0), shape, LUCK).mean() == pytest.approx(12.0, rel=1e-3)


def test_durations_of_shape_one_are_exponential():
    """So that visits can be held against queueing theory."""
    durations = weibull_about_mean(np.full(LUCK.size, 5.0), 1.0, LUCK)
    assert stats.kstest(durations, stats.expon(scale=5.0).cdf).statistic < 1 / LUCK.size


def test_a_large_shape_hardly_varies():
    """The spread over the mean falls about as 1.28 over the shape."""
    durations = weibull_about_mean(np.full(LUCK.size, 5.0), 50.0, LUCK)
    assert durations.std() / durations.mean() == pytest.approx(
        stats.weibull_min(50.0).std() / stats.weibull_min(50.0).mean(), rel=1e-3
    )
