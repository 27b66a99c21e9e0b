"""The contact record: caps count natural weeks, tiredness four of them, and today's plan is kept apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simkit.campaign.contacts.contact_policy import ContactRecord, note_contacts
from simkit.campaign.contacts.contact_rules import count_each
from simkit.params.levers import ContactPolicy
from simkit.streams import Streams

CUSTOMERS = np.arange(5, dtype=np.int32)


def record(**policy):
    """Return the record of five customers who have not been contacted."""
    return ContactRecord(ContactPolicy(**policy), CUSTOMERS.size, Streams(1, 0))


def test_the_cap_counts_contacts_of_the_natural_week():
    """At the cap nobody else writes, and on Monday the count begins anew."""
    contacts = record(contacts_per_week=2)
    contacts.note(CUSTOMERS[:2])
    contacts.note(CUSTOMERS[:1], 0.1)
    assert contacts.allowed(CUSTOMERS).tolist() == [False, True, True, True, True]
    contacts.begin_week()
    assert contacts.allowed(CUSTOMERS).all()


@given(st.lists(st.lists(st.sampled_from([1.0, 0.5, 0.25, 0.1, 0.05]), max_size=4), min_size=1, max_size=12))
def test_contacts_weigh_for_four_weeks_and_no_longer(weeks):
    """Recent contacts are the weights of this week and the three before it, whatever happened earlier."""
    contacts = record()
    for number, weights in enumerate(weeks):
        contacts.begin_week()
        for weight in weights:
            contacts.note(CUSTOMERS[:1], weight)
        recent = [weight for week in weeks[max(0, number - 3) : number + 1] for weight in week]
        assert contacts.recent(CUSTOMERS)[0] == pytest.approx(sum(recent))
    assert not contacts.recent(CUSTOMERS[1:]).any()


def test_contacts_are_noted_as_by_the_plain_twin():
    """The compiled loops and what they were made of count the same, whatever has been counted before."""
    luck = np.random.default_rng(3)
    customers, counted = luck.permutation(400)[:250], []
    for count in (count_each, count_each.__wrapped__):
        contacts = np.arange(400).astype(np.uint8)
        count(customers.astype(np.int32), 1, contacts)
        count(customers[:100].astype(np.int32), np.int64(-1), contacts)
        counted.append((contacts,))
    for note in (note_contacts, note_contacts.__wrapped__):
        this_week, recent = np.full(400, 7, dtype=np.uint8), np.arange(400, dtype=np.uint16)
        note(customers, 25, this_week, recent)
        counted.append((this_week, recent))
    for twin in (0, 2):
        for fast, plain in zip(counted[twin], counted[twin + 1], strict=True):
            np.testing.assert_array_equal(fast, plain)


def test_a_customer_with_a_plan_for_today_is_not_free_today():
    """A reservation holds for its day alone, and takes nothing from the weekly cap."""
    contacts = record(contacts_per_week=1)
    contacts.begin_day(4, 3)
    contacts.reserve(CUSTOMERS[:2])
    assert contacts.free_today(CUSTOMERS).tolist() == [False, False, True, True, True]
    contacts.begin_day(5, 4)
    assert contacts.free_today(CUSTOMERS).all()
    assert contacts.allowed(CUSTOMERS).all()


def test_held_out_customers_are_a_fixed_share_and_never_allowed():
    """The holdout is drawn by customer, once."""
    size = 100_000
    everyone = np.arange(size)
    held = ContactRecord(ContactPolicy(holdout_share=0.1), size, Streams(1, 0))
    again = ContactRecord(ContactPolicy(holdout_share=0.1), size, Streams(1, 0))
    more = ContactRecord(ContactPolicy(holdout_share=0.2), size, Streams(1, 0))
    assert abs(held.held_out.mean() - 0.1) < 4 * np.sqrt(0.09 / size)
    assert (held.held_out == again.held_out).all()
    assert (more.held_out >= held.held_out).all()
    assert (held.allowed(everyone) == ~held.held_out).all()
    assert not held.free_today(everyone)[held.held_out].any()
