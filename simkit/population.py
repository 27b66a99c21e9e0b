"""Customers as columns: who they are before the campaign begins. A customer's number is the position in the columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from simkit.params import Scenario
from simkit.streams import Streams

PAYMENT_LEVELS = 8
_NO_SPREAD = 1e-6  # below it the gamma distribution's shape is beyond what can be inverted, and all levels are 1


@dataclass(frozen=True)
class Population:
    """One row a customer; all arrays have shape (customers,).

    segment: code into the scenario's segments. community: residential community, of `communities` that are
    all of one size; neighbours have neighbouring numbers.
    propensity: own log-odds of opening, with mean odds ratio 1. can_pay_by_phone: able to open and pay without help.
    holder, active: holds the wallet on day 0; has paid with it in the last 30 days. payment_level: 0 (rare) to 7 (frequent).
    """

    segment: NDArray[np.uint8]
    community: NDArray[np.int32]
    propensity: NDArray[np.float32]
    can_pay_by_phone: NDArray[np.bool_]
    holder: NDArray[np.bool_]
    active: NDArray[np.bool_]
    payment_level: NDArray[np.uint8]
    communities: int

    def residents(self, first: int, last: int) -> NDArray[np.int32]:
        """Return the customers, by number, of the communities from `first` up to but without `last`."""
        known = (min(community, self.communities) for community in (first, last))
        begins, ends = (-(-community * self.size // self.communities) for community in known)
        return np.arange(begins, ends, dtype=np.int32)

    @property
    def size(self) -> int:
        """Number of customers."""
        return len(self.segment)


def make_population(scenario: Scenario, streams: Streams) -> Population:
    """Draw the customers of one replication; the same for every strategy."""
    customers = np.arange(scenario.customers, dtype=np.int32)
    wallet = scenario.wallet
    who = streams.decision("population.who").uniforms(customers, width=4)
    segment = np.searchsorted(np.cumsum(scenario.segment_shares)[:-1], who[:, 0], side="right").astype(np.uint8)
    spread = scenario.response.propensity_spread.value
    propensity = ndtri(who[:, 1]).astype(np.float32)
    propensity *= np.float32(spread)
    propensity -= np.float32(spread**2 / 2)
    ability = streams.decision("population.ability").uniforms(customers, width=2)
    holder = who[:, 2] < scenario.by_segment(wallet.holders_at_start)[segment]
    # Holding and being able are independent but for this: who pays by phone is able to.
    active = holder & (ability[:, 0] < scenario.by_segment(wallet.active_share_of_holders)[segment])
    able = ability[:, 1] < scenario.by_segment(wallet.can_pay_by_phone)[segment]
    communities = max(1, round(scenario.customers / scenario.bank.community_size.value))
    return Population(
        segment=segment,
        community=(customers.astype(np.int64) * communities // scenario.customers).astype(np.int32),
        propensity=propensity,
        can_pay_by_phone=able | active,
        holder=holder,
        active=active,
        payment_level=(who[:, 3] * PAYMENT_LEVELS).astype(np.uint8),
        communities=communities,
    )


def payment_level_ratios(spread: float) -> NDArray[np.float64]:
    """Return each payment level's mean over the population's mean, shape (8,): equal slices of a gamma distribution.

    `spread` is the distribution's standard deviation over its mean; 0 makes all levels 1.
    """
    if spread < _NO_SPREAD:
        return np.ones(PAYMENT_LEVELS)
    shape = 1 / spread**2
    middles = (np.arange(PAYMENT_LEVELS) + 0.5) / PAYMENT_LEVELS
    ratios = np.asarray(gammaincinv(shape, middles), dtype=np.float64)
    return np.asarray(ratios / ratios.mean())
