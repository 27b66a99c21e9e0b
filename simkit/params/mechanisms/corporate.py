"""Parameters of corporate wallets: what the scenario says and what a strategy chooses."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simkit.params.quantity import (
    Count,
    Days,
    Frozen,
    Money,
    PerYear,
    Probability,
    Ratio,
    SegmentProbability,
    Shape,
)

Activation = Literal["voluntary", "trained", "mandated"]


class OnboardingStage(Frozen):
    """One stage of taking on a client."""

    days: Days = Field(description="Mean days that the stage takes")
    falls_out: Probability = Field(description="Clients who give up at the end of the stage")


class MemberActivation(Frozen):
    """How the members of a client are brought to the wallet."""

    opens: Probability = Field(description="Members without wallet who open it when their employer has gone live")
    pays: Probability = Field(description="Of those who open, who ever pay with it")
    cost_per_member: Money = Field(description="Paid for each member invited this way")


class CorporateWallets(Frozen):
    """Employers who take the wallet for their people, and what it saves and costs them."""

    employed: SegmentProbability = Field(description="Customers who work for an employer that could be a client")
    members_per_client: Count = Field(description="Customers of the bank who work for one client")
    needs: OnboardingStage
    platform: OnboardingStage
    integration: OnboardingStage
    training: OnboardingStage
    feedback: OnboardingStage
    stage_shape: Shape = Field(description="Weibull shape of the days of a stage about their mean; 1 is exponential")
    unsponsored_success: Ratio = Field(
        description="Clients who go live without an executive sponsor, against those who go live with one"
    )
    clients_per_manager: Count = Field(description="Clients whom one account manager takes through the stages at once")
    onboarding_cost: Money = Field(description="Paid for each client taken on, finished or not")
    manager_day: Money = Field(description="Account manager, fully loaded, a day")
    voluntary: MemberActivation
    trained: MemberActivation
    mandated: MemberActivation
    joining_delay: Days = Field(description="Mean days from going live to a member's invitation")
    volume_per_member_day: Money = Field(description="Payments that a client makes and receives a day, for each member")
    volume_moved: Probability = Field(description="Share of a client's volume that moves to the wallet")
    settlement: Days = Field(description="Days until money arrives without the wallet; with it, none")
    funding_rate: PerYear = Field(description="What a client pays for money that it waits for")
    spending_response: Ratio = Field(
        description="Growth of members' payments for each unit of discount and cashback rate; 1 is 1 % for 1 %"
    )


class CorporateLevers(Frozen):
    """How many employers are approached, how their people are won, and the terms that they get."""

    approached_per_month: float = Field(ge=0, le=10_000, description="Employers approached in 30 days, whole bank")
    account_managers: float = Field(ge=0, le=10_000, description="Account managers, whole bank")
    activation: Activation = Field(default="voluntary", description="How members are brought to the wallet")
    sponsored: bool = Field(default=True, description="Whether clients' executives sponsor the project")
    annual_fee_cny: float = Field(default=0, ge=0, le=10_000_000, description="Paid by a client for a year of use")
    commission_rate: float = Field(default=0, ge=0, le=0.1, description="Paid by a client, share of the volume moved")
    cashback_threshold_cny: float = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="Payments of a client's members in 28 days, for each, from which on cashback is due",
    )
    cashback_rate: float = Field(default=0, ge=0, le=1, description="Cashback, share of members' payments")
    cashback_cap_cny: float = Field(
        default=100, ge=0, le=1_000_000, description="Most cashback in 28 days, for each member"
    )
    payment_discount: float = Field(
        default=0, ge=0, le=1, description="Taken off each payment of a member, share of its amount"
    )
