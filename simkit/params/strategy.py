"""A strategy: what we choose, written as a diff on the scenario's levers; and a study: strategies, replications and a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError

from simkit.params.decisions import Choice, Until
from simkit.params.errors import Finding, ParameterError
from simkit.params.explanation import explain
from simkit.params.levers import Levers, Title
from simkit.params.quantity import Frozen
from simkit.params.scenario import Name, Scenario
from simkit.params.yaml_file import YamlFile

DO_NOTHING = "do_nothing"
Reference = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class Strategy(Frozen):
    """A named choice of levers. Only the levers that are set count; the others stay as the scenario has them."""

    name: Name
    title: Title
    summary: Title
    levers: Levers = Levers()


class _Choice(Frozen):
    """The part of a strategy that levers are set in."""

    levers: Levers


class StudyPlan(Frozen):
    """A planned set of runs with a question. `do_nothing` always takes part, first."""

    name: Name
    title: Title
    question: Title
    scenario: Reference
    strategies: tuple[Reference, ...] = Field(min_length=1, max_length=200, strict=False)
    scale: float | None = Field(default=None, gt=0, le=1, description="Instead of the scenario's own scale")
    seed: int | None = Field(default=None, ge=0, le=2**32 - 1, description="Instead of the scenario's own seed")
    replications: int = Field(default=20, ge=1, le=100_000)
    draws: int = Field(
        default=1,
        ge=1,
        le=100_000,
        description="Samples of the uncertain parameters; 1 is the values as written, none sampled",
    )
    districts: int = Field(
        default=1, ge=1, le=10_000, description="Equal parts of the bank, each run by itself; 1 is the bank as a whole"
    )
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    detail: Literal["daily", "full"] = "daily"
    until: Until | None = Field(default=None, description="Replications until differences are known precisely enough")
    choose: Choice | None = Field(default=None, description="What `simkit select` chooses by")

    @property
    def all_strategies(self) -> tuple[str, ...]:
        """The strategies without repetition, `do_nothing` first."""
        return tuple(dict.fromkeys((DO_NOTHING, *self.strategies)))

    @property
    def draw_numbers(self) -> tuple[int, ...]:
        """The draws: 0, the values as written, where there is one; else samples alone, numbered from 1."""
        return (0,) if self.draws == 1 else tuple(range(1, self.draws + 1))


@dataclass(frozen=True)
class Difference:
    """One lever that a strategy sets: dotted key, the scenario's value, the strategy's value."""

    key: str
    default: object
    value: object


@dataclass(frozen=True)
class Resolved:
    """A strategy's levers upon a scenario, and the differences that made them."""

    levers: Levers
    differences: tuple[Difference, ...]


def resolve(scenario: Scenario, strategy: Strategy) -> Resolved:
    """Lay a strategy over a scenario's levers; raise `ParameterError` where the two do not go together."""
    default = scenario.levers.model_dump(mode="json")
    diff = strategy.levers.model_dump(mode="json", exclude_unset=True)
    try:
        levers = Levers.model_validate(_merged(default, diff))
    except ValidationError as error:
        details = [(".".join(map(str, ("levers", *detail["loc"]))), detail["msg"]) for detail in error.errors()]
        raise ParameterError([Finding(strategy.name, key, problem) for key, problem in details]) from error
    findings = [Finding(strategy.name, key, problem) for key, problem in scenario.impossible(levers)]
    if findings:
        raise ParameterError(findings)
    return Resolved(levers, tuple(_differences("levers", default, levers.model_dump(mode="json"))))


def with_levers(strategy: Strategy, levers: Mapping[str, Any]) -> Strategy:
    """Return the strategy with these levers set, by dotted keys such as `levers.field.teams`; a whole number may come as a float.

    Raises `ParameterError` with the nearest name for a lever that does not exist, and for a value that one cannot have.
    """
    data: dict[str, Any] = {"levers": strategy.levers.model_dump(mode="json", exclude_unset=True)}
    for key, value in levers.items():
        *sections, name = key.split(".")
        below = data
        for section in sections:
            here = below.get(section)
            below[section] = dict(here) if isinstance(here, Mapping) else {}
            below = below[section]
        below[name] = int(value) if isinstance(value, float) and value.is_integer() else value
    file = YamlFile(Path(f"strategy {strategy.name}"), data, {})
    try:
        return strategy.model_copy(update={"levers": _Choice.model_validate(data).levers})
    except ValidationError as error:
        raise ParameterError(explain(_Choice, file, error)) from error


def _merged(default: Mapping[str, Any], diff: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(default)
    for key, value in diff.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _differences(key: str, default: object, value: object) -> Iterator[Difference]:
    if isinstance(value, dict):
        below = default if isinstance(default, dict) else {}
        for name, item in value.items():
            yield from _differences(f"{key}.{name}", below.get(name), item)
    elif value != default:
        yield Difference(key, default, value)
