"""How customers take to a reward programme: who plays, claims and redeems, and when."""

import numpy as np
import pytest
from scipy.stats import binomtest, chisquare

from simkit.campaign.run import Campaign, run_campaign
from tests.campaign.banks import changed, doing, frame
from tests.campaign.programmes import NO_EFFECT, play, rules

NEVER_BY_CHANCE = 1e-4
TAKES_PART, CLAIM, REDEEM = 0.6, 0.7, 0.5
OFFER = doing({"offer.reward_programme": "small_weekly_reward"})


@pytest.fixture(scope="module")
def bank(city_bank):
    """27,000 users and a programme of one week, in which each earns a coupon at most and nobody pays otherwise than usual."""
    changes = {
        "scale": 0.03,
        "wallet.holders_at_start": 1,
        "wallet.active_share_of_holders": 1,
        "rewards.takes_part": TAKES_PART,
        "rewards.notice_delay": 0,
        "rewards.claim": CLAIM,
        "rewards.redeem": REDEEM,
        "calendar.campaign_days": 7,
        "calendar.horizon_days": 56,
    }
    return changed(city_bank, NO_EFFECT | changes)


@pytest.fixture(scope="module")
def rewarded(bank):
    """The programme, played."""
    return run_campaign(bank, OFFER, detail="full")


@pytest.fixture(scope="module")
def coupons(rewarded):
    """The day of each event of each customer's coupon."""
    return frame(rewarded, "coupon_events").pivot_table(index="customer_id", columns="event", values="day")


def test_those_who_take_part_and_pay_three_times_qualify_and_nobody_else(rewarded):
    """Of all who pay three times in the week the given share earns a coupon."""
    payments = frame(rewarded, "payments").query("day < 7").groupby("customer_id")["payments"].sum()
    enough = payments.index[payments >= 3]
    earned = frame(rewarded, "coupon_events").query("event == 'qualified'")["customer_id"]
    assert earned.is_unique
    assert set(earned) <= set(enough)
    assert binomtest(len(earned), len(enough), TAKES_PART).pvalue > NEVER_BY_CHANCE


def test_who_takes_part_pays_more_while_the_programme_runs(bank):
    """Payments of the week rise by the uplift among those who play, and by nothing among the others."""
    weeks = []
    for uplift in (1, 1.5):
        changes = {"rewards.payment_uplift": uplift, "calendar.horizon_days": 7}
        weeks.append(frame(run_campaign(changed(bank, changes), OFFER), "daily")["payments"].sum())
    expected = 1 + TAKES_PART * 0.5
    assert abs(weeks[1] / weeks[0] - expected) < 4 * np.sqrt(2 / weeks[0])


def test_the_given_share_claims_after_a_whole_number_of_days_within_the_window(bank, coupons):
    """A claim comes on the day after qualifying or later, by an exponential delay in whole days; later than seven days is too late."""
    mean = bank.rewards.claim_delay.value
    lag = (coupons["effective"] - coupons["qualified"]).dropna()
    in_time = -np.expm1(-7 / mean)
    assert binomtest(len(lag), len(coupons), CLAIM * in_time).pvalue > NEVER_BY_CHANCE
    chances = -np.diff(np.exp(-np.arange(8) / mean)) / in_time
    observed = lag.value_counts().reindex(range(1, 8), fill_value=0)
    assert observed.sum() == len(lag)
    assert chisquare(observed, len(lag) * chances).pvalue > NEVER_BY_CHANCE


def test_what_nobody_claims_or_redeems_lapses_and_expires_in_time(coupons):
    """Unclaimed coupons lapse eight days after qualifying, unredeemed ones expire thirty days after claiming."""
    assert ((coupons["lapsed"] - coupons["qualified"]).dropna() == 8).all()
    assert ((coupons["expired"] - coupons["effective"]).dropna() == 30).all()
    assert (coupons["lapsed"].notna() == coupons["claimed"].isna()).all()
    assert (coupons["expired"].notna() == (coupons["claimed"].notna() & coupons["redeemed"].isna())).all()


def test_the_given_share_redeems_but_for_those_who_come_too_late(bank, coupons):
    """Segment by segment, the share that redeems is the endless one times what the Weibull curve reaches in 29 days."""
    segment = Campaign(bank, doing({})).world.population.segment[coupons.index]
    for code, name in enumerate(bank.segment_names):
        own = coupons[segment == code]
        claimed, redeemed = own["claimed"].notna().sum(), own["redeemed"].notna().sum()
        in_time = 1 - np.exp(-((29 / bank.rewards.lag_scale.value[name]) ** bank.rewards.lag_shape.value))
        assert binomtest(int(redeemed), int(claimed), REDEEM * in_time).pvalue > NEVER_BY_CHANCE


