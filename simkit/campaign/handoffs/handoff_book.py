"""The book of handoffs: who waits at which desk since when, and how every handoff ends.

A customer is in at most one open handoff, so its state is a few columns by customer: created = accepted + refused + expired + open.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.each_once import each_once
from simkit.campaign.vocabulary import Desk, HandoffEnd, HandoffKind, names
from simkit.campaign.world import World
from simkit.due_dates import DueDates

Customers = NDArray[np.integer]
_DESK_NAMES, _KIND_NAMES, _END_NAMES = names(Desk), names(HandoffKind), names(HandoffEnd)


class HandoffBook:
    """Open handoffs by desk, first come, first served; each has a deadline, each customer a limit."""

    def __init__(self, world: World, *, hop_limit: int, deadline_days: int) -> None:
        self._world = world
        self._hop_limit = hop_limit
        self._deadline_days = deadline_days
        self._hops = world.of_few.column(np.uint8(0))
        self._waits = world.of_few.column(np.False_)
        self._way = world.of_few.column(np.int8(0))
        self._created_day = world.of_few.column(np.int16(0))
        self._queues: dict[Desk, list[Customers]] = {desk: [] for desk in Desk}
        self._deadlines = DueDates(np.int32)

    def waits(self, customers: Customers) -> NDArray[np.bool_]:
        """Say who is in an open handoff."""
        waits: NDArray[np.bool_] = self._waits[customers]
        return waits

    def hops(self, customers: Customers) -> NDArray[np.uint8]:
        """Return how many handoffs each customer has been through, an open one included."""
        return self._hops[customers]

    def nurtures(self, customers: Customers) -> NDArray[np.bool_]:
        """Say whose handoff stays online."""
        nurtures: NDArray[np.bool_] = self._way[customers] == _way(Desk.ONLINE, Desk.ONLINE)
        return nurtures

    def days_waiting(self, customers: Customers, day: int) -> NDArray[np.int16]:
        """Return the days since each handoff was made."""
        return np.asarray(day - self._created_day[customers])

    def make(self, customers: Customers, begins: Desk, ends: Desk, day: int) -> Customers:
        """Pass customers who wait nowhere from one desk to another; return who is, for some have reached their limit."""
        customers = customers[~self._waits[customers]]
        if not customers.shape[0]:
            return customers
        hops = self._hops[customers]
        free = hops < self._hop_limit
        self._world.ledger.tally(day, "handoffs_over_limit", customers[~free])
        customers = customers[free]
        self._hops[customers] = hops[free] + np.uint8(1)
        self._waits[customers] = True
        self._way[customers] = _way(begins, ends)
        self._created_day[customers] = day
        self._queues[ends].append(customers)
        self._deadlines.put(customers, day + self._deadline_days + 1)
        self._tally(day, "created", customers, _kind(begins, ends))
        self._world.ledger.tally(day, "handoffs_created", customers)
        self._world.ledger.tally(day, f"handoffs_{_DESK_NAMES[begins]}_to_{_DESK_NAMES[ends]}", customers)
        return customers

    def take_waiting(self, desk: Desk) -> Customers:
        """Take who waits at a desk, in the order in which they came; whose handoff does not end now is to be put back."""
        parts, self._queues[desk] = self._queues[desk], []
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int32)

    def put_back(self, customers: Customers, desk: Desk) -> None:
        """Have customers wait on, before all who come later."""
        self._queues[desk].insert(0, customers)

    def end(self, customers: Customers, how: HandoffEnd, day: int) -> None:
        """End open handoffs."""
        if not customers.shape[0]:
            return
        ledger, how_named = self._world.ledger, _END_NAMES[how]
        begins, ends = np.divmod(self._way[customers], np.int8(len(Desk)))
        kinds = _KINDS[begins, ends]
        for kind in set(kinds.tolist()):
            self._tally(day, how_named, customers[kinds == kind], kind)
        ledger.tally(day, f"handoffs_{how_named}", customers)
        if ledger.full:
            way = (kinds, begins, ends)
            ledger.handoffs(customers, self._hops[customers], way, self._created_day[customers], (how, day))
        self._waits[customers] = False
        if how in (HandoffEnd.REFUSED, HandoffEnd.EXPIRED):
            ledger.tally(day, "leaked_leads", customers[ends != Desk.ONLINE])

    def expire(self, day: int) -> dict[Desk, Customers]:
        """End the handoffs whose deadline was yesterday; return by desk whom it failed to take over."""
        due = each_once(self._deadlines.take(day))
        if not due.shape[0]:
            return {}
        late = due[self._waits[due] & (self._created_day[due] + self._deadline_days + 1 == day)]
        if not late.shape[0]:
            return {}
        self.end(late, HandoffEnd.EXPIRED, day)
        for desk, parts in self._queues.items():
            self._queues[desk] = [part[self._waits[part]] for part in parts]
        at = self._way[late] % len(Desk)
        return {desk: late[at == desk] for desk in Desk}

    def close(self, day: int) -> None:
        """After the last day: count what is still open."""
        for desk in Desk:
            self.end(self.take_waiting(desk), HandoffEnd.OPEN, day)
        passed_on = self._hops.who()
        self._world.ledger.tally(day, "customers_passed_on", passed_on)
        self._world.ledger.figure("most_handoffs_of_a_customer", float(self._hops[passed_on].max(initial=0)))

    def _tally(self, day: int, what: str, customers: Customers, kind: int) -> None:
        self._world.ledger.tally(day, f"{_KIND_NAMES[kind]}_{what}", customers)


def _way(begins: Desk, ends: Desk) -> int:
    """Return the number of the way from one desk to another."""
    return int(begins) * len(Desk) + int(ends)


def _kind(begins: Desk, ends: Desk) -> HandoffKind:
    """Return what a handoff is: to people a referral, from people a return, and within online channels nurture."""
    if ends != Desk.ONLINE:
        return HandoffKind.REFER
    return HandoffKind.NURTURE if begins == Desk.ONLINE else HandoffKind.RETURN


_KINDS = np.array([[_kind(begins, ends) for ends in Desk] for begins in Desk])
