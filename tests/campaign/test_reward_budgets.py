"""Money of a reward programme: budgets, who pays, when it counts as cost, refunds, and several rewards for one payment."""

import datetime

import numpy as np
import pytest

from simkit.campaign.run import run_campaign
from simkit.metrics.measuring import run_metrics
from simkit.rewards import NEVER
from tests.campaign.banks import changed, doing, frame
from tests.campaign.programmes import ALL_USERS, NO_EFFECT, bank_fen, play, rules, states_on

CAMPAIGN_DAYS, DAYS = 28, 84
SCALE = 0.004
SHARE = 0.6
STARTS, ENDS = datetime.date(2026, 3, 2), datetime.date(2026, 3, 29)
WEEKLY = "small_weekly_reward"


@pytest.fixture(scope="module")
def bank(city_bank):
    """3,600 users who all play for the programme, which changes nobody's payments; most claim and most redeem."""
    changes = {"scale": SCALE, "calendar.campaign_days": CAMPAIGN_DAYS, "calendar.horizon_days": DAYS}
    changes |= {"rewards.claim": 0.9, "rewards.redeem": 0.8, "costs.coupon_share": SHARE}
    return changed(city_bank, ALL_USERS | NO_EFFECT | changes)


@pytest.fixture(scope="module")
def unlimited(bank):
    """The weekly coupon without any budget."""
    return play(bank, WEEKLY)


def with_budget(bank, when_spent="stop", counted_on="issue", **limits):
    """Play the weekly coupon within a budget, which is given in CNY at the scale of the run."""
    budget = {name: float(round(limit / SCALE, 2)) for name, limit in limits.items()}
    budget |= {"when_spent": when_spent, "counted_on": counted_on}
    dates = {"starts_on": STARTS, "ends_on": ENDS} if when_spent == "throttle" else {}
    return play(bank, rules(WEEKLY, budget=budget, parts__weekly__caps=[], **dates))


def issued_by_day(played):
    """Return the bank's share of what was claimed on each day, whether or not it was revoked later, in CNY."""
    rows = played.engine.coupons
    claimed = rows["claimed"] != NEVER
    day = rows["claimed"][claimed].astype(np.int64) - played.base
    return np.bincount(day, bank_fen(played)[claimed] / 100, minlength=DAYS)


def figure(played, bank, kpi):
    """Return a KPI of all customers."""
    values = run_metrics(played.run, bank).to_pandas().query("segment == 'all'").set_index("kpi")["value"]
    return values[kpi]


# Budgets

COUPON = 3 * SHARE


def test_a_budget_counted_on_issue_is_never_overspent(bank, unlimited):
    """Whatever is claimed, the bank's share stays within the budget, uses nearly all of it, and stops others' claims."""
    total = 0.4 * issued_by_day(unlimited).sum()
    played = with_budget(bank, total_cny=total)
    spent = issued_by_day(played).cumsum()
    assert (spent <= total + 1e-6).all()
    assert spent[-1] > total - COUPON
    assert figure(played, bank, "over_budget") == 0
    assert figure(played, bank, "coupons_lapsed") > figure(unlimited, bank, "coupons_lapsed")


def test_a_budget_counted_on_redemption_can_be_overspent(bank, unlimited):
    """Coupons that are out when the limit is reached are redeemed all the same; new ones are not issued any more."""
    total = 0.3 * figure(unlimited, bank, "coupon_cost")
    played = with_budget(bank, counted_on="redemption", total_cny=total)
    cost = frame(played.run, "coupons").groupby("day")["cost_cny"].sum().cumsum()
    reached = int((cost >= total - 1e-6).idxmax())
    issued = issued_by_day(played)
    assert issued[: reached + 1].sum() > 0
    assert not issued[reached + 1 :].any()
    assert cost.iloc[-1] > total
    assert figure(played, bank, "over_budget") == 1


def test_the_days_budget_holds_on_every_day(bank, unlimited):
    """No day issues more than its share, and busy days issue all of it."""
    a_day = 0.5 * issued_by_day(unlimited).max()
    issued = issued_by_day(with_budget(bank, per_day_cny=a_day))
    assert (issued <= a_day + 1e-6).all()
    assert (issued > a_day - COUPON).sum() >= 5


def test_what_is_owed_never_passes_its_limit(bank, unlimited):
    """Coupons that are out and can be redeemed stay below the limit at the end of every day."""
    owed = frame(unlimited.run, "coupons").groupby("day")["liability_cny"].sum()
    limit = 0.5 * owed.max()
    played = with_budget(bank, liability_cny=limit)
    owed = frame(played.run, "coupons").groupby("day")["liability_cny"].sum()
    assert (owed <= limit + 1e-6).all()
    assert owed.max() > 0.9 * limit  # customers claim before others redeem


