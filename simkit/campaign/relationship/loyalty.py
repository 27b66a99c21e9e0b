"""How firmly users hold to this bank, need by need: paying, saving, investing. Loyalty is not satisfaction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import blocks, by_block
from simkit.campaign.compact_columns import Marks
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.relationship.satisfaction import leaving_ratios
from simkit.campaign.relationship.traits import FEW_NORMALS, STANDARD_NORMAL, draw_slices
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Status
from simkit.campaign.wallet.activity import NEVER
from simkit.campaign.world import World
from simkit.compiled import compiled
from simkit.params import Scenario

PAY, SAVE, INVEST = range(3)
_NEEDS = 3
_STEP_DAYS = 28
_DAYS_PER_YEAR = 365.25
_STEPS = 255
_LEVELS = np.arange(_STEPS + 1, dtype=np.float32) / _STEPS


class Loyalty(Mechanism):
    """Three loyalties of each user, from 0 to 1, which follow satisfaction slowly and only beyond a knee."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        facts, scenario = world.scenario.loyalty, world.scenario
        if facts is None or scenario.satisfaction is None:
            raise ValueError("loyalty takes part only where the scenario has it, and satisfaction")
        self._world = world
        self._facts = facts
        self._knees = _knees(scenario)
        self._ties = [world.of_users.column(np.uint8(0)) for _ in range(_NEEDS)]
        self._loyalty = [world.of_users.column(np.uint8(0)) for _ in range(_NEEDS)]  # in 255ths
        marks = Marks(world.population.size)
        self._holds = {need: marks.new() for need in (SAVE, INVEST)}
        self._held_shares = {SAVE: scenario.by_segment(facts.saves), INVEST: scenario.by_segment(facts.invests)}
        self._leaving = {SAVE: facts.savings_leave.value, INVEST: facts.investments_leave.value}
        self._ties_luck = world.streams.decision("loyalty.ties")
        self._holds_luck = world.streams.decision("loyalty.needs")
        self._leaves_luck = world.streams.decision("loyalty.leaving")
        self._mean_ratios = [
            float(np.exp(-facts.staying.value * loyalty_at_start(scenario, need)).mean()) for need in range(_NEEDS)
        ]
        self._log_ratios = -np.float32(facts.staying.value) * _LEVELS - np.float32(self._keep_the_average(outreach))
        world.stopping.add("loyalty", self._log_ratio)
        world.states["loyalty_in_paying"] = lambda customers: self._of(PAY, customers)
        world.states["loyalty_in_saving"] = lambda customers: self._of(SAVE, customers)
        self._settle(np.flatnonzero(world.population.active), 0)
        world.signals.listen(Signal.ACTIVATED, self._settle)
        world.signals.listen(Signal.STOPPED, self._count_leavers)

    def end_day(self, day: int) -> None:
        """Every four weeks, let loyalty move towards what satisfaction makes of it, and some take a need elsewhere."""
        if day == 0 or day % _STEP_DAYS:
            return
        wallets = self._world.wallets
        for some in blocks(wallets.activated_day.shape[0]):
            users = some.start + np.flatnonzero(wallets.activated_day[some] != NEVER)
            self._follow(users)
        for need, holds in self._holds.items():
            holders = holds.who()
            for some in blocks(holders.shape[0]):
                self._leave(need, holders[some], day)
        users = np.flatnonzero(wallets.status == Status.ACTIVE.value)
        self._world.ledger.tally(day, "margin_premium", users, by_block(self._premium, users))

    def finish(self) -> None:
        """Count satisfied and loyal users, and who has kept which need here."""
        world, last = self._world, self._world.scenario.calendar.horizon_days - 1
        users = np.flatnonzero(world.wallets.status == Status.ACTIVE.value)
        satisfied = by_block(self._satisfied, users)
        loyal = self._of(PAY, users) >= self._facts.loyal_from.value
        quadrants = {
            "satisfied_and_loyal": satisfied & loyal,
            "satisfied_not_loyal": satisfied & ~loyal,
            "loyal_not_satisfied": ~satisfied & loyal,
            "neither_satisfied_nor_loyal": ~satisfied & ~loyal,
        }
        for name, inside in quadrants.items():
            world.ledger.tally(last, name, users[inside])
        world.ledger.tally(last, "savers_at_end", self._holds[SAVE].who())
        world.ledger.tally(last, "investors_at_end", self._holds[INVEST].who())

    def _of(self, need: int, customers: Customers) -> NDArray[np.float32]:
        return np.asarray(_LEVELS.take(self._loyalty[need][customers]))

    def _satisfied(self, users: Customers) -> NDArray[np.bool_]:
        return np.asarray(self._world.states["satisfaction"](users) >= self._facts.satisfied_from.value)

    def _targets(self, ties: NDArray[np.uint8], satisfaction: Floats) -> Floats:
        """Return what satisfaction and the slices of ties make of each loyalty, shape (needs, users)."""
        beyond = satisfaction + STANDARD_NORMAL.take(ties) * np.float32(self._facts.ties.value)
        beyond -= np.array(self._knees, dtype=np.float32)[:, None]
        return np.minimum(np.maximum(beyond / np.float32(self._facts.to_full.value), 0), 1)

    def _settle(self, customers: Customers, day: int) -> None:
        """Let new users begin as loyal as customers of their satisfaction and ties are: most have long banked here."""
        slices = draw_slices(self._ties_luck, customers, _NEEDS)
        loyalties = _stored(self._targets(slices, self._world.states["satisfaction"](customers)))
        for need in range(_NEEDS):
            self._ties[need][customers] = slices[need]
            self._loyalty[need][customers] = loyalties[need]
        luck = self._holds_luck.uniforms(customers, width=2)
        segment = self._world.population.segment.take(customers)
        self._world.ledger.tally(day, "users_ever", customers)
        for place, (need, tally) in enumerate(((SAVE, "savers_ever"), (INVEST, "investors_ever"))):
            self._holds[need][customers] = holds = luck[:, place] < self._held_shares[need][segment]
            self._world.ledger.tally(day, tally, customers[holds])

    def _follow(self, users: NDArray[np.int64]) -> None:
        """Let the loyalties of users follow their satisfaction."""
        facts, satisfaction = self._facts, self._world.states["satisfaction"](users)
        rows = self._world.of_users.row_of.take(users).astype(np.int64)
        ties = STANDARD_NORMAL * np.float32(facts.ties.value)
        for need in range(_NEEDS):
            follow(
                rows,
                satisfaction,
                ties,
                self._ties[need].values,
                (self._knees[need], facts.to_full.value, facts.grows.value, facts.fades.value),
                self._loyalty[need].values,
            )

    def _leave(self, need: int, holders: Customers, day: int) -> None:
        """Let some take their savings or investments elsewhere; the average hazard is the scenario's."""
        ratio = np.exp(-self._facts.staying.value * _LEVELS) / self._mean_ratios[need]
        chances = -np.expm1(-self._leaving[need] * _STEP_DAYS / _DAYS_PER_YEAR * ratio)
        chance = chances.take(self._loyalty[need][holders])
        luck = self._leaves_luck.uniforms(holders, day, width=INVEST)[:, need - 1]
        self._holds[need][holders[luck < chance]] = False

    def _premium(self, users: Customers) -> Floats:
        """Return what loyal users bring beyond the usual margins of four weeks."""
        value, wallet, by_segment = (
            self._world.scenario.value,
            self._world.scenario.wallet,
            self._world.scenario.by_segment,
        )
        weeks = _STEP_DAYS / 7
        fees = by_segment(wallet.payments_per_week) * weeks * by_segment(value.ticket) * value.fee_rate.value
        margin = by_segment(value.deposit_uplift) * value.net_interest_margin.value * _STEP_DAYS / _DAYS_PER_YEAR
        segment = self._world.population.segment.take(users)
        premium = fees.take(segment) * self._of(PAY, users)
        premium += margin.take(segment) * self._of(SAVE, users) * self._holds[SAVE][users]
        return np.asarray(premium * self._facts.margin_premium.value)

    def _count_leavers(self, customers: Customers, day: int) -> None:
        self._world.ledger.tally(day, "users_left", customers)
        self._world.ledger.tally(day, "satisfied_users_left", customers[self._satisfied(customers)])

    def _log_ratio(self, users: Customers, day: int) -> Floats:  # noqa: ARG002
        return self._log_ratios.take(self._loyalty[PAY][users])

    def _keep_the_average(self, outreach: Outreach) -> float:
        """Return the logarithm of the mean ratio, weighted by that of satisfaction, and tell payments how uneven both make users."""
        scenario = self._world.scenario
        if scenario.satisfaction is None:
            raise ValueError("loyalty needs satisfaction")
        of_satisfaction = leaving_ratios(scenario.satisfaction.staying.value, FEW_NORMALS)[:, None]
        ratios = of_satisfaction * np.exp(-self._facts.staying.value * loyalty_at_start(scenario, PAY))
        mean = float(ratios.mean())
        both, alone = np.mean((ratios / mean) ** 2), np.mean(of_satisfaction**2)
        outreach.payments.allow_for(unevenness=float(both - alone))
        return float(np.log(mean))


