"""A reward programme's rules: a threshold coupon, written in `params/rewards/*.yaml`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from simkit.params import Frozen, find_parameters, load_model
from simkit.params.levers import Title
from simkit.params.scenario import Name


class Trigger(Frozen):
    """What earns a coupon: so many payments within one natural week (Monday to Sunday), at most once a week."""

    period: Literal["natural_week"]
    payments: int = Field(ge=1, le=200)


class Claim(Frozen):
    """How long an earned coupon can be claimed; `elapsed` counts the day of qualifying as day 0."""

    window_days: int = Field(ge=0, le=366)
    day_count: Literal["elapsed"]


class Grant(Frozen):
    """What one claim gives."""

    face_cny: float = Field(gt=0, le=10_000)


class Validity(Frozen):
    """How long a claimed coupon can be redeemed; `ordinal` counts the day on which it becomes effective as day 1."""

    days: int = Field(ge=1, le=1095)
    day_count: Literal["ordinal"]


class Caps(Frozen):
    """Limits over the whole programme."""

    per_customer: int = Field(ge=1, le=10_000, description="Coupons qualified by one customer")


class RewardProgramme(Frozen):
    """A threshold coupon: pay so often in a week, claim in time, redeem in time."""

    name: Name
    title: Title
    trigger: Trigger
    claim: Claim
    grant: Grant
    validity: Validity
    caps: Caps


def load_programme(name: str) -> RewardProgramme:
    """Load a programme by name or path; raise `ParameterError` with every problem found."""
    return load_model(RewardProgramme, find_parameters("rewards", name))
