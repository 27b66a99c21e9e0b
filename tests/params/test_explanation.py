"""Sections of several kinds: an error names the key as the file has it, what is allowed in that kind, and the nearest kind."""

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from simkit.params import ParameterError
from simkit.params.loading import load_model


class Strict(BaseModel):
    """Refuses unknown keys."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Bus(Strict):
    """One kind of section."""

    kind: Literal["bus"]
    seats: int
    line: Literal["red", "green"] = "red"

    @model_validator(mode="after")
    def _has_room(self):
        if self.seats > 80:
            raise ValueError("seats: a bus has at most 80")
        return self


class Bicycle(Strict):
    """Another kind, which is known by two names."""

    kind: Literal["bicycle", "tandem"]
    gears: int


Vehicle = Annotated[Bus | Bicycle, Field(discriminator="kind")]
ByDay = Annotated[dict[str, int], BeforeValidator(lambda value: value if isinstance(value, dict) else {"every": value})]


class Trip(Strict):
    """A file that holds sections of several kinds alone, in lists and under names."""

    vehicle: Vehicle
    spare: Vehicle | None = None
    queue: tuple[Vehicle, ...] = Field(default=(), strict=False)
    named: dict[str, Vehicle] = {}
    price: ByDay = {}


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        ("vehicle: {kind: bus, seat: 3, seats: 3}", 1, "vehicle.seat", "allowed: kind, line, seats; did you mean 'seats'?"),
        ("vehicle:\n  kind: bicycle\n  gears: many", 3, "vehicle.gears", "is 'many'; a whole number is needed here"),
        ("vehicle: {kind: tandem}", 1, "vehicle.gears", "is missing; it is required"),
        ("vehicle:\n  kind: buss", 2, "vehicle.kind", "is 'buss', which is unknown; allowed: bicycle, bus, tandem; did you mean 'bus'?"),
        ("vehicle: {kind: [bus]}", 1, "vehicle.kind", "is ['bus'], which is unknown"),
        ("vehicle: {seats: 3}", 1, "vehicle.kind", "is missing; it is required; allowed: bicycle, bus, tandem"),
        ("vehicle: bus", 1, "vehicle", "is 'bus'; keys and values are needed here"),
        ("vehicle: {kind: bus, seats: 3, line: blue}", 1, "vehicle.line", "is 'blue', which is unknown; allowed: green, red"),
        ("vehicle: {kind: bus, seats: 90}", 1, "vehicle.seats", "a bus has at most 80"),
        ("vehicle: {kind: bus, seats: 3}\nspare: {kind: bicycle, gear: 1, gears: 1}", 2, "spare.gear", "did you mean 'gears'?"),
        ("vehicle: {kind: bus, seats: 3}\nqueue:\n  - {kind: bus, seats: 3}\n  - {kind: bicycle}", 4, "queue.1.gears", "missing"),
        ("vehicle: {kind: bus, seats: 3}\nnamed:\n  a: {kind: bicycle, gears: 2, seats: 1}", 3, "named.a.seats", "allowed: gears, kind"),
        ("vehicle: {kind: bus, seats: 3}\nnamed: {bus: {kind: bycicle}}", 2, "named.bus.kind", "did you mean 'bicycle'?"),
        ("vehicle: {kind: bus, seats: 3}\nprice: dear", 2, "price", "is 'dear'; a whole number is needed here"),
        ("vehicle: {kind: bus, seats: 3}\nprice: {friday: dear}", 2, "price.friday", "is 'dear'"),
    ],
)  # fmt: skip
def test_an_error_in_a_section_of_some_kind_is_shown_where_it_stands(write, text, line, key, said):
    """Neither the tag that pydantic puts into the place nor a key that only the schema adds is shown."""
    with pytest.raises(ParameterError) as stop:
        load_model(Trip, write(text))
    (finding,) = stop.value.findings
    assert (finding.line, finding.key) == (line, key)
    assert said in finding.problem
