"""Key figures of what happens at a visit and after it."""

from __future__ import annotations

from simkit.metrics.kpi import Better, Kpi, figure, kpi, tallied


def _share(name: str, en: str, zh: str, better: Better, part: str, whole: str) -> Kpi:
    return kpi(name, "share", en, zh, better, 3, ratio_of=(part, whole))


_PITCH = (
    tallied("pitched", "count", "Contacts with a pitch", "有话术的触达次数"),
    tallied("pitched_well", "count", "Contacts with the pitch that suits best", "话术最匹配的触达次数", "higher"),
    _share(
        "pitch_match",
        "Share of pitches that suit the customer best",
        "话术匹配率",
        "higher",
        "pitched_well",
        "pitched",
    ),
)
_VISITS = (
    kpi("visits_met", "count", "Visits at which the customer was met", "见到客户的上门次数", "higher"),
    kpi("visits_refused", "count", "Visits refused", "被拒绝的上门次数", "lower"),
    _share("refusal_rate", "Visits refused of met", "上门拒绝率", "lower", "visits_refused", "visits_met"),
    kpi("field_team_days", "team days", "Field team days", "外拓团队天数"),
    kpi(
        "visits_per_team_day",
        "visits/team day",
        "Visits met per team day",
        "团队日均有效上门",
        "higher",
        2,
        ratio_of=("visits_met", "field_team_days"),
    ),
    kpi("visits_opened", "count", "Visits at which a wallet was opened", "上门当场开户次数", "higher"),
    kpi("visits_opened_and_paid", "count", "Visits with opening and first payment", "上门当场开户并支付次数", "higher"),
    _share(
        "on_site_activation",
        "First payment on the spot, of wallets opened at visits",
        "现场激活率",
        "higher",
        "visits_opened_and_paid",
        "visits_opened",
    ),
    kpi("appointments_due", "count", "Appointments due", "到期预约数"),
    kpi("appointments_kept", "count", "Appointments kept by the customer", "客户守约数", "higher"),
    _share("show_rate", "Appointments kept of due", "预约守约率", "higher", "appointments_kept", "appointments_due"),
    kpi("opened_assisted", "count", "Wallets opened with help face to face", "面对面协助开户数", "higher"),
    _share(
        "assisted_adoption",
        "Wallets opened with help, of opened",
        "协助开户占比",
        "neither",
        "opened_assisted",
        "opened",
    ),
)
_CONDUCT = (
    tallied("visits_observed", "count", "Visits met whose conduct is known", "记录行为规范的有效上门次数"),
    tallied("badged_visits", "count", "Visits met with badge and uniform", "持证着装规范的上门次数", "higher"),
    _share(
        "badge_compliance",
        "Badge and uniform, of visits met",
        "证件着装合规率",
        "higher",
        "badged_visits",
        "visits_observed",
    ),
    tallied("visit_minutes", "minutes", "Minutes of visits met", "有效上门分钟"),
    kpi(
        "minutes_per_visit",
        "minutes",
        "Minutes per visit met",
        "每次有效上门分钟",
        "neither",
        2,
        ratio_of=("visit_minutes", "visits_observed"),
    ),
    tallied("security_briefings", "count", "Visits with security explained", "安全说明次数", "higher"),
    tallied("security_doubts", "count", "Visits with a doubt about security", "有安全顾虑的上门次数"),
    tallied("security_doubts_resolved", "count", "Doubts about security that ended", "已消除的安全顾虑数", "higher"),
    _share(
        "concern_resolved",
        "Doubts about security that ended, of all",
        "安全顾虑消除率",
        "higher",
        "security_doubts_resolved",
        "security_doubts",
    ),
    tallied("objections_security", "count", "No wallet: doubts about security", "未开户原因：担心安全", "lower"),
    tallied("objections_no_need", "count", "No wallet: sees no need", "未开户原因：没有需要"),
    tallied("objections_too_hard", "count", "No wallet: too hard to use", "未开户原因：操作太难"),
    tallied("objections_other_wallet", "count", "No wallet: pays with another", "未开户原因：已用其他钱包"),
)
_TRAINING = (
    figure("training_staff_days", "staff days", "Staff days of training", "培训人天"),
    figure("training_cost", "CNY", "Cost of training, wages included", "培训成本（含工资）", "lower"),
    figure("mean_skill", "ratio", "Mean odds ratio of opening by skill", "技能带来的平均开户优势比", "higher", 3),
    tallied(
        "wallets_from_training",
        "count",
        "Wallets opened at visits thanks to training",
        "培训带来的上门开户数",
        "higher",
    ),
    kpi(
        "cost_per_wallet_from_training",
        "CNY",
        "Training cost per wallet that it brought",
        "培训带来的单户成本",
        "lower",
        ratio_of=("training_cost", "wallets_from_training"),
    ),
)
_DELIBERATION = (
    tallied("opened_with_a_person", "count", "Wallets opened in talk with a person", "人工沟通中开户数", "higher"),
    tallied("touches_of_adopters", "count", "Talks with a person of those who opened in one", "人工开户客户的沟通次数"),
    kpi(
        "touches_to_adopt",
        "contacts/wallet",
        "Talks with a person up to opening",
        "开户前人工沟通次数",
        "neither",
        2,
        ratio_of=("touches_of_adopters", "opened_with_a_person"),
    ),
)
_FOLLOW_UP = (
    tallied("follow_ups_due", "count", "Customers to be followed up", "应回访客户数"),
    tallied("follow_ups_on_time", "count", "Followed up in time", "按时回访数", "higher"),
    tallied("follow_ups_late", "count", "Followed up late", "逾期回访数", "lower"),
    tallied("follow_ups_spared", "count", "Not followed up because they had paid", "已支付而无需回访数"),
    tallied("follow_ups_missed", "count", "Never followed up", "未完成回访数", "lower"),
    _share(
        "follow_up_on_time",
        "Followed up in time, of due",
        "回访按时率",
        "higher",
        "follow_ups_on_time",
        "follow_ups_due",
    ),
    tallied(
        "first_payments_from_follow_up",
        "count",
        "First payments thanks to following up",
        "回访促成首笔支付数",
        "higher",
    ),
    tallied("opened_30_days_ago", "count", "Wallets with 30 days behind them", "开户满30天的钱包数"),
    tallied(
        "active_30_days_after_opening", "count", "Active in the 30 days after opening", "开户后30天内活跃数", "higher"
    ),
    _share(
        "active_30_days",
        "Active in the 30 days after opening, of opened",
        "30天活跃率",
        "higher",
        "active_30_days_after_opening",
        "opened_30_days_ago",
    ),
    figure("follow_up_cost", "CNY", "Cost of following up", "回访成本", "lower"),
)

KPIS: tuple[Kpi, ...] = (*_PITCH, *_VISITS, *_CONDUCT, *_TRAINING, *_DELIBERATION, *_FOLLOW_UP)
