"""What earns a reward: one section `trigger` of a part, by its `kind`."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from simkit.params.quantity import Frozen

DayCount = Literal["elapsed", "ordinal"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[str, ...] = get_args(Weekday)
PaymentKind = Literal["payment", "cash_advance"]
Merchant = Annotated[str, StringConstraints(min_length=1, max_length=100)]
_CENTS = 100


def _whole_cents(amount: float) -> float:
    if abs(amount * _CENTS - round(amount * _CENTS)) > 1e-6:  # noqa: PLR2004 - far below a fen
        raise ValueError(f"{amount:g} CNY is no whole number of fen")
    return amount


Cny = Annotated[float, Field(ge=0, le=10_000_000), AfterValidator(_whole_cents)]


class Window(Frozen):
    """A stretch of days: `elapsed` counts its first day as day 0, `ordinal` as day 1."""

    days: int | None = Field(ge=1, le=3650, description="Days; null means not yet decided, which the linter reports")
    day_count: DayCount = Field(default="elapsed", description="Whether the first day is day 0 or day 1")

    @property
    def span(self) -> int:
        """Days from the first to the last day, both allowed."""
        days = self.days or 0
        return days if self.day_count == "elapsed" else days - 1


class _Payments(Frozen):
    """Which payments a trigger looks at."""

    min_amount_cny: Cny = Field(default=0, description="Smaller payments do not count")
    payment_kinds: tuple[PaymentKind, ...] = Field(
        default=("payment",), min_length=1, strict=False, description="Kinds of events that count as payments"
    )
    merchants: tuple[Merchant, ...] = Field(
        default=(), max_length=60, strict=False, description="Payments to these alone count; empty means all"
    )
    weekdays: tuple[Weekday, ...] = Field(default=(), strict=False, description="Days that count; empty means all")
    days_of_month: tuple[Annotated[int, Field(ge=1, le=31)], ...] = Field(
        default=(), strict=False, description="Days that count; empty means all"
    )


class OnePayment(_Payments):
    """One payment that is large enough."""

    kind: Literal["payment"]
    within_of_approval: Window | None = Field(
        default=None, description="Days from the card's approval; null is no limit"
    )
    times: Literal["once", "every"] = Field(default="every", description="Once a person, or with every payment")


class PaymentsInPeriod(_Payments):
    """So many payments within a calendar period, once a period."""

    kind: Literal["payments_in_period"]
    payments: int = Field(ge=1, le=1000)
    period: Literal["natural_week", "calendar_month"] = Field(description="Monday to Sunday, or a calendar month")


class SpendingInPeriod(_Payments):
    """So much spent within a calendar period. A fixed grant comes once a period; a share of what is spent grows with it."""

    kind: Literal["spending_in_period"]
    threshold_cny: Cny = Field(gt=0)
    period: Literal["natural_week", "calendar_month", "calendar_year"]


class Exchange(Frozen):
    """The customer gives points for it."""

    kind: Literal["exchange"]
    points: int | None = Field(ge=1, le=100_000_000, description="Price; null means not yet decided")


class Attendance(Frozen):
    """The customer comes to an event, once a person."""

    kind: Literal["attendance"]


class Referral(Frozen):
    """A customer who was shown a code converts. The reward goes to who converts or to the code's owner."""

    kind: Literal["referral"]
    to: Literal["referee", "referrer"]
    codes: Literal["members", "staff"] = Field(description="Codes of customers, or codes of others (employees)")
    attribution: Literal["first_code", "last_code"]
    within: Window = Field(description="Days from the code to the conversion")


Trigger = Annotated[
    OnePayment | PaymentsInPeriod | SpendingInPeriod | Exchange | Attendance | Referral, Field(discriminator="kind")
]
PAYMENT_TRIGGERS = (OnePayment, PaymentsInPeriod, SpendingInPeriod)


class OnTop(Frozen):
    """Prizes for those who were credited most often in a calendar month."""

    counts: str = Field(description="The referral part that is counted")
    prizes_cny: tuple[Annotated[Cny, Field(gt=0)], ...] = Field(min_length=1, max_length=100, strict=False)

    @model_validator(mode="after")
    def _falling(self) -> Self:
        if list(self.prizes_cny) != sorted(self.prizes_cny, reverse=True):
            raise ValueError("prizes_cny must not rise from one rank to the next")
        return self
