"""Who may be contacted today, and how tired of us they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import by_block
from simkit.campaign.contacts.contact_rules import MESSAGES, ContactRules
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, Outcome
from simkit.compiled import compiled
from simkit.params.levers import ContactPolicy
from simkit.streams import Streams

HUNDREDTHS = 100
_WEEKS_BEFORE = 3
_NEVER = np.uint8(128)  # marks in the count of this week who is not contacted at all: more than anybody may be


class ContactRecord:
    """Each customer's recent contacts, counted in natural weeks; the last four weeks are 'the last 28 days'.

    A contact weighs 1 where a person or an SMS reaches the customer, less for a banner.
    hundredths: of the contacts of the last 28 days, by customer. rules: what else the policy asks for.
    """

    def __init__(self, policy: ContactPolicy, customers: int, streams: Streams) -> None:
        self._most = policy.contacts_per_week
        self._suppresses = policy.suppress_opted_out_everywhere
        self._this_week = np.zeros(customers, dtype=np.uint8)
        self._weeks_before = np.zeros((_WEEKS_BEFORE, customers), dtype=np.uint16)
        self.hundredths = np.zeros(customers, dtype=np.uint16)
        self._reserved_today = np.zeros(customers, dtype=np.bool_)
        self._oldest = 0
        self.rules = ContactRules(policy, customers, streams)
        self.held_out = np.zeros(customers, dtype=np.bool_)
        if policy.holdout_share:
            luck = streams.decision("contact_policy.holdout")
            self.held_out = by_block(lambda some: luck.uniform(some) < policy.holdout_share, np.arange(customers))
            self._this_week[self.held_out] = _NEVER

    @property
    def listening(self) -> bool:
        """Whether who may be contacted depends on more than how often one has been."""
        return self._suppresses or self.rules.listening

    def see(self, day: int, channel: Channel, batch: ContactBatch) -> None:
        """Hear of contacts, for the sake of the rules."""
        self.rules.see(day, channel, batch)
        if self._suppresses and channel in MESSAGES:
            self._this_week[batch.customers[batch.outcome == Outcome.OPTED_OUT.value]] |= _NEVER

    def begin_day(self, day: int, weekday: int) -> None:
        """Begin a day; `weekday` is 0 on Mondays, when a natural week begins."""
        if weekday == 0:
            self.begin_week()
        self._reserved_today[:] = False
        self.rules.begin_day(day, weekday)

    def begin_week(self) -> None:
        """Forget the week that is now more than four weeks ago; in its place comes the one that has just ended."""
        self._this_week &= _NEVER
        week = self._weeks_before[self._oldest]
        self.hundredths -= week
        week[:] = self.hundredths
        for later in range(1, _WEEKS_BEFORE):
            week -= self._weeks_before[self._oldest - later]
        self._oldest = (self._oldest + 1) % _WEEKS_BEFORE

    def allowed(self, customers: NDArray[np.integer], channel: Channel | None = None) -> NDArray[np.bool_]:
        """Say who is under the weekly cap, not held out or suppressed, and within the rules for this channel (any, if none is named)."""
        customers = customers.astype(np.intp, copy=False)  # NumPy's own index type: every look-up is twice as fast
        allowed: NDArray[np.bool_] = self._this_week.take(customers) < self._most
        if self.rules:
            self.rules.restrict(allowed, customers, channel)
        return allowed

    def free_today(self, customers: NDArray[np.integer], channel: Channel | None = None) -> NDArray[np.bool_]:
        """Say who is allowed and has no visit or call planned for today yet."""
        free = self.allowed(customers, channel)
        free &= ~self._reserved_today.take(customers)
        return free

    def reserve(self, customers: NDArray[np.integer]) -> None:
        """Keep today's other visits and calls away from these customers."""
        self._reserved_today[customers] = True

    def note(self, customers: NDArray[np.integer], weight: float = 1.0) -> None:
        """Count one contact of this weight for each customer (each at most once a call)."""
        customers = np.ascontiguousarray(customers, dtype=np.intp)
        hundredths = round(weight * HUNDREDTHS)
        note_contacts(customers, hundredths, self._this_week, self.hundredths)

    def recent(self, customers: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return contacts of the last 28 days."""
        return self.hundredths.take(customers) / np.float64(HUNDREDTHS)


@compiled("void(int64[::1], int64, uint8[::1], uint16[::1])")
def note_contacts(
    customers: NDArray[np.integer], hundredths: int, this_week: NDArray[np.uint8], recent: NDArray[np.uint16]
) -> None:
    """Add one contact and its weight to what is counted of each of these customers, in one visit to each."""
    for place in range(customers.shape[0]):
        customer = customers[place]
        this_week[customer] += 1
        recent[customer] += hundredths
