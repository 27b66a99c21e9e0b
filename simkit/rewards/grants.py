"""What a part gives: one section `grant` of a part, by its `kind`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from simkit.params.levers import Title
from simkit.params.quantity import Frozen
from simkit.rewards.triggers import Cny

EVERY_TIER = "every"


def _by_tier(value: Any) -> Any:  # noqa: ANN401 - what a file holds
    """Let one value stand for every tier."""
    return value if isinstance(value, dict) else {EVERY_TIER: value}


Quantities = Annotated[dict[str, Annotated[int, Field(ge=0, le=100)]], BeforeValidator(_by_tier), Field(min_length=1)]
Faces = Annotated[
    dict[str, Annotated[Cny, Field(gt=0, le=100_000)] | None], BeforeValidator(_by_tier), Field(min_length=1)
]


class Coupons(Frozen):
    """Coupons, redeemed later. Quantity and face are one value, or one for each tier; a tier that is left out gets none."""

    kind: Literal["coupons"]
    quantity: Quantities
    face_cny: Faces = Field(description="Face of one coupon; null means not yet decided")


class Cashback(Frozen):
    """A share of what is paid, credited at once and rounded down to the fen."""

    kind: Literal["cashback"]
    rate: float = Field(gt=0, le=1)
    max_cny: Annotated[Cny, Field(gt=0)] | None = Field(
        default=None, description="Most for one payment (or one period, where spending in a period counts)"
    )


class Discount(Frozen):
    """Money off at the till: a rate, an amount, or a price that is all the customer pays."""

    kind: Literal["discount"]
    rate: float | None = Field(default=None, gt=0, le=1)
    off_cny: Annotated[Cny, Field(gt=0)] | None = None
    pays_only_cny: Cny | None = None
    max_cny: Annotated[Cny, Field(gt=0)] | None = Field(default=None, description="Most for one payment")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.rate, self.off_cny, self.pays_only_cny)) != 1:
            raise ValueError("a discount is exactly one of rate, off_cny and pays_only_cny")
        return self


class Gift(Frozen):
    """A thing, handed over at once."""

    kind: Literal["gift"]
    item: Title
    value_cny: Annotated[Cny, Field(gt=0, le=100_000)]


class Money(Frozen):
    """Money, credited at once: a commission or a referral bonus."""

    kind: Literal["money"]
    amount_cny: Annotated[Cny, Field(gt=0, le=100_000)]


Grant = Annotated[Coupons | Cashback | Discount | Gift | Money, Field(discriminator="kind")]
SHARES = (Cashback, Discount)


def for_tier(values: Mapping[str, Any], tier: str) -> Any:  # noqa: ANN401 - quantities and faces
    """Return what holds for a tier, None where nothing does."""
    return values.get(tier, values.get(EVERY_TIER))
