"""Parameters of staff codes, referral by customers, merchants and the co-brand: what the scenario says and what a strategy chooses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from simkit.params.errors import nearest
from simkit.params.quantity import (
    Count,
    Days,
    Frozen,
    LogOdds,
    Money,
    PerWeek,
    Probability,
    Ratio,
    SegmentCount,
    SegmentLogOdds,
    SegmentProbability,
)

if TYPE_CHECKING:
    from simkit.params.levers import Levers
    from simkit.params.scenario import Scenario

Counted = Literal["opened", "first_payment"]
Cny = Annotated[float, Field(ge=0, le=100_000)]


class StaffCodes(Frozen):
    """Employees who share posters with codes of their own, and customers who know them."""

    staff_per_team: Count = Field(description="Members of staff in a team of a branch")
    teams_per_branch: Count = Field(description="Teams in a branch")
    email_delivered: Probability = Field(description="The mail with the code reaches the member of staff")
    sms_delivered: Probability = Field(description="The text message with the code reaches the member of staff")
    activation_delay: Days = Field(description="Mean days from the code's arrival to its activation")
    posters_per_week: PerWeek = Field(description="Posters that a member of staff shares with nothing to gain")
    most_posters_per_week: PerWeek = Field(description="Posters that a member of staff shares at the very most")
    effort_per_10_cny: Ratio = Field(description="Growth of the posters for each 10 CNY at stake in a conversion")
    prize_chance: Probability = Field(
        description="By how much one conversion more raises the chance of a prize, of those who are close to one"
    )
    race_gap: Count = Field(description="Conversions behind the last prize up to which a prize is close")
    befriended: SegmentProbability = Field(description="Customers who see the posters of a member of staff")
    knows_two: Probability = Field(description="Of these, those who see the posters of two")
    click: SegmentProbability = Field(description="Clicks on a poster that is seen for the first time")
    share_fatigue: Ratio = Field(description="Ratio of clicks for each poster of the last four weeks")
    convert: SegmentProbability = Field(description="Opens the wallet after a click, of those able to")
    click_weight: Ratio = Field(description="Contacts that one click counts for in fatigue")
    hollow: Probability = Field(
        description="Share of openings by code that are favours, where nothing is paid for openings: they never pay"
    )
    hollow_per_10_cny: LogOdds = Field(description="Log-odds of that share for each 10 CNY at stake in an opening")
    activity_clicks: Ratio = Field(description="Ratio of clicks where the poster shows an activity, not the wallet")
    activity_takes_part: Probability = Field(description="Takes part in the activity after the click, and may convert")
    activity_cost: Money = Field(description="Gift for taking part in the activity")


class Leaderboard(Frozen):
    """Prizes for the first of each branch in each calendar month."""

    unit: Literal["staff", "team"] = Field(description="Who is ranked within the branch; a team shares its prize")
    prizes_cny: Annotated[tuple[Cny, ...], Field(min_length=1, max_length=20, strict=False)] = Field(
        description="Prizes of the ranks, the first one first"
    )


class StaffCodesLevers(Frozen):
    """Who gets a code, what is shown, who is credited, and what is paid for it."""

    codes: float = Field(ge=0, le=1_000_000, description="Members of staff with a code, whole bank")
    code_by: Literal["email", "sms"] = Field(default="email", description="How codes are sent to staff")
    sends: int = Field(default=1, ge=1, le=10, description="Times that a code is sent until it arrives, a week apart")
    shows: Literal["wallet", "activity"] = Field(default="wallet", description="What the posters show")
    binding: Literal["first", "last"] = Field(
        default="last", description="Whose code counts, of those that were clicked within the window"
    )
    window_days: int = Field(default=30, ge=1, le=365, description="Days from a click to the opening that it may claim")
    counts: Counted = Field(default="first_payment", description="What earns the bonus and counts for the leaderboard")
    bonus_per_conversion_cny: Cny = Field(default=0, description="Bonus for each conversion")
    commission_share: float = Field(
        default=0, ge=0, le=0.2, description="Commission on payments in the 30 days from the first one"
    )
    cap_per_month_cny: Cny | None = Field(
        default=None, description="Most bonus and commission of one member of staff in a month; null is no limit"
    )
    leaderboard: Leaderboard | None = None


class MemberReferral(Frozen):
    """Users who recommend the wallet, and their friends."""

    recommends: SegmentProbability = Field(description="An active user who is asked recommends within a quarter")
    recommends_per_10_cny: SegmentLogOdds = Field(description="Log-odds of that for each 10 CNY of reward")
    again: Ratio = Field(description="Ratio of the hazard of recommending after each recommendation")
    friends: SegmentCount = Field(description="Friends who are invited with one recommendation")
    near: Probability = Field(description="A friend lives in the same community; the others live anywhere")
    click: SegmentProbability = Field(description="A friend without a wallet clicks the invitation")
    convert: SegmentProbability = Field(description="Opens the wallet after the click, of those able to")
    invitation_weight: Ratio = Field(description="Contacts that one invitation counts for in fatigue")
    stopping_ratio: Ratio = Field(description="Hazard of stopping to pay of a referred user against others")
    self_referral: Probability = Field(description="Recommendations that are an attempt to refer oneself")


class MemberReferralLevers(Frozen):
    """What a recommendation earns; users are asked as long as the campaign runs."""

    reward_referrer_cny: Cny = Field(
        default=0, description="For who recommended, with the friend's first payment in the campaign"
    )
    reward_friend_cny: Cny = Field(default=0, description="For the friend, with the first payment in the campaign")
    rewards_per_user: int = Field(default=10, ge=0, le=250, description="Rewards that one user can earn")
    blocks_self_referral: bool = Field(
        default=True, description="Whether devices and names are compared before a reward is paid"
    )
    target_segments: Annotated[tuple[str, ...], Field(min_length=1, strict=False)] | None = Field(
        default=None, description="Segments whose users are asked; null means all"
    )


class Merchants(Frozen):
    """Where users can pay: shops near home, property fees, transport."""

    community_spread: Ratio = Field(description="Standard deviation over mean of merchants between communities (gamma)")
    density: Ratio = Field(
        description="Merchants for 1,000 customers at which all but 37 % of payments in shops are possible"
    )
    shop_share: Probability = Field(description="Of payments, those in shops near home where all of them take it")
    acceptance_gain: Ratio = Field(description="Growth of payments where all shops take the wallet")
    discount_gain_per_10_percent: Ratio = Field(
        description="Growth of payments for each 10 % of discount where all shops take part"
    )
    property_gain: Ratio = Field(description="Growth of payments where property fees are paid with the wallet")
    transport_gain: Ratio = Field(description="Growth of payments where buses and metro take the wallet")
    merchant_bears: Probability = Field(description="Share of the discount that the merchant bears")
    merchant_cost: Money = Field(description="Signing and equipping one merchant")
    property_cost: Money = Field(description="Connecting the property company of one community")
    transport_cost_per_1000: Money = Field(description="Connecting buses and metro, for 1,000 customers")


class MerchantsLevers(Frozen):
    """Whom the bank signs, before day 0, and the discount it shares with merchants."""

    per_1000_customers: float = Field(default=0, ge=0, le=200, description="Merchants signed for 1,000 customers")
    discount: float = Field(default=0, ge=0, le=0.9, description="Discount on payments at these merchants")
    discount_days: int = Field(default=0, ge=0, le=1095, description="Days of the discount, from day 0")
    property_share: float = Field(
        default=0, ge=0, le=1, description="Communities whose property company takes the wallet"
    )
    transport: bool = Field(default=False, description="Whether buses and metro take the wallet")


class CoBrand(Frozen):
    """A partner brand, its customers and its points."""

    overlap: SegmentProbability = Field(description="Customers of the bank who are the partner's customers too")
    partner_size: Ratio = Field(
        description="The partner's customers for each customer of the bank, those of both among them"
    )
    sees_per_quarter: Probability = Field(description="A customer of the partner sees the offer within a quarter")
    convert: SegmentProbability = Field(description="Opens the wallet, of those who see the offer and are able to")
    stranger_applies: Probability = Field(
        description="Applies, of those who see the offer and are no customers of the bank"
    )
    offer_weight: Ratio = Field(description="Contacts that one look at the offer counts for in fatigue")
    joins: Probability = Field(description="A user who is the partner's customer too links the accounts")
    partner_spending: Money = Field(description="Spending at the partner in a month of who has linked the accounts")
    redeemed_at_partner: Probability = Field(description="Points that are redeemed at the partner, not at the bank")
    redemption_delay: Days = Field(description="Mean days from earning a point to redeeming it")
    never_redeemed: Probability = Field(description="Points that are never redeemed")


class CoBrandLevers(Frozen):
    """The points of the coalition."""

    points_per_cny: float = Field(default=1, ge=0, le=100, description="Points for 1 CNY paid, on either side")
    settlement_cny_per_point: float = Field(
        default=0.005, ge=0, le=1, description="What the side that gave a point pays to the side that takes it"
    )


def impossible(scenario: Scenario, levers: Levers) -> Iterator[tuple[str, str]]:
    """Walk over the levers of this room that cannot be pulled in a scenario, as (dotted key, problem)."""
    asked = levers.member_referral.target_segments if levers.member_referral else None
    for segment in asked or ():
        if segment not in scenario.segment_names:
            hint = nearest(segment, scenario.segment_names)
            yield "levers.member_referral.target_segments", f"unknown segment '{segment}'; {hint}"
    merchants = levers.merchants
    if merchants and merchants.discount_days and merchants.per_1000_customers == 0:
        yield "levers.merchants.discount_days", "is set without a merchant who gives the discount"
    prizes = levers.staff_codes.leaderboard.prizes_cny if levers.staff_codes and levers.staff_codes.leaderboard else ()
    if list(prizes) != sorted(prizes, reverse=True):
        yield "levers.staff_codes.leaderboard.prizes_cny", "must not rise from one rank to the next"
