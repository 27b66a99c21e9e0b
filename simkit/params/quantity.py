"""Numbers with a value, a unit, a range or distribution, a source and a grade."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, field_validator, model_validator
from pydantic_core import CoreSchema, core_schema

Grade = Literal["A", "B", "C", "ASM"]
Bounds = Annotated[tuple[float, float], Field(strict=False)]
SEGMENT_NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}$")


class Frozen(BaseModel):
    """A parameter model: immutable; an unknown key is an error, and text or yes/no is no number."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class Provenance(Frozen):
    """Where a number comes from.

    Grades: A official statistics, peer-reviewed or experiment; B industry body or audited report; C vendor or unsourced article;
    ASM assumption, nothing usable was found.
    """

    unit: str = Field(min_length=1)
    source: str = Field(
        min_length=1, description="Source code of the scenario's `sources`, or the reasoning of an assumption"
    )
    grade: Grade
    note: str = ""


class Quantity(Provenance):
    """One number for all customers. `range` is [low, high]: what an informed person would still believe."""

    value: float
    range: Bounds | None = None

    @model_validator(mode="after")
    def _value_in_range(self) -> Self:
        if self.range is not None and not self.range[0] <= self.value <= self.range[1]:
            raise ValueError(f"value {self.value:g} lies outside its range [{self.range[0]:g}, {self.range[1]:g}]")
        return self


class BySegment(Provenance):
    """One number for each segment. `range` is a pair of factors on all values at once, such as [0.5, 2]."""

    value: dict[str, float] = Field(min_length=1)
    range: Bounds | None = Field(default=None, description="[low, high] factors on the values; 1 lies between")

    @field_validator("range")
    @classmethod
    def _factors_bracket_one(cls, factors: tuple[float, float] | None) -> tuple[float, float] | None:
        if factors is not None and not 0 <= factors[0] <= 1 <= factors[1]:
            raise ValueError(f"the factors [{factors[0]:g}, {factors[1]:g}] must bracket 1")
        return factors


@dataclass(frozen=True)
class Measure:
    """The unit that a parameter is given in and the values that are possible; also read by the generated parameter table."""

    unit: str
    low: float = 0.0
    high: float = float("inf")

    def check(self, quantity: Quantity | BySegment) -> Quantity | BySegment:
        """Refuse another unit and impossible values."""
        if quantity.unit != self.unit:
            raise ValueError(f"the unit is '{quantity.unit}'; this parameter is given in '{self.unit}'")
        named = quantity.value if isinstance(quantity.value, dict) else {"value": quantity.value}
        for name, value in named.items():
            if not self.low <= value <= self.high:
                raise ValueError(f"{name} is {value:g}; allowed: {self.low:g} to {self.high:g} {self.unit}")
        if (
            isinstance(quantity, Quantity)
            and quantity.range
            and not self.low <= quantity.range[0] <= quantity.range[1] <= self.high
        ):
            raise ValueError(
                f"range {list(quantity.range)}; allowed: {self.low:g} to {self.high:g} {self.unit}, low first"
            )
        return quantity

    def __get_pydantic_core_schema__(self, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic run `check` on a field annotated with this measure."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def clip(self, value: float) -> float:
        """Bring a sampled value back to what is possible."""
        return min(max(value, self.low), self.high)


_PROBABILITY = Measure("probability", 0.0, 1.0)
_MINUTES = Measure("minutes", 0.0, 24 * 60)
_DAYS = Measure("days", 0.0, 3650)
_CNY = Measure("CNY", 0.0, 1e9)
_RATIO = Measure("ratio", 0.0, 100.0)

Probability = Annotated[Quantity, _PROBABILITY]
Minutes = Annotated[Quantity, _MINUTES]
PositiveMinutes = Annotated[Quantity, Measure("minutes", 0.05, 24 * 60)]
Area = Annotated[Quantity, Measure("probability", 0.5, 1.0)]
Days = Annotated[Quantity, _DAYS]
PositiveDays = Annotated[Quantity, Measure("days", 0.1, 3650)]
Kilometres = Annotated[Quantity, Measure("km", 0.0, 1000.0)]
KilometresPerHour = Annotated[Quantity, Measure("km/hour", 1.0, 200.0)]
Money = Annotated[Quantity, _CNY]
Ratio = Annotated[Quantity, _RATIO]
OddsRatio = Annotated[Quantity, Measure("ratio", 0.05, 20.0)]
PositiveMoney = Annotated[Quantity, Measure("CNY", 0.01, 1e9)]
Correlation = Annotated[Quantity, Measure("correlation", -1.0, 1.0)]
LogRatio = Annotated[Quantity, Measure("log ratio", -5.0, 5.0)]
PositiveRatio = Annotated[Quantity, Measure("ratio", 0.01, 100.0)]
Shape = Annotated[Quantity, Measure("ratio", 0.1, 20.0)]
LogOdds = Annotated[Quantity, Measure("log-odds", -5.0, 5.0)]
Deviations = Annotated[Quantity, Measure("standard deviations", -5.0, 5.0)]
PositiveDeviations = Annotated[Quantity, Measure("standard deviations", 0.1, 5.0)]
Spread = Annotated[Quantity, Measure("log-odds", 0.0, 5.0)]
Count = Annotated[Quantity, Measure("count", 1.0, 1e9)]
DayOfMonth = Annotated[Quantity, Measure("day of month", 1.0, 28.0)]
HourOfDay = Annotated[Quantity, Measure("hour of day", 0.0, 24.0)]
Duration = Annotated[Quantity, Measure("hours", 0.25, 24.0)]
Years = Annotated[Quantity, Measure("years", 0.0, 100.0)]
PerWeek = Annotated[Quantity, Measure("1/week", 0.0, 100.0)]
PerYear = Annotated[Quantity, Measure("1/year", 0.0, 100.0)]
PositiveLogOdds = Annotated[Quantity, Measure("log-odds", 0.0, 5.0)]
Seconds = Annotated[Quantity, Measure("seconds", 0.1, 24 * 3600)]
SegmentProbability = Annotated[BySegment, _PROBABILITY]
SegmentChange = Annotated[BySegment, Measure("1/year", -1.0, 1.0)]
SegmentHazard = Annotated[BySegment, Measure("probability", 0.0, 0.99)]
SegmentMinutes = Annotated[BySegment, _MINUTES]
SegmentDays = Annotated[BySegment, _DAYS]
SegmentMoney = Annotated[BySegment, _CNY]
SegmentPositiveRatio = Annotated[BySegment, Measure("ratio", 0.01, 100.0)]
SegmentLogOdds = Annotated[BySegment, Measure("log-odds", -5.0, 5.0)]
SegmentDiscount = Annotated[BySegment, Measure("ratio", 0.01, 1.0)]
TrustPoints = Annotated[Quantity, Measure("trust points", -1.0, 1.0)]
SegmentTrust = Annotated[BySegment, Measure("trust points", 0.0, 1.0)]
SegmentCount = Annotated[BySegment, Measure("count", 1.0, 1e9)]
SegmentPerWeek = Annotated[BySegment, Measure("payments/week", 0.0, 70.0)]
