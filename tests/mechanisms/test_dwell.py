"""A long look at the wallet's page makes a lead; its speed and what comes of it depend on who is told."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from simkit.campaign.handoffs.dwell import browsing_seconds, log_mean_odds_ratio
from simkit.campaign.run import Campaign
from simkit.campaign.vocabulary import Channel
from tests.campaign.banks import changed, doing
from tests.mechanisms.effects import (
    NOTHING,
    assert_moves,
    assert_nothing_moves,
    bank_with,
    covers,
    figures,
    without,
)

small_bank = bank_with("dwell", "handoffs")

CALLS = {"calls.human_seats": 2}
LEADS = CALLS | {"dwell.threshold_seconds": 60}
PASSED_ON = LEADS | {"handoffs.refer_to": ["remote"]}
MANY = np.linspace(0.5 / 20_000, 1 - 0.5 / 20_000, 20_000)


def curious_bank():
    """Many look at the page, long looks mean much, and calls win often enough to show it."""
    willing = {"calls.consent": 0.9, "calls.human_connect": 0.8, "calls.human_convert": 0.15}
    return changed(small_bank(), {"dwell.visits_per_1000_a_day": 15, "dwell.interest_per_doubling": 0.7, **willing})


@covers(
    25,
    keys=["dwell.visits_per_1000_a_day", "dwell.browsing_median", "dwell.lead_delay", "levers.dwell.threshold_seconds"],
    code="simkit/campaign/handoffs/dwell.py",
    kpi="lead_speed_days",
)
def test_leads_that_are_passed_on_are_called_sooner_and_win_more():
    """Told of leads, seats call them first, while their interest is fresh."""
    bank = curious_bank()
    told, untold = (bank, doing(PASSED_ON)), (bank, doing(LEADS))
    assert_moves("lead_speed_days", "down", off=untold, on=told)
    assert_moves("browsing_lead_conversion", "up", off=untold, on=told)


@covers(
    25,
    keys=["dwell.interest_per_doubling", "dwell.interest_half_life", "dwell.browsing_spread"],
    code="simkit/campaign/handoffs/dwell.py",
    kpi="browsing_lead_conversion",
)
def test_a_higher_threshold_makes_fewer_and_better_leads():
    """The interest of those who look for long is larger."""
    bank = curious_bank()
    low, high = ((bank, doing(PASSED_ON | {"dwell.threshold_seconds": seconds})) for seconds in (0, 120))
    assert_moves("browsing_leads", "down", off=low, on=high)
    assert_moves("handoff_conversion", "up", off=low, on=high)


def test_interest_that_lasts_wins_more():
    """With interest that fades at once, browsing tells nothing."""
    fading, lasting = (changed(curious_bank(), {"dwell.interest_half_life": days}) for days in (0, 60))
    assert_moves(
        "browsing_lead_conversion",
        "up",
        off=(fading, doing(PASSED_ON)),
        on=(lasting, doing(PASSED_ON)),
        replications=10,
    )


@pytest.mark.parametrize("distribution", ["lognormal", "exponential"])
def test_browsing_time_has_its_median_and_interest_its_mean_odds_ratio(distribution):
    """Half stay longer than the median; over all who browse the odds of opening are what they were."""
    dwell = changed(small_bank(), {"dwell.browsing_distribution": distribution}).dwell
    seconds, power = browsing_seconds(dwell, MANY), dwell.interest_per_doubling.value / math.log(2)
    assert np.median(seconds) == pytest.approx(40, rel=1e-3)
    ratios = np.exp(power * np.log(seconds / 40) - log_mean_odds_ratio(dwell, power))
    assert ratios.mean() == pytest.approx(1, rel=2e-3)


def test_the_share_of_long_looks_is_that_of_the_lognormal_distribution():
    """Leads are looks beyond the threshold, for each prospect the first."""
    share = float(np.mean(browsing_seconds(small_bank().dwell, MANY) >= 90))
    assert share == pytest.approx(ndtr(-math.log(90 / 40)), abs=1e-4)


def test_prospects_look_at_the_given_rate():
    """Looks are a Poisson process of the prospects able to pay by phone."""
    bank = changed(
        small_bank(), {"wallet.holders_at_start": 0, "wallet.organic_innovation": 0, "wallet.organic_imitation": 0}
    )
    looks = figures(bank, doing({"dwell.threshold_seconds": 60}))["browsing_looks"].mean()
    able = Campaign(bank, NOTHING).world.population.can_pay_by_phone.sum()
    assert looks == pytest.approx(able * 28 / 1000, rel=0.15)


def test_interest_counts_in_talks_and_not_in_messages():
    """What messages bring from those who browse is in their own rates."""
    world = Campaign(curious_bank(), doing(LEADS)).world
    customers = np.arange(100)
    assert world.opening.influences.terms(customers, Channel.APP_PUSH)["interest"] == 0
    assert world.opening.influences.terms(customers, Channel.HUMAN_CALL)["interest"].shape == (100,)


def test_without_the_lever_nobody_is_watched_on_the_page():
    """A bank whose page is looked at is the same bank as long as nobody counts the seconds."""
    assert_nothing_moves((small_bank(), doing(CALLS)), (without(small_bank(), "dwell"), doing(CALLS)))
