"""Branch counters: how long walk-ins wait, who of them is offered the wallet, and what a visit at home saves its customer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.shifts import MINUTES_PER_DAY
from simkit.campaign.capacity.staffed_lines import Settled
from simkit.campaign.contacts.spontaneous import Spontaneous
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.service.branch_queue import BranchQueue, Extra
from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Resource
from simkit.campaign.world import World

Customers = NDArray[np.integer]
_AT_HOME = (Channel.VISIT, Channel.APPOINTMENT, Channel.WORKPLACE_VISIT)
_STAFF_DAY_HOURS = 8


class BranchCounterPlay(Mechanism):
    """The workdays of the campaign at the counters; a customer without wallet is asked at most once, at a first visit."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        counters, levers = world.scenario.branch_counters, world.levers.branch_counters
        if counters is None or levers is None:
            raise ValueError("branch counters take part only where scenario and strategy have them")
        self._world, self._counters, self._levers = world, counters, levers
        self._queue = BranchQueue(world, counters, levers.extra_counters)
        asked = world.targets(None) if levers.asks else np.empty(0, dtype=np.int32)
        rate = world.scenario.by_segment(counters.walk_ins_per_1000_customers_a_day) / 1000 * levers.asks
        self._asked = Spontaneous(
            world.streams.decision("branch.visit"),
            asked,
            rate.take(world.population.segment.take(asked)),
            world.campaign_days,
        )
        self._luck = world.streams.decision("branch.offer")
        self._aided = world.scenario.by_segment(world.scenario.wallet.first_payment_aided)
        self._open_minutes = world.scenario.by_segment(counters.open_wallet)
        self._way_minutes = world.scenario.by_segment(counters.way)
        world.opening.add_channel(Channel.BRANCH, world.scenario.by_segment(counters.convert))
        self._today: ContactBatch | None = None
        self._waits: list[NDArray[np.float64]] = []
        self._came = self._left = 0
        self._mean_wait = 0.0
        world.ledger.listen(self._save_a_trip, _AT_HOME)

    def plan(self, day: int) -> None:
        """Play the day at the counters, for nothing else disturbs them."""
        if not self._world.works(day, "workdays"):
            return
        batch, leaves = self._offers(day)
        opened = _opened(batch.outcome)
        walk_ins = self._queue.branches * self._queue.walk_ins
        segment = self._world.population.segment[batch.customers[opened]]
        minutes = float(self._open_minutes.take(segment).mean()) if segment.shape[0] else 0.0
        settled = self._queue.play(day, Extra(batch.customers.shape[0] / walk_ins, opened.sum() / walk_ins, minutes))
        lost = float((~settled.served).mean()) if settled.seat.shape[0] else 0.0
        batch.outcome[leaves < lost] = Outcome.LEFT_QUEUE
        self._today = batch
        self._note(day, settled)

    def close(self, day: int) -> None:
        """Record who was asked, and open wallets."""
        if self._today is None:
            return
        batch, self._today = self._today, None
        opened = _opened(batch.outcome)
        batch.outcome[opened & ~self._world.wallets.prospects(batch.customers)] = Outcome.NO_INTEREST
        self._world.ledger.contacts(day, Channel.BRANCH, batch)
        self._world.record.note(batch.customers[batch.outcome != Outcome.LEFT_QUEUE.value])
        self._world.wallets.open_assisted(batch.customers, batch.outcome, day, Channel.BRANCH)
        self._world.ledger.tally(day, "branch_wallets", batch.customers[_opened(batch.outcome)])

    def finish(self) -> None:
        """Write what a walk-in met with over the campaign."""
        if not self._came:
            return
        ledger, waits = self._world.ledger, np.concatenate(self._waits)
        ledger.figure("branch_left", self._left / self._came)
        if waits.shape[0]:
            ledger.figure("branch_wait", float(waits.mean()))
            ledger.figure("branch_wait_p90", float(np.quantile(waits, 0.9)))

    def _offers(self, day: int) -> tuple[ContactBatch, NDArray[np.float64]]:
        """Return who is offered the wallet today, what comes of it if the customer does not leave the queue, and the luck of leaving."""
        record = self._world.record
        customers = self._asked.on(day)
        customers = customers[self._world.wallets.prospects(customers)]
        customers = customers[record.free_today(customers)]
        record.reserve(customers)
        luck = self._luck.uniforms(customers)
        chance = self._world.opening.probability(customers, Channel.BRANCH)
        opened = luck[:, 0] < chance
        paid = opened & (luck[:, 1] < self._aided.take(self._world.population.segment.take(customers)))
        outcome = np.full(customers.shape[0], Outcome.NO_INTEREST, dtype=np.uint8)
        outcome[opened] = Outcome.OPENED
        outcome[paid] = Outcome.OPENED_AND_PAID
        opens, closes = self._counters.opens.value, self._counters.closes.value
        return ContactBatch(customers, outcome, chance, hour=opens + luck[:, 2] * (closes - opens)), luck[:, 3]

    def _note(self, day: int, settled: Settled) -> None:
        """Keep today's waits, and record use and cost of the counters of all branches."""
        served, waits = settled.served, settled.waited[settled.served] * MINUTES_PER_DAY
        self._waits.append(waits)
        self._came += served.shape[0]
        self._left += int((~served).sum())
        self._mean_wait = float(waits.mean()) if waits.shape[0] else 0.0
        counters, branches, times = self._counters, self._queue.branches, self._queue.represented
        hours = counters.counters.value * (counters.closes.value - counters.opens.value)
        extra = self._levers.extra_counters * (counters.peak_ends.value - counters.peak_starts.value)
        ledger = self._world.ledger
        ledger.service(
            day,
            Resource.BRANCH_COUNTER,
            servers=branches * (hours + extra) / _STAFF_DAY_HOURS,
            paid_minutes=branches * (hours + extra) * 60,
            busy_minutes=float(settled.jobs.duration[served].sum()) * MINUTES_PER_DAY * times,
            served=round(float(served.sum()) * times),
            waited_minutes=float(waits.sum()) * times,
            abandoned=round(float((~served).sum()) * times),
        )
        staff_days = branches * extra / _STAFF_DAY_HOURS
        wages = staff_days * self._world.scenario.costs.staff_day.value
        ledger.cost(day, CostItem.STAFF, Channel.BRANCH, staff_days, wages)

    def _save_a_trip(self, day: int, channel: Channel, batch: ContactBatch) -> None:  # noqa: ARG002
        """Count the minutes that a branch would have cost those who have just opened at home or at work."""
        customers = batch.customers[_opened(batch.outcome)]
        segment = self._world.population.segment.take(customers)
        minutes = self._mean_wait + self._open_minutes.take(segment) + self._way_minutes.take(segment)
        self._world.ledger.tally(day, "minutes_saved_by_visits", customers, minutes)
        self._world.ledger.tally(day, "branch_trips_saved", customers)


def _opened(outcome: NDArray[np.uint8]) -> NDArray[np.bool_]:
    opened: NDArray[np.bool_] = (outcome == Outcome.OPENED.value) | (outcome == Outcome.OPENED_AND_PAID.value)
    return opened
