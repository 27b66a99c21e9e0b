"""Parameters as a textbook model holds them: plain numbers, and lists by segment code."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel

from simkit.params import BySegment, Quantity, Scenario


def plain_numbers(scenario: Scenario) -> SimpleNamespace:
    """Return the scenario's sections with each number as a float and each segment parameter as a list by segment code."""
    return SimpleNamespace(
        **{name: _plain(getattr(scenario, name), scenario.segment_names) for name in type(scenario).model_fields}
    )


def _plain(value: Any, segments: tuple[str, ...]) -> Any:  # noqa: ANN401 - walks any section
    if isinstance(value, Quantity):
        return value.value
    if isinstance(value, BySegment):
        return [value.value[name] for name in segments]
    if isinstance(value, Mapping):
        return {name: _plain(item, segments) for name, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_plain(item, segments) for item in value)
    if isinstance(value, BaseModel):
        fields = {name: _plain(getattr(value, name), segments) for name in type(value).model_fields}
        return SimpleNamespace(**fields)
    return value
