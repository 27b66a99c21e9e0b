"""Rules of the linter that need no play: what is written is looked at alone."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from typing import Final

from simkit.rewards.grants import Coupons, Gift, Money, for_tier
from simkit.rewards.lint_rules.remark import Remark
from simkit.rewards.parts import Part
from simkit.rewards.programme import Programme, Stages
from simkit.rewards.triggers import OnePayment, PaymentsInPeriod

_CRUMB_CNY: Final = 0.01
_PERIODS: Final = {"natural_week": "a natural week", "calendar_month": "a calendar month"}


def remarks_on_text(programme: Programme) -> Iterator[Remark]:
    """Walk over what is remarkable in one reading of a programme without playing it."""
    if programme.stages is not None and len(programme.stages.stages) > 1:
        yield _counting(programme.stages)
    for name, part in programme.parts.items():
        yield from _no_minimum(name, part, programme)
        yield from _outlives(name, part, programme.ends_on)
    for key in programme.empty():
        yield Remark(
            "L7",
            "problem",
            key,
            "nobody has decided this value, and the rules cannot be played without it",
            "Enter it.",
        )
    yield from _small_budgets(programme)


def _counting(stages: Stages) -> Remark:
    """L4: what the other way of counting icons would need."""
    steps = [stage.at for stage in stages.stages]
    per_map = f"{' + '.join(map(str, steps))} = {sum(steps)}"
    if stages.counting == "cumulative":
        message = (
            f"icons are counted in all, and the last stage needs {steps[-1]}; "
            f"counted anew for each map, the stages would need {per_map} > {steps[-1]}"
        )
        action = "Let the terms say that icons add up over all stages."
    else:
        rising = all(after > before for before, after in itertools.pairwise(steps))
        other = f"the last stage would need {steps[-1]} < {sum(steps)}" if rising else "they would not even rise"
        message = f"icons are counted anew for each map, and the stages need {per_map}; counted in all, {other}"
        action = "Let the terms say that icons begin anew after each stage."
    return Remark("L4", "notice", "stages.counting", message, action)


def _no_minimum(name: str, part: Part, programme: Programme) -> Iterator[Remark]:
    """L5: a fixed reward for payments of any size."""
    trigger = part.trigger
    if not isinstance(trigger, OnePayment | PaymentsInPeriod) or trigger.min_amount_cny > 0:
        return
    earned = _in_words(_worth(part, programme))
    if not earned:
        return
    if isinstance(trigger, PaymentsInPeriod) and trigger.payments > 1:
        paid = f"{trigger.payments} payments of CNY {_CRUMB_CNY} in {_PERIODS[trigger.period]} earn"
    else:
        paid = f"one payment of CNY {_CRUMB_CNY} earns"
    yield Remark(
        "L5",
        "notice",
        f"parts.{name}.trigger.min_amount_cny",
        f"there is no minimum amount: {paid} {earned}",
        "Set it to what a small ordinary purchase costs.",
    )


def _worth(part: Part, programme: Programme) -> dict[str, float]:
    """Return what one grant is worth in CNY to each tier that gets it; nothing for a share of what is paid."""
    grant = part.grant
    tiers = [tier for tier in programme.tiers if part.who.tiers is None or tier in part.who.tiers]
    match grant:
        case Coupons():
            worth = {
                tier: (for_tier(grant.quantity, tier) or 0) * (for_tier(grant.face_cny, tier) or 0) for tier in tiers
            }
            return {tier: value for tier, value in worth.items() if value}
        case Gift():
            return dict.fromkeys(tiers, grant.value_cny)
        case Money():
            return dict.fromkeys(tiers, grant.amount_cny)
        case _:
            return {}


def _in_words(worth: dict[str, float]) -> str:
    if len(set(worth.values())) <= 1:
        return "".join(f"CNY {value:g}" for value in set(worth.values()))
    return ", ".join(f"CNY {value:g} ({tier})" for tier, value in worth.items())


def _outlives(name: str, part: Part, ends_on: datetime.date | None) -> Iterator[Remark]:
    """L6: a coupon that can be redeemed after the programme's last day."""
    if ends_on is None or not isinstance(part.grant, Coupons):
        return
    if part.validity is None:
        life, key = f"coupons never expire, and the programme ends on {ends_on}", "validity"
        action = "Give them a validity that ends with the programme."
    elif part.validity.days is None or part.validity.ends_with_programme:
        return
    else:
        claimed = ends_on + datetime.timedelta(days=part.claim.span if part.claim is not None else 0)
        expires = _last_release(part, claimed) + datetime.timedelta(days=part.validity.span)
        if expires <= ends_on:
            return
        life = (
            f"what is earned on the last day, {ends_on}, and claimed on {claimed} can be redeemed until {expires}, "
            f"{(expires - ends_on).days} days after the programme's end"
        )
        key, action = "validity.ends_with_programme", "Set it to true, or let the programme take no payments so late."
    yield Remark("L6", "problem", f"parts.{name}.{key}", life, action)


def _last_release(part: Part, claimed: datetime.date) -> datetime.date:
    """Return when the last coupon of a grant becomes effective, if the month of the claim has room."""
    effective = claimed + datetime.timedelta(days=part.release.wait_days)
    if part.release.per_month is None or not isinstance(part.grant, Coupons):
        return effective
    months_later = (max(part.grant.quantity.values()) - 1) // part.release.per_month
    if not months_later:
        return effective
    months = effective.year * 12 + effective.month - 1 + months_later
    return datetime.date(months // 12, months % 12 + 1, 1)


def _small_budgets(programme: Programme) -> Iterator[Remark]:
    """L10: a limit of money or coupons for the whole programme that does not hold one grant of some part."""
    budget = programme.budget
    limits = {"liability_cny": budget.liability_cny}
    if budget.counted_on == "issue":
        limits |= {"total_cny": budget.total_cny, "per_day_cny": budget.per_day_cny}
    for name, part in programme.parts.items():
        worth = _worth(part, programme)
        share = part.bank_share if part.bank_share is not None else programme.accounting.bank_share
        least = min(worth.values(), default=0) * (1 if share is None else share)
        for key, limit in limits.items():
            if limit is not None and budget.when_spent != "warn" and least > limit:
                yield Remark(
                    "L10",
                    "problem",
                    f"budget.{key}",
                    f"CNY {limit:g} does not hold one grant of '{name}', of which the bank pays at least CNY {least:g}",
                    "Raise the budget, or lower the grant.",
                )
        for position, cap in enumerate(part.caps):
            fewest = min((count for count in _quantities(part, programme) if count), default=0)
            if cap.scope == "programme" and fewest > cap.max:
                yield Remark(
                    "L10",
                    "problem",
                    f"parts.{name}.caps.{position}.max",
                    f"{cap.max} does not hold one grant, which is at least {fewest} coupons at once",
                    "Raise the cap, or lower the quantity.",
                )


def _quantities(part: Part, programme: Programme) -> list[int]:
    return (
        [for_tier(part.grant.quantity, tier) or 0 for tier in programme.tiers]
        if isinstance(part.grant, Coupons)
        else []
    )
