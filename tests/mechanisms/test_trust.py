"""Trust: customers differ, experience moves it for a while, and who doubts opens less and refuses more."""

import numpy as np
import pytest

from simkit.campaign.contacts.conversion import probability
from simkit.campaign.opinion.trust import gain
from simkit.campaign.run import Campaign
from simkit.campaign.signals import Signal
from simkit.campaign.vocabulary import Channel
from tests.campaign.banks import changed, doing
from tests.mechanisms.effects import NOTHING, assert_moves, bank_with, covers, played

small_bank = bank_with("trust", "education")

DOORS = {"field.teams": 4}
ARTICLES = DOORS | {"education": {"articles_every_days": 7}}
CUSTOMERS = np.arange(6000)


def persuasive(bank):
    """Return a bank where all doubters are known, read every article and believe it."""
    return changed(
        bank,
        {"education.recognised": 1, "education.article_read": 1, "education.article_trust": 0.4, "trust.refusal": 4},
    )


@pytest.fixture
def world():
    """A campaign that is about to be played."""
    return Campaign(small_bank(), NOTHING).world


@covers(
    10,
    keys=[
        "trust.level",
        "trust.refusal",
        "trust.opening",
        "trust.doubts_below",
        "levers.education.articles_every_days",
    ],
    code="simkit/campaign/opinion/experiences.py",
    kpi="refusal_rate",
)
def test_doubters_who_come_to_trust_refuse_less_and_open_more():
    """Articles that doubters believe lower the refusals at the door, and the doubters' share in them."""
    bank = persuasive(small_bank())
    off, on = (bank, doing(DOORS)), (bank, doing(ARTICLES))
    assert_moves("refusal_rate", "down", off=off, on=on)
    assert_moves("doubt_share_of_refusals", "down", off=off, on=on)
    assert_moves("opened", "up", off=off, on=on)
    assert_moves("mean_trust_change", "up", off=off, on=on)


def test_trust_is_beta_distributed_about_the_segments_mean(world):
    """Mean and spread are those of the Beta distribution that the scenario tells."""
    facts = world.scenario.trust
    own = world.trust.own(CUSTOMERS)
    for code, mean in enumerate(world.scenario.by_segment(facts.level)):
        trust = own[world.population.segment == code]
        assert trust.mean() == pytest.approx(mean, abs=0.02)
        assert trust.std() == pytest.approx(np.sqrt(mean * (1 - mean) / (1 + facts.concentration.value)), abs=0.02)


def test_trust_leaves_the_base_rates_where_they_are(world):
    """Over a segment the odds ratio of opening is 1 and the log-odds of refusing are 0, but for luck."""
    silver = CUSTOMERS[world.population.segment == 3]
    terms = world.opening.terms(silver, Channel.VISIT)
    assert np.exp(terms["trust"]).mean() == pytest.approx(1, abs=0.03)
    assert world.refusal.total(silver, Channel.VISIT).mean() == pytest.approx(0, abs=0.03)
    plain = {name: term for name, term in terms.items() if name != "trust"}
    assert probability(terms).mean() == pytest.approx(probability(plain).mean(), rel=0.04)


def test_experience_is_half_forgotten_after_its_half_life(world):
    """Trust goes back to the customer's own level, by the week."""
    half_life = world.scenario.trust.half_life.value
    world.signals.send(Signal.EDUCATED, CUSTOMERS, 0)
    gained = world.trust.changed(CUSTOMERS)
    assert gained.max() == pytest.approx(world.scenario.trust.educated.value, rel=1e-4)
    for _ in range(round(half_life)):
        world.trust.forget()
    assert world.trust.changed(CUSTOMERS) == pytest.approx(gained * 0.5**7, rel=1e-3)


def test_trust_never_leaves_zero_to_one(world):
    """However much happens, trust is a share."""
    for signal in (Signal.HARMED, Signal.CARED_FOR):
        for _ in range(60):
            world.signals.send(signal, CUSTOMERS, 0)
            trust = world.trust.own(CUSTOMERS) + world.trust.changed(CUSTOMERS)
            assert -1e-6 < trust.min() <= trust.max() < 1 + 1e-6


@pytest.mark.parametrize("points", [0.07, -0.3, 1.0])
def test_points_are_gained_as_numpy_reckons(points):
    """The compiled loop and plain NumPy agree to the last bit on who gains how much, at the bounds too."""
    luck, step = np.random.default_rng(3), np.float32(points)
    levels, place = luck.random(256, dtype=np.float32), luck.integers(0, 256, 5000).astype(np.uint16)
    customers = np.sort(luck.choice(5000, 3000, replace=False))
    gained = luck.uniform(-0.2, 0.2, 5000).astype(np.float32)
    own, before = levels[place[customers]], gained[customers]
    after = np.minimum(np.maximum(own + before + step, 0), 1) - own
    moved = np.empty(3000, dtype=np.float32)
    gain(customers, step, place, levels, gained, moved)
    np.testing.assert_array_equal(gained[customers], after)
    np.testing.assert_array_equal(moved, after - before)


@pytest.mark.parametrize(
    ("signal", "better"),
    [
        (Signal.BRIEFED, True),
        (Signal.EDUCATED, True),
        (Signal.SOLVED, True),
        (Signal.CARED_FOR, True),
        (Signal.UNSOLVED, False),
        (Signal.HARMED, False),
    ],
)
def test_good_experience_wins_trust_and_bad_experience_costs_it(world, signal, better):
    """An experience changes the log-odds of opening and of refusing in opposite directions, for whom it concerns."""
    concerned = CUSTOMERS[:100]
    before = world.refusal.total(CUSTOMERS, Channel.VISIT)
    world.signals.send(signal, concerned, 0)
    opening = world.opening.influences.changing_total(CUSTOMERS, Channel.VISIT)
    refusal = world.refusal.total(CUSTOMERS, Channel.VISIT) - before
    sign = 1 if better else -1
    assert (sign * opening[:100]).mean() > 0
    assert (sign * refusal[:100]).mean() < 0
    assert not opening[100:].any()
    assert not refusal[100:].any()


def test_talking_with_staff_wins_trust():
    """Customers who are met and do not refuse trust a little more; without visits nobody does."""
    gained = [played(small_bank(), doing(levers)).tables["tallies"].to_pandas() for levers in (DOORS, {})]
    visits, none = (table[table["tally"] == "trust_gained"]["amount"].sum() for table in gained)
    assert visits > 0
    assert none == 0
