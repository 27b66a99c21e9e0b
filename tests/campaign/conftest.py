"""Runs that many tests look at; each is played once."""

import functools

import pytest

from simkit.campaign.run import Campaign, run_campaign
from simkit.params import load_scenario, load_strategy
from tests.campaign.banks import changed, doing


@pytest.fixture(scope="session")
def city_bank():
    """The shipped bank."""
    return load_scenario("city_bank")


@pytest.fixture(scope="session")
def shipped_run(city_bank):
    """Play a shipped strategy in full detail, at 2 % of the bank unless another scale is named."""

    @functools.cache
    def play(name, scale=0.02):
        scenario = city_bank.model_copy(update={"scale": scale})
        return run_campaign(scenario, load_strategy(name), detail="full")

    return play


@pytest.fixture(scope="session")
def crowded_bank(city_bank):
    """A bank of 8,000 customers who ask for far more than its staff can give, and do not hesitate."""
    return changed(
        city_bank,
        {
            "scale": 1.0,
            "bank.customers": 8000,
            "bank.branches": 1,
            "field.requests_per_1000_customers_a_day": 60,
            "calls.enquiries_per_1000_customers_a_day": 80,
            "calendar.campaign_days": 42,
            "calendar.horizon_days": 150,
            "deliberation": None,
        },
    )


@pytest.fixture(scope="session")
def crowding():
    """Every channel at once, with few people for many requests, and a fifth of the customers held out."""
    return doing(
        {
            "field.teams": 2.5,
            "field.appointment_max_wait_days": 2,
            "field.partner": "residents_committee",
            "field.partner_communities_per_week": 1,
            "field.accepts_requests": True,
            "events.per_branch_month": 20,
            "calls.human_seats": 3,
            "calls.inbound_seats": 2,
            "calls.ai_lines": 2,
            "messages": {
                "sms": {"every_days": 7, "first_day": 0},
                "wecom": {"every_days": 5, "first_day": 1},
                "app_push": {"every_days": 2, "first_day": 0},
                "app_popup": {"every_days": 3, "first_day": 2},
                "wechat_account": {"every_days": 4, "first_day": 3},
            },
            "offer.welcome_gift_cny": 10,
            "offer.reward_programme": "small_weekly_reward",
            "contact_policy": {"contacts_per_week": 3, "holdout_share": 0.2},
        }
    )


@pytest.fixture(scope="session")
def crowded_run(crowded_bank, crowding):
    """The crowded bank, played in full detail: every rule is under pressure."""
    return run_campaign(crowded_bank, crowding, detail="full")


@pytest.fixture(scope="session")
def held_out(crowded_bank, crowding):
    """Whom the crowded campaign holds out, by customer."""
    return Campaign(crowded_bank, crowding).world.record.held_out
