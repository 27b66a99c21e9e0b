"""How far each customer trusts the wallet: a level of the customer's own, what experience has added, and what all have in common."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from simkit.campaign.half_life import left_after
from simkit.campaign.ledger import Ledger
from simkit.compiled import compiled
from simkit.params import Scenario
from simkit.params.mechanisms import opinion
from simkit.population import Population
from simkit.streams import Streams

Customers = NDArray[np.integer]
Floats = NDArray[np.floating]
Shift = Callable[[int], Floats]
"""(day) → trust points that all customers of each segment gain by that day."""

_LEVELS = 256
_SMALLEST_MEAN = 1e-3
_DAYS_PER_WEEK = 7


class Trust:
    """Trust of every customer, in [0, 1]: `own` from the segment's Beta distribution in 256 equal slices, plus what was gained since.

    What a customer has gained goes back to 0 by the week, with a half-life. opening_by_slice and refusal_by_slice are log-odds by
    (segment, slice). Within a segment an opening's have mean odds ratio 1 and a refusal's have mean 0: base rates stay what they are.
    """

    def __init__(
        self, facts: opinion.Trust, scenario: Scenario, population: Population, streams: Streams, ledger: Ledger
    ) -> None:
        mean = np.clip(scenario.by_segment(facts.level), _SMALLEST_MEAN, 1 - _SMALLEST_MEAN)[:, None]
        slices = (np.arange(_LEVELS) + 0.5) / _LEVELS
        both = facts.concentration.value
        self._levels = np.asarray(betaincinv(mean * both, (1 - mean) * both, slices), dtype=np.float32)
        self._segment = population.segment
        self._ledger = ledger
        self._shifts: list[Shift] = []
        self._shift = np.zeros(len(scenario.segments), dtype=np.float32)
        self._kept_a_week = left_after(_DAYS_PER_WEEK, facts.half_life.value)
        luck = streams.decision("trust.own").words(np.arange(population.size), width=1)[:, 0]
        # Segment and slice in one number, at most 250 × 256, so that a look-up is one step.
        self._place = population.segment * np.uint16(_LEVELS) + (luck >> 24).astype(np.uint16)
        self._gained = np.zeros(population.size, dtype=np.float32)
        self.opening = scenario.by_segment(facts.opening).astype(np.float32)
        self.refusal = scenario.by_segment(facts.refusal).astype(np.float32)
        log_odds = self.opening[:, None] * self._levels
        self.opening_by_slice = log_odds - np.log(np.exp(log_odds).mean(axis=1, keepdims=True))
        self.refusal_by_slice = self.refusal[:, None] * (self._levels.mean(axis=1, keepdims=True) - self._levels)

    def own(self, customers: Customers) -> Floats:
        """Return trust before any experience."""
        return self.looked_up(self._levels, customers)

    def looked_up(self, table: Floats, customers: Customers) -> Floats:
        """Return each customer's entry in a table of shape (segments, slices)."""
        return np.asarray(table.ravel().take(self._place.take(customers)))

    def changed(self, customers: Customers) -> Floats:
        """Return the trust points gained or lost since day 0: by experience, and with everyone."""
        gained = self._gained.take(customers)
        return gained + self._shift.take(self._segment.take(customers)) if self._shifts else gained

    def effect_of_change(self, per_point: Floats, customers: Customers) -> Floats:
        """Return the trust points gained or lost since day 0, each times what a point does in the customer's segment."""
        segment, points = self._segment.take(customers), self._gained.take(customers)
        if self._shifts:
            points += self._shift.take(segment)
        return np.asarray(per_point.take(segment) * points)

    def move(self, customers: Customers, points: float, day: int) -> Floats:
        """Let customers, each once, gain (or lose) trust within [0, 1]; return what each has gained."""
        moved = np.empty(customers.shape[0], dtype=np.float32)
        index = np.ascontiguousarray(customers, dtype=np.int64)
        gain(index, np.float32(points), self._place, self._levels.reshape(-1), self._gained, moved)
        tally = "trust_gained" if points > 0 else "trust_lost"
        self._ledger.tally(day, tally, customers, np.abs(moved))
        return moved

    def shift(self, points: Shift) -> None:
        """Let all customers gain what `points` says, day by day."""
        self._shifts.append(points)

    def begin_day(self, day: int) -> None:
        """Bring what all customers have gained up to date."""
        if self._shifts:
            self._shift = np.sum([points(day) for points in self._shifts], axis=0).astype(np.float32)

    def forget(self) -> None:
        """Let a week of experience fade."""
        self._gained *= np.float32(self._kept_a_week)

    def mean_change(self) -> float:
        """Return the mean of trust points gained since day 0 over all customers."""
        return float(self._gained.mean(dtype=np.float64) + self._shift[self._segment].mean(dtype=np.float64))


@compiled("void(int64[::1], float32, uint16[::1], float32[::1], float32[::1], float32[::1])")
def gain(
    customers: NDArray[np.int64],
    points: np.float32,
    place: NDArray[np.uint16],
    levels: NDArray[np.float32],
    gained: NDArray[np.float32],
    moved: NDArray[np.float32],
) -> None:
    """Add points to what customers have gained, so that with the level at their place it stays within [0, 1]; fill `moved` by as much."""
    least, most = np.float32(0), np.float32(1)
    for row in range(customers.shape[0]):
        customer = customers[row]
        own, before = levels[place[customer]], gained[customer]
        gained[customer] = min(max(own + before + points, least), most) - own
        moved[row] = gained[customer] - before
