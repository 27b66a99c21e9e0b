"""Whom a campaign may contact, how often, when and by whom."""

import numpy as np
import pandas as pd
import pytest

from simkit.campaign.run import Campaign
from simkit.params import Hours, load_strategy, resolve
from simkit.workdays import WorkCalendar
from tests.campaign.banks import (
    NOT_HELD,
    OPENED,
    SHIPPED,
    VISITS_AND_CALLS,
    frame,
    of_care,
)

OUTREACH = SHIPPED[1:]
CLICKS = ("partner_embed", "co_brand", "staff_code", "member_referral")
BINDING = ("crowded", "omnichannel", "silver_care", "cold_door_to_door")


@pytest.fixture(scope="session")
def played(city_bank, crowded_bank, crowding, crowded_run, shipped_run):
    """Return (scenario, levers, run) of a shipped strategy at 2 %, or of the crowded bank."""

    def choose(name):
        if name == "crowded":
            return crowded_bank, resolve(crowded_bank, crowding).levers, crowded_run
        return city_bank, resolve(city_bank, load_strategy(name)).levers, shipped_run(name)

    return choose


def held(contacts):
    """Return the contacts that took place: appointments that were called off or forgotten did not."""
    return contacts[~contacts["outcome"].isin(NOT_HELD)]


def workdays(scenario):
    """Return for each day whether people work."""
    return WorkCalendar(scenario.calendar.start, scenario.calendar.horizon_days).is_workday


# Extremes


def test_held_out_customers_are_never_contacted(crowded_run, held_out):
    """Whom the campaign holds out gets no message, call or visit, not even on request, and opens alone if at all."""
    assert 0.15 < held_out.mean() < 0.25
    assert not held_out[frame(crowded_run, "contacts")["customer_id"]].any()
    assert not held_out[frame(crowded_run, "coupon_events")["customer_id"]].any()
    wallets = frame(crowded_run, "conversions")
    assert set(wallets["channel"][held_out[wallets["customer_id"]]]) == {"organic"}


@pytest.mark.parametrize("strategy", ["crowded", "omnichannel", "digital_first"])
def test_the_weekly_cap_is_never_exceeded(played, strategy):
    """Nobody is reached more often in a natural week than the policy allows, but for calls and visits asked for."""
    scenario, levers, run = played(strategy)
    contacts = held(frame(run, "contacts"))
    unnoticed = ["not_home", "not_reached", "not_delivered", "left_queue", "no_show"]
    reached = contacts[
        ~contacts["outcome"].isin(unnoticed) & ~contacts["channel"].isin(["appointment", "inbound_call"])
    ]
    week = WorkCalendar(scenario.calendar.start, scenario.calendar.horizon_days).week[reached["day"]]
    most = reached.groupby([week, "customer_id"]).size().max()
    assert most <= levers.contact_policy.contacts_per_week
    if strategy == "crowded":
        assert most == levers.contact_policy.contacts_per_week, "the cap does not bind, so the test shows nothing"


@pytest.mark.parametrize("strategy", [*BINDING, "digital_first", "community_events", "appointments_with_partner"])
def test_nobody_is_contacted_after_opening(played, strategy):
    """After opening nothing but care follows, and a visit or call that was planned for the day on which the customer rang and opened."""
    _, _, run = played(strategy)
    contacts = held(frame(run, "contacts")).merge(
        frame(run, "conversions")[["customer_id", "opened_day"]], on="customer_id", how="left"
    )
    later = contacts["day"] > contacts["opened_day"].fillna(np.inf)
    assert of_care(contacts[later]).all()
    opened = contacts[contacts["outcome"].isin(OPENED)]
    assert opened["customer_id"].is_unique
    assert (opened["day"] == opened["opened_day"]).all()
    # Clicks of customers themselves are played after the day's visits and calls.
    visited = opened.loc[~opened["channel"].isin(["inbound_call", *CLICKS]), ["customer_id", "day", "hour"]]
    offers = contacts[~of_care(contacts) & (contacts["channel"] != "inbound_call")]
    same_day = offers.merge(visited, on=["customer_id", "day"])
    assert len(same_day) >= len(visited) > 0
    assert (same_day["hour_x"] <= same_day["hour_y"]).all()


