"""What is left of something that fades."""

from __future__ import annotations


def left_after(days: float, half_life_days: float) -> float:
    """Return the share that is left after some days: a half for each half-life; nothing stays where that is 0."""
    return 0.5 ** (days / half_life_days) if half_life_days else 0.0
