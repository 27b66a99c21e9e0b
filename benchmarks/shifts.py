"""Who works when, for the textbook models: shifts with a break, and a part of a server as a part of each shift or as some whole shifts."""

from __future__ import annotations

from collections.abc import Iterable

from simkit.params import Hours

Stretches = list[tuple[float, float]]


def shares(capacity: float) -> list[float]:
    """Return the share of a full shift that each server works; the last one makes up a fractional capacity."""
    whole = int(capacity + 1e-9)
    return [1.0] * whole + ([capacity - whole] if capacity - whole > 1e-9 else [])


def roster(capacity: float, days: Iterable[int]) -> dict[int, int]:
    """Return how many servers work a whole shift on each working day, so that they add up to `capacity` a day."""
    owed, servers = 0.0, {}
    for day in days:
        owed += capacity
        servers[day] = int(owed + 1e-9)
        owed -= servers[day]
    return servers


def stretches(hours: Hours, share: float, *, late_break: bool = False) -> Stretches:
    """Return the hours from and to which a server works; with `late_break` the break comes one break length later."""
    length = hours.break_ends - hours.break_starts
    later = length if late_break and hours.break_ends + length <= hours.ends else 0.0
    parts = [(hours.starts, hours.break_starts + later), (hours.break_ends + later, hours.ends)]
    if not length:
        parts = [(hours.starts, hours.ends)]
    left = share * sum(ends - starts for starts, ends in parts)
    worked = []
    for starts, ends in parts:
        if left > 0 and ends > starts:
            worked.append((starts, min(ends, starts + left)))
        left -= ends - starts
    return worked
