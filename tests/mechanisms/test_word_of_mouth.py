"""Word of mouth: a small world in which holders win their neighbours and the unhappy warn theirs."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import curve_fit

from simkit.campaign.opinion.neighbourhood import Neighbourhood, find_neighbours
from simkit.campaign.opinion.word_of_mouth import spread_word
from simkit.campaign.run import Campaign, run_campaign
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel
from tests.campaign.banks import NOBODY_OPENS_ALONE, changed, doing, frame
from tests.mechanisms.effects import NOTHING, assert_moves, bank_with, covers, figures, played, without

small_bank = bank_with("word_of_mouth")

P, Q, DAYS, CUSTOMERS = 0.8, 9.0, 270, 300_000
EVENTS = {"events.per_branch_month": 8}
TALKATIVE = {"wallet.organic_imitation": 8, "bank.community_size": 200}


def chatty():
    """Return a bank of small communities in which people talk a lot."""
    return changed(small_bank(), TALKATIVE)


@covers(
    21,
    keys=[
        "word_of_mouth.mixing",
        "word_of_mouth.neighbours",
        "word_of_mouth.long_links",
        "word_of_mouth.penetrated_above",
        "levers.events.per_branch_month",
        "levers.events.focus_share",
    ],
    code="simkit/campaign/opinion/word_of_mouth.py",
    kpi="community_penetration",
)
def test_events_in_the_neighbourhood_are_talked_of():
    """More events raise penetration, also by word of mouth; events that come back to the same communities win more of these."""
    bank = chatty()
    few, many = (bank, doing({"events.per_branch_month": 2})), (bank, doing(EVENTS))
    assert_moves("community_penetration", "up", off=few, on=many)
    assert_moves("positive_words", "up", off=few, on=many)
    quiet = changed(
        bank, {"wallet.organic_imitation": 0.38, "word_of_mouth.penetrated_above": 0.5, "events.attend": 0.2}
    )
    often = {"events.per_branch_month": 20, "events.booths": 10}
    assert_moves(
        "communities_won", "up", off=(quiet, doing(often)), on=(quiet, doing(often | {"events.focus_share": 0.3}))
    )


@covers(
    68,
    keys=[
        "word_of_mouth.negative_ratio",
        "word_of_mouth.positive",
        "word_of_mouth.refused_speak",
        "word_of_mouth.opted_out_speak",
        "word_of_mouth.half_life",
        "levers.field.teams",
    ],
    code="simkit/campaign/opinion/word_of_mouth.py",
    kpi="net_word_of_mouth",
)
def test_who_is_annoyed_warns_the_neighbours():
    """Cold visits that are refused make bad words; the more they weigh, the fewer wallets word of mouth wins."""
    bank = changed(chatty(), {"word_of_mouth.refused_speak": 0.9})
    visits = doing({"field.teams": 20})
    assert_moves("net_word_of_mouth", "down", off=(bank, NOTHING), on=(bank, visits))
    bad_weighs_more = changed(bank, {"word_of_mouth.negative_ratio": 10})
    assert_moves("word_of_mouth_wallets", "down", off=(bank, visits), on=(bad_weighs_more, visits))


def test_pure_word_of_mouth_among_all_is_bass():
    """Fully mixed and without a campaign, the curve of adoption gives back the p and q that were put in, within 5 %."""
    bank = changed(
        small_bank(CUSTOMERS),
        {
            "wallet.holders_at_start": 0,
            "wallet.can_pay_by_phone": 1,
            "wallet.first_payment_unaided": 0,
            "wallet.organic_innovation": P,
            "wallet.organic_imitation": Q,
            "word_of_mouth.mixing": "fully_mixed",
            "calendar.campaign_days": 1,
            "calendar.horizon_days": DAYS,
        },
    )
    opened = frame(run_campaign(bank, NOTHING), "daily").groupby("day")["opened"].sum().to_numpy()
    years = np.arange(1, DAYS + 1) / 365.25

    def bass(time, p, q):
        return -np.expm1(-(p + q) * time) / (1 + q / p * np.exp(-(p + q) * time))

    (p, q), _ = curve_fit(bass, years, np.cumsum(opened) / CUSTOMERS, p0=(0.1, 1.0))
    assert p == pytest.approx(P, rel=0.05)
    assert q == pytest.approx(Q, rel=0.05)


def test_word_of_mouth_keeps_the_level_of_imitation():
    """Without a campaign as many adopt in every segment as by imitation within the own segment, but for luck."""
    bank = small_bank(60_000)
    for segment in (*bank.segment_names, "all"):
        neighbours, segments = (
            frame(played(case, NOTHING), "daily").pipe(opened_in, segment)
            for case in (bank, without(bank, "word_of_mouth"))
        )
        assert abs(neighbours - segments) < 3 * np.sqrt(neighbours + segments)


def opened_in(daily, segment):
    """Return wallets opened within the horizon."""
    return daily[(daily["segment"] == segment) | (segment == "all")]["opened"].sum()


def test_who_has_nothing_to_say_changes_nothing():
    """With no imitation, and words that weigh nothing, contacts and wallets are those of a bank without word of mouth."""
    silent = {"wallet.organic_imitation": 0, "word_of_mouth.positive": 0}
    bank = changed(small_bank(), silent)
    strategy = doing(EVENTS | {"field.teams": 4, "messages": {"sms": {"every_days": 7}}})
    talking, mute = (played(case, strategy) for case in (bank, without(bank, "word_of_mouth")))
    for table in ("contacts", "conversions", "daily", "costs"):
        pd.testing.assert_frame_equal(frame(talking, table), frame(mute, table))


@pytest.mark.parametrize("neighbours", [1, 2, 7, 8])
def test_without_long_links_neighbours_live_next_door(neighbours):
    """Everyone has so many places, in the own community, and stands at as many places of others."""
    bank = changed(small_bank(), {"word_of_mouth.neighbours": neighbours, "word_of_mouth.long_links": 0})
    world, graph = graph_of(bank)
    customers = np.arange(world.population.size, dtype=np.int32)
    found = graph.neighbours(customers).reshape(-1, neighbours)
    assert (world.population.community[found] == world.population.community[customers][:, None]).all()
    assert (np.bincount(found.ravel()) == neighbours).all()
    assert (np.diff(np.sort(found, axis=1), axis=1) > 0).all()
    assert (found != customers[:, None]).all()
    luck = np.linspace(0.001, 0.999, customers.shape[0])
    assert (graph.met(customers, luck)[:, None] == found).any(axis=1).all()


def test_long_links_lead_anywhere_and_stay():
    """The given share of places is taken by somebody from elsewhere, who is the same at every look."""
    bank = changed(small_bank(), {"word_of_mouth.long_links": 0.25, "bank.community_size": 100})
    world, graph = graph_of(bank)
    customers = np.arange(world.population.size, dtype=np.int32)
    found = graph.neighbours(customers)
    assert (found == graph.neighbours(customers)).all()
    elsewhere = world.population.community[found] != np.repeat(world.population.community[customers], graph.places)
    assert elsewhere.mean() == pytest.approx(0.25 * 59 / 60, abs=0.01)


@pytest.mark.parametrize("long_links", [0.0, 0.3, 1.0])
def test_neighbours_are_those_that_numpy_finds(long_links):
    """The compiled loop and plain NumPy agree on everyone's neighbour at every place, in communities smaller than a look-around too."""
    size, communities, luck = 997, 150, np.random.default_rng(1)
    customers, places = luck.integers(0, size, 20_000), luck.integers(0, 12, 20_000)
    chance = luck.uniform(1e-9, 1, 20_000)
    first_residents = -(-np.arange(communities + 1) * size // communities)
    found = np.empty(20_000, dtype=np.int64)
    find_neighbours(customers, places, chance, first_residents, (long_links, size, communities), found)
    first, following = (first_residents[customers * communities // size + after] for after in (0, 1))
    steps = np.where(places % 2 == 0, places // 2 + 1, -(places // 2) - 1)
    plain = first + (customers - first + steps) % (following - first)
    far = chance < long_links
    plain[far] = chance[far] / long_links * size
    np.testing.assert_array_equal(found, plain)


def test_words_add_up_as_numpy_adds_them():
    """Who hears several words of a day thinks the same, to the last bit, as by one addition after the other."""
    luck = np.random.default_rng(2)
    hearers, segment = luck.integers(0, 300, 5000), luck.integers(0, 4, 300).astype(np.uint8)
    word, opinion = luck.normal(size=4).astype(np.float32), luck.normal(size=300).astype(np.float32)
    plain, heard = opinion.copy(), np.zeros(4)
    spread_word(hearers, segment, word, opinion, heard)
    np.add.at(plain, hearers, word[segment[hearers]])
    np.testing.assert_array_equal(opinion, plain)
    np.testing.assert_array_equal(heard, np.bincount(segment[hearers], minlength=4))


def graph_of(bank):
    """Return a bank's world and a neighbourhood like the one in it."""
    world = Campaign(without(bank, "word_of_mouth"), NOTHING).world
    return world, Neighbourhood(bank.word_of_mouth, world.population, world.streams)


def test_a_bad_word_weighs_more_than_a_good_one_and_is_forgotten():
    """Neighbours of who is harmed open less, by the ratio of the weights, until they forget."""
    bank = changed(small_bank(), NOBODY_OPENS_ALONE | {"word_of_mouth.harmed_speak": 1, "word_of_mouth.long_links": 0})
    campaign = Campaign(bank, NOTHING)
    world = campaign.world
    world.signals.send(Signal.HARMED, np.array([100], dtype=np.int32), 0)
    neighbours = np.array([96, 97, 98, 99, 101, 102, 103, 104])
    heard = world.opening.influences.changing_total(neighbours, Channel.VISIT)
    good = bank.by_segment(bank.word_of_mouth.positive)[world.population.segment[neighbours]]
    assert heard == pytest.approx(-bank.word_of_mouth.negative_ratio.value * good)
    everyone = np.arange(world.population.size)
    assert np.count_nonzero(world.opening.influences.changing_total(everyone, Channel.VISIT)) == 8
    campaign.play()
    weeks = np.count_nonzero(world.calendar.weekday[:126] == 0)
    kept = 0.5 ** (7 * weeks / bank.word_of_mouth.half_life.value)
    assert world.opening.influences.changing_total(neighbours, Channel.VISIT) == pytest.approx(heard * kept, rel=1e-4)


def test_words_are_good_or_bad():
    """The balance is taken over both kinds, and each wallet opened is told to all neighbours."""
    bank = chatty()
    found = figures(bank, doing(EVENTS | {"field.teams": 4}), 1).iloc[0]
    good, bad = found["positive_words"], found["negative_words"]
    assert found["net_word_of_mouth"] == (good - bad) / (good + bad)
    opened = frame(played(bank, doing(EVENTS | {"field.teams": 4})), "daily")["opened"].sum()
    assert good == opened * bank.word_of_mouth.neighbours.value