def test_a_throttle_spreads_what_a_stop_spends_at_once(bank, unlimited):
    """The same budget lasts to the last day: no day passes an even share of what is left, and half is spent much later."""
    total = 0.3 * issued_by_day(unlimited).sum()
    stop, throttle = (issued_by_day(with_budget(bank, when, total_cny=total)) for when in ("stop", "throttle"))
    for day in range(CAMPAIGN_DAYS):
        left = total - throttle[:day].sum()
        assert throttle[day] <= left / (CAMPAIGN_DAYS - day) + 1e-6
    assert throttle.sum() <= total + 1e-6
    half = [int((spent.cumsum() >= spent.sum() / 2).argmax()) for spent in (stop, throttle)]
    assert half[1] > half[0] + 3
    assert stop[half[1] + 3 : CAMPAIGN_DAYS].sum() == 0 < throttle[half[1] + 3 : CAMPAIGN_DAYS].sum()


def test_a_warning_refuses_nothing_and_counts_the_overspending(bank, unlimited):
    """With `warn` everything goes on as without a budget; the KPI says whether it was passed, if there is a budget."""
    cost = figure(unlimited, bank, "coupon_cost")
    for total, over in ((2 * cost, 0), (cost + 0.01, 0), (cost, 0), (cost - 1, 1), (1, 1)):
        played = with_budget(bank, "warn", total_cny=total)
        assert played.run.tables["coupons"].equals(unlimited.run.tables["coupons"])
        assert figure(played, bank, "over_budget") == over
    assert np.isnan(figure(unlimited, bank, "over_budget"))


def test_the_chance_to_overspend_is_the_share_of_replications_that_do(bank, unlimited):
    """With a budget about as large as the cost, luck decides: the mean of the KPI over replications is a probability."""
    small = changed(bank, {"scale": 0.001})
    budget = figure(unlimited, bank, "coupon_cost") / SCALE
    programme = rules(WEEKLY, budget={"total_cny": float(round(budget, 2)), "when_spent": "warn"})
    over = [figure(play(small, programme, replication=replication), small, "over_budget") for replication in range(12)]
    assert set(over) == {0.0, 1.0}


def test_a_budget_is_that_of_the_whole_bank(bank, unlimited):
    """At twice the scale twice as much may be spent."""
    total = float(round(0.3 * issued_by_day(unlimited).sum() / SCALE, 2))
    programme = rules(WEEKLY, budget={"total_cny": total})
    for scale in (SCALE, 2 * SCALE):
        spent = issued_by_day(play(changed(bank, {"scale": scale}), programme)).sum()
        assert total * scale - COUPON < spent <= total * scale + 1e-6


# Who pays, and when


def test_cost_at_issue_and_cost_on_redemption_differ_by_timing_alone(bank, unlimited):
    """At issue every coupon costs at once and what expires is taken back; when all are closed the sums are equal."""
    at_issue = play(bank, rules(WEEKLY, accounting={"recognised_on": "issue"}))
    early, late = (
        frame(played.run, "coupons").groupby("day")["cost_cny"].sum().cumsum() for played in (at_issue, unlimited)
    )
    assert not states_on(unlimited, DAYS - 1)["outstanding"].any()
    assert early.iloc[-1] == pytest.approx(late.iloc[-1])
    owed = frame(unlimited.run, "coupons").groupby("day")["liability_cny"].sum()
    np.testing.assert_allclose(early - late, owed, atol=1e-6)
    assert (early - late).max() > 100


def test_bank_and_partner_share_the_face(bank, unlimited):
    """A part's own share goes before the programme's, and that before the scenario's; faces do not change."""
    faces = frame(unlimited.run, "coupons")["redeemed_cny"].sum()
    assert figure(unlimited, bank, "coupon_cost") == pytest.approx(SHARE * faces)
    for share, programme in (
        (0.5, rules(WEEKLY, accounting={"bank_share": 0.5})),
        (0.2, rules(WEEKLY, accounting={"bank_share": 0.5}, parts__weekly__bank_share=0.2)),
        (0.0, rules(WEEKLY, accounting={"bank_share": 0.0})),
    ):
        played = play(bank, programme)
        assert frame(played.run, "coupons")["redeemed_cny"].sum() == faces
        assert figure(played, bank, "coupon_cost") == pytest.approx(share * faces)


# Refunds


