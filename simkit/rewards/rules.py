"""A programme's rules as tables of small numbers, which the engine reads for every event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simkit.rewards.codes import OnRefund, Period, Reason, Stack, Trigger, Worth
from simkit.rewards.days import HORIZON, NEVER, day_number
from simkit.rewards.grants import Cashback, Coupons, Discount, Gift, for_tier
from simkit.rewards.parts import Cap, Part
from simkit.rewards.programme import Programme
from simkit.rewards.triggers import (
    PAYMENT_TRIGGERS,
    WEEKDAYS,
    Attendance,
    Exchange,
    OnePayment,
    OnTop,
    PaymentsInPeriod,
    Referral,
    SpendingInPeriod,
)

MILLION: Final = 1_000_000
_TIERS: Final = 8
_NO_LIMIT: Final = 2**62
PARTS: Final = np.dtype(
    [
        *(
            (name, "i8")
            for name in (
                *("trigger", "worth", "period", "min_amount", "needed", "points", "rate", "off", "price", "most"),
                *("payments", "cash_advances", "merchants", "week_days", "month_days", "first_day", "last_day"),
                *("approval_span", "claim_span", "wait", "per_month", "validity_span", "last_expiry", "lifetime"),
                *("new_only", "primary_only", "tiers", "once", "at_once", "icon", "bank_share", "first_cap", "caps"),
                *("rule", "rank", "policy", "to_referrer", "staff_codes", "last_code", "code_span"),
            )
        ),
        ("quantity", "i8", (_TIERS,)),
        ("face", "i8", (_TIERS,)),
    ]
)
"""One row a part. Money in fen, rates in millionths, -1 for 'no window' and 'no expiry'."""
CAPS: Final = np.dtype([(name, "i8") for name in ("max", "period", "reason", "of_programme", "on_redemption")])
_CAP_REASON: Final = {
    "day": (Period.DAY, Reason.DAILY_CAP),
    "week": (Period.WEEK, Reason.WEEKLY_CAP),
    "month": (Period.MONTH, Reason.MONTHLY_CAP),
    "year": (Period.YEAR, Reason.ANNUAL_CAP),
    "programme": (Period.EVER, Reason.LIFETIME_CAP),
}
_PERIOD: Final = {"natural_week": Period.WEEK, "calendar_month": Period.MONTH, "calendar_year": Period.YEAR}


@dataclass(frozen=True)
class Rules:
    """The tables of one programme.

    names: parts, leaderboards last. merchants, partners: code by name, from 1. part, cap: see `PARTS`, `CAPS`. cap_keys: where each
    cap is written. thresholds: icons of each stage. general: the numbers of `GENERAL` for the whole programme. scale: share of the
    bank that is played, which budgets and quotas shrink with.
    """

    names: tuple[str, ...]
    merchants: dict[str, int]
    partners: dict[str, int]
    part: NDArray[Any]
    cap: NDArray[Any]
    cap_keys: tuple[str, ...]
    thresholds: NDArray[np.int64]
    partner_rates: NDArray[np.int64]
    general: NDArray[np.int64]


GENERAL: Final = (
    "on_refund",
    "icons_on_redemption",
    "last_day",
    "budget_total",
    "budget_a_day",
    "budget_liability",
    "budget_on_redemption",
    "budget_throttles",
    "earn_rate",
    "earn_from",
    "earn_first_day",
    "pending",
    "expiry_months",
    "expiry_month_end",
    "most_rows",
    "has_points",
)
"""Numbers that hold for the whole programme, by position. Money in fen; -1 for no budget."""


def compile_rules(programme: Programme, default_bank_share: float, scale: float) -> Rules:
    """Turn a programme's rules into tables; `default_bank_share` holds where the programme names none."""
    merchants = sorted({name for part in programme.parts.values() for name in getattr(part.trigger, "merchants", ())})
    merchant_codes = {name: code for code, name in enumerate(merchants, start=1)}
    names = (*programme.parts, *programme.leaderboards)
    part = np.zeros(len(names), dtype=PARTS)
    caps: list[tuple[int, ...]] = []
    keys: list[str] = []
    for position, (name, rules) in enumerate(programme.parts.items()):
        row = part[position]
        _who_and_when(row, rules, programme)
        _trigger(row, rules, merchant_codes)
        _grant(row, rules, programme)
        _stacking(row, name, programme)
        row["icon"] = programme.stages is not None and name in programme.stages.lit_by
        share = rules.bank_share if rules.bank_share is not None else programme.accounting.bank_share
        row["bank_share"] = _millionths(default_bank_share if share is None else share)
        row["first_cap"] = len(caps)
        for key, cap in _sorted_caps(name, rules):
            caps.append(_cap(cap, programme, scale))
            keys.append(key)
        row["caps"] = len(caps) - row["first_cap"]
    for row, board in zip(part[len(programme.parts) :], programme.leaderboards.values(), strict=True):
        _prize(row, board, programme, part[names.index(board.counts)])
    thresholds = programme.stages.thresholds if programme.stages is not None else []
    rates = programme.points.partner_rates if programme.points is not None else {}
    return Rules(
        names=names,
        merchants=merchant_codes,
        partners={name: code for code, name in enumerate(rates, start=1)},
        part=part,
        cap=np.array(caps, dtype=CAPS) if caps else np.zeros(1, dtype=CAPS),
        cap_keys=tuple(keys),
        thresholds=np.array(thresholds, dtype=np.int64),
        partner_rates=np.array([MILLION, *map(_millionths, rates.values())], dtype=np.int64),
        general=_general(programme, part, scale),
    )


