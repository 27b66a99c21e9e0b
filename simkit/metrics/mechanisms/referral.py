"""Key figures of staff codes, referral by customers, merchants and the co-brand."""

from __future__ import annotations

from simkit.metrics.kpi import Kpi, figure, kpi, tallied

_STAFF_CODES: tuple[Kpi, ...] = (
    figure("codes_issued", "count", "Staff codes issued", "发出的员工邀请码"),
    figure(
        "codes_activated", "count", "Staff codes activated while the campaign ran", "活动期内激活的邀请码", "higher"
    ),
    kpi(
        "code_activation",
        "share",
        "Share of staff codes activated",
        "邀请码激活率",
        "higher",
        3,
        ratio_of=("codes_activated", "codes_issued"),
    ),
    figure("posters_shared", "count", "Posters shared by staff", "员工海报分享次数"),
    tallied("code_clicks", "count", "Clicks on staff posters", "员工海报点击量", "higher"),
    tallied("activity_participants", "count", "Participants of the posters' activity", "海报活动参与人数"),
    tallied("code_wallets", "count", "Wallets opened by staff code", "邀请码开户数", "higher"),
    kpi(
        "code_conversion",
        "share",
        "Wallets of clicks on staff posters",
        "海报点击转化率",
        "higher",
        3,
        ratio_of=("code_wallets", "code_clicks"),
    ),
    tallied("attributed_wallets", "count", "Wallets attributed to staff codes", "归属邀请码的开户数", "higher"),
    tallied(
        "attributed_first_payments",
        "count",
        "Attributed wallets with a first payment",
        "归属开户中首笔支付数",
        "higher",
    ),
    tallied("code_amount", "CNY", "Payments of attributed users in their first 30 days", "邀请码转化金额", "higher"),
    tallied(
        "disputed_wallets", "count", "Attributed wallets with more than one claimant", "归属有争议的开户数", "lower"
    ),
    kpi(
        "dispute_share",
        "share",
        "Disputed of attributed wallets",
        "归属争议率",
        "lower",
        3,
        ratio_of=("disputed_wallets", "attributed_wallets"),
    ),
    figure("code_commission", "CNY", "Bonus, commission and prizes of staff", "员工奖励、提成与排名奖金", "lower"),
    figure("code_cost", "CNY", "Cost of staff codes", "邀请码成本", "lower"),
    kpi(
        "code_cost_per_wallet",
        "CNY",
        "Cost of staff codes per attributed wallet",
        "邀请码单户成本（含提成）",
        "lower",
        2,
        ratio_of=("code_cost", "attributed_wallets"),
    ),
    figure(
        "leaderboard_effort_lift",
        "share",
        "Posters shared for the sake of prizes, over the others",
        "排名激励带来的努力提升",
        "higher",
        3,
    ),
    tallied("hollow_wallets", "count", "Wallets opened as a favour, which never pay", "空户数", "lower"),
    kpi(
        "hollow_share",
        "share",
        "Share of wallets by staff code that never pay",
        "邀请码空户率",
        "lower",
        3,
        ratio_of=("hollow_wallets", "code_wallets"),
    ),
    tallied("invites_after_60_days", "count", "Attributed wallets seen for 60 days", "满60天的归属开户数"),
    tallied(
        "invites_active_after_60_days",
        "count",
        "Attributed wallets active after 60 days",
        "60天后仍活跃的归属开户数",
        "higher",
    ),
    kpi(
        "invite_quality",
        "share",
        "Share of attributed wallets active after 60 days",
        "邀请60天活跃率",
        "higher",
        3,
        ratio_of=("invites_active_after_60_days", "invites_after_60_days"),
    ),
    figure("best_branch_wallets", "count", "Attributed wallets of the best branch", "最佳网点归属开户数", "higher"),
    figure("best_team_wallets", "count", "Attributed wallets of the best team", "最佳团队归属开户数", "higher"),
    figure(
        "branch_dispersion",
        "ratio",
        "Dispersion of attributed wallets between branches (standard deviation over mean)",
        "网点间归属开户离散度",
        "neither",
        3,
    ),
    figure(
        "top_tenth_share",
        "share",
        "Share of attributed wallets of the best tenth of staff with a code",
        "前10%员工归属开户占比",
        "neither",
        3,
    ),
)
_MEMBER_REFERRAL: tuple[Kpi, ...] = (
    tallied("recommendations", "count", "Recommendations by users", "用户推荐次数", "higher"),
    tallied("invitations", "count", "Friends invited by users", "用户邀请人数", "higher"),
    tallied("invitation_clicks", "count", "Invitations clicked", "邀请点击数", "higher"),
    tallied("referred_wallets", "count", "Wallets opened by referral", "老带新开户数", "higher"),
    kpi(
        "referral_coefficient",
        "ratio",
        "Wallets by referral for each wallet opened (K-factor)",
        "推荐系数（K因子）",
        "higher",
        3,
        ratio_of=("referred_wallets", "opened"),
    ),
    tallied("self_referrals", "count", "Rewards paid for referring oneself", "自我推荐获奖次数", "lower"),
    tallied("referral_cost", "CNY", "Rewards paid for referrals", "推荐奖励成本", "lower"),
    kpi(
        "referral_cost_per_wallet",
        "CNY",
        "Rewards paid for each referred wallet",
        "老带新单户成本",
        "lower",
        2,
        ratio_of=("referral_cost", "referred_wallets"),
    ),
)
_MERCHANTS: tuple[Kpi, ...] = (
    figure("merchants_signed", "count", "Merchants signed", "签约商户数"),
    tallied("merchant_sales", "CNY", "Payments at signed merchants", "签约商户交易额", "higher"),
    tallied("merchant_discount", "CNY", "Discounts of signed merchants", "商户折扣总额"),
    tallied("merchant_discount_cost", "CNY", "The bank's share of merchant discounts", "银行承担的商户折扣", "lower"),
)
_CO_BRAND: tuple[Kpi, ...] = (
    tallied(
        "co_brand_wallets", "count", "Wallets of the bank's customers by co-brand", "联名带来的本行客户开户数", "higher"
    ),
    figure(
        "new_to_bank_applicants",
        "count",
        "Applicants of the co-brand who are new to the bank",
        "联名新客申请数",
        "higher",
    ),
    figure("new_to_bank_share", "share", "Share of co-brand applicants new to the bank", "联名新客占比", "higher", 3),
    tallied("coalition_points_earned", "count", "Coalition points earned", "联盟积分累积"),
    tallied("coalition_points_redeemed", "count", "Coalition points redeemed", "联盟积分兑换"),
    tallied("partner_settlement", "CNY", "Net settlement paid to the partner for points", "向合作方净结算", "lower"),
    tallied(
        "coalition_liability",
        "CNY",
        "Coalition points that the bank still owes at the end",
        "期末联盟积分负债",
        "lower",
    ),
)
KPIS: tuple[Kpi, ...] = (*_STAFF_CODES, *_MEMBER_REFERRAL, *_MERCHANTS, *_CO_BRAND)
