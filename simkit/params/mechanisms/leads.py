"""Parameters of leads, routes and workplaces: what the scenario says and what a strategy chooses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from simkit.params.errors import nearest
from simkit.params.quantity import (
    Area,
    Count,
    Duration,
    Frozen,
    HourOfDay,
    Kilometres,
    KilometresPerHour,
    Minutes,
    Money,
    PositiveDays,
    PositiveRatio,
    Probability,
    Ratio,
    SegmentMinutes,
    SegmentProbability,
)

if TYPE_CHECKING:
    from simkit.params.levers import Levers
    from simkit.params.scenario import Scenario

Capacity = Annotated[float, Field(ge=0, le=1_000_000)]
Targets = Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
LEAD_SOURCES = ("property_company", "residents_committee", "online_dwell", "branch")
_MIDNIGHT = 24


class LeadScore(Frozen):
    """What the bank's score knows of who would open a wallet."""

    area_under_curve: Area = Field(
        description="Probability that the score ranks a customer who opens at the door above one who does not; 0.5 is blind"
    )
    pass_door: Minutes = Field(description="Walking past a door of the list at which the team does not knock")


class LeadScoreLevers(Frozen):
    """In which order customers are visited and called."""

    door_bands: int = Field(
        default=1,
        ge=1,
        le=20,
        description="Equal parts by score: teams finish the best part in all communities before the next; 1 is the list's order",
    )
    calls: Literal["list", "score"] = Field(
        default="list", description="Order of calls: the list's, or the best score first"
    )


class LeadSource(Frozen):
    """Where names of interested customers come from."""

    leads_per_1000_prospects_a_week: Ratio = Field(description="Leads that the source can give")
    quality: PositiveRatio = Field(description="Odds ratio of opening at the first contact, if it comes at once")
    consent: Probability = Field(description="Leads who have agreed to be contacted")
    cost_per_lead: Money = Field(description="Paid for each lead, with consent or without")


class LeadSources(Frozen):
    """Leads: names from four sources, and how fast they cool."""

    property_company: LeadSource
    residents_committee: LeadSource
    online_dwell: LeadSource
    branch: LeadSource
    half_life: PositiveDays = Field(
        description="Days after which half of a lead's log-odds is left, until it is contacted"
    )
    accepts_visit: Probability = Field(description="Leads with consent who take up an offered appointment")


class LeadSourceLevers(Frozen):
    """How many leads are taken from which source, and who works them."""

    property_company: Capacity = Field(default=0, description="Leads a week from property companies, whole bank")
    residents_committee: Capacity = Field(default=0, description="Leads a week from residents' committees, whole bank")
    online_dwell: Capacity = Field(default=0, description="Leads a week from long looks at a page online, whole bank")
    branch: Capacity = Field(default=0, description="Leads a week from talks in branches, whole bank")
    worked_by: Literal["visits", "calls"] = Field(
        default="visits", description="Leads are offered an appointment, or are the next whom people call"
    )
    target_segments: Targets | None = Field(
        default=None, description="Segments of whom leads are taken; null means all"
    )


class Workplaces(Frozen):
    """Employers, who let a team set up a desk at noon."""

    works: SegmentProbability = Field(description="Customers who work for an employer that can be visited")
    employer_size: Count = Field(description="Customers of the bank at one employer")
    attend: SegmentProbability = Field(description="Employees without wallet who come to the desk")
    convert: SegmentProbability = Field(description="Opens the wallet, given service at the desk")
    hours: Duration = Field(description="Hours that a desk stands")
    talk: Minutes = Field(description="Desk time without opening")
    open_wallet: SegmentMinutes = Field(description="Desk time with opening")
    cost_per_visit: Money = Field(description="Material and arrangements of one visit")


class WorkplaceLevers(Frozen):
    """Visits to employers."""

    visits_per_week: float = Field(ge=0, le=100_000, description="Visits to employers in a week, whole bank")
    staff_per_visit: int = Field(default=1, ge=1, le=20, description="Members of staff at one desk")
    starts: float = Field(default=11.5, ge=0, le=24, description="Hour of the day at which the desk opens")
    target_segments: Targets | None = Field(default=None, description="Segments that are invited; null means all")


class Routes(Frozen):
    """A map of communities, and when customers want to be visited."""

    communities_per_district: Count = Field(description="Communities that lie around one centre")
    district_distance: Kilometres = Field(description="Side of a square in which there is one district on average")
    district_spread: Kilometres = Field(
        description="Standard deviation of communities around their district's centre, along each axis"
    )
    detour: PositiveRatio = Field(description="Ratio of the way by road to the straight line")
    speed: KilometresPerHour = Field(description="Speed between communities, parking included")
    peak_starts: HourOfDay = Field(description="Hour of the day at which the roads fill")
    peak_ends: HourOfDay = Field(description="Hour of the day at which the roads are free again")
    peak_ratio: PositiveRatio = Field(description="Ratio of riding times at the peak to those at other times")
    morning: SegmentProbability = Field(description="Wants an appointment before afternoon_starts")
    afternoon: SegmentProbability = Field(
        description="Wants an appointment from afternoon_starts to field.evening_hour; the others want the evening"
    )
    afternoon_starts: HourOfDay = Field(description="Hour of the day at which the afternoon begins")
    planned_visit: Minutes = Field(description="Minutes that a planner allows for one appointment")

    @model_validator(mode="after")
    def _choices_possible(self) -> Self:
        for segment, share in self.morning.value.items():
            if share + self.afternoon.value.get(segment, 0.0) > 1:
                raise ValueError(f"morning and afternoon of {segment} sum to more than 1")
        if self.peak_ends.value < self.peak_starts.value:
            raise ValueError(f"peak_ends {self.peak_ends.value:g} comes before peak_starts {self.peak_starts.value:g}")
        return self


class RouteLevers(Frozen):
    """How the day's appointments are dealt to teams."""

    planner: Literal["random", "nearest", "insertion"] = Field(
        default="insertion",
        description="In the order of the list, always to the nearest, or by cheapest insertion and 2-opt",
    )


def impossible(scenario: Scenario, levers: Levers) -> Iterator[tuple[str, str]]:
    """Walk over the levers of this room that cannot be pulled in a scenario, as (dotted key, problem)."""
    for section in ("lead_sources", "workplaces"):
        chosen = getattr(levers, section)
        for segment in (chosen.target_segments or ()) if chosen else ():
            if segment not in scenario.segment_names:
                yield (
                    f"levers.{section}.target_segments",
                    f"unknown segment '{segment}'; {nearest(segment, scenario.segment_names)}",
                )
    sources = levers.lead_sources
    if sources and any(getattr(sources, source) for source in LEAD_SOURCES):
        if sources.worked_by == "visits" and not levers.field.teams:
            yield "levers.lead_sources.worked_by", "is visits, but field.teams is 0"
        if sources.worked_by == "calls" and not levers.calls.human_seats:
            yield "levers.lead_sources.worked_by", "is calls, but calls.human_seats is 0"
    desk = levers.workplaces
    if desk and scenario.workplaces and desk.starts + scenario.workplaces.hours.value > _MIDNIGHT:
        yield "levers.workplaces.starts", f"{desk.starts:g} and workplaces.hours reach beyond midnight"
