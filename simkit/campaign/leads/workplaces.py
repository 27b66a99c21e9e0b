"""Visits at workplaces: a desk at noon, where one team meets many employees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.durations import weibull_about_mean
from simkit.campaign.capacity.shifts import on_duty
from simkit.campaign.leads.visit_types import VisitTypes
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Channel, CostItem, Outcome
from simkit.campaign.world import World
from simkit.params.mechanisms.leads import WorkplaceLevers
from simkit.params.mechanisms.leads import Workplaces as WorkplaceFacts

Customers = NDArray[np.integer]
_WORKDAYS_PER_WEEK = 5
_STAFF_DAY_HOURS = 8


class Workplaces(Mechanism):
    """All visits to employers of a run, one employer after the other, spread evenly over the working days."""

    def __init__(self, world: World, outreach: Outreach) -> None:  # noqa: ARG002 - all mechanisms are made alike
        facts, levers = world.scenario.workplaces, world.levers.workplaces
        if facts is None or levers is None:
            raise ValueError("workplaces take part only where scenario and strategy have them")
        self._world = world
        self._facts, self._levers = facts, levers
        self._attend = world.scenario.by_segment(facts.attend)
        self._open_minutes = world.scenario.by_segment(facts.open_wallet)
        self._aided = world.scenario.by_segment(world.scenario.wallet.first_payment_aided)
        self._desk = world.streams.decision("workplace.desk")
        self._visits = self._visits_by_day(world.scaled(levers.visits_per_week) / _WORKDAYS_PER_WEEK)
        self._visited = 0
        self._employers, self._staff, self._begins = self._workforce(facts, levers)
        self._today: list[Customers] = []
        self._types = VisitTypes(world)
        world.opening.add_channel(Channel.WORKPLACE_VISIT, world.scenario.by_segment(facts.convert))

    def plan(self, day: int) -> None:
        """Keep those who will come to today's desks for them."""
        for _ in range(self._visits.get(day, 0)):
            employer = self._visited % self._employers
            self._visited += 1
            self._today.append(self._comers(employer, day))

    def close(self, day: int) -> None:
        """Serve the desks, open wallets, pay staff and material."""
        desks, self._today = self._today, []
        if desks:
            self._serve(desks, day)
        facts, costs, ledger = self._facts, self._world.scenario.costs, self._world.ledger
        staff_days = len(desks) * self._levers.staff_per_visit * facts.hours.value / _STAFF_DAY_HOURS
        ledger.cost(day, CostItem.STAFF, Channel.WORKPLACE_VISIT, staff_days, staff_days * costs.staff_day.value)
        material = len(desks) * facts.cost_per_visit.value
        ledger.cost(day, CostItem.EVENT, Channel.WORKPLACE_VISIT, len(desks), material)

    def finish(self) -> None:
        """Write what each way of meeting customers has cost."""
        self._types.finish()

    def _visits_by_day(self, a_day: float) -> dict[int, int]:
        days = [day for day in range(self._world.campaign_days) if self._world.works(day, "workdays")]
        return {day: on_duty(a_day, shift) for shift, day in enumerate(days)}

    def _workforce(self, facts: WorkplaceFacts, levers: WorkplaceLevers) -> tuple[int, Customers, NDArray[np.integer]]:
        """Return how many employers there are, the prospects of those that will be visited in their order, and where each begins."""
        world = self._world
        works = world.scenario.by_segment(facts.works)
        shares = np.array([segment.share.value for segment in world.scenario.segments])
        workers = float((shares * works).sum()) * world.population.size
        employers = max(round(workers / facts.employer_size.value), 1)
        customers = world.targets(levers.target_segments) if sum(self._visits.values()) else np.empty(0, dtype=np.int32)
        luck = world.streams.decision("workplace.employer").uniforms(customers, width=2)
        place = (luck[:, 1] * employers).astype(np.int64)
        invited = luck[:, 0] < works.take(world.population.segment.take(customers))
        invited &= place < sum(self._visits.values())
        customers, place = customers[invited], place[invited]
        order = np.argsort(place, kind="stable")
        return employers, customers[order], np.searchsorted(place[order], np.arange(employers + 1))

    def _comers(self, employer: int, day: int) -> Customers:
        """Return who comes to the desk, the keenest first."""
        world = self._world
        customers = self._staff[self._begins[employer] : self._begins[employer + 1]]
        customers = customers[world.wallets.prospects(customers)]
        customers = customers[world.record.free_today(customers, Channel.WORKPLACE_VISIT)]
        luck = self._desk.uniforms(customers, day)[:, 0]
        keenness = luck / np.maximum(self._attend.take(world.population.segment.take(customers)), 1e-12)
        order = np.argsort(keenness, kind="stable")
        comers = customers[order][keenness[order] < 1]
        world.record.reserve(comers)
        return comers

    def _serve(self, desks: list[Customers], day: int) -> None:
        """Deal each desk's visitors to its staff in turn; nobody is begun after the desk has closed."""
        world, staff, visitors = self._world, self._levers.staff_per_visit, np.concatenate(desks)
        segment = world.population.segment.take(visitors)
        luck = self._desk.uniforms(visitors, day)
        chance = world.opening.probability(visitors, Channel.WORKPLACE_VISIT)
        opened = luck[:, 1] < chance
        outcome = np.full(visitors.shape[0], Outcome.NO_INTEREST, dtype=np.uint8)
        outcome[opened] = Outcome.OPENED
        outcome[opened & (luck[:, 2] < self._aided.take(segment))] = Outcome.OPENED_AND_PAID
        minutes = np.where(opened, self._open_minutes.take(segment), self._facts.talk.value)
        minutes = weibull_about_mean(minutes, world.scenario.field.minutes_shape.value, luck[:, 3])
        ends = np.cumsum([desk.shape[0] for desk in desks])
        begins = np.concatenate([self._waiting(part) for part in np.split(minutes, ends[:-1])])
        late = begins >= self._facts.hours.value * 60
        outcome[late] = Outcome.LEFT_QUEUE
        batch = ContactBatch(
            customers=visitors,
            outcome=outcome,
            probability=chance,
            hour=self._levers.starts + begins / 60,
            server=np.concatenate([np.arange(desk.shape[0]) % staff for desk in desks]),
            minutes=np.where(late, 0.0, minutes),
        )
        world.ledger.contacts(day, Channel.WORKPLACE_VISIT, batch)
        world.record.note(visitors[~late])
        world.wallets.open_assisted(visitors, outcome, day, Channel.WORKPLACE_VISIT)

    def _waiting(self, minutes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return after how many minutes each visitor of a desk is begun."""
        begins, staff = np.empty_like(minutes), self._levers.staff_per_visit
        for server in range(staff):
            begins[server::staff] = np.cumsum(minutes[server::staff]) - minutes[server::staff]
        return begins
