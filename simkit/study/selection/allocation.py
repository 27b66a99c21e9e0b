"""Where the next runs tell most of who is best, when their number is fixed.

Chen, Lin, Yücesan and Chick (2000), Simulation budget allocation for further enhancing the efficiency of ordinal optimization,
Discrete Event Dyn. Syst. 10(3): replications of a strategy in proportion to (spread / gap to the best)². Strategies share their luck
here, so spread and gap are those of paired differences (the idea of Fu, Hu, Chen and Xiong, 2007, Simulation allocation for
determining the best design in the presence of correlated sampling, INFORMS J. Comput. 19(1)), and the leader gets as many
replications as the closest rival: more of it alone would have nobody to be compared with.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.study.estimates import Values
from simkit.study.selection.evidence import counts_of, means_of


def weights(gap: Values, spread: Values, leader: int, indifference: float) -> Values:
    """Return the share of all replications that each strategy should have; gaps below the indifference are not worth more."""
    share = (spread / np.maximum(gap, indifference)) ** 2
    share[leader] = 0
    share[leader] = share.max()
    total = share.sum()
    return np.asarray(share / total if total > 0 else np.full(len(share), 1 / len(share)))


def next_runs(objective: Values, leader: int, indifference: float, runs: int) -> NDArray[np.int64]:
    """Return how many further replications each strategy gets, `runs` in all; objective: (strategies, replications), NaN after the last."""
    differences = (objective[leader] - objective)[..., None]
    found = means_of(differences, 0.5, 1).mean[:, 0]
    spread = np.sqrt(np.nanvar(differences[..., 0], axis=1, ddof=1))
    counts = counts_of(objective[..., None])
    wanted = weights(found, spread, leader, indifference) * (counts.sum() + runs)
    lacking = np.maximum(wanted - counts, 0)
    exact = lacking * runs / lacking.sum()
    given = np.floor(exact).astype(np.int64)
    given[np.argsort(given - exact, kind="stable")[: runs - given.sum()]] += 1
    return np.asarray(given)
