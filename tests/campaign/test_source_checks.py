"""What published figures imply for the shipped strategies, whatever else we assume (the scenario lists the sources)."""

import numpy as np
import pytest

from simkit.campaign.run import Campaign, run_campaign
from simkit.metrics.measuring import run_metrics
from tests.campaign.banks import ALL_ALIKE, NOBODY_OPENS_ALONE, SHIPPED, changed, core, doing, frame

SIGMAS = 4


@pytest.fixture(scope="module")
def key_figure(city_bank, shipped_run):
    """Return a KPI of a shipped strategy over all segments."""

    def value(strategy, kpi):
        scenario = city_bank.model_copy(update={"scale": 0.02})
        table = run_metrics(shipped_run(strategy), scenario).to_pandas()
        return table.query("segment == 'all'").set_index("kpi")["value"][kpi]

    return value


def test_cold_door_to_door_yields_1_5_to_5_wallets_a_staff_day(key_figure):
    """So many do campaigns report whose staff come without introduction."""
    assert 1.5 <= key_figure("cold_door_to_door", "wallets_per_staff_day") <= 5


@pytest.mark.parametrize("strategy", ["appointments_with_partner", "omnichannel", "silver_care"])
def test_a_partner_raises_the_yield_of_a_staff_day_to_12_wallets_at_most(key_figure, strategy):
    """An introduction is worth more than none, and a day has only so many hours."""
    cold = key_figure("cold_door_to_door", "wallets_per_staff_day")
    assert cold < key_figure(strategy, "wallets_per_staff_day") <= 12


@pytest.mark.parametrize("strategy", ["community_events", "omnichannel", "silver_care"])
def test_a_booth_opens_at_most_17_wallets_an_hour(key_figure, strategy):
    """The best event on record reached 16.7 a booth-hour, which is 3.6 minutes each."""
    assert 0 < key_figure(strategy, "wallets_per_booth_hour") <= 17


@pytest.mark.parametrize("strategy", ["digital_first", "omnichannel"])
def test_text_messages_convert_at_most_3_in_1000_sent(shipped_run, strategy):
    """More than that no operator reports; and some do open, or the test would say nothing."""
    sent = frame(shipped_run(strategy), "outcomes").query("channel == 'sms'")
    opened = sent.loc[sent["outcome"] == "opened", "contacts"].sum()
    assert 0 < opened / sent["contacts"].sum() <= 0.003


@pytest.mark.parametrize("strategy", SHIPPED)
def test_10_to_40_percent_of_opened_wallets_are_active_after_90_days(key_figure, strategy):
    """No wallet portfolio without payroll or transit shows more, and none that is alive shows less."""
    assert 0.10 <= key_figure(strategy, "lasting_share") <= 0.40


def test_active_users_pay_1_5_to_4_times_a_week(shipped_run):
    """Payments per active user and week lie where payment statistics put them, in a normal week of doing nothing."""
    daily = frame(shipped_run("do_nothing"), "daily").query("60 <= day < 88").groupby("day").sum(numeric_only=True)
    assert 1.5 <= daily["payments"].sum() / (daily["active"].mean() * 4) <= 4


@pytest.fixture(scope="module")
def four_calls(city_bank):
    """Everyone is called on four Mondays and answers; nothing but fatigue tells the calls apart."""
    bank = changed(
        core(city_bank),
        NOBODY_OPENS_ALONE
        | ALL_ALIKE
        | {
            "scale": 1.0,
            "bank.customers": 60_000,
            "calendar.campaign_days": 26,
            "calendar.horizon_days": 26,
            "response.fatigue_odds_ratio": 0.82,
            "calls.consent": 1,
            "calls.human_connect": 1,
            "calls.human_convert": 0.05,
            "calls.talk_median": 1,
            "calls.talk_spread": 0,
            "calls.shrinkage": 0,
        },
    )
    strategy = doing({"calls.human_seats": 400, "calls.max_calls": 4, "calls.days_between_calls": 7})
    return frame(run_campaign(bank, strategy, detail="full"), "contacts")


