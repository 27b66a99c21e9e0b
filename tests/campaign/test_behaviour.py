"""Directions, extremes and rules that hold whatever the numbers: who may be contacted, when, how often and by whom."""

import itertools

import numpy as np
import pytest

from simkit.campaign.run import run_campaign
from simkit.params import load_strategy
from simkit.params.mechanisms.leads import LEAD_SOURCES
from tests.campaign.banks import (
    SHIPPED,
    changed,
    doing,
    frame,
    of_care,
)

OUTREACH = SHIPPED[1:]
CLICKS = ("partner_embed", "co_brand", "staff_code", "member_referral")
BINDING = ("crowded", "omnichannel", "silver_care", "cold_door_to_door")


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
