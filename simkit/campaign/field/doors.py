"""Rounds of doors: each team walks its part of the day's list; its clock is a cumulative sum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.shifts import MINUTES_PER_DAY
from simkit.campaign.capacity.stable_order import stable_order
from simkit.campaign.capacity.work_list import WorkList
from simkit.campaign.field.field_outcomes import FieldOutcomes, Visits
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.vocabulary import Channel, Outcome
from simkit.campaign.world import World

Customers = NDArray[np.integer]
Rides = Callable[[NDArray[np.integer], NDArray[np.integer]], NDArray[np.float64]]
"""(communities, communities) → minutes from one to the other."""


@dataclass
class _Round:
    """One round: doors first to last (positions in the day's list), begun at `begins` in a part of the week."""

    team: int
    first: int
    last: int
    begins: float
    when: str


class Doors:
    """The doors of one day, dealt to the teams in neighbourhoods, and what is left of them."""

    def __init__(self, world: World, outcomes: FieldOutcomes, attempts: NDArray[np.uint8], teams: int) -> None:
        self._world = world
        self._outcomes = outcomes
        self._listed = world.targets(world.levers.field.target_segments)
        self._list = WorkList(self._listed)
        self._pass_minutes = 0.0
        self._evening = world.scenario.field.evening_hour.value / 24
        self._ride_minutes: Rides = self._same_for_all
        self._attempts = attempts
        self._rounds: list[_Round] = []
        self._next: list[int] = [0] * teams
        self._last: list[int] = [0] * teams
        self._ends: dict[str, NDArray[np.float64]] = {}
        self._home: dict[str, NDArray[np.bool_]] = {}
        self._visits: Visits | None = None
        self._places: list[int] = []

    def visit_by_score(self, score: NDArray[np.float32], bands: int, pass_minutes: float) -> None:
        """Before the campaign: divide the list by score into equal parts, the best first, neighbours together within each.

        Doors of the list at which a team does not knock on its way cost it `pass_minutes` each.
        """
        listed = self._listed.shape[0]
        band = np.empty(listed, dtype=np.min_scalar_type(bands))
        band[stable_order(-score[self._listed])] = np.arange(listed) * bands // max(listed, 1)
        self._list = WorkList(self._listed[stable_order(band)])
        self._pass_minutes = pass_minutes

    def ride_by(self, minutes: Rides) -> None:
        """Before the campaign: have rides from one community to the next take these minutes."""
        self._ride_minutes = minutes

    def plan(self, day: int, teams: int, doors_per_team: int) -> None:
        """Take the day's doors from the list and deal them to the teams on duty, neighbours together."""
        record, wallets = self._world.record, self._world.wallets
        most = teams * doors_per_team
        customers = self._list.take(
            day, most, wanted=wallets.prospects, free=lambda some: record.free_today(some, Channel.VISIT)
        )
        customers = np.sort(customers)
        record.reserve(customers)
        attempt = (self._attempts[customers] + 1).astype(np.uint8)
        weekday = bool(self._world.calendar.is_workday[day])
        self._home = self._outcomes.home(customers, attempt, ("daytime", "evening") if weekday else ("weekend",))
        self._visits = self._outcomes.at_doors(customers, attempt, np.logical_or.reduce(list(self._home.values())))
        bounds = np.linspace(0, customers.shape[0], teams + 1).astype(int).tolist()
        self._next, self._last = bounds[:-1], bounds[1:]
        community = self._world.population.community_of(customers)
        self._places = community.tolist()
        way = self._way(customers, community)
        waiting = self._world.scenario.field.not_home.value / MINUTES_PER_DAY
        for when, home in self._home.items():
            self._ends[when] = np.cumsum(way + np.where(home, self._visits.days, waiting))

    def walk(self, team: int, now: float, until: float) -> float:
        """Let a team with doors left knock from `now`; return when the round ends, with the first door done at or after `until`.

        A round stays within one part of the week, so a long stretch takes two.
        """
        day = int(now)
        when, until = self._part_of_week(day, now, until)
        first, last = self._next[team], self._last[team]
        ends = self._ends[when]
        before = ends[first - 1] if first else 0.0
        stop = min(max(int(ends.searchsorted(before + until - now)), first) + 1, last)
        self._next[team] = stop
        self._rounds.append(_Round(team, first, stop, now, when))
        return now + float(ends[stop - 1] - before)

    def place(self, team: int) -> int | None:
        """Return the community of the team's next door, None where it has none left today."""
        return self._places[self._next[team]] if self._next[team] < self._last[team] else None

    def close(self, day: int) -> float:
        """End the day: record every door, open wallets, plan revisits; return the days spent on rounds."""
        if self._visits is None:
            return 0.0
        spent = sum(self._record(day, self._visits, when) for when in self._ends)
        left = [np.arange(first, last) for first, last in zip(self._next, self._last, strict=True)]
        self._list.put_back(self._visits.customers[np.concatenate(left)], day)
        self._rounds, self._ends, self._home, self._visits = [], {}, {}, None
        return spent

    def _record(self, day: int, visits: Visits, when: str) -> float:
        rounds = [walked for walked in self._rounds if walked.when == when]
        if not rounds:
            return 0.0
        lengths = [walked.last - walked.first for walked in rounds]
        doors = np.concatenate([np.arange(walked.first, walked.last) for walked in rounds])
        ends = self._ends[when]
        starts = np.concatenate([[0.0], ends])
        offset = np.repeat([walked.begins - starts[walked.first] for walked in rounds], lengths)
        customers, home = visits.customers[doors], self._home[when][doors]
        outcome = np.where(home, visits.outcome[doors], Outcome.NOT_HOME).astype(np.uint8)
        self._world.ledger.contacts(
            day,
            Channel.VISIT,
            ContactBatch(
                customers=customers,
                outcome=outcome,
                probability=visits.probability[doors] * home,
                hour=(starts[doors] + offset - day) * 24,
                attempt=visits.attempt[doors],
                server=np.repeat([walked.team for walked in rounds], lengths),
                minutes=(ends[doors] - starts[doors]) * MINUTES_PER_DAY,
            ),
        )
        self._attempts[customers] += 1
        self._world.record.note(customers[home])
        self._world.wallets.open_assisted(customers, outcome, day, Channel.VISIT)
        again = (outcome == Outcome.NOT_HOME.value) | (outcome == Outcome.COME_BACK.value)
        again &= self._attempts[customers] < self._world.levers.field.max_attempts
        self._list.again(customers[again], day + self._world.levers.field.revisit_after_days)
        return float((ends[doors] - starts[doors]).sum())

    def _way(self, customers: Customers, community: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the days from the door before, longer where a community begins; no walk within it is longer than a ride."""
        field = self._world.scenario.field
        elsewhere = np.diff(community, prepend=community[:1]) != 0
        ride = self._ride_minutes(np.concatenate([community[:1], community[:-1]]), community)
        walk: NDArray[np.float64] | float = field.walk.value
        if self._pass_minutes:
            place = np.searchsorted(self._listed, customers)
            passed = np.diff(place, prepend=place[:1] - 1) - 1
            walk = np.minimum(walk + passed * self._pass_minutes, max(walk, field.travel_between_communities.value))
        return np.where(elsewhere, ride, walk) / MINUTES_PER_DAY

    def _same_for_all(self, here: NDArray[np.integer], there: NDArray[np.integer]) -> NDArray[np.float64]:  # noqa: ARG002
        return np.full(there.shape[0], self._world.scenario.field.travel_between_communities.value)

    def _part_of_week(self, day: int, now: float, until: float) -> tuple[str, float]:
        if "weekend" in self._ends:
            return "weekend", until
        evening = day + self._evening
        return ("daytime", min(until, evening)) if now < evening else ("evening", until)
