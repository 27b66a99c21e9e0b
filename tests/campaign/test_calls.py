"""Calls by people and machines, and the number that customers ring."""

import numpy as np
import pytest
from scipy.stats import binomtest

from simkit.campaign.run import run_campaign
from tests.campaign.banks import ALL_ALIKE, NOBODY_OPENS_ALONE, changed, doing, frame

CUSTOMERS = 20_000
NEVER_BY_CHANCE = 1e-4


@pytest.fixture(scope="module")
def bank(city_bank):
    """20,000 prospects who are alike, for one working day."""
    return changed(
        city_bank,
        NOBODY_OPENS_ALONE
        | ALL_ALIKE
        | {
            "scale": 1.0,
            "bank.customers": CUSTOMERS,
            "calendar.campaign_days": 1,
            "calendar.horizon_days": 1,
            "calls.consent": 0.5,
            "calls.human_connect": 0.4,
            "calls.human_convert": 0.1,
            "calls.visit_agreed": 0.1,
            "calls.ai_connect": 0.5,
            "calls.ai_hang_up": 0.4,
            "calls.ai_interested": 0.2,
            "calls.ai_convert": 0.04,
            "calls.enquiries_per_1000_customers_a_day": 0,
        },
    )


def played(bank, levers):
    """Play one day; return its contacts and how many ended in each outcome."""
    contacts = frame(run_campaign(bank, doing(levers), detail="full"), "contacts")
    contacts = contacts[contacts["outcome"] != "lapsed"]  # visits agreed to on the only day
    return contacts, contacts["outcome"].value_counts()


def assert_share(hits, trials, chance):
    """Check a share against its chance by an exact binomial test."""
    assert binomtest(int(hits), int(trials), chance).pvalue > NEVER_BY_CHANCE


def test_calls_by_people_are_a_chain_of_tosses(bank):
    """Consent, connection, opening and, with teams at hand, agreement to a visit each have their probability."""
    calls, counts = played(bank, {"calls.human_seats": 200, "field.teams": 1, "field.doors": False})
    assert calls["customer_id"].is_unique
    assert_share(len(calls), CUSTOMERS, 0.5)
    connected = len(calls) - counts["not_reached"]
    assert_share(connected, len(calls), 0.4)
    assert_share(counts["opened"], connected, 0.1)
    assert_share(counts["visit_agreed"], connected - counts["opened"], 0.1)


def test_nobody_agrees_to_a_visit_where_there_is_no_team(bank):
    """A visit is offered only if somebody could make it."""
    _, counts = played(bank, {"calls.human_seats": 200})
    assert "visit_agreed" not in counts


def test_machine_calls_without_a_hotline_send_a_link(bank):
    """Of those interested half as many open by the link as with a person, and nobody is passed on."""
    calls, counts = played(bank, {"calls.ai_lines": 100})
    assert_share(len(calls), CUSTOMERS, 0.5)
    connected = len(calls) - counts["not_reached"]
    assert_share(connected, len(calls), 0.5)
    assert_share(counts["hung_up"], connected, 0.4)
    assert_share(counts["opened"], len(calls), 0.04 * bank.calls.link_ratio.value)
    assert "transferred" not in counts


def test_machine_calls_with_a_hotline_pass_the_interested_on(bank):
    """Who is interested stands in the line when the machine hangs up, until it closes; seats enough meet the rate of all dialled."""
    contacts, _ = played(changed(bank, {"calls.patience": 1440}), {"calls.ai_lines": 100, "calls.inbound_seats": 400})
    by_channel = dict(list(contacts.groupby("channel")))
    machine, answered = by_channel["ai_call"], by_channel["inbound_call"]
    passed_on = machine[machine["outcome"] == "transferred"].set_index("customer_id")
    ends_of_calls = passed_on["hour"] + passed_on["minutes"] / 60
    assert set(answered["customer_id"]) == set(ends_of_calls.index[ends_of_calls < 18])
    assert_share(len(passed_on), len(machine), 0.5 * 0.2)
    assert_share((answered["outcome"] == "opened").sum(), len(machine), 0.04)
    begins = answered.set_index("customer_id")["hour"]
    assert (begins >= ends_of_calls[begins.index] - 1e-4).all()


def test_connected_calls_have_the_measured_length(bank):
    """Minutes after the ring are lognormal with the scenario's median and spread."""
    calls, _ = played(bank, {"calls.human_seats": 200})
    talked = np.log(calls.loc[calls["outcome"] != "not_reached", "minutes"] - bank.calls.ring.value)
    spread = bank.calls.talk_spread.value
    assert abs(talked.median() - np.log(bank.calls.talk_median.value)) < 4 * 1.2533 * spread / np.sqrt(len(talked))
    assert abs(talked.std() - spread) < 4 * spread / np.sqrt(2 * len(talked))
    missed = calls.loc[calls["outcome"] == "not_reached", "minutes"]
    np.testing.assert_allclose(missed, bank.calls.ring.value, rtol=1e-5)


def test_seats_are_busy_but_for_shrinkage(bank):
    """While there is a list, people talk and ring all of the time that shrinkage leaves, and machines all of the shift."""
    week = changed(bank, {"calendar.campaign_days": 5, "calendar.horizon_days": 5})
    run = run_campaign(week, doing({"calls.human_seats": 4, "calls.ai_lines": 1}), detail="full")
    longest = frame(run, "contacts").groupby("channel")["minutes"].max()
    free = 1 - bank.calls.shrinkage.value
    for resource, channel, servers, share in (("human_seat", "human_call", 4, free), ("ai_line", "ai_call", 1, 1.0)):
        service = frame(run, "service").groupby("resource").get_group(resource)
        assert (service["servers"] == servers).all()
        # What runs over is taken off the next shift, so in all they are ahead by one call each at most.
        ahead = service["busy_minutes"].cumsum() - share * service["paid_minutes"].cumsum()
        assert ((ahead >= -1e-6) & (ahead <= servers * longest[channel])).all()
