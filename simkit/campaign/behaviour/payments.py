"""Wallet payments and dormancy: drawn by the week, played by the day, for active users only."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import blocks, by_block
from simkit.campaign.behaviour.payment_plan import FACES, WEEKDAYS, plan_week, poisson_cuts
from simkit.campaign.behaviour.reward_play import RewardPlay
from simkit.campaign.contacts.conversion import beta_geometric_hazard
from simkit.campaign.vocabulary import Channel, CostItem, Status
from simkit.campaign.wallet.activity import ACTIVE_DAYS
from simkit.campaign.world import World
from simkit.population import PAYMENT_LEVELS, payment_level_ratios

Customers = NDArray[np.integer]
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
        self._curve = beta_geometric_hazard(
            scenario.by_segment(wallet.survival_alpha), scenario.by_segment(wallet.survival_beta), weeks
        )
        self._unevenness = 0.0
        self._other_causes = 0.0
        self._tabulate()
        self._plan_luck = world.streams.decision("payments.week")
        self._endurance = np.full(world.population.size, np.inf, dtype=np.float32)
        self._stopping = world.streams.decision("payments.stopping")
        rates = scenario.by_segment(wallet.payments_per_week)[:, None] * payment_level_ratios(
            wallet.payment_spread.value
        )
        self._daily_rates = (rewards.rate_ratios[:, :, None] * rates / WEEKDAYS).reshape(-1)
        kind = world.population.segment.astype(np.int32) * PAYMENT_LEVELS + world.population.payment_level
        self._kind = kind.astype(np.uint16)
        self._kinds = rates.size
        self._users = np.flatnonzero(
            world.population.active
        )  # NumPy's own index type: every later look-up is twice as fast
        self._plan = np.zeros((WEEKDAYS, self._users.shape[0]), dtype=np.uint8)
        self._joined: list[tuple[Customers, NDArray[np.uint8]]] = []
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
        luck = self._before_luck.uniform(self._users)
        last = -1 - np.floor(luck * (ACTIVE_DAYS - 1)).astype(np.int16)
        self._world.wallets.activity.begin(self._users, last)
        self._endurance[self._users] = self._stopping.exponential(self._users)
        if self._world.calendar.weekday[0] != 0:
            self._plan = self._draw(self._users, 0)

    def begin_week(self, day: int) -> None:
        """Let users stop, and plan the payments of those who go on."""
        self._users = np.concatenate([self._users, *(joined for joined, _ in self._joined)])
        self._joined = []
        self._endure(day)
        self._plan = self._draw(self._users, day)

    def play(self, day: int) -> None:
        """Make the day's payments, first payments included; tell the reward programme and the ledger."""
        self._join(day)
        weekday = int(self._world.calendar.weekday[day])
        payers, payments = [], []
        for users, plan in ((self._users, self._plan), *self._joined):
            today = plan[weekday]
            paying = np.flatnonzero(today != 0)  # a tenth of the time that numbers take
            payers.append(users[paying])
            payments.append(today[paying])
        self._record(day, np.concatenate(payers), np.concatenate(payments))

    def _join(self, day: int) -> None:
        """Take in those who make their first payment today; who stops at once is a one-time user."""
        new = self._world.wallets.first_payments(day)
        self._give_welcome(new, day)
        segment = self._world.population.segment[new]
        self._endurance[new] = self._stopping.exponential(new) - self._pressed(self._hazard_at_once[segment], new, day)
        plan = self._draw(new, day)
        weekday = int(self._world.calendar.weekday[day])
        lasting = self._endurance[new] > 0
        plan[:, ~lasting] = 0
        plan[weekday] = np.maximum(plan[weekday], 1)
        self._joined.append((new, plan))
        self._one_time = new[~lasting]

    def _give_welcome(self, new: Customers, day: int) -> None:
        """Pay the welcome gift with the first payment of wallets that were opened while the campaign ran."""
        entitled = self._world.wallets.opened_day[new] < self._world.campaign_days
        gifts = self._world.opening.gift_cny[new[entitled]]
        self._world.ledger.cost(day, CostItem.GIFT, Channel.ORGANIC, gifts.shape[0], float(gifts.sum()))

    def _endure(self, day: int) -> None:
        """Pass one more week of the survival curve; users whose endurance is used up stop paying."""
        users = self._users[self._world.wallets.status[self._users] == Status.ACTIVE.value]
        stays = by_block(lambda some: self._stay(some, day), users)
        self._world.wallets.stop(users[~stays], day)
        self._users = users[stays]

    def _stay(self, users: Customers, day: int) -> NDArray[np.bool_]:
        """Let these users pass the week, and say who goes on paying."""
        weeks = (day - self._world.wallets.activated_day[users] + WEEKDAYS // 2) // WEEKDAYS
        place = self._world.population.segment[users] * np.int64(self._weekly_hazard.shape[1]) + weeks
        hazard = self._weekly_hazard.reshape(-1)[place]  # one look-up by one number is twice as fast as by two
        left = self._endurance[users] - self._pressed(hazard, users, day)
        self._endurance[users] = left
        return (left > 0) & ~self._rewards.leaves(users, day)

    def _draw(self, users: Customers, day: int) -> NDArray[np.uint8]:
        """Return Poisson payments for each weekday of the current week, shape (7, users), from one block of luck a user-week."""
        plan = np.empty((WEEKDAYS, users.shape[0]), dtype=np.uint8)
        for some in blocks(users.shape[0]):
            plan[:, some] = self._draw_block(users[some], day)
        for change in self._world.payment_plans:
            change(users, plan, day)
        return plan

    def _draw_block(self, users: Customers, day: int) -> NDArray[np.uint8]:
        """Return the plan of some users: what they would pay, and what the reward programme makes of it."""
        week = int(self._world.calendar.week[day])
        luck = self._plan_luck.faces(users, week)
        kind = self._rewards.rate_step(users, day) * self._kinds + self._kind[users]
        if self._world.spending:
            # The spare face decides between the two nearest levels, so that small changes hold on average.
            steps = self._world.spending.total(users, day) * _LEVELS_PER_LOG
            level = np.floor(steps + luck[:, WEEKDAYS] / FACES).astype(np.int64)
            kind += (np.clip(level, -_MOST_LEVELS, _MOST_LEVELS) + _MOST_LEVELS) * self._daily_rates.shape[0]
        plan = np.empty((WEEKDAYS, users.shape[0]), dtype=np.uint8)
        plan_week(luck, kind, self._cuts, plan)
        self._rewards.adjust(users, plan, day)
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

    def _record(self, day: int, payers: Customers, payments: NDArray[np.uint8]) -> None:
        wallets, ledger = self._world.wallets, self._world.ledger
        made = wallets.activity.note(payers, payments, day).reshape(2, -1)
        wallets.stop(self._one_time, day)
        self._rewards.paid(payers, payments, day)
        ledger.payments(day, payers, payments)
        active = wallets.activity.active.reshape(2, -1)
        ledger.by_segment(day, "payments", made.sum(axis=0))
        ledger.by_segment(day, "campaign_payments", made[1])
        ledger.by_segment(day, "active", active.sum(axis=0))
        ledger.by_segment(day, "campaign_active", active[1])


def _of_mean_user(hazard: NDArray[np.floating], unevenness: float) -> NDArray[np.floating]:
    return np.asarray(np.expm1(unevenness * hazard) / unevenness)
