"""The levers: what a planner chooses. Their defaults are 'no campaign'; a strategy is a diff on them.

Numbers of people and places are those of the whole bank; a run at a smaller scale takes the same share of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, StringConstraints, model_validator

from simkit.params.hours import Hour, Hours
from simkit.params.mechanisms import corporate, leads, messaging, opinion, referral, relationship, service, visits
from simkit.params.mechanisms.handoffs import DwellLevers, HandoffLevers, RoutingLevers, TiersLevers
from simkit.params.quantity import Frozen

MessageChannel = Literal["sms", "wecom", "app_push", "app_popup", "wechat_account"]
MESSAGE_CHANNELS: tuple[str, ...] = get_args(MessageChannel)
PartnerName = Literal["property_company", "residents_committee"]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
HoldoutShare = Annotated[float, Field(ge=0, lt=1)]
Segments = Annotated[tuple[str, ...], Field(min_length=1, strict=False)]


class Title(Frozen):
    """A text for people in the two languages."""

    en: Text = Field(description="In English")
    zh: Text = Field(description="In Chinese")


class FieldLevers(Frozen):
    """Visit teams."""

    teams: float = Field(default=0, ge=0, le=100_000, description="Teams of the whole bank")
    staff_per_team: int = Field(default=1, ge=1, le=4, description="Members of staff who go together")
    doors: bool = Field(default=True, description="Whether teams knock at doors when no appointment is due")
    partner: PartnerName | None = Field(
        default=None, description="Local partner who introduces the teams and collects appointments"
    )
    partner_communities_per_week: float = Field(
        default=0, ge=0, le=100_000, description="Communities asked by the partner, whole bank"
    )
    accepts_requests: bool = Field(default=False, description="Whether customers may ask for a visit")
    target_segments: Segments | None = Field(default=None, description="Segments that are visited; null means all")
    hours: Hours = Hours()
    max_attempts: int = Field(default=3, ge=1, le=20, description="Visits to one door")
    revisit_after_days: int = Field(default=7, ge=1, le=90, description="Days until the next visit to the same door")
    appointment_lead_days: int = Field(
        default=2, ge=0, le=60, description="Days from agreeing to the first possible visit"
    )
    appointment_max_wait_days: float = Field(
        default=14, gt=0, le=365, description="Days after which an unserved appointment lapses"
    )


class EventLevers(Frozen):
    """Community events."""

    per_branch_month: float = Field(default=0, ge=0, le=60, description="Events of each branch in a month")
    booths: int = Field(default=3, ge=1, le=100, description="Booths of one event")
    staff_per_booth: int = Field(default=1, ge=1, le=5, description="Members of staff at one booth")
    starts: Hour = Field(default=9.5, description="Hour of the day at which an event starts")
    focus_share: float = Field(
        default=1,
        gt=0,
        le=1,
        description="Share of the communities among which events take turns; fewer see them oftener",
    )
    target_segments: Segments | None = Field(default=None, description="Segments that are invited; null means all")


class CallLevers(Frozen):
    """The contact centre's seats and lines."""

    human_seats: float = Field(default=0, ge=0, le=100_000, description="Seats that dial, whole bank")
    inbound_seats: float = Field(default=0, ge=0, le=100_000, description="Seats that answer, whole bank")
    ai_lines: float = Field(default=0, ge=0, le=100_000, description="Machine lines, whole bank")
    max_calls: int = Field(
        default=3, ge=1, le=20, description="Calls to one customer in the campaign, people and machines each"
    )
    days_between_calls: int = Field(default=7, ge=1, le=90, description="Days until the next call to one customer")
    target_segments: Segments | None = Field(default=None, description="Segments that are called; null means all")
    hours: Hours = Hours(starts=9, ends=18)


class MessageLever(Frozen):
    """One message channel's plan."""

    every_days: int = Field(ge=1, le=365, description="Days between two messages to one customer")
    first_day: int = Field(default=0, ge=0, le=365, description="Day of the first message")
    target_segments: Segments | None = Field(default=None, description="Segments that are written to; null means all")
    sends_at: Hour = Field(default=9, description="Hour of the day at which messages are sent")
    journey_messages: int | None = Field(
        default=None, ge=1, le=365, description="Messages after which a journey ends; null means that it does not end"
    )
    re_entry_after_days: int | None = Field(
        default=None,
        ge=1,
        le=365,
        description="Days from a journey's last message to the next journey; null means never",
    )

    @model_validator(mode="after")
    def _only_what_ends_begins_again(self) -> Self:
        if self.re_entry_after_days is not None and self.journey_messages is None:
            raise ValueError("re_entry_after_days is set without journey_messages, so no journey ends")
        return self

    def due(self, day: int) -> bool:
        """Say whether a message is sent on this day of the campaign."""
        since = day - self.first_day
        if self.journey_messages is None:
            return since >= 0 and since % self.every_days == 0
        length = (self.journey_messages - 1) * self.every_days
        if since >= 0 and self.re_entry_after_days is not None:
            since %= length + self.re_entry_after_days
        return 0 <= since <= length and since % self.every_days == 0


