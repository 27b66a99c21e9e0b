"""How content users are: their own level, what they have lately experienced, and what that does to staying."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from simkit.blocks import by_block
from simkit.campaign.half_life import left_after
from simkit.campaign.influences import Customers, Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.relationship.survey import Survey
from simkit.campaign.relationship.traits import STANDARD_NORMAL, draw_slices
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, Outcome, Status
from simkit.campaign.world import World
from simkit.compiled import compiled

_WHERE_CUSTOMERS_WAIT = {
    Channel.APPOINTMENT,
    Channel.COMMUNITY_EVENT,
    Channel.INBOUND_CALL,
    Channel.BRANCH,
    Channel.SUPPORT_DESK,
}
_MOST = np.float32(3)  # standard deviations that experiences can move a customer from the own level
_WEEK = 7


class Satisfaction(Mechanism):
    """Satisfaction in standard deviations between users: a lasting own level, and experiences that are forgotten week by week."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        facts, levers = world.scenario.satisfaction, world.levers.satisfaction
        if facts is None:
            raise ValueError("satisfaction takes part only where the scenario has it")
        self._world = world
        self._own = world.of_users.column(np.uint8(0))
        self._own_luck = world.streams.decision("satisfaction.own")
        self._moved = world.of_users.column(np.float32(0))
        self._kept_a_week = np.float32(left_after(_WEEK, facts.half_life.value))
        self._staying = np.float32(facts.staying.value)
        ratios = leaving_ratios(facts.staying.value, STANDARD_NORMAL)
        self._own_log_ratio = np.log(ratios).astype(np.float32)
        self._change_by_outcome = np.zeros(len(Outcome), dtype=np.float32)
        self._change_by_outcome[[Outcome.ABANDONED, Outcome.LEFT_QUEUE]] = facts.waited.value
        self._change_by_outcome[Outcome.LAPSED] = facts.not_visited.value
        outreach.payments.allow_for(unevenness=float(np.mean(ratios**2)) - 1)
        world.stopping.add("satisfaction", self._log_ratio)
        world.states["satisfaction"] = self.of
        changes = {
            Signal.SOLVED: facts.problem_solved,
            Signal.UNSOLVED: facts.problem_unsolved,
            Signal.WAITED: facts.waited,
            Signal.CARED_FOR: facts.cared_for,
            Signal.FOLLOWED_UP: facts.followed_up,
            Signal.HARMED: facts.harmed,
        }
        for signal, change in changes.items():
            world.signals.listen(signal, partial(self._experience, change.value))
        world.ledger.listen(self._note, _WHERE_CUSTOMERS_WAIT)
        self.settle(np.flatnonzero(world.population.active), 0)
        world.signals.listen(Signal.ACTIVATED, self.settle)
        asks = levers is not None and levers.survey_share > 0
        self._survey = Survey(world, self) if asks else None

    def of(self, customers: Customers) -> Floats:
        """Return the satisfaction of customers who are settled, in standard deviations."""
        return self._weighted(customers, STANDARD_NORMAL, np.float32(1))

    def settle(self, customers: Customers, day: int) -> None:  # noqa: ARG002 - a listener
        """Draw the own level of customers, the same whenever that is done."""
        self._own[customers] = draw_slices(self._own_luck, customers)[0]

    def begin_day(self, day: int) -> None:
        """Ask whom we meant to ask."""
        if self._survey is not None:
            self._survey.ask(day)

    def end_day(self, day: int) -> None:
        """Let a week's part of all experiences be forgotten, on Mondays."""
        if self._world.calendar.weekday[day] == 0:
            self._moved.values *= self._kept_a_week

    def finish(self) -> None:
        """Count the users that are left, and how content they are."""
        ledger, last = self._world.ledger, self._world.scenario.calendar.horizon_days - 1
        users = np.flatnonzero(self._world.wallets.status == Status.ACTIVE.value)
        ledger.tally(last, "users_at_end", users)
        ledger.tally(last, "satisfaction_of_users", users, by_block(self.of, users))
        if self._survey is not None:
            self._survey.finish(last)

    def _log_ratio(self, users: Customers, day: int) -> Floats:  # noqa: ARG002
        return self._weighted(users, self._own_log_ratio, -self._staying)

    def _weighted(self, customers: Customers, values: Floats, weight: np.float32) -> Floats:
        """Return the value of each one's own level, and the weight of what each has experienced."""
        index, weighted = np.ascontiguousarray(customers, dtype=np.int64), np.empty(customers.shape[0], np.float32)
        weigh(index, self._world.of_users.row_of, self._own.values, self._moved.values, values, weight, weighted)
        return weighted

    def _experience(self, change: float, customers: Customers, day: int) -> None:  # noqa: ARG002
        self._move(customers, np.float32(change))

    def _note(self, day: int, channel: Channel, batch: ContactBatch) -> None:  # noqa: ARG002
        change = self._change_by_outcome.take(batch.outcome)
        concerned = change.nonzero()[0]
        self._move(batch.customers[concerned], change[concerned])

    def _move(self, customers: Customers, change: NDArray[np.float32] | np.float32) -> None:
        moved = self._moved[customers] + change
        self._moved[customers] = np.minimum(np.maximum(moved, -_MOST), _MOST)


@compiled("void(int64[::1], int32[::1], uint8[::1], float32[::1], float32[::1], float32, float32[::1])")
def weigh(
    customers: NDArray[np.int64],
    row_of: NDArray[np.int32],
    levels: NDArray[np.uint8],
    moved: NDArray[np.float32],
    values: NDArray[np.float32],
    weight: np.float32,
    weighted: NDArray[np.float32],
) -> None:
    """Fill `weighted` with the value of each customer's level and `weight` times what moved it; both are kept by row."""
    for place in range(customers.shape[0]):
        row = row_of[customers[place]]
        weighted[place] = values[levels[row]] + weight * moved[row]


def leaving_ratios(staying: float, satisfaction: Floats) -> Floats:
    """Return the ratio of the hazard of stopping at each of these equally likely own levels; their mean is 1."""
    ratios = np.exp(-staying * satisfaction.astype(np.float64))
    return np.asarray(ratios / ratios.mean())
