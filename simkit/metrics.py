"""Ledger → KPI tables. Metrics read the ledger alone, never the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simkit.campaign import CampaignRun
from simkit.campaign.contacts.conversion import beta_geometric_hazard
from simkit.params import Scenario, draw_parameters

ALL = "all"
_WEEKS_PER_YEAR = 52
_LASTING_WEEKS = 13
_LESS_THAN_A_FEN = 0.005

Better = Literal["higher", "lower", "neither"]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Kpi:
    """One key figure: unit, titles for people, what is better; `ratio_of` names numerator and denominator."""

    name: str
    unit: str
    title: Mapping[str, str]
    better: Better = "neither"
    digits: int = 0
    ratio_of: tuple[str, str] | None = None


def _kpi(
    name: str, unit: str, en: str, zh: str, better: Better = "neither", digits: int = 0, **ratio: tuple[str, str]
) -> Kpi:
    return Kpi(name, unit, {"en": en, "zh": zh}, better, digits, ratio.get("ratio_of"))


_LIST = (
    _kpi("contacts", "count", "Contacts", "触达次数"),
    _kpi("opened", "count", "Wallets opened", "开户数", "higher"),
    _kpi("activated", "count", "Wallets with a first payment", "首笔支付数", "higher"),
    _kpi("lasting", "count", "Lasting users (active 90 days after opening)", "持续用户（开户90天后仍活跃）", "higher"),
    _kpi(
        "lasting_share",
        "share",
        "Lasting users of opened",
        "持续用户占开户",
        "higher",
        3,
        ratio_of=("lasting", "opened"),
    ),
    _kpi("payments", "count", "Payments", "支付笔数", "higher"),
    _kpi("cost", "CNY", "Cost", "成本", "lower"),
    _kpi("cost_per_opened", "CNY", "Cost per wallet opened", "单户开户成本", "lower", ratio_of=("cost", "opened")),
    _kpi("cost_per_lasting", "CNY", "Cost per lasting user", "单个持续用户成本", "lower", ratio_of=("cost", "lasting")),
    _kpi("value", "CNY", "Value of lasting users", "持续用户价值", "higher"),
    _kpi("holder_fees", "CNY", "Fees from wallets held before", "存量用户手续费收入", "higher"),
    _kpi("net_value", "CNY", "Net value (value and fees less cost)", "净价值（价值与手续费减成本）", "higher"),
    _kpi("staff_cost", "CNY", "Staff cost", "人员成本", "lower"),
    _kpi("reward_cost", "CNY", "Reward and gift cost", "权益与礼品成本", "lower"),
    _kpi("coupons_qualified", "count", "Coupons qualified", "权益达标数"),
    _kpi("coupons_claimed", "count", "Coupons claimed", "权益领取数"),
    _kpi("coupons_lapsed", "count", "Coupons never claimed", "逾期未领权益数"),
    _kpi("coupons_effective", "count", "Coupons effective", "权益生效数"),
    _kpi("coupons_redeemed", "count", "Coupons redeemed", "权益核销数"),
    _kpi("coupons_expired", "count", "Coupons claimed and expired", "权益过期数"),
    _kpi(
        "coupon_use",
        "share",
        "Coupons redeemed of claimed",
        "权益核销率",
        "neither",
        3,
        ratio_of=("coupons_redeemed", "coupons_claimed"),
    ),
    _kpi("coupon_cost", "CNY", "Cost of the reward programme", "权益方案成本", "lower"),
    _kpi(
        "reward_liability",
        "CNY",
        "Coupons still owed at the end (bank's share)",
        "期末未核销权益负债（银行承担）",
        "lower",
    ),
    _kpi("hunter_cost", "CNY", "Cost of the reward programme taken by bonus hunters", "羊毛党占用的权益成本", "lower"),
    _kpi(
        "hunter_share",
        "share",
        "Share of the reward programme's cost taken by bonus hunters",
        "羊毛党占权益成本比例",
        "lower",
        3,
        ratio_of=("hunter_cost", "coupon_cost"),
    ),
    _kpi("over_budget", "share", "Probability that the reward budget is overspent", "权益超预算概率", "lower", 3),
    _kpi("opted_out", "count", "Opt-outs from a channel", "退订次数", "lower"),
    _kpi("field_wallets", "count", "Wallets opened at visits", "上门开户数", "higher"),
    _kpi("field_staff_days", "staff days", "Field staff days", "外拓人天"),
    _kpi(
        "wallets_per_staff_day",
        "wallets/staff day",
        "Wallets per field staff day",
        "外拓人均日开户",
        "higher",
        2,
        ratio_of=("field_wallets", "field_staff_days"),
    ),
    _kpi("event_wallets", "count", "Wallets opened at events", "活动开户数", "higher"),
    _kpi("booth_hours", "hours", "Booth hours", "展位小时"),
    _kpi(
        "wallets_per_booth_hour",
        "wallets/hour",
        "Wallets per booth hour",
        "每展位小时开户",
        "higher",
        2,
        ratio_of=("event_wallets", "booth_hours"),
    ),
    _kpi("field_busy_minutes", "minutes", "Field minutes worked", "外拓工作分钟"),
    _kpi("field_paid_minutes", "minutes", "Field minutes paid", "外拓计薪分钟"),
    _kpi(
        "field_utilisation",
        "share",
        "Field staff utilisation",
        "外拓人员利用率",
        "neither",
        3,
        ratio_of=("field_busy_minutes", "field_paid_minutes"),
    ),
    _kpi("call_busy_minutes", "minutes", "Call seat minutes worked", "坐席工作分钟"),
    _kpi("call_paid_minutes", "minutes", "Call seat minutes paid", "坐席计薪分钟"),
    _kpi(
        "call_utilisation",
        "share",
        "Call seat utilisation",
        "坐席利用率",
        "neither",
        3,
        ratio_of=("call_busy_minutes", "call_paid_minutes"),
    ),
    _kpi("staff_busy_minutes", "minutes", "Staff minutes worked", "全部人员工作分钟"),
    _kpi("staff_paid_minutes", "minutes", "Staff minutes paid", "全部人员计薪分钟"),
    _kpi(
        "staff_utilisation",
        "share",
        "Staff utilisation",
        "人员利用率",
        "neither",
        3,
        ratio_of=("staff_busy_minutes", "staff_paid_minutes"),
    ),
    _kpi("inbound_answered", "count", "Inbound calls answered", "来电接通数"),
    _kpi("inbound_waited_minutes", "minutes", "Minutes waited by inbound callers", "来电等待分钟"),
    _kpi(
        "inbound_wait",
        "minutes",
        "Mean wait of an answered call",
        "接通来电平均等待",
        "lower",
        2,
        ratio_of=("inbound_waited_minutes", "inbound_answered"),
    ),
    _kpi("inbound_abandoned", "count", "Inbound calls abandoned", "来电放弃数", "lower"),
)
KPIS: Mapping[str, Kpi] = {kpi.name: kpi for kpi in _LIST}
"""All key figures by name, in the order in which they are shown."""

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
    values["net_value"] = values["value"] + values["holder_fees"] - values["cost"]
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
    worth = lasting_user_value(scenario)
    counts["value"] = counts["lasting"] * np.array([worth[name] for name in names])
    return counts


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
