"""What a reward programme does to people: who notices it, who tries harder, who hunts bonuses, who is left alone."""

import itertools

import numpy as np
import pandas as pd
import pytest

from simkit.campaign.run import run_campaign
from simkit.metrics.measuring import run_metrics
from tests.campaign.banks import changed, doing, frame
from tests.campaign.programmes import ALL_USERS, NO_EFFECT, play, rules

CAMPAIGN_DAYS, DAYS = 28, 70
WEEKLY = "small_weekly_reward"


@pytest.fixture(scope="module")
def bank(city_bank):
    """3,600 users who all know of the programme and play for it; it changes nobody's payments."""
    changes = {"scale": 0.004, "calendar.campaign_days": CAMPAIGN_DAYS, "calendar.horizon_days": DAYS}
    return changed(city_bank, ALL_USERS | NO_EFFECT | changes)


def paid(run):
    """Return payments of every customer (row) on every day (column)."""
    rows = frame(run, "payments")
    table = np.zeros((frame(run, "population")["customers"].sum(), DAYS), dtype=np.int64)
    table[rows["customer_id"], rows["day"]] = rows["payments"]
    return table


def by_week(payments):
    """Sum payments of days to natural weeks; day 0 is a Monday."""
    return payments.reshape(len(payments), -1, 7).sum(axis=2)


def test_a_programme_without_effect_changes_no_payment(bank):
    """Uplift 1, and no hunters, top-ups, gradient or drop: everybody pays as without a programme, every day."""
    without = run_campaign(bank, doing({}), detail="full")
    for programme in (WEEKLY, "huaxia_luckin", "threshold_cashback", "points_club"):
        with_one = play(bank, programme).run
        assert with_one.tables["payments"].equals(without.tables["payments"]), programme
        assert frame(with_one, "coupons")["qualified"].sum() > 0


def test_who_does_not_take_part_is_not_changed_by_the_programme(bank):
    """Whatever it does to its players, all others pay to the fen and day what they would have paid."""
    lively = {"rewards.hunters": 0.2, "rewards.top_up": 0.5, "rewards.payment_uplift": 1.8, "rewards.drop_after": 0.4}
    bank = changed(bank, lively | {"rewards.takes_part": 0.5})
    without = paid(run_campaign(bank, doing({}), detail="full"))
    for programme in (WEEKLY, "threshold_cashback"):
        played = play(bank, programme)
        others = np.ones(len(without), dtype=np.bool_)
        others[played.players.customers[played.players.takes_part]] = False
        assert (paid(played.run)[others] == without[others]).all()
        assert (paid(played.run)[~others] != without[~others]).any()


def test_held_out_customers_get_nothing_and_pay_as_usual(bank):
    """Who is held out plays for no programme and is given no cashback either."""
    for programme in (WEEKLY, "threshold_cashback"):
        policy = {"contact_policy": {"holdout_share": 0.3}}
        played = play(changed(bank, {"rewards.payment_uplift": 1.5}), programme, **policy)
        held_out = np.setdiff1d(np.arange(bank.customers), played.players.customers)
        assert 0.25 < len(held_out) / bank.customers < 0.35
        assert not set(held_out) & set(frame(played.run, "coupon_events")["customer_id"])
        without = paid(run_campaign(bank, doing(policy), detail="full"))
        assert (paid(played.run)[held_out] == without[held_out]).all()


# Noticing


