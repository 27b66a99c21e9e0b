"""The field force: one SimPy process a team that pulls its work, appointments that are due first, doors in between."""

from __future__ import annotations

import math
from collections.abc import Generator

import numpy as np
import simpy

from simkit.campaign.capacity.shifts import MINUTES_PER_DAY, on_duty
from simkit.campaign.field.appointments import Appointments
from simkit.campaign.field.dispatch import NOWHERE, FirstCome
from simkit.campaign.field.doors import Doors
from simkit.campaign.field.field_outcomes import FieldOutcomes
from simkit.campaign.visits.courses import course_days
from simkit.campaign.vocabulary import Channel, CostItem, Resource
from simkit.campaign.world import World

_ROUND_DAYS = 1 / 24  # between two rounds of doors a team looks whether an appointment is due


class FieldForce:
    """All visit teams of a run."""

    def __init__(self, world: World) -> None:
        field = world.scenario.field
        self._world = world
        self._levers = world.levers.field
        self._capacity = world.scaled(self._levers.teams)
        self._on_duty = self._roster()
        most = max(self._on_duty.values(), default=0)
        attempts = np.zeros(world.population.size, dtype=np.uint8)
        outcomes = FieldOutcomes(world)
        self.appointments = Appointments(world, outcomes, attempts)
        self.doors = Doors(world, outcomes, attempts, most)
        self._travelled = 0.0
        self._cancelled: list[int] = []
        self._branch_days = field.travel_from_branch.value / MINUTES_PER_DAY
        self._dispatch = FirstCome(world, self.appointments)
        fastest = field.walk.value + min(field.not_home.value, field.refuse.value)
        self._shift_minutes = sum(ends - starts for starts, ends in self._levers.hours.stretches) * 60
        self._doors_per_team = math.ceil(self._shift_minutes / max(fastest, 0.5))
        for team in range(most):
            world.environment.process(self._working(team))

    def follow(self, dispatch: FirstCome) -> None:
        """Before the campaign: have another rule say whom a team visits next."""
        self._dispatch = dispatch

    def plan(self, day: int) -> None:
        """Prepare a working day before it begins: partner, appointments, the list of doors."""
        if self._world.calendar.weekday[day] == 0 and self._world.works(day, "every_day"):
            self.appointments.ask_partner(day)
        teams = self._on_duty.get(day, 0)
        if not teams:
            return
        self.appointments.plan(day, self._levers.hours.starts, self._levers.hours.ends)
        self._dispatch.plan(day, teams)
        if self._levers.doors:
            self.doors.plan(day, teams, self._doors_per_team)

    def close(self, day: int) -> None:
        """End a working day: outcomes, wages, how busy the teams were; after the last one nobody is visited any more."""
        teams = self._on_duty.get(day, 0)
        if not teams:
            return
        if day == max(self._on_duty):
            self.appointments.end(day)
        cancelled, self._cancelled = self._cancelled, []
        visiting, visits, waited, lapsed = self.appointments.close(day, cancelled)
        busy = self.doors.close(day) + visiting + self._travelled
        self._travelled = 0.0
        self._world.ledger.service(
            day,
            Resource.FIELD_TEAM,
            servers=teams,
            paid_minutes=teams * self._shift_minutes,
            busy_minutes=busy * MINUTES_PER_DAY,
            served=visits,
            waited_minutes=waited * MINUTES_PER_DAY,
            abandoned=lapsed,
        )
        staff_days = teams * self._levers.staff_per_team
        wages = staff_days * self._world.scenario.costs.staff_day.value
        self._world.ledger.cost(day, CostItem.STAFF, Channel.VISIT, staff_days, wages)

    def _roster(self) -> dict[int, int]:
        """Return how many teams are on duty on each working day of the campaign; days without a team are left out."""
        days = range(self._world.campaign_days)
        working = [day for day in days if self._world.works(day, self._levers.hours.works_on)]
        roster = {day: on_duty(self._capacity, shift) for shift, day in enumerate(working)}
        taught = course_days(self._world)
        return {day: teams for day, teams in roster.items() if teams and day not in taught}

    def _working(self, team: int) -> Generator[simpy.Event, None, None]:
        """One team's campaign: every day on duty from the branch to the doors and back.

        What is begun before a break or the evening is finished; the overtime is taken off the next stretch.
        """
        environment = self._world.environment
        stretches = self._levers.hours.stretches
        last_closes = 0.0
        for day, teams in self._on_duty.items():
            if team >= teams:
                continue
            for position, (opens, closes) in enumerate(stretches):
                way_out = self._branch_days if position == 0 else 0.0
                way_back = self._branch_days if position == len(stretches) - 1 else 0.0
                begins = day + opens / 24 + way_out
                overtime = max(min(environment.now, begins) - last_closes, 0.0)
                yield environment.timeout(max(begins - environment.now, 0.0))
                self._travelled += way_out + way_back
                last_closes = day + closes / 24 - way_back - overtime
                yield from self._stretch(team, last_closes)

    def _stretch(self, team: int, closes: float) -> Generator[simpy.Event, None, None]:
        """Work without a break until `closes`; what is begun is finished."""
        environment, appointments, dispatch = self._world.environment, self.appointments, self._dispatch
        place = NOWHERE
        while (now := environment.now) < closes:
            doors = self.doors.place(team)
            job = dispatch.next(team, now, closes, place, doors)
            if job is not None and not appointments.still_wanted(job):
                self._cancelled.append(job)
            elif job is not None:
                there = appointments.community[job]
                way = dispatch.way(place, there, now)
                place = there
                self._travelled += way
                yield environment.timeout(appointments.line.begin(job, team, now + way) - now)
            elif doors is None:
                return
            elif (way := dispatch.way_to_doors(place, doors, now)) > 0:
                place = doors
                self._travelled += way
                yield environment.timeout(way)
            else:
                until = min(closes, now + _ROUND_DAYS, dispatch.leaves(team, doors, now))
                yield environment.timeout(self.doors.walk(team, now, until) - now)
                place = dispatch.after_doors(doors)
