"""What a wallet saves a client and what it costs: pure functions of volumes and terms, in CNY."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_DAYS_PER_YEAR = 365
Floats = NDArray[np.floating]


def cash_freed_cny(volume_a_day_cny: Floats, settlement_days: float) -> Floats:
    """Return the money that a client need not wait for any more: what is under way at any time, volume a day × days."""
    return volume_a_day_cny * settlement_days


def settlement_saving_cny(cash_cny: Floats, funding_rate_a_year: float) -> Floats:
    """Return what having this money a day earlier is worth on one day: cash × rate / 365."""
    return cash_cny * funding_rate_a_year / _DAYS_PER_YEAR


def fee_a_day_cny(annual_fee_cny: Floats, commission_rate: float, volume_a_day_cny: Floats) -> Floats:
    """Return what a client pays for a day: its part of the annual fee, and the commission on the volume."""
    return annual_fee_cny / _DAYS_PER_YEAR + commission_rate * volume_a_day_cny


def cashback_cny(spent_cny: Floats, members: NDArray[np.integer], threshold: float, rate: float, cap: float) -> Floats:
    """Return the cashback of a period: a share of what members spent, capped, if together they reach the threshold.

    `threshold` and `cap` (CNY) are for each member of the client. Spending nothing never brings cashback.
    """
    reached = (spent_cny >= threshold * members) & (spent_cny > 0)
    return np.where(reached, np.minimum(rate * spent_cny, cap * members), 0.0)


def break_even_days(annual_fee_cny: float, saving_a_day_cny: float, commission_a_day_cny: float) -> float:
    """Return after how many days the savings have paid for the first annual fee; not a number if they never do."""
    margin = saving_a_day_cny - commission_a_day_cny
    return annual_fee_cny / margin if margin > 0 else float("nan")
