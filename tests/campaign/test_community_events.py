"""Community events: held at their rate, for the communities invited, as long as the booths are open."""

import numpy as np
import pytest
from scipy.stats import binomtest

from simkit.campaign.run import Campaign, run_campaign
from tests.campaign.banks import ALL_ALIKE, NOBODY_OPENS_ALONE, changed, doing, frame

NEVER_BY_CHANCE = 1e-4


@pytest.fixture(scope="module")
def bank(city_bank):
    """Thirty communities of 1,500 and four branches, for eight weeks."""
    return changed(
        city_bank,
        NOBODY_OPENS_ALONE
        | ALL_ALIKE
        | {
            "scale": 1.0,
            "bank.customers": 45_000,
            "bank.branches": 4,
            "calendar.campaign_days": 56,
            "calendar.horizon_days": 56,
            "events.attend": 0.08,
            "events.convert": 0.2,
        },
    )


def visits(bank, **levers):
    """Play a campaign of events; return the run and its visitors, in order."""
    events = {f"events.{name}": value for name, value in levers.items()}
    run = run_campaign(bank, doing(events), detail="full")
    return run, frame(run, "contacts")


def test_events_are_held_at_the_rate_of_the_branches(bank):
    """Four branches with four events a month hold 29 in eight weeks, each paid for once."""
    run, _ = visits(bank, per_branch_month=4)
    held = frame(run, "costs").query("item == 'event'")["quantity"].sum()
    assert held == int(4 * 4 * 56 * 12 / 365.25)


def test_booths_that_nobody_waits_for_serve_everyone(bank):
    """With booths enough nobody leaves, and of those served the given share opens."""
    _, visitors = visits(bank, per_branch_month=2, booths=60)
    outcome = visitors["outcome"].value_counts()
    assert "left_queue" not in outcome
    opened = outcome["opened"] + outcome["opened_and_paid"]
    assert binomtest(int(opened), len(visitors), 0.2).pvalue > NEVER_BY_CHANCE


def test_as_many_come_as_attend(bank):
    """Of the prospects of the invited communities the given share comes."""
    run, visitors = visits(bank, per_branch_month=2, booths=60)
    community = Campaign(bank, doing({})).world.population.community
    first = visitors[visitors["day"] == visitors["day"].min()]
    invited = np.isin(community, np.unique(community[first["customer_id"]])).sum()
    assert invited == 3 * 1500
    assert binomtest(len(first), int(invited), 0.08).pvalue > NEVER_BY_CHANCE
    assert frame(run, "service")["served"].sum() == len(visitors)


def test_every_event_invites_as_many_communities(bank):
    """The communities take turns, the last followed by the first, so no event invites fewer than the others."""
    thirty_one = changed(bank, {"bank.customers": 31 * 1500, "bank.branches": 2, "events.attend": 1})
    run, visitors = visits(thirty_one, per_branch_month=8, booths=60)
    community = Campaign(thirty_one, doing({})).world.population.community
    events = frame(run, "costs").query("item == 'event'").set_index("day")["quantity"]
    invited = visitors.groupby("day")["customer_id"].agg(lambda some: np.unique(community[some]).size)
    assert (invited == 3 * events[invited.index]).all()


def test_more_booths_serve_more_and_lose_fewer(bank):
    """A booth more never leaves more visitors unserved, where 360 come and each takes minutes."""
    lost = []
    for booths in (1, 2, 3, 5, 8):
        service = frame(visits(bank, per_branch_month=1, booths=booths)[0], "service")
        lost.append(service["abandoned"].sum() / (service["served"] + service["abandoned"]).sum())
        assert (service["servers"] == booths).all()
    assert (np.diff(lost) < 0).all()
    assert lost[0] > 0.5


def test_a_full_booth_is_busy_all_the_time_and_closes_in_time(bank):
    """One booth for hundreds works from the first minute to the last, overrunning by one customer at most."""
    _, visitors = visits(changed(bank, {"events.patience": 1440}), per_branch_month=1, booths=1)
    for _, event in visitors[visitors["server"] >= 0].groupby("day"):
        assert event["hour"].max() < 12.5
        assert event["minutes"].sum() / 180 > 0.95
