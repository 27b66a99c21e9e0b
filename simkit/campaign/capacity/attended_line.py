"""A line that nothing but its own servers disturbs within a day: computed as it would run, without an event for each customer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simkit.campaign.capacity.waiting_line import Served
from simkit.compiled import compiled

Floats = NDArray[np.float64]
Stretch = tuple[float, float]
_LEFT, _WAITS = -1, -2


@compiled("void(float64[::1], float64[::1], float64[::1], float64[:, ::1], float64[::1], int64[::1], float64[::1])")
def attend(
    arrival: Floats,
    deadline: Floats,
    duration: Floats,
    stretches: Floats,
    free_at: Floats,
    server: NDArray[np.int64],
    begins: Floats,
) -> None:
    """Give each job, in the order of arrival, to the server that can begin it first, the longest idle one among several.

    `stretches` (servers, 2 × stretches) holds when each server opens and closes, one pair after the other; no job begins at or after
    closing. `free_at` is changed in place. `server` becomes -1 for a job whose deadline is before that beginning, and -2 for jobs that
    cannot begin in any stretch (Kiefer and Wolfowitz, On the theory of queues with many servers, 1955, with impatience).
    """
    for job in range(arrival.shape[0]):
        best, best_begin, best_free = -2, np.inf, np.inf
        for candidate in range(free_at.shape[0]):
            begin = max(arrival[job], free_at[candidate])
            part = 0
            while part < stretches.shape[1] and begin >= stretches[candidate, part + 1]:
                part += 2
            if part >= stretches.shape[1]:
                continue
            begin = max(begin, stretches[candidate, part])
            free = max(free_at[candidate], stretches[candidate, part])
            if begin < best_begin or (begin == best_begin and free < best_free):
                best, best_begin, best_free = candidate, begin, free
        if best >= 0 and best_begin > deadline[job]:
            best = -1
        elif best >= 0:
            begins[job] = best_begin
            free_at[best] = best_begin + duration[job]
        server[job] = best


class AttendedLine:
    """Jobs with an arrival, a deadline for their beginning and a duration, all in days, sorted by arrival; numbered from 0."""

    def __init__(self, servers: int) -> None:
        self._free_at = np.full(servers, -np.inf)
        self._arrival, self._deadline, self._duration = np.empty(0), np.empty(0), np.empty(0)
        self._next = 0
        self._served = Served()
        self._gave_up: list[int] = []

    def join(self, arrival: Floats, deadline: Floats, duration: Floats) -> None:
        """Let jobs join that arrive in this order, after all earlier ones."""
        self._arrival = np.concatenate([self._arrival, arrival])
        self._deadline = np.concatenate([self._deadline, deadline])
        self._duration = np.concatenate([self._duration, duration])

    def work(self, stretches: Sequence[Sequence[Stretch]]) -> None:
        """Let servers work their stretches of a day, in the order of the servers; what cannot begin in them goes on waiting."""
        waiting = slice(self._next, None)
        count = self._arrival[waiting].shape[0]
        server, begins = np.full(count, _WAITS), np.empty(count)
        parts = max((len(own) for own in stretches), default=0)
        table = np.full((len(stretches), 2 * parts), -np.inf)
        for row, own in zip(table, stretches, strict=True):
            row[: 2 * len(own)] = np.ravel(own)
        if table.size:
            columns = (self._arrival[waiting], self._deadline[waiting], self._duration[waiting])
            attend(*columns, table, self._free_at, server, begins)
        done = np.flatnonzero(server >= 0)
        order = done[np.argsort(begins[done], kind="stable")]
        self._served.job += (order + self._next).tolist()
        self._served.server += server[order].tolist()
        self._served.begins += begins[order].tolist()
        self._gave_up += (np.flatnonzero(server == _LEFT) + self._next).tolist()
        # First come, first served: whoever cannot begin today is followed by nobody who can.
        self._next += int(np.count_nonzero(server != _WAITS))

    def give_up(self, now: float) -> None:
        """Let the waiting jobs at the head of the line whose deadline is past give up."""
        while self._next < self._arrival.shape[0] and self._deadline[self._next] < now:
            self._gave_up.append(self._next)
            self._next += 1

    def collect(self) -> tuple[Served, list[int]]:
        """Return what was served, by beginning, and who gave up since the last call."""
        collected = self._served, self._gave_up
        self._served, self._gave_up = Served(), []
        return collected

    def arrivals(self, jobs: Sequence[int]) -> Floats:
        """Return when jobs arrived."""
        return self._arrival[np.asarray(jobs, dtype=np.int64)]

    def durations(self, jobs: Sequence[int]) -> Floats:
        """Return how long jobs take."""
        return self._duration[np.asarray(jobs, dtype=np.int64)]
