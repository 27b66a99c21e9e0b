"""A plan for a mix: which levers may move and how far, what is to be had most of, and what must be kept to."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from simkit.params.errors import nearest
from simkit.params.levers import Title
from simkit.params.loading import find_parameters, load_model
from simkit.params.quantity import Frozen
from simkit.params.scenario import Name
from simkit.params.strategy import Reference

STAFF = "staff"
"""The figure that counts a mix's members of staff, as its levers say."""
LeverKey = Annotated[str, StringConstraints(pattern=r"^levers(\.[a-z][a-z0-9_]*)+$")]
_MOST_MIXES = 2**62
_ROUNDING = 1e-9


class LeverLadder(Frozen):
    """The values that one lever may take: from the lowest to the highest in equal steps."""

    title: Title
    lowest: float
    highest: float
    step: float = Field(gt=0)
    staff: float = Field(default=0, ge=0, le=1_000, description="Members of staff that one unit of the lever needs")

    @model_validator(mode="after")
    def _whole_steps(self) -> Self:
        steps = (self.highest - self.lowest) / self.step
        if steps < 1 or abs(steps - round(steps)) > _ROUNDING * max(steps, 1):
            raise ValueError(
                f"from {self.lowest:g} to {self.highest:g} are {steps:g} steps of {self.step:g}; it must be a whole number, 1 or more"
            )
        return self

    @property
    def values(self) -> tuple[float, ...]:
        """All values, lowest first."""
        count = round((self.highest - self.lowest) / self.step) + 1
        return tuple(round(self.lowest + self.step * place, 9) for place in range(count))


class StepCost(Frozen):
    """What comes in whole steps with levers and is not in the model, such as a supervisor for each five teams begun."""

    title: Title
    levers: tuple[LeverKey, ...] = Field(min_length=1, strict=False, description="Levers whose sum counts")
    each: float = Field(gt=0, description="Units of the levers that one step serves; a step begun counts whole")
    cost_cny: float = Field(ge=0, le=1e9, description="Cost of one step over the whole campaign")
    staff: float = Field(default=0, ge=0, le=1_000, description="Members of staff of one step")

    def steps(self, amount: float) -> int:
        """Return how many steps serve this sum of the levers."""
        return math.ceil(amount / self.each - _ROUNDING)


class FigureLimit(Frozen):
    """What a figure of the whole bank must keep to: `most` or `least`."""

    title: Title
    figure: Name = Field(description="A key figure that adds up, or `staff`")
    segment: Name | None = Field(default=None, description="Customers who are counted; null means all")
    most: float | None = None
    least: float | None = None
    relax_by: float = Field(gt=0, description="How much the limit is moved to learn what it is worth")
    tolerance: float | None = Field(
        default=None,
        gt=0,
        description="Room about the limit within which it does not matter; a hundredth of it when left out",
    )

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.most is None) == (self.least is None):
            raise ValueError("has both or none of `most` and `least`; write one of them")
        return self

    @property
    def bound(self) -> float:
        """The most or the least."""
        return self.most if self.most is not None else self.least  # type: ignore[return-value]

    @property
    def room(self) -> float:
        """The tolerance, in the figure's unit."""
        return self.tolerance or max(abs(self.bound), 1.0) / 100

    def kept_by(self, value: float) -> bool:
        """Say whether a value of the figure keeps the limit."""
        return value <= self.bound if self.most is not None else value >= self.bound

    def at(self, bound: float) -> FigureLimit:
        """Return the limit with another bound on the same side."""
        return self.model_copy(update={"most" if self.most is not None else "least": bound})

    @property
    def relaxed(self) -> FigureLimit:
        """The limit moved by `relax_by` to the easier side."""
        return self.at(self.bound + (self.relax_by if self.most is not None else -self.relax_by))


class Frontier(Frozen):
    """The bounds of one limit for which the best mix is looked for, beside the plan's own."""

    limit: Name
    bounds: tuple[float, ...] = Field(min_length=1, max_length=20, strict=False)


class Effort(Frozen):
    """How many mixes are tried, and how often each is run."""

    replications: int = Field(default=4, ge=2, le=1_000, description="Runs of each mix while looking")
    mixes: int = Field(default=60, ge=10, le=2_000, description="Mixes tried under the plan's limits")
    mixes_elsewhere: int = Field(
        default=8, ge=0, le=1_000, description="Further mixes for each bound of the frontier and each limit relaxed"
    )
    at_once: int = Field(default=4, ge=1, le=200, description="Mixes that are chosen together and run side by side")
    candidates: int = Field(default=4, ge=1, le=20, description="Mixes that the final comparison chooses from")
    most_selection_runs: int = Field(default=400, ge=10, le=1_000_000, description="Runs of that comparison")
    final_replications: int = Field(default=20, ge=2, le=100_000, description="Fresh runs behind every figure reported")


class MixPlan(Frozen):
    """A question for the best mix of levers under limits. Figures and limits are those of the whole bank."""

    name: Name
    title: Title
    question: Title
    scenario: Reference
    begins_from: Reference = Field(description="Strategy whose levers hold where none is named here")
    scale: float | None = Field(default=None, gt=0, le=1, description="Instead of the scenario's own scale")
    seed: int | None = Field(default=None, ge=0, le=2**32 - 1, description="Instead of the scenario's own seed")
    figure: Name = Field(default="lasting", description="A key figure that adds up, of which the best is looked for")
    indifference: float = Field(gt=0, description="Difference of the figure, whole bank, that does not matter")
    levers: dict[LeverKey, LeverLadder] = Field(min_length=1, max_length=12)
    step_costs: dict[Name, StepCost] = Field(default_factory=dict, max_length=20)
    limits: dict[Name, FigureLimit] = Field(min_length=1, max_length=10)
    frontier: Frontier
    effort: Effort = Effort()
    confidence: float = Field(default=0.95, gt=0.5, lt=1)

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        problems = [*self._unknown_parts()]
        if math.prod(len(ladder.values) for ladder in self.levers.values()) > _MOST_MIXES:
            problems.append("levers: so many mixes cannot be counted; take larger steps")
        if problems:
            raise ValueError(problems[0])
        return self

    def _unknown_parts(self) -> Iterator[str]:
        for name, cost in self.step_costs.items():
            for key in cost.levers:
                if key not in self.levers:
                    yield f"step_costs.{name}.levers: '{key}' is no lever of this plan; {nearest(key, self.levers)}"
        if self.frontier.limit not in self.limits:
            yield f"frontier.limit: '{self.frontier.limit}' is no limit of this plan; {nearest(self.frontier.limit, self.limits)}"


def load_mix_plan(name_or_path: str) -> MixPlan:
    """Load a plan for a mix from `plans` by name or path; raise `ParameterError` with every problem found."""
    return load_model(MixPlan, find_parameters("plans", name_or_path))
