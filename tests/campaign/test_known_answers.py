"""With degenerate parameters the field and the hotline are M/M/c queues and the funnel is a chain of coin tosses."""

import numpy as np
import pytest
from scipy.stats import binomtest, chisquare, t

from simkit.campaign.run import run_campaign
from tests.campaign import erlang
from tests.campaign.banks import ALL_ALIKE, ALL_DAY, NOBODY_OPENS_ALONE, OPENED, changed, doing, frame

SERVICE_MINUTES = 1.0
MINUTES_PER_DAY = 1440
CUSTOMERS = 250_000
DAYS = 13
REPLICATIONS = 4
CLOCK_PRECISION_HOURS = 5e-6  # the ledger's hour has 24 bits
NEVER_BY_CHANCE = 1e-3
"""How often a correct model may fail a test, were its seed drawn anew."""


def a_queue(city_bank, servers, utilisation, **changes):
    """Return a bank whose customers come at random to `servers` for a minute each, around the clock."""
    per_customer = utilisation * servers * MINUTES_PER_DAY / SERVICE_MINUTES / CUSTOMERS
    return per_customer, changed(
        city_bank,
        NOBODY_OPENS_ALONE
        | {"scale": 1.0, "bank.customers": CUSTOMERS, "calendar.campaign_days": DAYS, "calendar.horizon_days": DAYS}
        | {key.replace("__", "."): per_customer * 1000 if value is ... else value for key, value in changes.items()},
    )


def field_queue(city_bank, teams, utilisation):
    """Return (rate a customer and day, bank, strategy) of a field force that is M/M/c."""
    return (
        *a_queue(
            city_bank,
            teams,
            utilisation,
            field__requests_per_1000_customers_a_day=...,
            field__convert_at_appointment=0,
            field__refuse_at_appointment=0,
            field__no_show=0,
            field__pitch=SERVICE_MINUTES,
            field__minutes_shape=1,
            field__walk=0,
            field__travel_from_branch=0,
            field__travel_between_communities=0,
        ),
        doing(
            {
                "field.teams": teams,
                "field.doors": False,
                "field.accepts_requests": True,
                "field.appointment_lead_days": 0,
                "field.appointment_max_wait_days": 365,
                "field.hours": ALL_DAY,
            }
        ),
    )


def hotline_queue(city_bank, seats, utilisation, patience=MINUTES_PER_DAY):
    """Return (rate a customer and day, bank, strategy) of a hotline that is M/M/c, or M/M/c+M with impatient callers."""
    return (
        *a_queue(
            city_bank,
            seats,
            utilisation,
            calls__enquiries_per_1000_customers_a_day=...,
            calls__enquiry_convert=0,
            calls__talk_distribution="exponential",
            calls__talk_median=SERVICE_MINUTES,
            calls__talk_spread=0,
            calls__shrinkage=0,
            calls__patience=patience,
        ),
        doing({"calls.inbound_seats": seats, "calls.hours": ALL_DAY}),
    )


def offered_load(per_customer):
    """Return the load of each day; customers come once, so there are a few less to come each day."""
    left = np.exp(-per_customer * np.arange(DAYS + 1))
    return -CUSTOMERS * np.diff(left) * SERVICE_MINUTES / MINUTES_PER_DAY


def daily_waits(bank, strategy, channel, resource):
    """Return (share who waited, mean minutes waited, share who left) for each day but the first of each replication.

    Who begins at the very moment at which the server ends the contact before has waited; who comes to a free server has not.
    """
    rows = []
    for replication in range(REPLICATIONS):
        run = run_campaign(bank, strategy, replication=replication, detail="full")
        service = frame(run, "service").groupby("resource").get_group(resource).set_index("day")
        contacts = frame(run, "contacts").groupby("channel").get_group(channel).query("server >= 0")
        contacts = contacts.assign(begins=contacts["day"] * 24.0 + contacts["hour"]).sort_values(["server", "begins"])
        ends = contacts["begins"] + contacts["minutes"] / 60
        idle = contacts["begins"] - ends.groupby(contacts["server"]).shift()
        waited = (idle < CLOCK_PRECISION_HOURS).groupby(contacts["day"]).mean()
        minutes = service["waited_minutes"] / service["served"]
        left = service["abandoned"] / (service["served"] + service["abandoned"])
        rows.append(np.stack([waited, minutes, left])[:, 1:])
    return np.concatenate(rows, axis=1)


def assert_agree(simulated, theory):
    """Check that batches (days) deviate from theory by no more than their own scatter allows, and that they could tell."""
    deviation = simulated - np.tile(theory[1:], REPLICATIONS)
    half_width = t.ppf(1 - NEVER_BY_CHANCE / 2, deviation.size - 1) * deviation.std(ddof=1) / np.sqrt(deviation.size)
    assert abs(deviation.mean()) < half_width
    assert half_width < 0.15 * theory.mean(), "too few customers to tell"


@pytest.mark.parametrize(("teams", "utilisation"), [(1, 0.5), (2, 0.7), (3, 0.8)])
def test_the_field_force_with_random_requests_is_an_erlang_c_queue(city_bank, teams, utilisation):
    """Without doors, ways and no-shows, and with exponential talks, the share who wait and the mean wait are Erlang's."""
    per_customer, bank, strategy = field_queue(city_bank, teams, utilisation)
    waited, minutes, lapsed = daily_waits(bank, strategy, "appointment", "field_team")
    load = offered_load(per_customer)
    assert_agree(waited, erlang.waiting_probability(load, teams))
    assert_agree(minutes, erlang.mean_wait(load, teams, SERVICE_MINUTES))
    assert not lapsed.reshape(REPLICATIONS, -1)[:, :-1].any(), "patience is endless but for the campaign's end"