def test_every_further_call_within_28_days_converts_18_percent_less(four_calls):
    """The odds fall by 0.82 a call exactly; of 60,000 customers who all answer, the openings follow within their scatter."""
    calls = four_calls.groupby("attempt")
    chance = calls["probability"].mean().to_numpy()
    odds = chance / (1 - chance)
    np.testing.assert_allclose(odds[1:] / odds[:-1], 0.82, rtol=1e-5)
    called = calls.size().to_numpy()
    opened = calls["outcome"].agg(lambda outcome: (outcome == "opened").sum()).to_numpy()
    rate = opened / called
    error = np.sqrt((1 - rate) / opened)
    falls = 1 - rate[1:] / rate[:-1]
    assert (called[:-1] - opened[:-1] == called[1:]).all()
    assert (np.abs(falls - 0.18) < 0.01 + SIGMAS * np.hypot(error[1:], error[:-1])).all()


def test_repeated_calls_of_the_shipped_bank_convert_about_18_percent_less(city_bank):
    """With the four segments' own ratios a further call within 28 days converts 15 to 20 % less, on average over customers."""
    bank = changed(city_bank, {"scale": 0.01, "calls.human_connect": 1, "calendar.campaign_days": 26})
    bank = changed(bank, {"calendar.horizon_days": 26})
    strategy = doing({"calls.human_seats": 6000, "calls.max_calls": 3, "calls.days_between_calls": 7})
    contacts = frame(run_campaign(bank, strategy, detail="full"), "contacts")
    chance = contacts.pivot(index="customer_id", columns="attempt", values="probability").dropna()
    assert len(chance) > 1000
    falls = 1 - chance.mean().to_numpy()[1:] / chance.mean().to_numpy()[:-1]
    assert ((falls > 0.15) & (falls < 0.20)).all()


@pytest.fixture(scope="module")
def redemption_lags(city_bank):
    """Days from claiming to redeeming of some 4,000 customers who earn a coupon each in one week; none of them hunts bonuses."""
    bank = changed(
        city_bank,
        {
            "scale": 0.03,
            "wallet.holders_at_start": 1,
            "wallet.active_share_of_holders": 1,
            "rewards.takes_part": 1,
            "rewards.notice_delay": 0,
            "rewards.hunters": 0,
            "rewards.refunded": 0,
            "calendar.campaign_days": 7,
            "calendar.horizon_days": 56,
        },
    )
    strategy = doing({"offer.reward_programme": "small_weekly_reward"})
    events = frame(run_campaign(bank, strategy, detail="full"), "coupon_events")
    days = events.pivot(index="customer_id", columns="event", values="day").dropna(subset="redeemed")
    segment = Campaign(bank, strategy).world.population.segment[days.index]
    return (days["redeemed"] - days["effective"]).to_numpy(), segment


def test_62_percent_of_coupons_are_redeemed_by_day_7_and_85_percent_by_day_15(redemption_lags):
    """The curve of the Tianchi coupons, to the fit's 2.5 points, what 30 days of validity cut off (3 points) and scatter."""
    lags, _ = redemption_lags
    scatter = SIGMAS * np.sqrt(0.25 / lags.size)
    for day, share in ((7, 0.62), (15, 0.85)):
        assert abs((lags <= day).mean() - share) < 0.025 + 0.03 + scatter
    assert scatter < 0.04


def test_redemption_lags_follow_their_weibull_curve_cut_at_the_validity(redemption_lags, city_bank):
    """By every day the share redeemed is that of the segments' Weibull curves, of which 29 whole days can be seen."""
    lags, segment = redemption_lags
    day = np.arange(1, 30)
    scale = city_bank.by_segment(city_bank.rewards.lag_scale)[:, None]
    curve = 1 - np.exp(-((day / scale) ** city_bank.rewards.lag_shape.value))
    expected = (curve / curve[:, -1:])[segment].mean(axis=0)
    seen = np.array([(lags <= last).mean() for last in day])
    assert lags.max() <= 29
    assert np.abs(seen - expected).max() < SIGMAS * np.sqrt(0.25 / lags.size)
