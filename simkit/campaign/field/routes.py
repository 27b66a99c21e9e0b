"""Day routes: appointments with windows, planned into a tour for each team over a map of communities."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.shifts import MINUTES_PER_DAY
from simkit.campaign.capacity.waiting_line import WaitingLine
from simkit.campaign.field.appointments import Appointments
from simkit.campaign.field.city_map import CityMap
from simkit.campaign.field.dispatch import NOWHERE, FirstCome
from simkit.campaign.field.tours import Reason, WorkingDay, plan_tours
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.mechanism import Mechanism, Outreach
from simkit.campaign.vocabulary import Channel, Outcome
from simkit.campaign.world import World
from simkit.params.mechanisms.leads import Routes as RouteFacts

_WORTH_A_ROUND = 30 / MINUTES_PER_DAY  # a shorter gap is no time for a ride to the doors and back
_SOON = 1 / MINUTES_PER_DAY


class CalledLine(WaitingLine):
    """Appointments that are called by number, in the order of a tour, and not in that of their arrival."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: dict[int, None] = {}
        self.windows: dict[int, tuple[float, float]] = {}
        self.late = 0

    def join(
        self, arrival: NDArray[np.float64], deadline: NDArray[np.float64], duration: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """Let jobs join, in any order; return their numbers."""
        jobs = super().join(arrival, deadline, duration)
        self.waiting.update(dict.fromkeys(jobs.tolist()))
        return jobs

    def call(self, job: int) -> int:
        """Take this job out of the line."""
        del self.waiting[job]
        return job

    def begin(self, job: int, server: int, now: float) -> float:
        """Note that `server` attends to `job` from `now` or the opening of its window; return when the job is done."""
        opens, closes = self.windows[job]
        self.late += now > closes
        return super().begin(job, server, max(now, opens))

    def give_up(self, now: float) -> None:
        """Let every waiting job whose deadline is past give up."""
        late = [job for job in self.waiting if self._deadline[job] < now]
        self.gave_up += [self.call(job) for job in late]

    def wait_from(self, job: int, arrival: float) -> None:
        """Have a job that has just joined wait from another time on, as long as before."""
        self._deadline[job] += arrival - self._arrival[job]
        self._arrival[job] = arrival


class TourDispatch(FirstCome):
    """Each team follows the tour that was planned for it, and knocks at doors while its next appointment is not yet due."""

    def __init__(self, world: World, appointments: Appointments, facts: RouteFacts, planner: str) -> None:
        self.map = CityMap(world.scenario, facts, world.population.communities)
        self.line = CalledLine()
        appointments.line = self.line
        super().__init__(world, appointments)
        self.reason = np.full(world.population.size, Reason.SHIFT, dtype=np.uint8)
        self.ridden_days = 0.0
        self._world, self._facts, self._planner = world, facts, planner
        self._appointments = appointments
        self._choice = world.streams.decision("route.window")
        self._windows = np.empty((0, 2))
        self._due: dict[int, float] = {}
        self._tours: list[deque[int]] = []
        self._outset = world.scenario.field.travel_from_branch.value
        hours = world.levers.field.hours
        self._hours = WorkingDay(
            starts=hours.starts * 60 + self._outset,
            break_starts=hours.break_starts * 60,
            break_ends=hours.break_ends * 60,
            ends=hours.ends * 60 - self._outset,
            peak_starts=facts.peak_starts.value * 60,
            peak_ends=facts.peak_ends.value * 60,
            peak_ratio=facts.peak_ratio.value,
        )

    def plan(self, day: int, teams: int) -> None:
        """Plan the day's tours out of all who wait, in the order of their windows and of their arrival."""
        self._note_windows(day)
        waiting = np.fromiter(self.line.waiting, dtype=np.int64)
        jobs = waiting[np.argsort(self._windows[waiting, 0], kind="stable")]
        customers = np.array([self._appointments.customer[job] for job in jobs.tolist()], dtype=np.int32)
        places, place = np.unique(self._world.population.community_of(customers), return_inverse=True)
        tours = plan_tours(
            self._planner,
            teams,
            place,
            self._windows[jobs],
            self.map.minutes(places[:, None], places),
            self._hours,
            visit_minutes=self._facts.planned_visit.value,
            outset=2 * self._outset,
        )
        # Who is planned and not reached after all has lapsed for want of time.
        self.reason[customers] = np.where(tours.reason == Reason.NONE, Reason.TIME, tours.reason)
        self._world.ledger.tally(day, "appointments_postponed", customers[tours.reason != Reason.NONE])
        self._tours = [deque(jobs[stops].tolist()) for stops in tours.stops]
        self._due = dict(zip(jobs.tolist(), (day + tours.begins / MINUTES_PER_DAY).tolist(), strict=True))
        opens, closes = (day + self._windows[jobs] / MINUTES_PER_DAY).T.tolist()
        self.line.windows = dict(zip(jobs.tolist(), zip(opens, closes, strict=True), strict=True))

    def next(self, team: int, now: float, closes: float, place: int, doors: int | None) -> int | None:
        """Return the tour's next appointment if it is time to leave for it."""
        tour = self._tours[team]
        if not tour:
            return None
        job = tour[0]
        arrives = now + self._ride(place, self._appointments.community[job], now)
        gap = _SOON if place == doors else _WORTH_A_ROUND
        not_yet = doors is not None and self._due[job] - arrives > gap
        begins = max(arrives, self.line.windows[job][0])
        if not_yet or begins >= closes:
            return None
        return self.line.call(tour.popleft())

    def way(self, place: int, there: int, now: float) -> float:
        """Return the days that the ride to an appointment takes."""
        ride = self._ride(place, there, now)
        self.ridden_days += ride
        return ride

    def leaves(self, team: int, place: int, now: float) -> float:
        """Return when the team has to leave the doors at a place to be in time for its next appointment."""
        if not self._tours[team]:
            return math.inf
        job = self._tours[team][0]
        leaves = self._due[job] - self._ride(place, self._appointments.community[job], now)
        return leaves if leaves > now else math.inf

    def way_to_doors(self, place: int, doors: int, now: float) -> float:
        """Return the days of the ride from an appointment back to the doors."""
        return 0.0 if place == doors else self.way(place, doors, now)

    def after_doors(self, doors: int) -> int:
        """Return where a team is after a round of doors."""
        return doors

    def _ride(self, place: int, there: int, now: float) -> float:
        """Return days; the first way after setting out is that from the branch, which is paid for elsewhere."""
        if place == NOWHERE:
            return 0.0
        hours = (now - int(now)) * 24
        full = self._facts.peak_starts.value <= hours < self._facts.peak_ends.value
        minutes = self.map.ride(place, there)
        return minutes * (self._facts.peak_ratio.value if full else 1.0) / MINUTES_PER_DAY

    def _note_windows(self, day: int) -> None:
        """Let who has joined since choose a part of the day; from its opening on they wait."""
        first = self._windows.shape[0]
        customers = np.array(self._appointments.customer[first:], dtype=np.int32)
        segment = self._world.population.segment.take(customers)
        luck = self._choice.uniform(customers)
        scenario, facts = self._world.scenario, self._facts
        morning = scenario.by_segment(facts.morning)[segment]
        part = (luck >= morning).astype(np.int64) + (luck >= morning + scenario.by_segment(facts.afternoon)[segment])
        noon, evening = facts.afternoon_starts.value * 60, scenario.field.evening_hour.value * 60
        windows = np.array([(0.0, noon), (noon, evening), (evening, MINUTES_PER_DAY)])[part]
        self._windows = np.concatenate([self._windows, windows])
        opens = day + np.maximum(windows[:, 0], self._hours.starts) / MINUTES_PER_DAY
        for job, arrival in enumerate(opens.tolist(), start=first):
            self.line.wait_from(job, arrival)


class Routes(Mechanism):
    """Has teams follow tours over the map, and tells why appointments lapse."""

    def __init__(self, world: World, outreach: Outreach) -> None:
        facts, levers = world.scenario.routes, world.levers.routes
        if facts is None or levers is None:
            raise ValueError("routes take part only where scenario and strategy have them")
        self._world = world
        self._dispatch = TourDispatch(world, outreach.field.appointments, facts, levers.planner)
        outreach.field.follow(self._dispatch)
        outreach.field.doors.ride_by(self._dispatch.map.minutes)
        world.ledger.listen(self._count, (Channel.APPOINTMENT,))

    def finish(self) -> None:
        """Write the rides of the run."""
        self._world.ledger.figure("ride_minutes", self._dispatch.ridden_days * MINUTES_PER_DAY)
        self._world.ledger.figure("appointments_late", self._dispatch.line.late)

    def _count(self, day: int, channel: Channel, batch: ContactBatch) -> None:  # noqa: ARG002
        lapsed = batch.outcome == Outcome.LAPSED.value
        ledger, reason = self._world.ledger, self._dispatch.reason[batch.customers]
        ledger.tally(day, "appointments_unserved", batch.customers[lapsed])
        ledger.tally(day, "appointments_visited", batch.customers[~lapsed & (batch.outcome != Outcome.CANCELLED.value)])
        for why in (Reason.SHIFT, Reason.CAPACITY, Reason.TIME, Reason.WINDOW):
            ledger.tally(day, f"appointments_unserved_{why.name.lower()}", batch.customers[lapsed & (reason == why)])
