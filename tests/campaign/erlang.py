"""What queueing theory says, to be compared with what is simulated (Erlang 1917; Palm 1957 for impatience)."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def waiting_probability(load: Floats, servers: int) -> Floats:
    """Erlang C: the share of customers of M/M/c who wait. `load` is arrival rate × mean service, below `servers`."""
    blocked = np.ones_like(load)
    for busy in range(1, servers + 1):
        blocked = load * blocked / (busy + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def mean_wait(load: Floats, servers: int, service: float) -> Floats:
    """Return the mean wait in M/M/c of all customers, in the unit of `service`, the mean service."""
    return waiting_probability(load, servers) * service / (servers - load)


def abandoned_share(load: Floats, servers: int, service: float, patience: float) -> Floats:
    """Erlang A: the share of customers of M/M/c+M who leave before service, given the mean patience."""
    most = 40 * servers + 400
    shares = []
    for offered in load:
        leaving = np.array(
            [min(n, servers) / service + max(n - servers, 0) / patience for n in range(1, most)], dtype=np.float64
        )
        logs = np.concatenate([[0.0], np.cumsum(np.log(offered / service / leaving))])
        state = np.exp(logs - logs.max())
        state /= state.sum()
        queue = float(state @ np.maximum(np.arange(most) - servers, 0))
        shares.append(queue / patience / (offered / service))
    return np.array(shares)
