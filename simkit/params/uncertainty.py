"""The numbers that are not known exactly: what we believe of each, and the scenario in which some of them are something else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from simkit.params.errors import Finding, ParameterError, nearest
from simkit.params.quantity import BySegment, Measure, Quantity
from simkit.params.scenario import Scenario

FACTOR = "factor"
_Number = Quantity | BySegment


@dataclass(frozen=True)
class UncertainNumber:
    """What is believed of one number: triangular between `low` and `high` with its most probable value `mode`.

    key: dotted, such as `field.doors_per_hour`. unit: that of the value. A number by segment is uncertain by one factor on the values of
    all segments: its unit is 'factor' and its mode 1. source, grade: where the number comes from.
    """

    key: str
    unit: str
    low: float
    mode: float
    high: float
    by_segment: bool
    source: str
    grade: str

    def at(self, probability: NDArray[np.float64] | np.float64) -> NDArray[np.float64]:
        """Return the values below which the number lies with these probabilities: the inverse of its distribution function."""
        width = self.high - self.low
        rising = self.low + np.sqrt(probability * ((self.mode - self.low) * width))
        falling = self.high - np.sqrt((1 - probability) * ((self.high - self.mode) * width))
        return np.where(probability <= (self.mode - self.low) / width, rising, falling)


def uncertain_numbers(scenario: Scenario) -> tuple[UncertainNumber, ...]:
    """Return the numbers of a scenario that have a range, in the schema's order. Shares of segments sum to 1 and are none of them."""
    return tuple(
        _belief(key, number)
        for key, number in _numbers(scenario).items()
        if number.range is not None and number.range[0] < number.range[1]
    )


def with_values(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """Return the scenario in which the numbers `values`, by dotted key, are these; they are certain then, and no draw moves them.

    A number by segment is given as a factor on the values of all segments. A value that the parameter's measure does not allow becomes
    the nearest that it does. Raises `ParameterError` with the nearest name for a key that is no number of the scenario.
    """
    known = _numbers(scenario)
    place = f"scenario {scenario.name}"
    findings = [Finding(place, key, _unknown(key, known)) for key in values if key not in known]
    if findings:
        raise ParameterError(findings)
    return replaced(scenario, values, certain=True)


def drawn_values(scenario: Scenario, draw: int) -> dict[str, float]:
    """Return the value that each uncertain number has in a draw, by dotted key; in draw 0 its mode.

    Each number has its own random stream, keyed by (seed, draw, dotted key): adding one leaves the others as they were.
    """
    if draw < 0:
        raise ValueError(f"draw is {draw}; it must be 0 (the values as written) or more")
    uncertain = uncertain_numbers(scenario)
    if draw == 0:
        return {number.key: number.mode for number in uncertain}
    luck = [_luck(number.key, scenario.seed, draw) for number in uncertain]
    return {number.key: float(number.at(np.float64(own))) for number, own in zip(uncertain, luck, strict=True)}


def replaced(scenario: Scenario, values: Mapping[str, float], *, certain: bool) -> Scenario:
    """Return the scenario with `values` in place of its own; `certain` numbers lose their range, others keep what is believed."""
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *sections, name = key.split(".")
        below = tree
        for section in sections:
            below = below.setdefault(section, {})
        below[name] = value
    updated: Scenario = _with(scenario, tree, certain=certain)
    return updated


def _belief(key: str, number: _Number) -> UncertainNumber:
    assert number.range is not None  # noqa: S101 - only numbers with a range are asked for
    by_segment = isinstance(number, BySegment)
    return UncertainNumber(
        key=key,
        unit=FACTOR if by_segment else number.unit,
        low=number.range[0],
        mode=1.0 if isinstance(number, BySegment) else number.value,
        high=number.range[1],
        by_segment=by_segment,
        source=number.source,
        grade=number.grade,
    )


def _luck(key: str, seed: int, draw: int) -> float:
    code = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, draw, code]))).random()


def _numbers(scenario: Scenario) -> dict[str, _Number]:
    """Return every number that can be another, by dotted key."""
    return {key: number for key, number in scenario.quantities() if not key.startswith("segments.")}


def _unknown(key: str, known: Iterable[str]) -> str:
    """Say that there is no such number, and which there are in the section that was meant."""
    section = key.rpartition(".")[0]
    beside = [name for name in known if name.startswith(f"{section}.")]
    return f"is no number; {nearest(key, beside or {name.partition('.')[0] for name in known})}"


def _parts(section: BaseModel | Mapping[str, Any]) -> dict[str, tuple[Any, Measure | None]]:
    """Return what a section holds by name, each with the measure that its field has."""
    if isinstance(section, Mapping):
        return {name: (item, None) for name, item in section.items()}
    return {name: (getattr(section, name), _measure(field)) for name, field in type(section).model_fields.items()}


def _measure(field: FieldInfo) -> Measure | None:
    return next((item for item in field.metadata if isinstance(item, Measure)), None)


def _with(section: Any, tree: Mapping[str, Any], *, certain: bool) -> Any:  # noqa: ANN401 - walks any section
    """Return a section with the values of `tree` in place of its own; sections that `tree` does not name stay the same objects."""
    parts = _parts(section)
    update = {}
    for name, below in tree.items():
        item, measure = parts[name]
        known = isinstance(item, Quantity | BySegment)
        update[name] = _set(item, below, measure, certain=certain) if known else _with(item, below, certain=certain)
    return {**section, **update} if isinstance(section, Mapping) else section.model_copy(update=update)


def _set(number: _Number, value: float, measure: Measure | None, *, certain: bool) -> _Number:
    clip = measure.clip if measure else float
    update: dict[str, Any] = {"range": None} if certain else {}
    if isinstance(number, Quantity):
        return number.model_copy(update=update | {"value": clip(value)})
    return number.model_copy(update=update | {"value": {name: clip(own * value) for name, own in number.value.items()}})
