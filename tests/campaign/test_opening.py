"""The chance in the ledger is the one that its terms give, with every recent contact counted anew."""

import numpy as np
import pandas as pd
import pytest

from simkit.campaign.contacts.opening import look_up_fatigue
from simkit.campaign.run import Campaign, run_campaign
from simkit.campaign.vocabulary import Channel
from simkit.workdays import WorkCalendar
from tests.campaign.banks import core, frame

UNNOTICED = ("not_home", "not_reached", "not_delivered", "no_show", "cancelled", "lapsed", "left_queue")
WEEKS = 4


@pytest.fixture(scope="module")
def bank(crowded_bank):
    """The crowded bank with nothing that adds terms of its own."""
    return core(crowded_bank)


@pytest.fixture(scope="module")
def run(bank, crowding):
    """Play it in full detail."""
    return run_campaign(bank, crowding, detail="full")


@pytest.fixture(scope="module")
def noticed(bank, run):
    """Every contact that the customer noticed, with its weight in the contacts of the last 28 days."""
    contacts = frame(run, "contacts").query("outcome not in @UNNOTICED and channel != 'inbound_call'")
    weights = {name: message.fatigue_weight.value for name, message in bank.messages.items()}
    calendar = WorkCalendar(bank.calendar.start, bank.calendar.horizon_days)
    return contacts.assign(
        weight=contacts["channel"].map(weights).fillna(1.0),
        message=contacts["channel"].isin(weights),
        week=calendar.week[contacts["day"]].astype(int),
    )


@pytest.mark.parametrize("channel", ["visit", "community_event", "human_call"])
def test_the_chance_of_a_contact_is_that_of_its_terms(bank, crowding, run, noticed, channel):
    """Base rate, propensity, gift and the contacts of this natural week and the three before it make every probability.

    Where nobody opens the door or answers the call there is no offer, and no chance.
    """
    met = frame(run, "contacts").query("channel == @channel").reset_index(names="contact")
    calendar = WorkCalendar(bank.calendar.start, bank.calendar.horizon_days)
    met = met.assign(week=calendar.week[met["day"]].astype(int))
    before = met[["contact", "customer_id", "day", "week"]].merge(
        noticed[["customer_id", "day", "week", "weight", "message"]], on="customer_id", suffixes=("", "_before")
    )
    # Messages go out before the working day; calls and visits of the same day do not happen to one customer.
    earlier = (before["day_before"] < before["day"]) | (before["message"] & (before["day_before"] == before["day"]))
    lately = before["week"] - before["week_before"] < WEEKS
    recent = before[earlier & lately].groupby("contact")["weight"].sum().reindex(met["contact"], fill_value=0.0)
    assert recent.max() > WEEKS
    world = Campaign(bank, crowding).world
    customers = met["customer_id"].to_numpy()
    terms = world.opening.terms(customers, Channel[channel.upper()])
    ratio = bank.by_segment(bank.response.fatigue_odds_ratio)[world.population.segment[customers]]
    log_odds = terms["base"] + terms["propensity"] + terms["offer"] + np.log(ratio) * recent.to_numpy()
    expected = pd.Series(1 / (1 + np.exp(-log_odds))).where(~met["outcome"].isin(["not_home", "not_reached"]), 0)
    pd.testing.assert_series_equal(met["probability"], expected, check_dtype=False, check_names=False, rtol=1e-4)


def test_fatigue_is_looked_up_as_by_the_plain_twin():
    """The compiled loop and its plain twin read the same rows and columns, also beyond the table's end."""
    luck = np.random.default_rng(11)
    customers, segment = luck.permutation(500)[:300], luck.integers(0, 3, 500).astype(np.uint8)
    hundredths, table = luck.integers(0, 120, 500).astype(np.uint16), luck.random((3, 101), dtype=np.float32)
    ratios = [np.empty(300, dtype=np.float32) for _ in range(2)]
    for look_up, ratio in zip((look_up_fatigue, look_up_fatigue.__wrapped__), ratios, strict=True):
        look_up(customers, segment, hundredths, table, ratio)
    np.testing.assert_array_equal(ratios[0], ratios[1])
    np.testing.assert_array_equal(ratios[0], table[segment[customers], np.minimum(hundredths[customers], 100)])