@pytest.mark.parametrize("strategy", OUTREACH)
def test_nobody_who_held_the_wallet_is_contacted(city_bank, shipped_run, strategy):
    """A campaign offers the wallet to prospects alone; who has it is cared for, and never visited or called unasked."""
    scenario = city_bank.model_copy(update={"scale": 0.02})
    holder = Campaign(scenario, load_strategy(strategy)).world.population.holder
    contacts = frame(shipped_run(strategy), "contacts")
    held_before = contacts[holder[contacts["customer_id"]]]
    assert of_care(held_before).all()
    assert "follow_up" not in set(held_before["channel"])


@pytest.mark.parametrize("strategy", BINDING)
def test_nobody_gets_two_visits_or_calls_on_one_day(played, strategy):
    """A customer who waits for an appointment is not called, and nobody knocks at a door that was called this morning."""
    _, _, run = played(strategy)
    contacts = held(frame(run, "contacts"))
    planned = contacts[contacts["channel"].isin(VISITS_AND_CALLS)]
    assert len(planned) > 1000
    assert not planned.duplicated(["day", "customer_id"]).any()


@pytest.mark.parametrize("strategy", BINDING)
def test_calls_and_visits_are_numbered_and_limited(played, strategy):
    """Attempts count from 1 without gaps; nobody gets more calls, or knocks at the door, than the strategy allows."""
    _, levers, run = played(strategy)
    contacts = frame(run, "contacts")
    limits = dict.fromkeys(("human_call", "ai_call"), levers.calls.max_calls)
    limits |= {"relationship_manager": levers.tiers.max_calls} if levers.tiers else {}
    limits |= {"follow_up": levers.follow_up.attempts} if levers.follow_up else {}
    for channel, most in limits.items():
        attempts = contacts[contacts["channel"] == channel].groupby("customer_id")["attempt"]
        assert (attempts.max() == attempts.size()).all()
        assert (attempts.nunique() == attempts.size()).all()
        assert not (attempts.size() > most).any()
    visits = held(contacts[contacts["channel"].isin(["visit", "appointment"])])
    attempts = visits.groupby("customer_id")["attempt"]
    assert (attempts.max() == attempts.size()).all()
    doors = visits[visits["channel"] == "visit"].groupby("customer_id").size()
    assert doors.max() <= levers.field.max_attempts


@pytest.mark.parametrize("strategy", BINDING)
def test_nobody_is_tried_again_before_the_pause_is_over(played, strategy):
    """Between two knocks at one door, or two calls to one customer, lie at least the days that the strategy sets."""
    _, levers, run = played(strategy)
    contacts = frame(run, "contacts")
    pauses = {"visit": levers.field.revisit_after_days}
    pauses |= dict.fromkeys(("human_call", "ai_call"), levers.calls.days_between_calls)
    pauses |= {"relationship_manager": levers.tiers.days_between_calls} if levers.tiers else {}
    pauses |= {"follow_up": 1} if levers.follow_up else {}
    for channel, days in pauses.items():
        tried = contacts[contacts["channel"] == channel].sort_values(["customer_id", "day"])
        between = tried.groupby("customer_id")["day"].diff().dropna()
        assert (between >= days).all()
        assert len(tried) > 0 or channel not in ("visit", "relationship_manager", "follow_up")


