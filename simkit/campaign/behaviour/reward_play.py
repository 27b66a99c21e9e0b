"""How customers take to a reward programme: who takes part, claims, redeems, and pays more while it runs."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.vocabulary import Channel, CostItem
from simkit.campaign.world import World
from simkit.due_dates import DueDates
from simkit.rewards import CouponBook, RewardProgramme

Customers = NDArray[np.integer]
Rows = NDArray[np.int64]
_DROP_DAYS = 14
_USUAL, _RUNNING, _AFTER = 0, 1, 2


class RewardPlay(Protocol):
    """What payments and the order of the day need of rewards.

    rate_ratios: payments against usual, shape (steps, segments); step 0 is usual.
    """

    rate_ratios: NDArray[np.float64]

    def begin_day(self, day: int) -> None:
        """Release and expire what is due; let customers claim and redeem."""

    def paid(self, payers: Customers, payments: NDArray[np.uint8], day: int) -> None:
        """Let the day's payments count."""

    def rate_step(self, users: Customers, day: int) -> NDArray[np.int64]:
        """Return which row of `rate_ratios` holds for each user in the week of `day`."""


class NoReward:
    """No programme: nothing happens and nothing is drawn."""

    def __init__(self, world: World) -> None:
        self.rate_ratios = np.ones((1, len(world.scenario.segments)))

    def begin_day(self, day: int) -> None:
        """Do nothing."""

    def paid(self, payers: Customers, payments: NDArray[np.uint8], day: int) -> None:
        """Do nothing."""

    def rate_step(self, users: Customers, day: int) -> NDArray[np.int64]:  # noqa: ARG002 - the day matters to a programme
        """Return the usual step for everyone."""
        return np.zeros(users.shape[0], dtype=np.int64)


class CouponPlay:
    """Customers of one programme, which runs as long as the campaign. The rules are the coupon book's."""

    def __init__(self, world: World, programme: RewardProgramme) -> None:
        scenario, response = world.scenario, world.scenario.rewards
        self._world = world
        self._ends = world.campaign_days
        self._book = CouponBook(programme, world.population.size)
        self.rate_ratios = np.ones((3, len(scenario.segments)))
        self.rate_ratios[_RUNNING] = response.payment_uplift.value
        self.rate_ratios[_AFTER] = 1 - scenario.by_segment(response.drop_after)
        everyone = np.arange(world.population.size, dtype=np.int32)
        takes_part = scenario.by_segment(response.takes_part)[world.population.segment]
        self._takes_part = world.streams.decision("reward.takes_part").uniform(everyone) < takes_part
        self._takes_part &= ~world.record.held_out
        self._week_payments = np.zeros(world.population.size, dtype=np.uint16)
        self._claim_luck = world.streams.decision("reward.claim")
        self._redeem_luck = world.streams.decision("reward.redeem")
        self._claim = scenario.by_segment(response.claim)
        self._redeem = scenario.by_segment(response.redeem)
        self._lag_scale = scenario.by_segment(response.lag_scale)
        self._claims_on = DueDates(np.int64)
        self._redeems_on = DueDates(np.int64)

    def begin_day(self, day: int) -> None:
        """Lapse and expire what is due, then let customers claim and redeem what they meant to do today."""
        if self._world.calendar.weekday[day] == 0:
            self._week_payments[:] = 0
        lapsed, expired = self._book.settle(day)
        self._note(day, "lapsed", lapsed)
        self._note(day, "expired", expired)
        self._claimed(self._book.claim(self._claims_on.take(day), day), day)
        self._redeemed(self._book.redeem(self._redeems_on.take(day)), day)

    def paid(self, payers: Customers, payments: NDArray[np.uint8], day: int) -> None:
        """Let payments count towards the week's coupon, for those who take part while the programme runs."""
        if day >= self._ends:
            return
        needed = self._book.programme.trigger.payments
        playing = self._takes_part[payers]
        payers, payments = payers[playing], payments[playing]
        before = self._week_payments[payers]
        after = before + payments
        self._week_payments[payers] = after
        self._qualified(payers[(before < needed) & (after >= needed)], day)

    def rate_step(self, users: Customers, day: int) -> NDArray[np.int64]:
        """Say who pays more (the programme runs) or less (it has just ended) than usual."""
        if day >= self._ends + _DROP_DAYS:
            return np.zeros(users.shape[0], dtype=np.int64)
        return np.where(self._takes_part[users], _RUNNING if day < self._ends else _AFTER, _USUAL)

    def _qualified(self, customers: Customers, day: int) -> None:
        """Open coupons; draw who will claim and when. The occasion is the week: a week earns one coupon."""
        rows = self._book.qualify(customers, day)
        customers = self._book.customer[rows]
        self._note(day, "qualified", rows)
        luck = self._claim_luck.uniforms(customers, int(self._world.calendar.week[day]), width=2)
        claims = luck[:, 0] < self._claim[self._world.population.segment[customers]]
        delay = np.floor(-np.log(luck[claims, 1]) * self._world.scenario.rewards.claim_delay.value).astype(np.int64)
        self._claims_on.spread(rows[claims], day + 1 + delay)

    def _claimed(self, rows: Rows, day: int) -> None:
        """Draw who will redeem and after how many days (Weibull; endless validity assumed, the book cuts it)."""
        customers = self._book.customer[rows]
        self._note(day, "claimed", rows)
        self._note(day, "effective", rows)
        luck = self._redeem_luck.uniforms(customers, self._book.qualified_day[rows], width=2)
        segment = self._world.population.segment[customers]
        redeems = luck[:, 0] < self._redeem[segment]
        shape = self._world.scenario.rewards.lag_shape.value
        lag = self._lag_scale[segment[redeems]] * (-np.log(luck[redeems, 1])) ** (1 / shape)
        self._redeems_on.spread(rows[redeems], day + np.ceil(lag).astype(np.int64))

    def _redeemed(self, rows: Rows, day: int) -> None:
        face = self._book.programme.grant.face_cny
        self._note(day, "redeemed", rows, face)
        cost = rows.shape[0] * face * self._world.scenario.costs.coupon_share.value
        self._world.ledger.cost(day, CostItem.REWARD, Channel.ORGANIC, rows.shape[0], cost)

    def _note(self, day: int, column: str, rows: Rows, face_cny: float = 0.0) -> None:
        self._world.ledger.coupons(day, column, self._book.customer[rows], face_cny)
