"""Who plays for a reward programme: who notices it and when, who takes part, who only hunts bonuses."""

from __future__ import annotations

import datetime
import functools
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import by_block
from simkit.campaign.behaviour.positions import NOWHERE, Positions
from simkit.campaign.world import World
from simkit.rewards import Cards, Programme, day_number
from simkit.rewards.grants import SHARES, Coupons, Gift, Money, for_tier
from simkit.rewards.triggers import PAYMENT_TRIGGERS, Attendance, Exchange, OnePayment, Referral, SpendingInPeriod

NOBODY = NOWHERE
NEVER_COUNTS = np.iinfo(np.int16).max
_A_YEAR = 365


class Players:
    """The people who count in a programme, by their position among them (`account`).

    customers: their customer numbers, in order. takes_part: plays for the programme, once noticed. hunts: a bonus hunter. notices_on: the
    first day on which who takes part knows of it. counts_from: the first day on which payments count. Both are `NEVER_COUNTS` for who has
    no such day.

    Where payments are rewarded at once (cashback, discounts), or coming to an event or a referral is, everybody counts; else only who
    takes part, for the others would never claim. Nobody plays for a programme that rewards no payments.
    """

    def __init__(self, world: World, programme: Programme) -> None:
        scenario, response, population = world.scenario, world.scenario.rewards, world.population
        everyone = np.arange(population.size, dtype=np.int32)
        segment, share = population.segment, takes_part_share(world, programme)
        luck = world.streams.decision("reward.takes_part")
        plays = by_block(lambda some: luck.uniform(some) < share.take(segment.take(some)), everyone)
        plays &= ~world.record.held_out
        plays &= rewards_payments(programme)
        everybody = rewards_at_once(programme) or rewards_occasions(programme)
        counts = ~world.record.held_out if everybody else plays
        self.customers = np.flatnonzero(counts).astype(np.int32)
        self._positions = Positions(counts)
        self.segment = segment[self.customers]
        self.takes_part = plays[self.customers]
        hunting = world.streams.decision("reward.hunts").uniform(self.customers)
        self.hunts = self.takes_part & (hunting < scenario.by_segment(response.hunters)[self.segment])
        begins = programme.starts_on - scenario.calendar.start if programme.starts_on else datetime.timedelta()
        delay = world.streams.decision("reward.notices").exponential(self.customers) * response.notice_delay.value
        days = np.minimum(np.maximum(begins.days, 0) + delay, scenario.calendar.horizon_days)
        self.notices_on = np.where(self.takes_part, days, NEVER_COUNTS).astype(np.int16)
        self._exchange_luck = world.streams.decision("reward.exchanges")
        self._exchange_share = scenario.by_segment(response.exchanges)
        self.counts_from = np.zeros_like(self.notices_on) if rewards_at_once(programme) else self.notices_on

    @functools.cached_property
    def exchanges(self) -> NDArray[np.bool_]:
        """Who uses points; many programmes take none."""
        uses_points: NDArray[np.bool_] = (
            self._exchange_luck.uniform(self.customers) < self._exchange_share[self.segment]
        )
        return self.takes_part & uses_points

    def accounts(self, customers: NDArray[np.integer]) -> NDArray[np.int32]:
        """Return the position of each customer, `NOBODY` for who does not count."""
        return self._positions.of(customers)

    def knows(self, accounts: NDArray[np.integer], day: int) -> NDArray[np.bool_]:
        """Say who of these takes part and has noticed the programme."""
        known: NDArray[np.bool_] = self.notices_on.take(accounts) <= day
        return known

    def hunting(self, accounts: NDArray[np.integer], day: int) -> NDArray[np.bool_]:
        """Say who of these has noticed the programme and hunts it."""
        hunting: NDArray[np.bool_] = self.hunts.take(accounts) & self.knows(accounts, day)
        return hunting

    def cards(self, world: World, programme: Programme) -> Cards:
        """Return the cards of all players; who opens the wallet during the run is a new customer, approved on that day."""
        luck = world.streams.decision("reward.tier").uniform(self.customers)
        higher = world.scenario.by_segment(world.scenario.rewards.higher_tier)[self.segment]
        start = day_number(world.scenario.calendar.start)
        return Cards(
            tier=((luck < higher) & (len(programme.tiers) > 1)).astype(np.uint8),
            new_customer=~world.population.holder[self.customers],
            primary_card=np.ones(self.customers.shape[0], dtype=np.bool_),
            approved_day=np.full(self.customers.shape[0], start - _A_YEAR, dtype=np.uint16),
        )


