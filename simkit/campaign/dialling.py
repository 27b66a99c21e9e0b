"""Outbound calls: a list that seats (or machine lines) work off; nobody else disturbs it, so its clock is a cumulative sum."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.ledger import ContactBatch
from simkit.campaign.shifts import Crew
from simkit.campaign.vocabulary import Channel, Resource
from simkit.campaign.work_list import WorkList
from simkit.campaign.world import World

Customers = NDArray[np.int32]
_SHORTEST_CALL = 0.1
_RESERVE = 1.3  # calls are prepared for more than the expected capacity; what is not begun is put back


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
        self, world: World, channel: Channel, resource: Resource, *, capacity: float, shrinkage: float, dial: Dial
    ) -> None:
        self._world = world
        self._channel = channel
        self._resource = resource
        self._levers = world.levers.calls
        self._dial = dial
        self.paid = Crew.of(world.scaled(capacity), self._levers.hours)
        self._crew = Crew.of(world.scaled(capacity) * (1 - shrinkage), self._levers.hours)
        name = channel.name.lower()
        customers = world.targets(self._levers.target_segments) if capacity else np.empty(0, dtype=np.int32)
        luck = world.streams.decision(f"{name}.list").uniforms(customers, width=2)
        consent = world.scenario.by_segment(world.scenario.calls.consent)[world.population.segment[customers]]
        agreed = luck[:, 0] < consent
        self._list = WorkList(customers[agreed][np.argsort(luck[agreed, 1], kind="stable")])
        self._attempts = np.zeros(world.population.size if capacity else 0, dtype=np.uint8)
        self._minutes_a_call = max(world.scenario.calls.ring.value, _SHORTEST_CALL)  # until the first day tells

    def call(self, day: int) -> tuple[Customers, Dialled, NDArray[np.float64]]:
        """Work off the list for a day; return who was called, with what result, and when each call ends (days).

        Contacts, service and repeats are recorded; opening wallets and handing over is the caller's.
        """
        most = math.ceil(self._crew.paid_minutes / self._minutes_a_call * _RESERVE)
        record, wallets = self._world.record, self._world.wallets
        customers = self._list.take(day, most, wanted=wallets.prospects, free=lambda some: record.free_today(some, day))
        dialled = self._dial(customers, self._attempts[customers] + np.uint8(1))
        if customers.shape[0]:
            self._minutes_a_call = float(dialled.minutes.mean())
        server, begins = self._crew.cut(dialled.minutes)
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
