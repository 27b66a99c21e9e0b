"""Where users can pay: shops near home that take the wallet and give a discount, property fees, transport."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from simkit.campaign.influences import Customers, Floats
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Channel, CostItem
from simkit.campaign.world import World

_PER_1000 = 1000
_NO_SPREAD = 1e-6


class MerchantsPlay(Mechanism):
    """Merchants signed before day 0, unevenly over the communities; their users pay more often, and there."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        facts, levers = world.scenario.merchants, world.levers.merchants
        if facts is None or levers is None:
            raise ValueError("merchants are signed only where scenario and strategy say so")
        self._world, self._facts, self._levers = world, facts, levers
        places = np.arange(world.population.communities)
        shops = levers.per_1000_customers * self._unevenness(
            world.streams.decision("merchants.density").uniform(places)
        )
        accepted = -np.expm1(-shops / facts.density.value) if facts.density.value else np.minimum(shops, 1.0)
        connected = world.streams.decision("merchants.property").uniform(places) < levers.property_share
        self._connected = int(connected.sum())
        self._usual = np.log1p(facts.acceptance_gain.value * accepted)
        self._usual += np.log1p(facts.property_gain.value * connected)
        self._usual += np.log1p(facts.transport_gain.value * levers.transport)
        gain = facts.discount_gain_per_10_percent.value * levers.discount * 10
        self._with_discount = self._usual + np.log1p(gain * accepted)
        self._there = facts.shop_share.value * accepted
        self._ticket = world.scenario.by_segment(world.scenario.value.ticket)
        self._sold, self._sold_with_discount = (self._share_there(log) for log in (self._usual, self._with_discount))
        world.spending.add("merchants", self._log_ratio, changes=True)

    def begin_day(self, day: int) -> None:
        """Pay for signing and connecting, once."""
        if day == 0:
            world, facts, levers = self._world, self._facts, self._levers
            signed = levers.per_1000_customers * world.population.size / _PER_1000
            amount = signed * facts.merchant_cost.value + self._connected * facts.property_cost.value
            amount += levers.transport * facts.transport_cost_per_1000.value * world.population.size / _PER_1000
            world.ledger.figure("merchants_signed", signed)
            world.ledger.cost(day, CostItem.MERCHANT, Channel.ORGANIC, signed, amount)

    def end_day(self, day: int) -> None:
        """Record the day's sales of the merchants, and the bank's share of their discount."""
        ledger, discounted = self._world.ledger, self._discounted(day)
        share = self._sold_with_discount if discounted else self._sold
        sales = ledger.of_day(day, "payments") * share * self._ticket
        ledger.tally_by_segment(day, "merchant_sales", sales)
        if discounted:
            discount = sales * self._levers.discount
            bank = discount * (1 - self._facts.merchant_bears.value)
            ledger.tally_by_segment(day, "merchant_discount", discount)
            ledger.tally_by_segment(day, "merchant_discount_cost", bank)
            ledger.cost(day, CostItem.MERCHANT, Channel.ORGANIC, float(sales.sum()), float(bank.sum()))

    def _unevenness(self, luck: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return each community's merchants against the mean: gamma of mean 1."""
        spread = self._facts.community_spread.value
        if spread < _NO_SPREAD:
            return np.ones_like(luck)
        shape = 1 / spread**2
        return np.asarray(gammaincinv(shape, luck) / shape)

    def _discounted(self, day: int) -> bool:
        return self._levers.discount > 0 and day < self._levers.discount_days

    def _log_ratio(self, users: Customers, day: int) -> Floats:
        by_community = self._with_discount if self._discounted(day) else self._usual
        return by_community[self._world.population.community_of(users)]

    def _share_there(self, log_ratio: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return by segment the share of payments that are made at the merchants, by where users of day 0 live and how often they pay."""
        population = self._world.population
        users = np.flatnonzero(population.active)
        place, segment = population.community_of(users), population.segment.take(users)
        segments = len(self._world.scenario.segments)
        often = np.exp(log_ratio)[place]
        there = np.bincount(segment, often * self._there[place], minlength=segments)
        return there / np.maximum(np.bincount(segment, often, minlength=segments), 1e-12)
