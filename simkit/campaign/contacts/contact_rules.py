"""The further rules of the contact policy: caps by kind of contact, spacing, and who never has one kind of contact."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel
from simkit.compiled import compiled
from simkit.params.levers import MESSAGE_CHANNELS, ContactPolicy
from simkit.params.mechanisms.messaging import ContactKind, FrequencyCap
from simkit.streams import Streams

Customers = NDArray[np.integer]
Chosen = NDArray[np.bool_]
MESSAGES = frozenset(Channel[name.upper()] for name in MESSAGE_CHANNELS)
_CALLS = frozenset({Channel.HUMAN_CALL, Channel.AI_CALL})
_VISITS = frozenset({Channel.VISIT, Channel.WORKPLACE_VISIT})
UNASKED = MESSAGES | _CALLS | _VISITS | {Channel.COMMUNITY_EVENT, Channel.RELATIONSHIP_MANAGER}
"""Contacts with prospects that the bank chooses to make; those that a customer asks for are neither limited nor counted."""
GROUPS: Mapping[str, frozenset[Channel]] = {"any": UNASKED, "messages": MESSAGES, "calls": _CALLS, "visits": _VISITS}
_NEVER = np.iinfo(np.int16).min


def channels_of(kind: ContactKind) -> frozenset[Channel]:
    """Return the channels that a kind of contact means."""
    return GROUPS[kind] if kind in GROUPS else frozenset({Channel[kind.upper()]})


class ContactRules:
    """Only what the policy uses is kept, in a byte or two a customer each; without rules it is false and asked nothing."""

    def __init__(self, policy: ContactPolicy, customers: int, streams: Streams) -> None:
        self._caps = [_Counted(cap, customers) for cap in policy.frequency_caps]
        self._barred: list[tuple[frozenset[Channel | None], Chosen]] = []
        self._spacing_days = policy.spacing_days
        self._last_day = np.full(customers if policy.spacing_days else 0, _NEVER, dtype=np.int16)
        self._today = 0
        for kind, share in policy.journey_holdout.items():
            draw = streams.decision(f"contact_policy.{kind}.holdout").uniform(np.arange(customers))
            self.bar(kind, draw < share)

    @property
    def listening(self) -> bool:
        """Whether any rule depends on the contacts that there have been."""
        return bool(self._caps) or self._last_day.shape[0] > 0

    def __bool__(self) -> bool:
        return self.listening or bool(self._barred)

    def bar(self, kind: ContactKind, who: Chosen) -> None:
        """Let these customers, shape (customers,), never have a contact of this kind."""
        self._barred.append((_limited_by(kind), who))

    def begin_day(self, day: int, weekday: int) -> None:
        """Begin a day; `weekday` is 0 on Mondays."""
        self._today = day
        for cap in self._caps:
            cap.begin_day(day, weekday)

    def restrict(self, allowed: Chosen, customers: Customers, channel: Channel | None) -> None:
        """Take out whom the rules refuse a contact of this channel; where none is named, those for any contact hold."""
        for cap in self._caps:
            if channel in cap.limited:
                allowed &= cap.contacts.take(customers) < cap.most
        for limited, who in self._barred:
            if channel in limited:
                allowed &= ~who.take(customers)
        if self._last_day.shape[0] and channel in MESSAGES:
            allowed &= self._last_day.take(customers) <= self._today - self._spacing_days

    def see(self, day: int, channel: Channel, batch: ContactBatch) -> None:
        """Count the contacts that reached their customers."""
        for cap in self._caps:
            if channel in cap.channels:
                cap.count(batch.reached, day)
        if self._last_day.shape[0]:
            self._last_day[batch.reached] = day


def _limited_by(kind: ContactKind) -> frozenset[Channel | None]:
    """Return the channels that a rule for this kind limits; one for any contact also limits those of no channel in particular."""
    return channels_of(kind) | {None} if kind == "any" else frozenset(channels_of(kind))


class _Counted:
    """One cap and each customer's contacts within its window; what leaves a rolling window is taken off day by day."""

    def __init__(self, cap: FrequencyCap, customers: int) -> None:
        self.most = cap.most
        self.channels, self.limited = channels_of(cap.channel), _limited_by(cap.channel)
        self.contacts = np.zeros(customers, dtype=np.uint8)
        self._days, self._rolling = cap.per_days, cap.window == "rolling"
        self._leaving: dict[int, list[NDArray[np.int32]]] = {}

    def begin_day(self, day: int, weekday: int) -> None:
        since_first_monday = day + (weekday - day) % 7
        if self._rolling:
            for customers in self._leaving.pop(day, ()):
                count_each(customers, -1, self.contacts)
        elif since_first_monday % self._days == 0:
            self.contacts[:] = 0

    def count(self, customers: Customers, day: int) -> None:
        few = customers.astype(np.int32)
        count_each(few, 1, self.contacts)
        if self._rolling:
            self._leaving.setdefault(day + self._days, []).append(few)


@compiled("void(int32[::1], int64, uint8[::1])")
def count_each(customers: NDArray[np.int32], change: int, contacts: NDArray[np.uint8]) -> None:
    """Add to the contacts of each of these customers, or take away from them."""
    for place in range(customers.shape[0]):
        contacts[customers[place]] += change
