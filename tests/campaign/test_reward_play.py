"""How customers take to a reward programme: who plays, claims and redeems, and when."""

import numpy as np
import pytest
from scipy.stats import binomtest, chisquare

from simkit.campaign import Campaign, run_campaign
from tests.campaign.banks import changed, doing, frame

NEVER_BY_CHANCE = 1e-4
TAKES_PART, CLAIM, REDEEM = 0.6, 0.7, 0.5


@pytest.fixture(scope="module")
def bank(city_bank):
    """27,000 users and a programme of one week, in which each earns a coupon at most."""
    return changed(
        city_bank,
        {
            "scale": 0.03,
            "wallet.holders_at_start": 1,
            "wallet.active_share_of_holders": 1,
            "rewards.takes_part": TAKES_PART,
            "rewards.claim": CLAIM,
            "rewards.redeem": REDEEM,
            "calendar.campaign_days": 7,
            "calendar.horizon_days": 56,
        },
    )


@pytest.fixture(scope="module")
def rewarded(bank):
    """The programme, played."""
    return run_campaign(bank, doing({"offer.reward_programme": "small_weekly_reward"}), detail="full")


@pytest.fixture(scope="module")
def coupons(rewarded):
    """The day of each event of each customer's coupon."""
    return frame(rewarded, "coupon_events").pivot_table(index="customer_id", columns="event", values="day")


def test_those_who_take_part_and_pay_three_times_qualify_and_nobody_else(bank):
    """With no effect on payments, of all who pay three times in the week the given share earns a coupon."""
    bank = changed(bank, {"rewards.payment_uplift": 1, "calendar.horizon_days": 7})
    run = run_campaign(bank, doing({"offer.reward_programme": "small_weekly_reward"}), detail="full")
    payments = frame(run, "payments").groupby("customer_id")["payments"].sum()
    enough = payments.index[payments >= 3]
    earned = frame(run, "coupon_events").query("event == 'qualified'")["customer_id"]
    assert earned.is_unique
    assert set(earned) <= set(enough)
    assert binomtest(len(earned), len(enough), TAKES_PART).pvalue > NEVER_BY_CHANCE


def test_who_takes_part_pays_more_while_the_programme_runs(bank):
    """Payments of the week rise by the uplift among those who play, and by nothing among the others."""
    weeks = []
    for uplift in (1, 1.5):
        changes = {"rewards.payment_uplift": uplift, "calendar.horizon_days": 7}
        run = run_campaign(changed(bank, changes), doing({"offer.reward_programme": "small_weekly_reward"}))
        weeks.append(frame(run, "daily")["payments"].sum())
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
