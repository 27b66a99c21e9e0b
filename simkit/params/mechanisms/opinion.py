"""Parameters of trust and word of mouth: what the scenario says and what a strategy chooses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from simkit.params.quantity import (
    Count,
    Days,
    Frozen,
    Money,
    PositiveMinutes,
    Probability,
    Ratio,
    SegmentLogOdds,
    SegmentPositiveRatio,
    SegmentProbability,
    SegmentTrust,
    Shape,
    TrustPoints,
)

if TYPE_CHECKING:
    from simkit.params.levers import Levers
    from simkit.params.scenario import Scenario

FeatureName = Literal["biometric", "social", "wealth"]
ThemeName = Literal["wealth_day", "culture_day", "charity_day", "market_day"]


class Trust(Frozen):
    """How far customers trust the wallet, from 0 to 1; what moves it, and what it does."""

    level: SegmentTrust = Field(description="Mean trust before the campaign")
    concentration: Shape = Field(description="Sum of the two parameters of the Beta distribution of trust")
    opening: SegmentLogOdds = Field(description="Log-odds of opening at a contact for each point of trust")
    refusal: SegmentLogOdds = Field(description="Log-odds of refusing to talk for each point of trust that is missing")
    doubts_below: TrustPoints = Field(description="Who trusts less is a doubter")
    half_life: Days = Field(description="Days until half of a change is forgotten")
    met: TrustPoints = Field(description="Gained by talking with staff")
    briefed: TrustPoints = Field(description="Gained by having the security explained")
    educated: TrustPoints = Field(description="Gained by a lesson without a sale")
    solved: TrustPoints = Field(description="Gained by a problem that the bank solved")
    unsolved: TrustPoints = Field(description="Gained by a problem that the bank did not solve, negative")
    cared_for: TrustPoints = Field(description="Gained by a touch of care")
    harmed: TrustPoints = Field(description="Gained by being struck by a breach or by fraud, negative")


class Education(Frozen):
    """What may be done about doubts without a sale: articles, lessons at community events, and offers for doubters."""

    recognised: Probability = Field(description="A doubter whom staff or surveys know to be one")
    article_read: SegmentProbability = Field(description="Reads an article that clears up a misunderstanding")
    article_trust: TrustPoints = Field(description="Gained by reading such an article")
    article_cost: Money = Field(description="One article sent to one customer, writing included")
    lesson_attend: SegmentPositiveRatio = Field(description="Attendance of a lesson over that of an event that sells")
    lesson_minutes: PositiveMinutes = Field(description="Mean time that a booth spends on a visitor of a lesson")
    lesson_cost: Money = Field(description="Venue, speaker and material of one lesson")


class EducationLevers(Frozen):
    """The remedies against doubt that are used."""

    articles_every_days: Annotated[int, Field(ge=1, le=365)] | None = Field(
        default=None, description="Days between two articles to known doubters; null means none"
    )
    lesson_every_events: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="Every so many community events one is a lesson that sells nothing; null means none"
    )
    offer_cny: float = Field(
        default=0, ge=0, le=1_000, description="Given to known doubters with the first payment, beyond the welcome gift"
    )


class WordOfMouth(Frozen):
    """Who talks with whom, and what talk does."""

    mixing: Literal["community", "fully_mixed"] = Field(
        description="Whether people talk with their neighbours or with anyone in the bank"
    )
    neighbours: Count = Field(description="People with whom one talks: next-door neighbours in the community")
    long_links: Probability = Field(description="Share of them who live anywhere else instead")
    positive: SegmentLogOdds = Field(description="Log-odds of opening for each neighbour who opens a wallet")
    negative_ratio: Ratio = Field(description="Weight of a bad word over that of a good one")
    half_life: Days = Field(description="Days until half of what was heard is forgotten")
    harmed_speak: Probability = Field(description="Complains to the neighbours after being struck by a breach")
    unsolved_speak: Probability = Field(description="Complains to the neighbours about a problem that was not solved")
    opted_out_speak: Probability = Field(description="Complains to the neighbours about messages, having opted out")
    refused_speak: Probability = Field(description="Complains to the neighbours about a visit, having refused to talk")
    penetrated_above: Probability = Field(
        description="Share of residents with the wallet above which a community counts as won"
    )


class Breach(Frozen):
    """A breach of security: users are struck, and all customers trust the wallet less for a while."""

    day: int | None = Field(default=None, ge=0, le=1094, description="Day on which it becomes known; null means never")
    harmed: SegmentProbability = Field(description="Active users who are struck")
    trust_lost: SegmentTrust = Field(description="Trust that all customers lose at first")
    half_life: Days = Field(description="Days until half of the loss is made good")
    stopping_ratio: SegmentPositiveRatio = Field(
        description="Hazard of stopping to pay right after the breach over the usual one, of users who were struck"
    )


class Apology(Frozen):
    """A public apology after a breach, with making good the damage."""

    half_life_ratio: Ratio = Field(description="Half-life of lost trust from the apology on over that without one")
    cost_per_harmed: Money = Field(description="Made good to each user who was struck")


class ApologyLevers(Frozen):
    """When the bank apologises after a breach."""

    after_days: int = Field(ge=0, le=365, description="Days from the breach to the apology")


class Feature(Frozen):
    """What a later release of the wallet changes from its day on."""

    opening: SegmentLogOdds = Field(description="Log-odds of opening at any contact")
    payments: SegmentPositiveRatio = Field(description="Payments over those without the feature")
    trust: TrustPoints = Field(description="Trust that all customers gain")


class Features(Frozen):
    """Later releases of the wallet."""

    biometric: Feature = Field(description="Paying by face or fingerprint")
    social: Feature = Field(description="Red packets, splitting bills and other social functions")
    wealth: Feature = Field(description="Wealth management in the wallet")


class FeatureLevers(Frozen):
    """Which features are released, and when."""

    release_days: dict[FeatureName, Annotated[int, Field(ge=0, le=1094)]] = Field(
        description="Feature → day of its release"
    )


class ThemeEvent(Frozen):
    """What sets events with one theme apart from plain ones."""

    attend: SegmentPositiveRatio = Field(description="Attendance over that of a plain event")
    convert: SegmentPositiveRatio = Field(description="Odds of opening at the booth over those at a plain event")
    trust: TrustPoints = Field(description="Trust that a visitor gains who is served")
    cost: Money = Field(description="Venue, programme and material of one event")


class ThemeEvents(Frozen):
    """Community events with a theme, made for elderly customers."""

    wealth_day: ThemeEvent = Field(description="Wealth and investment day")
    culture_day: ThemeEvent = Field(description="Entertainment and culture day")
    charity_day: ThemeEvent = Field(description="Public welfare and charity day")
    market_day: ThemeEvent = Field(description="Market day with discounts")


class ThemeEventLevers(Frozen):
    """Which themes community events have."""

    cycle: Annotated[tuple[ThemeName, ...], Field(min_length=1, max_length=100, strict=False)] = Field(
        description="Themes that community events take in turn"
    )


def impossible(scenario: Scenario, levers: Levers) -> Iterator[tuple[str, str]]:
    """Walk over the levers of this room that cannot be pulled in a scenario, as (dotted key, problem)."""
    if levers.education is not None and scenario.trust is None:
        yield "levers.education", "acts on trust, and the scenario leaves out the section `trust`"
    if levers.apology is not None and scenario.breach is None:
        yield "levers.apology", "needs a breach to apologise for, and the scenario leaves out the section `breach`"
