"""Appointments: who agreed to a visit, on which day, and the line in which they wait for a team."""

from __future__ import annotations

import math
import sys

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.shifts import MINUTES_PER_DAY
from simkit.campaign.capacity.waiting_line import WaitingLine
from simkit.campaign.contacts.spontaneous import Spontaneous
from simkit.campaign.field.field_outcomes import FieldOutcomes
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, CostItem, Outcome, Status
from simkit.campaign.world import World
from simkit.due_dates import DueDates

Customers = NDArray[np.integer]
_WORKING_WEEK = 5


class Appointments:
    """Visits that customers asked for or agreed to: through the local partner, in a call, or of their own accord.

    A request waits from its agreed time until a team is free, first come, first served; after the longest wait it lapses.
    customer, community: who waits or waited at which place in the line, and where.
    """

    def __init__(self, world: World, outcomes: FieldOutcomes, attempts: NDArray[np.uint8]) -> None:
        field = world.levers.field
        self.line = WaitingLine()
        self.customer: list[int] = []
        self.community: list[int] = []
        self._world = world
        self.outcomes = outcomes
        self._attempts = attempts
        self._booked = world.marks.new()
        self._waiting = np.empty(0, dtype=np.int32)
        self._agreed = DueDates(np.int32)
        self._slot = world.streams.decision("appointment.slot")
        self._sign_up = world.streams.decision("appointment.sign_up")
        self._asked_communities = 0.0
        self._partner = world.scenario.field.partners[field.partner] if field.partner else None
        self._targeted = world.targeted(field.target_segments)
        rate = world.scenario.field.requests_per_1000_customers_a_day.value / 1000 if field.accepts_requests else 0.0
        asking = world.targets(field.target_segments) if rate else np.empty(0, dtype=np.int32)
        self._requests = Spontaneous(world.streams.decision("appointment.request"), asking, rate, world.campaign_days)
        self._planned_until = 0  # requests of days off are taken up on the next working day
        self._outcome = np.empty(0, dtype=np.uint8)
        self._probability = np.empty(0)

    def book(self, customers: Customers, day: int) -> None:
        """Note that customers agree on `day` to be visited after the lead time, or on the first working day after it."""
        customers = customers[~self._booked[customers] & self._world.wallets.prospects(customers)]
        self._booked[customers] = True
        self._agreed.put(customers, day + self._world.levers.field.appointment_lead_days)

    def ask_partner(self, day: int) -> None:
        """Begin a week: the partner asks the next communities, whose visits are spread over five days."""
        field = self._world.levers.field
        if self._partner is None:
            return
        first = round(self._asked_communities)
        self._asked_communities += self._world.scaled(field.partner_communities_per_week)
        last = min(round(self._asked_communities), self._world.population.communities)
        if last <= first:
            return
        customers = self._world.population.residents(first, last)
        segment = self._world.population.segment.take(customers)
        asked = self._targeted.take(segment) & self._world.record.allowed(customers)
        willing = self._sign_up.uniform(customers) < self._world.scenario.by_segment(self._partner.sign_up)[segment]
        customers = customers[asked & willing]
        later = (self._world.population.community_of(customers) - first) * _WORKING_WEEK // (last - first)
        for days in range(_WORKING_WEEK):
            self.book(customers[later == days], day + days)
        cost = self._partner.cost_per_community.value * (last - first)
        self._world.ledger.cost(day, CostItem.PARTNER, Channel.APPOINTMENT, last - first, cost)

    def plan(self, day: int, opens: float, closes: float) -> None:
        """Let today's agreed visits join the line, neighbours in a row, spread over the shift (hours of the day)."""
        self.book(self._requests.until(day, since=self._planned_until), day)
        self._planned_until = day + 1
        self._join(day, opens, closes, agreed_until=day)
        self._world.record.reserve(self._waiting)

    def end(self, day: int) -> None:
        """After the last working day: whoever still waits for a visit, or agreed to one on a later day, gives up."""
        self._join(day, 24, 24, agreed_until=sys.maxsize)
        self.line.give_up(math.inf)

    def _join(self, day: int, opens: float, closes: float, *, agreed_until: int) -> None:
        customers = np.sort(self._agreed.take_until(agreed_until))
        customers = customers[self._world.wallets.prospects(customers)]
        self._waiting = np.concatenate([self._waiting, customers])
        visits = self.outcomes.at_appointments(customers, (self._attempts[customers] + 1).astype(np.uint8))
        arrival = day + (opens + np.sort(self._slot.uniform(customers, day)) * (closes - opens)) / 24
        deadline = arrival + self._world.levers.field.appointment_max_wait_days
        self.line.join(arrival, deadline, visits.days)
        self.customer += customers.tolist()
        self.community += self._world.population.community_of(customers).tolist()
        self._outcome = np.concatenate([self._outcome, visits.outcome])
        self._probability = np.concatenate([self._probability, visits.probability])

    def still_wanted(self, job: int) -> bool:
        """Say whether the customer has not opened a wallet elsewhere since agreeing."""
        return self._world.wallets.status.item(self.customer[job]) == Status.PROSPECT.value

    def close(self, day: int, cancelled: list[int]) -> tuple[float, int, float, int]:
        """End the day: record visits, cancellations and lapses.

        Returns the days spent visiting, visits, days waited, and requests lapsed.
        """
        self.line.give_up(day + 1)
        served, lapsed = self.line.collect()
        jobs = served.job
        begins = np.array(served.begins)
        duration = self.line.durations(jobs)
        self._record(day, jobs, self._outcome[jobs], begins, np.array(served.server), duration)
        self._record(day, cancelled, np.full(len(cancelled), Outcome.CANCELLED, dtype=np.uint8))
        self._record(day, lapsed, np.full(len(lapsed), Outcome.LAPSED, dtype=np.uint8))
        self._waiting = self._waiting[self._booked[self._waiting]]
        waited = float((begins - self.line.arrivals(jobs)).sum())
        return float(duration.sum()), len(jobs), waited, len(lapsed)

    def _record(
        self,
        day: int,
        jobs: list[int],
        outcome: NDArray[np.uint8],
        begins: NDArray[np.float64] | None = None,
        team: NDArray[np.int64] | None = None,
        duration: NDArray[np.float64] | None = None,
    ) -> None:
        if not jobs:
            return
        customers = np.array([self.customer[job] for job in jobs], dtype=np.int32)
        batch = ContactBatch(
            customers=customers,
            outcome=outcome,
            probability=self._probability[jobs],
            hour=0.0 if begins is None else (begins - day) * 24,
            attempt=self._attempts[customers] + 1,
            server=-1 if team is None else team,
            minutes=0.0 if duration is None else duration * MINUTES_PER_DAY,
        )
        self._world.ledger.contacts(day, Channel.APPOINTMENT, batch)
        self._booked[customers] = False
        met = (outcome != Outcome.CANCELLED.value) & (outcome != Outcome.LAPSED.value)
        self._attempts[customers[met]] += 1
        self._world.record.note(customers[met & (outcome != Outcome.NO_SHOW.value)])
        self._world.wallets.open_assisted(customers, outcome, day, Channel.APPOINTMENT)