@compiled("void(int64[::1], float32[::1], float32[::1], uint8[::1], UniTuple(float64, 4), uint8[::1])")
def follow(
    users: NDArray[np.int64],
    satisfaction: NDArray[np.float32],
    values: NDArray[np.float32],
    ties: NDArray[np.uint8],
    curve: tuple[float, float, float, float],
    loyalty: NDArray[np.uint8],
) -> None:
    """Move `loyalty` (customers,), in 255ths, of the users towards what their satisfaction (users,) and ties make of it.

    values: what ties of each slice count for. curve: knee, satisfaction from the knee to full loyalty, paces of growth and of fading.
    """
    steps, zero, one = np.float32(_STEPS), np.float32(0), np.float32(1)
    knee, to_full, grows, fades = np.float32(curve[0]), np.float32(curve[1]), np.float32(curve[2]), np.float32(curve[3])
    for place in range(users.shape[0]):
        user = users[place]
        beyond = satisfaction[place] + values[ties[user]] - knee
        now = np.float32(loyalty[user]) / steps
        missing = min(max(beyond / to_full, zero), one) - now
        pace = grows if missing > zero else fades
        loyalty[user] = np.uint8(np.rint((now + pace * missing) * steps))


def loyalty_at_start(scenario: Scenario, need: int) -> Floats:
    """Return the loyalty of users who have had no experiences lately, by own satisfaction and ties, shape (32, 32)."""
    facts = scenario.loyalty
    if facts is None:
        raise ValueError("the scenario has no loyalty")
    beyond = FEW_NORMALS[:, None] + facts.ties.value * FEW_NORMALS - _knees(scenario)[need]
    return np.asarray(np.clip(beyond / facts.to_full.value, 0, 1))


def _stored(loyalty: Floats) -> NDArray[np.uint8]:
    return np.rint(loyalty * _STEPS).astype(np.uint8)


def _knees(scenario: Scenario) -> tuple[float, float, float]:
    facts = scenario.loyalty
    if facts is None:
        raise ValueError("the scenario has no loyalty")
    return facts.knee_pay.value, facts.knee_save.value, facts.knee_invest.value
