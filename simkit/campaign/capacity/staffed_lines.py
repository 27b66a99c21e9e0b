"""Lines in front of seats that are staffed by the hour: first come, first served, some lose patience; a day in one compiled step.

For work that nothing disturbs once a day's customers and shifts are known. Each job, in the order of arrival, takes the seat of its line
that can begin it first (the recursion of Kiefer and Wolfowitz, 1955); where that is after its deadline, it has given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simkit.compiled import compiled

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
NO_SEAT = -1


@dataclass(frozen=True)
class Jobs:
    """Customers in a line as columns, in the order of arrival; times in days. `number` is whatever the caller knows them by."""

    number: Integers
    line: Integers
    arrival: Floats
    deadline: Floats
    duration: Floats

    def take(self, rows: NDArray[np.bool_] | Integers) -> Jobs:
        """Return some of the jobs, in the order asked for."""
        return Jobs(self.number[rows], self.line[rows], self.arrival[rows], self.deadline[rows], self.duration[rows])

    def and_then(self, later: Jobs) -> Jobs:
        """Return these jobs and then those."""
        return Jobs(
            *(np.concatenate([getattr(jobs, column.name) for jobs in (self, later)]) for column in fields(self))
        )

    @classmethod
    def none(cls) -> Jobs:
        """Return no jobs."""
        nothing, never = np.empty(0, dtype=np.int64), np.empty(0)
        return cls(nothing, nothing, never, never, never)


@dataclass(frozen=True)
class Duty:
    """Stretches of time for which a seat begins jobs, sorted by line; a seat may have several.

    first: the row at which each line begins, and one entry more. Times in days.
    """

    first: Integers
    seat: Integers
    opens: Floats
    closes: Floats

    @classmethod
    def of(cls, lines: Sequence[Sequence[tuple[int, float, float]]]) -> Duty:
        """Make the duty from (seat, opens, closes) of each line."""
        rows = np.array([stretch for line in lines for stretch in line], dtype=np.float64).reshape(-1, 3)
        first = np.cumsum([0, *(len(line) for line in lines)])
        seat = rows[:, 0].astype(np.int64)
        return cls(first, seat, np.ascontiguousarray(rows[:, 1]), np.ascontiguousarray(rows[:, 2]))

    def on(self, day: int) -> Duty:
        """Return a duty whose times are those of a day's hours as fractions, on that day."""
        return Duty(self.first, self.seat, self.opens + day, self.closes + day)


@dataclass(frozen=True)
class Settled:
    """Jobs that were served or gave up: when each began and at which seat; `NO_SEAT` for who gave up."""

    jobs: Jobs
    begins: Floats
    seat: Integers

    @cached_property
    def served(self) -> NDArray[np.bool_]:
        """Say who was served."""
        return np.not_equal(self.seat, NO_SEAT)

    @cached_property
    def waited(self) -> Floats:
        """Return the days for which each served job has waited, 0 for who gave up."""
        return np.where(self.served, self.begins - self.jobs.arrival, 0.0)


class StaffedLines:
    """Who still waits from one day to the next, and when each seat is free again."""

    def __init__(self) -> None:
        self._waiting = Jobs.none()
        self._free = np.empty(0)

    def play(self, jobs: Jobs, duty: Duty, until: float) -> Settled:
        """Let jobs join that arrive in this order after all earlier ones, and play until a time that is no earlier than any of them."""
        if self._waiting.number.shape[0]:
            jobs = self._waiting.and_then(jobs)
        seats = int(duty.seat.max(initial=NO_SEAT)) + 1
        if seats > self._free.shape[0]:
            self._free = np.concatenate([self._free, np.full(seats - self._free.shape[0], -np.inf)])
        begins, seat = np.empty(jobs.number.shape[0]), np.full(jobs.number.shape[0], NO_SEAT)
        serve(
            jobs.line,
            jobs.arrival,
            jobs.deadline,
            jobs.duration,
            duty.first,
            duty.seat,
            duty.opens,
            duty.closes,
            self._free,
            begins,
            seat,
        )
        waits = np.isinf(begins) & (jobs.deadline >= until)
        if not waits.any():
            self._waiting = Jobs.none()
            return Settled(jobs, begins, seat)
        self._waiting = jobs.take(waits)
        return Settled(jobs.take(~waits), begins[~waits], seat[~waits])


@compiled(
    "void(int64[::1], float64[::1], float64[::1], float64[::1], int64[::1], int64[::1], float64[::1], float64[::1], float64[::1], "
    "float64[::1], int64[::1])"
)
def serve(  # noqa: PLR0913, PLR0917 - columns of jobs, stretches and seats
    line: Integers,
    arrival: Floats,
    deadline: Floats,
    duration: Floats,
    first: Integers,
    stretch_seat: Integers,
    opens: Floats,
    closes: Floats,
    free: Floats,
    begins: Floats,
    seat: Integers,
) -> None:
    """Fill `begins` and `seat` for each job and move `free` of the seats on.

    A job begins at the earliest time at which a seat of its line is there and free. `begins` is infinite where no stretch is left;
    beyond the deadline the job gives up, and its `begins` is when it would have begun.
    """
    for job in range(arrival.shape[0]):
        earliest, chosen = np.inf, -1
        for stretch in range(first[line[job]], first[line[job] + 1]):
            ready = max(arrival[job], opens[stretch], free[stretch_seat[stretch]])
            if ready < closes[stretch] and ready < earliest:
                earliest, chosen = ready, stretch
        begins[job] = earliest
        if chosen >= 0 and earliest <= deadline[job]:
            seat[job] = stretch_seat[chosen]
            free[stretch_seat[chosen]] = earliest + duration[job]
