"""Tours of a day: appointments with windows are dealt to teams and put in order. Pure functions; no clock, no randomness."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.field.tour_loops import INSERTION, NEAREST, RANDOM, Floats, Integers, deal, two_opt

PLANNERS = {"random": RANDOM, "nearest": NEAREST, "insertion": INSERTION}


class Reason(IntEnum):
    """Why an appointment is not served; `NONE` if it is."""

    NONE = 0
    SHIFT = 1
    CAPACITY = 2
    TIME = 3
    WINDOW = 4


@dataclass(frozen=True)
class WorkingDay:
    """A team's day in minutes since midnight: at the first door, the break, leaving the last; and when roads are full."""

    starts: float
    break_starts: float
    break_ends: float
    ends: float
    peak_starts: float = 0.0
    peak_ends: float = 0.0
    peak_ratio: float = 1.0


@dataclass(frozen=True)
class Tours:
    """stops: the appointments of each team in their order. begins: minute at which each is planned, -1 if it is not. reason: why not."""

    stops: list[list[int]]
    begins: Floats
    reason: Integers


@dataclass(frozen=True)
class _Plan:
    """What the planner works on: appointments, ways, hours, and tours (teams, n + 1) with their lengths."""

    planner: int
    place: Integers
    ride: Floats
    hours: Floats
    costs: Floats
    tours: Integers
    length: Integers
    begins: Floats

    def deal(self, rows: Integers, window: Floats, *, keep: bool) -> NDArray[np.bool_]:
        """Deal these appointments one after the other; say which fit. Without `keep` each is taken out again."""
        fitted = np.zeros(rows.shape[0], dtype=np.int64)
        opens, closes = (np.unique(ends, return_inverse=True)[1] for ends in window.T)
        kind = (self.place * window.shape[0] + opens) * window.shape[0] + closes
        kind = np.unique(kind, return_inverse=True)[1]
        whole = (kind, self.place, window, self.ride, self.hours, self.costs, self.tours, self.length, self.begins)
        deal(self.planner, int(keep), rows, *whole, fitted)
        return fitted > 0

    def spare_minutes(self) -> float:
        """Return the most minutes that a team has left beside its visits and the rides between them."""
        starts, break_starts, break_ends, ends = self.hours[:4]
        used = [
            stops.shape[0] * self.costs[0] + self.ride[self.place[stops[:-1]], self.place[stops[1:]]].sum()
            for stops in (tour[:count] for tour, count in zip(self.tours, self.length, strict=True))
        ]
        return float(ends - starts - (break_ends - break_starts) - min(used))


def plan_tours(
    planner: str,
    teams: int,
    place: Integers,
    window: Floats,
    ride: Floats,
    day: WorkingDay,
    *,
    visit_minutes: float,
    outset: float,
) -> Tours:
    """Deal n appointments, in the order of urgency, to teams.

    place (n,): row of each in `ride` (places, places), minutes off the peak. window (n, 2): earliest and latest beginning, minute of the
    day. outset: minutes that it costs to send out a team that has no appointment yet.

    random: to the teams in turn, at the end of their tours. nearest: at the end of the tour whose last stop is nearest. insertion:
    where it lengthens the ride least (Rosenkrantz, Stearns and Lewis, SIAM J. Computing 6, 1977), then 2-opt in each tour (Croes,
    Operations Research 6, 1958). All keep windows, break and shift; what fits nowhere is left out.
    """
    n = place.shape[0]
    hours = np.array(
        [day.starts, day.break_starts, day.break_ends, day.ends, day.peak_starts, day.peak_ends, day.peak_ratio]
    )
    tours, length = np.full((teams, n + 1), -1, dtype=np.int64), np.zeros(teams, dtype=np.int64)
    begins = np.full(n, -1.0)
    costs = np.array([visit_minutes, outset])
    plan = _Plan(PLANNERS[planner], place, ride, hours, costs, tours, length, begins)
    if not teams:
        return Tours([], begins, np.full(n, int(Reason.CAPACITY)))
    left = np.flatnonzero(~plan.deal(np.arange(n), window, keep=True))
    reason = np.zeros(n, dtype=np.int64)
    reason[left] = _reasons(plan, left, window)
    two_opt(int(planner == "insertion"), place, window, ride, hours, costs, tours, length, begins)
    return Tours([tours[team, : length[team]].tolist() for team in range(teams)], begins, reason)


def _reasons(plan: _Plan, left: Integers, window: Floats) -> Integers:
    """Say why appointments fit nowhere: the first of shift, capacity, time and window that applies."""
    starts, ends, visit = plan.hours[0], plan.hours[3], plan.costs[0]
    reason = np.full(left.shape[0], int(Reason.CAPACITY))
    if plan.spare_minutes() >= visit:
        # Where the window does not matter, all at one place have the same chance.
        places, which = np.unique(plan.place[left], return_inverse=True)
        first = left[np.unique(which, return_index=True)[1]]
        anytime = plan.deal(first, np.tile((-np.inf, np.inf), (plan.place.shape[0], 1)), keep=False)
        reason = np.where(anytime, Reason.WINDOW, Reason.TIME)[which] if places.shape[0] else reason
    outside = np.maximum(window[left, 0], starts) > np.minimum(window[left, 1], ends - visit)
    return np.where(outside, Reason.SHIFT, reason)
