"""Messages to many: SMS, WeCom, app push, app pop-up, WeChat account; under the common contact policy.

Each customer has one exponential threshold for all messages. A message with conversion probability p adds the hazard -log(1 - p);
the customer opens when the sum passes the threshold. This is exactly one independent draw a message, without drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import blocks, by_block, keep_rows
from simkit.campaign.contacts.contact_policy import HUNDREDTHS
from simkit.campaign.contacts.quiet_hours import Delivery, delivery
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, CostItem, Outcome
from simkit.campaign.world import World
from simkit.compiled import compiled
from simkit.params.levers import MessageChannel, MessageLever
from simkit.params.scenario import Message

Customers = NDArray[np.integer]
_FREE_CONTACTS = 2  # contacts in 28 days from which on opting out becomes likelier


class Effect(NamedTuple):
    """What tailoring does to messages, one number each: odds ratio of opening, ratio of the hazard of opting out."""

    convert: NDArray[np.float32]
    opt_out: NDArray[np.float32]


class Tailoring(Protocol):
    """What makes the message of a day another for each customer."""

    def goes_out(self, customers: Customers, channel: Channel, day: int) -> NDArray[np.bool_]:
        """Say whose message is not held back."""

    def send(self, customers: Customers, channel: Channel, day: int) -> Effect:
        """Note what is sent, and return its effect."""

    def pay(self, channel: Channel, day: int) -> None:
        """Pay for all that was sent since the last call, on one channel."""


@dataclass
class _Audience:
    """Who can be written to on one channel: columns that shrink as customers open, and their state on this channel.

    annoyance: hazard of opting out at a message, by segment. arrival: outcome of a message that changes nothing.
    """

    channel: Channel
    lever: MessageLever
    message: Message
    annoyance: NDArray[np.float64]
    customers: Customers
    arrival: NDArray[np.uint8]
    odds: NDArray[np.float32]
    patience: NDArray[np.float32]
    delivery: Delivery

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Drop everyone else."""
        rows = np.flatnonzero(kept)  # of many, rows are taken several times as fast as by yes and no
        self.customers, self.arrival = keep_rows(rows, self.customers), keep_rows(rows, self.arrival)
        self.odds, self.patience = keep_rows(rows, self.odds), keep_rows(rows, self.patience)


