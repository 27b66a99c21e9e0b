"""Routes: where a customer's way begins, and whom each route contacts first, by value, preference and willingness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from simkit.blocks import by_block
from simkit.campaign.calls.dialling import Rank
from simkit.campaign.handoffs.desks import DESK_OF
from simkit.campaign.influences import Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Channel, Desk, names
from simkit.campaign.world import World
from simkit.params.mechanisms.handoffs import RoutePreference

Customers = NDArray[np.integer]
_WALLETS_OF = [f"{desk}_talk_wallets" for desk in names(Desk)]
# The later outweighs all the earlier.
_UNWILLING, _ANOTHER_ROUTE, _OFFLINE_FIRST = 1, 2, 4


class RoutePlay(Mechanism):
    """Every customer prefers one route, by which contacts win more; under a rule the bank goes by it."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        routing, levers = world.scenario.routing, world.levers.routing
        if routing is None or levers is None:
            raise ValueError("routing takes part only where scenario and strategy have it")
        self._world = world
        self._by_value = levers.rule in ("value", "all")
        self._by_preference = levers.rule in ("preference", "all")
        self._by_willingness = levers.rule == "all"
        self._offline = outreach.desks.begins_offline
        self._seen = routing.willingness_seen.value
        self._willing_from = float(ndtri(1 - levers.willing_share))
        self._willingness = world.streams.decision("routing.willingness")
        shares = _shares(world, routing.preference)
        customers = world.targets(None)
        luck, segment, up_to = (
            world.streams.decision("routing.preference"),
            world.population.segment,
            np.cumsum(shares, axis=0),
        )
        self._code = np.zeros(world.population.size, dtype=np.min_scalar_type(shares.size))
        self._code[customers] = by_block(lambda some: _codes(luck.uniform(some), up_to, segment.take(some)), customers)
        self._log_ratio = _centred(routing.preferred_odds_ratio.value, shares)
        world.opening.influences.add("preferred_route", self._log_odds)
        shape = (world.scenario.calendar.horizon_days, len(Desk), shares.shape[1], len(Desk))
        self._talks = np.zeros(shape, dtype=np.int64)  # by day, desk that talked, segment and desk preferred
        world.ledger.listen(self._count, DESK_OF)
        if levers.rule == "none":
            return
        outreach.desks.first_desk = self._first_desk
        outreach.calls.order_by(self._rank_at(Desk.REMOTE))
        if outreach.desks.order_managers and self._by_preference:
            outreach.desks.order_managers(self._rank_at(Desk.BRANCH))

    def finish(self) -> None:
        """Write how many talks each route had, and how many were by the preferred one."""
        ledger = self._world.ledger
        for desk in sorted(set(DESK_OF.values())):
            for day, talks in enumerate(self._talks[:, desk]):
                ledger.tally_by_segment(day, "routed_talks", talks.sum(axis=1))
                ledger.tally_by_segment(day, f"{desk.name.lower()}_talks", talks.sum(axis=1))
                ledger.tally_by_segment(day, "preferred_talks", talks[:, desk])

    def preferred(self, customers: Customers) -> NDArray[np.int8]:
        """Return the desk (`Desk`) that each prospect prefers."""
        return (self._code.take(customers) % len(Desk)).astype(np.int8)

    def _rank_at(self, desk: Desk) -> Rank:
        def rank(customers: Customers) -> NDArray[np.int8]:
            """Lower comes first: who does not begin offline, then who prefers this route, then who is willing."""
            ranks = np.zeros(customers.shape[0], dtype=np.int8)
            if self._by_willingness:
                ranks += np.int8(_UNWILLING) * ~self._willing(customers)
            if self._by_preference:
                ranks += np.int8(_ANOTHER_ROUTE) * (self.preferred(customers) != desk)
            if self._by_value and self._offline and desk == Desk.REMOTE:
                ranks += np.int8(_OFFLINE_FIRST) * self._offline(customers)
            return ranks

        return rank

    def _willing(self, customers: Customers) -> NDArray[np.bool_]:
        """Say whose score of willingness is high; it sees the customer's propensity through noise."""
        spread = self._world.scenario.response.propensity_spread.value
        own = (self._world.population.propensity[customers] + spread**2 / 2) / spread if spread else 0.0
        noise = ndtri(self._willingness.uniform(customers))
        willing: NDArray[np.bool_] = self._seen * own + np.sqrt(1 - self._seen**2) * noise > self._willing_from
        return willing

    def _first_desk(self, customers: Customers) -> NDArray[np.int8]:
        """Return the desk for each lead: the branch for who begins offline, else the preferred route where that is the rule."""
        desk = self.preferred(customers) if self._by_preference else np.full(customers.shape[0], -1, dtype=np.int8)
        if self._by_value and self._offline:
            return np.where(self._offline(customers), np.int8(Desk.BRANCH), desk)
        return desk

    def _log_odds(self, customers: NDArray[np.integer], channel: int) -> Floats:
        desk = DESK_OF.get(Channel(channel), Desk.ONLINE)
        log_ratio: Floats = self._log_ratio[desk].take(self._code.take(customers))
        return log_ratio

    def _count(self, day: int, channel: Channel, batch: ContactBatch) -> None:
        """Count talks by route and by preference; messages go to everyone, whatever the rule."""
        desk = DESK_OF[channel]
        counted = np.bincount(self._code.take(batch.reached), minlength=self._log_ratio.shape[1])
        self._talks[day, desk] += counted.reshape(-1, len(Desk))
        self._world.ledger.tally(day, _WALLETS_OF[desk], batch.customers[batch.opened])


def _shares(world: World, preference: RoutePreference) -> NDArray[np.float64]:
    """Return the share of each segment that prefers each desk, shape (desks, segments)."""
    shares = np.stack([world.scenario.by_segment(getattr(preference, desk.name.lower())) for desk in Desk])
    return np.asarray(shares / shares.sum(axis=0))


def _codes(luck: NDArray[np.float64], up_to: NDArray[np.float64], segment: NDArray[np.uint8]) -> NDArray[np.int16]:
    """Return segment × 4 + preferred desk: the first whose cumulative share in the segment is above the luck."""
    codes = segment * np.int16(len(Desk))
    for desk in range(len(Desk) - 1):
        codes += luck >= up_to[desk][segment]
    return codes


def _centred(odds_ratio: float, shares: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return log-odds by (desk of the contact, code of the customer), whose mean odds ratio is 1 over each segment at each desk."""
    otherwise = np.log(1 / (1 + shares * (odds_ratio - 1)))
    prefers = np.eye(len(Desk))[:, None, :]
    by_code = otherwise[:, :, None] + np.log(odds_ratio) * prefers
    return np.asarray(by_code.reshape(len(Desk), -1), dtype=np.float32)
