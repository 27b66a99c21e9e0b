"""How customers take to each way of reaching them: the sections `field`, `events`, `calls` and `messages` of a scenario."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from simkit.params.levers import PartnerName
from simkit.params.quantity import (
    Count,
    Duration,
    Frozen,
    HourOfDay,
    Minutes,
    Money,
    PositiveMinutes,
    Probability,
    Ratio,
    SegmentHazard,
    SegmentMinutes,
    SegmentProbability,
    Shape,
    Spread,
)


class Partner(Frozen):
    """What a local partner brings: an introduction, and residents who sign up for a visit."""

    sign_up: SegmentProbability = Field(
        description="Customers without wallet who sign up for a visit when asked by the partner"
    )
    at_home_ratio: Ratio = Field(description="Ratio of open doors with the partner's introduction to those without")
    refusal_odds_ratio: Ratio = Field(description="Odds ratio of refusal with the partner's endorsement")
    cost_per_community: Money = Field(description="Paid to the partner for each community asked")


class FieldVisits(Frozen):
    """Doors and appointments."""

    at_home_weekday: SegmentProbability = Field(description="Home and opens, working day before evening_hour")
    at_home_evening: SegmentProbability = Field(description="Home and opens, working day from evening_hour")
    at_home_weekend: SegmentProbability = Field(description="Home and opens, day off")
    evening_hour: HourOfDay = Field(description="Hour of the day at which 'evening' begins")
    convert_at_door: SegmentProbability = Field(description="Opens the wallet, given contact at the door")
    convert_at_appointment: SegmentProbability = Field(description="Opens the wallet, given that the customer shows up")
    refuse_at_door: SegmentProbability = Field(description="Refuses to talk, given contact at the door")
    refuse_at_appointment: SegmentProbability = Field(description="Refuses to go on, given that the customer shows up")
    come_back: Probability = Field(
        description="Asks to come back another day, of those met at the door who neither open nor refuse"
    )
    no_show: Probability = Field(description="Misses an agreed appointment")
    no_show_wait: Minutes = Field(description="Waiting at an appointment that is missed")
    walk: Minutes = Field(description="From one door to the next")
    not_home: Minutes = Field(description="Waiting at a door that stays closed")
    refuse: Minutes = Field(description="Talk that ends in refusal")
    pitch: Minutes = Field(description="Talk without opening")
    open_wallet: SegmentMinutes = Field(description="Talk and assisted opening")
    first_payment: Minutes = Field(description="Extra for a first payment on the spot")
    minutes_shape: Shape = Field(
        description="Weibull shape of talk and opening minutes about their means; 1 is exponential"
    )
    travel_from_branch: Minutes = Field(description="From the branch to the first door, and back at the end of the day")
    travel_between_communities: Minutes = Field(description="From one community to the next")
    requests_per_1000_customers_a_day: Ratio = Field(description="Customers who ask for a visit of their own accord")
    partners: dict[PartnerName, Partner] = Field(description="Local partners that a strategy may work with")

    @model_validator(mode="after")
    def _shares_possible(self) -> Self:
        kinds = {"door": (self.convert_at_door, self.refuse_at_door)}
        kinds["appointment"] = (self.convert_at_appointment, self.refuse_at_appointment)
        for kind, (convert, refuse) in kinds.items():
            for segment, opened in convert.value.items():
                if opened + refuse.value.get(segment, 0.0) > 1:
                    raise ValueError(f"convert_at_{kind} and refuse_at_{kind} of {segment} sum to more than 1")
        return self


class Events(Frozen):
    """Community events: a few booths, a few hours, many customers."""

    communities: Count = Field(description="Communities invited to one event")
    attend: SegmentProbability = Field(description="Invited customers without wallet who come")
    convert: SegmentProbability = Field(description="Opens the wallet, given service at a booth")
    hours: Duration = Field(description="Hours that an event lasts")
    talk: Minutes = Field(description="Booth time without opening")
    open_wallet: SegmentMinutes = Field(description="Booth time with opening")
    patience: SegmentMinutes = Field(description="Mean time that a customer queues before leaving (exponential)")


class Calls(Frozen):
    """The contact centre: people who dial, machines that dial, people who answer."""

    consent: SegmentProbability = Field(description="Customers who may be called")
    human_connect: SegmentProbability = Field(description="Answers a call that a person dials")
    human_convert: SegmentProbability = Field(description="Opens the wallet, given connection")
    visit_agreed: SegmentProbability = Field(description="Agrees to a visit, given connection and no opening")
    talk_distribution: Literal["lognormal", "exponential"] = Field(
        default="lognormal",
        description="Distribution of a connected call's minutes; exponential has the lognormal's mean",
    )
    talk_median: PositiveMinutes = Field(description="Median of a connected call (lognormal)")
    talk_spread: Spread = Field(description="Standard deviation of the logarithm of a connected call's minutes")
    ring: PositiveMinutes = Field(description="An attempt that is not answered")
    ai_connect: SegmentProbability = Field(description="Answers a call that a machine dials")
    ai_hang_up: Probability = Field(description="Hangs up within seconds, given connection to the machine")
    ai_interested: Probability = Field(description="Wants to hear more, given connection to the machine")
    ai_convert: SegmentProbability = Field(
        description="Opens the wallet, of all dialled; reached when a person answers at once"
    )
    ai_talk: PositiveMinutes = Field(description="Line time of a connected machine call")
    link_ratio: Ratio = Field(
        description="Conversion of an interested customer who gets a link, against one who gets a person"
    )
    enquiries_per_1000_customers_a_day: Ratio = Field(
        description="Customers who ring the campaign's number of their own accord"
    )
    enquiry_convert: SegmentProbability = Field(description="Opens the wallet, given that an enquiry is answered")
    patience: SegmentMinutes = Field(description="Mean time that a caller waits before hanging up (exponential)")
    shrinkage: Probability = Field(description="Share of a paid shift not spent on calls")

    @model_validator(mode="after")
    def _shares_possible(self) -> Self:
        interested, hang_up = self.ai_interested.value, self.ai_hang_up.value
        if interested + hang_up > 1:
            raise ValueError(f"ai_hang_up {hang_up:g} and ai_interested {interested:g} sum to more than 1")
        for segment, opened in self.ai_convert.value.items():
            reached = self.ai_connect.value.get(segment, 1.0) * interested
            if opened > reached:
                raise ValueError(
                    f"ai_convert {opened:g} of {segment} is more than ai_connect x ai_interested, {reached:g}"
                )
        return self


class Message(Frozen):
    """One message channel."""

    reach: SegmentProbability = Field(description="Customers who can be and may be written to")
    delivered: Probability = Field(description="Reachable customers with whom messages arrive")
    convert: SegmentProbability = Field(
        description="Opens the wallet, of messages delivered to customers able to pay by phone"
    )
    opt_out: SegmentHazard = Field(description="Opts out of the channel, per message")
    fatigue_weight: Ratio = Field(description="Weight of one message in the contacts of the last 28 days")
    unit_cost: Money = Field(description="Paid for each message sent")
