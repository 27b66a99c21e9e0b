"""Messages go out on their days, to those who can be reached and want to be, until they opt out."""

import numpy as np
import pytest
from scipy.stats import binomtest

from simkit.campaign.messages import annoy
from simkit.campaign.run import run_campaign
from tests.campaign.banks import ALL_ALIKE, NOBODY_OPENS_ALONE, changed, doing, frame

CUSTOMERS = 20_000
NEVER_BY_CHANCE = 1e-4


@pytest.fixture(scope="module")
def quiet_bank(city_bank):
    """20,000 prospects who are alike, for six weeks; nobody opens by message."""
    return changed(
        city_bank,
        NOBODY_OPENS_ALONE
        | ALL_ALIKE
        | {
            "scale": 1.0,
            "bank.customers": CUSTOMERS,
            "calendar.campaign_days": 42,
            "calendar.horizon_days": 42,
            "messages.sms.reach": 0.8,
            "messages.sms.delivered": 0.9,
            "messages.sms.convert": 0,
            "messages.sms.opt_out": 0.05,
        },
    )


def texts(bank, **levers):
    """Return the text messages of a campaign."""
    return frame(run_campaign(bank, doing({"messages": {"sms": levers}}), detail="full"), "contacts")


def test_messages_go_out_every_so_many_days_from_the_first(quiet_bank):
    """The plan says when; one message to a customer a day, at nine in the morning."""
    sent = texts(quiet_bank, every_days=10, first_day=5)
    assert sorted(sent["day"].unique()) == [5, 15, 25, 35]
    assert not sent.duplicated(["day", "customer_id"]).any()
    assert (sent["hour"] == 9).all()


def test_who_is_reached_and_who_receives_is_settled_once(quiet_bank):
    """A missing number stays missing: the share that can be written to, and of these the share that receives."""
    sent = texts(quiet_bank, every_days=7)
    arrived = sent.groupby("customer_id")["outcome"].agg(lambda outcome: (outcome != "not_delivered").mean())
    assert set(arrived) == {0.0, 1.0}
    assert binomtest(len(arrived), CUSTOMERS, 0.8).pvalue > NEVER_BY_CHANCE
    assert binomtest(int(arrived.sum()), len(arrived), 0.9).pvalue > NEVER_BY_CHANCE


def test_who_opts_out_is_not_written_to_again(quiet_bank):
    """Opting out is the last message of a customer on this channel."""
    sent = texts(quiet_bank, every_days=7)
    left = sent[sent["outcome"] == "opted_out"].set_index("customer_id")["day"]
    last = sent.groupby("customer_id")["day"].max()
    assert left.index.is_unique
    assert (last[left.index] == left).all()


def test_up_to_two_messages_in_28_days_the_opt_out_is_the_scenarios_rate(quiet_bank):
    """One message in two weeks annoys as much as one: of those who receive each wave, 5 % opt out."""
    sent = texts(quiet_bank, every_days=14)
    for _, wave in sent[sent["outcome"] != "not_delivered"].groupby("day"):
        assert binomtest(int((wave["outcome"] == "opted_out").sum()), len(wave), 0.05).pvalue > NEVER_BY_CHANCE


def test_more_messages_than_that_drive_customers_away(quiet_bank):
    """Each contact in 28 days beyond two raises the hazard of opting out by a quarter."""
    sent = texts(quiet_bank, every_days=4)
    received = sent[sent["outcome"] != "not_delivered"]
    rate = received.groupby("day")["outcome"].agg(lambda outcome: (outcome == "opted_out").mean())
    growth = 0.25 * np.array([0, 0, 0, 1, 2, 3, 4])
    # Messages of days 0, 4, 8, … 24: contacts in 28 days are those before, for all fall into the first four weeks.
    expected = 1 - 0.95 ** (1 + growth)
    scatter = np.sqrt(0.05 * 0.95 / received.groupby("day").size().to_numpy()[:7])
    assert (np.abs(rate.to_numpy()[:7] - expected) < 4.5 * scatter * np.sqrt(1 + growth)).all()


def test_who_cannot_pay_by_phone_never_opens_by_message(city_bank):
    """A message brings nobody who would need help at the telephone."""
    bank = changed(
        city_bank,
        NOBODY_OPENS_ALONE
        | {"scale": 0.005, "wallet.can_pay_by_phone": 0, "messages.sms.convert": 0.5, "calendar.campaign_days": 14},
    )
    assert (texts(bank, every_days=7)["outcome"] != "opened").all()


def test_patience_shortens_as_by_the_plain_twin():
    """The compiled loop and its plain twin annoy the same customers by the same, and nobody whom no message reaches."""
    luck = np.random.default_rng(13)
    customers, segment = luck.permutation(500)[:300], luck.integers(0, 3, 500).astype(np.uint8)
    hundredths, annoyance = luck.integers(0, 900, 500).astype(np.uint16), luck.random(3)
    ratio, delivered = luck.random(300, dtype=np.float32), luck.random(300) < 0.8
    before = luck.random(300, dtype=np.float32)
    left = []
    for shorten in (annoy, annoy.__wrapped__):
        patience = before.copy()
        shorten(customers, segment, hundredths, annoyance, 0.4, ratio, delivered, patience)
        left.append(patience)
    np.testing.assert_array_equal(left[0], left[1])
    assert ((left[0] < before) == delivered).all()
