"""Remembering what a function gave for the very same objects: for large frozen things, which are dear to compare."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

Result = TypeVar("Result")


class _Same:
    """Objects that are equal to themselves alone; held, so that no other object takes their place in memory."""

    def __init__(self, things: tuple[Any, ...]) -> None:
        self.things = things

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.things)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and [*map(id, self.things)] == [*map(id, other.things)]


def once_for_each(function: Callable[..., Result]) -> Callable[..., Result]:
    """Call a function of positional arguments once for the same objects, which nobody may change; the last few are remembered."""

    @functools.lru_cache(maxsize=32)
    def remembered(same: _Same) -> Result:
        return function(*same.things)

    @functools.wraps(function)
    def call(*things: Any) -> Result:  # noqa: ANN401 - whatever the function takes
        return remembered(_Same(things))

    return call
