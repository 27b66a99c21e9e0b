"""Parameters of satisfaction, loyalty and why users stay or leave: what the scenario says and what a strategy chooses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from simkit.params.quantity import (
    DayOfMonth,
    Days,
    Deviations,
    Frozen,
    LogOdds,
    Money,
    PerYear,
    PositiveDeviations,
    PositiveRatio,
    Probability,
    Ratio,
    SegmentMoney,
    SegmentProbability,
    Spread,
)

if TYPE_CHECKING:
    from simkit.params.levers import Levers
    from simkit.params.scenario import Scenario


class Satisfaction(Frozen):
    """How content users are, in standard deviations between users, and what moves them."""

    half_life: Days = Field(description="After which half of what an experience has changed is forgotten")
    problem_solved: Deviations = Field(description="Change when the bank has solved a problem")
    problem_unsolved: Deviations = Field(description="Change when the bank has not solved a problem")
    waited: Deviations = Field(description="Change after waiting longer than is thought fit, or leaving a queue")
    not_visited: Deviations = Field(description="Change when the bank has not kept an appointment")
    cared_for: Deviations = Field(description="Change after a touch of care")
    followed_up: Deviations = Field(description="Change when called back in time after opening")
    harmed: Deviations = Field(description="Change when struck by a breach or by fraud")
    staying: LogOdds = Field(description="Log ratio by which one standard deviation lowers the hazard of stopping")
    survey_response: SegmentProbability = Field(description="Answers a survey")
    survey_mean: Ratio = Field(description="Points, of 1 to 5, that a customer of mean satisfaction gives")
    survey_slope: Ratio = Field(description="Further points for one standard deviation")


class SatisfactionLevers(Frozen):
    """The survey of visited customers, by text message."""

    survey_share: float = Field(default=0, ge=0, le=1, description="Share of visited customers who are asked")
    survey_after_days: int = Field(default=14, ge=1, le=90, description="Days from the visit to the question")


class Loyalty(Frozen):
    """How firmly users hold to this bank, from 0 to 1: for paying, for saving and for investing."""

    knee_pay: Deviations = Field(description="Satisfaction from which loyalty in paying begins")
    knee_save: Deviations = Field(description="Satisfaction from which loyalty in saving begins")
    knee_invest: Deviations = Field(description="Satisfaction from which loyalty in investing begins")
    to_full: PositiveDeviations = Field(description="Satisfaction beyond the knee that makes full loyalty")
    ties: Deviations = Field(
        description="Spread of what else ties a user to the bank or to another one, need by need, counted as satisfaction"
    )
    grows: Probability = Field(description="Share of the way to a higher loyalty that is gone in four weeks")
    fades: Probability = Field(description="Share of the way to a lower loyalty that is gone in four weeks")
    staying: LogOdds = Field(description="Log ratio by which full loyalty lowers the hazard of leaving with a need")
    saves: SegmentProbability = Field(description="Users of the wallet who save here")
    invests: SegmentProbability = Field(description="Users of the wallet who invest here")
    savings_leave: PerYear = Field(description="Hazard of taking savings to another bank")
    investments_leave: PerYear = Field(description="Hazard of taking investments to another bank")
    satisfied_from: Deviations = Field(description="Satisfaction from which a user counts as satisfied")
    loyal_from: Probability = Field(description="Loyalty in a need from which a user counts as loyal in it")
    margin_premium: Ratio = Field(description="Share of a need's usual margin that full loyalty brings on top")


class ShareOfWallet(Frozen):
    """Which part of their money users keep here; wages that come in and are swept out to another bank."""

    start: SegmentProbability = Field(description="Mean share of users' money that is held here on day 0")
    spread: Spread = Field(description="Standard deviation of the log-odds of that share between users")
    payroll: SegmentProbability = Field(description="Users whose wages or pension are paid into this bank")
    payday: DayOfMonth = Field(description="Day of the month on which they are paid")
    pay: SegmentMoney = Field(description="Wages or pension of a month")
    sweeps: SegmentProbability = Field(
        description="Of those who are paid here: moves what exceeds the share held here to another bank"
    )
    loyalty_keeps: LogOdds = Field(description="Log-odds by which full loyalty in saving lowers sweeping")
    pace: Probability = Field(description="Share of the way that the share held here goes at each payday")
    auto_save_accepts: SegmentProbability = Field(description="Accepts an automatic saving plan that is offered")
    auto_save_keeps: LogOdds = Field(description="Log-odds by which the plan lowers sweeping")
    auto_save_cost: Money = Field(description="Interest and set-up for each plan")


class ShareOfWalletLevers(Frozen):
    """What is done against sweeping."""

    auto_save_offer_days: int | None = Field(
        default=None,
        ge=1,
        le=20,
        description="Days before payday on which the App offers a saving plan to who is paid here; null means never",
    )


class Motives(Frozen):
    """Why users use the wallet, and what the end of an incentive does to them; bonus hunters are `rewards.hunters`."""

    price_sensitive: SegmentProbability = Field(description="Users who come for the price")
    functional: SegmentProbability = Field(
        description="Of the others, those who come for the use; the rest come for the bank"
    )
    jump_price_sensitive: PositiveRatio = Field(
        description="Ratio of the hazard of stopping after an incentive: who came for the price"
    )
    jump_functional: PositiveRatio = Field(
        description="Ratio of the hazard of stopping after an incentive: who came for the use"
    )
    jump_relational: PositiveRatio = Field(
        description="Ratio of the hazard of stopping after an incentive: who came for the bank"
    )
    jump_days: Days = Field(description="How long the end of an incentive is felt")
    full_gift: Money = Field(description="Welcome gift from which its end is felt as much as a programme's")
    deep_discount: Probability = Field(
        description="Worth of a reward over the usual payment from which it is a deep discount"
    )
    erosion: Probability = Field(description="Learns to look at the price, for each deep discount redeemed")
    reference_price: LogOdds = Field(
        description="Log ratio by which who has learnt it pays less often without a discount"
    )


class Competitor(Frozen):
    """Offers of other banks to users of the wallet."""

    offers: PerYear = Field(description="Offers that reach one user in a year")
    strength: PositiveRatio = Field(description="Mean strength of an offer (exponential), on the scale of loyalty")
    inertia: Ratio = Field(description="Strength that it takes to move a user without any loyalty")
    noticed: Probability = Field(description="Offers of which the bank hears in time to answer")
    match_cny: Money = Field(description="Money that answers an offer of strength 1")


class CompetitorLevers(Frozen):
    """How offers of other banks are answered."""

    match_offer_cny: float = Field(
        default=0, ge=0, le=1_000, description="Paid to each user whose offer is noticed and who stays"
    )


class Neglect(Frozen):
    """What becomes of wallets that are opened and then forgotten by the bank."""

    hazard_ratio: PositiveRatio = Field(
        description="Hazard of stopping of who is left alone over that of who has been cared for"
    )
    remembers: Days = Field(description="For which a user feels cared for after a touch")
    care_reaches: SegmentProbability = Field(description="Takes notice of a touch of care")
    care_cost: Money = Field(description="A thank-you with a small gift, and the minutes of staff")


class NeglectLevers(Frozen):
    """Care for new users."""

    nurture_every_days: int = Field(ge=1, le=60, description="Days between touches of care")
    nurture_days: int = Field(default=60, ge=1, le=365, description="Days after opening for which users are cared for")
    target_segments: tuple[str, ...] | None = Field(
        default=None, min_length=1, strict=False, description="Segments that are cared for; null means all"
    )


NEEDS = {"loyalty": "satisfaction", "share_of_wallet": "loyalty", "competitor": "loyalty"}
"""Section → the section without which it says nothing."""


def impossible(scenario: Scenario, levers: Levers) -> Iterator[tuple[str, str]]:  # noqa: ARG001 - all rooms are asked alike
    """Walk over what is wrong between the sections of this room, as (dotted key, problem)."""
    for section, needed in NEEDS.items():
        if getattr(scenario, section) is not None and getattr(scenario, needed) is None:
            yield section, f"needs the section `{needed}`, which the scenario leaves out"
