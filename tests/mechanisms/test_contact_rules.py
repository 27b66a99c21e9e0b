"""The contact policy holds at every contact that reached a customer, whatever its rules."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.campaign.contacts.contact_rules import UNASKED, ContactRules, channels_of
from simkit.campaign.contacts.quiet_hours import Delivery, delivery
from simkit.campaign.ledger import ContactBatch
from simkit.campaign.run import Campaign, run_campaign
from simkit.campaign.switchboard import MECHANISMS, taking_part
from simkit.campaign.vocabulary import UNHEARD, Channel, Outcome
from simkit.params import load_strategy
from simkit.params.levers import ContactPolicy
from simkit.params.mechanisms.messaging import QuietHours
from simkit.streams import Streams
from tests.campaign.banks import doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, played
from tests.mechanisms.effects import small_bank as whole_bank

small_bank = bank_with()

BUSY = {
    "messages": {
        "sms": {"every_days": 3, "first_day": 0},
        "app_push": {"every_days": 1, "first_day": 1},
        "wecom": {"every_days": 2, "first_day": 2},
    },
    "field.teams": 4,
    "field.revisit_after_days": 1,
    "events.per_branch_month": 8,
    "calls.human_seats": 4,
    "calls.ai_lines": 4,
    "calls.inbound_seats": 1,
    "calls.days_between_calls": 1,
    "contact_policy.contacts_per_week": 127,
}
KINDS = ["any", "messages", "calls", "visits", "sms", "app_push", "visit", "human_call", "community_event"]
MESSAGES = [channel.name.lower() for channel in channels_of("messages")]
caps = st.lists(
    st.fixed_dictionaries(
        {
            "channel": st.sampled_from(KINDS),
            "most": st.integers(0, 4),
            "per_days": st.sampled_from([1, 2, 5, 7, 14, 30]),
            "window": st.sampled_from(["calendar", "rolling"]),
        }
    ),
    max_size=3,
)
policies = st.fixed_dictionaries(
    {"frequency_caps": caps},
    optional={
        "contacts_per_week": st.integers(1, 20),
        "holdout_share": st.floats(0, 0.5),
        "journey_holdout": st.dictionaries(st.sampled_from(KINDS), st.floats(0, 0.5), max_size=2),
        "spacing_days": st.integers(0, 6),
        "suppress_opted_out_everywhere": st.booleans(),
        "quiet_hours": st.none() | st.just({"starts": 8, "ends": 10, "action": "queue"}),
        "arbitration": st.sampled_from(["first_listed", "best_rate"]),
    },
)


def reached(run):
    """Return the contacts that reached their customer."""
    words = [outcome.name.lower() for outcome in Outcome if outcome not in UNHEARD]
    contacts = frame(run, "contacts")
    return contacts[contacts["outcome"].isin(words)]


def most_within(contacts, cap, first_weekday):
    """Return the most contacts of one customer in any window of the cap."""
    chosen = contacts[contacts["channel"].isin([channel.name.lower() for channel in channels_of(cap["channel"])])]
    if chosen.empty:
        return 0
    if cap["window"] == "calendar":
        return chosen.groupby(["customer_id", (chosen["day"] + first_weekday) // cap["per_days"]]).size().max()
    days = [np.sort(group.to_numpy()) for _, group in chosen.groupby("customer_id")["day"]]
    return max((np.searchsorted(one, one + cap["per_days"]) - np.arange(one.size)).max() for one in days)


@settings(max_examples=12, deadline=None)
@given(policies)
def test_no_policy_is_ever_broken(policy):
    """Whatever a policy caps, spaces, suppresses or holds out is so in the table of all contacts."""
    bank = small_bank(1000)
    strategy = doing({f"contact_policy.{key}": value for key, value in policy.items()}, doing(BUSY))
    campaign = Campaign(bank, strategy, detail="full")
    first_weekday = int(campaign.world.calendar.weekday[0])
    run = run_campaign(bank, strategy, detail="full")
    contacts = reached(run)
    for cap in policy["frequency_caps"]:
        assert most_within(contacts, cap, first_weekday) <= cap["most"]
    record = campaign.world.record
    assert not record.held_out[frame(run, "contacts")["customer_id"]].any()
    for channel in UNASKED:
        free = record.allowed(np.arange(campaign.world.population.size), channel)
        assert free[contacts["customer_id"][contacts["channel"] == channel.name.lower()]].all()
    if policy.get("spacing_days"):
        assert_spaced(contacts, policy["spacing_days"])
    if policy.get("suppress_opted_out_everywhere"):
        left = contacts[contacts["outcome"] == "opted_out"].groupby("customer_id")["day"].min()
        unasked = contacts[contacts["channel"].isin([channel.name.lower() for channel in UNASKED])]
        later = unasked[unasked["day"] > unasked["customer_id"].map(left)]
        assert later.empty


EVERYTHING = {
    "contact_policy.holdout_share": 0.3,
    "contact_policy.contacts_per_week": 3,
    "contact_policy.frequency_caps": [
        {"channel": "any", "most": 5, "per_days": 28, "window": "rolling"},
        {"channel": "messages", "most": 2, "per_days": 14, "window": "calendar"},
        {"channel": "calls", "most": 1, "per_days": 10, "window": "rolling"},
        {"channel": "wecom", "most": 1, "per_days": 14, "window": "rolling"},
        {"channel": "visits", "most": 1, "per_days": 7, "window": "calendar"},
    ],
    "contact_policy.spacing_days": 2,
    "calls.days_between_calls": 4,
    "corporate_wallets": {"approached_per_month": 2000, "account_managers": 400, "activation": "trained"},
    "routes": {},
    "fraud": {"checks": "strong"},
    "features": {"release_days": {"biometric": 7}},
    "neglect.nurture_every_days": 7,
    "education.articles_every_days": 3,
    "handoffs.nurture.every_days": 2,
    "satisfaction.survey_share": 1,
    "alerts.rules": {
        "customers_wait": {
            "measure": "support_wait",
            "threshold": 0,
            "window_days": 3,
            "action": "apology",
            "delay_days": 0,
        }
    },
}


def test_with_every_mechanism_at_once_the_policy_holds():
    """Nobody who is held out hears of the bank unasked or is passed on, and caps hold over all channels and mechanisms together."""
    bank, strategy = whole_bank(), doing(EVERYTHING, load_strategy("omnichannel"))
    campaign = Campaign(bank, strategy, detail="full")
    world, run = campaign.world, played(bank, strategy)
    assert set(taking_part(world.scenario, world.levers)) == set(MECHANISMS)
    contacts, held_out = frame(run, "contacts"), world.record.held_out
    assert 0.25 < held_out.mean() < 0.35
    # Who is held out may have opened alone, and asks what users ask.
    heard = contacts[held_out[contacts["customer_id"]]]
    assert set(heard["channel"]) == {"support_desk"}
    assert set(heard["outcome"]) <= {"solved", "unsolved", "abandoned"}
    assert not held_out[frame(run, "handoffs")["customer_id"]].any()
    assert not held_out[frame(run, "coupon_events")["customer_id"]].any()
    wallets = frame(run, "conversions")
    assert set(wallets["channel"][held_out[wallets["customer_id"]]]) == {"organic"}
    first_weekday = int(world.calendar.weekday[0])
    came = reached(run)
    for cap in EVERYTHING["contact_policy.frequency_caps"]:
        assert most_within(came, cap, first_weekday) == cap["most"]
    assert_spaced(came, 2)
    asked_for = ["appointment", "inbound_call", "support_desk", "partner_embed"]
    weekly = {"channel": "any", "most": 3, "per_days": 7, "window": "calendar"}
    limited = came[~came["channel"].isin(asked_for)].assign(channel="sms")
    assert most_within(limited, weekly, first_weekday) == weekly["most"]


def assert_spaced(contacts, spacing_days):
    """Demand that no message follows any contact within so many days; on one day messages come first."""
    for _, one in contacts.groupby("customer_id"):
        message = one["channel"].isin(MESSAGES).to_numpy()
        day = one["day"].to_numpy()
        assert np.unique(day[message]).size == message.sum()
        for when in day[message]:
            assert not ((day < when) & (day > when - spacing_days)).any()


def contacts_allowed(rules, days, channel=Channel.SMS):
    """Return on which of the days one customer, contacted whenever that is allowed, is contacted; day 0 is a Wednesday."""
    customer, allowed = np.zeros(1, dtype=np.int32), []
    for day in range(max(days) + 1):
        rules.begin_day(day, (day + 2) % 7)
        free = np.ones(1, dtype=np.bool_)
        rules.restrict(free, customer, channel)
        if day in days and free[0]:
            allowed.append(day)
            batch = ContactBatch(customer, np.array([Outcome.DELIVERED], dtype=np.uint8), np.zeros(1), hour=9)
            rules.see(day, channel, batch)
    return allowed


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (
            {"frequency_caps": [{"channel": "sms", "most": 2, "per_days": 7, "window": "calendar"}]},
            [0, 1, 5, 6, 12, 13],
        ),
        ({"frequency_caps": [{"channel": "any", "most": 1, "per_days": 14, "window": "calendar"}]}, [0, 12]),
        ({"frequency_caps": [{"channel": "messages", "most": 2, "per_days": 7}]}, [0, 1, 7, 8, 14, 15]),
        ({"frequency_caps": [{"channel": "calls", "most": 0, "per_days": 7}]}, list(range(17))),
        ({"spacing_days": 5}, [0, 5, 10, 15]),
        ({}, list(range(17))),
    ],
)
def test_windows_begin_on_mondays_or_roll_and_spacing_counts_from_the_last_contact(policy, expected):
    """Known answers for one customer who may be contacted every day."""
    rules = ContactRules(ContactPolicy.model_validate(policy), 1, Streams(1, 0))
    assert contacts_allowed(rules, range(17)) == expected


def test_spacing_holds_back_messages_and_no_visit():
    """Other contacts may follow at once."""
    rules = ContactRules(ContactPolicy(spacing_days=5), 1, Streams(1, 0))
    assert contacts_allowed(rules, range(4), Channel.VISIT) == [0, 1, 2, 3]


def test_a_rolling_cap_is_stricter_than_a_calendar_cap_and_both_bind():
    """Two a week allows four within seven days across a Sunday; two within any seven days does not."""
    runs = {}
    for window in ("calendar", "rolling"):
        cap = {"channel": "messages", "most": 2, "per_days": 7, "window": window}
        strategy = doing({"contact_policy.frequency_caps": [cap]}, doing(BUSY))
        runs[window] = reached(run_campaign(small_bank(1500), strategy, detail="full"))
    rolling = {"channel": "messages", "most": 2, "per_days": 7, "window": "rolling"}
    assert most_within(runs["rolling"], rolling, 0) == 2
    assert most_within(runs["calendar"], rolling, 0) > 2
    assert len(runs["rolling"]) <= len(runs["calendar"])


@covers(
    27,
    keys=["levers.contact_policy.frequency_caps.CAP.most", "levers.contact_policy.spacing_days"],
    code="simkit/campaign/contacts/contact_rules.py",
    kpi="messages_per_customer",
)
def test_caps_and_spacing_spare_customers_messages_and_opt_outs():
    """Fewer messages reach a customer, and fewer customers opt out at each of them."""
    often = doing({"messages": {"sms": {"every_days": 3}, "app_push": {"every_days": 2}}})
    cap = {"channel": "messages", "most": 2, "per_days": 14, "window": "rolling"}
    capped = doing({"contact_policy.frequency_caps": [cap]}, often)
    assert_moves("messages_per_customer", "down", off=(small_bank(), often), on=(small_bank(), capped))
    assert_moves("message_opt_out_share", "down", off=(small_bank(), often), on=(small_bank(), capped))
    spaced = doing({"contact_policy.spacing_days": 7}, often)
    assert_moves("messages_per_customer", "down", off=(small_bank(), often), on=(small_bank(), spaced))


@covers(
    27,
    keys=["levers.contact_policy.quiet_hours.starts", "levers.contact_policy.quiet_hours.action"],
    code="simkit/campaign/contacts/quiet_hours.py",
    kpi="messages_discarded",
)
def test_quiet_hours_put_messages_off_or_discard_them():
    """What is due at ten in the evening comes at eight the next morning, or not at all."""
    late = {"messages": {"sms": {"every_days": 7, "sends_at": 22}}}
    asleep = {"contact_policy": {"quiet_hours": {"starts": 21, "ends": 8, "action": "queue"}}}
    dropped = {"contact_policy": {"quiet_hours": {"starts": 21, "ends": 8, "action": "discard"}}}
    off, queued, gone = ((small_bank(), doing(late | quiet)) for quiet in ({}, asleep, dropped))
    assert_moves("messages_put_off", "up", off=off, on=queued)
    assert_moves("messages_discarded", "up", off=off, on=gone)
    assert_moves("messages_delivered", "down", off=off, on=gone)
    before, after = (frame(run_campaign(*case, detail="full"), "contacts") for case in (off, queued))
    sms_before, sms_after = (table[table["channel"] == "sms"] for table in (before, after))
    assert set(sms_before["hour"]) == {22}
    assert set(sms_after["hour"]) == {8}
    assert sorted(sms_after["day"].unique()) == [day + 1 for day in sorted(sms_before["day"].unique())]


@pytest.mark.parametrize(
    ("journey", "days"),
    [
        ({}, [3, 8, 13, 18, 23]),
        ({"journey_messages": 2}, [3, 8]),
        ({"journey_messages": 2, "re_entry_after_days": 6}, [3, 8, 14, 19, 25]),
        ({"journey_messages": 1, "re_entry_after_days": 1}, list(range(3, 28))),
    ],
)
def test_a_journey_ends_and_begins_again_when_its_lever_says_so_and_not_otherwise(journey, days):
    """Never again, or so many days after the last message: there is no hidden grace."""
    lever = {"every_days": 5, "first_day": 3} | journey
    contacts = frame(run_campaign(small_bank(), doing({"messages": {"sms": lever}}), detail="full"), "contacts")
    assert sorted(contacts["day"].unique()) == days


def test_a_re_entry_without_an_end_is_refused():
    """A journey that does not end cannot begin again."""
    with pytest.raises(ValueError, match="journey_messages"):
        doing({"messages": {"sms": {"every_days": 5, "re_entry_after_days": 6}}})


@pytest.mark.parametrize(
    ("sends_at", "quiet", "expected"),
    [
        (9, None, Delivery(9)),
        (20, QuietHours(), Delivery(20)),
        (21, QuietHours(), Delivery(8, days_late=1, put_off=True)),
        (3, QuietHours(), Delivery(8, put_off=True)),
        (8, QuietHours(), Delivery(8)),
        (13, QuietHours(starts=12, ends=14), Delivery(14, put_off=True)),
        (23, QuietHours(action="discard"), Delivery(23, dropped=True)),
    ],
)
def test_a_message_in_quiet_hours_waits_for_their_end(sends_at, quiet, expected):
    """Known answers, over midnight and within a day."""
    assert delivery(sends_at, quiet) == expected


def test_the_channel_with_the_best_rate_goes_first_only_if_asked():
    """With one message a day the better channel takes it, in whichever order the channels are listed."""
    listed = {"app_push": {"every_days": 7}, "wecom": {"every_days": 7}}
    policy = {"contact_policy.frequency_caps": [{"channel": "messages", "most": 1, "per_days": 1}]}
    sent = {}
    for arbitration in ("first_listed", "best_rate"):
        levers = {"messages": listed, "contact_policy.arbitration": arbitration} | policy
        run = run_campaign(small_bank(), doing(levers), detail="full")
        sent[arbitration] = reached(run)["channel"].value_counts()
    rate = {name: small_bank().messages[name].convert.value["young"] for name in listed}
    assert rate["wecom"] > rate["app_push"]
    assert sent["best_rate"]["wecom"] > sent["first_listed"]["wecom"]
    assert sent["best_rate"]["app_push"] < sent["first_listed"]["app_push"]


def test_opting_out_of_one_channel_ends_all_only_if_the_policy_says_so():
    """Suppression everywhere saves messages of the other channels."""
    both = doing({"messages": {"sms": {"every_days": 3}, "app_push": {"every_days": 3}}})
    everywhere = doing({"contact_policy.suppress_opted_out_everywhere": True}, both)
    assert_moves("messages_delivered", "down", off=(small_bank(), both), on=(small_bank(), everywhere))


def test_a_journeys_holdout_grows_with_its_share_and_touches_no_other_journey():
    """Who is held out of text messages at 10 % is so at 30 %, and still gets pushes."""
    plan = {"messages": {"sms": {"every_days": 7}, "app_push": {"every_days": 7}}}
    got = {}
    for share in (0.0, 0.1, 0.3):
        strategy = doing(plan | {"contact_policy.journey_holdout": {"sms": share}})
        contacts = frame(run_campaign(small_bank(), strategy, detail="full"), "contacts")
        got[share] = set(contacts["customer_id"][contacts["channel"] == "sms"])
        assert (contacts["channel"] == "app_push").any()
    assert got[0.3] < got[0.1] < got[0.0]
    for low, high in itertools.pairwise(got):
        assert len(got[high]) < len(got[low])
    assert 0.85 < len(got[0.1]) / len(got[0.0]) < 0.95


def test_rules_that_forbid_nothing_change_nothing():
    """A cap beyond reach, quiet hours at night and nobody held out leave every table as it is."""
    policy = {
        "frequency_caps": [{"channel": "any", "most": 250, "per_days": 7, "window": "rolling"}],
        "quiet_hours": {"starts": 21, "ends": 8},
        "journey_holdout": {"messages": 0.0},
    }
    loose = doing({f"contact_policy.{key}": value for key, value in policy.items()}, doing(BUSY))
    assert_nothing_moves((small_bank(1500), doing(BUSY)), (small_bank(1500), loose))
