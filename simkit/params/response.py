"""How customers respond to contacts, gifts and rewards: the sections `response` and `rewards` of a scenario."""

from __future__ import annotations

from pydantic import Field

from simkit.params.quantity import (
    Days,
    Frozen,
    Money,
    Probability,
    Ratio,
    SegmentDays,
    SegmentDiscount,
    SegmentLogOdds,
    SegmentProbability,
    Shape,
    Spread,
)


class Response(Frozen):
    """What moves the log-odds of opening in every channel."""

    propensity_spread: Spread = Field(description="Standard deviation of customers' own log-odds of opening")
    fatigue_odds_ratio: SegmentDiscount = Field(
        description="Odds ratio of opening for each contact of the last 28 days"
    )
    incentive_per_10_cny: SegmentLogOdds = Field(description="Log-odds of opening for each 10 CNY of welcome gift")
    opt_out_growth: Ratio = Field(description="Growth of the opt-out hazard for each contact in 28 days beyond two")


class RewardResponse(Frozen):
    """How customers take to a reward programme."""

    notice_delay: Days = Field(description="Mean days until a user has noticed the programme")
    takes_part: SegmentProbability = Field(
        description="Users who, once they have noticed it, play for a programme of reference_face"
    )
    reference_face: Money = Field(
        description="Worth of one grant for which takes_part holds; others by response.incentive_per_10_cny"
    )
    hunters: SegmentProbability = Field(
        description="Of those who take part, bonus hunters: they play the minimum and leave when it ends"
    )
    top_up: Probability = Field(
        description="Pays as often as the week's reward needs, having planned at least one payment but too few"
    )
    goal_gradient: Ratio = Field(description="Payments grow by this times the squared progress to the next stage")
    claim: SegmentProbability = Field(description="Claims a qualified coupon")
    claim_delay: Days = Field(description="Mean days from qualifying to claiming")
    redeem: SegmentProbability = Field(description="Redeems a claimed coupon, given endless validity")
    redeem_unasked: SegmentProbability = Field(
        description="Redeems a coupon that came without being asked for, of those who do not take part"
    )
    lag_shape: Shape = Field(description="Weibull shape of days from effective to redeemed")
    lag_scale: SegmentDays = Field(description="Weibull scale of days from effective to redeemed")
    payment_uplift: Ratio = Field(description="Ratio of payments while the programme runs, of those who take part")
    drop_after: SegmentProbability = Field(
        description="Payments missing in the two weeks after the programme ends, of those who took part"
    )
    exchanges: SegmentProbability = Field(description="Uses points at all")
    points_per_cny: Ratio = Field(
        description="Points of the bank's own for 1 CNY paid, where a programme takes points and gives none"
    )
    higher_tier: SegmentProbability = Field(
        description="Holds the second card tier of a programme that has tiers, the others the first"
    )
    refunded: Probability = Field(description="A payment that is refunded")
    refund_delay: Days = Field(description="Mean days from a payment to its refund")
