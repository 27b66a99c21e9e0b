"""A reward programme as a planner writes it, in `params/rewards/*.yaml`. Every reading of a rule is a field.

A programme is a list of parts. A part says who may have it, what earns it, whether and how long it must be claimed, what it gives, when
coupons become effective, how long they are valid, and how often one person may have it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from simkit.params import nearest
from simkit.params.levers import Title
from simkit.params.quantity import Frozen
from simkit.params.scenario import Date, Name
from simkit.rewards.grants import EVERY_TIER, Coupons
from simkit.rewards.parts import Part, Tiers, Word
from simkit.rewards.triggers import PAYMENT_TRIGGERS, Cny, Exchange, OnTop, Referral


class Stage(Frozen):
    """A step of the map."""

    at: int = Field(ge=1, le=100_000, description="Icons")
    prize: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Stages(Frozen):
    """A map on which every coupon of some parts lights an icon; stages are reached one after the other, each once."""

    title: Title
    lit_by: tuple[Word, ...] = Field(min_length=1, strict=False)
    lit_on: Literal["claim", "redemption"] = "claim"
    counting: Literal["cumulative", "per_map"] = Field(
        default="cumulative", description="Whether `at` counts all icons, or those since the stage before"
    )
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=250, strict=False)

    @property
    def thresholds(self) -> list[int]:
        """Icons in all at which each stage is reached."""
        steps = [stage.at for stage in self.stages]
        return steps if self.counting == "cumulative" else [sum(steps[: n + 1]) for n in range(len(steps))]

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if any(after <= before for before, after in zip(self.thresholds, self.thresholds[1:], strict=False)):
            raise ValueError("stages: with cumulative counting each stage needs more icons than the one before")
        return self


class Earn(Frozen):
    """Points that payments earn, rounded down for each payment."""

    per_cny: float = Field(gt=0, le=1000)
    min_amount_cny: Cny = 0


class PointsExpiry(Frozen):
    """When a lot of points expires: so many months after its day, or at the end of that month."""

    months: int = Field(ge=1, le=120)
    at: Literal["same_day", "month_end"] = "month_end"


class Points(Frozen):
    """Points by lot: earned, pending, available, burnt oldest first, expired. A partner's points are credited at its rate."""

    earn: Earn | None = Field(default=None, description="null: points come from credits alone")
    pending_days: int = Field(default=0, ge=0, le=365, description="Days until earned or credited points can be used")
    expiry: PointsExpiry | None = None
    partner_rates: dict[Word, Annotated[float, Field(gt=0, le=1000)]] = Field(
        default_factory=dict, description="Own points for one point of a partner, whom a credit names"
    )
    value_cny: float = Field(default=0, ge=0, le=10, description="Cost of one point, for the liability")


class Budget(Frozen):
    """What the bank's share may cost. For a whole bank; a run at a smaller scale has the same share of it."""

    total_cny: Cny | None = None
    per_day_cny: Cny | None = None
    liability_cny: Cny | None = Field(default=None, description="Coupons outstanding, bank's share")
    counted_on: Literal["issue", "redemption"] = "issue"
    when_spent: Literal["stop", "throttle", "warn"] = Field(
        default="stop", description="Stop; spread what is left evenly over the days left; or only report it"
    )


class Accounting(Frozen):
    """Who pays and when it counts as cost."""

    bank_share: float | None = Field(default=None, ge=0, le=1, description="null: the scenario's costs.coupon_share")
    recognised_on: Literal["issue", "redemption"] = Field(
        default="redemption", description="At issue, what expires is taken back as breakage"
    )


class Stacking(Frozen):
    """What holds when one payment earns several parts: all, the one worth most, the first listed, or one for ever."""

    parts: tuple[Word, ...] = Field(min_length=2, strict=False)
    policy: Literal["accumulate", "best", "first", "exclusive"]


class Headline(Frozen):
    """What advertisements promise of the whole programme to one person within a year."""

    coupons: int = Field(ge=1)


