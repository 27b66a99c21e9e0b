"""Parameters of what happens at a visit and after it: what the scenario says and what a strategy chooses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from simkit.params.errors import nearest
from simkit.params.quantity import Frozen, SegmentLogOdds

if TYPE_CHECKING:
    from simkit.params.levers import Levers
    from simkit.params.scenario import Scenario

PitchName = Literal["convenience", "safety", "ease"]


class Pitch(Frozen):
    """What is said for the wallet, and how each group of customers takes it."""

    convenience: SegmentLogOdds = Field(description="Log-odds of opening when convenience and fashion are praised")
    safety: SegmentLogOdds = Field(description="Log-odds of opening when safety is praised")
    ease: SegmentLogOdds = Field(description="Log-odds of opening when ease of use is praised")


class PitchLevers(Frozen):
    """What staff and messages praise."""

    to_all: PitchName = Field(description="What is praised to everyone")
    by_segment: dict[str, PitchName] = Field(
        default_factory=dict, description="Segment → what is praised to it instead"
    )


def impossible(scenario: Scenario, levers: Levers) -> Iterator[tuple[str, str]]:
    """Walk over the levers of this room that cannot be pulled in a scenario, as (dotted key, problem)."""
    for segment in levers.pitch.by_segment if levers.pitch else ():
        if segment not in scenario.segment_names:
            yield (
                f"levers.pitch.by_segment.{segment}",
                f"unknown segment '{segment}'; {nearest(segment, scenario.segment_names)}",
            )
