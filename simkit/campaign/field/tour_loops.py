"""The loops of the tour planner, compiled; `tours` says what they are for."""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - stop after stop is how a tour is played

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simkit.compiled import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
RANDOM, NEAREST, INSERTION = 0, 1, 2
_ROUNDING = 1e-9  # what sums of floats may miss


@compiled(
    "void(int64, int64, int64[::1], int64[::1], int64[::1], float64[:, ::1], float64[:, ::1], float64[::1], float64[::1], "
    "int64[:, ::1], int64[::1], float64[::1], int64[::1])"
)
def deal(
    planner: int,
    keep: int,
    rows: Integers,
    kind: Integers,
    place: Integers,
    window: Floats,
    ride: Floats,
    hours: Floats,
    costs: Floats,
    tours: Integers,
    length: Integers,
    begins: Floats,
    fitted: Integers,
) -> None:
    """Put each row where it costs least, in place; see `tours.plan_tours`. A trial is put in, played, and taken out again."""
    visit, teams = costs[0], tours.shape[0]
    # Tours only fill: where one appointment fits nowhere, no later one of its kind (place and window) does.
    hopeless = np.zeros(kind.shape[0], dtype=np.int64)
    for number in range(rows.shape[0]):
        row = rows[number]
        if hopeless[kind[row]]:
            continue
        least, best_team, best_position, empty = np.inf, -1, -1, 0
        for turn in range(teams):
            team = (row + turn) % teams if planner == RANDOM else turn
            count = length[team]
            if count == 0:
                empty += 1
            if (count + 1) * visit > hours[3] - hours[0] or (count == 0 and empty > 1):
                continue
            stops = tours[team]
            stops[count] = row
            # From the end of the tour, where the new stop stands, forward one by one.
            for position in range(count, -1 if planner == INSERTION else count - 1, -1):
                if position < count:
                    stops[position], stops[position + 1] = row, stops[position]
                cost = costs[1] if count == 0 else 0.0
                if position > 0:
                    cost += ride[place[stops[position - 1]], place[row]]
                if position < count:
                    cost += ride[place[row], place[stops[position + 1]]]
                if 0 < position < count:
                    cost -= ride[place[stops[position - 1]], place[stops[position + 1]]]
                if planner == RANDOM:
                    cost = float(turn)
                if cost >= least:
                    continue
                # What comes before the new stop stays as it was, and so does what follows once the tour is back on time.
                now, possible = hours[0], True
                if position > 0:
                    now = begins[stops[position - 1]] + visit
                for stop in range(position, count + 1):
                    here = stops[stop]
                    if stop > 0:
                        way = ride[place[stops[stop - 1]], place[here]]
                        now += way * hours[6] if hours[4] <= now < hours[5] else way
                    now = max(now, window[here, 0])
                    if hours[1] <= now < hours[2]:
                        now = hours[2]
                    if stop > position and now == begins[here]:
                        break
                    if now > window[here, 1] or now + visit > hours[3]:
                        possible = False
                        break
                    now += visit
                if possible:
                    least, best_team, best_position = cost, team, position
            first = 0 if planner == INSERTION else count
            for position in range(first, count):
                stops[position] = stops[position + 1]
        if best_team < 0:
            hopeless[kind[row]] = 1
        else:
            fitted[number] = 1
            if keep:
                stops = tours[best_team]
                for position in range(length[best_team], best_position, -1):
                    stops[position] = stops[position - 1]
                stops[best_position] = row
                length[best_team] += 1
                now = hours[0]
                for stop in range(length[best_team]):
                    if stop > 0:
                        way = ride[place[stops[stop - 1]], place[stops[stop]]]
                        now += way * hours[6] if hours[4] <= now < hours[5] else way
                    now = max(now, window[stops[stop], 0])
                    if hours[1] <= now < hours[2]:
                        now = hours[2]
                    begins[stops[stop]] = now
                    now += visit


@compiled(
    "void(int64, int64[::1], float64[:, ::1], float64[:, ::1], float64[::1], float64[::1], "
    "int64[:, ::1], int64[::1], float64[::1])"
)
def two_opt(
    improves: int,
    place: Integers,
    window: Floats,
    ride: Floats,
    hours: Floats,
    costs: Floats,
    tours: Integers,
    length: Integers,
    begins: Floats,
) -> None:
    """Ride parts of each tour backwards while that shortens it and keeps its windows, in place; note when each stop begins."""

    def reverse(stops: Integers, first: int, last: int) -> None:
        while first < last:
            stops[first], stops[last] = stops[last], stops[first]
            first, last = first + 1, last - 1

    def possible(stops: Integers, count: int) -> bool:
        now, kept = hours[0], True
        for stop in range(count):
            if stop > 0:
                way = ride[place[stops[stop - 1]], place[stops[stop]]]
                now += way * hours[6] if hours[4] <= now < hours[5] else way
            now = max(now, window[stops[stop], 0])
            if hours[1] <= now < hours[2]:
                now = hours[2]
            begins[stops[stop]] = now
            kept = kept and now <= window[stops[stop], 1] and now + costs[0] <= hours[3]
            now += costs[0]
        return kept

    for team in range(tours.shape[0]):
        stops, count = tours[team], length[team]
        better = improves == 1
        while better:
            better = False
            for first in range(count - 1):
                for last in range(first + 1, count):
                    saved = 0.0
                    if first > 0:
                        before = place[stops[first - 1]]
                        saved += ride[before, place[stops[first]]] - ride[before, place[stops[last]]]
                    if last < count - 1:
                        after = place[stops[last + 1]]
                        saved += ride[place[stops[last]], after] - ride[place[stops[first]], after]
                    if saved > _ROUNDING:
                        reverse(stops, first, last)
                        if possible(stops, count):
                            better = True
                        else:
                            reverse(stops, first, last)
        possible(stops, count)
