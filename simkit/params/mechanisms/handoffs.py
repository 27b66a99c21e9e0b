"""Parameters of leads that pass between channels: what the scenario says and what a strategy chooses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from simkit.params.hours import Hours
from simkit.params.quantity import (
    Days,
    Frozen,
    Minutes,
    Money,
    PositiveLogOdds,
    PositiveMinutes,
    PositiveRatio,
    Probability,
    Ratio,
    Seconds,
    SegmentMinutes,
    SegmentMoney,
    SegmentProbability,
    Shape,
)

if TYPE_CHECKING:
    from simkit.params.levers import Levers
    from simkit.params.scenario import Scenario

Desk = Literal["remote", "field", "branch"]
_LEEWAY = 0.25


class Tiers(Frozen):
    """What customers own, how old they are and what they need; how they take to a relationship manager."""

    assets_mean: SegmentMoney = Field(description="Mean assets that a customer keeps with the bank")
    assets_spread: Shape = Field(description="Standard deviation of the logarithm of a customer's assets (log-normal)")
    aged_60_to_75: SegmentProbability = Field(description="Customers between 60 and 75 years old")
    saves: SegmentProbability = Field(description="Wants to put money aside, at another age than 60 to 75")
    saves_60_to_75: Probability = Field(description="Wants to put money aside, between 60 and 75 years old")
    averse_to_risk: SegmentProbability = Field(
        description="Of those who put money aside, wants deposits only, at another age than 60 to 75"
    )
    averse_to_risk_60_to_75: Probability = Field(
        description="Of those who put money aside, wants deposits only, between 60 and 75 years old"
    )
    meets_manager: SegmentProbability = Field(description="Takes the time to talk when a relationship manager asks")
    convert_with_manager: SegmentProbability = Field(
        description="Opens the wallet, given a talk with a relationship manager"
    )
    need_odds_ratio: PositiveRatio = Field(
        description="Odds ratio of opening in that talk, of customers who put money aside against the others"
    )
    invitation: PositiveMinutes = Field(description="An attempt of a manager to arrange a talk")
    talk: Minutes = Field(description="A talk without opening")
    open_wallet: SegmentMinutes = Field(description="A talk with assisted opening")
    manager_day: Money = Field(description="Relationship manager, fully loaded, a day")


class TiersLevers(Frozen):
    """Who counts as of high value, and who cares for them."""

    policy: Literal["assets", "assets_age_need"] = Field(
        description="What puts customers in order: assets alone, or assets weighed by age and need"
    )
    high_value_share: float = Field(default=0.1, gt=0, le=1, description="Share of the prospects that is of high value")
    age_weight: float = Field(
        default=1.5, ge=0, le=100, description="Weight of assets of customers of 60 to 75 under assets_age_need"
    )
    need_weight: float = Field(
        default=2.0, ge=0, le=100, description="Weight of assets of those who put money aside under assets_age_need"
    )
    relationship_managers: float = Field(
        default=0, ge=0, le=100_000, description="Managers who talk to customers of high value, whole bank"
    )
    max_calls: int = Field(default=3, ge=1, le=20, description="Attempts of a manager to talk to one customer")
    days_between_calls: int = Field(default=14, ge=1, le=90, description="Days until the next attempt")
    hours: Hours = Hours(starts=9, ends=17)
    target_segments: tuple[str, ...] | None = Field(
        default=None, min_length=1, strict=False, description="Segments that are cared for; null means all"
    )


class Dwell(Frozen):
    """Prospects who look at the wallet's page in the bank's App of their own accord."""

    visits_per_1000_a_day: Ratio = Field(description="Prospects able to pay by phone who look at the page")
    browsing_distribution: Literal["lognormal", "exponential"] = Field(
        default="lognormal", description="Distribution of browsing time; exponential has the same median"
    )
    browsing_median: Seconds = Field(description="Median time on the page")
    browsing_spread: Shape = Field(description="Standard deviation of the logarithm of browsing time (lognormal)")
    interest_per_doubling: PositiveLogOdds = Field(
        description="Log-odds of opening in a talk with a person, for each doubling of the time on the page"
    )
    interest_half_life: Days = Field(description="Days until half of that interest is gone")
    lead_delay: Days = Field(description="Mean days until a long look is known as a lead (exponential)")


class DwellLevers(Frozen):
    """Which looks at the page make a lead."""

    threshold_seconds: float = Field(default=90, ge=0, le=3600, description="Time on the page from which on it is one")


class RoutePreference(Frozen):
    """The route by which customers like best to deal with the bank; the four shares of a segment are scaled to sum to 1."""

    online: SegmentProbability = Field(description="Prefers messages and the App")
    remote: SegmentProbability = Field(description="Prefers a call")
    branch: SegmentProbability = Field(description="Prefers a talk in the branch")
    field: SegmentProbability = Field(description="Prefers a visit")

    @model_validator(mode="after")
    def _shares_sum_to_about_one(self) -> Self:
        """A draw of the parameters moves each share for itself, so they need not sum to 1 to the last digit."""
        for segment in self.online.value:
            total = sum(getattr(self, route).value.get(segment, 0.0) for route in type(self).model_fields)
            if abs(total - 1) > _LEEWAY:
                raise ValueError(f"the shares of {segment} sum to {total:.6g}; they must sum to about 1")
        return self


class Routing(Frozen):
    """What customers prefer, and how much of their willingness the bank can tell."""

    preference: RoutePreference
    preferred_odds_ratio: PositiveRatio = Field(
        description="Odds ratio of opening by the preferred route against another; the mean contact is as without it"
    )
    willingness_seen: Probability = Field(
        description="Correlation of the bank's score of willingness with the customer's own propensity"
    )


class RoutingLevers(Frozen):
    """Where customers enter, and who is contacted first."""

    rule: Literal["none", "value", "preference", "all"] = Field(
        default="none",
        description="By value: high value and complex needs begin offline; by preference: each route takes first who prefers it",
    )
    willing_share: float = Field(
        default=0.5, ge=0, le=1, description="Share of customers with the highest scores who come first under `all`"
    )


class Handoffs(Frozen):
    """What happens to a customer who is passed on, and to what is known about the customer."""

    refused: Probability = Field(description="The receiving desk sends a customer back")
    informed: Probability = Field(description="The receiver ever learns what was offered before")
    informed_with_tool: Probability = Field(description="The same with the tool that synchronises information")
    inform_delay: Days = Field(description="Mean days until the receiver learns it (exponential)")
    inform_delay_with_tool: Days = Field(description="The same with the tool")
    misses_offer: Probability = Field(
        description="A receiver who does not know never makes the offer; the others repeat it as if it were new"
    )
    repeat_odds_ratio: PositiveRatio = Field(
        description="Odds ratio of opening when an offer is repeated as if it were new"
    )
    repeat_fatigue: Ratio = Field(description="Contacts that a repeated offer counts for beyond its own")
    tool_cost: Money = Field(description="Cost of the tool for each customer passed on to people")


class NurtureLevers(Frozen):
    """Messages to customers who came back without a wallet."""

    channel: Literal["sms", "wecom", "app_push", "app_popup", "wechat_account"] = Field(
        default="app_push", description="How they are written to"
    )
    every_days: int = Field(default=14, ge=1, le=365, description="Days between two messages")
    until_inactive_days: int = Field(
        default=60, ge=1, le=730, description="Days without a sign of interest after which they stop"
    )


class HandoffLevers(Frozen):
    """Which customers are passed on to whom, and under which limits."""

    refer_to: Annotated[tuple[Desk, ...], Field(min_length=1, strict=False)] = Field(
        description="Desks that take customers over; leads go to the first where no rule says otherwise"
    )
    back_online: bool = Field(
        default=True, description="Whether customers return online when a desk has done with them"
    )
    nurture: NurtureLevers | None = Field(default=None, description="Messages after that; null means none")
    deadline_days: int = Field(default=3, ge=0, le=90, description="Days within which a customer must be taken over")
    accepted_per_staff_day: float = Field(
        default=10, ge=0, le=1000, description="Customers whom each member of staff of a desk takes over in a day"
    )
    hop_limit: int = Field(default=4, ge=1, le=20, description="Handoffs of one customer in the campaign")
    cooldown_days: int = Field(
        default=7, ge=0, le=365, description="Days from the end of a customer's way to the next lead that is passed on"
    )
    sync_tool: bool = Field(default=False, description="Whether desks use the tool that synchronises information")


def impossible(scenario: Scenario, levers: Levers) -> Iterator[tuple[str, str]]:  # noqa: ARG001 - all rooms are asked alike
    """Walk over the levers of this room that cannot be pulled in a scenario, as (dotted key, problem)."""
    if levers.routing and levers.routing.rule in ("value", "all") and levers.tiers is None:
        yield "levers.routing.rule", f"'{levers.routing.rule}' needs levers.tiers, which says who is of high value"
    managers = levers.tiers.relationship_managers if levers.tiers else 0.0
    staff = {"remote": levers.calls.human_seats, "field": levers.field.teams, "branch": managers}
    lever = {"remote": "calls.human_seats", "field": "field.teams", "branch": "tiers.relationship_managers"}
    for place, desk in enumerate(levers.handoffs.refer_to if levers.handoffs else ()):
        if not staff[desk]:
            yield f"levers.handoffs.refer_to.{place}", f"nobody takes over at '{desk}': levers.{lever[desk]} is 0"
