"""What staff earn for wallets by their codes, and what one conversion more is worth to each: that drives effort, and gaming."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.referral.organisation import Organisation
from simkit.campaign.vocabulary import Channel, CostItem
from simkit.campaign.world import World
from simkit.params.mechanisms.referral import StaffCodes, StaffCodesLevers

Staff = NDArray[np.integer]
Floats = NDArray[np.float64]
COMMISSION_DAYS = 30
_DAYS_PER_WEEK = 7


class StaffPay:
    """Bonus, commission, their monthly cap, and the monthly prizes of each branch.

    paid_cny: everything paid so far, prizes included.
    """

    def __init__(self, world: World, organisation: Organisation, facts: StaffCodes, levers: StaffCodesLevers) -> None:
        self._world = world
        self._organisation = organisation
        self._facts = facts
        self._levers = levers
        self._cap = np.inf if levers.cap_per_month_cny is None else levers.cap_per_month_cny
        self._earned = np.zeros(organisation.staff)
        self._score = np.zeros(organisation.staff)
        self._reached = np.zeros(organisation.staff)
        self.paid_cny = 0.0
        wallet, value = world.scenario.wallet, world.scenario.value
        weekly = world.scenario.by_segment(wallet.payments_per_week) * world.scenario.by_segment(value.ticket)
        share = np.array([segment.share.value for segment in world.scenario.segments])
        self._usual_commission = levers.commission_share * float(weekly @ share) * COMMISSION_DAYS / _DAYS_PER_WEEK

    def convert(self, staff: Staff, day: int) -> None:
        """Count a conversion for each of these, and pay its bonus."""
        counted = np.bincount(staff, minlength=self._organisation.staff).astype(np.float64)
        self._score += counted
        self._reached[staff] = day
        self.pay(counted * self._levers.bonus_per_conversion_cny, day)

    def pay(self, amounts: Floats, day: int) -> None:
        """Pay an amount to each member of staff, up to what the month's cap leaves."""
        paid = np.minimum(amounts, self._cap - self._earned)
        self._earned += paid
        self._cost(day, float((paid > 0).sum()), float(paid.sum()))

    def end_day(self, day: int) -> None:
        """Award the prizes of a month that ends, if the campaign ran in it, and begin the next."""
        month = self._world.calendar.month
        if day + 1 < month.shape[0] and month[day + 1] == month[day]:
            return
        if self._levers.leaderboard is not None and month[day] <= month[self._world.campaign_days - 1]:
            prizes = self._awarded(np.array(self._levers.leaderboard.prizes_cny))
            self._cost(day, float((prizes > 0).sum()), float(prizes.sum()))
        self._earned[:] = 0
        self._score[:] = 0

    def stake(self) -> tuple[Floats, Floats]:
        """Return what one conversion more is worth to each, CNY: by bonus and commission, and by the chance of a prize."""
        below = self._earned < self._cap
        bonus = self._levers.bonus_per_conversion_cny
        return np.where(below, bonus + self._usual_commission, 0.0), self._race()

    def stake_in_opening(self) -> Floats:
        """Return what one opening more is worth even if the wallet never pays, CNY."""
        if self._levers.counts != "opened":
            return np.zeros(self._organisation.staff)
        return (self._earned < self._cap) * self._levers.bonus_per_conversion_cny + self._race()

    def _race(self) -> Floats:
        """Return the chance of a prize that one conversion more brings, times the first prize, for those close to a prize."""
        board = self._levers.leaderboard
        if board is None:
            return np.zeros(self._organisation.staff)
        score, members = self._ranked()
        last_prize = -np.sort(-score, axis=1)[:, min(len(board.prizes_cny), score.shape[1]) - 1]
        close = score >= last_prize[:, None] - self._facts.race_gap.value
        worth = self._facts.prize_chance.value * board.prizes_cny[0] / members
        return np.repeat(close.reshape(-1) * worth, members)

    def _ranked(self) -> tuple[Floats, int]:
        """Return the scores of those who are ranked, shape (branches, ranked), and the members of each."""
        tree = self._organisation
        if self._levers.leaderboard is not None and self._levers.leaderboard.unit == "team":
            return tree.by_team(self._score), tree.staff_per_team
        return self._score.reshape(tree.branches, -1), 1

    def _awarded(self, prizes: Floats) -> Floats:
        """Return the prize of everyone who is ranked; of equal numbers the one that was reached first stands before the others."""
        score, members = self._ranked()
        reached = self._reached.reshape(*score.shape, members).max(axis=2)
        order = np.lexsort((reached, -score), axis=1)[:, : prizes.shape[0]]
        won = np.zeros(score.shape)
        np.put_along_axis(won, order, prizes[: order.shape[1]], axis=1)
        return won * (score > 0)

    def _cost(self, day: int, quantity: float, amount_cny: float) -> None:
        self.paid_cny += amount_cny
        self._world.ledger.cost(day, CostItem.COMMISSION, Channel.STAFF_CODE, quantity, amount_cny)
