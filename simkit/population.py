"""Customers as columns: who they are before the campaign begins. A customer's number is the position in the columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, ndtri

from simkit.blocks import blocks
from simkit.params import Scenario
from simkit.streams import Streams

PAYMENT_LEVELS = 8
_COLUMNS = {
    "segment": np.uint8,
    "propensity": np.float32,
    "can_pay_by_phone": np.bool_,
    "holder": np.bool_,
    "active": np.bool_,
    "payment_level": np.uint8,
}
_NO_SPREAD = 1e-6  # below it the gamma distribution's shape is beyond what can be inverted, and all levels are 1


@dataclass(frozen=True)
class Population:
    """One row a customer; all arrays have shape (customers,).

    segment: code into the scenario's segments. Residential communities, `communities` of them, are all of one size; neighbours have
    neighbouring numbers.
    propensity: own log-odds of opening, with mean odds ratio 1. can_pay_by_phone: able to open and pay without help.
    holder, active: holds the wallet on day 0; has paid with it in the last 30 days. payment_level: 0 (rare) to 7 (frequent).
    """

    segment: NDArray[np.uint8]
    propensity: NDArray[np.float32]
    can_pay_by_phone: NDArray[np.bool_]
    holder: NDArray[np.bool_]
    active: NDArray[np.bool_]
    payment_level: NDArray[np.uint8]
    communities: int

    def community_of(self, customers: NDArray[np.integer] | int) -> NDArray[np.int64]:
        """Return the residential community of customers, or of one."""
        return np.asarray(customers, dtype=np.int64) * self.communities // self.size

    @property
    def community(self) -> NDArray[np.int64]:
        """Everybody's residential community."""
        return self.community_of(np.arange(self.size))

    @property
    def first_residents(self) -> NDArray[np.int64]:
        """The first customer of each community, and the number of all customers behind them."""
        return -(-np.arange(self.communities + 1, dtype=np.int64) * self.size // self.communities)

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
    size, wallet = scenario.customers, scenario.wallet
    columns: dict[str, NDArray[Any]] = {name: np.empty(size, dtype=kind) for name, kind in _COLUMNS.items()}
    luck_of_who, luck_of_ability = streams.decision("population.who"), streams.decision("population.ability")
    up_to = np.cumsum(scenario.segment_shares)[:-1]
    spread = scenario.response.propensity_spread.value
    holders, active_of_holders, able_to_pay = (
        scenario.by_segment(share)
        for share in (wallet.holders_at_start, wallet.active_share_of_holders, wallet.can_pay_by_phone)
    )
    for some in in_blocks(size):
        who, ability = luck_of_who.uniforms(some, width=4), luck_of_ability.uniforms(some, width=2)
        segment = np.zeros(some.shape[0], dtype=np.uint8)
        for bound in up_to:  # a tenth of the time of a search
            segment += who[:, 0] >= bound
        propensity = ndtri(who[:, 1]).astype(np.float32)
        propensity *= np.float32(spread)
        propensity -= np.float32(spread**2 / 2)
        holder = who[:, 2] < holders[segment]
        # Holding and being able are independent but for this: who pays by phone is able to.
        active = holder & (ability[:, 0] < active_of_holders[segment])
        able = (ability[:, 1] < able_to_pay[segment]) | active
        level = who[:, 3] * PAYMENT_LEVELS
        for column, values in zip(columns.values(), (segment, propensity, able, holder, active, level), strict=True):
            column[some] = values
    communities = max(1, round(size / scenario.bank.community_size.value))
    return Population(**columns, communities=communities)


def in_blocks(size: int) -> Iterator[NDArray[np.int32]]:
    """Walk over all customers, by number, so many at a time that what is drawn for them stays in the processor's cache."""
    for some in blocks(size):
        yield np.arange(some.start, some.stop, dtype=np.int32)


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
