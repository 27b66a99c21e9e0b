"""Passing customers on: leads are referred to a desk, which takes them over in time or not; from there on, or back online."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.shifts import on_duty
from simkit.campaign.handoffs.desks import Receiver
from simkit.campaign.handoffs.handoff_book import HandoffBook
from simkit.campaign.handoffs.information import Information
from simkit.campaign.handoffs.nurture import Nurture
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, Desk, HandoffEnd, Outcome
from simkit.campaign.world import World

Customers = NDArray[np.integer]
_NOBODY = Desk.ONLINE  # online nobody in particular looks after a customer


class PassingOn(Mechanism):
    """Every desk takes over whom it has hands for, first come, first served, and talks to them before all others."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        facts, levers = world.scenario.handoffs, world.levers.handoffs
        if facts is None or levers is None:
            raise ValueError("handoffs take part only where scenario and strategy have them")
        self._world = world
        self._levers = levers
        self._refused = facts.refused.value
        self._refusing = world.streams.decision("handoff.refused")
        self._visits = outreach.field.appointments
        self._desks = outreach.desks
        self._receivers = _receivers(world, outreach)
        self._by_channel = {receiver.channel: desk for desk, receiver in self._receivers.items()}
        # A rule that names no desk says -1, which is the last entry: nobody is there.
        self._is_there = np.array([*(desk in self._receivers for desk in Desk), False])
        self._shifts = dict.fromkeys(self._receivers, 0)
        self._book = HandoffBook(world, hop_limit=levers.hop_limit, deadline_days=levers.deadline_days)
        self._information = Information(world, facts, tool=levers.sync_tool)
        self._nurture = Nurture(world, levers.nurture) if levers.nurture else None
        self._holder = world.of_few.column(np.int8(_NOBODY))
        self._rests_until = world.of_few.column(np.int16(0))
        world.signals.listen(Signal.LEAD, self._refer)
        world.ledger.listen(self._note_contacts, self._by_channel)
        if Desk.FIELD in self._receivers:
            outreach.calls.on_visit_agreed = self._pass_to_field

    def begin_day(self, day: int) -> None:
        """End what is late, let desks take over what waits, and write to those who are kept in touch with."""
        late = self._book.expire(day)
        if day >= self._world.campaign_days:
            return
        for desk, customers in late.items():
            self._done(customers, desk, day)
        for desk, receiver in self._receivers.items():
            if self._world.works(day, receiver.works_on):
                self._take_over(desk, receiver, day)
        self._take_back(day)
        if self._nurture:
            self._nurture.send(day)

    def finish(self) -> None:
        """Count what is still open."""
        self._book.close(self._world.scenario.calendar.horizon_days - 1)

    def _refer(self, leads: NDArray[np.integer], day: int) -> None:
        """Pass leads on, but for those whom a desk has in hand or who have been passed on lately."""
        customers = leads.astype(np.int32)
        free = (self._holder[customers] == _NOBODY) & ~self._book.waits(customers)
        free &= (self._rests_until[customers] <= day) & ~self._world.record.held_out[customers]
        customers = customers[free]
        desk = self._first_desk(customers)
        for begins_at in sorted(set(desk.tolist())):
            referred = self._book.make(customers[desk == begins_at], Desk.ONLINE, Desk(begins_at), day)
            if begins_at != Desk.ONLINE:
                self._information.pay(referred, day)
                if self._nurture:
                    self._nurture.end(referred)

    def _first_desk(self, customers: Customers) -> NDArray[np.int8]:
        """Return the desk that a rule names, if it is there, else the first of the strategy; online only where messages arrive."""
        default = np.int8(next(iter(self._receivers)))
        if self._desks.first_desk is None:
            return np.full(customers.shape[0], default)
        wanted = self._desks.first_desk(customers)
        there = self._is_there.take(wanted)
        if self._nurture:
            there |= (wanted == Desk.ONLINE) & self._nurture.may_write(customers)
        return np.where(there, wanted, default)

    def _take_over(self, desk: Desk, receiver: Receiver, day: int) -> None:
        """Let a desk look at everyone who waits, send back whom it cannot or will not have, and take as many others as it has hands for."""
        places = on_duty(receiver.staff * self._levers.accepted_per_staff_day, self._shifts[desk])
        self._shifts[desk] += 1
        waiting = self._book.take_waiting(desk)
        if not waiting.shape[0]:
            return
        willing = self._refusing.uniform(waiting, self._book.hops(waiting)) >= self._refused
        willing &= receiver.may_take(waiting) & self._world.wallets.prospects(waiting)
        refused, accepted = waiting[~willing], waiting[willing]
        self._book.end(refused, HandoffEnd.REFUSED, day)
        self._done(refused, desk, day)
        customers, others = accepted[:places], accepted[places:]
        self._book.put_back(others, desk)
        days = self._book.days_waiting(customers, day)
        self._world.ledger.tally(day, "handoff_wait_days", customers, days)
        self._book.end(customers, HandoffEnd.ACCEPTED, day)
        looked_after = self._information.look_up(customers, self._book.hops(customers), days)
        for name in ("missed_leads", "leaked_leads"):
            self._world.ledger.tally(day, name, customers[~looked_after])
        customers = customers[looked_after]
        self._holder[customers] = desk
        receiver.take(customers, day)

    def _take_back(self, day: int) -> None:
        """Online takes everyone without a wallet; those with whom messages arrive are nurtured next."""
        waiting = self._book.take_waiting(Desk.ONLINE)
        if not waiting.shape[0]:
            return
        willing = self._world.wallets.prospects(waiting)
        nurtures = self._book.nurtures(waiting)
        self._book.end(waiting[~willing], HandoffEnd.REFUSED, day)
        self._book.end(waiting[willing], HandoffEnd.ACCEPTED, day)
        self._rests_until[waiting] = day + self._levers.cooldown_days
        if self._nurture:
            self._nurture.begin(waiting[willing & nurtures], day)
            back = waiting[willing & ~nurtures]
            self._book.make(back[self._nurture.may_write(back)], Desk.ONLINE, Desk.ONLINE, day)

    def _pass_to_field(self, customers: Customers, day: int) -> None:
        """Who agrees to a visit in a call is referred to the field; who waits for another desk is booked at once."""
        waits = self._book.waits(customers)
        self._visits.book(customers[waits], day)
        self._holder[customers] = _NOBODY
        self._information.pay(self._book.make(customers[~waits], Desk.REMOTE, Desk.FIELD, day), day)

    def _note_contacts(self, day: int, channel: Channel, batch: ContactBatch) -> None:
        """See what came of the customers whom a desk has in hand."""
        desk = self._by_channel[channel]
        mine = (self._holder[batch.customers] == desk).nonzero()[0]
        if not mine.shape[0]:
            return
        customers, opened, outcome = batch.customers[mine], batch.opened[mine], batch.outcome[mine]
        self._information.note_talks(customers[batch.heard[mine]], day)
        self._world.ledger.tally(day, "handoff_wallets", customers[opened])
        # A call that is to be made again, and a visit that is agreed, leave the customer in the desk's hands.
        attempt = batch.attempt[mine] if isinstance(batch.attempt, np.ndarray) else batch.attempt
        spent = (attempt >= self._receivers[desk].contacts) & ~opened & (outcome != Outcome.VISIT_AGREED.value)
        self._holder[customers[opened]] = _NOBODY
        self._done(customers[spent], desk, day)

    def _done(self, customers: Customers, desk: Desk, day: int) -> None:
        """Let customers go whom a desk does not, or does no longer, look after: back online where that is the rule."""
        if not customers.shape[0]:
            return
        self._holder[customers] = _NOBODY
        self._rests_until[customers] = day + self._levers.cooldown_days
        if self._levers.back_online and desk != Desk.ONLINE and day < self._world.campaign_days:
            self._book.make(customers[self._world.wallets.prospects(customers)], desk, Desk.ONLINE, day)


def _receivers(world: World, outreach: Outreach) -> Mapping[Desk, Receiver]:
    """Return the desks that the strategy refers customers to, in its order."""
    calls, field, levers = outreach.calls, world.levers.field, world.levers.handoffs
    targeted = world.targeted(field.target_segments)
    everyone = {
        Desk.REMOTE: Receiver(
            staff=world.scaled(world.levers.calls.human_seats),
            works_on=world.levers.calls.hours.works_on,
            channel=Channel.HUMAN_CALL,
            contacts=world.levers.calls.max_calls,
            may_take=calls.may_call,
            take=calls.lead,
        ),
        Desk.FIELD: Receiver(
            staff=world.scaled(field.teams * field.staff_per_team),
            works_on=field.hours.works_on,
            channel=Channel.APPOINTMENT,
            contacts=0,
            may_take=lambda customers: targeted.take(world.population.segment.take(customers)),
            take=outreach.field.appointments.book,
        ),
        Desk.BRANCH: outreach.desks.managers,
    }
    chosen = [Desk[name.upper()] for name in levers.refer_to] if levers else []
    return {desk: receiver for desk in chosen if (receiver := everyone[desk]) is not None}