@pytest.mark.parametrize("strategy", BINDING)
def test_people_work_on_working_days_within_their_shift(played, strategy):
    """Visits and calls begin on working days, in the shift and outside the break; only ways may carry a team past it."""
    scenario, levers, run = played(strategy)
    contacts = held(frame(run, "contacts"))
    # Of a staff code the server is whose code it is.
    people = contacts[(contacts["server"] >= 0) & (contacts["channel"] != "staff_code")]
    assert people.loc[people["channel"] != "support_desk", "day"].max() < scenario.calendar.campaign_days
    shifts = [(["visit", "appointment"], levers.field.hours, scenario.field.travel_between_communities.value / 60)]
    shifts += [(["human_call", "ai_call"], levers.calls.hours, 0.0), (["follow_up"], Hours(), 0.0)]
    shifts += [(["relationship_manager"], levers.tiers.hours, 0.0)] if levers.tiers else []
    for channels, hours, way in shifts:
        at_work = people[people["channel"].isin(channels)]
        assert workdays(scenario)[at_work["day"]].all()
        assert at_work["hour"].between(hours.starts, hours.ends + way).all()
        in_break = at_work["hour"].between(hours.break_starts + way + 1e-3, hours.break_ends - 1e-3)
        assert not in_break.any()
    answered = people[people["channel"] == "inbound_call"]
    assert workdays(scenario)[answered["day"]].all()
    assert answered["hour"].between(levers.calls.hours.starts, levers.calls.hours.ends).all()
    for channel, lever, hours in (
        ("community_event", levers.events, scenario.events.hours),
        ("workplace_visit", levers.workplaces, scenario.workplaces.hours),
    ):
        there = people[people["channel"] == channel]
        assert lever is None or there["hour"].between(lever.starts, lever.starts + hours.value).all()
    desk, helped = levers.support_desk, people[people["channel"] == "support_desk"]
    in_office = desk is not None and helped["hour"].between(desk.starts, desk.ends)
    assert len(helped) == 0 or (in_office == (helped["server"] % 2 == 0)).all()  # odd numbers are seats of the night


@pytest.mark.parametrize("strategy", BINDING)
def test_nobody_serves_two_customers_at_once(played, strategy):
    """A team, seat or line begins a contact when it has ended the one before."""
    _, _, run = played(strategy)
    contacts = held(frame(run, "contacts"))
    served = contacts[(contacts["server"] >= 0) & (contacts["channel"] != "community_event")]
    resource = served["channel"].replace({"appointment": "visit"})
    begins = served["day"] * 24.0 + served["hour"]
    order = pd.DataFrame(
        {"resource": resource, "server": served["server"], "begins": begins, "ends": begins + served["minutes"] / 60}
    ).sort_values(["resource", "server", "begins"])
    before = order.groupby(["resource", "server"])["ends"].shift().fillna(-1)
    assert len(order) > 1000
    assert (order["begins"] >= before - 1e-4).all()


def test_only_targeted_segments_are_contacted(shipped_run):
    """Silver care is for customers of 60 and older: nobody else is visited, invited, called or followed up.

    Others who come of their own accord are served, and doubters are informed; nobody else is offered the wallet unasked.
    """
    contacts = frame(shipped_run("silver_care"), "outcomes")
    others = set(contacts.loc[contacts["segment"] != "silver", "channel"])
    assert others <= {"branch", "support_desk", "member_referral", "app_push", "wechat_account"}
    rows = frame(shipped_run("silver_care"), "contacts")
    messages = rows[rows["channel"].isin(["app_push", "wechat_account"])]
    assert (messages["probability"] == 0).all()
    targeted = set(contacts.loc[contacts["segment"] == "silver", "channel"])
    assert {"visit", "appointment", "community_event", "human_call", "relationship_manager", "follow_up"} <= targeted


def test_appointments_end_with_a_visit_a_cancellation_or_a_lapse(crowded_run):
    """Who has opened on the telephone meanwhile is not visited, and who waits for too long gives up; teams count both ways."""
    ends = frame(crowded_run, "contacts").query("channel == 'appointment'")["outcome"].value_counts()
    assert set(ends.index) == {"cancelled", "lapsed", "no_show", "no_interest", "refused", *OPENED}
    service = frame(crowded_run, "service").query("resource == 'field_team'")
    assert service["abandoned"].sum() == ends["lapsed"]
    assert service["served"].sum() == ends.sum() - ends["lapsed"] - ends["cancelled"]
