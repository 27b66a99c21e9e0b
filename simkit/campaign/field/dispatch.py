"""Whom a team visits next, and how long it takes to get there."""

from __future__ import annotations

import math

from simkit.campaign.capacity.shifts import MINUTES_PER_DAY
from simkit.campaign.field.appointments import Appointments
from simkit.campaign.world import World

NOWHERE = -1


class FirstCome:
    """Appointments first come, first served, for any team that is free; all communities are equally far. Places are communities."""

    def __init__(self, world: World, appointments: Appointments) -> None:
        field = world.scenario.field
        self._line = appointments.line
        self._walk_days = field.walk.value / MINUTES_PER_DAY
        self._between_days = field.travel_between_communities.value / MINUTES_PER_DAY

    def plan(self, day: int, teams: int) -> None:
        """Prepare a day after its appointments have joined the line."""

    def next(self, team: int, now: float, closes: float, place: int, doors: int | None) -> int | None:  # noqa: ARG002 - any team
        """Return the appointment that the team turns to now; one that is not due yet only if there are no doors to knock at.

        doors: where the team's next door is, None where it has none.
        """
        return self._line.take(now, closes if doors is None else math.nextafter(now, math.inf))

    def way(self, place: int, there: int, now: float) -> float:  # noqa: ARG002 - at any time
        """Return the days that the way to an appointment takes."""
        return self._walk_days if there == place else self._between_days

    def leaves(self, team: int, place: int, now: float) -> float:  # noqa: ARG002 - never
        """Return when the team has to leave the doors at a place for its next appointment."""
        return math.inf

    def way_to_doors(self, place: int, doors: int, now: float) -> float:  # noqa: ARG002 - part of the round
        """Return the days from an appointment back to the doors."""
        return 0.0

    def after_doors(self, doors: int) -> int:  # noqa: ARG002
        """Return where a team is after a round of doors, as far as its next way is concerned."""
        return NOWHERE
