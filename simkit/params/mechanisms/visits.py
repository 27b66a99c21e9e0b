"""Parameters of what happens at a visit and after it: what the scenario says and what a strategy chooses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from simkit.params.errors import nearest
from simkit.params.quantity import (
    Count,
    Days,
    Frozen,
    Minutes,
    Money,
    OddsRatio,
    PositiveMinutes,
    Probability,
    Ratio,
    SegmentLogOdds,
    SegmentPositiveRatio,
    SegmentProbability,
)

if TYPE_CHECKING:
    from simkit.params.levers import Levers
    from simkit.params.scenario import Scenario

PitchName = Literal["convenience", "safety", "ease"]
Share = Annotated[float, Field(ge=0, le=1)]


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


class Objections(Frozen):
    """What holds customers back, as weights: each customer has one objection, with probability weight over the sum of the four."""

    security: SegmentPositiveRatio = Field(description="Weight of doubts about the wallet's security")
    no_need: SegmentPositiveRatio = Field(description="Weight of seeing no need")
    too_hard: SegmentPositiveRatio = Field(description="Weight of finding it too hard to use")
    other_wallet: SegmentPositiveRatio = Field(description="Weight of paying with another wallet already")


class Conduct(Frozen):
    """How visits are announced and held, and how customers take to it."""

    badge_refusal_odds_ratio: OddsRatio = Field(description="Odds ratio of refusal to staff with badge and uniform")
    badge_open_door_ratio: OddsRatio = Field(description="Ratio of doors that open to staff with badge and uniform")
    notice_open_door_ratio: OddsRatio = Field(description="Ratio of doors that open after an unsolicited notice")
    notice_cost: Money = Field(description="One notice at one door")
    purpose_refusal_odds_ratio: OddsRatio = Field(
        description="Odds ratio of refusal at an appointment whose content and purpose were stated"
    )
    reminder_no_show_ratio: OddsRatio = Field(description="Ratio of missed appointments for each reminder")
    reminder_cost: Money = Field(description="One reminder")
    pair_refusal_odds_ratio: SegmentPositiveRatio = Field(
        description="Odds ratio of refusal to two or more members of staff"
    )
    briefing_minutes: Minutes = Field(description="Extra for explaining the wallet's security")
    briefing_resolves: SegmentProbability = Field(description="A doubt about security that ends with the explanation")
    doubt_resolved: SegmentLogOdds = Field(description="Log-odds of opening once a doubt about security has ended")
    trial_odds_ratio: OddsRatio = Field(description="Odds ratio of the first payment on the spot with a trial payment")
    trial_minutes: Minutes = Field(description="Extra for a trial payment")
    objections: Objections


class ConductLevers(Frozen):
    """How visits are announced and held; two go together where field.staff_per_team is 2."""

    badge_and_uniform: Share = Field(default=0, description="Share of visits made with badge and uniform")
    advance_notice: bool = Field(default=False, description="Whether an unsolicited notice precedes knocking at a door")
    state_purpose: bool = Field(
        default=False, description="Whether content and purpose are stated when an appointment is made"
    )
    reminders: int = Field(default=0, ge=0, le=3, description="Reminders before an appointment")
    security_briefing: Share = Field(default=0, description="Share of visits at which security is explained")
    trial_payment: Share = Field(default=0, description="Share of openings at visits with a trial payment")


class Training(Frozen):
    """What training does for the conversion at visits, and what it costs."""

    first_day_odds_ratio: OddsRatio = Field(description="Odds ratio of opening at a visit after one day of training")
    later_day_share: Probability = Field(description="Effect of each further day as a share of that of the day before")
    half_life: Days = Field(description="Days in which half of what was learned is forgotten")
    trainer_cost: Money = Field(description="Trainer and room for one member of staff and day, beside the wage")


class TrainingLevers(Frozen):
    """When visit teams are trained; they visit nobody on these days."""

    days: int = Field(ge=1, le=20, description="Working days of the first course")
    first_day: int = Field(default=0, ge=0, le=730, description="Day from which on the first course is held")
    refresh_weeks: int | None = Field(
        default=None, ge=1, le=52, description="Weeks from one course to the next; null means no further course"
    )
    refresh_days: int = Field(default=1, ge=1, le=20, description="Working days of each further course")


class Deliberation(Frozen):
    """Customers who take their time: talking to a person once more tells."""

    per_touch: SegmentLogOdds = Field(
        description="Log-odds of opening at a contact face to face for each contact with a person before it"
    )
    most_touches: Count = Field(description="Contacts beyond which a further one adds nothing")
    usual_touches: Ratio = Field(
        description="Contacts with a person before one face to face, on average; the base rates hold for it"
    )


class FollowUpWay(Frozen):
    """Following up in one way: by telephone or by a visit."""

    reached: SegmentProbability = Field(description="Customer is met or answers")
    minutes: PositiveMinutes = Field(description="One attempt with everything around it, whether reached or not")
    first_payment: SegmentProbability = Field(
        description="First payment with this help in time, of those who would not pay alone"
    )


class FollowUp(Frozen):
    """What a call or visit after the opening does."""

    call: FollowUpWay
    visit: FollowUpWay
    stopping_ratio: OddsRatio = Field(
        description="Ratio of the weekly hazard of stopping, of customers followed up in time"
    )
    late_half_life: Days = Field(description="Days of delay in which half of the effect of following up is lost")


class FollowUpLevers(Frozen):
    """Who is followed up, how, by when, and by how many people."""

    staff: float = Field(ge=0, le=100_000, description="Staff who follow up on working days, whole bank")
    by: Literal["call", "visit"] = Field(default="call", description="How customers are followed up")
    attempts: int = Field(default=3, ge=1, le=20, description="Attempts to reach one customer")
    deadline_days: int = Field(default=3, ge=1, le=60, description="Days after opening by which it is in time")
    until_days: int = Field(default=30, ge=1, le=365, description="Days after opening beyond which it is given up")
    unpaid_only: bool = Field(default=False, description="Whether only who has not paid yet is followed up")
    target_segments: tuple[str, ...] | None = Field(
        default=None, min_length=1, strict=False, description="Segments that are followed up; null means all"
    )

    @model_validator(mode="after")
    def _deadline_before_end(self) -> Self:
        if self.until_days < self.deadline_days:
            raise ValueError(f"until_days {self.until_days} is before deadline_days {self.deadline_days}")
        return self


def impossible(scenario: Scenario, levers: Levers) -> Iterator[tuple[str, str]]:
    """Walk over the levers of this room that cannot be pulled in a scenario, as (dotted key, problem)."""
    named = [(f"pitch.by_segment.{segment}", segment) for segment in (levers.pitch.by_segment if levers.pitch else ())]
    followed_up = levers.follow_up.target_segments if levers.follow_up else None
    named += [("follow_up.target_segments", segment) for segment in followed_up or ()]
    for key, segment in named:
        if segment not in scenario.segment_names:
            yield f"levers.{key}", f"unknown segment '{segment}'; {nearest(segment, scenario.segment_names)}"