def rewards_at_once(programme: Programme) -> bool:
    """Say whether some payments are rewarded at once, also those of who does not play for it."""
    return any(isinstance(part.trigger, PAYMENT_TRIGGERS) and part.claim is None for part in programme.parts.values())


def rewards_payments(programme: Programme) -> bool:
    """Say whether paying brings a reward: at once, in a period, or through points."""
    return any(isinstance(part.trigger, (*PAYMENT_TRIGGERS, Exchange)) for part in programme.parts.values())


def rewards_occasions(programme: Programme) -> bool:
    """Say whether coming to an event or a referral is rewarded."""
    return any(isinstance(part.trigger, Attendance | Referral) for part in programme.parts.values())


def takes_part_share(world: World, programme: Programme) -> NDArray[np.float64]:
    """Return the share of each segment that plays for a programme, once noticed.

    The share of the scenario holds for grants worth `rewards.reference_face`. Its log-odds move with the worth of the programme's
    largest grant as those of opening move with a gift: by `response.incentive_per_10_cny`.
    """
    scenario = world.scenario
    share = scenario.by_segment(scenario.rewards.takes_part)
    tickets = scenario.by_segment(scenario.value.ticket)
    worth = np.array([worth_cny(programme, float(ticket)) for ticket in tickets])
    shift = scenario.by_segment(scenario.response.incentive_per_10_cny)
    odds = share / np.maximum(1 - share, 1e-12) * np.exp(shift * (worth - scenario.rewards.reference_face.value) / 10)
    return np.where(share >= 1, 1.0, odds / (1 + odds))


def worth_cny(programme: Programme, ticket_cny: float) -> float:
    """Return the worth of one coupon, gift or payment's reward, the largest of the programme, for a payment of usual size."""
    worth = [0.0]
    for part in programme.parts.values():
        if not isinstance(part.trigger, PAYMENT_TRIGGERS):
            continue
        if isinstance(part.grant, Coupons):
            worth.append(float(for_tier(part.grant.face_cny, programme.tiers[0]) or 0))
        elif isinstance(part.grant, SHARES):
            paid = ticket_cny
            if isinstance(part.trigger, OnePayment):
                paid = max(ticket_cny, part.trigger.min_amount_cny)
            elif isinstance(part.trigger, SpendingInPeriod):
                paid = max(ticket_cny, part.trigger.threshold_cny)
            off = getattr(part.grant, "off_cny", None) or (part.grant.rate or 0) * paid
            price = getattr(part.grant, "pays_only_cny", None)
            off = max(paid - price, 0) if price is not None else off
            worth.append(min(off, part.grant.max_cny or off))
        else:
            worth.append(part.grant.value_cny if isinstance(part.grant, Gift) else part.grant.amount_cny)
    return max(worth)


def referral_worth(programme: Programme, side: Literal["referrer", "referee"]) -> float:
    """Return what a referral by a customer brings one side, CNY."""
    worth = 0.0
    for part in programme.parts.values():
        if isinstance(part.trigger, Referral) and (part.trigger.codes, part.trigger.to) == ("members", side):
            if isinstance(part.grant, Coupons):
                coupons = for_tier(part.grant.quantity, programme.tiers[0]) or 0
                worth += coupons * (for_tier(part.grant.face_cny, programme.tiers[0]) or 0)
            elif isinstance(part.grant, Gift):
                worth += part.grant.value_cny
            elif isinstance(part.grant, Money):
                worth += part.grant.amount_cny
    return worth
