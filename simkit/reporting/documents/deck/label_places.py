"""Where the names of points stand: beside their point, above or below its interval, clear of all other points and names."""

from collections.abc import Sequence
from typing import NamedTuple

_AWAY = 8  # points between a name and its point
_HALF_LINE = 2  # an interval's line, and a little air


class Obstacle(NamedTuple):
    """A point at (x, y) and the ends of its intervals, in points from the upper left corner of the axes."""

    x: float
    y: float
    left: float
    right: float
    top: float
    bottom: float


class Place(NamedTuple):
    """A name's place: right or left of its point, and how far it is moved down from there, in points."""

    is_right: bool
    down: float


class _Rectangle(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Rectangle") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def places_for(
    obstacles: Sequence[Obstacle], widths: Sequence[float], height: float, room: tuple[float, float]
) -> list[Place]:
    """Return a place for each point's name, *widths* wide and *height* high, within *room*; nothing where one finds none."""
    taken = [rectangle for obstacle in obstacles for rectangle in _rectangles(obstacle)]
    places: list[Place] = []
    for obstacle, width in zip(obstacles, widths, strict=True):
        free = (
            (place, covered)
            for place in _candidates(height)
            if _is_free(covered := _covered(obstacle, place, width, height), taken, room)
        )
        found = next(free, None)
        if found is None:
            return []
        places.append(found[0])
        taken.append(found[1])
    return places


def _candidates(height: float) -> list[Place]:
    """Return the places to try, the nearest first."""
    steps = [(factor * height / 2 + _HALF_LINE) * sign for factor in (1.1, 2.2, 3.6, 5.0) for sign in (-1, 1)]
    return [Place(is_right, down) for down in steps for is_right in (True, False)]


def _covered(obstacle: Obstacle, place: Place, width: float, height: float) -> _Rectangle:
    middle = obstacle.y + place.down
    left = obstacle.x + (_AWAY if place.is_right else -_AWAY - width)
    return _Rectangle(left, middle - height / 2, left + width, middle + height / 2)


def _is_free(covered: _Rectangle, taken: Sequence[_Rectangle], room: tuple[float, float]) -> bool:
    inside = covered.left >= 0 and covered.top >= 0 and covered.right <= room[0] and covered.bottom <= room[1]
    return inside and not any(covered.meets(other) for other in taken)


def _rectangles(obstacle: Obstacle) -> list[_Rectangle]:
    x, y, left, right, top, bottom = obstacle
    return [
        _Rectangle(x - _AWAY / 2, y - _AWAY / 2, x + _AWAY / 2, y + _AWAY / 2),
        _Rectangle(left, y - _HALF_LINE, right, y + _HALF_LINE),
        _Rectangle(x - _HALF_LINE, top, x + _HALF_LINE, bottom),
    ]
