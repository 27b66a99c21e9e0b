"""One part of a programme: who may have it, what earns it, claim, grant, release, validity and caps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from simkit.params.levers import Title
from simkit.params.quantity import Frozen
from simkit.rewards.grants import SHARES, Coupons, Grant
from simkit.rewards.triggers import (
    Attendance,
    DayCount,
    Exchange,
    OnePayment,
    Referral,
    SpendingInPeriod,
    Trigger,
    Window,
)

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Tiers = Annotated[tuple[Word, ...], Field(min_length=1, max_length=8, strict=False)]


class Who(Frozen):
    """Whose payments, claims and exchanges count."""

    new_customers: bool = Field(default=False, description="New customers alone")
    primary_card: bool = Field(default=False, description="Holders of a primary card alone, not of a supplementary one")
    tiers: Tiers | None = Field(default=None, description="Card tiers; null means all")


class Release(Frozen):
    """When claimed coupons become effective: on the day of the claim, as far as the month has room."""

    per_month: int | None = Field(
        default=None, ge=1, le=100, description="Coupons of the part that become effective in one calendar month"
    )
    wait_days: int = Field(default=0, ge=0, le=365, description="Days from the claim to the first effective day")


class Validity(Frozen):
    """How long an effective coupon can be redeemed; `ordinal` counts the day on which it becomes effective as day 1."""

    days: int | None = Field(ge=1, le=3650, description="Days; null means not yet decided, which the linter reports")
    day_count: DayCount = "ordinal"
    ends_with_programme: bool = Field(default=False, description="Whether coupons expire with the programme's last day")

    @property
    def span(self) -> int:
        """Days from the effective to the last day."""
        return Window(days=self.days, day_count=self.day_count).span


class Cap(Frozen):
    """A limit on coupons: of one person, or of the whole programme (a quota: first come, first served)."""

    max: int = Field(ge=1, le=1_000_000_000)
    per: Literal["day", "week", "month", "year", "programme"] = Field(description="Calendar period")
    scope: Literal["person", "programme"] = "person"
    counted_on: Literal["claims", "redemptions"] = "claims"


class Part(Frozen):
    """One part of a programme."""

    title: Title
    who: Who = Who()
    trigger: Trigger
    claim: Window | None = Field(default=None, description="How long the grant can be claimed; null: nothing to claim")
    grant: Grant
    release: Release = Release()
    validity: Validity | None = Field(default=None, description="Of coupons; null means that they never expire")
    caps: tuple[Cap, ...] = Field(default=(), max_length=8, strict=False)
    bank_share: float | None = Field(
        default=None, ge=0, le=1, description="Share of the face paid by the bank, the partner pays the rest"
    )
    headline_coupons: int | None = Field(default=None, ge=1, description="Most coupons that advertisements speak of")

    @property
    def at_once(self) -> bool:
        """Whether the grant is used up in the moment in which it is given."""
        return not isinstance(self.grant, Coupons)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.claim is not None and (self.at_once or isinstance(self.trigger, Exchange | Attendance | Referral)):
            raise ValueError("claim: only coupons that payments earn are claimed; leave it out")
        of_payment = isinstance(self.trigger, OnePayment | SpendingInPeriod)
        if isinstance(self.grant, SHARES) and not of_payment:
            raise ValueError(f"grant: a {self.grant.kind} needs a payment to be a share of")
        if isinstance(self.trigger, SpendingInPeriod) and self.grant.kind == "discount":
            raise ValueError("grant: a discount is given at one payment; use cashback for what is spent in a period")
        if self.validity is not None and self.at_once:
            raise ValueError(f"validity: a {self.grant.kind} is used at once; leave it out")
        if self.release != Release() and self.at_once:
            raise ValueError(f"release: a {self.grant.kind} is used at once; leave it out")
        if self.at_once and any(cap.counted_on == "redemptions" for cap in self.caps):
            raise ValueError("caps: what is used at once is counted on claims")
        return self

    def empty(self) -> Iterator[str]:
        """Walk over the keys that the rules need and that nobody has decided yet."""
        trigger = self.trigger
        if isinstance(trigger, Exchange) and trigger.points is None:
            yield "trigger.points"
        windows = {
            "trigger.within_of_approval": trigger.within_of_approval if isinstance(trigger, OnePayment) else None,
            "trigger.within": trigger.within if isinstance(trigger, Referral) else None,
            "claim": self.claim,
            "validity": self.validity,
        }
        for key, window in windows.items():
            if window is not None and window.days is None:
                yield f"{key}.days"
        if isinstance(self.grant, Coupons):
            yield from (f"grant.face_cny.{tier}" for tier, face in self.grant.face_cny.items() if face is None)
