"""The counters of some branches, which stand for all: customers walk in, most of them in the peak, wait, and are served or leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtrik

from simkit.campaign.capacity.durations import weibull_about_mean
from simkit.campaign.capacity.shifts import MINUTES_PER_DAY
from simkit.campaign.capacity.staffed_lines import Duty, Jobs, Settled, StaffedLines
from simkit.campaign.world import World
from simkit.params.mechanisms.service import BranchCounters

_MOST_BRANCHES = 8  # enough for waits of a whole campaign; every further branch would only cost time
_MOST_WALK_INS = 2**16  # in a branch on a day, so that each has a number of its own


@dataclass(frozen=True)
class Extra:
    """What offering the wallet adds at the counter: shares of the walk-ins who are asked and who open, and minutes of an opening."""

    asked: float
    opening: float
    minutes: float


class BranchQueue:
    """Anonymous walk-ins, whose luck goes by branch, day and position among the day's arrivals."""

    def __init__(self, world: World, counters: BranchCounters, extra_counters: int) -> None:
        share = np.array([segment.share.value for segment in world.scenario.segments])
        rate = world.scenario.by_segment(counters.walk_ins_per_1000_customers_a_day)
        bank = world.scenario.bank
        self.branches = world.scaled(bank.branches.value)
        self.walk_ins = float(share @ rate) / 1000 * bank.customers.value / bank.branches.value
        self._counters = counters
        self._simulated = min(max(round(self.branches), 1), _MOST_BRANCHES)
        self._count = world.streams.decision("branch.walk_ins")
        self._luck = world.streams.decision("branch.walk_in")
        self._lines = StaffedLines()
        self._usual, self._extra = round(counters.counters.value), extra_counters
        self._every_day = self._duty()
        self._edges, self._share_before = self._arrivals()

    @property
    def represented(self) -> float:
        """Branches for which each simulated one stands."""
        return self.branches / self._simulated

    def play(self, day: int, extra: Extra) -> Settled:
        """Play the day of the simulated branches; who is inside at closing time is served."""
        counters = self._counters
        mean = np.full(self._simulated, self.walk_ins)
        branch = np.arange(self._simulated)
        came = np.ceil(np.maximum(np.nan_to_num(pdtrik(self._count.uniform(branch, day), mean)), 0)).astype(np.int64)
        line = np.repeat(branch, came)
        position = np.arange(line.shape[0]) - np.repeat(np.cumsum(came) - came, came)
        luck = self._luck.uniforms(line * _MOST_WALK_INS + position, day)
        minutes = weibull_about_mean(
            np.full(line.shape[0], counters.service.value), counters.service_shape.value, luck[:, 1]
        )
        # One uniform: who opens is among those who are asked.
        minutes += counters.ask.value * (luck[:, 3] < extra.asked) + extra.minutes * (luck[:, 3] < extra.opening)
        arrival = day + np.interp(luck[:, 0], self._share_before, self._edges) / 24
        patience = -np.log(luck[:, 2]) * counters.patience.value
        jobs = Jobs(position, line, arrival, arrival + patience / MINUTES_PER_DAY, minutes / MINUTES_PER_DAY)
        order = np.argsort(arrival, kind="stable")
        return self._lines.play(jobs.take(order), self._every_day.on(day), day + 1.0)

    def _arrivals(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return hours at which walk-ins per hour change, `peak_ratio` times as many in the peak, and the share that has come by then."""
        counters = self._counters
        opens, closes = counters.opens.value, counters.closes.value
        edges = np.clip([opens, counters.peak_starts.value, counters.peak_ends.value, closes], opens, closes)
        weight = np.diff(edges) * [1.0, counters.peak_ratio.value, 1.0]
        return edges, np.concatenate([[0.0], np.cumsum(weight) / weight.sum()])

    def _duty(self) -> Duty:
        """Return who serves when: the usual counters of each branch, and further ones in the peak."""
        counters, seats = self._counters, self._usual + self._extra
        always = (counters.opens.value / 24, 1.0)
        peak = (counters.peak_starts.value / 24, counters.peak_ends.value / 24)
        return Duty.of(
            [
                [(branch * seats + seat, *(always if seat < self._usual else peak)) for seat in range(seats)]
                for branch in range(self._simulated)
            ]
        )
