"""One sample of the uncertain parameters: what we do not know, as opposed to luck."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import BaseModel

from simkit.params.quantity import BySegment, Measure, Quantity
from simkit.params.scenario import Scenario

BASE_DRAW = 0


def draw_parameters(scenario: Scenario, draw: int) -> Scenario:
    """Return the scenario with every number that has a range sampled from it; draw 0 is the values as written.

    A number is triangular with its value as mode. A segment parameter is scaled by one factor for all segments, triangular with
    mode 1. Each number has its own random stream, keyed by (seed, draw, dotted key): adding one leaves the others as they were.
    """
    if draw < 0:
        raise ValueError(f"draw is {draw}; it must be 0 (the values as written) or more")
    if draw == BASE_DRAW:
        return scenario
    sections = {
        name: _drawn(name, getattr(scenario, name), None, (scenario.seed, draw)) for name in Scenario.model_fields
    }
    return scenario.model_copy(update=sections)


def _drawn(key: str, value: Any, measure: Measure | None, entropy: tuple[int, int]) -> Any:  # noqa: ANN401 - walks any section
    if isinstance(value, Quantity | BySegment):
        return _sample(key, value, measure, entropy)
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        below = {
            name: _drawn(f"{key}.{name}", getattr(value, name), _measure_of(field.metadata), entropy)
            for name, field in fields.items()
        }
        return value.model_copy(update=below)
    if isinstance(value, Mapping):
        return {name: _drawn(f"{key}.{name}", item, None, entropy) for name, item in value.items()}
    return value


def _measure_of(metadata: list[Any]) -> Measure | None:
    return next((item for item in metadata if isinstance(item, Measure)), None)


def _sample(
    key: str, quantity: Quantity | BySegment, measure: Measure | None, entropy: tuple[int, int]
) -> Quantity | BySegment:
    if quantity.range is None or quantity.range[0] == quantity.range[1]:
        return quantity
    code = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little")
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence([*entropy, code])))
    clip = measure.clip if measure else float
    if isinstance(quantity, Quantity):
        return quantity.model_copy(
            update={"value": clip(generator.triangular(quantity.range[0], quantity.value, quantity.range[1]))}
        )
    factor = generator.triangular(quantity.range[0], 1.0, quantity.range[1])
    return quantity.model_copy(update={"value": {name: clip(value * factor) for name, value in quantity.value.items()}})
