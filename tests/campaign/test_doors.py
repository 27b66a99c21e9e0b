"""Doors: neighbours in a row, more of them open in the evening, and a partner opens more still."""

import numpy as np
import pytest
from scipy.stats import binomtest

from simkit.campaign.run import Campaign, run_campaign
from tests.campaign.banks import ALL_ALIKE, NOBODY_OPENS_ALONE, changed, doing, frame

NEVER_BY_CHANCE = 1e-4


@pytest.fixture(scope="module")
def bank(city_bank):
    """30,000 prospects for two weeks; of closed doors 4 in 5 by day and 3 in 5 in the evening."""
    return changed(
        city_bank,
        NOBODY_OPENS_ALONE
        | ALL_ALIKE
        | {
            "scale": 1.0,
            "bank.customers": 30_000,
            "calendar.campaign_days": 14,
            "calendar.horizon_days": 14,
            "field.at_home_weekday": 0.2,
            "field.at_home_evening": 0.4,
            "field.at_home_weekend": 0.3,
        },
    )


def play(bank, **levers):
    """Play eight teams at doors, or what the levers say instead."""
    strategy = doing({f"field.{name}": value for name, value in ({"teams": 8} | levers).items()})
    return run_campaign(bank, strategy, detail="full")


def knocks(bank, **levers):
    """Return the doors knocked at."""
    return frame(play(bank, **levers), "contacts")


def test_doors_open_as_often_as_the_hour_says(bank):
    """By day, in the evening and on days off the given shares are home; a round never straddles the evening."""
    week = {"starts": 10, "ends": 20, "break_starts": 12, "break_ends": 13, "works_on": "every_day"}
    doors = knocks(changed(bank, {"field.evening_hour": 16.5}), hours=week, max_attempts=1)
    weekend = np.isin(doors["day"] % 7, (5, 6))
    evening = ~weekend & (doors["hour"] >= 16.5)
    open_door = doors["outcome"] != "not_home"
    for when, share in ((~weekend & ~evening, 0.2), (evening, 0.4), (weekend, 0.3)):
        assert when.sum() > 1000
        assert binomtest(int(open_door[when].sum()), int(when.sum()), share).pvalue > NEVER_BY_CHANCE


def test_a_partner_opens_doors_and_softens_refusals(bank):
    """With an introduction twice as many doors open, and the odds of a refusal fall by the given ratio."""
    cold = knocks(bank, max_attempts=1)
    introduced = knocks(bank, max_attempts=1, partner="residents_committee")
    partner = bank.field.partners["residents_committee"]

    def refused(doors):
        met = doors[doors["outcome"] != "not_home"]
        share = (met["outcome"] == "refused").mean()
        return share / (1 - share), len(met), len(doors)

    odds, met, all_doors = refused(introduced)
    cold_odds, cold_met, cold_doors = refused(cold)
    ratio = (met / all_doors) / (cold_met / cold_doors)
    assert abs(np.log(ratio / partner.at_home_ratio.value)) < 4 * np.sqrt(1 / met + 1 / cold_met)
    scatter = np.sqrt(4 / met + 4 / cold_met)  # of a log odds ratio, at shares near a half
    assert abs(np.log(odds / cold_odds / partner.refusal_odds_ratio.value)) < 4 * scatter


def test_a_team_walks_from_door_to_door(bank):
    """A team's doors of a round are neighbours: the next number on the list, and but rarely another community."""
    doors = knocks(bank).query("day == 0").sort_values(["server", "hour"])
    community = Campaign(bank, doing({})).world.population.community[doors["customer_id"]]
    steps = doors.groupby("server")["customer_id"].diff().dropna()
    assert (steps > 0).all()
    assert steps.median() == 1
    assert max(np.unique(community[doors["server"] == team]).size for team in range(8)) <= 2


def test_talk_minutes_have_the_means_of_their_outcomes(bank):
    """Refusal, pitch and opening take their minutes on average, about the Weibull shape, and a first payment a few more."""
    next_door = {"field.walk": 0, "field.travel_between_communities": 0}
    doors = knocks(changed(bank, next_door | {"wallet.first_payment_aided": 0.5}), teams=40)
    field = bank.field
    silver = Campaign(bank, doing({})).world.population.segment[doors["customer_id"]] == 3
    means = {"refused": field.refuse.value, "no_interest": field.pitch.value, "not_home": field.not_home.value}
    for outcome, mean in means.items():
        minutes = doors.loc[doors["outcome"] == outcome, "minutes"]
        assert abs(minutes.mean() - mean) < 4 * minutes.std() / np.sqrt(len(minutes)) + 1e-4
    opened = doors[silver & (doors["outcome"] == "opened")]["minutes"]
    paid = doors[silver & (doors["outcome"] == "opened_and_paid")]["minutes"]
    expected = field.open_wallet.value["silver"]
    for minutes, mean in ((opened, expected), (paid, expected + field.first_payment.value)):
        assert len(minutes) > 50
        assert abs(minutes.mean() - mean) < 4 * minutes.std() / np.sqrt(len(minutes))


def test_teams_come_back_where_nobody_was_met_or_where_they_were_asked_to(bank):
    """A closed door and a bad moment are tried again a week later; a refusal, no interest and a wallet are final."""
    doors = knocks(bank, teams=400, max_attempts=2).sort_values(["customer_id", "attempt"])
    first = doors[doors["attempt"] == 1].set_index("customer_id")
    again = doors[doors["attempt"] == 2].set_index("customer_id")
    assert len(first) == 30_000
    wanted = first[first["outcome"].isin(["not_home", "come_back"])]
    assert set(again.index) == set(wanted.index)
    assert {"not_home", "come_back"} == set(wanted["outcome"])
    assert (again["day"] - wanted["day"][again.index]).min() == 7


def test_a_team_of_two_knocks_as_one_and_is_paid_as_two(bank):
    """A colleague costs a staff day more and opens no further door."""
    alone, two = (play(bank, staff_per_team=staff) for staff in (1, 2))
    assert alone.tables["contacts"].equals(two.tables["contacts"])
    wages = [frame(run, "costs")["amount_cny"].sum() for run in (alone, two)]
    assert wages[0] == 8 * 10 * bank.costs.staff_day.value
    assert wages[1] == 2 * wages[0]
