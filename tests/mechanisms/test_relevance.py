"""Irrelevant messages win less and drive away more; filters and personal messages help, standard ones on average change nothing."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from simkit.campaign.messaging.relevance import RelevancePlay, find_near
from simkit.campaign.run import Campaign
from simkit.campaign.vocabulary import Channel
from simkit.params import resolve
from tests.campaign.banks import doing
from tests.mechanisms.effects import NOTHING, assert_moves, assert_nothing_moves, bank_with, covers, without

small_bank = bank_with("tags", "relevance")

OFTEN = {"messages": {"sms": {"every_days": 3}, "wecom": {"every_days": 3}, "app_push": {"every_days": 3}}}
STANDARD = doing(OFTEN | {"relevance": {}})


def played_relevance(strategy):
    """Return the world and the mechanism of a campaign that has not begun, and its customers' numbers."""
    levers = resolve(small_bank(), strategy).levers
    world = replace(Campaign(small_bank(), NOTHING).world, levers=levers)
    mechanism = RelevancePlay(world, SimpleNamespace(messages=SimpleNamespace(tailoring=None)))
    return world, mechanism, np.arange(world.population.size, dtype=np.int32)


@covers(
    27,
    keys=[
        "relevance.share",
        "relevance.irrelevant_conversion",
        "relevance.irrelevant_opt_out",
        "levers.relevance.filter",
    ],
    code="simkit/campaign/messaging/relevance.py",
    kpi="message_opt_out_share",
)
def test_holding_back_irrelevant_messages_spares_opt_outs_and_wins_more_per_message():
    """Fewer messages, fewer of them irrelevant, fewer opt-outs and more wallets at each of them."""
    off, on = (small_bank(), STANDARD), (small_bank(), doing({"relevance.filter": 0.9}, STANDARD))
    assert_moves("irrelevant_messages", "down", off=off, on=on)
    assert_moves("messages_per_customer", "down", off=off, on=on)
    assert_moves("message_opt_out_share", "down", off=off, on=on)
    assert_moves("message_conversion", "up", off=off, on=on)


@covers(
    66,
    keys=["levers.relevance.personalisation", "relevance.personal_gain", "relevance.personal_cost"],
    code="simkit/campaign/messaging/relevance.py",
    kpi="message_conversion",
)
def test_personal_messages_win_more_than_messages_for_all_and_cost_more():
    """The more customers get messages of their own, the more each message wins, and the more it costs."""
    cases = {
        level: (small_bank(), doing({"relevance.personalisation": level}, STANDARD))
        for level in ("standard", "by_tier", "personal")
    }
    assert_moves("irrelevant_messages", "down", off=cases["standard"], on=cases["by_tier"])
    assert_moves("irrelevant_messages", "down", off=cases["by_tier"], on=cases["personal"])
    assert_moves("message_conversion", "up", off=cases["standard"], on=cases["personal"])
    assert_moves("online_cost", "up", off=cases["standard"], on=cases["personal"])


def test_the_first_tier_of_wealth_gets_the_generic_message():
    """Personal messages by tier leave the tiers' first as irrelevant as messages for all."""
    relevant = {}
    for level in ("standard", "by_tier", "personal"):
        strategy = doing({"relevance.personalisation": level, "relevance.filter": 1.0}, STANDARD)
        world, mechanism, everyone = played_relevance(strategy)
        first = world.tags.of("wealth") == 0
        goes = np.mean([mechanism.goes_out(everyone, Channel.SMS, day) for day in range(200)], axis=0)
        relevant[level] = goes[first].mean(), goes[~first].mean()
    assert relevant["by_tier"][0] == relevant["standard"][0]
    assert relevant["by_tier"][1] == relevant["personal"][1] > relevant["standard"][1]


def test_over_many_days_a_message_is_relevant_as_often_as_the_scenario_says():
    """Each customer of a segment meets the same share, and a stronger filter holds back more of the same messages."""
    days = range(400)
    world, all_held, everyone = played_relevance(doing({"relevance.filter": 1.0}, STANDARD))
    _, half_held, _ = played_relevance(doing({"relevance.filter": 0.5}, STANDARD))
    strict = np.array([all_held.goes_out(everyone, Channel.SMS, day) for day in days])
    loose = np.array([half_held.goes_out(everyone, Channel.SMS, day) for day in days])
    assert (strict <= loose).all()
    share = world.scenario.by_segment(world.scenario.relevance.share)[world.population.segment]
    assert abs(strict.mean() - share.mean()) < 0.01
    assert abs(loose.mean() - (1 + share.mean()) / 2) < 0.01


def test_without_filter_and_personal_messages_the_shipped_rates_stay_what_they_are():
    """Over all messages to everyone the odds ratio of opening and the ratio of opting out have mean 1."""
    world, mechanism, everyone = played_relevance(STANDARD)
    effects = [mechanism.send(everyone, Channel.SMS, day) for day in range(120)]
    for segment in range(len(world.scenario.segments)):
        chosen = world.population.segment == segment
        assert abs(np.mean([effect.convert[chosen].mean() for effect in effects]) - 1) < 0.01
        assert abs(np.mean([effect.opt_out[chosen].mean() for effect in effects]) - 1) < 0.01


def test_without_the_lever_relevance_moves_nothing():
    """A bank that knows what concerns its customers is the same bank as long as it does not act on it."""
    assert_nothing_moves((small_bank(), doing(OFTEN)), (without(small_bank(), "relevance"), doing(OFTEN)))


def test_the_compiled_circle_and_its_plain_twin_agree_bit_for_bit():
    """Whatever the topic, the distance runs one way round the circle; wide and narrow codes of who is written for are alike."""
    luck = np.random.default_rng(17)
    customers, taste = luck.permutation(500)[:300], luck.integers(0, 256, 500).astype(np.uint8)
    places, near = np.array([0, 80, 200, 256], dtype=np.uint16), []
    for find in (find_near, find_near.__wrapped__):
        for code in (np.uint8, np.uint16):
            written_for, found = np.arange(500).astype(code) % code(4), np.empty(300, dtype=np.bool_)
            find(customers, taste, written_for, np.int64(77), places, found)
            near.append(found)
    for others in near[1:]:
        np.testing.assert_array_equal(near[0], others)
    np.testing.assert_array_equal(near[0], taste[customers] - np.uint8(77) < places[customers % 4])
