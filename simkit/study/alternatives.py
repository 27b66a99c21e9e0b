"""Strategies upon a scenario and its neighbours, each with the words that repeat its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simkit.params import DO_NOTHING, ParameterError, Scenario, Strategy, load_scenario, load_strategy, with_values
from simkit.study.planning import Alternative, Model, options_of

Point = Mapping[str, float]
Place = frozenset[tuple[str, float]]


@dataclass
class Alternatives:
    """Strategies upon a scenario, and upon the scenario with other numbers. The command of each run says what was set."""

    scenario: Scenario
    model: Model

    def __post_init__(self) -> None:
        self._options = _differing_options(self.scenario)
        self._scenarios: dict[Place, Scenario] = {frozenset(): self.scenario}
        self._made: dict[tuple[Place, int], Alternative] = {}

    def of(self, point: Point, strategy: Strategy) -> Alternative:
        """Return a strategy upon the scenario with the numbers of a point."""
        place, one = (
            frozenset(point.items()),
            id(strategy),
        )  # what is kept keeps its strategy, so that no other gets its id
        if (place, one) not in self._made:
            if place not in self._scenarios:
                self._scenarios[place] = with_values(self.scenario, point)
            self._made[place, one] = self._make(self._scenarios[place], strategy, point)
        return self._made[place, one]

    def _make(self, scenario: Scenario, strategy: Strategy, point: Point) -> Alternative:
        name, levers = _said_of(strategy)
        options = (*self._options, *options_of(values={**point, **levers}))
        parameters = self.model.parameters(scenario, strategy)
        return Alternative(scenario, strategy, "daily", parameters, (scenario.name, name), options)


def _differing_options(scenario: Scenario) -> tuple[str, ...]:
    """Return the options that make the scenario of the file of its name to this one, as far as scale and seed go."""
    try:
        written = load_scenario(scenario.name)
    except ParameterError:
        return options_of(scale=scenario.scale, seed=scenario.seed)
    return options_of(
        scale=scenario.scale if scenario.scale != written.scale else None,
        seed=scenario.seed if scenario.seed != written.seed else None,
    )


def _said_of(strategy: Strategy) -> tuple[str, dict[str, Any]]:
    """Return the name of a strategy's file and the levers set otherwise than there: upon `do_nothing` where no file fits."""
    own = _levers(strategy)
    for name in (strategy.name, DO_NOTHING):
        try:
            written = _levers(load_strategy(name))
        except ParameterError:
            continue
        if set(written) <= set(own):
            return name, {key: value for key, value in own.items() if key not in written or written[key] != value}
    return strategy.name, {}


def _levers(strategy: Strategy) -> dict[str, Any]:
    """Return the levers that a strategy sets, by dotted key."""
    flat: dict[str, Any] = {}
    waiting = [("levers", strategy.levers.model_dump(mode="json", exclude_unset=True))]
    for key, value in waiting:
        if isinstance(value, dict) and value:
            waiting += [(f"{key}.{name}", item) for name, item in value.items()]
        elif key != "levers":
            flat[key] = value
    return flat
