"""Following up after a wallet is opened: a list of tasks with a deadline, and staff for so many of them a day."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.shifts import Crew
from simkit.campaign.influences import Floats
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Resource
from simkit.campaign.wallet.activity import ACTIVE_DAYS, NEVER
from simkit.campaign.world import World
from simkit.due_dates import DueDates
from simkit.params import Hours

Customers = NDArray[np.integer]
_HOURS = Hours()


class FollowUp(Mechanism):
    """Tasks are worked off first come, first served; who is not reached is tried again the next day, before those who opened later."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        section, levers = world.scenario.follow_up, world.levers.follow_up
        if section is None or levers is None:
            raise ValueError("following up takes part only where scenario and strategy have it")
        way = getattr(section, levers.by)
        self._world, self._section, self._levers = world, section, levers
        self._reached = world.scenario.by_segment(way.reached)
        self._first_payment = world.scenario.by_segment(way.first_payment)
        self._minutes = way.minutes.value
        self._targeted = world.targeted(levers.target_segments)
        self._crew = Crew.of(world.scaled(levers.staff), _HOURS)
        self._overtime = np.zeros(len(self._crew.shares))
        self._most = math.ceil(self._crew.paid_minutes / self._minutes) + len(self._crew.shares)
        self._luck = world.streams.decision("follow_up.task")
        self._tasks = np.empty(0, dtype=np.int32)
        self._new: list[Customers] = []
        self._attempts = world.of_few.column(np.uint8(0))
        # By whole days of delay: what is left of the effect; cared for: 1 + the days by which following up was late, 0 for nobody.
        days_late = np.arange(world.scenario.calendar.horizon_days)
        half_life = section.late_half_life.value
        self._effect = 0.5 ** (days_late / half_life) if half_life else (days_late == 0).astype(np.float64)
        staying = self._effect * np.log(section.stopping_ratio.value)
        self._care = np.append(0.0, staying).astype(np.float32)
        self._cared_for = world.of_few.column(np.uint16(0))
        self._opened_on = DueDates(np.int32)
        self._cost = 0.0
        world.signals.listen(Signal.OPENED, self._add)
        world.stopping.add("follow_up", self._stays)

    def plan(self, day: int) -> None:
        """Work off the list for a day."""
        if self._crew.shares and self._world.works(day, _HOURS.works_on):
            self._work(day)

    def end_day(self, day: int) -> None:
        """Put who opened today at the end of the list; count who has paid within the 30 days after the day of opening."""
        self._tasks = np.concatenate([self._tasks, *self._new])
        self._new = []
        opened = self._opened_on.take(day - ACTIVE_DAYS)
        active = self._world.wallets.activity.last_payment_day[opened] > day - ACTIVE_DAYS
        self._world.ledger.tally(day, "opened_30_days_ago", opened)
        self._world.ledger.tally(day, "active_30_days_after_opening", opened[active])

    def finish(self) -> None:
        """Count the tasks that were never done."""
        undone = np.concatenate([self._tasks, *self._new])
        self._world.ledger.tally(self._world.scenario.calendar.horizon_days - 1, "follow_ups_missed", undone)
        self._world.ledger.figure("follow_up_cost", self._cost)

    def _add(self, customers: NDArray[np.integer], day: int) -> None:
        if day >= self._world.campaign_days:
            return
        new: Customers = customers.astype(np.int32)
        self._opened_on.put(new, day)
        new = new[self._targeted.take(self._world.population.segment.take(new)) & ~self._world.record.held_out[new]]
        self._new.append(new)
        self._world.ledger.tally(day, "follow_ups_due", new)

    def _work(self, day: int) -> None:
        """Take as many tasks as the crew's day holds, in the order of opening; who is not reached stays on the list."""
        world = self._world
        self._drop(day)
        free = np.flatnonzero(world.record.free_today(self._tasks))[: self._most]
        server, begins, self._overtime = self._crew.cut(np.full(free.shape[0], self._minutes), self._overtime)
        taken = free[: server.shape[0]]
        customers = self._tasks[taken]
        self._attempts[customers] += 1
        luck = self._luck.uniforms(customers, self._attempts[customers], width=2)
        reached = luck[:, 0] < self._reached.take(world.population.segment.take(customers))
        self._record(day, customers, reached, begins, server)
        self._help(customers[reached], luck[reached, 1], day)
        given_up = ~reached & (self._attempts[customers] >= self._levers.attempts)
        world.ledger.tally(day, "follow_ups_missed", customers[given_up])
        self._tasks = np.delete(self._tasks, taken[reached | given_up])

    def _help(self, customers: Customers, luck: NDArray[np.float64], day: int) -> None:
        """Let those reached pay for the first time, and stay longer; less so the later it is."""
        late = np.maximum(day - self._world.wallets.opened_day[customers] - self._levers.deadline_days, 0)
        effect = self._effect[late]
        self._cared_for[customers] = late + 1
        pays = luck < self._first_payment.take(self._world.population.segment.take(customers)) * effect
        helped = self._world.wallets.help_to_first_payment(customers[pays], day)
        ledger = self._world.ledger
        ledger.tally(day, "follow_ups_on_time", customers[late == 0])
        ledger.tally(day, "follow_ups_late", customers[late > 0])
        ledger.tally(day, "first_payments_from_follow_up", helped)
        self._world.signals.send(Signal.FOLLOWED_UP, customers[late == 0], day)

    def _drop(self, day: int) -> None:
        """Give up who has waited too long; spare who has paid, where only the others are followed up."""
        wallets, ledger = self._world.wallets, self._world.ledger
        too_late = day - wallets.opened_day[self._tasks] > self._levers.until_days
        spared = ~too_late & (wallets.activated_day[self._tasks] != NEVER) & self._levers.unpaid_only
        ledger.tally(day, "follow_ups_missed", self._tasks[too_late])
        ledger.tally(day, "follow_ups_spared", self._tasks[spared])
        ledger.tally(day, "follow_ups_due", self._tasks[spared], -1)
        self._tasks = self._tasks[~too_late & ~spared]

    def _record(
        self,
        day: int,
        customers: Customers,
        reached: NDArray[np.bool_],
        begins: NDArray[np.float64],
        server: NDArray[np.int64],
    ) -> None:
        """Record a day's attempts, what they cost, and how busy staff were."""
        world, staff = self._world, self._crew.capacity
        missed = Outcome.NOT_REACHED if self._levers.by == "call" else Outcome.NOT_HOME
        batch = ContactBatch(
            customers=customers,
            outcome=np.where(reached, Outcome.FOLLOWED_UP, missed).astype(np.uint8),
            probability=np.zeros(customers.shape[0]),
            hour=begins * 24,
            attempt=self._attempts[customers],
            server=server,
            minutes=self._minutes,
        )
        world.ledger.contacts(day, Channel.FOLLOW_UP, batch)
        world.record.reserve(customers)
        world.record.note(customers[reached])
        cost = staff * world.scenario.costs.staff_day.value
        world.ledger.cost(day, CostItem.STAFF, Channel.FOLLOW_UP, staff, cost)
        self._cost += cost
        world.ledger.service(
            day,
            Resource.FOLLOW_UP_STAFF,
            servers=staff,
            paid_minutes=self._crew.paid_minutes,
            busy_minutes=customers.shape[0] * self._minutes,
            served=customers.shape[0],
        )

    def _stays(self, customers: NDArray[np.integer], day: int) -> Floats:  # noqa: ARG002 - holds from the day of following up on
        care: Floats = self._care.take(self._cared_for[customers])
        return care
