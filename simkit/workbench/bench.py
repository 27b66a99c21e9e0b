"""What a planner has on the bench: a scenario, a strategy whose levers move, others beside it, and results that were pinned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from simkit.params import (
    DO_NOTHING,
    Finding,
    ParameterError,
    Scenario,
    Strategy,
    load_scenario,
    load_strategy,
    resolve,
)
from simkit.params.levers import Title
from simkit.study.planning import with_scale_and_seed
from simkit.workbench.campaigns import Question
from simkit.workbench.levers import Lever, Value
from simkit.workbench.trial import Trial
from simkit.workbench.words import pinned_title, summary_of, tried_title

TRIED = "tried"
_PINNED = "pinned"
_LONGEST_TITLE = 200


@dataclass(frozen=True)
class Pin:
    """A strategy that was tried and is kept to be compared with."""

    strategy: Strategy

    @property
    def title(self) -> Title:
        """What it is called in the two languages."""
        return self.strategy.title


class Bench:
    """The state of a workbench, without widgets.

    A change that is not possible raises `ParameterError` and changes nothing.
    """

    def __init__(self, scenario: str, strategies: Sequence[str], scale: float | None) -> None:
        self._scale = scale
        self._nothing = load_strategy(DO_NOTHING)
        self.scenario_name = scenario
        self.scenario = self._loaded(scenario)
        self.strategy_name, self.other_names = strategies[0], tuple(strategies[1:])
        self.others: tuple[Strategy, ...] = tuple(load_strategy(name) for name in self.other_names)
        self.trial = Trial(self.scenario, load_strategy(strategies[0]))
        self.pins: tuple[Pin, ...] = ()
        self._pinned = 0

    def choose_scenario(self, name: str) -> None:
        """Take another scenario; levers that were moved stay moved where it allows it."""
        scenario = self._loaded(name)
        trial = replace(self.trial, scenario=scenario)
        self._checked(trial)
        self.scenario_name, self.scenario, self.trial = name, scenario, trial

    def choose_strategy(self, name: str) -> None:
        """Begin from another strategy; all levers are as it has them."""
        trial = Trial(self.scenario, load_strategy(name))
        self._checked(trial)
        self.strategy_name, self.trial = name, trial

    def choose_others(self, names: Sequence[str]) -> None:
        """Compare with other strategies."""
        others = tuple(load_strategy(name) for name in names)
        for strategy in others:
            resolve(self.scenario, strategy)
        self.other_names, self.others = tuple(names), others

    def move(self, lever: Lever, value: Value) -> None:
        """Move a lever."""
        trial = self.trial.moved(lever, value)
        self._checked(trial)
        self.trial = trial

    def reset(self) -> None:
        """Put every lever back where it began."""
        self.trial = replace(self.trial, changes={})

    def pin(self) -> Pin:
        """Keep the strategy that is tried, to compare others with it."""
        self._pinned += 1
        title = pinned_title(self._pinned, self.trial)
        pin = Pin(self.trial.strategy(f"{_PINNED}_{self._pinned}", title, summary_of(self.trial)))
        self.pins = (*self.pins, pin)
        return pin

    def rename(self, pin: Pin, title: str) -> None:
        """Call what is pinned otherwise, in both languages."""
        if not 0 < len(title.strip()) <= _LONGEST_TITLE:
            raise ParameterError(
                [Finding("pin", "title", f"has {len(title.strip())} characters; allowed: 1 to {_LONGEST_TITLE}")]
            )
        titled = Title(en=title.strip(), zh=title.strip())
        other = Pin(pin.strategy.model_copy(update={"title": titled, "summary": pin.strategy.summary}))
        self.pins = tuple(other if kept == pin else kept for kept in self.pins)

    def unpin(self, pin: Pin) -> None:
        """Forget what was pinned."""
        self.pins = tuple(kept for kept in self.pins if kept != pin)

    @property
    def tried(self) -> Strategy:
        """The strategy as its levers are now."""
        return self.trial.strategy(TRIED, tried_title(self.trial), summary_of(self.trial))

    @property
    def question(self) -> Question:
        """What is to be compared: doing nothing, the strategy begun from, the others, what is pinned, and what is tried at the end.

        Every strategy keeps its place, and so its colour. What is tried is left out where it is one of the others.
        """
        known = [self._nothing, self.trial.begins_from, *self.others]
        known += [pin.strategy for pin in self.pins]
        strategies = tuple({strategy.name: strategy for strategy in known}.values())
        levers = self.trial.levers
        same = [strategy for strategy in strategies if resolve(self.scenario, strategy).levers == levers]
        if same:
            return Question(self.scenario, strategies, same[0].name)
        return Question(self.scenario, (*strategies, self.tried), TRIED)

    def _loaded(self, name: str) -> Scenario:
        return with_scale_and_seed(load_scenario(name), self._scale, None)

    def _checked(self, trial: Trial) -> None:
        trial.strategy(TRIED, tried_title(trial), summary_of(trial))
