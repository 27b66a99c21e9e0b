"""All key figures: what a run is measured by, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from simkit.metrics.kpi import Kpi, kpi
from simkit.metrics.mechanisms import MECHANISMS

_CAMPAIGN = (
    kpi("customers", "count", "Customers", "客户数"),
    kpi("contacts", "count", "Contacts", "触达次数"),
    kpi("opened", "count", "Wallets opened", "开户数", "higher"),
    kpi("activated", "count", "Wallets with a first payment", "首笔支付数", "higher"),
    kpi("lasting", "count", "Lasting users (active 90 days after opening)", "持续用户（开户90天后仍活跃）", "higher"),
    kpi(
        "lasting_share",
        "share",
        "Lasting users of opened",
        "持续用户占开户",
        "higher",
        3,
        ratio_of=("lasting", "opened"),
    ),
    kpi("payments", "count", "Payments", "支付笔数", "higher"),
    kpi("cost", "CNY", "Cost", "成本", "lower"),
    kpi("cost_per_opened", "CNY", "Cost per wallet opened", "单户开户成本", "lower", ratio_of=("cost", "opened")),
    kpi("cost_per_lasting", "CNY", "Cost per lasting user", "单个持续用户成本", "lower", ratio_of=("cost", "lasting")),
    kpi("value", "CNY", "Value of lasting users", "持续用户价值", "higher"),
    kpi("holder_fees", "CNY", "Fees from wallets held before", "存量用户手续费收入", "higher"),
    kpi("net_value", "CNY", "Net value (value and fees less cost)", "净价值（价值与手续费减成本）", "higher"),
    kpi("staff_cost", "CNY", "Staff cost", "人员成本", "lower"),
    kpi("reward_cost", "CNY", "Reward and gift cost", "权益与礼品成本", "lower"),
    kpi("coupons_qualified", "count", "Coupons qualified", "权益达标数"),
    kpi("coupons_claimed", "count", "Coupons claimed", "权益领取数"),
    kpi("coupons_lapsed", "count", "Coupons never claimed", "逾期未领权益数"),
    kpi("coupons_effective", "count", "Coupons effective", "权益生效数"),
    kpi("coupons_redeemed", "count", "Coupons redeemed", "权益核销数"),
    kpi("coupons_expired", "count", "Coupons claimed and expired", "权益过期数"),
    kpi(
        "coupon_use",
        "share",
        "Coupons redeemed of claimed",
        "权益核销率",
        "neither",
        3,
        ratio_of=("coupons_redeemed", "coupons_claimed"),
    ),
    kpi("coupon_cost", "CNY", "Cost of the reward programme", "权益方案成本", "lower"),
    kpi(
        "reward_liability",
        "CNY",
        "Coupons still owed at the end (bank's share)",
        "期末未核销权益负债（银行承担）",
        "lower",
    ),
    kpi("hunter_cost", "CNY", "Cost of the reward programme taken by bonus hunters", "羊毛党占用的权益成本", "lower"),
    kpi(
        "hunter_share",
        "share",
        "Share of the reward programme's cost taken by bonus hunters",
        "羊毛党占权益成本比例",
        "lower",
        3,
        ratio_of=("hunter_cost", "coupon_cost"),
    ),
    kpi("over_budget", "share", "Probability that the reward budget is overspent", "权益超预算概率", "lower", 3),
    kpi("opted_out", "count", "Opt-outs from a channel", "退订次数", "lower"),
    kpi("field_wallets", "count", "Wallets opened at visits", "上门开户数", "higher"),
    kpi("field_staff_days", "staff days", "Field staff days", "外拓人天"),
    kpi(
        "wallets_per_staff_day",
        "wallets/staff day",
        "Wallets per field staff day",
        "外拓人均日开户",
        "higher",
        2,
        ratio_of=("field_wallets", "field_staff_days"),
    ),
    kpi("event_wallets", "count", "Wallets opened at events", "活动开户数", "higher"),
    kpi("booth_hours", "hours", "Booth hours", "展位小时"),
    kpi(
        "wallets_per_booth_hour",
        "wallets/hour",
        "Wallets per booth hour",
        "每展位小时开户",
        "higher",
        2,
        ratio_of=("event_wallets", "booth_hours"),
    ),
    kpi("field_busy_minutes", "minutes", "Field minutes worked", "外拓工作分钟"),
    kpi("field_paid_minutes", "minutes", "Field minutes paid", "外拓计薪分钟"),
    kpi(
        "field_utilisation",
        "share",
        "Field staff utilisation",
        "外拓人员利用率",
        "neither",
        3,
        ratio_of=("field_busy_minutes", "field_paid_minutes"),
    ),
    kpi("call_busy_minutes", "minutes", "Call seat minutes worked", "坐席工作分钟"),
    kpi("call_paid_minutes", "minutes", "Call seat minutes paid", "坐席计薪分钟"),
    kpi(
        "call_utilisation",
        "share",
        "Call seat utilisation",
        "坐席利用率",
        "neither",
        3,
        ratio_of=("call_busy_minutes", "call_paid_minutes"),
    ),
    kpi("staff_busy_minutes", "minutes", "Staff minutes worked", "全部人员工作分钟"),
    kpi("staff_paid_minutes", "minutes", "Staff minutes paid", "全部人员计薪分钟"),
    kpi(
        "staff_utilisation",
        "share",
        "Staff utilisation",
        "人员利用率",
        "neither",
        3,
        ratio_of=("staff_busy_minutes", "staff_paid_minutes"),
    ),
    kpi("inbound_answered", "count", "Inbound calls answered", "来电接通数"),
    kpi("inbound_waited_minutes", "minutes", "Minutes waited by inbound callers", "来电等待分钟"),
    kpi(
        "inbound_wait",
        "minutes",
        "Mean wait of an answered call",
        "接通来电平均等待",
        "lower",
        2,
        ratio_of=("inbound_waited_minutes", "inbound_answered"),
    ),
    kpi("inbound_abandoned", "count", "Inbound calls abandoned", "来电放弃数", "lower"),
)
KPIS: Mapping[str, Kpi] = {
    one.name: one for one in (*_CAMPAIGN, *(one for figures in MECHANISMS.values() for one in figures))
}
"""All key figures by name, in the order in which they are shown."""

OF_MECHANISMS: frozenset[str] = frozenset(one.name for figures in MECHANISMS.values() for one in figures)
"""The names of those that belong to mechanisms, which a scenario or a strategy may leave out."""
