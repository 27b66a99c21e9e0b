"""Parameters of messages, their rules and their relevance: what the scenario says and what a strategy chooses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from simkit.params.errors import nearest
from simkit.params.quantity import (
    BySegment,
    Correlation,
    Frozen,
    LogRatio,
    Money,
    PositiveMoney,
    PositiveRatio,
    Probability,
    SegmentHazard,
    SegmentProbability,
)

if TYPE_CHECKING:
    from simkit.params.levers import Levers
    from simkit.params.scenario import Scenario

ContactKind = Literal[
    "any",
    "messages",
    "calls",
    "visits",
    "sms",
    "wecom",
    "app_push",
    "app_popup",
    "wechat_account",
    "human_call",
    "ai_call",
    "visit",
    "workplace_visit",
    "community_event",
]
TagGroup = Literal["lifecycle", "wealth", "occupation"]
TAG_GROUPS: tuple[TagGroup, ...] = get_args(TagGroup)
TagNames = Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
_ROUNDING = 1e-6


class FrequencyCap(Frozen):
    """The most contacts of a kind that may reach one customer within a window."""

    channel: ContactKind = Field(description="What is counted and limited: all contacts, a group of channels or one")
    most: int = Field(ge=0, le=250, description="Contacts that may reach one customer within the window")
    per_days: int = Field(ge=1, le=366, description="Length of the window in days")
    window: Literal["calendar", "rolling"] = Field(
        default="rolling",
        description="Calendar windows follow each other from the Monday of the first week; a rolling one ends today",
    )


class QuietHours(Frozen):
    """Hours in which no message is delivered; they may reach over midnight."""

    starts: float = Field(default=21, ge=0, le=24, description="Hour of the day from which on nothing is delivered")
    ends: float = Field(
        default=8, ge=0, le=24, description="Hour of the day from which on messages are delivered again"
    )
    action: Literal["queue", "discard"] = Field(
        default="queue", description="Whether a message that is due in quiet hours waits for their end or is dropped"
    )

    @model_validator(mode="after")
    def _last_a_while(self) -> Self:
        if self.starts == self.ends:
            raise ValueError(f"quiet hours start and end at {self.starts:g}; leave them out or let them last")
        return self


class Relevance(Frozen):
    """Whether a message concerns who receives it, and what it does if not."""

    share: SegmentProbability = Field(description="Messages for all that concern the customer")
    irrelevant_conversion: PositiveRatio = Field(
        description="Odds ratio of opening at an irrelevant message to a relevant one"
    )
    irrelevant_opt_out: PositiveRatio = Field(
        description="Hazard of opting out at an irrelevant message to a relevant one"
    )
    personal_gain: Probability = Field(
        description="Irrelevant messages that concern the customer once they are personal"
    )
    personal_cost: Money = Field(description="Paid for each personal message on top of the channel's price")


class RelevanceLevers(Frozen):
    """What is done about irrelevant messages."""

    filter: float = Field(default=0, ge=0, le=1, description="Irrelevant messages that are held back")
    personalisation: Literal["standard", "by_tier", "personal"] = Field(
        default="standard",
        description="One message for all, personal ones but for the first tier of wealth, or personal ones for all",
    )


class ThemeDays(Frozen):
    """How users take to a recurring weekday with a price hook."""

    takes_part: SegmentProbability = Field(description="Users who care about such a day at all")
    reference_hook: PositiveMoney = Field(
        description="Offer for which extra_payment holds; others by response.incentive_per_10_cny"
    )
    extra_payment: Probability = Field(description="A participant pays once more on a day with the reference offer")
    cannibalised: Probability = Field(description="Extra payments that are taken from another day of the week")
    habit_growth: Probability = Field(description="Part of the way to a full habit that one extra payment goes")
    habit_decay: Probability = Field(description="Habit that is lost in a week")
    habit_payment: Probability = Field(description="Pays once more on the weekday out of full habit, without an offer")


class ThemeDayLevers(Frozen):
    """The weekday and its price hook, as long as the campaign runs."""

    weekday: Weekday = Field(default="friday", description="Day of the week with the offer")
    hook_cny: float = Field(default=8.8, gt=0, le=1_000, description="What the bank pays for one payment on the day")
    quota_a_day: float = Field(default=1_000, ge=0, le=10_000_000, description="Offers of one day, whole bank")


class EmbedPartner(Frozen):
    """A third party in whose application the wallet is offered."""

    traffic: SegmentHazard = Field(description="Prospects who see the offer on a day")
    click: Probability = Field(description="Follows the offer, given that it is seen")
    commission: Money = Field(description="Paid to the partner for each wallet opened")
    stops_at_once: LogRatio = Field(description="Log ratio of the hazard to pay only once, against other wallets")
    stops: LogRatio = Field(description="Log ratio of the weekly hazard to stop paying, against other wallets")


class PartnerEmbed(Frozen):
    """Offers of the wallet that third parties show in their own applications."""

    convert: SegmentProbability = Field(
        description="Opens the wallet, given that an offer is followed; able to pay by phone"
    )
    partners: dict[str, EmbedPartner] = Field(min_length=1, max_length=100, description="One section a partner")


class PartnerEmbedLevers(Frozen):
    """Where the wallet is offered."""

    partners: TagNames = Field(description="Third parties that show the offer as long as the campaign runs")


class Tag(Frozen):
    """One tag of a group; each customer has exactly one of each group."""

    share: SegmentProbability = Field(description="Customers with this tag; those of a group sum to 1 in each segment")


class Tags(Frozen):
    """What the bank knows of each customer, in one store; a group's tags in order.

    A correlation says how far the order of a group's tags follows customers' own log-odds of opening.
    """

    lifecycle: dict[str, Tag] = Field(min_length=1, max_length=100, description="Stages of life, one section each")
    wealth: dict[str, Tag] = Field(min_length=1, max_length=100, description="Tiers of wealth, lowest first")
    occupation: dict[str, Tag] = Field(min_length=1, max_length=100, description="Occupations, one section each")
    lifecycle_correlation: Correlation = Field(description="Stage of life and own log-odds of opening")
    wealth_correlation: Correlation = Field(description="Tier of wealth and own log-odds of opening")
    occupation_correlation: Correlation = Field(description="Occupation and own log-odds of opening")

    @model_validator(mode="after")
    def _each_customer_has_one(self) -> Self:
        for group in TAG_GROUPS:
            sums: dict[str, float] = {}
            for tag in getattr(self, group).values():
                for segment, share in tag.share.value.items():
                    sums[segment] = sums.get(segment, 0.0) + share
            for segment, total in sums.items():
                if abs(total - 1) > _ROUNDING:
                    raise ValueError(f"{group}: the shares of {segment} sum to {total:.6g}; they must sum to 1")
        return self

    def shares(self, group: TagGroup) -> tuple[BySegment, ...]:
        """Return a group's shares in the order of its tags."""
        return tuple(tag.share for tag in getattr(self, group).values())