class Programme(Frozen):
    """A reward programme."""

    name: Name
    title: Title
    source: str = Field(default="", description="Where the rules were published")
    tiers: Tiers = ("standard",)
    starts_on: Date | None = None
    ends_on: Date | None = None
    year: Literal["calendar", "anniversary"] = Field(
        default="calendar", description="The year of caps; of the card's approval"
    )
    headline: Headline | None = None
    parts: dict[Word, Part] = Field(min_length=1, max_length=16)
    leaderboards: dict[Word, OnTop] = Field(default_factory=dict, max_length=4)
    stages: Stages | None = None
    points: Points | None = None
    stacking: tuple[Stacking, ...] = Field(default=(), max_length=4, strict=False)
    refunds: Literal["keep", "revoke_unused", "claw_back"] = Field(
        default="revoke_unused", description="What a refund does to a grant that has lost its payment"
    )
    budget: Budget = Budget()
    accounting: Accounting = Accounting()
    reading: str | None = Field(default=None, description="The variant that holds when none is named")
    variants: dict[Word, dict[str, Any]] = Field(
        default_factory=dict, description="Readings, each a diff on the rules above"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for problem in self._contradictions():
            raise ValueError(problem)
        return self

    def _contradictions(self) -> Iterator[str]:
        """Walk over keys that do not go together, as 'key: problem'."""
        if self.starts_on and self.ends_on and self.starts_on > self.ends_on:
            yield f"ends_on: {self.ends_on} is before starts_on {self.starts_on}"
        if self.reading is not None and self.reading not in self.variants:
            yield f"reading: there is no variant '{self.reading}'; {nearest(self.reading, self.variants)}"
        if self.budget.when_spent == "throttle" and (self.budget.total_cny is None or self.ends_on is None):
            yield "budget.when_spent: to throttle needs total_cny and the programme's ends_on"
        for key, names in self._references():
            for name in names:
                if name not in self.parts:
                    yield f"{key}: there is no part '{name}'; {nearest(name, self.parts)}"
        for name, part in self.parts.items():
            yield from self._strange_tiers(name, part)
            if isinstance(part.trigger, Exchange) and self.points is None:
                yield f"parts.{name}.trigger: an exchange needs the section points"
            if part.validity is not None and part.validity.ends_with_programme and self.ends_on is None:
                yield f"parts.{name}.validity.ends_with_programme: the programme has no ends_on"
        yield from self._strange_leaderboards()
        yield from self._strange_stacking()

    def _strange_leaderboards(self) -> Iterator[str]:
        for name, board in self.leaderboards.items():
            if name in self.parts:
                yield f"leaderboards.{name}: a part has this name"
            trigger = self.parts[board.counts].trigger
            if not isinstance(trigger, Referral) or trigger.to != "referrer":
                yield f"leaderboards.{name}.counts: '{board.counts}' does not reward referrers"

    def _strange_stacking(self) -> Iterator[str]:
        stacked = [name for rule in self.stacking for name in rule.parts]
        for name in stacked:
            if stacked.count(name) > 1:
                yield f"stacking: the part '{name}' stands in two rules"
            if not isinstance(self.parts[name].trigger, PAYMENT_TRIGGERS):
                yield f"stacking: '{name}' is not earned by payments"

    def _strange_tiers(self, name: str, part: Part) -> Iterator[str]:
        given = {"who.tiers": part.who.tiers or ()}
        if isinstance(part.grant, Coupons):
            given |= {"grant.quantity": tuple(part.grant.quantity), "grant.face_cny": tuple(part.grant.face_cny)}
            for tier in self.tiers:
                quantity = part.grant.quantity.get(tier, part.grant.quantity.get(EVERY_TIER, 0))
                if quantity and tier not in part.grant.face_cny and EVERY_TIER not in part.grant.face_cny:
                    yield f"parts.{name}.grant.face_cny: no face for the tier '{tier}', which gets {quantity} coupons"
        for key, tiers in given.items():
            for tier in tiers:
                if tier not in (*self.tiers, EVERY_TIER):
                    yield f"parts.{name}.{key}: unknown tier '{tier}'; {nearest(tier, self.tiers)}"

    def _references(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        if self.stages is not None:
            yield "stages.lit_by", self.stages.lit_by
        for position, rule in enumerate(self.stacking):
            yield f"stacking.{position}.parts", rule.parts
        for name, board in self.leaderboards.items():
            yield f"leaderboards.{name}.counts", (board.counts,)

    def empty(self) -> Iterator[str]:
        """Walk over the keys that the rules need and that nobody has decided yet."""
        for name, part in self.parts.items():
            yield from (f"parts.{name}.{key}" for key in part.empty())
