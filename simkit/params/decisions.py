"""What a study is to decide: how precisely differences must be known, and which strategy to choose within which limits."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from simkit.params.quantity import Frozen
from simkit.params.scenario import Name

_EVERYBODY = "all"


class Figure(Frozen):
    """One key figure of all customers or of one segment."""

    kpi: str = Field(min_length=1)
    segment: str = Field(default=_EVERYBODY, min_length=1)

    def __str__(self) -> str:
        return self.kpi if self.segment == _EVERYBODY else f"{self.kpi}@{self.segment}"


class Target(Figure):
    """How far the interval of a difference may reach to either side: an amount, or a share of the difference, whichever is more."""

    absolute: float | None = Field(default=None, gt=0, description="In the key figure's unit")
    relative: float | None = Field(default=None, gt=0, lt=1, description="Share of the difference, such as 0.05")

    @model_validator(mode="after")
    def _some_width(self) -> Self:
        if self.absolute is None and self.relative is None:
            raise ValueError("give `absolute`, `relative` or both")
        return self


class Until(Frozen):
    """Replications until every difference from a strategy is known precisely enough, within a budget."""

    narrow: tuple[Target, ...] = Field(min_length=1, strict=False)
    against: Name = "do_nothing"
    at_least: int = Field(default=20, ge=10)
    at_most: int = Field(default=200, le=100_000)
    minutes: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if self.at_most < self.at_least:
            raise ValueError(f"at_most is {self.at_most}, below at_least, {self.at_least}")
        return self


class Bound(Figure):
    """A limit on the mean of a key figure; within `tolerance` of it either answer is good enough (1 % of it when left out)."""

    at_most: float | None = None
    at_least: float | None = None
    tolerance: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("give either `at_most` or `at_least`")
        if self.tolerance is None and not self.amount:
            raise ValueError("a limit of 0 has no 1 % to take as its tolerance; give `tolerance`")
        return self

    @property
    def amount(self) -> float:
        """The limit itself."""
        return self.at_least or 0.0 if self.at_most is None else self.at_most


class Choice(Figure):
    """Which strategy is best by a key figure, among those that keep every limit.

    indifference: the least difference worth finding, in the key figure's unit; 1 % of `do_nothing` when left out. method: `race` runs
    until the choice is right with the probability; `allocation` and `halving` spend `runs` where they tell most.
    """

    indifference: float | None = Field(default=None, gt=0)
    probability: float = Field(default=0.95, gt=0.5, lt=1)
    limits: tuple[Bound, ...] = Field(default=(), strict=False)
    first_stage: int = Field(default=10, ge=10, le=10_000)
    method: Literal["race", "allocation", "halving"] = "race"
    runs: int | None = Field(default=None, ge=1, description="Budget; a race may end earlier")
    uncertain: bool = Field(
        default=False,
        description="Each replication has a draw of the uncertain numbers of its own: best on average over both",
    )

    @model_validator(mode="after")
    def _allocation_has_runs(self) -> Self:
        if self.method != "race" and self.runs is None:
            raise ValueError(f"the method {self.method} needs `runs`")
        return self
