"""Key figures of leads that pass between channels."""

from __future__ import annotations

from collections.abc import Iterator

from simkit.metrics.kpi import Kpi, figure, kpi, tallied

_KINDS = {
    "handoffs": ("Handoffs", "交接"),
    "refer": ("Referrals to people", "转介"),
    "return": ("Returns online", "回流"),
    "nurture": ("Handoffs to nurture", "持续经营交接"),
}
_STATES = {
    "created": ("made", "发起数"),
    "accepted": ("taken over", "承接数"),
    "refused": ("refused", "拒接数"),
    "expired": ("expired", "超时数"),
    "open": ("open at the end", "期末未决数"),
}
_DESKS = {
    "online": ("online", "线上"),
    "remote": ("calls", "远程"),
    "field": ("visits", "外拓"),
    "branch": ("the branch", "网点"),
}
_WAYS = (
    ("online", "remote"),
    ("online", "field"),
    ("online", "branch"),
    ("remote", "field"),
    ("remote", "online"),
    ("field", "online"),
    ("branch", "online"),
    ("online", "online"),
)


def _accounts() -> Iterator[Kpi]:
    for kind, (kind_en, kind_zh) in _KINDS.items():
        for state, (state_en, state_zh) in _STATES.items():
            yield tallied(f"{kind}_{state}", "count", f"{kind_en} {state_en}", f"{kind_zh}{state_zh}")


def _transfer_matrix() -> Iterator[Kpi]:
    for begins, ends in _WAYS:
        (begins_en, begins_zh), (ends_en, ends_zh) = _DESKS[begins], _DESKS[ends]
        name, en = f"handoffs_{begins}_to_{ends}", f"Handoffs from {begins_en} to {ends_en}"
        yield tallied(name, "count", en, f"{begins_zh}至{ends_zh}交接数")


def _by_route() -> Iterator[Kpi]:
    for desk in ("remote", "field", "branch"):
        en, zh = _DESKS[desk]
        yield tallied(f"{desk}_talks", "count", f"Talks by route: {en}", f"{zh}沟通次数")
        yield tallied(
            f"{desk}_talk_wallets", "count", f"Wallets opened in talks by route: {en}", f"{zh}沟通开户数", "higher"
        )
        ratio = (f"{desk}_talk_wallets", f"{desk}_talks")
        yield kpi(
            f"{desk}_conversion", "share", f"Conversion by route: {en}", f"{zh}转化率", "higher", 3, ratio_of=ratio
        )


