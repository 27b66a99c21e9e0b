"""On which days visit teams are trained instead of visiting."""

from __future__ import annotations

from simkit.campaign.world import World

_WEEK = 7


def course_days(world: World) -> frozenset[int]:
    """Return the days of all courses: each takes the first working days of visit teams from its own first day on."""
    levers = world.levers.training
    if levers is None:
        return frozenset()
    working = [day for day in range(world.campaign_days) if world.works(day, world.levers.field.hours.works_on)]
    lengths = {levers.first_day: levers.days}
    if levers.refresh_weeks is not None:
        weeks = _WEEK * levers.refresh_weeks
        lengths |= dict.fromkeys(range(levers.first_day + weeks, world.campaign_days, weeks), levers.refresh_days)
    return frozenset(
        day for first, length in lengths.items() for day in [day for day in working if day >= first][:length]
    )
