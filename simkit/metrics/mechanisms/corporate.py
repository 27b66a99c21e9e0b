"""Key figures of corporate wallets."""

from __future__ import annotations

from simkit.metrics.kpi import Kpi, figure, kpi, tallied

KPIS: tuple[Kpi, ...] = (
    figure("clients_approached", "count", "Employers approached", "接触的企业数"),
    figure("clients_live", "count", "Corporate clients gone live", "上线企业数", "higher"),
    figure("clients_in_onboarding", "count", "Corporate clients still being taken on", "接入中企业数"),
    figure("clients_fell_out", "count", "Corporate clients who gave up", "接入中流失企业数", "lower"),
    figure("clients_onboarded", "count", "Corporate clients through all five stages", "完成五阶段的企业数", "higher"),
    figure("days_to_live", "days", "Days from approach to going live", "从接触到上线的天数", "lower", 1),
    figure("fallout_needs", "share", "Clients lost in needs analysis", "需求分析阶段流失率", "lower", 3),
    figure("fallout_platform", "share", "Clients lost in choosing the platform", "选择平台阶段流失率", "lower", 3),
    figure("fallout_integration", "share", "Clients lost in integration", "系统整合阶段流失率", "lower", 3),
    figure("fallout_training", "share", "Clients lost in training", "引导培训阶段流失率", "lower", 3),
    figure("fallout_feedback", "share", "Clients lost in feedback", "持续反馈阶段流失率", "lower", 3),
    tallied("members_invited", "count", "Members of clients invited", "受邀企业成员数"),
    figure("client_members", "count", "Members of live clients", "上线企业成员数"),
    figure("client_members_active", "count", "Active members of live clients", "上线企业活跃成员数", "higher"),
    kpi(
        "member_activation",
        "share",
        "Active members of live clients' members",
        "企业成员激活率",
        "higher",
        3,
        ratio_of=("client_members_active", "client_members"),
    ),
    tallied("group_spending", "CNY", "Spending of clients' members", "企业成员消费额", "higher"),
    tallied("corporate_volume", "CNY", "Clients' volume settled at once", "企业实时结算金额"),
    tallied("cash_days_saved", "CNY days", "Money set free, times days", "释放资金×天数", "higher"),
    kpi(
        "settlement_days_saved",
        "days",
        "Days earlier that money arrives",
        "到账提前天数",
        "higher",
        2,
        ratio_of=("cash_days_saved", "corporate_volume"),
    ),
    tallied("settlement_saving", "CNY", "Clients' saving from instant settlement", "企业实时到账节省", "higher"),
    tallied("corporate_revenue", "CNY", "The bank's fees from clients", "银行对企业收入", "higher"),
    kpi(
        "client_return",
        "ratio",
        "Clients' saving for each CNY of fees",
        "企业每元费用节省",
        "higher",
        2,
        ratio_of=("settlement_saving", "corporate_revenue"),
    ),
    figure(
        "client_break_even_days", "days", "Days until a client has its annual fee back", "企业年费回本天数", "lower", 0
    ),
    tallied("corporate_cashback", "CNY", "Cashback to clients' members", "企业成员返现成本", "lower"),
    tallied("corporate_discount", "CNY", "Discounts to clients' members", "企业成员支付折扣成本", "lower"),
)