def test_coupons_that_nobody_asked_for_are_redeemed_as_seldom_as_the_scenario_says(bank):
    """A coupon for every payment, without a claim: who plays for it redeems it at one rate, all others at another."""
    bank = changed(bank, {"scale": 0.004, "rewards.redeem_unasked": 0.1, "calendar.horizon_days": 70})
    part = {
        "title": {"en": "A coupon", "zh": "券"},
        "trigger": {"kind": "payment", "times": "once"},
        "grant": {"kind": "coupons", "quantity": 1, "face_cny": 3},
    }
    played = play(bank, rules("small_weekly_reward", parts={"pushed": part}))
    rows = played.engine.coupons
    plays = played.players.takes_part[rows["account"]]
    assert np.unique(rows["account"]).size == rows.size
    redeemed = rows["status"] == 2
    for who, share in ((plays, REDEEM), (~plays, 0.1)):
        within = binomtest(int(redeemed[who].sum()), int(who.sum()), share)
        assert within.pvalue > NEVER_BY_CHANCE


def test_a_greater_reward_draws_more_players(bank):
    """The log-odds of taking part rise with the face as those of opening rise with a gift: 10 CNY more, one step more."""
    bank = changed(bank, {"scale": 0.02, "response.incentive_per_10_cny": 0.8, "calendar.horizon_days": 7})
    shares = []
    for face in (3, 13):
        players = play(bank, rules("small_weekly_reward", parts__weekly__grant__face_cny=face)).players
        shares.append(players.customers.size / bank.customers)
    odds = TAKES_PART / (1 - TAKES_PART) * np.exp(0.8)
    assert binomtest(round(shares[0] * bank.customers), bank.customers, TAKES_PART).pvalue > NEVER_BY_CHANCE
    assert binomtest(round(shares[1] * bank.customers), bank.customers, odds / (1 + odds)).pvalue > NEVER_BY_CHANCE


def test_points_are_spent_by_those_who_use_points(bank):
    """Coffee for points: only who exchanges at all ever does, on one weekday, never without enough points."""
    bank = changed(bank, {"scale": 0.01, "calendar.campaign_days": 42, "rewards.exchanges": 0.5})
    played = play(bank, "points_club")
    rows = played.engine.coupons
    assert rows.size > 50
    assert played.players.exchanges[rows["account"]].all()
    assert binomtest(int(played.players.exchanges.sum()), played.players.exchanges.size, 0.5).pvalue > NEVER_BY_CHANCE
    day = rows["qualified"].astype(np.int64) - played.base
    assert ((played.players.customers[rows["account"]] - day) % 7 == 0).all()
    assert (played.engine.points_balance(played.base + 41) >= 0).all()


def test_own_points_are_credited_where_a_programme_takes_points_and_gives_none(bank):
    """Twice the points for a yuan, at least as many cups of coffee, for each customer."""
    bank = changed(bank, {"scale": 0.005, "calendar.campaign_days": 42, "rewards.exchanges": 1})
    cups = []
    for points in (1, 2):
        played = play(changed(bank, {"rewards.points_per_cny": points}), "huaxia_luckin")
        rows = played.engine.coupons
        exchanged = rows[rows["part"] == played.engine.rules.names.index("exchange")]
        cups.append(np.bincount(exchanged["account"], minlength=played.players.customers.size))
    assert cups[0].sum() > 10
    assert (cups[1] >= cups[0]).all()
    assert cups[1].sum() > cups[0].sum()


def test_the_given_share_holds_the_higher_tier(bank):
    """Of a programme with two tiers, and nobody of a programme with one."""
    bank = changed(bank, {"scale": 0.01, "rewards.higher_tier": 0.3, "calendar.horizon_days": 7})
    tiered, plain = (play(bank, name).engine.people["tier"] for name in ("huaxia_luckin", "small_weekly_reward"))
    assert binomtest(int(tiered.sum()), tiered.size, 0.3).pvalue > NEVER_BY_CHANCE
    assert not plain.any()


def test_only_customers_who_open_during_the_run_are_new(bank):
    """A welcome gift is for those who had no wallet; their card counts as approved on the day on which they opened."""
    changes = {"scale": 0.02, "wallet.holders_at_start": 0.5, "wallet.organic_innovation": 4}
    changes |= {"rewards.takes_part": 1, "calendar.campaign_days": 42}
    played = play(changed(bank, changes), "huaxia_luckin")
    rows = played.engine.coupons
    welcomed = np.unique(rows["account"][rows["part"] == 0])
    opened = frame(played.run, "conversions").set_index("customer_id")["opened_day"]
    customers = played.players.customers[welcomed]
    assert customers.size > 50
    assert set(customers) <= set(opened.index)
    assert (played.engine.people["approved"][welcomed] == played.base + opened[customers]).all()
