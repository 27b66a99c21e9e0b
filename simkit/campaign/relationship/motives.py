"""Why users use the wallet: what the end of an incentive does to each kind, and what deep discounts make of loyal ones."""

from __future__ import annotations

import numpy as np

from simkit.campaign.behaviour.players import worth_cny
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.offered_programme import offered_programme
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Status
from simkit.campaign.wallet.activity import NEVER
from simkit.campaign.world import World

RELATIONAL, FUNCTIONAL, PRICE_SENSITIVE = range(3)
_LATER = {30: "promotion_users_after_30_days", 90: "promotion_users_after_90_days"}


class Motives(Mechanism):
    """A motive for each user; it matters only where there is an incentive that can end. Bonus hunters are those of the programme."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        facts, scenario = world.scenario.motives, world.scenario
        if facts is None:
            raise ValueError("motives take part only where the scenario has them")
        self._world = world
        self._facts = facts
        self._rewards = outreach.rewards
        programme = offered_programme(world.levers)
        self._price_sensitive = scenario.by_segment(facts.price_sensitive)
        self._functional = scenario.by_segment(facts.functional)
        self._motive = world.of_users.column(np.uint8(RELATIONAL))
        self._kind_luck = world.streams.decision("motives.kind")
        jumps = (facts.jump_relational, facts.jump_functional, facts.jump_price_sensitive)
        self._log_jump = np.log([jump.value for jump in jumps]).astype(np.float32)
        self._played = np.empty(0, dtype=np.int64)
        if programme is None and world.levers.offer.welcome_gift_cny <= 0:
            return
        self._settle(np.flatnonzero(world.population.active), 0)
        world.signals.listen(Signal.ACTIVATED, self._settle)
        world.stopping.add("motives", self._log_ratio)
        if programme is None:
            return
        self._knew = world.marks.new()
        worth = np.array([worth_cny(programme, float(ticket)) for ticket in scenario.by_segment(scenario.value.ticket)])
        self._deep = worth >= facts.deep_discount.value * scenario.by_segment(scenario.value.ticket)
        if self._deep.any():
            self._had_deep = world.marks.new()
            self._eroded = world.marks.new()
            self._erosion_luck = world.streams.decision("motives.erosion")
            world.signals.listen(Signal.REDEEMED, self._erode)
            world.spending.add("reference_price", self._reference_price, changes=True)

    def end_day(self, day: int) -> None:
        """Count who played for the programme when it ended, and who of them is still a user 30 and 90 days later."""
        ends = self._rewards.ends
        if ends is None:
            return
        status, ledger = self._world.wallets.status, self._world.ledger
        if day == ends - 1:
            users = np.flatnonzero(status == Status.ACTIVE.value)
            self._knew[self._rewards.who_knew()] = True
            self._played = users[self._knew[users]]
            ledger.tally(day, "promotion_users", self._played)
        later = _LATER.get(day - (ends - 1))
        if later is not None:
            ledger.tally(day, later, self._played[status[self._played] == Status.ACTIVE.value])

    def _settle(self, customers: Customers, day: int) -> None:  # noqa: ARG002 - a listener
        segment, luck = self._world.population.segment.take(customers), self._kind_luck.uniform(customers)
        price_sensitive, functional = self._price_sensitive.take(segment), self._functional.take(segment)
        by_price = luck < price_sensitive
        by_use = luck < price_sensitive + (1 - price_sensitive) * functional
        self._motive[customers] = np.where(by_price, PRICE_SENSITIVE, np.where(by_use, FUNCTIONAL, RELATIONAL))

    def _log_ratio(self, users: Customers, day: int) -> Floats:
        """Return what the end of the programme, and that of the welcome gift with the first payment, do for some weeks."""
        felt = np.zeros(users.shape[0], dtype=np.float32)
        concerned, of_gift = self._gift_felt(users, day)
        felt[concerned] = of_gift
        ends = self._rewards.ends
        if ends is not None and ends <= day < ends + self._facts.jump_days.value:
            felt = np.maximum(felt, self._knew[users])
            concerned = np.flatnonzero(felt)
        felt[concerned] *= self._log_jump[self._motive[users[concerned]]]
        return felt

    def _gift_felt(self, users: Customers, day: int) -> tuple[Customers, Floats]:
        """Return which of these users (by place) have lately had the welcome gift, and how much they feel its end, 0 to 1."""
        wallets = self._world.wallets
        new = (wallets.activated_day.take(users) > day - self._facts.jump_days.value).nonzero()[0]
        opened = wallets.opened_day[users[new]]
        new = new[(opened != NEVER) & (opened < self._world.campaign_days)]
        gift = self._world.opening.gift_cny[users[new]]
        return new, np.minimum(gift / max(self._facts.full_gift.value, 0.01), 1)

    def _erode(self, customers: Customers, day: int) -> None:
        """Let some who did not look at the price learn to, at each deep discount."""
        deep = customers[self._deep.take(self._world.population.segment.take(customers))]
        deep = deep[self._motive[deep] != PRICE_SENSITIVE]
        first = deep[~self._had_deep[deep]]
        self._had_deep[first] = True
        learns = deep[self._erosion_luck.uniform(deep, day) < self._facts.erosion.value]
        self._motive[learns] = PRICE_SENSITIVE
        self._eroded[learns] = True
        self._world.ledger.tally(day, "given_deep_discounts", first)
        self._world.ledger.tally(day, "turned_price_sensitive", learns)

    def _reference_price(self, users: Customers, day: int) -> Floats | float:
        """Return how much less those pay who have learnt to, where there is no discount any more."""
        ends = self._rewards.ends
        if ends is None or day < ends:
            return 0.0
        return -np.float32(self._facts.reference_price.value) * self._eroded[users]
