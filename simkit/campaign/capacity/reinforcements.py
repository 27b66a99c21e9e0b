"""Seats that are called in at short notice: how many on which day."""

from __future__ import annotations

from collections.abc import Iterable

from simkit.campaign.vocabulary import Resource


class Reinforcements:
    """Seats of the whole bank beyond those that the strategy plans, by resource and day."""

    def __init__(self) -> None:
        self._seats: dict[tuple[Resource, int], float] = {}

    def call_in(self, resource: Resource, days: Iterable[int], seats: float) -> None:
        """Add seats on these days."""
        for day in days:
            self._seats[resource, day] = self.on(resource, day) + seats

    def on(self, resource: Resource, day: int) -> float:
        """Return the seats that were added on a day."""
        return self._seats.get((resource, day), 0.0)
