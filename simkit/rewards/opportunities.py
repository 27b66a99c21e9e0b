"""What there is to earn in a part of a programme: on which days, how often a day, and with how large a payment."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simkit.rewards.days import calendar, day_number
from simkit.rewards.grants import SHARES, Cashback, Coupons, Discount
from simkit.rewards.parts import Part
from simkit.rewards.programme import Programme
from simkit.rewards.rules import fen
from simkit.rewards.triggers import WEEKDAYS, Exchange, OnePayment, Referral

Days = NDArray[np.int64]
MOST_A_DAY: Final = 10
"""Attempts of one customer to get one part on one day."""
LARGE_PAYMENT_CNY: Final = 1000
"""Paid where a share without a limit is given."""
MONTH_DAYS: Final = 28


def rewards_referrers(part: Part) -> bool:
    """Say whether a part is earned by bringing others."""
    return isinstance(part.trigger, Referral) and part.trigger.to == "referrer"


def attempts(programme: Programme, part: Part) -> int:
    """Return how often a day one tries to get a part: often enough to meet every cap in time, and the tightest of a month at once."""
    often = isinstance(part.trigger, OnePayment | Exchange) or isinstance(part.grant, SHARES) or rewards_referrers(part)
    if not often or (isinstance(part.trigger, OnePayment) and part.trigger.times == "once"):
        return 1
    quantity = max(part.grant.quantity.values()) if isinstance(part.grant, Coupons) else 1
    caps = [cap for cap in part.caps if cap.scope == "person"]
    needed = {cap: cap.max // max(quantity, 1) + 1 for cap in caps}
    at_once = min((most for cap, most in needed.items() if cap.per in ("day", "week", "month")), default=1)
    in_time = [-(-most // _days_that_count(programme, part, cap.per)) for cap, most in needed.items()]
    return min(max(at_once, *in_time), MOST_A_DAY) if caps else 1


def _days_that_count(programme: Programme, part: Part, period: str) -> int:
    """Return on how many days of a period a part can be had, in the shortest such period."""
    weekdays, month_days = getattr(part.trigger, "weekdays", ()), getattr(part.trigger, "days_of_month", ())
    a_week = len(set(weekdays)) or len(WEEKDAYS)
    a_month = 4 * a_week
    if month_days:
        a_week, a_month = 1, 1 if weekdays else max(sum(day <= MONTH_DAYS for day in set(month_days)), 1)
    days = {"day": 1, "week": a_week, "month": a_month}.get(period, 12 * a_month)
    if programme.starts_on and programme.ends_on:
        days = min(days, (programme.ends_on - programme.starts_on).days + 1)
    if isinstance(part.trigger, OnePayment) and part.trigger.within_of_approval is not None:
        days = min(days, part.trigger.within_of_approval.span + 1)
    return days


def counts_on(programme: Programme, part: Part, days: Days) -> NDArray[np.bool_]:
    """Say on which days payments count."""
    weekdays, month_days = getattr(part.trigger, "weekdays", ()), getattr(part.trigger, "days_of_month", ())
    dates = calendar()[days]
    counts = np.ones(days.shape[0], dtype=np.bool_)
    if programme.starts_on is not None:
        counts &= days >= day_number(programme.starts_on)
    if programme.ends_on is not None:
        counts &= days <= day_number(programme.ends_on)
    if weekdays:
        counts &= np.isin(dates["of_week"], [WEEKDAYS.index(day) for day in weekdays])
    if month_days:
        counts &= np.isin(dates["of_month"], month_days)
    return counts


def period_numbers(period: str, days: Days) -> NDArray[np.int64]:
    """Return a number for the day, week, month or year in which each day lies; 0 for a programme."""
    dates = calendar()[days]
    numbers = np.zeros_like(days)
    match period.rpartition("_")[2]:
        case "day":
            numbers += days
        case "week":
            numbers += (days - dates["of_week"]) // 7
        case "month":
            numbers += dates["month"]
        case "year":
            numbers += dates["year"]
    return numbers


def first_of_each(period: str, days: Days) -> Days:
    """Return the first of the days in each period."""
    _, first = np.unique(period_numbers(period, days), return_index=True)
    return days[first]


def worth_paying(part: Part) -> int:
    """Return the least payment in fen that brings the most, for a share of what is paid."""
    grant = part.grant
    if not isinstance(grant, SHARES):
        return 0
    large = fen(LARGE_PAYMENT_CNY)
    if isinstance(grant, Discount) and grant.off_cny is not None:
        return fen(grant.off_cny)
    if isinstance(grant, Discount) and grant.pays_only_cny is not None:
        return fen(grant.pays_only_cny) + (fen(grant.max_cny) if grant.max_cny is not None else large)
    rate = grant.rate or 0
    return int(np.ceil(fen(grant.max_cny) / rate)) if grant.max_cny is not None else large


def smallest_step(part: Part) -> int:
    """Return the least in fen that brings one fen more of a share of what is spent; 0 where a part gives no such share."""
    grant = part.grant
    return int(np.ceil(1 / grant.rate)) if isinstance(grant, Cashback) else 0