class OfferLevers(Frozen):
    """What a new user is promised."""

    welcome_gift_cny: float = Field(default=0, ge=0, le=1_000, description="Given with the first payment")
    reward_programme: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")] | None = Field(
        default=None, description="Programme under params/rewards that runs as long as the campaign; null means none"
    )
    reward_reading: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")] | None = Field(
        default=None, description="Variant of the programme; null is the one that its file names"
    )
    reward_rules: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Rules of the programme that are otherwise here, a diff on that reading"
    )

    @model_validator(mode="after")
    def _rules_of_a_programme(self) -> Self:
        if self.reward_rules and self.reward_programme is None:
            raise ValueError("reward_rules: there is no reward_programme whose rules they would change")
        return self


class ContactPolicy(Frozen):
    """Limits that all channels share."""

    contacts_per_week: int = Field(
        default=5, ge=0, le=127, description="Messages, calls and visits to one customer in a natural week"
    )
    holdout_share: float = Field(default=0, ge=0, lt=1, description="Customers whom the campaign never contacts")
    journey_holdout: dict[messaging.ContactKind, HoldoutShare] = Field(
        default_factory=dict, description="Kind of contact → customers who never have one of this kind"
    )
    frequency_caps: tuple[messaging.FrequencyCap, ...] = Field(
        default=(), max_length=20, strict=False, description="Further limits; each of them holds"
    )
    spacing_days: int = Field(default=0, ge=0, le=365, description="Days from any contact to the next message")
    suppress_opted_out_everywhere: bool = Field(
        default=False, description="Whether who opts out of one channel is left alone in all of them"
    )
    quiet_hours: messaging.QuietHours | None = Field(
        default=None, description="Hours in which no message is delivered; null means none"
    )
    arbitration: Literal["first_listed", "best_rate"] = Field(
        default="first_listed",
        description="Which of several messages due on a day goes first, and so takes what limits leave",
    )


class Levers(Frozen):
    """Everything that a strategy may change."""

    field: FieldLevers = FieldLevers()
    events: EventLevers = EventLevers()
    calls: CallLevers = CallLevers()
    messages: dict[MessageChannel, MessageLever] = Field(
        default_factory=dict, description="One section a channel that is used"
    )
    offer: OfferLevers = OfferLevers()
    contact_policy: ContactPolicy = ContactPolicy()
    # Mechanisms that may be left out, each under the name of the scenario's section that it needs.
    # customers
    # opinion
    education: opinion.EducationLevers | None = None
    apology: opinion.ApologyLevers | None = None
    features: opinion.FeatureLevers | None = None
    theme_events: opinion.ThemeEventLevers | None = None
    # relationship
    satisfaction: relationship.SatisfactionLevers | None = None
    share_of_wallet: relationship.ShareOfWalletLevers | None = None
    competitor: relationship.CompetitorLevers | None = None
    neglect: relationship.NeglectLevers | None = None
    # leads
    lead_score: leads.LeadScoreLevers | None = None
    lead_sources: leads.LeadSourceLevers | None = None
    workplaces: leads.WorkplaceLevers | None = None
    routes: leads.RouteLevers | None = None
    # visits
    pitch: visits.PitchLevers | None = None
    conduct: visits.ConductLevers | None = None
    training: visits.TrainingLevers | None = None
    follow_up: visits.FollowUpLevers | None = None
    # messaging
    tags: messaging.TagLevers | None = None
    relevance: messaging.RelevanceLevers | None = None
    theme_days: messaging.ThemeDayLevers | None = None
    partner_embed: messaging.PartnerEmbedLevers | None = None
    # handoffs
    tiers: TiersLevers | None = None
    dwell: DwellLevers | None = None
    routing: RoutingLevers | None = None
    handoffs: HandoffLevers | None = None
    # service
    branch_counters: service.BranchCounterLevers | None = None
    support_desk: service.SupportDeskLevers | None = None
    activation_help: service.ActivationHelpLevers | None = None
    fraud: service.FraudLevers | None = None
    alerts: service.AlertLevers | None = None
    # referral
    staff_codes: referral.StaffCodesLevers | None = None
    member_referral: referral.MemberReferralLevers | None = None
    merchants: referral.MerchantsLevers | None = None
    co_brand: referral.CoBrandLevers | None = None
    # corporate
    corporate_wallets: corporate.CorporateLevers | None = None

    def mechanisms(self) -> Iterator[str]:
        """Walk over the sections that are chosen and need the scenario's section of the same name."""
        own = ("field", "events", "calls", "messages", "offer", "contact_policy")
        yield from (key for key in type(self).model_fields if key not in own and getattr(self, key) is not None)

    def targets(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Walk over the lists of segments as (dotted key, names)."""
        sections = {"field": self.field.target_segments, "events": self.events.target_segments}
        sections["calls"] = self.calls.target_segments
        sections["tiers"] = self.tiers.target_segments if self.tiers else None
        sections["neglect"] = self.neglect.target_segments if self.neglect else None
        sections |= {f"messages.{channel}": lever.target_segments for channel, lever in self.messages.items()}
        for key, names in sections.items():
            if names is not None:
                yield f"levers.{key}.target_segments", names
