"""Paid time: who works when, and how a list of work is cut into shifts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simkit.params import Hours

MINUTES_PER_DAY = 24 * 60
_NOTHING = 1e-9  # what a product of floats may miss a whole number by


def on_duty(capacity: float, shift: int) -> int:
    """Return how many of `capacity` full-time servers come to the shift with this number (from 0), so that the mean is the capacity.

    For work that depends on the hour of the day, where a whole shift on some days is not a part of the shift on all.
    """
    return math.floor(capacity * (shift + 1) + _NOTHING) - math.floor(capacity * shift + _NOTHING)


@dataclass(frozen=True)
class Crew:
    """Servers of one kind. The last one may work a part of the shift only, so that any capacity is met exactly."""

    hours: Hours
    shares: tuple[float, ...]

    @classmethod
    def of(cls, capacity: float, hours: Hours) -> Crew:
        """Make a crew of `capacity` full-time servers, which need not be a whole number."""
        whole = int(capacity + _NOTHING)
        rest = capacity - whole
        return cls(hours, (1.0,) * whole + ((rest,) if rest > _NOTHING else ()))

    @property
    def capacity(self) -> float:
        """Full-time servers."""
        return sum(self.shares)

    @cached_property
    def shift_minutes(self) -> float:
        """Working minutes of a full shift."""
        return sum(ends - starts for starts, ends in self.hours.stretches) * 60

    @cached_property
    def paid_minutes(self) -> float:
        """Working minutes of the whole crew in a day."""
        return self.capacity * self.shift_minutes

    def stretches(self, server: int, *, late_break: bool = False) -> list[tuple[float, float]]:
        """Return a server's working stretches as fractions of the day; with `late_break` the break is one break length later."""
        hours = self.hours
        length = hours.break_ends - hours.break_starts
        if late_break and length > 0 and hours.break_ends + length <= hours.ends:
            hours = hours.model_copy(update={"break_starts": hours.break_ends, "break_ends": hours.break_ends + length})
        left = self.shares[server] * self.shift_minutes / 60
        worked = []
        for starts, ends in hours.stretches:
            if left <= 0:
                break
            worked.append((starts / 24, min(ends, starts + left) / 24))
            left -= ends - starts
        return worked

    def cut(
        self, minutes: NDArray[np.float64], overtime: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Deal a list of jobs with these minutes to the servers, each taking the next stretch of the list that fills its shift.

        What is begun is finished; a server's `overtime` (minutes, one a server) is taken off its next shift, so that paid
        minutes are met at any scale. Returns the server of each job that is begun, the day fraction at which it begins, and
        the new overtime; the list's tail is not begun.
        """
        ends = np.cumsum(minutes)
        starts = ends - minutes
        jobs, before, owed = [], [], np.zeros(len(self.shares))
        first, done, shift_minutes = 0, 0.0, self.shift_minutes
        for server, share in enumerate(self.shares):
            left = share * shift_minutes - overtime[server]
            last = max(int(starts.searchsorted(done + left)), first)
            worked = ends[last - 1] - done if last > first else 0.0
            owed[server] = max(worked - left, 0.0)
            jobs.append(last - first)
            before.append(done)
            first, done = last, ends[last - 1] if last else 0.0
        servers = np.repeat(np.arange(len(jobs)), np.array(jobs, dtype=np.int64))
        return (
            servers,
            self._clock(overtime[servers] + starts[:first] - np.array(before, dtype=np.float64)[servers]),
            owed,
        )

    def _clock(self, worked_minutes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn minutes worked since the shift began into a day fraction, past the break."""
        hours = self.hours.starts + worked_minutes / 60
        return (
            np.where(hours < self.hours.break_starts, hours, hours + self.hours.break_ends - self.hours.break_starts)
            / 24
        )