def earned_weeks(played):
    """Return for every customer (row) the coupons qualified in each week."""
    rows = frame(played.run, "coupon_events").query("event == 'qualified'")
    table = np.zeros((frame(played.run, "population")["customers"].sum(), DAYS // 7), dtype=np.int64)
    np.add.at(table, (rows["customer_id"], rows["day"] // 7), 1)
    return table


def test_who_notices_later_qualifies_less_often(bank):
    """The longer it takes to notice, the fewer coupons: customer by customer and week by week, never one more."""
    weeks = [earned_weeks(play(changed(bank, {"rewards.notice_delay": days}), WEEKLY)) for days in (0, 7, 30)]
    for sooner, later in itertools.pairwise(weeks):
        assert (later <= sooner).all()
        assert later.sum() < 0.95 * sooner.sum()


def test_nobody_earns_by_playing_before_noticing(bank):
    """The first coupon comes on or after the day on which the customer has noticed."""
    played = play(changed(bank, {"rewards.notice_delay": 10}), WEEKLY)
    rows = played.engine.coupons
    assert (rows["qualified"].astype(np.int64) - played.base >= played.players.notices_on[rows["account"]]).all()


def test_what_is_given_at_once_is_given_to_everybody_who_pays(bank):
    """Cashback asks nobody whether he takes part or has noticed: no player, as many rewards."""
    bank = changed(bank, {"rewards.notice_delay": 20})
    given = {}
    for share in (0, 0.5, 1):
        played = play(changed(bank, {"rewards.takes_part": share}), "threshold_cashback")
        rows = played.engine.coupons
        given[share] = list(
            zip(played.players.customers[rows["account"]], rows["qualified"], rows["face"], strict=True)
        )
        assert rows.size > 50
        assert (rows["face"].min(), rows["face"].max()) >= (1000, 1000)
        assert rows["face"].max() <= 5000
    assert given[0] == given[0.5] == given[1]


# Trying harder


def test_top_ups_complete_weeks_that_lack_payments(bank):
    """With top-ups some who planned one or two payments make three; nobody else changes, and more coupons are earned."""
    usual, harder = (play(changed(bank, {"rewards.top_up": share}), WEEKLY) for share in (0, 0.4))
    before, after = by_week(paid(usual.run)), by_week(paid(harder.run))
    changed_weeks = before != after
    assert set(before[changed_weeks]) == {1, 2}
    assert set(after[changed_weeks]) == {3}
    assert not changed_weeks[:, CAMPAIGN_DAYS // 7 :].any()
    running = np.isin(before[:, : CAMPAIGN_DAYS // 7], (1, 2))
    share = changed_weeks[:, : CAMPAIGN_DAYS // 7].sum() / running.sum()
    assert abs(share - 0.4) < 4 * np.sqrt(0.24 / running.sum())
    assert (earned_weeks(harder) >= earned_weeks(usual)).all()
    assert earned_weeks(harder).sum() > earned_weeks(usual).sum()


def test_people_pay_more_often_the_nearer_the_next_stage_is(bank):
    """With a goal gradient nobody pays less and some pay more; without stages it changes nothing."""
    stages = [{"at": 1, "prize": "盲盒"}, {"at": 4, "prize": "盲盒"}]
    coffee_map = {"title": {"en": "Map", "zh": "打卡"}, "lit_by": ["weekly"], "stages": stages}
    with_map = rules(WEEKLY, stages=coffee_map)
    runs = {
        (gradient, name): paid(play(changed(bank, {"rewards.goal_gradient": gradient}), programme).run)
        for gradient in (0, 1)
        for name, programme in (("map", with_map), ("plain", WEEKLY))
    }
    assert (runs[0, "map"] == runs[0, "plain"]).all()
    assert (runs[1, "plain"] == runs[0, "plain"]).all()
    assert (runs[1, "map"] >= runs[0, "map"]).all()
    more = runs[1, "map"].sum(axis=0) - runs[0, "map"].sum(axis=0)
    assert more[7:CAMPAIGN_DAYS].sum() > 100
    assert not more[CAMPAIGN_DAYS:].any()


def test_payments_drop_for_two_weeks_after_the_programme(bank):
    """Players miss the given share of payments in the two weeks after the end, none before and none later."""
    usual, dropping = (paid(play(changed(bank, {"rewards.drop_after": share}), WEEKLY).run) for share in (0, 0.4))
    days = slice(CAMPAIGN_DAYS, CAMPAIGN_DAYS + 14)
    assert (dropping[:, : days.start] == usual[:, : days.start]).all()
    assert (dropping[:, days.stop :] == usual[:, days.stop :]).all()
    assert (dropping <= usual).all()
    assert abs(dropping[:, days].sum() / usual[:, days].sum() - 0.6) < 4 * np.sqrt(1 / usual[:, days].sum())


# Bonus hunters


@pytest.fixture(scope="module")
def hunted(bank):
    """Everybody hunts, for a weekly coupon that payments of 20 CNY earn; usual payments are far too small."""
    bank = changed(bank, {"rewards.hunters": 1, "value.ticket": 1, "rewards.claim": 0, "rewards.redeem": 0})
    return play(bank, rules(WEEKLY, parts__weekly__trigger__min_amount_cny=20, parts__weekly__caps=[]))


def test_hunters_play_the_minimum(hunted):
    """Three payments in every week of the programme, not one more; and of just the amount that counts, so each earns."""
    weeks = by_week(paid(hunted.run))[:, : CAMPAIGN_DAYS // 7]
    assert set(weeks.ravel()) == {0, 3}  # a few have stopped paying
    assert (weeks == 3).mean() > 0.95
    assert (earned_weeks(hunted)[:, : CAMPAIGN_DAYS // 7] == (weeks == 3)).all()


def test_hunters_claim_and_redeem_everything_at_once(hunted):
    """On the day after qualifying, and on the day after that, whatever share of others does."""
    rows = hunted.engine.coupons
    assert (rows["claimed"] == rows["qualified"] + 1).all()
    assert (rows["redeemed"] == rows["claimed"] + 1).all()


def test_hunters_leave_when_the_programme_ends(hunted):
    """From the first Monday after the end they never pay again, and are dormant."""
    after = paid(hunted.run)[:, CAMPAIGN_DAYS:]
    assert not after.any()
    daily = frame(hunted.run, "daily")
    assert daily["went_dormant"].sum() == paid(hunted.run).shape[0]
    assert not daily.query("day == @DAYS - 1")["active"].any()


def test_a_hunter_who_never_heard_of_the_programme_pays_as_usual(bank):
    """Who has not noticed has nothing to leave for."""
    unaware = changed(bank, {"rewards.hunters": 1, "rewards.notice_delay": 1000})
    played = play(unaware, WEEKLY)
    never = played.players.customers[played.players.notices_on >= CAMPAIGN_DAYS]
    assert len(never) > 0.95 * bank.customers
    without = paid(run_campaign(bank, doing({}), detail="full"))
    assert (paid(played.run)[never] == without[never]).all()


def test_more_hunters_take_a_larger_share(bank):
    """Of the programme's cost, from none to nearly all of it."""
    bank = changed(bank, {"rewards.takes_part": 0.6})
    shares = []
    for hunters in (0, 0.05, 0.3, 0.9):
        trial = changed(bank, {"rewards.hunters": hunters})
        values = run_metrics(play(trial, WEEKLY).run, trial).to_pandas().query("segment == 'all'")
        shares.append(values.set_index("kpi")["value"]["hunter_share"])
    assert shares[0] == 0
    assert (np.diff(shares) > 0).all()
    assert shares[-1] > 0.9


def test_hunters_pay_what_a_gift_for_newcomers_needs_only_if_they_are_new(city_bank):
    """Old customers among them pay the least that counts, new ones first what the welcome gift needs."""
    changes = {"scale": 0.004, "rewards.takes_part": 1, "rewards.hunters": 1, "rewards.notice_delay": 0}
    changes |= {"wallet.organic_innovation": 3, "value.ticket": 1, "rewards.refunded": 0}
    changes |= {"calendar.campaign_days": CAMPAIGN_DAYS, "calendar.horizon_days": DAYS}
    played = play(changed(city_bank, changes), "huaxia_luckin")
    welcomed = set(played.engine.coupons["account"][played.engine.coupons["part"] == 0])
    opened = frame(played.run, "conversions")
    payers = opened[opened["activated_day"].between(0, CAMPAIGN_DAYS - 1)]["customer_id"]
    assert len(payers) > 50
    assert welcomed == set(played.players.accounts(payers.to_numpy()))


def test_another_customers_hunger_changes_nobody_else(bank):
    """Where nothing is shared, one customer's coupons do not depend on how many others hunt."""
    few, many = (play(changed(bank, {"rewards.hunters": share}), WEEKLY) for share in (0.1, 0.5))
    same = few.players.customers[few.players.hunts == many.players.hunts]
    tables = [frame(played.run, "coupon_events") for played in (few, many)]
    own = [rows[rows["customer_id"].isin(same)].reset_index(drop=True) for rows in tables]
    columns = ["event", "day", "customer_id"]
    own = [rows.sort_values(columns).reset_index(drop=True) for rows in own]
    pd.testing.assert_frame_equal(*own)
    assert 0.5 < len(same) / bank.customers < 0.7
