"""Which part of their money users keep here, and wages that come in on payday and are swept out to another bank."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from simkit.campaign.influences import Customers
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.relationship.auto_save import AutoSave
from simkit.campaign.relationship.loyalty import SAVE, loyalty_at_start
from simkit.campaign.relationship.traits import STANDARD_NORMAL, draw_slices, log_odds_for_mean
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Status
from simkit.campaign.world import World


class ShareOfWallet(Mechanism):
    """The share of each user's money that is held here, from 0 to 1: neither satisfaction nor loyalty.

    payday: whether wages come in, by day. saving_plan: who has an automatic saving plan.
    """

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        facts, scenario = world.scenario.share_of_wallet, world.scenario
        if facts is None or scenario.loyalty is None:
            raise ValueError("the share of wallet takes part only where the scenario has it, and loyalty")
        self._world = world
        self._facts = facts
        self._share = world.of_users.column(np.float16(0))
        self._paid_here = world.marks.new()
        self.saving_plan = world.marks.new()
        self._start = expit(_levels(scenario.by_segment(facts.start), facts.spread.value * STANDARD_NORMAL))
        self._payroll = scenario.by_segment(facts.payroll)
        self._pay = scenario.by_segment(facts.pay)
        kept = -facts.loyalty_keeps.value * loyalty_at_start(scenario, SAVE)
        self._sweeps = np.array([log_odds_for_mean(share, kept) for share in scenario.by_segment(facts.sweeps)])
        self._loyal_from = scenario.loyalty.loyal_from.value
        self._own_luck = world.streams.decision("share_of_wallet.own")
        self._payroll_luck = world.streams.decision("share_of_wallet.payroll")
        self._sweep_luck = world.streams.decision("share_of_wallet.sweep")
        dates = world.calendar.dates
        self.payday: NDArray[np.bool_] = dates - dates.astype("datetime64[M]") == round(facts.payday.value) - 1
        self._settle(np.flatnonzero(world.population.active), 0)
        world.signals.listen(Signal.ACTIVATED, self._settle)
        levers = world.levers.share_of_wallet
        offers = levers is not None and levers.auto_save_offer_days is not None
        self._auto_save = AutoSave(world, self) if offers else None

    def begin_day(self, day: int) -> None:
        """Offer saving plans some days before payday."""
        if self._auto_save is not None:
            self._auto_save.offer(day)

    def end_day(self, day: int) -> None:
        """Pay wages, and let them be swept out or stay."""
        if not self.payday[day]:
            return
        world, facts, users = self._world, self._facts, self.paid_here()
        segment, share = world.population.segment.take(users), self._share[users].astype(np.float32)
        loyalty = world.states["loyalty_in_saving"](users)
        log_odds = self._sweeps.take(segment) - facts.loyalty_keeps.value * loyalty
        log_odds -= facts.auto_save_keeps.value * self.saving_plan[users]
        sweeps = self._sweep_luck.uniform(users, day) < expit(log_odds)
        swept = self._pay.take(segment) * (1 - share) * sweeps
        self._share[users] = share + facts.pace.value * (~sweeps - share)
        world.ledger.tally(day, "wages_paid_in", users, self._pay.take(segment))
        world.ledger.tally(day, "wages_swept_out", users, swept)
        world.ledger.tally(day, "deposits_kept", users, self._pay.take(segment) - swept)
        world.ledger.tally(day, "paydays", users)
        world.ledger.tally(day, "paydays_owned", users[~sweeps & (loyalty >= self._loyal_from)])

    def finish(self) -> None:
        """Add up the shares of the users that are left."""
        users = np.flatnonzero(self._world.wallets.status == Status.ACTIVE.value)
        last = self._world.scenario.calendar.horizon_days - 1
        self._world.ledger.tally(last, "wallet_shares", users, self._share[users])

    def paid_here(self) -> Customers:
        """Return the users whose wages are paid into this bank, by number."""
        paid_here = self._paid_here.who()
        users: Customers = paid_here[self._world.wallets.status.take(paid_here) == Status.ACTIVE.value]
        return users

    def _settle(self, customers: Customers, day: int) -> None:  # noqa: ARG002 - a listener
        segment = self._world.population.segment.take(customers)
        self._share[customers] = self._start[segment, draw_slices(self._own_luck, customers)[0]]
        self._paid_here[customers] = self._payroll_luck.uniform(customers) < self._payroll.take(segment)


def _levels(means: NDArray[np.float64], shifts: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return log-odds by segment and slice whose probabilities have these means."""
    return np.array([log_odds_for_mean(mean, shifts) + shifts for mean in means])
