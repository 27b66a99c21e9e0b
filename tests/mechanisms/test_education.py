"""Three remedies for doubt: articles and lessons win trust at a price, an offer wins wallets and no trust."""

import numpy as np
import pytest

from simkit.params import ParameterError, resolve
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played, without

small_bank = bank_with("trust", "education")

EVENTS = {"events.per_branch_month": 10, "field.teams": 2}


def education(**levers):
    """Return a strategy with events and these remedies."""
    return doing(EVENTS | {"education": levers})


@covers(
    9,
    keys=[
        "education.lesson_attend",
        "education.lesson_minutes",
        "trust.educated",
        "levers.education.lesson_every_events",
    ],
    code="simkit/campaign/opinion/education.py",
    kpi="mean_trust_change",
)
def test_lessons_win_trust_and_sell_nothing():
    """With every second event a lesson trust grows, and the wallets of those events are missing."""
    bank = small_bank()
    off, on = (bank, education()), (bank, education(lesson_every_events=2))
    assert_moves("mean_trust_change", "up", off=off, on=on)
    assert_moves("education_touches", "up", off=off, on=on)
    assert_moves("event_wallets", "down", off=off, on=on)
    assert figures(bank, education(lesson_every_events=1), 1)["event_wallets"].sum() == 0


@covers(
    11,
    keys=[
        "education.recognised",
        "education.article_read",
        "education.article_trust",
        "education.article_cost",
        "education.lesson_cost",
        "levers.education.articles_every_days",
        "levers.education.lesson_every_events",
        "levers.education.offer_cny",
    ],
    code="simkit/campaign/opinion/education.py",
    kpi="cost_per_trust_point",
)
def test_articles_beside_lessons_make_trust_cheaper():
    """An article moves little and costs next to nothing; a dearer lesson makes a trust point dearer."""
    bank = small_bank()
    lessons = (bank, education(lesson_every_events=2))
    assert_moves(
        "cost_per_trust_point", "down", off=lessons, on=(bank, education(lesson_every_events=2, articles_every_days=7))
    )
    dearer = (changed(bank, {"education.lesson_cost": 7000}), lessons[1])
    assert_moves("cost_per_trust_point_of_lessons", "up", off=lessons, on=dearer)


def test_an_offer_wins_doubters_without_their_trust():
    """Doubters open more for money; what it costs is paid with their first payments."""
    bank = small_bank()
    off, on = (bank, education(offer_cny=0.01)), (bank, education(offer_cny=30))
    assert_moves("doubters_won", "up", off=off, on=on)
    assert_moves("offer_cost", "up", off=off, on=on)
    assert figures(*on, 1)["education_trust_points"].sum() == 0
    costs = frame(played(*on), "costs").query("item == 'gift'")
    assert costs["amount_cny"].sum() == pytest.approx(figures(*on, 1)["offer_cost"][0])


def test_a_lesson_is_an_event_more_or_less_dear():
    """What lessons cost is what the ledger says for all events when each is a lesson; articles have their own item."""
    bank, all_lessons = small_bank(), education(lesson_every_events=1, articles_every_days=7)
    costs = frame(played(bank, all_lessons), "costs")
    events = costs[costs["channel"] == "community_event"]["amount_cny"].sum()
    found = figures(bank, all_lessons, 1).iloc[0]
    assert found["lesson_cost"] == pytest.approx(events)
    assert found["article_cost"] == pytest.approx(costs[costs["item"] == "education"]["amount_cny"].sum())


def test_articles_respect_the_contact_policy():
    """Nobody gets more contacts than allowed, and who is held out gets no article."""
    bank = small_bank()
    strategy = doing({"education": {"articles_every_days": 1}, "contact_policy.contacts_per_week": 2})
    contacts = frame(played(bank, strategy), "contacts")
    a_week = contacts.groupby([contacts["day"] // 7, "customer_id"]).size()
    assert a_week.max() == 2
    held_out = doing({"education": {"articles_every_days": 1}, "contact_policy.holdout_share": 0.5})
    reached = frame(played(bank, held_out), "contacts")["customer_id"]
    assert set(reached) < set(contacts["customer_id"])
    assert 0.4 < np.unique(reached).size / contacts["customer_id"].nunique() < 0.6


def test_without_remedies_their_facts_move_nothing():
    """A bank that could teach is the same bank as long as it does not."""
    assert_nothing_moves((small_bank(), doing(EVENTS)), (without(small_bank(), "education"), doing(EVENTS)))


def test_education_needs_trust():
    """A remedy for doubt where nobody doubts is refused in a planner's words."""
    bank = without(small_bank(), "trust")
    with pytest.raises(ParameterError, match="acts on trust"):
        resolve(bank, education(articles_every_days=7))