@pytest.mark.parametrize("refunds", ["keep", "revoke_unused", "claw_back"])
def test_refunds_take_back_what_the_programme_says(bank, refunds):
    """Keep takes nothing, revoke_unused what is not redeemed, claw_back also that."""
    bank = changed(bank, {"rewards.refunded": 0.2, "rewards.refund_delay": 7})
    rows = play(bank, rules(WEEKLY, refunds=refunds)).engine.coupons
    revoked, redeemed = rows["revoked"] != NEVER, rows["redeemed"] != NEVER
    assert (revoked & ~redeemed).any() == (refunds != "keep")
    assert (revoked & redeemed).any() == (refunds == "claw_back")


def test_more_refunds_cost_less_and_move_no_payment(bank):
    """The more payments come back, the fewer coupons are left to redeem; how often people pay does not change."""
    runs = [
        play(changed(bank, {"rewards.refunded": share, "rewards.refund_delay": 1}), WEEKLY) for share in (0, 0.1, 0.4)
    ]
    assert all(played.run.tables["payments"].equals(runs[0].run.tables["payments"]) for played in runs)
    costs = [figure(played, bank, "coupon_cost") for played in runs]
    assert (np.diff(costs) < 0).all()


def test_the_given_share_of_payments_is_refunded(bank):
    """Of days with payments, 1 − (1 − share)^payments bring a refund, each of the first payment and on a later day."""
    share = 0.1
    bank = changed(bank, {"rewards.refunded": share})
    part = {
        "title": {"en": "A gift", "zh": "礼"},
        "trigger": {"kind": "payment"},
        "grant": {"kind": "money", "amount_cny": 1},
    }
    played = play(bank, rules(WEEKLY, parts={"gift": part}, refunds="claw_back"))
    rows, payments = played.engine.coupons, frame(played.run, "payments").query("day < @CAMPAIGN_DAYS")
    assert rows.size == payments["payments"].sum()
    gone = rows[rows["revoked"] != NEVER]
    expected = 1 - (1 - share) ** payments["payments"].to_numpy()
    assert abs(len(gone) - expected.sum()) < 4 * np.sqrt((expected * (1 - expected)).sum())
    assert (gone["revoked"] > gone["qualified"]).all()
    assert np.unique(gone[["account", "qualified"]]).size == gone.size


# Several rewards for one payment


def test_one_payment_costs_most_when_rewards_accumulate_and_least_when_the_smallest_is_first(bank):
    """Customer by customer: all of them, the best of them, the first of them."""
    faces = {}
    for policy in ("accumulate", "best", "first"):
        stacking = [{"parts": ["small", "medium", "large"], "policy": policy}]
        programme = rules("budgeted_coupons", stacking=stacking, budget={})
        for part in programme["parts"].values():
            part["caps"] = []
        played = play(bank, programme)
        rows = played.engine.coupons
        faces[policy] = np.bincount(rows["account"], rows["face"], minlength=played.players.customers.size)
    assert (faces["accumulate"] >= faces["best"]).all()
    assert (faces["best"] >= faces["first"]).all()
    assert faces["accumulate"].sum() > 1.1 * faces["best"].sum() > 1.2 * faces["first"].sum()


# A programme's own days


def test_a_programme_that_ends_before_the_campaign_has_no_effect_after_its_last_day(bank):
    """Nothing is earned later, and the drop that follows a programme follows its own end."""
    bank = changed(bank, {"rewards.payment_uplift": 1.6, "rewards.drop_after": 0.5})
    played = play(bank, rules(WEEKLY, ends_on=datetime.date(2026, 3, 15)))
    earned = frame(played.run, "coupon_events").query("event == 'qualified'")
    assert earned["day"].max() == 13
    usual = frame(run_campaign(bank, doing({})), "daily").groupby("day")["payments"].sum()
    ratio = frame(played.run, "daily").groupby("day")["payments"].sum() / usual
    assert (ratio[:14].mean(), ratio[14:28].mean(), ratio[28:].mean()) == pytest.approx((1.6, 0.5, 1), abs=0.03)


def test_a_programme_that_begins_after_the_campaign_has_no_effect_before_its_first_day(bank):
    """Nobody can notice what is not there: payments rise from the first Monday of the programme on."""
    bank = changed(bank, {"rewards.payment_uplift": 1.6})
    played = play(bank, rules(WEEKLY, starts_on=datetime.date(2026, 3, 16)))
    assert frame(played.run, "coupon_events").query("event == 'qualified'")["day"].min() >= 14
    usual = frame(run_campaign(bank, doing({})), "daily").groupby("day")["payments"].sum()
    ratio = frame(played.run, "daily").groupby("day")["payments"].sum() / usual
    assert (ratio[:14] == 1).all()
    assert ratio[14:28].mean() == pytest.approx(1.6, abs=0.05)
