"""What moves trust, and what trust does: who doubts opens less and refuses to talk more."""

from __future__ import annotations

import functools

import numpy as np

from simkit.campaign.influences import Customers, Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, Outcome
from simkit.campaign.world import World

_AT_DOORS = (Channel.VISIT, Channel.APPOINTMENT, Channel.WORKPLACE_VISIT)
_WHERE_CUSTOMERS_ARE_MET = (*_AT_DOORS, Channel.COMMUNITY_EVENT)
_NOT_MET = (Outcome.NOT_HOME, Outcome.NO_SHOW, Outcome.CANCELLED, Outcome.LAPSED, Outcome.LEFT_QUEUE)
_IS_MET = np.array([outcome not in _NOT_MET for outcome in Outcome])


class Experiences(Mechanism):
    """Every experience of a customer with the bank changes the customer's trust."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        facts = world.scenario.trust
        if facts is None or world.trust is None:
            raise ValueError("trust takes part only where the scenario has it")
        self._world = world
        self._trust = world.trust
        self._met = facts.met.value
        self._doubts_below = facts.doubts_below.value
        points = {
            Signal.BRIEFED: facts.briefed,
            Signal.EDUCATED: facts.educated,
            Signal.SOLVED: facts.solved,
            Signal.UNSOLVED: facts.unsolved,
            Signal.CARED_FOR: facts.cared_for,
            Signal.HARMED: facts.harmed,
        }
        for signal, gained in points.items():
            world.signals.listen(signal, functools.partial(self._feel, gained.value))
        world.opening.influences.add("trust", self._own_opening)
        world.opening.influences.add("change_of_trust", self._changed_opening, changes=True)
        world.refusal.add("trust", self._refusal)
        world.ledger.listen(self._meet, _WHERE_CUSTOMERS_ARE_MET)

    def begin_day(self, day: int) -> None:
        """Let a week's experience fade on Mondays."""
        self._trust.begin_day(day)
        if self._world.calendar.weekday[day] == 0:
            self._trust.forget()

    def close(self, day: int) -> None:
        """Write down what the campaign has done to trust when it ends."""
        if day == self._world.campaign_days - 1:
            self._world.ledger.figure("mean_trust_change", self._trust.mean_change())

    def _feel(self, points: float, customers: Customers, day: int) -> None:
        if points:
            self._trust.move(customers, points, day)

    def _meet(self, day: int, channel: Channel, batch: ContactBatch) -> None:
        """Count who refuses to talk; who does talk trusts us more."""
        met = _IS_MET[batch.outcome]
        refused = batch.outcome == Outcome.REFUSED.value
        self._feel(self._met, batch.customers[met & ~refused], day)
        if channel in _AT_DOORS:
            tally, refusing = self._world.ledger.tally, batch.customers[refused]
            tally(day, "refused_to_talk", refusing)
            level = self._trust.own(refusing) + self._trust.changed(refusing)
            tally(day, "refused_in_doubt", refusing[level < self._doubts_below])

    def _own_opening(self, customers: Customers, channel: int) -> Floats:  # noqa: ARG002 - the same in all channels
        return self._trust.looked_up(self._trust.opening_by_slice, customers)

    def _changed_opening(self, customers: Customers, channel: int) -> Floats:  # noqa: ARG002
        return self._trust.effect_of_change(self._trust.opening, customers)

    def _refusal(self, customers: Customers, channel: int) -> Floats:  # noqa: ARG002
        own = self._trust.looked_up(self._trust.refusal_by_slice, customers)
        return own - self._trust.effect_of_change(self._trust.refusal, customers)
