"""Customers who are passed on: in time, with what is known of them, and never round in circles."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.campaign.run import run_campaign
from simkit.params import ParameterError, resolve
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import (
    assert_moves,
    assert_nothing_moves,
    bank_with,
    covers,
    figures,
    played,
    without,
)

small_bank = bank_with("tiers", "dwell", "routing", "handoffs")

KINDS = ("refer", "return", "nurture")
ENDS = ("open", "accepted", "refused", "expired")
WORK = {"calls.human_seats": 2, "field.teams": 2}
WAY = WORK | {"dwell.threshold_seconds": 30}
PASSED_ON = WAY | {"handoffs.refer_to": ["remote", "field"], "handoffs.accepted_per_staff_day": 20.0}
NURTURED = PASSED_ON | {"handoffs.nurture": {"every_days": 3, "until_inactive_days": 20}}


def busy_bank(**changes):
    """A bank with leads enough, who answer and open often enough, for handoffs to matter."""
    willing = {"calls.consent": 0.9, "calls.human_connect": 0.8, "calls.human_convert": 0.15}
    return changed(small_bank(), {"dwell.visits_per_1000_a_day": 15} | willing | changes)


@covers(
    24,
    keys=[
        "handoffs.informed",
        "handoffs.informed_with_tool",
        "handoffs.inform_delay",
        "handoffs.inform_delay_with_tool",
        "handoffs.misses_offer",
        "levers.handoffs.sync_tool",
    ],
    code="simkit/campaign/handoffs/information.py",
    kpi="duplicate_share",
)
def test_a_tool_that_synchronises_information_saves_repeated_and_missed_offers():
    """Who knows of the offer neither repeats it as if it were new nor misses it; the tool costs money."""
    bank = busy_bank()
    blind, informed = (bank, doing(PASSED_ON)), (bank, doing(PASSED_ON | {"handoffs.sync_tool": True}))
    assert_moves("duplicate_share", "down", off=blind, on=informed)
    assert_moves("missed_lead_share", "down", off=blind, on=informed)
    assert_moves("handoff_conversion", "up", off=blind, on=informed)
    assert_moves("cost", "up", off=blind, on=informed)


@covers(
    24,
    keys=["handoffs.repeat_odds_ratio", "handoffs.repeat_fatigue"],
    code="simkit/campaign/handoffs/information.py",
    kpi="handoff_conversion",
)
def test_repeated_offers_put_customers_off():
    """The smaller the odds after a repeated offer, the fewer open."""
    always = {"handoffs.informed": 0.0, "handoffs.misses_offer": 0.0}
    patient, tired = (busy_bank(**always, **{"handoffs.repeat_odds_ratio": ratio}) for ratio in (1.0, 0.1))
    assert_moves("handoff_conversion", "down", off=(patient, doing(PASSED_ON)), on=(tired, doing(PASSED_ON)))
    assert figures(patient, doing(PASSED_ON))["duplicate_share"].min() > 0.5


@covers(
    36,
    keys=["levers.handoffs.accepted_per_staff_day", "levers.handoffs.refer_to"],
    code="simkit/campaign/handoffs/passing_on.py",
    kpi="mean_handoff_wait",
)
def test_a_hub_with_more_hands_takes_customers_over_sooner():
    """With few places a day customers queue at the desk, and some are too late."""
    bank = busy_bank()
    few, many = (
        (bank, doing(PASSED_ON | {"handoffs.accepted_per_staff_day": places, "handoffs.deadline_days": 10}))
        for places in (1.5, 20.0)
    )
    assert_moves("mean_handoff_wait", "down", off=few, on=many)
    assert_moves("refer_accepted", "up", off=few, on=many)


@covers(
    39,
    keys=["levers.handoffs.deadline_days", "levers.handoffs.hop_limit", "levers.handoffs.cooldown_days"],
    code="simkit/campaign/handoffs/handoff_book.py",
    kpi="handoff_leakage",
)
def test_later_deadlines_let_fewer_handoffs_expire():
    """A deadline that the desk cannot keep loses customers."""
    bank = busy_bank()
    tight = PASSED_ON | {"handoffs.accepted_per_staff_day": 2.0}
    soon, late = ((bank, doing(tight | {"handoffs.deadline_days": days})) for days in (1, 8))
    assert_moves("refer_expired", "down", off=soon, on=late)
    assert_moves("handoff_leakage", "down", off=soon, on=late)


@covers(
    39,
    keys=[
        "levers.handoffs.back_online",
        "levers.handoffs.nurture.channel",
        "levers.handoffs.nurture.every_days",
        "levers.handoffs.nurture.until_inactive_days",
    ],
    code="simkit/campaign/handoffs/nurture.py",
    kpi="nurture_messages",
)
def test_customers_return_and_are_nurtured_where_that_is_the_rule():
    """Without the rule nobody returns; with messages that are worth something, nurture wins wallets."""
    bank = busy_bank(**{"messages.app_push.convert": 0.3})
    assert_moves(
        "return_accepted",
        "up",
        off=(bank, doing(PASSED_ON | {"handoffs.back_online": False})),
        on=(bank, doing(PASSED_ON)),
    )
    assert_moves("nurture_messages", "up", off=(bank, doing(PASSED_ON)), on=(bank, doing(NURTURED)))
    assert_moves("nurture_wallets", "up", off=(bank, doing(PASSED_ON)), on=(bank, doing(NURTURED)))


def test_a_lower_limit_forbids_handoffs():
    """Two handoffs take a lead to a desk and back; nurture is then over the limit of two."""
    bank = busy_bank()
    free, limited = ((bank, doing(NURTURED | {"handoffs.hop_limit": limit})) for limit in (10, 2))
    assert_moves("handoffs_per_customer", "down", off=free, on=limited)
    assert figures(*limited)["most_handoffs_of_a_customer"].max() == 2


def test_a_desk_that_refuses_everyone_talks_to_nobody():
    """Who is refused returns online."""
    shown = figures(busy_bank(**{"handoffs.refused": 1.0}), doing(PASSED_ON), replications=2)
    assert (shown["refer_accepted"] == 0).all()
    assert (shown["handoff_talks"] == 0).all()
    assert (shown["return_created"] > 0).all()


def test_leads_are_called_before_all_others():
    """With more hands than leads, a lead who was not called lately is dialled on the day on which it is taken over."""
    bank = busy_bank(**{"handoffs.refused": 0.0, "handoffs.misses_offer": 0.0})
    only_calls = {"calls.human_seats": 2, "dwell.threshold_seconds": 30, "handoffs.refer_to": ["remote"]}
    run = played(bank, doing(only_calls | {"handoffs.accepted_per_staff_day": 50.0}))
    passed = frame(run, "handoffs").query("to_desk == 'remote' and ended == 'accepted'")
    calls = frame(run, "contacts").query("channel == 'human_call'")
    pause = doing(only_calls).levers.calls.days_between_calls
    lately = passed.merge(calls, on="customer_id").query(f"ended_day - {pause} < day < ended_day")
    rested = passed[~passed["customer_id"].isin(lately["customer_id"])]
    first = rested.merge(calls, on="customer_id").query("day == ended_day")
    assert len(first) > 0.97 * len(rested) > 100


def test_nobody_who_is_held_out_is_passed_on():
    """Leads among the held-out are left alone."""
    strategy = doing(NURTURED | {"contact_policy.holdout_share": 0.99})
    assert figures(busy_bank(), strategy, replications=2)["handoffs_created"].max() < 30


def test_a_desk_without_staff_is_no_desk():
    """A planner who refers customers to nobody is told so before anything runs."""
    with pytest.raises(ParameterError, match="nobody takes over at 'branch'"):
        resolve(small_bank(), doing(PASSED_ON | {"handoffs.refer_to": ["remote", "branch"]}))


def test_without_handoffs_their_parameters_move_nothing():
    """A bank whose desks could forget is the same bank as long as nobody is passed on."""
    assert_nothing_moves((small_bank(), doing(WAY)), (without(small_bank(), "handoffs"), doing(WAY)))


LEVERS = st.fixed_dictionaries(
    {
        "handoffs.refer_to": st.permutations(["remote", "field", "branch"]).flatmap(
            lambda desks: st.integers(1, 3).map(lambda count: desks[:count])
        ),
        "handoffs.back_online": st.booleans(),
        "handoffs.deadline_days": st.integers(0, 5),
        "handoffs.accepted_per_staff_day": st.sampled_from([0.0, 0.7, 3.0, 30.0]),
        "handoffs.hop_limit": st.integers(1, 6),
        "handoffs.cooldown_days": st.integers(0, 8),
        "handoffs.nurture": st.none() | st.just({"every_days": 2, "until_inactive_days": 9}),
        "routing.rule": st.sampled_from(["none", "value", "preference", "all"]),
        "field.hours": st.sampled_from([{}, {"works_on": "every_day"}]),
    }
)
STAFF = WORK | {"tiers.policy": "assets", "tiers.relationship_managers": 1.0, "dwell.threshold_seconds": 10}


@settings(max_examples=15, deadline=None)
@given(LEVERS)
def test_handoffs_close_their_accounts_and_keep_the_limit(levers):
    """Created = accepted + refused + expired + open, for each kind; nobody is passed on too often, too late or too soon."""
    changes = {"bank.customers": 1200, "dwell.visits_per_1000_a_day": 60, "calendar.horizon_days": 40}
    bank, strategy = changed(small_bank(), changes), doing(STAFF | levers)
    full = run_campaign(bank, strategy, detail="full")
    rows = frame(full, "handoffs").sort_values(["customer_id", "hop"])
    amounts = tallies(full)
    assert amounts == tallies(run_campaign(bank, strategy))
    for kind in KINDS:
        mine = rows[rows["kind"] == kind]
        assert amounts.get(f"{kind}_created", 0) == len(mine)
        for end in ENDS:
            assert amounts.get(f"{kind}_{end}", 0) == (mine["ended"] == end).sum()
    ways = sum(amount for name, amount in amounts.items() if name.startswith("handoffs_") and "_to_" in name)
    assert ways == amounts.get("handoffs_created", 0) == len(rows)
    closed = rows[rows["ended"].isin(["accepted", "refused"])]
    assert (closed["ended_day"] - closed["created_day"]).max() <= levers["handoffs.deadline_days"] or closed.empty
    hops = rows.groupby("customer_id")["hop"]
    assert (hops.max() == hops.count()).all()
    assert rows["hop"].max() <= levers["handoffs.hop_limit"] or rows.empty
    before = rows.groupby("customer_id")[["ended_day", "to_desk"]].shift().add_prefix("before_")
    later = rows.join(before).dropna()
    assert (later["created_day"] >= later["before_ended_day"]).all()
    anew = later.query("from_desk == 'online' and to_desk != 'online' and before_to_desk == 'online'")
    assert (anew["created_day"] - anew["before_ended_day"] >= levers["handoffs.cooldown_days"]).all()


def tallies(run):
    """Return each tally's sum, but for amounts that are no counts."""
    table = frame(run, "tallies")
    sums = table[~table["tally"].str.contains("hours|weighted")].groupby("tally")["amount"].sum()
    return {name: round(amount) for name, amount in sums.items() if not math.isclose(amount, 0)}
