"""Satisfaction moves with what users experience, and a survey of visited customers shows it."""

import numpy as np
import pytest

from simkit.campaign.relationship.satisfaction import Satisfaction, weigh
from simkit.campaign.relationship.traits import STANDARD_NORMAL, log_odds_for_mean
from simkit.campaign.run import Campaign
from simkit.campaign.signals import Signal
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played, without

ROOM = ("satisfaction", "loyalty", "share_of_wallet", "motives", "competitor", "neglect")
small_bank = bank_with(*ROOM)
VISITS = {"field.teams": 6}
SURVEY = VISITS | {"satisfaction": {"survey_share": 0.8, "survey_after_days": 25}}
CARE = {"neglect": {"nurture_every_days": 4}}


@covers(
    19,
    keys=[
        "satisfaction.survey_response",
        "satisfaction.survey_mean",
        "satisfaction.survey_slope",
        "levers.satisfaction.survey_share",
        "levers.satisfaction.survey_after_days",
    ],
    code="simkit/campaign/relationship/survey.py",
    kpi="survey_answers",
)
def test_a_larger_survey_brings_more_answers():
    """Who asks more visited customers hears from more."""
    few = doing(SURVEY | {"satisfaction": {"survey_share": 0.2, "survey_after_days": 25}})
    assert_moves("survey_answers", "up", off=(small_bank(), few), on=(small_bank(), doing(SURVEY)))


@covers(
    19,
    keys=["satisfaction.cared_for", "levers.satisfaction.survey_share", "levers.neglect.nurture_every_days"],
    code="simkit/campaign/relationship/satisfaction.py",
    kpi="customer_satisfaction",
)
def test_care_shows_in_the_survey_and_in_the_wallets_that_last():
    """Visited customers who are cared for give more points, and more of their wallets last."""
    bank = changed(small_bank(), {"satisfaction.survey_response": 0.9, "neglect.care_reaches": 1})
    plain, caring = (bank, doing(SURVEY)), (bank, doing(SURVEY | CARE))
    assert_moves("customer_satisfaction", "up", off=plain, on=caring)
    assert_moves("top_two_share", "up", off=plain, on=caring)
    assert_moves("visit_retention", "up", off=plain, on=caring)


def test_a_survey_of_nobody_is_no_survey():
    """A share of 0 moves nothing."""
    none = doing(VISITS | {"satisfaction": {"survey_share": 0}})
    assert_nothing_moves((small_bank(), doing(VISITS)), (small_bank(), none))


def test_nobody_held_out_is_asked_or_cared_for():
    """Where all but a few are held out, all but a few hear nothing."""
    held_out = doing(SURVEY | CARE | {"contact_policy.holdout_share": 0.9999})
    assert figures(small_bank(), held_out, 1)[["survey_asked", "care_touches"]].to_numpy().sum() <= 5


def test_asked_customers_are_contacts_with_an_outcome():
    """Every question is a text message in the table of contacts."""
    run = played(small_bank(), doing(SURVEY))
    outcomes = frame(run, "outcomes")
    asked = figures(small_bank(), doing(SURVEY), 1)["survey_asked"].item()
    assert outcomes.loc[outcomes["channel"] == "sms", "contacts"].sum() == asked > 0


def test_experiences_move_satisfaction_and_are_half_forgotten_after_the_half_life():
    """An unsolved problem takes its amount; eight weeks later, with a half-life of 56 days, half of it is left."""
    bank = changed(small_bank(), {"satisfaction.half_life": 56})
    campaign = Campaign(bank, doing({}))
    world = campaign.world
    users = np.flatnonzero(world.population.active)[:50]
    satisfaction = world.states["satisfaction"]
    before = satisfaction(users)
    world.signals.send(Signal.UNSOLVED, users, 0)
    amount = bank.satisfaction.problem_unsolved.value
    assert satisfaction(users) - before == pytest.approx(np.full(50, amount), abs=1e-5)
    mechanism = next(one for one in campaign._mechanisms if isinstance(one, Satisfaction))  # noqa: SLF001
    for monday in range(0, 56, 7):
        mechanism.end_day(monday)
    assert satisfaction(users) - before == pytest.approx(np.full(50, amount / 2), abs=1e-4)


def test_discontent_users_leave_sooner():
    """One standard deviation less multiplies the hazard of stopping by e to the power of `satisfaction.staying`."""
    world = Campaign(small_bank(), doing({})).world
    users = np.flatnonzero(world.population.active)[:50]
    before = world.stopping.terms(users, 0)["satisfaction"]
    world.signals.send(Signal.HARMED, users, 0)
    change = small_bank().satisfaction.staying.value * -small_bank().satisfaction.harmed.value
    assert world.stopping.terms(users, 0)["satisfaction"] - before == pytest.approx(np.full(50, change), abs=1e-5)


def test_the_average_survival_stays_what_the_scenario_says():
    """Users who differ in satisfaction and loyalty, and competitors, leave as many users as a bank without any of that."""
    bank, levers = small_bank(60_000), doing({"field.teams": 40})
    with_all, plain = figures(bank, levers, 3), figures(without(bank, *ROOM), levers, 3)
    for kpi in ("lasting", "payments"):
        assert with_all[kpi].mean() == pytest.approx(plain[kpi].mean(), rel=0.025)


def test_levels_are_standard_and_probabilities_have_the_mean_asked_for():
    """The slices have mean 0 and standard deviation 1; log-odds that are found make the mean, also at the ends."""
    assert STANDARD_NORMAL.mean() == pytest.approx(0, abs=1e-6)
    assert STANDARD_NORMAL.std() == pytest.approx(1, abs=1e-6)
    for wanted in (0.0, 0.03, 0.6, 1.0):
        log_odds = log_odds_for_mean(wanted, 2 * STANDARD_NORMAL.astype(float)) + 2 * STANDARD_NORMAL
        assert (1 / (1 + np.exp(-log_odds))).mean() == pytest.approx(wanted, abs=1e-6)


def test_the_compiled_sum_agrees_with_numpy_bit_for_bit():
    """Of 10,000 customers who share 100 rows every sum of level and experience is that of a plain look-up."""
    random = np.random.default_rng(0)
    row_of, customers = random.integers(0, 100, 20_000, dtype=np.int32), random.permutation(20_000)[:10_000]
    levels = random.integers(0, 256, 100, dtype=np.uint8)
    moved, values = (random.normal(size=size).astype(np.float32) for size in (100, 256))
    weighted, weight = np.empty(10_000, dtype=np.float32), np.float32(-0.3)
    weigh(customers, row_of, levels, moved, values, weight, weighted)
    rows = row_of[customers]
    np.testing.assert_array_equal(weighted, values[levels[rows]] + weight * moved[rows])
