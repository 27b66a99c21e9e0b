"""A line of customers in front of interchangeable servers: first come, first served, some lose patience."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np
import simpy
from numpy.typing import NDArray


@dataclass
class Served:
    """Jobs that were served, in the order of their beginning; times in days."""

    job: list[int] = field(default_factory=list)
    server: list[int] = field(default_factory=list)
    begins: list[float] = field(default_factory=list)


class WaitingLine:
    """Jobs with an arrival, a deadline for their beginning and a duration, all in days, sorted by arrival.

    A server that is free takes the next job even before it arrives and waits for it. Servers are interchangeable, so this is
    exactly first come, first served, with one event a job.
    """

    def __init__(self) -> None:
        self.served = Served()
        self.gave_up: list[int] = []
        self._arrival: list[float] = []
        self._deadline: list[float] = []
        self._duration: list[float] = []
        self._next = 0

    @property
    def size(self) -> int:
        """Jobs that ever joined."""
        return len(self._arrival)

    def join(
        self, arrival: NDArray[np.float64], deadline: NDArray[np.float64], duration: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """Let jobs join that arrive in this order, after all earlier ones; return their numbers."""
        first = self.size
        self._arrival += arrival.tolist()
        self._deadline += deadline.tolist()
        self._duration += duration.tolist()
        return np.arange(first, self.size)

    def take(self, now: float, until: float) -> int | None:
        """Take the next job that can begin before `until`, or None; jobs past their deadline give up on the way."""
        while self._next < len(self._arrival):
            job = self._next
            begins = max(now, self._arrival[job])
            if begins >= until:
                return None
            self._next += 1
            if begins <= self._deadline[job]:
                return job
            self.gave_up.append(job)
        return None

    def begin(self, job: int, server: int, now: float) -> float:
        """Note that `server` attends to `job` from `now` or its arrival; return when the job is done."""
        begins = max(now, self._arrival[job])
        self.served.job.append(job)
        self.served.server.append(server)
        self.served.begins.append(begins)
        return begins + self._duration[job]

    def give_up(self, now: float) -> None:
        """Let every waiting job whose deadline is past give up."""
        while self._next < len(self._arrival) and self._deadline[self._next] < now:
            self.gave_up.append(self._next)
            self._next += 1

    def collect(self) -> tuple[Served, list[int]]:
        """Return what was served and who gave up since the last call."""
        collected = self.served, self.gave_up
        self.served, self.gave_up = Served(), []
        return collected

    def arrivals(self, jobs: list[int]) -> NDArray[np.float64]:
        """Return when jobs arrived."""
        return np.array([self._arrival[job] for job in jobs], dtype=np.float64)

    def durations(self, jobs: list[int]) -> NDArray[np.float64]:
        """Return how long jobs take."""
        return np.array([self._duration[job] for job in jobs], dtype=np.float64)


def serving(
    environment: simpy.Environment, line: WaitingLine, server: int, until: float
) -> Generator[simpy.Event, None, None]:
    """One server's stretch: attend to one job after the other, beginning none at or after `until`."""
    now = environment.now
    while (job := line.take(now, until)) is not None:
        yield environment.timeout(line.begin(job, server, now) - now)
        now = environment.now
