"""A scenario: the bank, its customers and its calendar; everything that we do not choose.

One model a section of `params/scenarios/*.yaml`. The last section, `levers`, holds what is done without any campaign; a strategy is a
diff on it.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, StringConstraints, model_validator

from simkit.params.channels import Calls, Events, FieldVisits, Message
from simkit.params.errors import nearest
from simkit.params.levers import MESSAGE_CHANNELS, Levers, MessageChannel, Title
from simkit.params.mechanisms import (
    IMPOSSIBLE,
    corporate,
    leads,
    messaging,
    opinion,
    referral,
    relationship,
    service,
    visits,
)
from simkit.params.mechanisms.customers import CustomerMix, ReportedFact
from simkit.params.mechanisms.handoffs import Dwell, Handoffs, Routing, Tiers
from simkit.params.quantity import (
    SEGMENT_NAME,
    BySegment,
    Count,
    Days,
    Frozen,
    Money,
    PerYear,
    Probability,
    Quantity,
    Ratio,
    SegmentMoney,
    SegmentPerWeek,
    SegmentPositiveRatio,
    SegmentProbability,
    Shape,
    Years,
)
from simkit.params.response import Response, RewardResponse

__all__ = [
    "SOURCE_CODE",
    "Bank",
    "Calendar",
    "Calls",
    "Costs",
    "Events",
    "FieldVisits",
    "Message",
    "Name",
    "Response",
    "RewardResponse",
    "Scenario",
    "Segment",
    "Value",
    "Wallet",
]

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
SOURCE_CODE = re.compile(r"\bS\d+\b")
_MIDNIGHT = 24
_ROUNDING = 1e-6
Date = Annotated[datetime.date, Field(ge=datetime.date(2000, 1, 1), lt=datetime.date(2100, 1, 1))]


class Bank(Frozen):
    """Size of the bank; at scale 0.1 a tenth of the customers, staff and events is simulated."""

    customers: Count = Field(description="Individual customers")
    branches: Count = Field(description="Branches; events are planned by branch")
    community_size: Count = Field(description="Customers that live in one residential community")


class Calendar(Frozen):
    """When the campaign runs. Lasting users are counted 90 days after opening, so the horizon should outlive the campaign by 90 days."""

    start: Date = Field(description="Date of day 0")
    campaign_days: int = Field(ge=1, le=730, description="Days with outreach, from day 0")
    horizon_days: int = Field(ge=1, le=1095, description="Days simulated")
    extra_holidays: Annotated[tuple[Date, ...], Field(strict=False)] = Field(
        default=(), description="Further days on which nobody works; public holidays and make-up workdays are known"
    )

    @model_validator(mode="after")
    def _campaign_fits(self) -> Self:
        if self.campaign_days > self.horizon_days:
            raise ValueError(f"campaign_days {self.campaign_days} is longer than horizon_days {self.horizon_days}")
        return self


class Segment(Frozen):
    """A group of customers with its own parameters."""

    id: Annotated[str, StringConstraints(pattern=SEGMENT_NAME.pattern)] = Field(
        description="Its name in files and tables"
    )
    title: Title = Field(description="Its name for people, in both languages")
    share: Probability = Field(description="Share of the bank's customers; all shares sum to 1")


class Wallet(Frozen):
    """Opening, first payment, payments and dormancy."""

    holders_at_start: SegmentProbability = Field(description="Customers who hold the wallet on day 0")
    active_share_of_holders: SegmentProbability = Field(
        description="Holders on day 0 with a payment in the last 30 days"
    )
    can_pay_by_phone: SegmentProbability = Field(description="Customers able to open and use a wallet without help")
    organic_innovation: PerYear = Field(description="Bass p: adoption hazard without any campaign or neighbour")
    organic_imitation: PerYear = Field(description="Bass q: adoption hazard at full penetration of the own segment")
    first_payment_unaided: SegmentProbability = Field(description="First payment within 14 days of opening, alone")
    first_payment_aided: SegmentProbability = Field(description="First payment on the spot, with help")
    first_payment_delay: Days = Field(description="Mean delay of an unaided first payment, at most 14 days")
    survival_alpha: SegmentPositiveRatio = Field(
        description="Beta-geometric weekly survival: alpha of the weekly stop probability"
    )
    survival_beta: SegmentPositiveRatio = Field(
        description="Beta-geometric weekly survival: beta of the weekly stop probability"
    )
    payments_per_week: SegmentPerWeek = Field(description="Payments of an active user")
    payment_spread: Ratio = Field(description="Standard deviation over mean of payments_per_week between users (gamma)")


class Costs(Frozen):
    """Unit costs; messages and partners carry their own."""

    staff_day: Money = Field(description="Field or event staff, fully loaded, a day")
    seat_day: Money = Field(description="Call seat, fully loaded, a day")
    ai_dial: Money = Field(description="One attempt of a machine line, answered or not")
    event: Money = Field(description="Venue and material of one event")
    coupon_share: Probability = Field(description="Share of a redeemed coupon's face paid by the bank")


class Value(Frozen):
    """What a lasting user is worth to the bank."""

    ticket: SegmentMoney = Field(description="Mean amount of a payment")
    ticket_spread: Shape = Field(description="Standard deviation of the logarithm of a payment's amount (log-normal)")
    fee_rate: Ratio = Field(description="Net fee income on a payment's amount")
    deposit_uplift: SegmentMoney = Field(description="Extra deposits of a lasting user")
    net_interest_margin: PerYear = Field(description="What the bank earns on extra deposits")
    horizon: Years = Field(description="Years counted after the 90th day")
    discount_rate: PerYear = Field(description="By which later income counts less")


class Scenario(Frozen):
    """Everything that we do not choose, with the levers' defaults."""

    name: Name = Field(description="The file's name without .yaml")
    title: Title = Field(description="Its name for people, in both languages")
    seed: int = Field(ge=0, le=2**32 - 1, description="Luck of the whole scenario; a replication is a part of it")
    scale: float = Field(gt=0, le=1, description="Share of the real customers and capacity that is simulated")
    customer_data: Literal["simulated", "real"] = Field(
        default="simulated",
        description="Whether customers are drawn from parameters or taken from a bank's records; pages withhold small counts of real ones",
    )
    sources: dict[str, str] = Field(description="Source code → where it was published")
    bank: Bank
    calendar: Calendar
    segments: tuple[Segment, ...] = Field(
        min_length=1, max_length=250, strict=False, description="Groups of customers; every customer is in one"
    )
    wallet: Wallet
    response: Response
    field: FieldVisits
    events: Events
    calls: Calls
    messages: dict[MessageChannel, Message] = Field(description="One section a channel, none left out")
    rewards: RewardResponse
    costs: Costs
    value: Value
    levers: Levers = Levers()
    # Mechanisms that may be left out.
    # customers
    customer_mix: CustomerMix | None = None
    reported_facts: dict[str, ReportedFact] = Field(
        default_factory=dict, description="Facts that were reported about the bank, each under a name"
    )
    # opinion
    trust: opinion.Trust | None = None
    education: opinion.Education | None = None
    word_of_mouth: opinion.WordOfMouth | None = None
    breach: opinion.Breach | None = None
    apology: opinion.Apology | None = None
    features: opinion.Features | None = None
    theme_events: opinion.ThemeEvents | None = None
    # relationship
    satisfaction: relationship.Satisfaction | None = None
    loyalty: relationship.Loyalty | None = None
    share_of_wallet: relationship.ShareOfWallet | None = None
    motives: relationship.Motives | None = None
    competitor: relationship.Competitor | None = None
    neglect: relationship.Neglect | None = None
    # leads
    lead_score: leads.LeadScore | None = None
    lead_sources: leads.LeadSources | None = None
    workplaces: leads.Workplaces | None = None
    routes: leads.Routes | None = None
    # visits
    pitch: visits.Pitch | None = None
    conduct: visits.Conduct | None = None
    training: visits.Training | None = None
    deliberation: visits.Deliberation | None = None
    follow_up: visits.FollowUp | None = None
    # messaging
    tags: messaging.Tags | None = None
    relevance: messaging.Relevance | None = None
    theme_days: messaging.ThemeDays | None = None
    partner_embed: messaging.PartnerEmbed | None = None
    # handoffs
    tiers: Tiers | None = None
    dwell: Dwell | None = None
    routing: Routing | None = None
    handoffs: Handoffs | None = None
    # service
    branch_counters: service.BranchCounters | None = None
    support_desk: service.SupportDesk | None = None
    activation_help: service.ActivationHelp | None = None
    fraud: service.Fraud | None = None
    alerts: service.Alerts | None = None
    # referral
    staff_codes: referral.StaffCodes | None = None
    member_referral: referral.MemberReferral | None = None
    merchants: referral.Merchants | None = None
    co_brand: referral.CoBrand | None = None
    # corporate
    corporate_wallets: corporate.CorporateWallets | None = None

    @property
    def segment_names(self) -> tuple[str, ...]:
        """The segments' names in the order of their codes."""
        return tuple(segment.id for segment in self.segments)

    @property
    def segment_titles(self) -> dict[Literal["en", "zh"], dict[str, str]]:
        """Segment titles for people, by language and name."""
        return {
            "en": {segment.id: segment.title.en for segment in self.segments},
            "zh": {segment.id: segment.title.zh for segment in self.segments},
        }

    @property
    def customers(self) -> int:
        """Customers simulated at this scale."""
        return max(1, round(self.bank.customers.value * self.scale))

    @property
    def segment_shares(self) -> NDArray[np.float64]:
        """Share of each segment among the customers that are simulated, in the order of the segments' codes; they sum to 1."""
        own = np.array([segment.share.value for segment in self.segments])
        if self.customer_mix is None:
            return own
        shares = own if self.customer_mix.of == "bank" else self.by_segment(self.customer_mix.country)
        shares = shares + self.by_segment(self.customer_mix.yearly_change) * self.customer_mix.years_ahead.value
        shares = np.clip(shares, 0, None)
        return np.asarray(shares / shares.sum())

    def by_segment(self, quantity: BySegment) -> NDArray[np.float64]:
        """Return a segment parameter as an array in the order of the segments' codes."""
        return np.array([quantity.value[name] for name in self.segment_names])

    def impossible(self, levers: Levers) -> Iterator[tuple[str, str]]:
        """Walk over the levers that cannot be pulled in this scenario, as (dotted key, problem)."""
        for key, targets in levers.targets():
            for target in targets:
                if target not in self.segment_names:
                    yield key, f"unknown segment '{target}'; {nearest(target, self.segment_names)}"
        partner = levers.field.partner
        if partner is not None and partner not in self.field.partners:
            yield "levers.field.partner", f"the scenario has no '{partner}'; {nearest(partner, self.field.partners)}"
        if partner is None and levers.field.partner_communities_per_week > 0:
            yield "levers.field.partner_communities_per_week", "is set without a partner who asks these communities"
        for key in levers.mechanisms():
            if getattr(self, key) is None:
                yield f"levers.{key}", f"needs the section `{key}`, which the scenario leaves out"
        for problems in IMPOSSIBLE:
            yield from problems(self, levers)
        if levers.events.starts + self.events.hours.value > _MIDNIGHT:
            yield (
                "levers.events.starts",
                f"{levers.events.starts:g} and events.hours {self.events.hours.value:g} reach beyond midnight",
            )

    def quantities(self) -> Iterator[tuple[str, Quantity | BySegment]]:
        """Walk over every number with provenance as (dotted key, quantity)."""
        for section in type(self).model_fields:
            yield from _quantities(section, getattr(self, section))

    @model_validator(mode="after")
    def _segments_agree(self) -> Self:
        names = self.segment_names
        if len(set(names)) != len(names):
            raise ValueError(f"segments: a segment is listed twice in {', '.join(names)}")
        total = sum(segment.share.value for segment in self.segments)
        if abs(total - 1) > _ROUNDING:
            raise ValueError(f"segments: the shares sum to {total:.6g}; they must sum to 1")
        for key, quantity in self.quantities():
            if isinstance(quantity, BySegment) and set(quantity.value) != set(names):
                unknown = [name for name in quantity.value if name not in names]
                missing = [name for name in names if name not in quantity.value]
                hint = (
                    f"unknown segment '{unknown[0]}'; {nearest(unknown[0], names)}"
                    if unknown
                    else f"no value for {missing[0]}"
                )
                raise ValueError(f"{key}: {hint}")
        return self

    @model_validator(mode="after")
    def _levers_possible(self) -> Self:
        for key, problem in self.impossible(self.levers):
            raise ValueError(f"{key}: {problem}")
        return self

    @model_validator(mode="after")
    def _channels_complete(self) -> Self:
        missing = [channel for channel in MESSAGE_CHANNELS if channel not in self.messages]
        if missing:
            raise ValueError(
                f"messages: no parameters for the channel {missing[0]}; required: {', '.join(MESSAGE_CHANNELS)}"
            )
        return self

    @model_validator(mode="after")
    def _sources_known(self) -> Self:
        for key, quantity in self.quantities():
            for code in SOURCE_CODE.findall(f"{quantity.source} {quantity.note}"):
                if code not in self.sources:
                    raise ValueError(f"{key}: source {code} is not listed under `sources`")
        return self


def _quantities(key: str, value: object) -> Iterator[tuple[str, Quantity | BySegment]]:
    if isinstance(value, Quantity | BySegment):
        yield key, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _quantities(f"{key}.{name}", getattr(value, name))
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _quantities(f"{key}.{name}", item)
    elif isinstance(value, tuple):
        for item in value:
            if isinstance(item, Segment):
                yield f"{key}.{item.id}.share", item.share
