"""How visits are announced and held, from the badge to the trial payment, and what customers object."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import by_block
from simkit.campaign.contacts.meetings import VISITS
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.signals import Signal
from simkit.campaign.visits.objections import Objections
from simkit.campaign.vocabulary import Channel, CostItem, Outcome
from simkit.campaign.world import World

_BADGE, _BRIEFING, _TRIAL = range(3)


class Conduct(Mechanism):
    """Terms of opening the door, of refusal, of opening the wallet and of minutes; only those whose lever is pulled.

    How staff behave towards a customer is the customer's luck and the same at every visit: who is met with badge and uniform at a share of
    0.5 is met so at any larger one.
    """

    def __init__(self, world: World, outreach: Outreach) -> None:
        if world.scenario.conduct is None or world.levers.conduct is None:
            raise ValueError("conduct takes part only where scenario and strategy have it")
        self._world = world
        self._conduct, self._levers = world.scenario.conduct, world.levers.conduct
        self._objections = Objections(world, self._conduct)
        self._segment = world.population.segment
        self._relief = world.scenario.by_segment(self._conduct.doubt_resolved)
        shares = (self._levers.badge_and_uniform, self._levers.security_briefing, self._levers.trial_payment)
        luck, everyone = world.streams.decision("conduct.staff"), np.arange(world.population.size, dtype=np.int32)
        self._met_with = by_block(lambda some: _as_bits(luck.uniforms(some, width=len(shares)), shares), everyone)
        self._wariness(outreach)
        self._briefing(outreach)
        self._trial(outreach)
        world.ledger.listen(self._count, VISITS)

    def _wariness(self, outreach: Outreach) -> None:
        """Register what changes who opens the door, who talks and who keeps an appointment."""
        world, conduct, levers = self._world, self._conduct, self._levers
        if levers.badge_and_uniform:
            world.refusal.add("badge", partial(self._given, _BADGE, np.log(conduct.badge_refusal_odds_ratio.value)))
            world.open_door.add("badge", partial(self._given, _BADGE, np.log(conduct.badge_open_door_ratio.value)))
        if levers.advance_notice:
            notice = float(np.log(conduct.notice_open_door_ratio.value))
            world.open_door.add("notice", lambda customers, channel: notice * (channel == Channel.VISIT))  # noqa: ARG005
        if levers.state_purpose:
            stated = float(np.log(conduct.purpose_refusal_odds_ratio.value))
            world.refusal.add("purpose", lambda customers, channel: stated * (channel == Channel.APPOINTMENT))  # noqa: ARG005
        if world.levers.field.staff_per_team > 1:
            pair = np.log(world.scenario.by_segment(conduct.pair_refusal_odds_ratio))
            world.refusal.add("pair", lambda customers, channel: pair.take(self._segment.take(customers)))  # noqa: ARG005
        if levers.reminders:
            reminded = levers.reminders * float(np.log(conduct.reminder_no_show_ratio.value))
            outreach.field.appointments.outcomes.missing.add("reminders", lambda customers, channel: reminded)  # noqa: ARG005

    def _briefing(self, outreach: Outreach) -> None:
        if self._levers.security_briefing:
            minutes = self._conduct.briefing_minutes.value
            outreach.field.appointments.outcomes.listening_minutes.add(
                "briefing", partial(self._given, _BRIEFING, minutes)
            )
            self._world.opening.influences.add("briefing", self._doubt_resolved)

    def _trial(self, outreach: Outreach) -> None:
        if self._levers.trial_payment:
            outcomes = outreach.field.appointments.outcomes
            outcomes.paying.add("trial", partial(self._given, _TRIAL, np.log(self._conduct.trial_odds_ratio.value)))
            outcomes.opening_minutes.add("trial", partial(self._given, _TRIAL, self._conduct.trial_minutes.value))

    def _given(self, what: int, effect: float, customers: Customers, channel: int) -> Floats:  # noqa: ARG002
        """Return the effect for customers who are met in this way, else 0."""
        return np.asarray(effect * self._is_met_with(what, customers))

    def _is_met_with(self, what: int, customers: Customers) -> NDArray[np.bool_]:
        met_with: NDArray[np.bool_] = self._met_with.take(customers) & np.uint8(1 << what) != 0
        return met_with

    def _doubt_resolved(self, customers: Customers, channel: int) -> Floats | float:
        if channel not in VISITS:
            return 0.0
        rows, relief = self._is_met_with(_BRIEFING, customers).nonzero()[0], np.zeros(customers.shape[0])
        briefed = customers[rows]
        relief[rows] = self._relief.take(self._segment.take(briefed)) * self._objections.resolvable(briefed)
        return relief

    def _count(self, day: int, channel: Channel, batch: ContactBatch) -> None:
        self._pay(day, channel, batch.outcome)
        met = batch.heard
        customers, outcome = batch.customers[met], batch.outcome[met]
        tally = self._world.ledger.tally
        tally(day, "visits_observed", customers)
        tally(day, "visit_minutes", customers, np.broadcast_to(batch.minutes, met.shape)[met])
        tally(day, "badged_visits", customers[self._is_met_with(_BADGE, customers)])
        listening = outcome != Outcome.REFUSED.value
        briefed = listening & self._is_met_with(_BRIEFING, customers)
        tally(day, "security_briefings", customers[briefed])
        self._objections.count(day, customers, outcome, listening, briefed)
        self._world.signals.send(Signal.BRIEFED, customers[briefed], day)

    def _pay(self, day: int, channel: Channel, outcome: NDArray[np.uint8]) -> None:
        """Pay for the notices at today's doors, and for the reminders of today's appointments."""
        notices = outcome.shape[0] if channel == Channel.VISIT and self._levers.advance_notice else 0
        self._world.ledger.cost(day, CostItem.MESSAGE, channel, notices, notices * self._conduct.notice_cost.value)
        if channel == Channel.APPOINTMENT:
            kept_free = int(np.sum((outcome != Outcome.CANCELLED.value) & (outcome != Outcome.LAPSED.value)))
            reminders = kept_free * self._levers.reminders
            cost = reminders * self._conduct.reminder_cost.value
            self._world.ledger.cost(day, CostItem.MESSAGE, channel, reminders, cost)


def _as_bits(luck: NDArray[np.float64], shares: Sequence[float]) -> NDArray[np.uint8]:
    """Return in one byte whose luck is below each share, by column, the first in the lowest bit."""
    bits = np.zeros(luck.shape[0], dtype=np.uint8)
    for what, share in enumerate(shares):
        bits |= (luck[:, what] < share) * np.uint8(1 << what)
    return bits
