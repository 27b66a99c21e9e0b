"""A partner brand whose customers are partly ours: it brings wallets and new customers, and both sides share one account of points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import by_block
from simkit.campaign.contacts.conversion import hazard, log_odds, probability
from simkit.campaign.contacts.spontaneous import Spontaneous
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Channel, CostItem, Outcome
from simkit.campaign.world import World

_DAYS_PER_QUARTER = 91
_WEEKS_PER_MONTH = 52 / 12
_DAYS_PER_MONTH = 365.25 / 12
_LOOKING_HOUR = 12.0


class _Points:
    """Points that one side gave, by segment of who holds them: those that will be redeemed some day, and those that never will be."""

    def __init__(self, segments: int, delay_days: float, never: float) -> None:
        self._waiting = np.zeros(segments)
        self._share = -np.expm1(-1 / delay_days) if delay_days else 1.0
        self._never = never

    def redeem(self) -> NDArray[np.float64]:
        """Return the day's redeemed points."""
        redeemed = self._waiting * self._share
        self._waiting -= redeemed
        return redeemed

    def give(self, points: NDArray[np.float64]) -> None:
        """Add points; those that are never redeemed stay with their owners."""
        self._waiting += points * (1 - self._never)


class CoBrandPlay(Mechanism):
    """The partner's customers among ours look at the offer once, each on a day of its own. Points are those of a crowd, by segment."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        facts, levers = world.scenario.co_brand, world.levers.co_brand
        if facts is None or levers is None:
            raise ValueError("there is a co-brand only where scenario and strategy have one")
        self._world, self._facts, self._levers = world, facts, levers
        population, by_segment = world.population, world.scenario.by_segment
        self._segments = len(world.scenario.segments)
        overlap = by_segment(facts.overlap)
        self._shared = np.bincount(population.segment, minlength=self._segments) * overlap
        self._linked_share = overlap * facts.joins.value
        prospects = world.targets(None)
        luck = world.streams.decision("co_brand.partner_customer")
        prospects = prospects[
            by_block(lambda some: luck.uniform(some) < overlap.take(population.segment.take(some)), prospects)
        ]
        self._rate = float(hazard(np.asarray(facts.sees_per_quarter.value))) / _DAYS_PER_QUARTER
        looking = world.streams.decision("co_brand.looks")
        self._looks = Spontaneous(looking, prospects, self._rate, world.campaign_days)
        self._luck = world.streams.decision("co_brand.outcome")
        self._ticket = by_segment(world.scenario.value.ticket)
        monthly = by_segment(world.scenario.wallet.payments_per_week) * _WEEKS_PER_MONTH * self._ticket
        self._worth = by_segment(world.scenario.response.incentive_per_10_cny) / 10 * monthly
        self._worth *= levers.points_per_cny * levers.settlement_cny_per_point
        delay, never = facts.redemption_delay.value, facts.never_redeemed.value
        self._ours, self._theirs = (_Points(self._segments, delay, never) for _ in range(2))
        self._wallets = 0
        world.opening.add_channel(Channel.CO_BRAND, by_segment(facts.convert))
        world.opening.influences.add("coalition_points", self._offer)

    def close(self, day: int) -> None:
        """Let today's customers look at the offer in the partner's shop or App."""
        world = self._world
        if day >= world.campaign_days:
            return
        customers = self._looks.on(day)
        customers = customers[world.wallets.prospects(customers) & world.record.allowed(customers)]
        chance = world.opening.probability(customers, Channel.CO_BRAND) * world.population.can_pay_by_phone[customers]
        opened = self._luck.uniform(customers, day) < chance
        outcome = np.where(opened, Outcome.OPENED, Outcome.NO_INTEREST).astype(np.uint8)
        world.ledger.contacts(day, Channel.CO_BRAND, ContactBatch(customers, outcome, chance, hour=_LOOKING_HOUR))
        world.record.note(customers, self._facts.offer_weight.value)
        world.ledger.tally(day, "co_brand_wallets", customers[opened])
        self._wallets += int(opened.sum())
        world.wallets.open(customers[opened], day, Channel.CO_BRAND)

    def end_day(self, day: int) -> None:
        """Redeem points at either side and settle between them; then give those that users with linked accounts earn today."""
        world, facts, price = self._world, self._facts, self._levers.settlement_cny_per_point
        ours, theirs = self._ours.redeem(), self._theirs.redeem()
        at_partner = facts.redeemed_at_partner.value
        settlement = (ours * at_partner - theirs * (1 - at_partner)) * price
        redeemed = ours + theirs
        goods, points = redeemed * (1 - at_partner) * price, float(redeemed.sum())
        ledger = world.ledger
        ledger.tally_by_segment(day, "coalition_points_redeemed", redeemed)
        ledger.tally_by_segment(day, "partner_settlement", settlement)
        ledger.cost(day, CostItem.PARTNER, Channel.CO_BRAND, points, float(settlement.sum()))
        ledger.cost(day, CostItem.GIFT, Channel.CO_BRAND, points, float(goods.sum()))
        paid = ledger.of_day(day, "payments") * self._linked_share * self._ticket
        spent = ledger.of_day(day, "active") * self._linked_share * facts.partner_spending.value / _DAYS_PER_MONTH
        earned = paid * self._levers.points_per_cny
        self._ours.give(earned)
        self._theirs.give(spent * self._levers.points_per_cny)
        ledger.tally_by_segment(day, "coalition_points_earned", (paid + spent) * self._levers.points_per_cny)
        ledger.tally_by_segment(day, "coalition_liability", (earned - ours) * price)

    def finish(self) -> None:
        """Write who applied, and who of them is new to the bank."""
        world, facts = self._world, self._facts
        strangers = max(facts.partner_size.value * world.population.size - self._shared.sum(), 0.0)
        worth = self._worth @ self._shared / max(self._shared.sum(), 1)
        applies = float(probability({"base": log_odds(facts.stranger_applies.value), "worth": worth}))
        new = strangers * -np.expm1(-self._rate * world.campaign_days) * applies
        world.ledger.figure("new_to_bank_applicants", new)
        applicants = new + self._wallets
        world.ledger.figure("new_to_bank_share", new / applicants if applicants else float("nan"))

    def _offer(self, customers: Customers, channel: int) -> Floats | float:
        """Return the log-odds that a month's points add at a look at the offer, as a gift of their worth would."""
        if channel != Channel.CO_BRAND:
            return 0.0
        return self._worth.take(self._world.population.segment.take(customers))
