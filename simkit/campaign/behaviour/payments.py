"""Wallet payments and dormancy: drawn by the week, played by the day, for active users only."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import blocks, by_block
from simkit.campaign.behaviour.payment_plan import WEEKDAYS, add_levels, plan_week, poisson_cuts
from simkit.campaign.behaviour.reward_play import RewardPlay
from simkit.campaign.behaviour.users import Users
from simkit.campaign.contacts.conversion import beta_geometric_hazard
from simkit.campaign.vocabulary import Channel, CostItem, Status
from simkit.campaign.wallet.activity import ACTIVE_DAYS
from simkit.campaign.world import World
from simkit.population import PAYMENT_LEVELS, payment_level_ratios

Customers = NDArray[np.integer]
Plan = NDArray[np.uint8]
# A user is counted as active for 30 days after the last payment. The survival curve is one of that 30-day activity,
# so paying itself stops about four weeks earlier: those weeks' hazard falls due at the first payment (one-time users).
_LEVELS_PER_LOG, _MOST_LEVELS = (
    16,
    24,
)  # payments are changed in steps of a sixteenth of their logarithm, at most e^1.5-fold
_LOOK_BACK_WEEKS = round(ACTIVE_DAYS / WEEKDAYS)
_WEEKS_A_YEAR = 52
_LEAST_LEFT = 0.1  # of the curve's hazard, whatever other causes take


class Payments:
    """Users who pay, and their plan for the current week: payments of each weekday, shape (7, users)."""

    def __init__(self, world: World, rewards: RewardPlay) -> None:
        wallet, scenario = world.scenario.wallet, world.scenario
        weeks = scenario.calendar.horizon_days // WEEKDAYS + 54 + _LOOK_BACK_WEEKS
        self._world = world
        self._rewards = rewards
        self._segment, self._level = world.population.segment, world.population.payment_level
        self._curve = beta_geometric_hazard(
            scenario.by_segment(wallet.survival_alpha), scenario.by_segment(wallet.survival_beta), weeks
        )
        self._unevenness = 0.0
        self._other_causes = 0.0
        self._tabulate()
        self._plan_luck = world.streams.decision("payments.week")
        self._stopping = world.streams.decision("payments.stopping")
        rates = scenario.by_segment(wallet.payments_per_week)[:, None] * payment_level_ratios(
            wallet.payment_spread.value
        )
        self._daily_rates = (rewards.rate_ratios[:, :, None] * rates / WEEKDAYS).reshape(-1)
        self._kinds = rates.size
        self._users = self._who(np.empty(0, dtype=np.int32), 0, np.empty(0, dtype=np.float32))
        self._plan = np.empty((WEEKDAYS, 0), dtype=np.uint8)
        self._joined: list[tuple[Users, Plan]] = []
        self._before_luck = world.streams.decision("payments.before")

    def allow_for(self, *, unevenness: float = 0.0, other_causes: float = 0.0) -> None:
        """Keep the average survival at the scenario's curve where a mechanism would bend it; to be called before the run begins.

        unevenness: variance of lasting ratios (of mean 1) between users' hazards, whose frailest stop first. other_causes: hazard a week
        of stopping for a cause that the curve counts but that is played elsewhere.
        """
        self._unevenness += unevenness
        self._other_causes += other_causes
        self._tabulate()

    def _tabulate(self) -> None:
        """Tabulate the hazard at the first payment and of each week after it.

        Among users whose ratios have variance v, survival is that of the cumulative hazard H if the mean user's is (exp(v H) - 1) / v
        (gamma frailty). Who has used the wallet for a year on day 0 is among others who have, and H counts from then on.
        """
        passed = self._curve[:, _LOOK_BACK_WEEKS:]
        before = np.concatenate([passed[:, :1], passed[:, :-1]], axis=1)
        weekly, at_once = passed - before, passed[:, 0]
        if self._unevenness > 0:
            since = np.where(np.arange(passed.shape[1]) < _WEEKS_A_YEAR, 0.0, before[:, [_WEEKS_A_YEAR]])
            weekly = _of_mean_user(passed - since, self._unevenness) - _of_mean_user(before - since, self._unevenness)
            at_once = _of_mean_user(at_once, self._unevenness)
        self._hazard_at_once = at_once
        self._weekly_hazard = np.maximum(weekly - self._other_causes, weekly * _LEAST_LEFT).astype(np.float32)

    def begin(self) -> None:
        """Give the users of day 0 a year behind them and a last payment somewhere in the last 30 days."""
        customers = np.flatnonzero(self._world.population.active).astype(np.int32)
        last = -1 - np.floor(self._before_luck.uniform(customers) * (ACTIVE_DAYS - 1)).astype(np.int16)
        self._world.wallets.activity.begin(customers, last)
        weekday = int(self._world.calendar.weekday[0])
        days = WEEKDAYS * _WEEKS_A_YEAR + -weekday % WEEKDAYS
        users = self._who(customers, days, self._stopping.exponential(customers).astype(np.float32))
        plan = self._draw(users, 0) if weekday else np.zeros((WEEKDAYS, len(users)), dtype=np.uint8)
        self._joined.append((users, plan))

    def begin_week(self, day: int) -> None:
        """Let users stop, and plan the payments of those who go on."""
        self._users = Users.together([self._users, *(users for users, _ in self._joined)])
        self._joined, self._plan = [], np.empty((WEEKDAYS, 0), dtype=np.uint8)
        self._endure(day)
        self._plan = self._draw(self._users, day)

    def play(self, day: int) -> None:
        """Make the day's payments, first payments included; tell the reward programme and the ledger."""
        self._join(day)
        weekday = int(self._world.calendar.weekday[day])
        rewarded = self._rewards.ends is not None and day < self._rewards.ends
        payers, accounts, payments = [], [], []
        for users, plan in ((self._users, self._plan), *self._joined):
            today = plan[weekday]
            paying = (today != 0).nonzero()[0]  # a tenth of the time that numbers take
            payers.append(users.customers.take(paying))
            payments.append(today.take(paying))
            if rewarded:
                accounts.append(users.accounts.take(paying))
        self._record(day, np.concatenate(payers), np.concatenate(payments), accounts)

    def _who(self, customers: Customers, days: int, endurance: NDArray[np.float32]) -> Users:
        """Return users whose first payment will be so many days ago when the next week begins."""
        segment, level = (column.take(customers) for column in (self._segment, self._level))
        kind = segment * np.uint16(PAYMENT_LEVELS) + level
        weeks = (days + WEEKDAYS // 2) // WEEKDAYS
        hazard = segment * np.int32(self._weekly_hazard.shape[1]) + np.int32(weeks)
        return Users(customers, self._rewards.accounts(customers), kind, hazard, endurance)

    def _join(self, day: int) -> None:
        """Take in those who make their first payment today; who stops at once is a one-time user."""
        new = self._world.wallets.first_payments(day)
        self._give_welcome(new, day)
        at_once = self._pressed(self._hazard_at_once[self._segment[new]], new, day)
        weekday = int(self._world.calendar.weekday[day])
        users = self._who(new, WEEKDAYS - weekday, (self._stopping.exponential(new) - at_once).astype(np.float32))
        plan = self._draw(users, day)
        lasting = users.endurance > 0
        plan[:, ~lasting] = 0
        plan[weekday] = np.maximum(plan[weekday], 1)
        self._joined.append((users, plan))
        self._one_time = new[~lasting]

    def _give_welcome(self, new: Customers, day: int) -> None:
        """Pay the welcome gift with the first payment of wallets that were opened while the campaign ran."""
        entitled = self._world.wallets.opened_day[new] < self._world.campaign_days
        gifts = self._world.opening.gift_cny[new[entitled]]
        self._world.ledger.cost(day, CostItem.GIFT, Channel.ORGANIC, gifts.shape[0], float(gifts.sum()))

    def _endure(self, day: int) -> None:
        """Pass one more week of the survival curve; users whose endurance is used up stop paying."""
        users, status = self._users, self._world.wallets.status
        active = by_block(lambda some: status.take(some) == Status.ACTIVE.value, users.customers)
        stays = active & np.concatenate([self._stay(users[some], day) for some in blocks(len(users))])
        self._world.wallets.stop(users.customers[active & ~stays], day)
        users.keep(np.flatnonzero(stays))

    def _stay(self, users: Users, day: int) -> NDArray[np.bool_]:
        """Let these users pass the week, in place, and say who goes on paying."""
        hazard = self._weekly_hazard.reshape(-1).take(users.hazard)
        users.hazard += 1
        left = users.endurance - self._pressed(hazard, users.customers, day)
        users.endurance[:] = left
        return (left > 0) & ~self._rewards.leaves(users.accounts, day)

    def _draw(self, users: Users, day: int) -> Plan:
        """Return Poisson payments for each weekday of the current week, shape (7, users), from one block of luck a user-week."""
        plan = np.empty((WEEKDAYS, len(users)), dtype=np.uint8)
        for some in blocks(len(users)):
            plan[:, some] = self._draw_block(users[some], day)
        for change in self._world.payment_plans:
            change(users.customers.astype(np.intp), plan, day)
        return plan

    def _draw_block(self, users: Users, day: int) -> Plan:
        """Return the plan of some users: what they would pay, and what the reward programme makes of it."""
        week = int(self._world.calendar.week[day])
        words = self._plan_luck.words(users.customers, week).T
        kind = self._rewards.rate_step(users.accounts, day)
        kind *= self._kinds
        kind += users.kind
        if self._world.spending:
            # The spare face decides between the two nearest levels, so that small changes hold on average.
            changes = np.empty(len(users))
            changes[:] = self._world.spending.total(users.customers, day) * _LEVELS_PER_LOG
            add_levels(changes, words[-1], _MOST_LEVELS, self._daily_rates.shape[0], kind)
        plan = np.empty((WEEKDAYS, len(users)), dtype=np.uint8)
        plan_week(words, kind, self._cuts, plan)
        self._rewards.adjust(users.accounts, plan, day)
        return plan

    @functools.cached_property
    def _cuts(self) -> NDArray[np.uint32]:
        """The cuts of every rate; with influences on spending, those of all its levels one after the other."""
        if not self._world.spending:
            return poisson_cuts(self._daily_rates)
        ratios = np.exp(np.arange(-_MOST_LEVELS, _MOST_LEVELS + 1) / _LEVELS_PER_LOG)
        return poisson_cuts((ratios[:, None] * self._daily_rates).reshape(-1))

    def _pressed(self, hazard: NDArray[np.floating], users: Customers, day: int) -> NDArray[np.floating]:
        """Return the hazard of stopping with everything that makes users stay or leave."""
        return hazard * np.exp(self._world.stopping.total(users, day)) if self._world.stopping else hazard

    def _record(
        self, day: int, payers: Customers, payments: NDArray[np.uint8], accounts: list[NDArray[np.int32]]
    ) -> None:
        """Write the day's payments down; where they may be rewarded, by the `accounts` of who pays."""
        wallets, ledger = self._world.wallets, self._world.ledger
        payers = payers.astype(np.intp)  # NumPy's own index type: every later look-up is twice as fast
        made = wallets.activity.note(payers, payments, day).reshape(2, -1)
        wallets.stop(self._one_time, day)
        if accounts:
            self._rewards.paid(np.concatenate(accounts), payments, day)
        ledger.payments(day, payers, payments)
        active = wallets.activity.active.reshape(2, -1)
        ledger.by_segment(day, "payments", made.sum(axis=0))
        ledger.by_segment(day, "campaign_payments", made[1])
        ledger.by_segment(day, "active", active.sum(axis=0))
        ledger.by_segment(day, "campaign_active", active[1])


def _of_mean_user(hazard: NDArray[np.floating], unevenness: float) -> NDArray[np.floating]:
    return np.asarray(np.expm1(unevenness * hazard) / unevenness)
