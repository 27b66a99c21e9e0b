"""Offers of other banks: a user switches if the offer is stronger than inertia and loyalty together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.influences import Customers, Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.relationship.loyalty import PAY, loyalty_at_start
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Status
from simkit.campaign.world import World
from simkit.due_dates import DueDates

_SUNDAY = 6
_WEEK, _WEEKS_PER_YEAR = 7, 52
_HOUR = 11.0


class Competitor(Mechanism):
    """Each user is offered something by another bank at random times; who switches is one of those whom the survival curve counts."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        facts, levers = world.scenario.competitor, world.levers.competitor
        if facts is None or world.scenario.loyalty is None:
            raise ValueError("competitors take part only where the scenario has them, and loyalty")
        self._world = world
        self._facts = facts
        self._match_cny = levers.match_offer_cny if levers is not None else 0.0
        self._offer_luck = world.streams.decision("competitor.offer")
        self._next_luck = world.streams.decision("competitor.next")
        self._offers_on = DueDates(np.int32)
        resistance = facts.inertia.value + loyalty_at_start(world.scenario, PAY)
        switching = float(np.exp(-resistance / facts.strength.value).mean())
        outreach.payments.allow_for(other_causes=facts.offers.value / _WEEKS_PER_YEAR * switching)
        self._await_offers(np.flatnonzero(world.population.active), 0)
        world.signals.listen(Signal.ACTIVATED, self._await_offers)

    def end_day(self, day: int) -> None:
        """On Sundays, let users take or leave the offers of the week."""
        if self._world.calendar.weekday[day] != _SUNDAY:
            return
        users = np.sort(self._offers_on.take_until(day)).astype(np.intp)
        users = users[self._world.wallets.status.take(users) == Status.ACTIVE.value]
        luck = self._offer_luck.uniforms(users, day, width=2)
        strength = -np.log(luck[:, 0]) * self._facts.strength.value
        resistance = self._facts.inertia.value + self._world.states["loyalty_in_paying"](users)
        matched = self._match(users, luck[:, 1], day)
        if self._match_cny > 0:
            resistance = resistance + matched * self._match_cny / max(self._facts.match_cny.value, 0.01)
        switches = strength > resistance
        stays = users[matched & ~switches]
        n = stays.shape[0]
        self._world.ledger.cost(day, CostItem.CARE, Channel.WECOM, n, n * self._match_cny)
        self._world.ledger.tally(day, "competing_offers", users)
        self._world.ledger.tally(day, "lost_to_competitors", users[switches])
        self._world.ledger.tally(day, "matched_offers_cost", stays, self._match_cny)
        self._world.wallets.stop(users[switches], day)
        self._await_offers(users[~switches], day)

    def _await_offers(self, users: Customers, day: int) -> None:
        """Draw the day of each user's next offer; the time between two is exponential."""
        rate = self._facts.offers.value / (_WEEK * _WEEKS_PER_YEAR)
        if rate > 0:
            wait = np.ceil(self._next_luck.exponential(users, day) / rate).astype(np.int64)
            soon = wait < self._world.scenario.calendar.horizon_days - day
            self._offers_on.spread(users[soon], day + wait[soon])

    def _match(self, users: Customers, luck: Floats, day: int) -> NDArray[np.bool_]:
        """Answer the offers that are noticed, by a personal message; say who has been answered."""
        world = self._world
        matched = np.zeros(users.shape[0], dtype=np.bool_)
        if self._match_cny <= 0 or day >= world.campaign_days:
            return matched
        known = np.flatnonzero(luck < self._facts.noticed.value)
        known = known[world.record.allowed(users[known].astype(np.int32), Channel.WECOM)]
        matched[known] = True
        answered, n = users[known].astype(np.int32), known.shape[0]
        outcome, message = np.full(n, Outcome.DELIVERED, dtype=np.uint8), world.scenario.messages["wecom"]
        world.ledger.contacts(day, Channel.WECOM, ContactBatch(answered, outcome, np.zeros(n), hour=_HOUR))
        world.ledger.cost(day, CostItem.MESSAGE, Channel.WECOM, n, n * message.unit_cost.value)
        world.record.note(answered, message.fatigue_weight.value)
        world.ledger.tally(day, "matched_offers", answered)
        return matched
