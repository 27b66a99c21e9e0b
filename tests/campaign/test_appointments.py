"""Appointments: agreed with a lead, asked for by the partner community by community, and kept, missed or forgotten."""

import numpy as np
import pytest
from scipy.stats import binomtest

from simkit.campaign.run import Campaign, run_campaign
from tests.campaign.banks import NOBODY_OPENS_ALONE, changed, doing, frame

NEVER_BY_CHANCE = 1e-4


@pytest.fixture(scope="module")
def bank(city_bank):
    """Fourteen communities of 1,500 for four weeks, and teams enough for everyone."""
    return changed(
        city_bank,
        NOBODY_OPENS_ALONE
        | {"scale": 1.0, "bank.customers": 21_000, "calendar.campaign_days": 28, "calendar.horizon_days": 28},
    )


@pytest.fixture(scope="module")
def with_partner(bank):
    """The committee asks three communities a week, and forty teams make nothing but the visits agreed on."""
    levers = {
        "field.teams": 40,
        "field.doors": False,
        "field.partner": "residents_committee",
        "field.partner_communities_per_week": 3,
    }
    return run_campaign(bank, doing(levers), detail="full")


def test_a_partner_asks_the_next_communities_every_week(bank, with_partner):
    """Three communities a week for four weeks: twelve of fourteen are asked, once; the last one's visits come too late."""
    costs = frame(with_partner, "costs").query("item == 'partner'")
    assert costs["day"].tolist() == [0, 7, 14, 21]
    assert costs["quantity"].tolist() == [3, 3, 3, 3]
    visits = frame(with_partner, "contacts").query("outcome != 'lapsed'")
    community = Campaign(bank, doing({})).world.population.community[visits["customer_id"]]
    asked_in = community // 3
    assert set(community) == set(range(11))
    first_possible = 7 * asked_in + 2
    assert (visits["day"] >= first_possible).all()
    assert (visits["day"] <= first_possible + 4 + 2).all()


def test_as_many_sign_up_as_the_partner_brings(bank, with_partner):
    """Of the residents asked, segment by segment, the given share agrees; with teams enough each is visited once."""
    world = Campaign(bank, doing({})).world
    visits = frame(with_partner, "contacts").query("outcome != 'lapsed'")
    assert visits["customer_id"].is_unique
    early = world.population.community < 9  # whose visits all fall into the campaign
    visited = np.isin(np.arange(world.population.size), visits["customer_id"])
    for code, name in enumerate(bank.segment_names):
        asked = early & (world.population.segment == code)
        share = bank.field.partners["residents_committee"].sign_up.value[name]
        assert binomtest(int(visited[asked].sum()), int(asked.sum()), share).pvalue > NEVER_BY_CHANCE


def test_no_shows_are_missed_and_cost_a_wait(bank, with_partner):
    """The given share is not there; a team waits for them, and for nobody else, the minutes that politeness asks."""
    visits = frame(with_partner, "contacts")
    missed = visits["outcome"] == "no_show"
    assert binomtest(int(missed.sum()), len(visits), bank.field.no_show.value).pvalue > NEVER_BY_CHANCE
    np.testing.assert_allclose(visits.loc[missed, "minutes"], bank.field.no_show_wait.value, rtol=1e-5)


def test_a_call_leads_to_a_visit_after_the_lead_time(bank):
    """Who agrees on the telephone is visited three days later, or on the first working day after that."""
    levers = {"field.teams": 40, "field.doors": False, "field.appointment_lead_days": 3, "calls.human_seats": 40}
    contacts = frame(run_campaign(bank, doing(levers), detail="full"), "contacts")
    agreed = contacts[contacts["outcome"] == "visit_agreed"].set_index("customer_id")["day"]
    visited = contacts[contacts["channel"] == "appointment"].set_index("customer_id")["day"]
    assert set(visited.index) <= set(agreed.index)
    assert len(visited) > 100
    lead = visited - agreed[visited.index]
    assert lead.min() == 3
    assert lead.max() <= 3 + 2 + 1  # a weekend, and a day for who stood at the end of the line


def test_requests_come_at_the_scenarios_rate(bank):
    """Customers who ask for a visit do so at a constant rate a day, and who asked once does not ask again."""
    bank = changed(bank, {"field.requests_per_1000_customers_a_day": 2})
    hours = {"starts": 9, "ends": 18, "works_on": "every_day"}
    levers = {"field.teams": 40, "field.doors": False, "field.accepts_requests": True, "field.hours": hours}
    visits = frame(run_campaign(bank, doing(levers), detail="full"), "contacts")
    assert visits["customer_id"].is_unique
    assert visits["day"].min() == 2
    chance = 1 - np.exp(-0.002 * 26)
    assert binomtest(len(visits), 21_000, chance).pvalue > NEVER_BY_CHANCE


def test_requests_of_days_off_are_taken_up_on_the_next_working_day(bank):
    """Who asks on a Saturday is visited in the week after: nobody's request is lost, and Mondays bring three days' worth."""
    bank = changed(bank, {"field.requests_per_1000_customers_a_day": 4})
    levers = {"field.teams": 40, "field.doors": False, "field.accepts_requests": True, "field.appointment_lead_days": 0}
    visits = frame(run_campaign(bank, doing(levers), detail="full"), "contacts")
    asked_by_friday = 1 - np.exp(-0.004 * 26)  # of four weeks; the last weekend's come too late
    assert binomtest(len(visits), 21_000, asked_by_friday).pvalue > NEVER_BY_CHANCE
    mondays = (visits["day"] % 7 == 0) & (visits["day"] > 0)
    assert mondays.sum() > 2 * (visits["day"] % 7 == 1).sum() * 3 / 4


def test_two_appointments_in_one_community_are_a_walk_apart(bank):
    """A team that stays in a community saves the ride: the same visits keep fewer teams busy than in scattered homes."""
    levers = {"field.teams": 4, "field.doors": False, "field.partner": "residents_committee"}
    levers |= {"field.partner_communities_per_week": 1}
    rides = []
    for minutes in (5, 25):
        run = run_campaign(changed(bank, {"field.travel_between_communities": minutes}), doing(levers), detail="full")
        service, visits = frame(run, "service"), frame(run, "contacts")
        travelled = service["busy_minutes"].sum() - visits["minutes"].sum()
        branch = len(service) * 4 * 2 * bank.field.travel_from_branch.value
        rides.append((travelled - branch) / len(visits))
    assert bank.field.walk.value < rides[0] < rides[1] < 25
