"""A call centre whose numbers are in the books: 100 calls in half an hour, of three minutes each."""

import numpy as np
from scipy.stats import t as student

from tests.campaign import erlang

CALLS_A_DAY = 100 * 48
HANDLING_MINUTES = 3.0
LOAD = np.array([CALLS_A_DAY * HANDLING_MINUTES / 1440])
NEVER_BY_CHANCE = 1e-3


def service_level(load, servers, service, within):
    """Erlang C: the share of customers of M/M/c whose wait is at most `within`, in the unit of `service`."""
    return 1 - erlang.waiting_probability(load, servers) * np.exp(-(servers - load) * within / service)


def waiting_with_impatience(load, servers, service, patience):
    """Erlang A: the share of customers of M/M/c+M who find all servers busy."""
    most = 40 * servers + 400
    leaving = [min(n, servers) / service + max(n - servers, 0) / patience for n in range(1, most)]
    shares = []
    for offered in load:
        logs = np.concatenate([[0.0], np.cumsum(np.log(offered / service / np.array(leaving)))])
        state = np.exp(logs - logs.max())
        shares.append(float(state[servers:].sum() / state.sum()))
    return np.array(shares)


def assert_agrees(by_day, expected):
    """Check that days, as batches, deviate from theory by no more than their own scatter allows, and that they could tell."""
    deviation = np.asarray(by_day) - expected
    half_width = (
        student.ppf(1 - NEVER_BY_CHANCE / 2, deviation.size - 1) * deviation.std(ddof=1) / np.sqrt(deviation.size)
    )
    assert abs(deviation.mean()) < half_width, (
        f"{np.mean(by_day):.6f}, expected {np.mean(expected):.6f} ± {half_width:.6f}"
    )
    assert half_width < 0.15 * np.mean(expected), "too few days to tell"