def _who_and_when(row: Any, rules: Part, programme: Programme) -> None:  # noqa: ANN401 - a row of a structured array
    row["new_only"], row["primary_only"] = rules.who.new_customers, rules.who.primary_card
    row["tiers"] = sum(
        1 << code for code, tier in enumerate(programme.tiers) if rules.who.tiers is None or tier in rules.who.tiers
    )
    row["first_day"] = day_number(programme.starts_on) if programme.starts_on else 0
    row["last_day"] = day_number(programme.ends_on) if programme.ends_on else NEVER
    row["approval_span"] = row["code_span"] = -1
    row["claim_span"] = rules.claim.span if rules.claim is not None else -1


def _trigger(row: Any, rules: Part, merchants: dict[str, int]) -> None:  # noqa: ANN401
    trigger = rules.trigger
    if isinstance(trigger, PAYMENT_TRIGGERS):
        row["min_amount"] = fen(trigger.min_amount_cny)
        row["payments"], row["cash_advances"] = (kind in trigger.payment_kinds for kind in ("payment", "cash_advance"))
        row["merchants"] = sum(1 << merchants[name] for name in trigger.merchants)
        row["week_days"] = sum(1 << WEEKDAYS.index(day) for day in trigger.weekdays) or 0x7F
        row["month_days"] = sum(1 << day for day in trigger.days_of_month) or 0xFFFFFFFF
    match trigger:
        case OnePayment():
            row["trigger"], row["period"], row["once"] = Trigger.PAYMENT, Period.EVER, trigger.times == "once"
            if trigger.within_of_approval is not None:
                row["approval_span"] = trigger.within_of_approval.span
        case PaymentsInPeriod():
            row["trigger"], row["needed"] = Trigger.PAYMENTS_IN_PERIOD, trigger.payments
            row["period"] = _PERIOD[trigger.period]
        case SpendingInPeriod():
            row["trigger"], row["needed"] = Trigger.SPENDING_IN_PERIOD, fen(trigger.threshold_cny)
            row["period"] = _PERIOD[trigger.period]
        case Exchange():
            row["trigger"], row["points"] = Trigger.EXCHANGE, trigger.points
        case Attendance():
            row["trigger"] = Trigger.ATTENDANCE
        case Referral():
            row["trigger"], row["code_span"] = Trigger.REFERRAL, trigger.within.span
            row["to_referrer"], row["staff_codes"] = trigger.to == "referrer", trigger.codes == "staff"
            row["last_code"] = trigger.attribution == "last_code"


def _grant(row: Any, rules: Part, programme: Programme) -> None:  # noqa: ANN401
    grant = rules.grant
    row["at_once"] = rules.at_once
    row["quantity"][: len(programme.tiers)] = 1
    row["most"] = _NO_LIMIT
    match grant:
        case Coupons():
            for code, tier in enumerate(programme.tiers):
                row["quantity"][code] = for_tier(grant.quantity, tier) or 0
                row["face"][code] = fen(for_tier(grant.face_cny, tier) or 0)
        case Cashback() | Discount():
            row["worth"] = Worth.RATE
            row["rate"] = _millionths(grant.rate or 0)
            if grant.max_cny is not None:
                row["most"] = fen(grant.max_cny)
            if isinstance(grant, Discount) and grant.off_cny is not None:
                row["worth"], row["off"] = Worth.AMOUNT_OFF, fen(grant.off_cny)
            if isinstance(grant, Discount) and grant.pays_only_cny is not None:
                row["worth"], row["price"] = Worth.FIXED_PRICE, fen(grant.pays_only_cny)
        case Gift():
            row["face"][:] = fen(grant.value_cny)
        case _:
            row["face"][:] = fen(grant.amount_cny)
    row["per_month"], row["wait"] = rules.release.per_month or 0, rules.release.wait_days
    row["validity_span"] = rules.validity.span if rules.validity is not None else -1
    row["last_expiry"] = NEVER
    if rules.validity is not None and rules.validity.ends_with_programme and programme.ends_on is not None:
        row["last_expiry"] = day_number(programme.ends_on)
    endless = rules.validity is None or row["per_month"] > 0
    row["lifetime"] = NEVER if endless else max(row["claim_span"], 0) + row["wait"] + row["validity_span"]


