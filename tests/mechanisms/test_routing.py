"""Where a customer's way begins, and whom each route contacts first."""

import numpy as np
import pytest

from simkit.campaign.handoffs.routing import RoutePlay
from simkit.campaign.run import Campaign
from simkit.campaign.vocabulary import Channel, Desk
from simkit.params import ParameterError, Scenario, resolve
from tests.campaign.banks import changed, doing
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, without

small_bank = bank_with("tiers", "dwell", "routing", "handoffs")

CALLS = {"calls.human_seats": 0.5}
MANAGERS = CALLS | {"tiers.policy": "assets", "tiers.relationship_managers": 1.0}
PASSED_ON = MANAGERS | {"dwell.threshold_seconds": 20, "handoffs.refer_to": ["remote", "branch"]}


def willing_bank(**changes):
    """A bank whose customers answer and open often enough for a route to matter."""
    often = {"calls.consent": 0.9, "calls.human_connect": 0.8, "calls.human_convert": 0.15}
    return changed(small_bank(), often | changes)


def ruled(rule, levers=CALLS):
    """Return a strategy with a rule of routing."""
    return doing(levers | {"routing.rule": rule})


@covers(
    37,
    keys=["levers.routing.rule", "levers.tiers.high_value_share"],
    code="simkit/campaign/handoffs/routing.py",
    kpi="branch_talks",
)
def test_high_value_and_complex_needs_begin_offline_under_the_rule_of_value():
    """Their leads go to the branch and not to the seats, which dial them last."""
    bank = willing_bank(**{"dwell.visits_per_1000_a_day": 15})
    anyone, by_value = ((bank, ruled(rule, PASSED_ON)) for rule in ("none", "value"))
    assert_moves("handoffs_online_to_branch", "up", off=anyone, on=by_value)
    assert_moves("handoffs_online_to_remote", "down", off=anyone, on=by_value)
    assert figures(*by_value, replications=2)["manager_load"].between(0.3, 1.2).all()


def test_seats_call_who_begins_offline_last():
    """While others are left, no customer of high value is dialled cold."""
    campaign = Campaign(willing_bank(), ruled("value", MANAGERS), detail="full")
    offline = campaign._outreach.desks.begins_offline  # noqa: SLF001 - who is meant is told by no table
    called = campaign.play()["contacts"].to_pandas().query("channel == 'human_call'")["customer_id"].to_numpy()
    assert called.shape[0] > 100
    assert not offline(called.astype(np.int32)).any()


@covers(
    38,
    keys=[
        "routing.preference.online",
        "routing.preference.remote",
        "routing.preference.branch",
        "routing.preference.field",
        "routing.preferred_odds_ratio",
        "levers.routing.rule",
    ],
    code="simkit/campaign/handoffs/routing.py",
    kpi="preference_match",
)
def test_calling_those_first_who_like_calls_wins_more():
    """With more customers than seats can call, the order decides who is called."""
    bank = willing_bank(**{"routing.preferred_odds_ratio": 3.0})
    anyone, preferring = ((bank, ruled(rule)) for rule in ("none", "preference"))
    assert_moves("preference_match", "up", off=anyone, on=preferring)
    assert_moves("remote_conversion", "up", off=anyone, on=preferring)
    assert_moves("opened", "up", off=anyone, on=preferring)


@covers(
    38,
    keys=["routing.willingness_seen", "levers.routing.willing_share"],
    code="simkit/campaign/handoffs/routing.py",
    kpi="remote_conversion",
)
def test_a_score_of_willingness_that_sees_more_wins_more():
    """Who is willing comes first; a score that is mere noise wins nothing."""
    spread = {"response.propensity_spread": 1.0}
    levers = MANAGERS | {"routing.willing_share": 0.2}
    blind, seeing = (willing_bank(**spread, **{"routing.willingness_seen": seen}) for seen in (0.0, 1.0))
    assert_moves("remote_conversion", "up", off=(blind, ruled("all", levers)), on=(seeing, ruled("all", levers)))


@pytest.mark.parametrize("channel", [Channel.HUMAN_CALL, Channel.VISIT, Channel.RELATIONSHIP_MANAGER, Channel.SMS])
def test_preference_leaves_the_mean_odds_of_every_channel_as_they_were(channel):
    """Contacts at random win as much as before: the odds ratios of a segment have mean 1."""
    world = Campaign(small_bank(60_000), ruled("none")).world
    customers = world.targets(None)
    ratios = np.exp(world.opening.influences.terms(customers, channel)["preferred_route"])
    for segment in range(4):
        assert ratios[world.population.segment[customers] == segment].mean() == pytest.approx(1, abs=0.01)


def test_preferences_have_the_given_shares():
    """Half of the elderly like visits best, and every twentieth of the young."""
    campaign = Campaign(small_bank(60_000), ruled("none"))
    customers = campaign.world.targets(None)
    mechanisms = campaign._mechanisms  # noqa: SLF001 - no table tells what one customer prefers
    preferred = next(one for one in mechanisms if isinstance(one, RoutePlay)).preferred(customers)
    segment = campaign.world.population.segment[customers]
    assert np.mean(preferred[segment == 3] == Desk.FIELD) == pytest.approx(0.50, abs=0.015)
    assert np.mean(preferred[segment == 0] == Desk.FIELD) == pytest.approx(0.05, abs=0.015)


def test_shares_of_preference_must_sum_to_one():
    """A share that is forgotten is noticed before anything runs."""
    data = small_bank().model_dump(mode="python")
    data["routing"]["preference"]["online"]["value"]["young"] = 0.0
    with pytest.raises(ValueError, match="shares of young sum to"):
        Scenario.model_validate(data)


def test_the_rule_of_value_needs_tiers():
    """Nobody is of high value where nobody says who is."""
    with pytest.raises(ParameterError, match=r"needs levers\.tiers"):
        resolve(small_bank(), ruled("value"))


def test_without_routing_preferences_move_nothing():
    """A bank whose customers prefer something is the same bank as long as nobody asks."""
    assert_nothing_moves((small_bank(), doing(CALLS)), (without(small_bank(), "routing"), doing(CALLS)))
