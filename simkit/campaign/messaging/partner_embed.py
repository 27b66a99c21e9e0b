"""Offers in the applications of third parties: prospects come of their own accord, the partner takes a commission a wallet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import by_block
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, CostItem, Outcome
from simkit.campaign.world import World
from simkit.due_dates import DueDates
from simkit.params.mechanisms.messaging import EmbedPartner


class PartnerEmbedPlay(Mechanism):
    """Each prospect able to pay by phone follows a partner's offer at most once, on a day known from one draw.

    One byte a customer tells through which partner the wallet was opened (0: none).
    """

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        embed, levers = world.scenario.partner_embed, world.levers.partner_embed
        if embed is None or levers is None:
            raise ValueError("embedded offers take part only where scenario and strategy have them")
        self._world = world
        self._partners = [embed.partners[name] for name in levers.partners]
        self._opened_through = world.of_few.column(np.uint8(0))
        self._stops = np.array([0.0, *(partner.stops.value for partner in self._partners)])
        self._stops_at_once = np.array([0.0, *(partner.stops_at_once.value for partner in self._partners)])
        prospects = world.targets(None)
        able = prospects[world.population.can_pay_by_phone[prospects]]
        self._following = [
            self._followers(name, partner, able) for name, partner in zip(levers.partners, self._partners, strict=True)
        ]
        self._luck = world.streams.decision("partner_embed.opening")
        world.opening.add_channel(Channel.PARTNER_EMBED, world.scenario.by_segment(embed.convert))
        world.stopping.add("partner_embed", self._quality)
        world.signals.listen(Signal.ACTIVATED, self._activated)

    def _followers(self, name: str, partner: EmbedPartner, able: NDArray[np.integer]) -> DueDates[np.int32]:
        """Return on which day of the campaign who follows the offer for the first time."""
        world, days = self._world, self._world.campaign_days
        hazard = -np.log1p(-world.scenario.by_segment(partner.traffic) * partner.click.value)
        luck, stays_away = world.streams.decision(f"partner_embed.{name}.follows"), np.exp(-hazard * days)
        segment = world.population.segment
        come = able[by_block(lambda some: luck.uniform(some) > stays_away.take(segment.take(some)), able)]
        following: DueDates[np.int32] = DueDates(np.int32)
        following.spread(come, (luck.exponential(come) / hazard.take(segment.take(come))).astype(np.int64))
        return following

    def close(self, day: int) -> None:
        """Let the day's followers who have no wallet yet open one or not."""
        for through, (partner, following) in enumerate(zip(self._partners, self._following, strict=True), start=1):
            customers = following.take(day)
            customers = customers[self._world.wallets.prospects(customers)]
            if customers.shape[0]:
                self._offer(customers, partner, through, day)

    def _offer(self, customers: NDArray[np.integer], partner: EmbedPartner, through: int, day: int) -> None:
        world = self._world
        luck = self._luck.uniforms(customers, day, width=2)
        chance = world.opening.probability(customers, Channel.PARTNER_EMBED)
        opened = luck[:, 0] < chance
        outcome = np.where(opened, Outcome.OPENED, Outcome.NO_INTEREST).astype(np.uint8)
        batch = ContactBatch(customers, outcome, chance, hour=luck[:, 1] * 24)
        world.ledger.contacts(day, Channel.PARTNER_EMBED, batch)
        new = customers[opened]
        self._opened_through[new] = through
        world.wallets.open(new, day, Channel.PARTNER_EMBED)
        commission = partner.commission.value
        world.ledger.cost(day, CostItem.COMMISSION, Channel.PARTNER_EMBED, new.shape[0], new.shape[0] * commission)
        world.ledger.tally(day, "partner_followed", customers)
        world.ledger.tally(day, "partner_wallets", new)
        world.ledger.tally(day, "partner_commission", new, commission)

    def _activated(self, customers: Customers, day: int) -> None:
        self._world.ledger.tally(day, "partner_activated", customers[self._opened_through[customers] > 0])

    def _quality(self, customers: Customers, day: int) -> Floats:
        through = self._opened_through[customers]
        brought = np.flatnonzero(through)
        new = self._world.wallets.activated_day[customers[brought]] == day
        through, effect = through[brought], np.zeros(customers.shape[0])
        effect[brought] = np.where(new, self._stops_at_once[through], self._stops[through])
        return effect
