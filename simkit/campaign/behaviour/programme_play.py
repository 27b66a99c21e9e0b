"""Customers of one reward programme, which runs as long as the campaign, on its own days: the rules are the engine's, people are here."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.behaviour.bank_points import BankPoints
from simkit.campaign.behaviour.payment_amounts import PaymentAmounts
from simkit.campaign.behaviour.payment_needs import PaymentNeeds
from simkit.campaign.behaviour.players import NEVER_COUNTS, NOBODY, Players, referral_worth
from simkit.campaign.behaviour.reward_luck import RewardLuck
from simkit.campaign.behaviour.spare_payments import SparePayments, has_spare_payments
from simkit.campaign.behaviour.weekly_play import WeeklyPlay
from simkit.campaign.each_once import each_once
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.reward_books import record_rewards
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel
from simkit.campaign.wallet.activity import NEVER
from simkit.campaign.world import World
from simkit.due_dates import DueDates
from simkit.rewards import EventKind, Events, Programme, RewardEngine, day_number
from simkit.rewards.play.table import CLAIMED, QUALIFIED, REDEEMED
from simkit.rewards.triggers import Attendance, Referral

Customers = NDArray[np.integer]
Accounts = NDArray[np.integer]
Rows = NDArray[np.integer]
Number = TypeVar("Number", bound=np.integer[Any])
_DROP_DAYS = 14
_PROGRESS_STEPS = 4
_USUAL, _RUNNING = 0, 1
_AFTER = _RUNNING + _PROGRESS_STEPS


class ProgrammePlay:
    """A programme being played by the customers of a run."""

    def __init__(self, world: World, programme: Programme) -> None:
        scenario, response = world.scenario, world.scenario.rewards
        self._world = world
        self._programme = programme
        self._base = day_number(scenario.calendar.start)
        self.ends: int = world.campaign_days
        if programme.ends_on is not None:
            self.ends = min(self.ends, max(day_number(programme.ends_on) + 1 - self._base, 0))
        self._players = Players(world, programme)
        self._needs = PaymentNeeds.of(programme)
        counts_from = self._players.counts_from
        if self._needs.new_only:
            holds = world.population.holder[self._players.customers]
            counts_from = np.where(holds, np.int16(NEVER_COUNTS), counts_from)
        self._counts_from = counts_from
        # Where only who pays often enough counts, each week's plan says who does.
        self._counts_this_week = np.full_like(counts_from, NEVER_COUNTS) if self._needs.a_week else counts_from
        segments, hunters = len(scenario.segments), self._players.hunts
        self._engine = RewardEngine(
            programme,
            self._players.cards(world, programme),
            scale=scenario.scale,
            bank_share=scenario.costs.coupon_share.value,
            group=(self._players.segment + segments * hunters).astype(np.uint8),
            groups=2 * segments,
            first_day=self._base,
            last_day=self._base + scenario.calendar.horizon_days - 1,
        )
        self._luck = RewardLuck(world, self._players)
        self._weekly = WeeklyPlay(world, programme, self._players)
        self._amounts = PaymentAmounts(world)
        self._claims_on = DueDates(np.int32)
        self._redeems_on = DueDates(np.int32)
        self._refunds_on = DueDates(np.int32)
        self._spare = SparePayments(self._players) if has_spare_payments(programme) else None
        self._points = BankPoints(world, programme, self._players)
        self._attendance = [
            self._engine.rules.names.index(name)
            for name, part in programme.parts.items()
            if isinstance(part.trigger, Attendance)
        ]
        if self._attendance:
            world.ledger.listen(self._attended, (Channel.COMMUNITY_EVENT,))
        self._rewards_referral = any(isinstance(part.trigger, Referral) for part in programme.parts.values())
        if self._rewards_referral:
            world.signals.listen(Signal.OPENED, self._converted)
        self.rate_ratios = np.ones((_AFTER + 1, segments))
        progress = (np.arange(_PROGRESS_STEPS) + 0.5) / _PROGRESS_STEPS if programme.stages is not None else 0.0
        gradient = 1 + response.goal_gradient.value * np.square(np.broadcast_to(progress, _PROGRESS_STEPS))
        self.rate_ratios[_RUNNING:_AFTER] = response.payment_uplift.value * gradient[:, None]
        self.rate_ratios[_AFTER] = 1 - scenario.by_segment(response.drop_after)

    def begin_day(self, day: int) -> None:
        """Let refunds come in, and customers claim, redeem and exchange what they meant to today."""
        if self._spare is not None and self._world.calendar.weekday[day] == 0:
            self._spare.begin_week()
        slots = self._refunds_on.take(day)
        self._apply(day, EventKind.REFUND, np.zeros_like(slots), target=slots)
        self._claim(self._claims_on.take(day), day)
        rows = self._redeems_on.take(day)
        self._apply_to_coupons(day, EventKind.REDEEM, rows)
        self._tell_redeemed(rows, day)
        self._exchange_points(day)

    def accounts(self, customers: Customers) -> NDArray[np.int32]:
        """Return the position of each customer among the players, `NOBODY` for who does not count."""
        return self._players.accounts(customers)

    def paid(self, accounts: Accounts, payments: NDArray[np.uint8], day: int) -> None:
        """Let the payments of those who count in the programme count."""
        places, accounts = _players(accounts)
        payments = payments.take(places)
        if self._points.credited:
            self._credit(accounts, payments, day)
        counting = np.flatnonzero(self._counts_this_week.take(accounts) <= day)
        accounts, payments = accounts.take(counting), payments.take(counting)
        payers = self._players.customers.take(accounts)
        if self._needs.approval:
            self._welcome(payers, accounts)
        refunded, days = self._luck.refunds(payers, payments, day)
        amounts = None
        if self._needs.amounts:
            amounts = self._amounts.draw(payers, payments, day)
            self._weekly.shrink(self._engine, accounts, payments, amounts, day)
        counted = payments if self._spare is None else self._spare.hold_back(accounts, payments, refunded)
        owner = np.repeat(accounts, counted)
        first = (np.cumsum(counted, dtype=np.int64) - counted)[refunded]
        slots = self._plan_refunds(first, days, amounts, owner.shape[0])
        if amounts is not None and self._needs.least_fen > 1:
            enough = np.flatnonzero(amounts >= self._needs.least_fen)
            owner, amounts, slots = owner[enough], amounts[enough], slots[enough]
        before = self._engine.coupons.shape[0]
        self._apply(day, EventKind.PAYMENT, owner, amount=1 if amounts is None else amounts, target=slots)
        self._intend(before, day)

    def code_shown(self, customers: Customers, owners: Customers, day: int) -> None:
        """Let the programme remember whose code a customer was shown."""
        if self._rewards_referral and day < self.ends:
            accounts, targets = self.accounts(customers), self.accounts(owners)
            known = (accounts != NOBODY) & (targets != NOBODY)
            self._apply(day, EventKind.CODE, accounts[known], target=targets[known])

    def referral_promise(self) -> tuple[float, float]:
        """Return what the programme gives in money or kind, CNY: to who refers, and to the friend."""
        return referral_worth(self._programme, "referrer"), referral_worth(self._programme, "referee")

    def rate_step(self, accounts: Accounts, day: int) -> NDArray[np.int64]:
        """Say who pays more (the programme runs, and the next stage is near) or less (it has just ended) than usual."""
        steps = np.zeros(accounts.shape[0], dtype=np.int64)
        if day < self.ends + _DROP_DAYS:
            places, accounts = _players(accounts)
            knowing = np.flatnonzero(self._players.knows(accounts, min(day, self.ends - 1)))
            steps[places.take(knowing)] = self._running_step(accounts.take(knowing)) if day < self.ends else _AFTER
        return steps

    def adjust(self, accounts: Accounts, plan: NDArray[np.uint8], day: int) -> None:
        """Let players plan for the week's reward, and hunters pay no more than they must."""
        if day < self.ends:
            places, accounts = _players(accounts)
            self._weekly.adjust(places, accounts, plan, day)
            if self._needs.a_week:
                self._look_ahead(accounts, plan.take(places, axis=1), day)

    def leaves(self, accounts: Accounts, day: int) -> NDArray[np.bool_]:
        """Hunters who knew of the programme leave when it is over."""
        leaves = np.zeros(accounts.shape[0], dtype=np.bool_)
        if day >= self.ends:
            places, accounts = _players(accounts)
            leaves[places] = self._players.hunting(accounts, self.ends - 1)
        return leaves

    def who_knew(self) -> Customers:
        """Return who knew of the programme and took part when it ended, by number."""
        return self._players.customers[self._players.notices_on < self.ends]

    def close(self) -> None:
        """Hand the run's coupons, their money and points to the ledger."""
        self._engine.settle(self._base + self._world.scenario.calendar.horizon_days - 1)
        record_rewards(self._world, self._programme, self._engine, self._players, self._base)

    def _attended(self, day: int, channel: Channel, batch: ContactBatch) -> None:  # noqa: ARG002
        """Reward everybody who comes to a community event, also who does not wait for a booth."""
        if day < self.ends:
            for part in self._attendance:
                self._occasion(day, EventKind.ATTEND, batch.customers, part)

    def _converted(self, customers: Customers, day: int) -> None:
        """Reward those who become customers of the wallet, and whose code they were shown."""
        if day < self.ends:
            self._occasion(day, EventKind.CONVERT, customers)

    def _occasion(self, day: int, kind: EventKind, customers: Customers, part: int = 0) -> None:
        accounts = self.accounts(customers)
        before = self._engine.coupons.shape[0]
        self._apply(day, kind, accounts[accounts != NOBODY], subject=part)
        self._intend(before, day)

    def _running_step(self, accounts: Customers) -> NDArray[np.int64] | int:
        """Return the step of progress to the next stage: icons since the last one, of those that it needs."""
        stages = self._programme.stages
        if stages is None:
            return _RUNNING
        needs = np.array([0, *stages.thresholds, stages.thresholds[-1] + 1])
        people = self._engine.people
        stage = people["stage"][accounts].astype(np.int64)
        progress = (people["icons"][accounts] - needs[stage]) / (needs[stage + 1] - needs[stage])
        steps = np.clip(progress * _PROGRESS_STEPS, 0, _PROGRESS_STEPS - 1).astype(np.int64)
        return _RUNNING + np.where(stage == len(stages.thresholds), 0, steps)

    def _welcome(self, payers: Customers, accounts: Customers) -> None:
        """Let the card of who opened the wallet during the run be approved on that day."""
        opened = self._world.wallets.opened_day[payers]
        new = opened != NEVER
        self._engine.people["approved"][accounts[new]] = opened[new] + self._base

    def _look_ahead(self, accounts: Accounts, plan: NDArray[np.uint8], day: int) -> None:
        """Let only payments of those count who may pay often enough this week; one payment more may be the first one of all."""
        new = self._world.wallets.activated_day.take(self._players.customers.take(accounts)) == day
        enough = plan.sum(axis=0, dtype=np.uint16) + new >= self._needs.a_week
        self._counts_this_week[accounts] = np.where(enough, self._counts_from.take(accounts), NEVER_COUNTS)

    def _credit(self, accounts: Accounts, payments: NDArray[np.uint8], day: int) -> None:
        """Credit points of the bank's own to those who use any."""
        earning = self._points.earners(accounts, day)
        accounts, payments = accounts[earning], payments[earning]
        payers = self._players.customers[accounts]
        amounts = self._amounts.draw(payers, payments, day)
        self._weekly.shrink(self._engine, accounts, payments, amounts, day)
        credited, points = self._points.put_by(accounts, self._points.worth(amounts, payments))
        self._apply(day, EventKind.POINTS, credited, amount=points)

    def _plan_refunds(
        self, first: NDArray[np.int64], days: NDArray[np.integer], amounts: NDArray[np.int64] | None, payments: int
    ) -> NDArray[np.integer]:
        """Plan the refunds of the payments at positions `first`. Return each payment's slot."""
        slots = np.full(payments, -1, dtype=np.int32)
        if amounts is not None:
            matters = amounts[first] >= self._needs.least_fen
            first, days = first[matters], days[matters]
        if first.shape[0]:
            numbers = self._engine.reserve_slots(first.shape[0]) + np.arange(first.shape[0])
            slots[first] = numbers
            self._refunds_on.spread(numbers, days)
        return slots

    def _intend(self, before: int, day: int) -> None:
        """Draw what becomes of the coupons that are new: open ones may be claimed, claimed ones redeemed."""
        coupons = self._engine.coupons[before:]
        if coupons.shape[0]:
            if self._spare is not None:
                self._spare.note_rewards(coupons["account"])
            status = coupons["status"]
            open_ = np.flatnonzero((status == QUALIFIED) & (coupons["place"] == 0))
            claiming, days = self._luck.claims(coupons, open_, day)
            self._claims_on.spread(before + open_[claiming], days)
            self._will_redeem(before + np.flatnonzero(status == CLAIMED))
            self._tell_redeemed(before + np.arange(coupons.shape[0]), day)

    def _tell_redeemed(self, rows: Rows, day: int) -> None:
        """Tell whose coupons among these rows are redeemed, if anybody listens."""
        if self._world.signals.heard(Signal.REDEEMED):
            coupons = self._engine.coupons
            redeemed = rows[coupons["status"][rows] == REDEEMED]
            accounts = each_once(coupons["account"][redeemed])
            self._world.signals.send(Signal.REDEEMED, self._players.customers[accounts], day)

    def _will_redeem(self, rows: Rows) -> None:
        if not rows.shape[0]:
            return
        self._redeems_on.spread(*self._luck.redemptions(self._engine.coupons, rows, self._base))

    def _claim(self, rows: Rows, day: int) -> None:
        """Claim grants by their first rows; draw when the coupons of those that were claimed are redeemed."""
        self._apply_to_coupons(day, EventKind.CLAIM, rows)
        coupons = self._engine.coupons
        claimed = rows[coupons["status"][rows] == CLAIMED]
        quantity = coupons["quantity"][claimed].astype(np.int64)
        first = np.repeat(np.cumsum(quantity) - quantity, quantity)
        self._will_redeem(np.repeat(claimed, quantity) + np.arange(quantity.sum()) - first)

    def _exchange_points(self, day: int) -> None:
        """Let users of points ask for a coupon, each once a week on a day of their own."""
        if self._points.part is None or day >= self.ends:
            return
        accounts, due = self._points.asking(day)
        self._apply(day, EventKind.POINTS, accounts[due > 0], amount=due[due > 0])
        before = self._engine.coupons.shape[0]
        self._apply(day, EventKind.EXCHANGE, accounts, subject=self._points.part)
        granted = self._engine.coupons[before:]
        self._points.spent(granted["account"][granted["place"] == 0])
        self._intend(before, day)

    def _apply_to_coupons(self, day: int, kind: EventKind, rows: Rows) -> None:
        coupons = self._engine.coupons
        part, number = coupons["part"][rows], coupons["number"][rows]
        self._apply(day, kind, coupons["account"][rows], subject=part, target=number)

    def _apply(
        self,
        day: int,
        kind: EventKind,
        accounts: NDArray[np.integer],
        *,
        subject: NDArray[Any] | int = 0,
        amount: NDArray[np.int64] | int = 0,
        target: NDArray[np.integer] | int = -1,
    ) -> None:
        count = accounts.shape[0]
        if count:
            self._engine.apply(
                Events(
                    account=accounts.astype(np.int32, copy=False),
                    day=_column(count, self._base + day, np.uint16),
                    kind=_column(count, kind, np.uint8),
                    subject=_column(count, subject, np.int16),
                    amount=_column(count, amount, np.int64),
                    target=_column(count, target, np.int32),
                )
            )


def _column(count: int, values: NDArray[Any] | int, kind: type[Number]) -> NDArray[Number]:
    """Return a column of a kind: one value for each event, or one for all."""
    column = np.empty(count, dtype=kind)
    column[:] = values
    return column


def _players(accounts: Accounts) -> tuple[NDArray[np.intp], Accounts]:
    """Return who of these counts in the programme: the places, and the accounts there."""
    places = np.flatnonzero(accounts != NOBODY)
    return places, accounts.take(places)
