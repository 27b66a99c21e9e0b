"""A bank in districts, for populations larger than a worker's memory: each has its own customers, staff, budget and luck.

A district is the bank at a smaller scale. What a campaign does to a customer stays within the district for some mechanisms; others share
one thing over the whole bank (a line of callers, a budget that is spent first come, first served), and splitting that would give other
results: strategies that use them are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from simkit.campaign.offered_programme import offered_programme
from simkit.metrics.catalogue import KPIS
from simkit.params import Finding, Levers, ParameterError, Scenario, Strategy, resolve

SMALLEST_DISTRICT: Final = 20_000
"""Customers below which the averages of a district wander too far from those of the bank."""

LOCAL: Final = frozenset(
    {"trust", "education", "breach", "features", "theme_events", "satisfaction", "loyalty", "share_of_wallet"}
    | {"motives", "competitor", "neglect", "lead_score", "lead_sources", "routes", "pitch", "conduct", "training"}
    | {"deliberation", "tags", "relevance", "partner_embed", "dwell", "merchants", "activation_help", "fraud"}
)
"""Mechanisms that act on one customer, one community or one team at a time."""

AVERAGED: Final = frozenset({"word_of_mouth"})
"""Mechanisms in which customers meet the average of the bank: in a large district, which is made like all others, it is the same."""

SHARED: Final[Mapping[str, str]] = {
    "workplaces": "employers have staff in all districts",
    "follow_up": "one team works on one list of tasks for the whole bank",
    "theme_days": "a day's quota is for the whole bank, first come, first served",
    "tiers": "relationship managers keep one portfolio for the whole bank",
    "routing": "its capacity is that of desks for the whole bank",
    "handoffs": "desks take over customers of the whole bank",
    "branch_counters": "a few branches stand for all",
    "support_desk": "one desk answers the whole bank, and its callers wait in one line",
    "alerts": "its thresholds are set for figures of the whole bank",
    "staff_codes": "staff of the whole bank stand in one organisation and on one leaderboard",
    "member_referral": "friends live in all districts",
    "co_brand": "a partner brand has its customers in all districts",
    "corporate_wallets": "corporate clients have members in all districts",
}
"""Mechanisms that share something over the whole bank, and what."""

_SUMS_OF_A_RUN = frozenset({"appointments_late", "ride_minutes", "training_staff_days", "eligible_untouched"})


def one_district(scenario: Scenario, districts: int) -> Scenario:
    """Return one of so many equal districts of the bank as a scenario."""
    return scenario if districts == 1 else scenario.model_copy(update={"scale": scenario.scale / districts})


def refuse_shared(scenario: Scenario, strategy: Strategy, districts: int) -> None:
    """Raise `ParameterError` where a strategy cannot be played district by district, with every reason."""
    if districts == 1:
        return
    findings = [Finding(strategy.name, key, problem) for key, problem in _shared(scenario, strategy)]
    customers = one_district(scenario, districts).customers
    if customers < SMALLEST_DISTRICT:
        problem = f"a district would have {customers:,} customers; the fewest are {SMALLEST_DISTRICT:,}"
        findings.append(Finding(strategy.name, "districts", problem))
    if findings:
        raise ParameterError(findings)


def _shared(scenario: Scenario, strategy: Strategy) -> Iterator[tuple[str, str]]:
    from simkit.campaign.switchboard import taking_part  # noqa: PLC0415 - who only reads results never loads the model

    levers = resolve(scenario, strategy).levers
    for key in taking_part(scenario, levers):
        if key not in LOCAL | AVERAGED:
            yield f"levers.{key}", f"cannot be split into districts: {SHARED[key]}"
    if levers.calls.inbound_seats:
        yield "levers.calls.inbound_seats", "cannot be split into districts: all callers wait in one line"
    yield from _shared_limits(levers)


def _shared_limits(levers: Levers) -> Iterator[tuple[str, str]]:
    programme = offered_programme(levers)
    if programme is None:
        return
    key = "levers.offer.reward_programme"
    budget = programme.budget
    if any(limit is not None for limit in (budget.total_cny, budget.per_day_cny, budget.liability_cny)):
        yield key, f"cannot be split into districts: the budget of '{programme.name}' is for the whole bank"
    if any(cap.scope == "programme" for part in programme.parts.values() for cap in part.caps):
        yield key, f"cannot be split into districts: a quota of '{programme.name}' is for the whole bank"


def whole_bank(metrics: Sequence[pa.Table]) -> pa.Table:
    """Return the key figures of the bank from those of its districts: sums, and ratios of sums.

    A figure that is neither (a longest wait, a share with no parts told) is not a number.
    """
    first = metrics[0]
    if any(not other.select(["segment", "kpi"]).equals(first.select(["segment", "kpi"])) for other in metrics):
        raise ValueError("the districts of a run tell different key figures")
    total = np.sum([table["value"].to_numpy() for table in metrics], axis=0)
    names, segments = first["kpi"].to_pylist(), first["segment"].to_pylist()
    place = {pair: row for row, pair in enumerate(zip(names, segments, strict=True))}
    for row, (name, segment) in enumerate(zip(names, segments, strict=True)):
        parts = KPIS[name].ratio_of
        if parts is not None:
            above, below = (total[place[part, segment]] for part in parts)
            total[row] = above / below if below else np.nan
        elif not _adds_up(name):
            total[row] = np.nan
    return first.set_column(first.column_names.index("value"), "value", pa.array(total))


def _adds_up(name: str) -> bool:
    kpi = KPIS[name]
    if kpi.source == "figure":
        return kpi.unit == "CNY" or name in _SUMS_OF_A_RUN
    return name != "over_budget"
