"""The levers: what a planner chooses. Their defaults are 'no campaign'; a strategy is a diff on them.

Numbers of people and places are those of the whole bank; a run at a smaller scale takes the same share of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, StringConstraints, model_validator

from simkit.params.mechanisms import corporate, visits
from simkit.params.quantity import Frozen

MessageChannel = Literal["sms", "wecom", "app_push", "app_popup", "wechat_account"]
MESSAGE_CHANNELS: tuple[str, ...] = get_args(MessageChannel)
PartnerName = Literal["property_company", "residents_committee"]
WorksOn = Literal["workdays", "every_day"]
Hour = Annotated[float, Field(ge=0, le=24)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Segments = Annotated[tuple[str, ...], Field(min_length=1, strict=False)]


class Title(Frozen):
    """A text for people in the two languages."""

    en: Text = Field(description="In English")
    zh: Text = Field(description="In Chinese")


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


class OfferLevers(Frozen):
    """What a new user is promised."""

    welcome_gift_cny: float = Field(default=0, ge=0, le=1_000, description="Given with the first payment")
    reward_programme: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")] | None = Field(
        default=None, description="Programme under params/rewards that runs as long as the campaign; null means none"
    )
    reward_reading: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")] | None = Field(
        default=None, description="Variant of the programme; null is the one that its file names"
    )


class ContactPolicy(Frozen):
    """Limits that all channels share."""

    contacts_per_week: int = Field(
        default=5, ge=0, le=250, description="Messages, calls and visits to one customer in a natural week"
    )
    holdout_share: float = Field(default=0, ge=0, lt=1, description="Customers whom the campaign never contacts")


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
    # ---------
    # opinion
    # ---------
    # relationship
    # ---------
    # leads
    # ---------
    # visits
    pitch: visits.PitchLevers | None = None
    # ---------
    # messaging
    # ---------
    # handoffs
    # ---------
    # service
    # ---------
    # referral
    # ---------
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
        sections |= {f"messages.{channel}": lever.target_segments for channel, lever in self.messages.items()}
        for key, names in sections.items():
            if names is not None:
                yield f"levers.{key}.target_segments", names
