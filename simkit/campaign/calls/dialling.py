"""Outbound calls: a list that seats (or machine lines) work off; nobody else disturbs it, so its clock is a cumulative sum."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.shifts import Crew
from simkit.campaign.capacity.stable_order import stable_order
from simkit.campaign.capacity.work_list import WorkList
from simkit.campaign.compact_columns import SparseColumn
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, Resource
from simkit.campaign.world import World
from simkit.params import Hours

Customers = NDArray[np.integer]
Rank = Callable[[Customers], NDArray[np.number]]
_SHORTEST_CALL = 0.1
# More calls are prepared than are expected to fit, by a share and by standard deviations; what is not begun is put back.
_RESERVE, _DEVIATIONS = 1.1, 8.0


@dataclass(frozen=True)
class Dialled:
    """Calls as columns: outcome, probability of opening and line minutes of each attempt, wanted again or not."""

    outcome: NDArray[np.uint8]
    probability: NDArray[np.floating]
    minutes: NDArray[np.float64]
    reached: NDArray[np.bool_]
    again: NDArray[np.bool_]


Dial = Callable[[Customers, NDArray[np.uint8]], Dialled]


class CallPlan(Protocol):
    """When a crew works, and how often it calls one customer."""

    @property
    def hours(self) -> Hours:
        """The shift."""

    @property
    def max_calls(self) -> int:
        """Calls to one customer in the campaign."""

    @property
    def days_between_calls(self) -> int:
        """Days until the next call to one customer."""


@dataclass(frozen=True)
class CallCrew:
    """Who calls: how many of the whole bank, the share of their shift that goes elsewhere, and their plan.

    takes_leads: people do, who call few of all customers; machines do not, and call many.
    """

    channel: Channel
    resource: Resource
    capacity: float
    shrinkage: float
    plan: CallPlan
    takes_leads: bool = True


class Dialling:
    """One list of customers to be called and the crew that calls them."""

    def __init__(self, world: World, crew: CallCrew, callable_customers: Customers, dial: Dial) -> None:
        self._world = world
        self._channel = crew.channel
        self._resource = crew.resource
        self._plan = crew.plan
        self._dial = dial
        self.paid = Crew.of(world.scaled(crew.capacity), crew.plan.hours)
        self._crew = Crew.of(world.scaled(crew.capacity) * (1 - crew.shrinkage), crew.plan.hours)
        place = world.streams.decision(f"{crew.channel.name.lower()}.list").words(callable_customers, width=1)[:, 0]
        self._list = WorkList(callable_customers[stable_order(place)])
        self._leads = WorkList(np.empty(0, dtype=np.int32))  # a part of the list would keep the whole of it
        self._is_lead: SparseColumn[np.bool_] | None = None
        self._attempts: SparseColumn[np.uint8] | NDArray[np.uint8]
        self._rests_until: SparseColumn[np.int16] | None = None
        if crew.takes_leads:
            self._attempts = world.of_few.column(np.uint8(0))
            self._rests_until = world.of_few.column(np.int16(0))
        else:
            self._attempts = np.zeros(world.population.size, dtype=np.uint8)
        # Until the first day tells, a call is thought to be a ring.
        self._prepared, self._minutes = 1, max(world.scenario.calls.ring.value, _SHORTEST_CALL)
        self._overtime = np.zeros(len(self._crew.shares))

    @property
    def listed(self) -> Customers:
        """Everybody on the list on day 0, in its order."""
        return self._list.order

    def order_by(self, rank: Rank) -> None:
        """Before the first day: have customers of lower rank called first."""
        self._list.order_by(rank)

    def may_call(self, customers: Customers) -> NDArray[np.bool_]:
        """Say who has not been called as often as one may be."""
        left: NDArray[np.bool_] = self._attempts[customers] < self._plan.max_calls
        return left

    def lead(self, customers: Customers, day: int) -> None:
        """Have customers called before all others from `day` on, but not before their pause is over, or oftener than others.

        They leave the ordinary list for good; who waits as a lead already keeps the place.
        """
        if self._rests_until is None:
            raise ValueError("a crew that takes no leads was told of some")
        if self._is_lead is None:
            few = self._world.of_few
            self._is_lead, self._waits_as_lead = few.column(np.False_), few.column(np.False_)
        new = customers[self.may_call(customers) & ~self._waits_as_lead[customers]]
        self._is_lead[new] = True
        self._waits_as_lead[new] = True
        self._leads.each_again(new, np.maximum(self._rests_until[new], day))

    def call(self, day: int) -> tuple[Customers, Dialled, NDArray[np.float64]]:
        """Work off the list for a day; return who was called, with what result, and when each call ends (days).

        Contacts, service and repeats are recorded; opening wallets and handing over is the caller's.
        """
        expected = self._crew.paid_minutes * self._prepared / self._minutes
        most = math.ceil(_RESERVE * expected + _DEVIATIONS * math.sqrt(expected))
        record = self._world.record
        customers = self._take(day, most).astype(np.intp)  # NumPy's own index type: every look-up is twice as fast
        attempt = self._attempts[customers] + np.uint8(1)
        dialled = self._dial(customers, attempt)
        self._prepared += customers.shape[0]
        self._minutes += float(dialled.minutes.sum())
        server, begins, self._overtime = self._crew.cut(dialled.minutes, self._overtime)
        begun = server.shape[0]
        self._again(customers[begun:], day + 1)
        customers, attempt, dialled = customers[:begun], attempt[:begun], _first(dialled, begun)
        self._attempts[customers] = attempt
        if self._rests_until is not None:
            self._rests_until[customers] = day + self._plan.days_between_calls
        batch = ContactBatch(
            customers=customers,
            outcome=dialled.outcome,
            probability=dialled.probability,
            hour=begins * 24,
            attempt=attempt,
            server=server,
            minutes=dialled.minutes,
        )
        self._world.ledger.contacts(day, self._channel, batch)
        record.reserve(customers)
        record.note(customers[dialled.reached])
        again = dialled.again & (attempt < self._plan.max_calls)
        if self._is_lead is not None:
            self._waits_as_lead[customers] = again & self._is_lead[customers]
        self._again(customers[again], day + self._plan.days_between_calls)
        self._world.ledger.service(
            day,
            self._resource,
            servers=self.paid.capacity,
            paid_minutes=self.paid.paid_minutes,
            busy_minutes=float(dialled.minutes.sum()),
            served=customers.shape[0],
        )
        return customers, dialled, day + begins + dialled.minutes / (24 * 60)

    def _take(self, day: int, most: int) -> Customers:
        prospects, is_lead = self._world.wallets.prospects, self._is_lead

        def free(customers: Customers) -> NDArray[np.bool_]:
            return self._world.record.free_today(customers, self._channel)

        if is_lead is None:
            return self._list.take(day, most, wanted=prospects, free=free)
        leads = self._leads.take(day, most, wanted=prospects, free=free)
        others = self._list.take(
            day, most - leads.shape[0], wanted=lambda some: prospects(some) & ~is_lead[some], free=free
        )
        return np.concatenate([leads, others])

    def _again(self, customers: Customers, day: int) -> None:
        if self._is_lead is None:
            self._list.again(customers, day)
            return
        led = self._is_lead[customers]
        self._leads.again(customers[led], day)
        self._list.again(customers[~led], day)


def _first(dialled: Dialled, count: int) -> Dialled:
    return Dialled(
        dialled.outcome[:count],
        dialled.probability[:count],
        dialled.minutes[:count],
        dialled.reached[:count],
        dialled.again[:count],
    )
