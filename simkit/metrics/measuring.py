"""Ledger → KPI tables. Metrics read the ledger alone, never the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simkit.campaign import CampaignRun
from simkit.campaign.contacts.conversion import beta_geometric_hazard
from simkit.metrics.catalogue import KPIS
from simkit.params import Scenario, draw_parameters

ALL = "all"
_WEEKS_PER_YEAR = 52
_LASTING_WEEKS = 13
_LESS_THAN_A_FEN = 0.005

Floats = NDArray[np.float64]

_SCHEMA = pa.schema([("segment", pa.string()), ("kpi", pa.string()), ("value", pa.float64())])
_STAFFED = ("field_team", "event_booth", "human_seat", "inbound_seat")
_COUPON_EVENTS = ("qualified", "claimed", "lapsed", "effective", "redeemed", "expired")
_SEATS = ("human_seat", "inbound_seat")


def run_metrics(run: CampaignRun, scenario: Scenario) -> pa.Table:
    """Return a run's KPIs: one row for each (segment or 'all', kpi).

    Opened, activated and lasting count wallets opened on campaign days, so that all have their 90 days within the horizon.
    Costs and capacity exist for 'all' only. Net value is the value of lasting users (from their 90th day on), plus the fees that wallets
    held before the campaign bring within the horizon, less cost.
    """
    scenario = draw_parameters(scenario, run.draw)
    names = scenario.segment_names
    by_segment = _by_segment(run.tables, scenario, names)
    values = {kpi: float(amounts.sum()) for kpi, amounts in by_segment.items()}
    values |= _money(run.tables) | _capacity(run.tables, run.parameters)
    values["over_budget"] = _over_budget(values["coupon_cost"], run.parameters)
    values |= _figures(run.tables)
    values["net_value"] = values["value"] + values["holder_fees"] + values["corporate_revenue"] - values["cost"]
    rows = [(ALL, kpi, value) for kpi, value in _with_ratios(values)]
    for position, name in enumerate(names):
        segment = {kpi: float(amounts[position]) for kpi, amounts in by_segment.items()}
        rows += [(name, kpi, value) for kpi, value in _with_ratios(segment)]
    segments, kpis, amounts = zip(*rows, strict=True)
    return pa.Table.from_arrays([pa.array(segments), pa.array(kpis), pa.array(amounts)], schema=_SCHEMA)


def lasting_user_value(scenario: Scenario) -> dict[str, float]:
    """Return what one lasting user is worth, CNY by segment, from the 90th day over the value horizon, discounted.

    Each further week brings the fee on the week's payments and the margin on the extra deposits, if the user is still active by the
    beta-geometric survival curve (given activity in week 13).
    """
    wallet, value = scenario.wallet, scenario.value
    weeks = round(value.horizon.value * _WEEKS_PER_YEAR)
    hazard = beta_geometric_hazard(
        scenario.by_segment(wallet.survival_alpha), scenario.by_segment(wallet.survival_beta), _LASTING_WEEKS + weeks
    )
    survival = np.exp(hazard[:, [_LASTING_WEEKS]] - hazard[:, _LASTING_WEEKS + 1 :])
    discount = (1 + value.discount_rate.value) ** -(np.arange(1, weeks + 1) / _WEEKS_PER_YEAR)
    fees = scenario.by_segment(wallet.payments_per_week) * scenario.by_segment(value.ticket) * value.fee_rate.value
    margin = scenario.by_segment(value.deposit_uplift) * value.net_interest_margin.value / _WEEKS_PER_YEAR
    worth = (fees + margin) * (survival * discount).sum(axis=1)
    return dict(zip(scenario.segment_names, worth.tolist(), strict=True))


def _by_segment(tables: Mapping[str, pa.Table], scenario: Scenario, names: tuple[str, ...]) -> dict[str, Floats]:
    daily, coupons, outcomes, conversions = (tables[name] for name in ("daily", "coupons", "outcomes", "conversions"))
    in_campaign = conversions["opened_day"].to_numpy() < scenario.calendar.campaign_days
    activated = in_campaign & (conversions["activated_day"].to_numpy() >= 0)
    lasting = in_campaign & pc.fill_null(conversions["lasting"], fill_value=False).to_numpy()
    opted_out = outcomes["contacts"].to_numpy() * _is(outcomes["outcome"], "opted_out")
    last_day = coupons["day"].to_numpy() == scenario.calendar.horizon_days - 1
    held_before = daily["payments"].to_numpy() - daily["campaign_payments"].to_numpy()
    counts = {
        "customers": _summed(tables["population"], tables["population"]["customers"].to_numpy(), names),
        "contacts": _summed(daily, daily["contacts"].to_numpy(), names),
        "opened": _summed(conversions, in_campaign, names),
        "activated": _summed(conversions, activated, names),
        "lasting": _summed(conversions, lasting, names),
        "payments": _summed(daily, daily["payments"].to_numpy(), names),
        **{f"coupons_{event}": _summed(coupons, coupons[event].to_numpy(), names) for event in _COUPON_EVENTS},
        "coupon_cost": _summed(coupons, coupons["cost_cny"].to_numpy(), names),
        "hunter_cost": _summed(coupons, coupons["hunter_cost_cny"].to_numpy(), names),
        "reward_liability": _summed(coupons, coupons["liability_cny"].to_numpy() * last_day, names),
        "opted_out": _summed(outcomes, opted_out, names),
        "holder_fees": _summed(daily, held_before, names) * scenario.by_segment(scenario.value.ticket),
    }
    counts["holder_fees"] *= scenario.value.fee_rate.value
    counts |= _tallies(tables, names)
    worth = lasting_user_value(scenario)
    counts["value"] = counts["lasting"] * np.array([worth[name] for name in names])
    return counts


def _tallies(tables: Mapping[str, pa.Table], names: tuple[str, ...]) -> dict[str, Floats]:
    """Return the sum over days of each tally that is a key figure, by segment; zero where there is none."""
    table, kpis = tables["tallies"], [kpi.name for kpi in KPIS.values() if kpi.source == "tally"]
    which = _codes(table["tally"], kpis)
    cell = np.where(which >= 0, which * len(names) + _codes(table["segment"], names), len(kpis) * len(names))
    sums = np.bincount(cell, table["amount"].to_numpy(), minlength=len(kpis) * len(names) + 1)[:-1]
    return dict(zip(kpis, sums.reshape(len(kpis), len(names)), strict=True))


def _figures(tables: Mapping[str, pa.Table]) -> dict[str, float]:
    """Return the figures of the whole run that are key figures; not a number where a mechanism wrote none."""
    written = dict(zip(tables["figures"]["figure"].to_pylist(), tables["figures"]["amount"].to_pylist(), strict=True))
    return {kpi.name: written.get(kpi.name, float("nan")) for kpi in KPIS.values() if kpi.source == "figure"}


def _money(tables: Mapping[str, pa.Table]) -> dict[str, float]:
    costs = tables["costs"]
    amount = costs["amount_cny"].to_numpy()
    return {
        "cost": float(amount.sum()),
        "staff_cost": float(amount[_is(costs["item"], "staff")].sum()),
        "reward_cost": float(amount[_is(costs["item"], "reward", "gift")].sum()),
    }


def _over_budget(cost_cny: float, parameters: Mapping[str, Any]) -> float:
    """Return 1 if the reward programme has cost more than its budget at this scale, else 0; not a number where there is no budget."""
    programme = parameters["reward_programme"]
    budget = programme["budget"]["total_cny"] if programme else None
    if budget is None:
        return float("nan")
    return float(cost_cny > budget * parameters["scenario"]["scale"] + _LESS_THAN_A_FEN)


def _capacity(tables: Mapping[str, pa.Table], parameters: Mapping[str, Any]) -> dict[str, float]:
    service, channel = tables["service"], tables["conversions"]["channel"]

    def used(column: str, *resources: str) -> float:
        return float(service[column].to_numpy()[_is(service["resource"], *resources)].sum())

    return {
        "field_wallets": float(_is(channel, "visit", "appointment").sum()),
        "field_staff_days": used("servers", "field_team") * parameters["levers"]["field"]["staff_per_team"],
        "event_wallets": float(_is(channel, "community_event").sum()),
        "booth_hours": used("paid_minutes", "event_booth") / 60,
        "field_busy_minutes": used("busy_minutes", "field_team"),
        "field_paid_minutes": used("paid_minutes", "field_team"),
        "call_busy_minutes": used("busy_minutes", *_SEATS),
        "call_paid_minutes": used("paid_minutes", *_SEATS),
        "staff_busy_minutes": used("busy_minutes", *_STAFFED),
        "staff_paid_minutes": used("paid_minutes", *_STAFFED),
        "inbound_answered": used("served", "inbound_seat"),
        "inbound_waited_minutes": used("waited_minutes", "inbound_seat"),
        "inbound_abandoned": used("abandoned", "inbound_seat"),
    }


def _with_ratios(values: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Walk over the KPIs that these values give; a ratio over nothing is not a number."""
    for name, kpi in KPIS.items():
        if kpi.ratio_of is None and name in values:
            yield name, values[name]
        elif kpi.ratio_of is not None and all(part in values for part in kpi.ratio_of):
            numerator, denominator = (values[part] for part in kpi.ratio_of)
            yield name, numerator / denominator if denominator else float("nan")


def _summed(table: pa.Table, weights: NDArray[Any], names: tuple[str, ...]) -> Floats:
    """Return the sum of a row weight for each segment."""
    return np.bincount(_codes(table["segment"], names), weights, minlength=len(names)).astype(np.float64)


def _is(column: pa.ChunkedArray, *words: str) -> NDArray[np.bool_]:
    """Say in which rows a column of words holds one of these."""
    return _codes(column, words) >= 0


def _codes(column: pa.ChunkedArray, words: Sequence[str]) -> NDArray[np.int64]:
    """Return each row's position in `words`, -1 for another word."""
    if not len(column):
        return np.empty(0, dtype=np.int64)
    array = column.combine_chunks()
    stored = array.dictionary.to_pylist()
    lookup = np.array([words.index(word) if word in words else -1 for word in stored])
    codes: NDArray[np.int64] = lookup[array.indices.to_numpy()]
    return codes
