"""Corporate wallets: employers are taken on, their members invited, their volume settled at once, their spending rewarded."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.corporate.members import Members
from simkit.campaign.corporate.onboarding import STAGES, Onboarding
from simkit.campaign.corporate.terms import (
    break_even_days,
    cash_freed_cny,
    cashback_cny,
    fee_a_day_cny,
    settlement_saving_cny,
)
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Channel, CostItem
from simkit.campaign.world import World

Floats = NDArray[np.floating]
_PERIOD_DAYS = 28
_MONTH_DAYS = 30


class CorporatePlay(Mechanism):
    """All clients of a run. Amounts of payments are the segment's mean ticket."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        facts, levers = world.scenario.corporate_wallets, world.levers.corporate_wallets
        if facts is None or levers is None:
            raise ValueError("corporate wallets take part only where scenario and strategy have them")
        self._world, self._facts, self._levers = world, facts, levers
        approached = math.ceil(world.scaled(levers.approached_per_month) / _MONTH_DAYS * world.campaign_days)
        self._members = Members(world, facts, approached)
        self._onboarding = Onboarding(world, facts, self._members.live.shape[0], self._go_live)
        clients = self._members.live.shape[0]
        counts = [self._members.by_segment(client) for client in range(clients)]
        self._size = np.array(counts, dtype=np.float64).reshape(clients, len(world.scenario.segments))
        self._ticket = world.scenario.by_segment(world.scenario.value.ticket)
        self._spent = np.zeros(clients)
        reward = levers.payment_discount + levers.cashback_rate
        self._spending = math.log1p(facts.spending_response.value * reward)
        if self._spending:
            world.spending.add("corporate_terms", self._log_ratio, changes=True)
        world.payment_plans.append(self._note_plan)

    def plan(self, day: int) -> None:
        """Approach employers and invite members."""
        approached = self._onboarding.approach(day)
        if approached:
            self._pay(day, approached, approached * self._facts.onboarding_cost.value)
        self._members.invite(day)

    def close(self, day: int) -> None:
        """Pay account managers; settle the day's volume of live clients."""
        if self._world.works(day, "workdays"):
            days = self._world.scaled(self._levers.account_managers)
            self._world.ledger.cost(day, CostItem.STAFF, Channel.CORPORATE, days, days * self._facts.manager_day.value)
        live = self._size[self._members.live].sum(axis=0)
        volume = live * self._facts.volume_per_member_day.value * self._facts.volume_moved.value
        cash = cash_freed_cny(volume, self._facts.settlement.value)
        ledger = self._world.ledger
        ledger.tally_by_segment(day, "cash_days_saved", cash)
        ledger.tally_by_segment(day, "corporate_volume", volume)
        ledger.tally_by_segment(day, "settlement_saving", settlement_saving_cny(cash, self._facts.funding_rate.value))
        ledger.tally_by_segment(day, "corporate_revenue", self._fees(live, volume))

    def end_day(self, day: int) -> None:
        """Pay the cashback of a period of 28 days."""
        if (day + 1) % _PERIOD_DAYS:
            return
        levers, members = self._levers, self._size.sum(axis=1)
        terms = (levers.cashback_threshold_cny, levers.cashback_rate, levers.cashback_cap_cny)
        cashback = cashback_cny(self._spent, members, *terms)
        self._give(day, "corporate_cashback", cashback)
        discount = np.where(self._members.live, self._spent * levers.payment_discount, 0.0)
        self._give(day, "corporate_discount", discount)
        self._spent[:] = 0.0

    def finish(self) -> None:
        """Write what became of the clients."""
        pipeline, ledger = self._onboarding.pipeline, self._world.ledger
        ledger.figure("clients_approached", pipeline.approached)
        ledger.figure("clients_live", pipeline.live)
        ledger.figure("clients_in_onboarding", pipeline.waiting + sum(pipeline.in_stage))
        ledger.figure("clients_fell_out", sum(pipeline.fell_out))
        ledger.figure("clients_onboarded", pipeline.done)
        ledger.figure("days_to_live", pipeline.days_to_live / pipeline.live if pipeline.live else float("nan"))
        for stage, fell_out, entered in zip(STAGES, pipeline.fell_out, pipeline.entered, strict=True):
            ledger.figure(f"fallout_{stage}", fell_out / entered if entered else float("nan"))
        live = self._size[self._members.live].sum()
        ledger.figure("client_members", live)
        ledger.figure("client_members_active", self._members.active(self._world.scenario.calendar.horizon_days - 1))
        ledger.figure("client_break_even_days", self._break_even(live / max(pipeline.live, 1)))

    def _go_live(self, client: int, now: float) -> None:
        self._members.go_live(client, int(now))

    def _pay(self, day: int, quantity: float, amount_cny: float) -> None:
        self._world.ledger.cost(day, CostItem.CORPORATE, Channel.CORPORATE, quantity, amount_cny)

    def _give(self, day: int, tally: str, by_client_cny: Floats) -> None:
        """Tally what clients are given, by the segments of their members, and pay for it."""
        share = self._size / np.maximum(self._size.sum(axis=1, keepdims=True), 1)
        self._world.ledger.tally_by_segment(day, tally, by_client_cny @ share)
        self._pay(day, float(np.count_nonzero(by_client_cny)), float(by_client_cny.sum()))

    def _fees(self, live: Floats, volume: Floats) -> Floats:
        """Return the day's fees of live clients, by the segments of their members."""
        clients = np.count_nonzero(self._members.live)
        annual = self._levers.annual_fee_cny * clients * live / max(live.sum(), 1.0)
        return fee_a_day_cny(annual, self._levers.commission_rate, volume)

    def _break_even(self, members: float) -> float:
        """Return after how many days the savings of a client of mean size have paid for its annual fee."""
        volume = np.asarray(members * self._facts.volume_per_member_day.value * self._facts.volume_moved.value)
        cash = cash_freed_cny(volume, self._facts.settlement.value)
        saving = float(settlement_saving_cny(cash, self._facts.funding_rate.value))
        return break_even_days(self._levers.annual_fee_cny, saving, float(self._levers.commission_rate * volume))

    def _log_ratio(self, users: NDArray[np.integer], day: int) -> Floats:
        """Return the growth of payments of members whose employer is live, while the campaign's terms hold."""
        return np.where(self._of_live(users), self._spending if day < self._world.campaign_days else 0.0, 0.0)

    def _of_live(self, users: NDArray[np.integer]) -> NDArray[np.bool_]:
        client = self._members.client[users]
        live: NDArray[np.bool_] = np.append(self._members.live, np.False_)[client]  # -1 is nobody's client
        return live

    def _note_plan(self, users: NDArray[np.integer], plan: NDArray[np.uint8], day: int) -> None:
        """Add up what members of live clients plan to spend in the rest of the week, while the campaign's terms hold."""
        if day >= self._world.campaign_days:
            return
        members = np.flatnonzero(self._of_live(users))
        weekday = int(self._world.calendar.weekday[day])
        payments = plan[weekday:, members].sum(axis=0, dtype=np.int64)
        users = users[members]
        amount = payments * self._ticket.take(self._world.population.segment.take(users))
        self._spent += np.bincount(self._members.client[users], amount, minlength=self._spent.shape[0])
        self._world.ledger.tally(day, "group_spending", users, amount)
