"""Messages to many: SMS, WeCom, app push, app pop-up, WeChat account; under the common contact policy.

Each customer has one exponential threshold for all messages. A message with conversion probability p adds the hazard -log(1 - p);
the customer opens when the sum passes the threshold. This is exactly one independent draw a message, without drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.contacts.quiet_hours import Delivery, delivery
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, CostItem, Outcome
from simkit.campaign.world import World
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
        """Note and pay for what is sent, and return its effect."""


@dataclass
class _Audience:
    """Who can be written to on one channel: columns that shrink as customers open, and their state on this channel."""

    channel: Channel
    lever: MessageLever
    message: Message
    customers: Customers
    delivered: NDArray[np.bool_]
    odds: NDArray[np.float32]
    patience: NDArray[np.float32]
    delivery: Delivery

    def keep(self, kept: NDArray[np.bool_]) -> None:
        """Drop everyone else."""
        self.customers, self.delivered = self.customers[kept], self.delivered[kept]
        self.odds, self.patience = self.odds[kept], self.patience[kept]


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
            everyone = np.arange(world.population.size, dtype=np.int32)
            self._threshold = world.streams.decision("message.opening").exponential(everyone).astype(np.float32)

    def pause(self, until: int) -> None:
        """Send nothing before day `until`; what would have been due is left out."""
        self._paused_until = until

    def send(self, day: int) -> None:
        """Send what is due on `day`, channel by channel."""
        if day >= self._world.campaign_days:
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
        world = self._world
        customers = world.targets(lever.target_segments)
        luck = world.streams.decision(f"message.{channel.name.lower()}.reach").uniforms(customers, width=2)
        reached = luck[:, 0] < world.scenario.by_segment(message.reach)[world.population.segment.take(customers)]
        customers = customers[reached]
        odds = world.opening.rested_odds(customers, channel)
        patience = world.streams.decision(f"message.{channel.name.lower()}.opt_out").exponential(customers)
        return _Audience(
            channel=channel,
            lever=lever,
            message=message,
            customers=customers,
            delivered=luck[reached, 1] < message.delivered.value,
            odds=np.where(world.population.can_pay_by_phone[customers], odds, np.float32(0)),
            patience=patience.astype(np.float32),
            delivery=delivery(lever.sends_at, world.levers.contact_policy.quiet_hours),
        )

    def _send(self, audience: _Audience, day: int) -> None:
        world = self._world
        audience.keep(world.wallets.prospects(audience.customers))
        sent = world.record.allowed(audience.customers, audience.channel)
        if audience.delivery.dropped:
            world.ledger.tally(day, "messages_discarded", audience.customers[sent])
            return
        if self.tailoring:
            sent &= self.tailoring.goes_out(audience.customers, audience.channel, day)
        rows = np.flatnonzero(sent)  # of many, rows are taken several times as fast as by yes and no
        customers, delivered = audience.customers.take(rows).astype(np.intp), audience.delivered.take(rows)
        chance_odds = audience.odds.take(rows) * world.opening.changing_ratio(customers, audience.channel)
        chance_odds *= delivered
        effect = self.tailoring.send(customers, audience.channel, day) if self.tailoring else None
        if effect:
            chance_odds *= effect.convert
        left = self._threshold.take(customers) - np.log1p(chance_odds)
        self._threshold[customers] = left
        opened = left <= 0
        opted_out = self._opt_out(audience, rows, customers, delivered, effect) & ~opened
        outcome = np.where(delivered, np.uint8(Outcome.DELIVERED), np.uint8(Outcome.NOT_DELIVERED))
        outcome[opted_out] = Outcome.OPTED_OUT
        outcome[opened] = Outcome.OPENED
        batch = ContactBatch(customers, outcome, chance_odds / (1 + chance_odds), hour=audience.delivery.hour)
        world.ledger.contacts(day, audience.channel, batch)
        if audience.delivery.put_off:
            world.ledger.tally(day, "messages_put_off", customers)
        n = customers.shape[0]
        world.ledger.cost(day, CostItem.MESSAGE, audience.channel, n, n * audience.message.unit_cost.value)
        world.record.note(customers[delivered], audience.message.fatigue_weight.value)
        world.wallets.open(customers[opened], day, audience.channel)
        if opted_out.any():
            kept = np.ones(audience.customers.shape[0], dtype=np.bool_)
            kept[rows[opted_out]] = False
            audience.keep(kept)

    def _opt_out(
        self,
        audience: _Audience,
        rows: NDArray[np.integer],
        customers: NDArray[np.integer],
        delivered: NDArray[np.bool_],
        effect: Effect | None,
    ) -> NDArray[np.bool_]:
        """Say who of those written to opts out, by the same device of an exponential threshold."""
        world = self._world
        rate = -np.log1p(-world.scenario.by_segment(audience.message.opt_out))
        excess = np.maximum(world.record.recent(customers) - _FREE_CONTACTS, 0)
        growth = 1 + self._opt_out_growth * excess
        if effect:
            growth *= effect.opt_out
        hazard = rate.take(world.population.segment.take(customers)) * growth * delivered
        left = audience.patience.take(rows) - hazard.astype(np.float32)
        audience.patience[rows] = left
        gone: NDArray[np.bool_] = left <= 0
        return gone
