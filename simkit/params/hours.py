"""Paid shifts."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from simkit.params.quantity import Frozen

WorksOn = Literal["workdays", "every_day"]
Hour = Annotated[float, Field(ge=0, le=24)]


class Hours(Frozen):
    """A paid shift with one break, in hours of the day."""

    starts: Hour = Field(default=10, description="Hour of the day at which the shift starts")
    ends: Hour = Field(default=19, description="Hour of the day at which the shift ends")
    break_starts: Hour = Field(default=12, description="Hour of the day at which the break starts")
    break_ends: Hour = Field(default=13, description="Hour of the day at which the break ends")
    works_on: WorksOn = Field(default="workdays", description="Days of work; public holidays are no workdays")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.starts <= self.break_starts <= self.break_ends <= self.ends or self.starts == self.ends:
            raise ValueError("hours must follow starts ≤ break_starts ≤ break_ends ≤ ends, with starts before ends")
        return self

    @property
    def stretches(self) -> tuple[tuple[float, float], ...]:
        """The working stretches before and after the break, in hours of the day; one when there is no break."""
        if self.break_starts == self.break_ends:
            return ((self.starts, self.ends),)
        parts = ((self.starts, self.break_starts), (self.break_ends, self.ends))
        return tuple(part for part in parts if part[1] > part[0])