class Messages:
    """All message channels of a run.

    tailoring: what a mechanism makes of messages for each customer, if there is one.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.tailoring: Tailoring | None = None
        self._audiences: list[_Audience] = []
        self._paused_until = 0
        self._opt_out_growth = world.scenario.response.opt_out_growth.value
        if world.levers.messages:
            luck, everyone = world.streams.decision("message.opening"), np.arange(world.population.size, dtype=np.int32)
            self._threshold = by_block(lambda some: luck.exponential(some).astype(np.float32), everyone)

    def pause(self, until: int) -> None:
        """Send nothing before day `until`; what would have been due is left out."""
        self._paused_until = until

    def send(self, day: int) -> None:
        """Send what is due on `day`, channel by channel."""
        if day >= self._world.campaign_days:
            self._audiences.clear()
            return
        messages = self._world.scenario.messages
        if day == 0:
            self._audiences = [
                self._audience(Channel[name.upper()], self._world.levers.messages[name], messages[name])
                for name in self._in_turn()
            ]
        if day < self._paused_until:
            return
        for audience in self._audiences:
            if audience.lever.due(day - audience.delivery.days_late):
                self._send(audience, day)

    def _in_turn(self) -> list[MessageChannel]:
        """Return the channels in the order in which they take what the contact policy leaves."""
        scenario, channels = self._world.scenario, list(self._world.levers.messages)
        if self._world.levers.contact_policy.arbitration == "first_listed":
            return channels
        shares = [segment.share.value for segment in scenario.segments]
        rate = {name: float(scenario.by_segment(scenario.messages[name].convert) @ shares) for name in channels}
        return sorted(channels, key=lambda name: -rate[name])

    def _audience(self, channel: Channel, lever: MessageLever, message: Message) -> _Audience:
        world, name = self._world, channel.name.lower()
        customers, reach = world.targets(lever.target_segments), world.scenario.by_segment(message.reach)
        arriving = world.streams.decision(f"message.{name}.reach")
        annoyed = world.streams.decision(f"message.{name}.opt_out")
        parts = []
        for some in blocks(customers.shape[0]):
            luck = arriving.uniforms(customers[some], width=2)
            reached = np.flatnonzero(luck[:, 0] < reach.take(world.population.segment.take(customers[some])))
            there = customers[some].take(reached)
            odds = world.opening.rested_odds(there, channel)
            odds[~world.population.can_pay_by_phone.take(there)] = 0
            delivered = luck[:, 1].take(reached) < message.delivered.value
            arrival = np.where(delivered, np.uint8(Outcome.DELIVERED), np.uint8(Outcome.NOT_DELIVERED))
            parts.append((there, arrival, odds, annoyed.exponential(there).astype(np.float32)))
        there, arrival, odds, patience = (np.concatenate(column) for column in zip(*parts, strict=True))
        sending = delivery(lever.sends_at, world.levers.contact_policy.quiet_hours)
        annoyance = -np.log1p(-world.scenario.by_segment(message.opt_out))
        return _Audience(channel, lever, message, annoyance, there, arrival, odds, patience, sending)

    def _send(self, audience: _Audience, day: int) -> None:
        world, message = self._world, audience.message
        audience.keep(world.wallets.prospects(audience.customers) & (audience.patience > 0))
        if audience.delivery.dropped:
            sent = world.record.allowed(audience.customers, audience.channel)
            world.ledger.tally(day, "messages_discarded", audience.customers[sent])
            return
        # All are written to before anybody has read a word: what one makes of it changes nothing for another today.
        batches = [self._write(audience, some, day) for some in blocks(audience.customers.shape[0])]
        for batch in batches:
            world.ledger.contacts(day, audience.channel, batch)
            if audience.delivery.put_off:
                world.ledger.tally(day, "messages_put_off", batch.customers)
            world.record.note(batch.reached, message.fatigue_weight.value)
            world.wallets.open(batch.customers[batch.opened], day, audience.channel)
        if self.tailoring:
            self.tailoring.pay(audience.channel, day)
        n = sum(batch.customers.shape[0] for batch in batches)
        world.ledger.cost(day, CostItem.MESSAGE, audience.channel, n, n * message.unit_cost.value)

    def _write(self, audience: _Audience, some: slice, day: int) -> ContactBatch:
        """Write to some of an audience, as far as the contact policy allows, and return what comes of it."""
        world = self._world
        customers = audience.customers[some].astype(np.intp)
        sent = world.record.allowed(customers, audience.channel)
        if self.tailoring:
            sent &= self.tailoring.goes_out(customers, audience.channel, day)
        rows = sent.nonzero()[0]
        customers, outcome = customers.take(rows), audience.arrival[some].take(rows)
        delivered = outcome == Outcome.DELIVERED.value
        chance_odds = audience.odds[some].take(rows) * world.opening.changing_ratio(customers, audience.channel)
        chance_odds *= delivered
        effect = self.tailoring.send(customers, audience.channel, day) if self.tailoring else None
        if effect:
            chance_odds *= effect.convert
        left = self._threshold.take(customers) - np.log1p(chance_odds)
        self._threshold[customers] = left
        opened = left <= 0
        patience = audience.patience[some].take(rows)
        annoy(
            customers,
            world.population.segment,
            world.record.hundredths,
            audience.annoyance,
            self._opt_out_growth,
            effect.opt_out if effect else np.ones(customers.shape[0], dtype=np.float32),
            delivered,
            patience,
        )
        audience.patience[some][rows] = patience
        outcome[patience <= 0] = Outcome.OPTED_OUT
        outcome[opened] = Outcome.OPENED
        return ContactBatch(customers, outcome, chance_odds / (1 + chance_odds), hour=audience.delivery.hour)


@compiled("void(int64[::1], uint8[::1], uint16[::1], float64[::1], float64, float32[::1], boolean[::1], float32[::1])")
def annoy(
    customers: Customers,
    segment: NDArray[np.uint8],
    hundredths: NDArray[np.uint16],
    annoyance: NDArray[np.float64],
    opt_out_growth: float,
    ratio: NDArray[np.float32],
    delivered: NDArray[np.bool_],
    patience: NDArray[np.float32],
) -> None:
    """Shorten the patience of those to whom a message is delivered, in place; who has none left opts out, as others open.

    segment and hundredths (of recent contacts) are by customer, annoyance is by segment, all other columns are by place in `customers`.
    """
    for place in range(customers.shape[0]):
        if delivered[place]:
            customer = customers[place]
            excess = max(hundredths[customer] / HUNDREDTHS - _FREE_CONTACTS, 0.0)
            growth = (opt_out_growth * excess + 1) * ratio[place]
            patience[place] -= np.float32(annoyance[segment[customer]] * growth)