class Eligibility(Frozen):
    """Who may take part in an activity, by tags; a group that is left out does not matter."""

    lifecycle: TagNames | None = Field(default=None, description="Stages of life that are eligible; null means all")
    wealth: TagNames | None = Field(default=None, description="Tiers of wealth that are eligible; null means all")
    occupation: TagNames | None = Field(default=None, description="Occupations that are eligible; null means all")


class TagLevers(Frozen):
    """Which tags make a customer eligible for what."""

    eligible: dict[ContactKind, Eligibility] = Field(
        default_factory=dict, description="One section a kind of contact that is not for everyone"
    )


def impossible(scenario: Scenario, levers: Levers) -> Iterator[tuple[str, str]]:
    """Walk over the levers of this room that cannot be pulled in a scenario, as (dotted key, problem)."""
    if levers.relevance and levers.relevance.personalisation == "by_tier" and scenario.tags is None:
        yield "levers.relevance.personalisation", "by_tier needs the section `tags`, which the scenario leaves out"
    if levers.partner_embed and scenario.partner_embed:
        for partner in levers.partner_embed.partners:
            yield from _unknown("levers.partner_embed.partners", partner, scenario.partner_embed.partners)
    if levers.tags and scenario.tags:
        for kind, rule in levers.tags.eligible.items():
            for group in TAG_GROUPS:
                for tag in getattr(rule, group) or ():
                    yield from _unknown(f"levers.tags.eligible.{kind}.{group}", tag, getattr(scenario.tags, group))


def _unknown(key: str, name: str, known: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    if name not in known:
        yield key, f"unknown '{name}'; {nearest(name, known)}"
