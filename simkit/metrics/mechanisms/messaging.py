"""Key figures of messages, their rules and their relevance."""

from __future__ import annotations

from simkit.metrics.kpi import Kpi, figure, kpi, tallied

KPIS: tuple[Kpi, ...] = (
    kpi("prospects", "count", "Customers without wallet at the start", "期初未开户客户数"),
    kpi("messages_delivered", "count", "Messages delivered", "送达消息数"),
    kpi("message_wallets", "count", "Wallets opened by message", "消息开户数", "higher"),
    kpi("message_opt_outs", "count", "Opt-outs from messages", "消息退订次数", "lower"),
    kpi(
        "messages_per_customer",
        "ratio",
        "Messages delivered per customer without wallet",
        "人均送达消息数",
        "neither",
        2,
        ratio_of=("messages_delivered", "prospects"),
    ),
    kpi(
        "message_conversion",
        "share",
        "Wallets opened per message delivered",
        "消息转化率",
        "higher",
        5,
        ratio_of=("message_wallets", "messages_delivered"),
    ),
    kpi(
        "message_opt_out_share",
        "share",
        "Opt-outs per message delivered",
        "消息退订率",
        "lower",
        4,
        ratio_of=("message_opt_outs", "messages_delivered"),
    ),
    tallied("irrelevant_messages", "count", "Irrelevant messages sent", "发送的无效消息数", "lower"),
    tallied("messages_put_off", "count", "Messages put off to the end of quiet hours", "静默时段顺延消息数"),
    tallied("messages_discarded", "count", "Messages discarded in quiet hours", "静默时段丢弃消息数"),
    tallied("customers_reached_online", "count", "Customers reached online", "线上触达客户数", "higher"),
    kpi("online_cost", "CNY", "Cost of online channels", "线上渠道成本", "lower"),
    kpi("online_wallets", "count", "Wallets opened online", "线上开户数", "higher"),
    kpi(
        "online_cost_per_wallet",
        "CNY",
        "Cost per wallet opened online",
        "线上单户开户成本",
        "lower",
        2,
        ratio_of=("online_cost", "online_wallets"),
    ),
    figure("eligible_untouched", "count", "Eligible customers never reached", "符合条件但从未触达的客户数", "lower"),
    figure("smallest_cell", "count", "Customers in the smallest cell of tags", "最小标签客群人数"),
    figure(
        "cell_dispersion", "share", "Spread of conversion between cells of tags", "标签客群间转化率离散度", "higher", 4
    ),
    tallied("theme_day_payments", "count", "Extra payments on theme days", "主题日新增支付笔数", "higher"),
    tallied("cannibalised_payments", "count", "Payments taken from other days", "其他日被挤占支付笔数", "lower"),
    tallied(
        "habit_payments",
        "count",
        "Payments out of habit after the last theme day",
        "主题日结束后习惯支付笔数",
        "higher",
    ),
    tallied("theme_day_cost", "CNY", "Cost of theme-day offers", "主题日优惠成本", "lower"),
    tallied("partner_followed", "count", "Offers followed at third parties", "第三方嵌入点击客户数"),
    tallied("partner_wallets", "count", "Wallets opened through third parties", "第三方嵌入开户数", "higher"),
    tallied(
        "partner_activated",
        "count",
        "Wallets through third parties with a first payment",
        "第三方嵌入首笔支付数",
        "higher",
    ),
    tallied("partner_commission", "CNY", "Commission of third parties", "第三方佣金", "lower"),
    kpi(
        "partner_cost_per_activated",
        "CNY",
        "Commission per wallet with a first payment through third parties",
        "第三方单个激活用户成本",
        "lower",
        2,
        ratio_of=("partner_commission", "partner_activated"),
    ),
)
