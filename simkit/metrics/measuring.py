"""Ledger → KPI tables. Metrics read the ledger alone, never the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simkit.campaign.campaign_run import CampaignRun
from simkit.campaign.contacts.conversion import beta_geometric_hazard
from simkit.metrics.catalogue import KPIS
from simkit.metrics.kpi import ALL
from simkit.metrics.ledger_columns import Floats, LedgerColumns
from simkit.params import Scenario, draw_parameters
from simkit.params.levers import MESSAGE_CHANNELS

_WEEKS_PER_YEAR = 52
_LASTING_WEEKS = 13
_LESS_THAN_A_FEN = 0.005

_SCHEMA = pa.schema([("segment", pa.string()), ("kpi", pa.string()), ("value", pa.float64())])
_STAFFED = ("field_team", "event_booth", "human_seat", "inbound_seat", "support_seat")
_COUPON_EVENTS = ("qualified", "claimed", "lapsed", "effective", "redeemed", "expired")
_SEATS = ("human_seat", "inbound_seat")
_ONLINE = ("app_push", "app_popup", "wechat_account")
_TALLIES = [kpi.name for kpi in KPIS.values() if kpi.source == "tally"]
_PLACE = {name: position for position, name in enumerate(KPIS)}
_OVER = {kpi.name: kpi.ratio_of for kpi in KPIS.values() if kpi.ratio_of is not None}
_RATIOS = [_PLACE[name] for name in _OVER]
_NUMERATORS = [_PLACE[above] for above, _ in _OVER.values()]
_DENOMINATORS = [_PLACE[below] for _, below in _OVER.values()]


def run_metrics(run: CampaignRun, scenario: Scenario) -> pa.Table:
    """Return a run's KPIs: one row for each (segment or 'all', kpi).

    Opened, activated and lasting count wallets opened on campaign days, so that all have their 90 days within the horizon.
    Costs and capacity exist for 'all' only. Net value is the value of lasting users (from their 90th day on), plus the fees that wallets
    held before the campaign bring within the horizon, less cost.
    """
    scenario = draw_parameters(scenario, run.draw)
    names = scenario.segment_names
    ledger = {name: LedgerColumns(table, names) for name, table in run.tables.items()}
    by_segment = _by_segment(ledger, scenario)
    totals = {kpi: float(amounts.sum()) for kpi, amounts in by_segment.items()}
    totals |= _money(ledger["costs"]) | _capacity(ledger, run.parameters)
    totals["over_budget"] = _over_budget(totals["coupon_cost"], run.parameters)
    totals |= _figures(run.tables["figures"])
    totals["net_value"] = totals["value"] + totals["holder_fees"] + totals["corporate_revenue"] - totals["cost"]
    values, told = np.full((1 + len(names), len(KPIS)), np.nan), np.zeros((2, len(KPIS)), dtype=np.bool_)
    for position, kpi in enumerate(KPIS):
        if kpi in totals:
            values[0, position], told[0, position] = totals[kpi], True
        if kpi in by_segment:
            values[1:, position], told[1, position] = by_segment[kpi], True
    _fill_ratios(values, told)
    return _as_table(values, told, (ALL, *names))


def _fill_ratios(values: Floats, told: NDArray[np.bool_]) -> None:
    """Fill in ratios in place, where both parts are told; a ratio over nothing is not a number."""
    above, below = values[:, _NUMERATORS], values[:, _DENOMINATORS]
    values[:, _RATIOS] = np.divide(above, below, out=np.full_like(above, np.nan), where=below != 0)
    told[:, _RATIOS] = told[:, _NUMERATORS] & told[:, _DENOMINATORS]


def _as_table(values: Floats, told: NDArray[np.bool_], rows: Sequence[str]) -> pa.Table:
    """Return the KPIs that are told, row by row: those of all customers first, then those of each segment."""
    kpis = np.array(list(KPIS), dtype=object)
    shown = [told[0], *([told[1]] * (len(rows) - 1))]
    segments = np.repeat(np.array(rows, dtype=object), [int(here.sum()) for here in shown])
    columns = (segments, np.concatenate([kpis[here] for here in shown]), values[np.array(shown)])
    return pa.Table.from_arrays([pa.array(column) for column in columns], schema=_SCHEMA)


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


def _by_segment(ledger: Mapping[str, LedgerColumns], scenario: Scenario) -> dict[str, Floats]:
    daily, coupons, outcomes = ledger["daily"], ledger["coupons"], ledger["outcomes"]
    last_day = coupons["day"] == scenario.calendar.horizon_days - 1
    held_before = daily.by_segment(daily["payments"] - daily["campaign_payments"])
    counts = {
        "customers": ledger["population"].by_segment(ledger["population"]["customers"]),
        "prospects": ledger["population"].by_segment(ledger["population"]["prospects"]),
        "contacts": daily.by_segment(daily["contacts"]),
        "payments": daily.by_segment(daily["payments"]),
        **{f"coupons_{event}": coupons.by_segment(coupons[event]) for event in _COUPON_EVENTS},
        "coupon_cost": coupons.by_segment(coupons["cost_cny"]),
        "hunter_cost": coupons.by_segment(coupons["hunter_cost_cny"]),
        "reward_liability": coupons.by_segment(coupons["liability_cny"] * last_day),
        "opted_out": outcomes.by_segment(outcomes["contacts"] * outcomes.where("outcome", "opted_out")),
        "holder_fees": held_before * scenario.by_segment(scenario.value.ticket) * scenario.value.fee_rate.value,
    }
    counts |= _wallets(ledger["conversions"], scenario) | _messages(outcomes) | _visits(outcomes)
    counts |= _tallies(ledger["tallies"], scenario.segment_names)
    worth = lasting_user_value(scenario)
    counts["value"] = counts["lasting"] * np.array([worth[name] for name in scenario.segment_names])
    return counts


def _wallets(conversions: LedgerColumns, scenario: Scenario) -> dict[str, Floats]:
    """Return the wallets opened on campaign days, by segment, and what became of them."""
    opened = conversions["opened_day"] < scenario.calendar.campaign_days
    chosen = {
        "opened": opened,
        "activated": opened & (conversions["activated_day"] >= 0),
        "lasting": opened & np.equal(conversions["lasting"], True),  # noqa: FBT003 - null where the horizon came first
        "opened_assisted": opened & conversions["assisted"],
        "online_wallets": opened & conversions.where("channel", *_ONLINE),
    }
    return {kpi: conversions.by_segment(rows) for kpi, rows in chosen.items()}


def _visits(outcomes: LedgerColumns) -> dict[str, Floats]:
    """Return how visits ended, by segment: at doors, by appointment and at workplaces."""
    contacts = outcomes["contacts"] * outcomes.where("channel", "visit", "appointment", "workplace_visit")
    unmet = outcomes.where("outcome", "not_home", "no_show", "cancelled", "lapsed", "left_queue")
    kept_free = outcomes.where("channel", "appointment") & ~outcomes.where("outcome", "cancelled", "lapsed")
    chosen = {
        "visits_met": ~unmet,
        "visits_refused": outcomes.where("outcome", "refused"),
        "visits_opened": outcomes.where("outcome", "opened", "opened_and_paid"),
        "visits_opened_and_paid": outcomes.where("outcome", "opened_and_paid"),
        "appointments_due": kept_free,
        "appointments_kept": kept_free & ~unmet,
    }
    return {kpi: outcomes.by_segment(contacts * rows) for kpi, rows in chosen.items()}


def _messages(outcomes: LedgerColumns) -> dict[str, Floats]:
    """Return what became of messages, by segment."""
    contacts = outcomes["contacts"] * outcomes.where("channel", *MESSAGE_CHANNELS)
    endings = {
        "messages_delivered": ("delivered", "opened", "opted_out"),
        "message_wallets": ("opened",),
        "message_opt_outs": ("opted_out",),
    }
    return {kpi: outcomes.by_segment(contacts * outcomes.where("outcome", *ending)) for kpi, ending in endings.items()}


def _tallies(tallies: LedgerColumns, segments: Sequence[str]) -> dict[str, Floats]:
    """Return the sum over days of each tally that is a key figure, by segment; zero where there is none."""
    which, cells = tallies.positions("tally", _TALLIES), len(_TALLIES) * len(segments)
    cell = np.where(which >= 0, which * len(segments) + tallies.positions("segment", segments), cells)
    sums = np.bincount(cell, tallies["amount"], minlength=cells + 1)[:-1]
    return dict(zip(_TALLIES, sums.reshape(len(_TALLIES), len(segments)), strict=True))


def _figures(figures: pa.Table) -> dict[str, float]:
    """Return the figures of the whole run that are key figures; not a number where a mechanism wrote none."""
    written = dict(zip(figures["figure"].to_pylist(), figures["amount"].to_pylist(), strict=True))
    return {kpi.name: written.get(kpi.name, float("nan")) for kpi in KPIS.values() if kpi.source == "figure"}


def _money(costs: LedgerColumns) -> dict[str, float]:
    amount = costs["amount_cny"]
    return {
        "cost": float(amount.sum()),
        "staff_cost": float(amount[costs.where("item", "staff")].sum()),
        "reward_cost": float(amount[costs.where("item", "reward", "gift")].sum()),
        "online_cost": float(amount[costs.where("channel", *_ONLINE)].sum()),
    }


def _over_budget(cost_cny: float, parameters: Mapping[str, Any]) -> float:
    """Return 1 if the reward programme has cost more than its budget at this scale, else 0; not a number where there is no budget."""
    programme = parameters["reward_programme"]
    budget = programme["budget"]["total_cny"] if programme else None
    if budget is None:
        return float("nan")
    return float(cost_cny > budget * parameters["scenario"]["scale"] + _LESS_THAN_A_FEN)


def _capacity(ledger: Mapping[str, LedgerColumns], parameters: Mapping[str, Any]) -> dict[str, float]:
    service, wallets = ledger["service"], ledger["conversions"]

    def used(column: str, *resources: str) -> float:
        return float(service[column][service.where("resource", *resources)].sum())

    return {
        "field_wallets": float(wallets.where("channel", "visit", "appointment").sum()),
        "field_team_days": used("servers", "field_team"),
        "field_staff_days": used("servers", "field_team") * parameters["levers"]["field"]["staff_per_team"],
        "event_wallets": float(wallets.where("channel", "community_event").sum()),
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
