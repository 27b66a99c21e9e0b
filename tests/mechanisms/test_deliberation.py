"""Elderly customers take longer, more contacts, and more help."""

import numpy as np
import pytest

from simkit.campaign.contacts.meetings import FACE_TO_FACE
from simkit.campaign.run import Campaign
from simkit.params import load_scenario, load_strategy
from tests.campaign.banks import changed, doing
from tests.mechanisms.effects import assert_moves, bank_with, covers, figures, without

small_bank = bank_with("deliberation")

BANK = small_bank()
MANY = {"field.teams": 3, "field.accepts_requests": True, "field.partner": "residents_committee"}
MANY |= {"field.partner_communities_per_week": 1, "calls.human_seats": 1, "events.per_branch_month": 2}
MESSAGES = {"messages": {"sms": {"every_days": 7}, "app_push": {"every_days": 7}}}


@covers(
    52,
    keys=["deliberation.per_touch", "deliberation.most_touches", "deliberation.usual_touches"],
    code="simkit/campaign/visits/deliberation.py",
    kpi="touches_to_adopt",
)
def test_elderly_customers_need_more_talks_than_the_young():
    """With deliberation elderly customers open after more talks with a person than without it, and than the young."""
    swift = changed(BANK, {"deliberation.per_touch": 0})
    slow = changed(BANK, {"deliberation.per_touch": 0.6})
    assert_moves("touches_to_adopt", "up", off=(swift, doing(MANY)), on=(slow, doing(MANY)), segment="silver")
    talks = {
        segment: figures(BANK, doing(MANY), segment=segment)["touches_to_adopt"].mean()
        for segment in ("silver", "young")
    }
    assert talks["silver"] > talks["young"]


@covers(
    13,
    keys=["field.convert_at_door", "wallet.can_pay_by_phone", "wallet.first_payment_aided", "levers.field.teams"],
    code="simkit/campaign/wallet/wallets.py",
    kpi="assisted_adoption",
)
def test_help_face_to_face_multiplies_adoption_most_where_skill_is_least():
    """Teams beside messages raise the assisted share of elderly customers, and their wallets by a larger factor than those of the young."""
    alone, helped = (BANK, doing(MESSAGES)), (BANK, doing(MESSAGES | MANY))
    assert_moves("assisted_adoption", "up", off=alone, on=helped, segment="silver")
    factor = {
        segment: figures(*helped, segment=segment)["opened"].sum() / figures(*alone, segment=segment)["opened"].sum()
        for segment in BANK.segment_names
    }
    assert max(factor, key=factor.get) == "silver"
    unskilled = changed(BANK, {"wallet.can_pay_by_phone": 0.1})
    assert_moves("assisted_adoption", "up", off=helped, on=(unskilled, helped[1]))


@pytest.mark.parametrize("strategy", ["cold_door_to_door", "omnichannel", "silver_care"])
def test_deliberation_leaves_the_base_rates_where_they_are(monkeypatch, strategy):
    """The mean odds ratio over all contacts face to face is within 6 % of 1 in the shipped strategies."""
    campaign = Campaign(load_scenario("city_bank").model_copy(update={"scale": 0.02}), load_strategy(strategy))
    ledger, ratios = campaign.world.ledger, []
    record = ledger.contacts

    def before_the_talks_count(day, channel, batch):
        if channel in FACE_TO_FACE:
            talked = batch.customers[batch.heard]
            ratios.append(np.exp(campaign.world.opening.influences.terms(talked, channel)["deliberation"]))
        record(day, channel, batch)

    monkeypatch.setattr(ledger, "contacts", before_the_talks_count)
    campaign.play()
    assert np.concatenate(ratios).mean() == pytest.approx(1, abs=0.06)


def test_customers_who_do_not_deliberate_open_as_if_there_were_no_such_thing():
    """With no effect of a talk the section only counts talks."""
    quick = changed(BANK, {"deliberation.per_touch": 0})
    for kpi in ("opened", "lasting", "payments", "cost"):
        assert (
            figures(quick, doing(MANY), 2)[kpi] == figures(without(BANK, "deliberation"), doing(MANY), 2)[kpi]
        ).all()


def test_talks_are_counted_for_whom_they_won():
    """Nobody opens with a person without having talked to one."""
    table = figures(BANK, doing(MANY), 2)
    assert (table["touches_of_adopters"] >= table["opened_with_a_person"]).all()
    assert (table["opened_with_a_person"] >= table["opened_assisted"]).all()
