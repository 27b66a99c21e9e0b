"""Users pay at their rate and stop along the survival curve, whoever helped them to open."""

import numpy as np
import pytest
from scipy.special import betaln
from scipy.stats import binomtest

from simkit.campaign.run import run_campaign
from tests.campaign.banks import ALL_ALIKE, NOBODY_OPENS_ALONE, changed, doing, frame

CUSTOMERS = 20_000
WEEKS = 12
ALPHA, BETA, RATE = 0.25, 0.6, 2.0
LOOK_BACK_WEEKS = 4
NEVER_BY_CHANCE = 1e-4


@pytest.fixture(scope="module")
def cohort(city_bank):
    """20,000 customers who all open and pay for the first time on the first Monday."""
    bank = changed(
        city_bank,
        NOBODY_OPENS_ALONE
        | ALL_ALIKE
        | {
            "scale": 1.0,
            "bank.customers": CUSTOMERS,
            "calendar.campaign_days": 1,
            "calendar.horizon_days": 7 * WEEKS,
            "messages.sms.reach": 1,
            "messages.sms.delivered": 1,
            "messages.sms.convert": 1,
            "wallet.first_payment_unaided": 1,
            "wallet.first_payment_delay": 0,
            "wallet.survival_alpha": ALPHA,
            "wallet.survival_beta": BETA,
            "wallet.payments_per_week": RATE,
        },
    )
    return run_campaign(bank, doing({"messages": {"sms": {"every_days": 7}}}), detail="full")


def surviving(weeks):
    """Return the beta-geometric share of first payers who are active `weeks` weeks after their first payment."""
    return np.exp(betaln(ALPHA, BETA + weeks) - betaln(ALPHA, BETA))


def test_users_stop_along_the_beta_geometric_curve(cohort):
    """Paying stops four weeks before 30-day activity does, so after week w those of week w + 4 of the curve go on."""
    stopped = frame(cohort, "daily").groupby("day")["went_dormant"].sum()
    assert frame(cohort, "conversions")["activated_day"].eq(0).all()
    left = CUSTOMERS - stopped.cumsum()
    for week in range(WEEKS):
        expected = surviving(week + LOOK_BACK_WEEKS)
        assert binomtest(int(left[7 * week]), CUSTOMERS, expected).pvalue > NEVER_BY_CHANCE


def test_users_pay_at_their_rate_until_they_stop(cohort):
    """Payments of a full week per user who goes on are Poisson about the rate, spread over users as the gamma levels say."""
    paid = frame(cohort, "daily").groupby("day")[["payments", "went_dormant"]].sum()
    left = CUSTOMERS - paid["went_dormant"].cumsum()
    for week in range(1, WEEKS):
        users = left[7 * week]
        mean = paid["payments"][7 * week : 7 * week + 7].sum() / users
        standard_error = np.sqrt((RATE + (0.6 * RATE) ** 2) / users)
        assert abs(mean - RATE) < 4 * standard_error


def test_active_users_fall_from_everyone_to_those_of_the_curve(cohort):
    """All are active for 30 days; then the share with a payment in 30 days is the curve's, less the few who pay too rarely."""
    active = frame(cohort, "daily").groupby("day")["active"].sum()
    assert (active[:30] == CUSTOMERS).all()
    for day in range(35, 7 * WEEKS, 7):
        share = active[day] / CUSTOMERS
        assert 0.93 * surviving(day / 7) < share < 1.02 * surviving(day / 7)


def test_one_time_users_pay_once(cohort):
    """Who stops with the first payment never pays again, and is dormant from that day."""
    payments = frame(cohort, "payments")
    stopped_at_once = frame(cohort, "daily").query("day == 0")["went_dormant"].sum()
    days_paid = payments.groupby("customer_id")["day"].agg(["min", "max"])
    assert (days_paid["min"] == 0).all()
    assert (days_paid["max"] == 0).sum() >= stopped_at_once > 0


def test_users_of_day_0_are_active_for_a_month_and_stop_slowly(city_bank):
    """Holders who paid before the run have a year behind them: hardly anyone of them stops within a quarter."""
    bank = changed(city_bank, {"scale": 0.02, "calendar.campaign_days": 1, "calendar.horizon_days": 84})
    daily = frame(run_campaign(bank, doing({})), "daily").groupby("day").sum(numeric_only=True)
    held = daily["active"] - daily["campaign_active"]
    expected = (
        bank.by_segment(bank.wallet.holders_at_start) * bank.by_segment(bank.wallet.active_share_of_holders)
    ) @ [segment.share.value for segment in bank.segments]
    assert binomtest(int(held[0]), bank.customers, expected).pvalue > NEVER_BY_CHANCE
    assert 0.80 * held[0] < held.iloc[-1] < held[0]
