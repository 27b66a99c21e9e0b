"""Outbound calls: a list that seats (or machine lines) work off; nobody else disturbs it, so its clock is a cumulative sum."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.shifts import Crew
from simkit.campaign.capacity.work_list import WorkList
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, Resource
from simkit.campaign.world import World

Customers = NDArray[np.int32]
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


class Dialling:
    """One list of customers to be called and the crew that calls them."""

    def __init__(
        self,
        world: World,
        channel: Channel,
        resource: Resource,
        callable_customers: Customers,
        *,
        capacity: float,
        shrinkage: float,
        dial: Dial,
    ) -> None:
        self._world = world
        self._channel = channel
        self._resource = resource
        self._levers = world.levers.calls
        self._dial = dial
        self.paid = Crew.of(world.scaled(capacity), self._levers.hours)
        self._crew = Crew.of(world.scaled(capacity) * (1 - shrinkage), self._levers.hours)
        place = world.streams.decision(f"{channel.name.lower()}.list").uniform(callable_customers)
        self._list = WorkList(callable_customers[np.argsort(place, kind="stable")])
        self._attempts = np.zeros(world.population.size if capacity else 0, dtype=np.uint8)
        # Until the first day tells, a call is thought to be a ring.
        self._prepared, self._minutes = 1, max(world.scenario.calls.ring.value, _SHORTEST_CALL)
        self._overtime = np.zeros(len(self._crew.shares))

    def call(self, day: int) -> tuple[Customers, Dialled, NDArray[np.float64]]:
        """Work off the list for a day; return who was called, with what result, and when each call ends (days).

        Contacts, service and repeats are recorded; opening wallets and handing over is the caller's.
        """
        expected = self._crew.paid_minutes * self._prepared / self._minutes
        most = math.ceil(_RESERVE * expected + _DEVIATIONS * math.sqrt(expected))
        record, wallets = self._world.record, self._world.wallets
        customers = self._list.take(day, most, wanted=wallets.prospects, free=lambda some: record.free_today(some, day))
        dialled = self._dial(customers, self._attempts[customers] + np.uint8(1))
        self._prepared += customers.shape[0]
        self._minutes += float(dialled.minutes.sum())
        server, begins, self._overtime = self._crew.cut(dialled.minutes, self._overtime)
        self._list.put_back(customers[server.shape[0] :], day)
        customers, dialled = customers[: server.shape[0]], _first(dialled, server.shape[0])
        self._attempts[customers] += 1
        batch = ContactBatch(
            customers=customers,
            outcome=dialled.outcome,
            probability=dialled.probability,
            hour=begins * 24,
            attempt=self._attempts[customers],
            server=server,
            minutes=dialled.minutes,
        )
        self._world.ledger.contacts(day, self._channel, batch)
        record.reserve(customers, day)
        record.note(customers[dialled.reached])
        again = dialled.again & (self._attempts[customers] < self._levers.max_calls)
        self._list.again(customers[again], day + self._levers.days_between_calls)
        self._world.ledger.service(
            day,
            self._resource,
            servers=self.paid.capacity,
            paid_minutes=self.paid.paid_minutes,
            busy_minutes=float(dialled.minutes.sum()),
            served=customers.shape[0],
        )
        return customers, dialled, day + begins + dialled.minutes / (24 * 60)


def _first(dialled: Dialled, count: int) -> Dialled:
    return Dialled(
        dialled.outcome[:count],
        dialled.probability[:count],
        dialled.minutes[:count],
        dialled.reached[:count],
        dialled.again[:count],
    )
