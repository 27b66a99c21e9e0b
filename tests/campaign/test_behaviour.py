"""Directions, extremes and rules that hold whatever the numbers: who may be contacted, when, how often and by whom."""

import itertools

import numpy as np
import pandas as pd
import pytest

from simkit.campaign import Campaign, run_campaign
from simkit.params import Hours, load_strategy, resolve
from simkit.params.mechanisms.leads import LEAD_SOURCES
from simkit.workdays import WorkCalendar
from tests.campaign.banks import (
    NOT_HELD,
    OPENED,
    SHIPPED,
    VISITS_AND_CALLS,
    changed,
    doing,
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


@pytest.mark.parametrize("strategy", OUTREACH)
def test_where_everyone_holds_the_wallet_nobody_is_contacted(city_bank, strategy):
    """A campaign without prospects runs, offers the wallet to no one and opens nothing; it may care for those who have it."""
    bank = changed(
        city_bank,
        {
            "scale": 0.005,
            "wallet.holders_at_start": 1,
            "calendar.campaign_days": 20,
            "calendar.horizon_days": 30,
        },
    )
    run = run_campaign(bank, load_strategy(strategy), detail="full")
    daily = frame(run, "daily")
    assert daily["opened"].sum() == 0
    assert daily["payments"].sum() > 0
    assert of_care(frame(run, "contacts")).all()
    assert len(frame(run, "handoffs")) == 0


@pytest.mark.parametrize("strategy", OUTREACH)
def test_where_nobody_can_be_reached_nobody_is_contacted(city_bank, strategy):
    """No consent, no reach, nobody who comes, rings, clicks or recommends, and doors that stay closed: not a single conversation.

    Who opens alone is cared for.
    """
    bank = changed(
        city_bank,
        {
            "scale": 0.005,
            "calendar.campaign_days": 20,
            "calendar.horizon_days": 30,
            "calls.consent": 0,
            "calls.enquiries_per_1000_customers_a_day": 0,
            "events.attend": 0,
            "field.at_home_weekday": 0,
            "field.at_home_evening": 0,
            "field.at_home_weekend": 0,
            "field.requests_per_1000_customers_a_day": 0,
            "field.partners.residents_committee.sign_up": 0,
            "workplaces.attend": 0,
            "tiers.meets_manager": 0,
            "education.recognised": 0,
            "co_brand.overlap": 0,
            "staff_codes.click": 0,
            "member_referral.recommends": 0,
        }
        | {f"messages.{channel}.reach": 0 for channel in city_bank.messages}
        | {f"lead_sources.{source}.consent": 0 for source in LEAD_SOURCES}
        | {f"partner_embed.partners.{partner}.traffic": 0 for partner in city_bank.partner_embed.partners},
    )
    nobody_asks = doing({"branch_counters": None}, load_strategy(strategy))
    run = run_campaign(bank, nobody_asks, detail="full")
    contacts, wallets = frame(run, "contacts"), frame(run, "conversions")
    offers = contacts[~of_care(contacts)]
    assert set(zip(offers["channel"], offers["outcome"], strict=True)) <= {
        ("visit", "not_home"),
        ("relationship_manager", "not_reached"),
    }
    assert set(wallets["channel"]) <= {"organic"}


@pytest.mark.parametrize("strategy", OUTREACH)
def test_a_bank_with_one_customer_can_be_played(city_bank, strategy):
    """The smallest bank of all raises nothing, and has at most one wallet."""
    bank = changed(city_bank, {"bank.customers": 1, "calendar.campaign_days": 10, "calendar.horizon_days": 12})
    run = run_campaign(bank, load_strategy(strategy), detail="full")
    assert frame(run, "population")["customers"].sum() == 1
    assert run.tables["conversions"].num_rows <= 1


def test_without_teams_there_are_no_visits(city_bank):
    """Doors, a partner and requests bring no visit if nobody is there to make it."""
    bank = changed(city_bank, {"scale": 0.01, "calendar.campaign_days": 30, "calendar.horizon_days": 40})
    strategy = doing({"field.teams": 0}, load_strategy("appointments_with_partner"))
    visits = frame(run_campaign(bank, strategy), "outcomes")
    assert not visits["channel"].isin(["visit", "appointment"]).any()


def test_without_contacts_allowed_nobody_is_contacted(crowded_bank, crowding):
    """A weekly cap of 0 silences every channel but those who ring or ask themselves."""
    run = run_campaign(crowded_bank, doing({"contact_policy.contacts_per_week": 0}, crowding))
    assert set(frame(run, "outcomes")["channel"]) <= {"inbound_call", "appointment"}


# Directions


def test_more_teams_never_make_fewer_visits(city_bank):
    """Every team more adds doors knocked at, until the list is at its end."""
    bank = changed(city_bank, {"scale": 0.02, "calendar.campaign_days": 30, "calendar.horizon_days": 30})
    visits = [
        frame(run_campaign(bank, doing({"field.teams": teams})), "outcomes")["contacts"].sum()
        for teams in (0, 25, 50, 100, 150, 400, 3000)
    ]
    assert visits[0] == 0
    assert (np.diff(visits) >= 0).all()
    assert visits[1] < visits[2] < visits[3] < visits[4]


def test_more_seats_never_lengthen_the_queue(city_bank):
    """With the same callers, none of whom hangs up, every seat more shortens the wait and loses no call."""
    bank = changed(
        city_bank,
        {
            "scale": 1.0,
            "bank.customers": 40_000,
            "calendar.campaign_days": 10,
            "calendar.horizon_days": 10,
            "calls.enquiries_per_1000_customers_a_day": 10,
            "calls.shrinkage": 0,
            "calls.patience": 1440,
        },
    )
    hours = {"starts": 9, "ends": 18, "break_starts": 12, "break_ends": 12}
    begins = []
    for seats in (3, 4, 5, 6, 8):
        contacts = frame(
            run_campaign(bank, doing({"calls.inbound_seats": seats, "calls.hours": hours}), detail="full"), "contacts"
        )
        answered = contacts[contacts["server"] >= 0].set_index("customer_id")
        begins.append(answered["day"] + answered["hour"] / 24)
    for few, more in itertools.pairwise(begins):
        assert set(few.index) <= set(more.index)
        assert (more[few.index] <= few + 1e-6).all()
        assert more[few.index].mean() < few.mean()


def test_a_fatigued_customer_opens_more_rarely(crowded_bank, crowding):
    """Were customers never tired of us, the same campaign would open more wallets."""
    tired = run_campaign(crowded_bank, crowding)
    fresh = run_campaign(changed(crowded_bank, {"response.fatigue_odds_ratio": 1}), crowding)
    assert fresh.tables["conversions"].num_rows > tired.tables["conversions"].num_rows


def test_a_reward_programme_makes_active_users_pay_more(city_bank):
    """While the programme runs payments rise, and in the two weeks after it they fall below the usual."""
    bank = changed(city_bank, {"scale": 0.05, "calendar.campaign_days": 56, "calendar.horizon_days": 77})
    usual = frame(run_campaign(bank, doing({})), "daily").groupby("day")["payments"].sum()
    reward = run_campaign(bank, doing({"offer.reward_programme": "small_weekly_reward"}))
    paid = frame(reward, "daily").groupby("day")["payments"].sum()
    assert paid[:56].sum() > 1.05 * usual[:56].sum()
    assert paid[56:70].sum() < usual[56:70].sum()
    assert frame(reward, "coupons")["qualified"].sum() > 0


def shares_differ_by(city_bank, strategy, scales):
    """Return by how many standard errors the shares of prospects who open and last differ between (scale, replications)."""
    shares, errors = [], []
    for scale, replications in scales:
        counts = np.zeros(3)
        for replication in range(replications):
            run = run_campaign(
                city_bank.model_copy(update={"scale": scale}), load_strategy(strategy), replication=replication
            )
            wallets = frame(run, "conversions")
            prospects = frame(run, "population")["prospects"].sum()
            counts += [prospects, len(wallets), (wallets["lasting"] == True).sum()]  # noqa: E712 - null is not lasting
        shares.append(counts[1:] / counts[0])
        errors.append(np.sqrt(counts[1:]) / counts[0])
    return np.abs(shares[0] - shares[1]) / np.hypot(*errors)


def test_a_hundredth_of_a_bank_behaves_like_a_tenth(city_bank):
    """Messages, machine calls and the hotline scale with the customers: shares agree within their scatter."""
    assert (shares_differ_by(city_bank, "digital_first", ((0.01, 8), (0.1, 1))) < 4).all()


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["cold_door_to_door", "community_events", "silver_care"])
def test_a_tenth_of_a_bank_behaves_like_the_whole(city_bank, strategy):
    """Teams, events and communities scale with the customers as long as there are some of each."""
    assert (shares_differ_by(city_bank, strategy, ((0.1, 4), (1.0, 1))) < 4).all()


@pytest.mark.slow
def test_a_part_of_a_team_does_its_part_of_the_work(city_bank):
    """At a hundredth of the bank there is six tenths of a team: a whole team on six days of ten, evenings included."""
    yields, wallets = [], []
    for scale, replications in ((0.01, 20), (0.1, 2)):
        bank, total = city_bank.model_copy(update={"scale": scale}), np.zeros(2)
        for replication in range(replications):
            run = run_campaign(bank, load_strategy("cold_door_to_door"), replication=replication)
            staff_days = frame(run, "service")["servers"].sum()
            total += [(frame(run, "conversions")["channel"] == "visit").sum(), staff_days]
        yields.append(total[0] / total[1])
        wallets.append(total[0])
    scatter = np.sqrt(1 / wallets[0] + 1 / wallets[1])
    assert abs(np.log(yields[0] / yields[1])) < 4 * scatter


# Rules


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
