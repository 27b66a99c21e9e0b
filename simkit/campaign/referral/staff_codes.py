"""Staff share posters with codes of their own: share → click → open, who is credited, and how good the wallets are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.contacts.conversion import hazard, with_odds_ratio
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.referral.acquaintances import NOBODY, Acquaintances
from simkit.campaign.referral.organisation import Organisation
from simkit.campaign.referral.poster_clicks import PosterClicks
from simkit.campaign.referral.staff_pay import COMMISSION_DAYS, StaffPay
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, CostItem, Outcome
from simkit.campaign.wallet.activity import ACTIVE_DAYS
from simkit.campaign.world import World
from simkit.due_dates import DueDates
from simkit.streams import Streams

Customers = NDArray[np.integer]
_DAYS_PER_WEEK = 7
_CLICKING_HOUR = 20.0
_QUALITY_DAYS = 60


class StaffCodesPlay(Mechanism):
    """All codes of a run.

    Each acquaintance clicks the posters of one member of staff once, when their cumulative hazard passes a threshold.
    """

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        facts, levers = world.scenario.staff_codes, world.levers.staff_codes
        if facts is None or levers is None:
            raise ValueError("staff have codes only where scenario and strategy say so")
        self._world, self._facts, self._levers = world, facts, levers
        self._tree = Organisation.of(world)
        has_code = self._tree.first_of_each_branch(world.scaled(levers.codes))
        self._issued = int(has_code.sum())
        self._known = Acquaintances(world, self._tree, has_code)
        self._active_from = np.where(has_code, self._activation(world.streams), np.inf)
        self._pay = StaffPay(world, self._tree, facts, levers)
        click_hazard = hazard(world.scenario.by_segment(facts.click))
        if levers.shows == "activity":
            click_hazard = click_hazard * facts.activity_clicks.value
        self._clicks = PosterClicks(world, self._known, click_hazard, facts.share_fatigue.value, self._tree.staff)
        world.opening.add_channel(Channel.STAFF_CODE, world.scenario.by_segment(facts.convert))
        self._outcome = world.streams.decision("staff_codes.outcome")
        self._hollow = np.zeros(self._tree.staff)
        self._posters = self._posters_without_race = 0.0
        self._other_cost = 0.0
        self._credited_on: DueDates[np.int32] = DueDates(np.int32)
        self._earning = world.marks.new()
        self._earns_until: DueDates[np.int32] = DueDates(np.int32)
        self._ticket = world.scenario.by_segment(world.scenario.value.ticket)
        self._opened: list[Customers] = []
        world.signals.listen(Signal.OPENED, lambda customers, _: self._opened.append(customers))
        world.signals.listen(Signal.ACTIVATED, self._first_payment)
        world.ledger.payment_listeners.append(self._payments)

    def close(self, day: int) -> None:
        """Let staff share the week's posters, and customers click today's."""
        world = self._world
        if day == 0 and self._levers.code_by == "sms":
            self._other_cost = self._issued * world.scenario.messages["sms"].unit_cost.value
            world.ledger.cost(day, CostItem.MESSAGE, Channel.STAFF_CODE, self._issued, self._other_cost)
        if day < world.campaign_days:
            if day == 0 or world.calendar.weekday[day] == 0:
                self._share(day)
            self._click(self._clicks.on(day), day)

    def end_day(self, day: int) -> None:
        """Settle the quality of old invites, let commissions end, and close the month."""
        self._credit(day)
        world, ledger = self._world, self._world.ledger
        old = self._known.customers[self._credited_on.take(day - _QUALITY_DAYS)]
        ledger.tally(day, "invites_after_60_days", old)
        active = world.wallets.activity.last_payment_day[old] > day - ACTIVE_DAYS
        ledger.tally(day, "invites_active_after_60_days", old[active])
        self._earning[self._known.customers[self._earns_until.take(day)]] = False
        self._pay.end_day(day)

    def finish(self) -> None:
        """Write the figures of staff: codes, posters, what was paid, ranking."""
        credited = self._known.credited[self._known.credited != NOBODY]
        wallets = np.bincount(credited, minlength=self._tree.staff).astype(np.float64)
        branch = self._tree.by_branch(wallets)
        best = np.sort(wallets[np.isfinite(self._active_from)])[::-1]
        tenth = best[: max(1, round(best.shape[0] / 10))]
        ledger = self._world.ledger
        ledger.figure("codes_issued", self._issued)
        ledger.figure("codes_activated", float((self._active_from < self._world.campaign_days).sum()))
        ledger.figure("posters_shared", self._posters)
        ledger.figure("leaderboard_effort_lift", _ratio(self._posters, self._posters_without_race) - 1)
        ledger.figure("code_commission", self._pay.paid_cny)
        ledger.figure("code_cost", self._pay.paid_cny + self._other_cost)
        ledger.figure("best_branch_wallets", float(branch.max()))
        ledger.figure("best_team_wallets", float(self._tree.by_team(wallets).max()))
        ledger.figure("branch_dispersion", _ratio(float(branch.std()), float(branch.mean())))
        ledger.figure("top_tenth_share", _ratio(float(tenth.sum()), float(wallets.sum())))

    def _activation(self, streams: Streams) -> NDArray[np.float64]:
        """Return the day on which everyone's code is active: it arrives at one of the attempts, a week apart, and then lies about."""
        staff = np.arange(self._tree.staff)
        by_mail = self._levers.code_by == "email"
        delivered = (self._facts.email_delivered if by_mail else self._facts.sms_delivered).value
        arrival, sending = np.full(staff.shape[0], np.inf), streams.decision("staff_codes.delivery")
        for attempt in reversed(range(self._levers.sends)):
            arrival[sending.uniform(staff, attempt) < delivered] = attempt * _DAYS_PER_WEEK
        delay = streams.decision("staff_codes.activation").exponential(staff)
        return arrival + delay * self._facts.activation_delay.value

    def _share(self, day: int) -> None:
        """Let staff share the posters of the week that begins on `day`, as many as they have at stake."""
        facts, days = self._facts, _DAYS_PER_WEEK - int(self._world.calendar.weekday[day])
        pay, prize = self._pay.stake()
        active = (self._active_from <= day) * days / _DAYS_PER_WEEK
        posters = self._effort(pay + prize) * active
        self._posters += float(posters.sum())
        self._posters_without_race += float((self._effort(pay) * active).sum())
        odds_ratio = np.exp(facts.hollow_per_10_cny.value * self._pay.stake_in_opening() / 10)
        self._hollow[:] = with_odds_ratio(np.asarray(facts.hollow.value), odds_ratio)
        self._clicks.share(posters, day, days)

    def _effort(self, stake_cny: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return posters a week of staff who have so much at stake in a conversion."""
        facts = self._facts
        eager = facts.posters_per_week.value * (1 + facts.effort_per_10_cny.value * stake_cny / 10)
        return np.asarray(np.minimum(eager, facts.most_posters_per_week.value))

    def _click(self, pairs: NDArray[np.int64], day: int) -> None:
        """Let customers click, and open: of their own will, at the low end of their luck, or as a favour, at the high end."""
        world, known = self._world, self._known
        customers = known.customers[pairs // 2]
        pairs = pairs[world.wallets.prospects(customers) & world.record.allowed(customers)]
        if not pairs.shape[0]:
            return
        known.click(pairs, day)
        rows, first = np.unique(pairs // 2, return_index=True)
        customers, staff = known.customers[rows], known.staff.reshape(-1)[pairs[first]]
        luck = self._outcome.uniforms(customers, day, width=2)
        takes_part = np.ones(customers.shape[0], dtype=np.bool_)
        if self._levers.shows == "activity":
            takes_part = luck[:, 1] < self._facts.activity_takes_part.value
            self._give_activity(customers[takes_part], day)
        chance = world.opening.probability(customers, Channel.STAFF_CODE) * takes_part
        chance = chance * world.population.can_pay_by_phone[customers]
        favour = np.minimum(chance * self._hollow[staff] / np.maximum(1 - self._hollow[staff], 1e-6), 1 - chance)
        own, hollow = luck[:, 0] < chance, luck[:, 0] > 1 - favour
        outcome = np.where(own | hollow, Outcome.OPENED, Outcome.NO_INTEREST).astype(np.uint8)
        batch = ContactBatch(customers, outcome, chance + favour, hour=_CLICKING_HOUR, server=staff)
        world.ledger.contacts(day, Channel.STAFF_CODE, batch)
        world.record.note(customers, self._facts.click_weight.value)
        world.ledger.tally(day, "code_clicks", customers)
        world.ledger.tally(day, "code_wallets", customers[own | hollow])
        world.ledger.tally(day, "hollow_wallets", customers[hollow])
        world.wallets.open(customers[own], day, Channel.STAFF_CODE)
        favours = customers[hollow]
        nobody = np.zeros(favours.shape[0], dtype=np.bool_)
        world.wallets.open(favours, day, Channel.STAFF_CODE, nobody, others_may_pay=False)

    def _give_activity(self, customers: Customers, day: int) -> None:
        n, world = customers.shape[0], self._world
        world.ledger.tally(day, "activity_participants", customers)
        world.ledger.cost(day, CostItem.GIFT, Channel.STAFF_CODE, n, n * self._facts.activity_cost.value)
        self._other_cost += n * self._facts.activity_cost.value

    def _credit(self, day: int) -> None:
        """Attribute today's new wallets, through whatever channel they came, to the code that binds their customers."""
        if not self._opened:
            return
        world, known = self._world, self._known
        rows = known.rows_of(np.concatenate(self._opened))
        self._opened = []
        claims = known.claims(rows, day, self._levers.window_days)
        claimed = claims.any(axis=1)
        if not claimed.any():
            return
        rows, claims = rows[claimed], claims[claimed]
        credited = known.customers[rows]
        channel = world.wallets.channel[credited]
        colleagues = (channel != Channel.STAFF_CODE) & (channel != Channel.ORGANIC)
        known.credit(rows, claims, first=self._levers.binding == "first")
        self._credited_on.put(rows, day)
        world.ledger.tally(day, "attributed_wallets", credited)
        world.ledger.tally(day, "disputed_wallets", credited[claims.sum(axis=1) + colleagues > 1])
        if self._levers.counts == "opened":
            self._pay.convert(known.credited[rows], day)

    def _first_payment(self, customers: Customers, day: int) -> None:
        """Count attributed wallets that pay for the first time; their payments count for thirty days."""
        self._credit(day)
        rows = self._known.rows_of(customers)
        rows = rows[self._known.credited[rows] != NOBODY]
        if not rows.shape[0]:
            return
        customers = self._known.customers[rows]
        self._world.ledger.tally(day, "attributed_first_payments", customers)
        self._earning[customers] = True
        self._earns_until.put(rows, day + COMMISSION_DAYS - 1)
        if self._levers.counts == "first_payment":
            self._pay.convert(self._known.credited[rows], day)

    def _payments(self, day: int, payers: Customers, payments: NDArray[np.integer]) -> None:
        """Add up what attributed users pay, and pay the commission on it."""
        earning = np.flatnonzero(self._earning[payers])
        if not earning.shape[0]:
            return
        payers, payments = payers[earning], payments[earning]
        amount = payments * self._ticket.take(self._world.population.segment.take(payers))
        self._world.ledger.tally(day, "code_amount", payers, amount)
        if self._levers.commission_share:
            staff = self._known.credited[self._known.rows_of(payers)]
            due = np.bincount(staff, amount * self._levers.commission_share, minlength=self._tree.staff).astype(
                np.float64
            )
            self._pay.pay(due, day)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
