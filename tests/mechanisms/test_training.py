"""Training costs days of visits and money, and makes the visits that are left better, for a while."""

import dataclasses

import numpy as np
import pytest

from simkit.campaign.run import Campaign
from simkit.campaign.visits.courses import course_days
from simkit.campaign.visits.training import Training
from simkit.campaign.vocabulary import Channel
from simkit.params import resolve
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played, without

small_bank = bank_with("training")

VISITS = {"field.teams": 2, "field.staff_per_team": 2, "field.accepts_requests": True}
BANK = small_bank()
UNTRAINED = (BANK, doing(VISITS))


def trained(bank=BANK, **training):
    """Return (scenario, strategy) of visits by staff who are trained so."""
    return bank, doing(VISITS | {"training": training})


@covers(
    5,
    keys=[
        "training.first_day_odds_ratio",
        "training.later_day_share",
        "training.half_life",
        "training.trainer_cost",
        "levers.training.days",
    ],
    code="simkit/campaign/visits/training.py",
    kpi="wallets_per_staff_day",
)
def test_trained_staff_open_more_wallets_a_day_on_fewer_days():
    """Two days of training raise wallets a staff day, lose visits, and cost wages and trainers."""
    course = trained(days=2)
    assert_moves("wallets_per_staff_day", "up", off=UNTRAINED, on=course)
    assert_moves("visits_met", "down", off=UNTRAINED, on=course)
    table = figures(*course)
    assert (figures(*UNTRAINED)["field_staff_days"] - table["field_staff_days"] == 8).all()
    assert (table["training_staff_days"] == 8).all()
    assert (table["training_cost"] == 8 * (1100 + 300)).all()
    costs = frame(played(*course), "costs").query("item == 'training'")
    assert costs["amount_cny"].sum() == table["training_cost"][0]


def test_training_that_teaches_nothing_only_loses_visits():
    """With an odds ratio of 1 the days are gone for nothing."""
    useless = changed(BANK, {"training.first_day_odds_ratio": 1})
    assert_moves("visits_opened", "down", off=UNTRAINED, on=trained(useless, days=5))
    assert (figures(*trained(useless, days=5))["wallets_from_training"] == 0).all()


def test_what_training_brought_is_what_would_not_have_come_without_it():
    """The wallets set down to training agree with the same visits by staff who learned nothing, within luck."""
    useless = changed(BANK, {"training.first_day_odds_ratio": 1})
    with_skill, without_skill = (figures(*trained(bank, days=3)) for bank in (BANK, useless))
    gained = with_skill["visits_opened"] - without_skill["visits_opened"]
    error = gained.std(ddof=1) / np.sqrt(gained.shape[0])
    assert with_skill["wallets_from_training"].mean() == pytest.approx(gained.mean(), abs=4 * error)
    assert gained.mean() > 0


def test_skill_follows_its_formula():
    """One day gives 1.15, each further day 0.6 of the one before; a half-life later half of the knowledge is left."""
    bank, course = trained(changed(BANK, {"training.half_life": 7}), days=2)
    world = dataclasses.replace(Campaign(bank, doing(VISITS)).world, levers=resolve(bank, course).levers)
    training = Training(world, None)
    skill = []
    for day in range(10):
        training.begin_day(day)
        skill.append(world.opening.influences.terms(np.array([0]), Channel.VISIT)["skill"])
    one_day = np.log(1.15)
    knowledge = 1 + 0.5 ** (1 / 7)  # the second day's course ends a day after the first one's
    assert skill[1] == pytest.approx(one_day)
    assert skill[2] == pytest.approx(one_day * (1 - 0.6**knowledge) / 0.4)
    assert skill[9] == pytest.approx(one_day * (1 - 0.6 ** (knowledge / 2)) / 0.4)


@covers(
    5,
    keys=["levers.training.first_day", "levers.training.refresh_weeks", "levers.training.refresh_days"],
    code="simkit/campaign/visits/courses.py",
    kpi="mean_skill",
)
def test_refreshing_keeps_skill_up():
    """A day of training every week keeps staff more skilled than one course, and an early course more than a late one."""
    once, refreshed = trained(days=2), trained(days=2, refresh_weeks=1, refresh_days=1)
    late = trained(days=2, first_day=21)
    for better, worse in ((refreshed, once), (once, late)):
        assert figures(*better, 1)["mean_skill"][0] > figures(*worse, 1)["mean_skill"][0]


def test_courses_are_held_on_the_first_working_days():
    """A course that begins on a Saturday is held from Monday on; teams visit nobody on its days."""
    case = trained(days=2, first_day=5, refresh_weeks=2)
    assert sorted(course_days(Campaign(*case).world)) == [7, 8, 21]
    worked = frame(played(*case), "service").query("resource == 'field_team'")["day"]
    assert not set(worked) & {7, 8, 21}
    assert {4, 9, 22} <= set(worked)


def test_a_bank_that_could_train_and_does_not_is_the_same_bank():
    """Without the lever the section moves nothing."""
    assert_nothing_moves(UNTRAINED, (without(BANK, "training"), doing(VISITS)))