def _stacking(row: Any, name: str, programme: Programme) -> None:  # noqa: ANN401
    row["rule"] = -1
    for code, rule in enumerate(programme.stacking):
        if name in rule.parts:
            row["rule"], row["rank"], row["policy"] = code, rule.parts.index(name), Stack[rule.policy.upper()]


def _prize(row: Any, board: OnTop, programme: Programme, counted: Any) -> None:  # noqa: ANN401
    row["trigger"], row["at_once"], row["tiers"] = Trigger.PRIZE, 1, 0xFF
    row["quantity"][: len(programme.tiers)] = 1
    row["claim_span"], row["validity_span"], row["last_expiry"], row["lifetime"] = -1, -1, NEVER, NEVER
    row["rule"], row["bank_share"], row["face"][:] = -1, counted["bank_share"], fen(board.prizes_cny[0])


def _sorted_caps(name: str, rules: Part) -> list[tuple[str, Cap]]:
    """Return caps with their keys in the order in which they are checked: short periods first, the programme's last."""
    order = list(_CAP_REASON)
    keyed = [(f"parts.{name}.caps.{position}", cap) for position, cap in enumerate(rules.caps)]
    return sorted(keyed, key=lambda item: (item[1].scope == "programme", order.index(item[1].per)))


def _cap(cap: Cap, programme: Programme, scale: float) -> tuple[int, ...]:
    period, reason = _CAP_REASON[cap.per]
    of_programme = cap.scope == "programme"
    if of_programme:
        reason = Reason.QUOTA_FULL
    elif period is Period.YEAR and programme.year == "anniversary":
        period = Period.CARD_YEAR
    most = int(cap.max * scale) if of_programme else cap.max
    return most, period, reason, of_programme, cap.counted_on == "redemptions"


def _general(programme: Programme, part: NDArray[Any], scale: float) -> NDArray[np.int64]:
    budget, points = programme.budget, programme.points
    earn = points.earn if points is not None else None
    expiry = points.expiry if points is not None else None
    limits = (budget.total_cny, budget.per_day_cny, budget.liability_cny)
    total, a_day, liability = (
        -1 if limit is None or budget.when_spent == "warn" else int(fen(limit) * scale) for limit in limits
    )
    values = {
        "on_refund": OnRefund[programme.refunds.upper()],
        "icons_on_redemption": programme.stages is not None and programme.stages.lit_on == "redemption",
        "last_day": day_number(programme.ends_on) if programme.ends_on else HORIZON - 1,
        "budget_total": total,
        "budget_a_day": a_day,
        "budget_liability": liability,
        "budget_on_redemption": budget.counted_on == "redemption",
        "budget_throttles": budget.when_spent == "throttle",
        "earn_rate": _millionths(earn.per_cny) if earn is not None else 0,
        "earn_from": fen(earn.min_amount_cny) if earn is not None else 0,
        "earn_first_day": day_number(programme.starts_on) if programme.starts_on else 0,
        "pending": points.pending_days if points is not None else 0,
        "expiry_months": expiry.months if expiry is not None else 0,
        "expiry_month_end": expiry is not None and expiry.at == "month_end",
        "most_rows": int(part["quantity"].max(axis=1).sum()) + 1,
        "has_points": points is not None,
    }
    return np.array([values[name] for name in GENERAL], dtype=np.int64)


def fen(cny: float) -> int:
    """Return an amount in fen."""
    return round(cny * 100)


def _millionths(share: float) -> int:
    return round(share * MILLION)


def tiers_without(programme: Programme, rules: Part) -> Iterator[str]:
    """Walk over the tiers that get nothing from a part."""
    for tier in programme.tiers:
        excluded = rules.who.tiers is not None and tier not in rules.who.tiers
        if excluded or (isinstance(rules.grant, Coupons) and not for_tier(rules.grant.quantity, tier)):
            yield tier
