"""Key figures of satisfaction, loyalty and why users stay or leave."""

from __future__ import annotations

from simkit.metrics.kpi import Better, Kpi, kpi, tallied


def _share(name: str, en: str, zh: str, better: Better, of: tuple[str, str]) -> Kpi:
    return kpi(name, "share", en, zh, better, 3, ratio_of=of)


_SATISFACTION = (
    tallied("users_at_end", "count", "Users on the last day", "期末用户数", "higher"),
    tallied("satisfaction_of_users", "standard deviations", "Sum of users' satisfaction", "用户满意度合计", "higher"),
    kpi(
        "mean_satisfaction",
        "standard deviations",
        "Mean satisfaction of users on the last day",
        "期末用户平均满意度",
        "higher",
        3,
        ratio_of=("satisfaction_of_users", "users_at_end"),
    ),
    tallied("survey_asked", "count", "Visited customers asked in the survey", "访后调查发送数"),
    tallied("survey_answers", "count", "Answers to the survey", "访后调查回收数"),
    tallied("survey_points", "points", "Points given in the survey", "访后调查总分"),
    tallied("survey_top_two", "count", "Answers of 4 or 5 points", "4分及以上回收数", "higher"),
    kpi(
        "customer_satisfaction",
        "points",
        "Customer satisfaction (mean of 1 to 5 points)",
        "客户满意度（1–5分均值）",
        "higher",
        2,
        ratio_of=("survey_points", "survey_answers"),
    ),
    _share(
        "top_two_share",
        "Answers of 4 or 5 points, share",
        "满意率（4分及以上占比）",
        "higher",
        ("survey_top_two", "survey_answers"),
    ),
    tallied("visited", "count", "Visits at which somebody was talked with", "有效上门面谈数"),
    tallied("visit_openings", "count", "Visits at which a wallet was opened", "上门开户次数", "higher"),
    _share(
        "visit_conversion",
        "Visits that open a wallet, of those with a talk",
        "面谈转化率",
        "higher",
        ("visit_openings", "visited"),
    ),
    tallied("visit_wallets", "count", "Wallets opened at visits and 90 days old", "上门开户满90天户数"),
    tallied("visit_wallets_lasting", "count", "Of those, lasting", "其中持续使用户数", "higher"),
    _share(
        "visit_retention",
        "Lasting share of wallets opened at visits",
        "上门开户续用率",
        "higher",
        ("visit_wallets_lasting", "visit_wallets"),
    ),
)
_LOYALTY = (
    tallied("satisfied_and_loyal", "count", "Users satisfied and loyal", "满意且忠诚用户", "higher"),
    tallied("satisfied_not_loyal", "count", "Users satisfied, not loyal", "满意但不忠诚用户"),
    tallied("loyal_not_satisfied", "count", "Users loyal, not satisfied", "忠诚但不满意用户"),
    tallied("neither_satisfied_nor_loyal", "count", "Users neither satisfied nor loyal", "不满意也不忠诚用户", "lower"),
    tallied("users_left", "count", "Users who have left", "流失用户", "lower"),
    tallied("satisfied_users_left", "count", "Satisfied users who have left", "满意却流失的用户", "lower"),
    _share(
        "satisfied_share_of_leavers",
        "Satisfied, of the users who have left",
        "流失用户中满意者占比",
        "neither",
        ("satisfied_users_left", "users_left"),
    ),
    tallied("users_ever", "count", "Users on day 0 or since", "累计用户数"),
    tallied("savers_ever", "count", "Users who saved here", "累计储蓄用户数"),
    tallied("savers_at_end", "count", "Of those, still saving here", "期末仍储蓄用户数", "higher"),
    tallied("investors_ever", "count", "Users who invested here", "累计理财用户数"),
    tallied("investors_at_end", "count", "Of those, still investing here", "期末仍理财用户数", "higher"),
    _share("pay_retained", "Users kept for paying", "支付留存率", "higher", ("users_at_end", "users_ever")),
    _share("save_retained", "Users kept for saving", "储蓄留存率", "higher", ("savers_at_end", "savers_ever")),
    _share(
        "invest_retained", "Users kept for investing", "理财留存率", "higher", ("investors_at_end", "investors_ever")
    ),
    tallied("margin_premium", "CNY", "Margin that loyalty brings on top", "忠诚带来的溢价收入", "higher"),
)
_SHARE_OF_WALLET = (
    tallied("wallet_shares", "count", "Sum of users' shares of wallet", "用户钱包份额合计", "higher"),
    _share(
        "share_of_wallet",
        "Mean share of wallet on the last day",
        "期末平均钱包份额",
        "higher",
        ("wallet_shares", "users_at_end"),
    ),
    tallied("wages_paid_in", "CNY", "Wages paid in", "代发工资流入", "higher"),
    tallied("wages_swept_out", "CNY", "Wages swept out after payday", "发薪后转出金额", "lower"),
    tallied("deposits_kept", "CNY", "Wages that stay", "代发资金留存", "higher"),
    _share(
        "sweep_out_share", "Share of wages swept out", "发薪后转出率", "lower", ("wages_swept_out", "wages_paid_in")
    ),
    tallied("paydays", "count", "Wages paid, times", "代发笔数"),
    tallied(
        "paydays_owned", "count", "Times they stay with a customer loyal in saving", "忠诚客户留存代发笔数", "higher"
    ),
    _share(
        "relationship_owned",
        "Paydays of customers who are loyal and leave their wages here",
        "真正拥有的代发关系占比",
        "higher",
        ("paydays_owned", "paydays"),
    ),
    tallied("auto_save_plans", "count", "Automatic saving plans", "自动储蓄签约数", "higher"),
)
_MOTIVES = (
    tallied("promotion_users", "count", "Users who played when the programme ended", "活动结束时参与用户"),
    tallied(
        "promotion_users_after_30_days", "count", "Of those, users 30 days later", "结束30天后仍活跃用户", "higher"
    ),
    tallied(
        "promotion_users_after_90_days", "count", "Of those, users 90 days later", "结束90天后仍活跃用户", "higher"
    ),
    _share(
        "promotion_retention_30_days",
        "Kept 30 days after the programme",
        "优惠结束30天留存率",
        "higher",
        ("promotion_users_after_30_days", "promotion_users"),
    ),
    _share(
        "promotion_retention_90_days",
        "Kept 90 days after the programme",
        "优惠结束90天留存率",
        "higher",
        ("promotion_users_after_90_days", "promotion_users"),
    ),
    tallied(
        "given_deep_discounts",
        "count",
        "Users not yet price-sensitive with a deep discount",
        "获深度折扣的非价格敏感用户",
    ),
    tallied("turned_price_sensitive", "count", "Of those, turned price-sensitive", "转为价格敏感的用户", "lower"),
    _share(
        "discount_erosion",
        "Users whom deep discounts have made price-sensitive",
        "深度折扣侵蚀率",
        "lower",
        ("turned_price_sensitive", "given_deep_discounts"),
    ),
)
_LEAVING = (
    tallied("competing_offers", "count", "Offers of competitors to users", "竞品邀约次数"),
    tallied("lost_to_competitors", "count", "Users lost to competitors", "流向竞品的用户", "lower"),
    _share(
        "switch_rate",
        "Offers of competitors that win a user",
        "竞品邀约转换率",
        "lower",
        ("lost_to_competitors", "competing_offers"),
    ),
    tallied("matched_offers", "count", "Competing offers answered", "挽留应对次数"),
    tallied("matched_offers_cost", "CNY", "Paid to users who stayed", "挽留成本", "lower"),
    tallied("wallets_after_60_days", "count", "Wallets opened and 60 days old", "开户满60天户数"),
    tallied("dormant_after_60_days", "count", "Of those, without a payment in 30 days", "开户60天后沉睡户数", "lower"),
    _share(
        "dormant_share_after_60_days",
        "Dormant 60 days after opening",
        "开户60天沉睡率",
        "lower",
        ("dormant_after_60_days", "wallets_after_60_days"),
    ),
    tallied("care_touches", "count", "Touches of care", "关怀触达次数"),
    tallied("care_cost", "CNY", "Cost of care", "关怀成本", "lower"),
)

KPIS: tuple[Kpi, ...] = (*_SATISFACTION, *_LOYALTY, *_SHARE_OF_WALLET, *_MOTIVES, *_LEAVING)