_DWELL = (
    tallied("browsing_looks", "count", "Looks at the wallet's page", "钱包页面浏览次数"),
    tallied("browsing_leads", "count", "Leads from browsing", "浏览商机数", "higher"),
    tallied(
        "browsing_leads_talked_to", "count", "Leads from browsing who were talked to", "已沟通的浏览商机数", "higher"
    ),
    tallied(
        "browsing_lead_days", "days", "Days from lead to first talk, all leads", "浏览商机首次沟通等待总天数", "lower"
    ),
    tallied("browsing_lead_wallets", "count", "Wallets opened by leads from browsing", "浏览商机开户数", "higher"),
    kpi(
        "lead_speed_days",
        "days",
        "Mean days from lead to first talk",
        "商机首次沟通平均天数",
        "lower",
        2,
        ratio_of=("browsing_lead_days", "browsing_leads_talked_to"),
    ),
    kpi(
        "browsing_lead_conversion",
        "share",
        "Leads from browsing who open a wallet",
        "浏览商机转化率",
        "higher",
        3,
        ratio_of=("browsing_lead_wallets", "browsing_leads"),
    ),
)
_HANDOFFS = (
    tallied("handoffs_over_limit", "count", "Handoffs that the limit forbade", "因次数上限未交接数", "lower"),
    figure("most_handoffs_of_a_customer", "count", "Most handoffs of one customer", "单客最多交接次数"),
    tallied("customers_passed_on", "count", "Customers passed on", "被交接客户数"),
    kpi(
        "handoffs_per_customer",
        "count",
        "Handoffs of each customer passed on",
        "人均交接次数",
        "lower",
        2,
        ratio_of=("handoffs_created", "customers_passed_on"),
    ),
    tallied("handoff_wait_days", "days", "Days until referrals were taken over", "转介承接等待总天数", "lower"),
    kpi(
        "mean_handoff_wait",
        "days",
        "Mean days until a referral is taken over",
        "转介平均承接天数",
        "lower",
        2,
        ratio_of=("handoff_wait_days", "refer_accepted"),
    ),
    tallied("handoff_talks", "count", "Talks after a handoff", "交接后沟通次数"),
    tallied("duplicate_talks", "count", "Talks that repeat an offer as if it were new", "重复营销次数", "lower"),
    kpi(
        "duplicate_share",
        "share",
        "Talks after a handoff that repeat the offer",
        "重复触达率",
        "lower",
        3,
        ratio_of=("duplicate_talks", "handoff_talks"),
    ),
    tallied("missed_leads", "count", "Customers taken over whose offer was missed", "漏跟商机数", "lower"),
    kpi(
        "missed_lead_share",
        "share",
        "Customers taken over whose offer was missed, share",
        "商机遗漏率",
        "lower",
        3,
        ratio_of=("missed_leads", "refer_accepted"),
    ),
    tallied("leaked_leads", "count", "Referrals that ended without anyone looking after", "流失商机数", "lower"),
    kpi(
        "handoff_leakage",
        "share",
        "Referrals that ended without anyone looking after, share",
        "交接流失率",
        "lower",
        3,
        ratio_of=("leaked_leads", "refer_created"),
    ),
    tallied("handoff_wallets", "count", "Wallets opened in talks after a handoff", "交接后开户数", "higher"),
    kpi(
        "handoff_conversion",
        "share",
        "Referrals made that open a wallet in the talk",
        "交接转化率",
        "higher",
        3,
        ratio_of=("handoff_wallets", "refer_created"),
    ),
    tallied("nurture_messages", "count", "Messages to nurture", "持续经营消息数"),
    tallied("nurture_wallets", "count", "Wallets opened by messages to nurture", "持续经营开户数", "higher"),
)
_ROUTING = (
    tallied("routed_talks", "count", "Talks by any route", "各路由沟通次数"),
    tallied("preferred_talks", "count", "Talks by the route that the customer prefers", "按偏好渠道沟通次数", "higher"),
    kpi(
        "preference_match",
        "share",
        "Talks by the preferred route, share",
        "渠道偏好匹配率",
        "higher",
        3,
        ratio_of=("preferred_talks", "routed_talks"),
    ),
)
_TIERS = (
    tallied("manager_talks", "count", "Talks of relationship managers", "理财经理沟通次数"),
    tallied("manager_wallets", "count", "Wallets opened by relationship managers", "理财经理开户数", "higher"),
    tallied("manager_hours", "hours", "Hours of relationship managers", "理财经理工时", digits=1),
    figure("manager_paid_hours", "hours", "Paid hours of relationship managers", "理财经理付薪工时"),
    kpi(
        "manager_load",
        "share",
        "Load of relationship managers",
        "理财经理负荷",
        "neither",
        3,
        ratio_of=("manager_hours", "manager_paid_hours"),
    ),
    kpi(
        "manager_conversion",
        "share",
        "Conversion of relationship managers' talks",
        "理财经理转化率",
        "higher",
        3,
        ratio_of=("manager_wallets", "manager_talks"),
    ),
    kpi(
        "manager_hours_per_wallet",
        "hours",
        "Hours of relationship managers for a wallet",
        "理财经理单户工时",
        "lower",
        1,
        ratio_of=("manager_hours", "manager_wallets"),
    ),
    tallied("high_value_prospects", "count", "Prospects of high value", "高价值潜客数"),
    tallied("high_value_wallets", "count", "Wallets opened by customers of high value", "高价值客户开户数", "higher"),
    kpi(
        "high_value_conversion",
        "share",
        "Prospects of high value who open a wallet",
        "高价值客户转化率",
        "higher",
        3,
        ratio_of=("high_value_wallets", "high_value_prospects"),
    ),
    tallied("lasting_weighed", "count", "Lasting users whose assets and needs are told", "已测算资产的持续用户数"),
    tallied(
        "deposit_weighted_users", "count", "Lasting users, weighed by their assets", "按资产加权的持续用户数", "higher"
    ),
    tallied(
        "deposit_weighted_value",
        "CNY/year",
        "Margin on extra deposits of lasting users, weighed by their assets",
        "持续用户存款加权年收益",
        "higher",
    ),
    kpi(
        "deposit_weight",
        "ratio",
        "Assets of lasting users over those of the mean customer",
        "持续用户资产权重",
        "higher",
        2,
        ratio_of=("deposit_weighted_users", "lasting_weighed"),
    ),
    tallied("lasting_savers", "count", "Lasting users who want deposits only", "储蓄型持续用户数", "higher"),
    tallied("lasting_investors", "count", "Lasting users who invest", "理财型持续用户数", "higher"),
    kpi(
        "saving_share",
        "share",
        "Lasting users who want deposits only, share",
        "持续用户储蓄型占比",
        "neither",
        3,
        ratio_of=("lasting_savers", "lasting_weighed"),
    ),
    kpi(
        "investing_share",
        "share",
        "Lasting users who invest, share",
        "持续用户理财型占比",
        "neither",
        3,
        ratio_of=("lasting_investors", "lasting_weighed"),
    ),
)

KPIS: tuple[Kpi, ...] = (*_DWELL, *_accounts(), *_transfer_matrix(), *_HANDOFFS, *_ROUTING, *_by_route(), *_TIERS)
