"""Key figures of trust and word of mouth."""

from __future__ import annotations

from simkit.metrics.kpi import Kpi, figure, kpi, tallied

_THEMES = (
    ("wealth_day", "wealth days", "投资理财日"),
    ("culture_day", "culture days", "娱乐文化日"),
    ("charity_day", "charity days", "公益慈善日"),
    ("market_day", "market days", "便民优惠购日"),
)


def _theme(name: str, en: str, zh: str) -> tuple[Kpi, ...]:
    return (
        tallied(f"{name}_visitors", "count", f"Visitors of {en}", f"{zh}到场人数", "higher"),
        tallied(f"{name}_wallets", "count", f"Wallets opened on {en}", f"{zh}开户数", "higher"),
        figure(f"{name}_cost", "CNY", f"Cost of {en}", f"{zh}成本"),
        figure(
            f"{name}_wallets_per_1000_cny",
            "count",
            f"Wallets for each 1,000 CNY spent on {en}",
            f"{zh}每千元开户数",
            "higher",
            2,
        ),
    )


_TRUST: tuple[Kpi, ...] = (
    tallied("trust_gained", "trust points", "Trust points gained", "新增信任点", "higher"),
    tallied("trust_lost", "trust points", "Trust points lost by experience", "流失信任点", "lower"),
    figure(
        "mean_trust_change",
        "trust points",
        "Mean change of trust at the end of the campaign",
        "活动结束时平均信任变化",
        "higher",
        4,
    ),
    tallied("refused_to_talk", "count", "Refusals to talk at visits", "上门被拒次数", "lower"),
    tallied("refused_in_doubt", "count", "Refusals by customers who doubt the wallet", "存疑客户拒访次数", "lower"),
    kpi(
        "doubt_share_of_refusals",
        "share",
        "Share of refusals that come from doubters",
        "拒访中存疑客户占比",
        "lower",
        3,
        ratio_of=("refused_in_doubt", "refused_to_talk"),
    ),
)

_EDUCATION: tuple[Kpi, ...] = (
    tallied("education_touches", "count", "Articles read and visitors taught", "知识普及触达次数", "higher"),
    tallied("article_trust_points", "trust points", "Trust points by articles", "文章带来的信任点", "higher"),
    tallied("lesson_trust_points", "trust points", "Trust points by lessons", "宣讲带来的信任点", "higher"),
    tallied("education_trust_points", "trust points", "Trust points by education", "知识普及带来的信任点", "higher"),
    tallied("doubters_won", "count", "Wallets opened by doubters with an offer", "获优惠的存疑客户开户数", "higher"),
    figure("article_cost", "CNY", "Cost of articles", "文章成本"),
    figure("lesson_cost", "CNY", "Cost of lessons", "宣讲成本"),
    figure("offer_cost", "CNY", "Cost of offers to doubters", "对存疑客户的优惠成本"),
    figure("education_cost", "CNY", "Cost of articles and lessons", "知识普及成本"),
    kpi(
        "cost_per_trust_point_of_articles",
        "CNY",
        "Cost of a trust point by articles",
        "文章每信任点成本",
        "lower",
        1,
        ratio_of=("article_cost", "article_trust_points"),
    ),
    kpi(
        "cost_per_trust_point_of_lessons",
        "CNY",
        "Cost of a trust point by lessons",
        "宣讲每信任点成本",
        "lower",
        1,
        ratio_of=("lesson_cost", "lesson_trust_points"),
    ),
    kpi(
        "cost_per_trust_point",
        "CNY",
        "Cost of a trust point by education",
        "每信任点成本",
        "lower",
        1,
        ratio_of=("education_cost", "education_trust_points"),
    ),
    kpi(
        "cost_per_doubter_won",
        "CNY",
        "Cost of offers for each doubter who opened",
        "每位存疑客户开户的优惠成本",
        "lower",
        1,
        ratio_of=("offer_cost", "doubters_won"),
    ),
)

_WORD_OF_MOUTH: tuple[Kpi, ...] = (
    tallied("word_of_mouth_wallets", "count", "Wallets won by word of mouth", "口碑带来的开户数", "higher"),
    tallied("positive_words", "count", "Good words heard by neighbours", "正面口碑次数", "higher"),
    tallied("negative_words", "count", "Bad words heard by neighbours", "负面口碑次数", "lower"),
    figure("net_word_of_mouth", "share", "Good words less bad ones, over all words", "净口碑率", "higher", 3),
    figure("community_penetration", "share", "Residents of a community with the wallet", "社区渗透率", "higher", 3),
    figure("communities_won", "share", "Share of communities that are won", "达标社区占比", "higher", 3),
)

_BREACH: tuple[Kpi, ...] = (
    figure("breach_recovery_days", "days", "Days until half of the lost trust is back", "信任恢复天数", "lower"),
    tallied("breach_users_struck", "count", "Users struck by the breach", "受安全事件影响的用户数", "lower"),
    tallied("breach_users_lost", "count", "Users lost because of the breach", "安全事件流失用户数", "lower", 1),
    tallied(
        "breach_openings_lost", "count", "Wallets not opened because of the breach", "安全事件损失开户数", "lower", 1
    ),
)

_FEATURES: tuple[Kpi, ...] = (
    figure("features_released", "count", "Features released within the campaign", "活动期内上线功能数"),
    tallied("openings_by_features", "count", "Wallets opened because of features", "新功能带来的开户数", "higher", 1),
    tallied("payments_by_features", "count", "Payments made because of features", "新功能带来的支付笔数", "higher"),
)

KPIS: tuple[Kpi, ...] = (
    *_TRUST,
    *_EDUCATION,
    *_WORD_OF_MOUTH,
    *_BREACH,
    *_FEATURES,
    *(one for theme in _THEMES for one in _theme(*theme)),
)