@pytest.mark.parametrize(("seats", "utilisation"), [(1, 0.5), (2, 0.7), (3, 0.8)])
def test_the_hotline_with_patient_callers_is_an_erlang_c_queue(city_bank, seats, utilisation):
    """With exponential talks, no shrinkage and a day's patience, the share who wait and the mean wait are Erlang's."""
    per_customer, bank, strategy = hotline_queue(city_bank, seats, utilisation)
    waited, minutes, left = daily_waits(bank, strategy, "inbound_call", "inbound_seat")
    load = offered_load(per_customer)
    assert_agree(waited, erlang.waiting_probability(load, seats))
    assert_agree(minutes, erlang.mean_wait(load, seats, SERVICE_MINUTES))
    assert left.mean() < 0.01


@pytest.mark.parametrize(("seats", "utilisation", "patience"), [(2, 0.8, 2.0), (3, 1.2, 4.0)])
def test_the_hotline_with_impatient_callers_is_an_erlang_a_queue(city_bank, seats, utilisation, patience):
    """With exponential patience the share who hang up is that of M/M/c+M, also where more ring than can be served."""
    per_customer, bank, strategy = hotline_queue(city_bank, seats, utilisation, patience)
    _, _, left = daily_waits(bank, strategy, "inbound_call", "inbound_seat")
    assert_agree(left, erlang.abandoned_share(offered_load(per_customer), seats, SERVICE_MINUTES, patience))


def assert_binomial(hits, trials, chance):
    """Check by an exact test that so many of the trials may well succeed, and that there were enough to tell."""
    assert trials > 500
    assert binomtest(int(hits), int(trials), chance).pvalue > NEVER_BY_CHANCE


def counted(contacts):
    """Return how many contacts ended in each outcome; a word that did not occur counts 0."""
    return contacts["outcome"].value_counts().reindex(["refused", "opened", "opened_and_paid"], fill_value=0)


def test_the_funnel_at_the_door_is_binomial(city_bank):
    """Where everyone is home, alike and untired, refusals, openings and payments on the spot are tosses of their coins."""
    bank = changed(
        city_bank,
        NOBODY_OPENS_ALONE
        | ALL_ALIKE
        | dict.fromkeys((f"field.at_home_{when}" for when in ("weekday", "evening", "weekend")), 1)
        | {
            "scale": 1.0,
            "bank.customers": 20_000,
            "calendar.campaign_days": 5,
            "calendar.horizon_days": 5,
            "field.convert_at_door": 0.1,
            "field.refuse_at_door": 0.3,
            "field.come_back": 0,
            "wallet.first_payment_aided": 0.85,
        },
    )
    run = run_campaign(bank, doing({"field.teams": 100, "field.max_attempts": 1}), detail="full")
    visits = frame(run, "contacts")
    ends = counted(visits)
    opened = ends[list(OPENED)].sum()
    assert visits["customer_id"].is_unique
    assert_binomial(opened, len(visits), 0.1)
    assert_binomial(ends["refused"], len(visits), 0.3)
    assert_binomial(ends["opened_and_paid"], opened, 0.85)
    segment = frame(run, "population").set_index("segment")["customers"]
    for name, share in zip(bank.segment_names, bank.segments, strict=True):
        assert_binomial(segment[name], bank.customers, share.share.value)


@pytest.fixture(scope="module")
def four_text_messages(city_bank):
    """Four text messages in four weeks to 100,000 customers who are alike, of whom nine in ten can be reached."""
    bank = changed(
        city_bank,
        NOBODY_OPENS_ALONE
        | ALL_ALIKE
        | {
            "scale": 1.0,
            "bank.customers": 100_000,
            "calendar.campaign_days": 28,
            "calendar.horizon_days": 49,
            "messages.sms.reach": 1,
            "messages.sms.delivered": 0.9,
            "messages.sms.convert": 0.01,
            "messages.sms.opt_out": 0,
            "wallet.first_payment_unaided": 0.5,
        },
    )
    return run_campaign(bank, doing({"messages": {"sms": {"every_days": 7}}}), detail="full")


def test_messages_without_fatigue_are_independent_tosses(four_text_messages):
    """Each delivered message opens with its probability, so 1 - 0.99^4 of those reached open; the others never do."""
    messages = frame(four_text_messages, "contacts")
    delivered = messages[messages["outcome"] != "not_delivered"]
    reached, opened = delivered["customer_id"].nunique(), (messages["outcome"] == "opened").sum()
    assert_binomial(reached, 100_000, 0.9)
    assert_binomial(opened, reached, 1 - 0.99**4)
    for _, wave in delivered.groupby("day"):
        assert_binomial((wave["outcome"] == "opened").sum(), len(wave), 0.01)


def test_first_payments_alone_are_tosses_with_a_truncated_exponential_delay(four_text_messages, city_bank):
    """Half of those who opened alone pay within 14 days, after an exponential delay of the given mean that is cut there."""
    wallets = frame(four_text_messages, "conversions")
    paid = wallets[wallets["activated_day"] >= 0]
    assert_binomial(len(paid), len(wallets), 0.5)
    delay = paid["activated_day"] - paid["opened_day"]
    ends = 1 - np.exp(-np.arange(15) / city_bank.wallet.first_payment_delay.value)
    expected = len(paid) * np.diff(ends) / ends[-1]
    observed = delay.value_counts().reindex(range(1, 15), fill_value=0)
    assert observed.sum() == len(paid)
    assert chisquare(observed, expected).pvalue > NEVER_BY_CHANCE
