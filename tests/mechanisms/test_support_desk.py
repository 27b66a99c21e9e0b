"""The support desk: who asks, what the machine settles, who waits, and what it costs."""

import numpy as np
import pytest

from simkit.campaign.run import Campaign
from simkit.campaign.signals import Signal
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import (
    NOTHING,
    assert_moves,
    assert_nothing_moves,
    bank_with,
    covers,
    figures,
    played,
    without,
)

small_bank = bank_with("support_desk")

REACH = {"field.teams": 4, "messages": {"sms": {"every_days": 7}}}
# In a bank of few customers one seat is never busy: here they ask as often as those of a large one.
MANY_QUESTIONS = {
    "support_desk.questions_per_1000_users_a_week": 100,
    "support_desk.handling": 30,
    "wallet.active_share_of_holders": 1,
    "support_desk.help_after_opening": 0.9,
}


def asking_bank():
    """Return a small bank whose few users keep a desk busy."""
    return changed(small_bank(), MANY_QUESTIONS)


def desk(**levers):
    """Return a strategy that reaches customers and answers their questions."""
    return doing(REACH | {"support_desk": {"seats": 2} | levers})


@covers(
    8,
    keys=["support_desk.containment", "support_desk.chatbot_request", "levers.support_desk.chatbot"],
    code="simkit/campaign/service/support_desk.py",
    kpi="support_abandonment",
)
def test_a_chatbot_settles_requests_so_that_fewer_hang_up_before_a_person():
    """Half of the questions never reach the line."""
    bank = asking_bank()
    alone, with_bot = (bank, desk(chatbot=False)), (bank, desk(chatbot=True))
    assert_moves("support_contained_share", "up", off=alone, on=with_bot)
    assert_moves("support_abandonment", "down", off=alone, on=with_bot)


@covers(
    8,
    keys=["levers.support_desk.night_seats", "levers.support_desk.works_on", "support_desk.busy_share"],
    code="simkit/campaign/service/support_desk.py",
    kpi="support_out_of_hours",
)
def test_service_around_the_clock_finds_nobody_before_a_closed_desk_and_costs_more():
    """Seats at night and on days off answer what office hours leave."""
    bank = asking_bank()
    office, always = (bank, desk()), (bank, desk(night_seats=1))
    assert_moves("support_out_of_hours", "down", off=office, on=always)
    assert_moves("support_cost_per_request", "up", off=office, on=always)
    assert figures(*always)["support_out_of_hours"].sum() == 0


def test_more_seats_never_lengthen_the_queue():
    """The same requests of customers with some patience wait shorter."""
    bank = changed(asking_bank(), {"support_desk.patience": 30})
    assert_moves("support_wait", "down", off=(bank, desk(seats=2)), on=(bank, desk(seats=5)))
    assert_moves("support_service_level", "up", off=(bank, desk(seats=2)), on=(bank, desk(seats=5)))


@covers(
    55,
    keys=["support_desk.asks_after_message", "support_desk.asks_after_talk"],
    code="simkit/campaign/service/requests.py",
    kpi="support_surge_factor",
)
def test_a_campaign_brings_a_surge_of_requests_before_which_customers_hang_up():
    """With messages and visits the busiest week towers over a mean week afterwards, and more give up."""
    loud = changed(asking_bank(), {"support_desk.asks_after_message": 0.02, "support_desk.asks_after_talk": 0.1})
    quiet = doing({"support_desk": {"seats": 2}})
    assert_moves("support_surge_factor", "up", off=(loud, quiet), on=(loud, desk()))
    assert_moves("support_abandonment", "up", off=(loud, quiet), on=(loud, desk()))


def test_requests_close_contained_closed_answered_and_abandoned():
    """Every request ends in one way, and ends in a contact of its own."""
    run = played(asking_bank(), desk())
    tally = frame(run, "tallies").groupby("tally")["amount"].sum()
    ended = tally["support_contained"] + tally["support_out_of_hours"] + tally["support_put_through"]
    contacts = frame(run, "contacts").query("channel == 'support_desk'")
    assert tally["support_requests"] == ended == len(contacts)
    assert tally["support_put_through"] == tally["support_answered"] + tally["support_abandoned"]
    service = frame(run, "service").query("resource == 'support_seat'")
    assert service["served"].sum() == tally["support_answered"]
    np.testing.assert_allclose(service["busy_minutes"].sum(), contacts["minutes"].sum(), rtol=1e-5)
    busy = contacts.query("server >= 0").sort_values(["server", "day", "hour"])
    begins = busy["day"] * 1440.0 + busy["hour"] * 60
    gaps = (begins - (begins + busy["minutes"]).groupby(busy["server"]).shift()).dropna()
    assert (gaps > -0.02).all(), "a seat attends to one customer at a time"


def test_the_desk_costs_its_seats_and_its_chatbot():
    """Seat days and requests at their prices are the cost of the desk."""
    bank = asking_bank()
    run = played(bank, desk(night_seats=1))
    costs = frame(run, "costs").query("channel == 'support_desk'")
    price = costs["item"].map({"staff": bank.costs.seat_day.value, "support": bank.support_desk.chatbot_request.value})
    np.testing.assert_allclose(costs["amount_cny"], costs["quantity"] * price)
    assert figures(bank, desk(night_seats=1), 1)["support_cost"][0] == pytest.approx(costs["amount_cny"].sum())
    hours = costs.query("item == 'staff'")["quantity"] * 8
    workday = frame(run, "service").query("resource == 'support_seat'")["paid_minutes"] / 60
    assert set(np.round(hours, 6)) == {24.0, 15.0 + 18.0} == set(np.round(workday, 6))


def test_what_became_of_a_request_is_told_to_others():
    """Solved, unsolved and waiting customers are named, each once a day."""
    campaign = Campaign(asking_bank(), desk())
    told = dict.fromkeys((Signal.SOLVED, Signal.UNSOLVED, Signal.WAITED), 0)
    for signal in told:

        def listen(customers, _, signal=signal):
            assert np.unique(customers).size == customers.size
            told[signal] += customers.size

        campaign.world.signals.listen(signal, listen)
    tables = campaign.play()
    outcomes = tables["outcomes"].to_pandas().query("channel == 'support_desk'").groupby("outcome")["contacts"].sum()
    assert told[Signal.SOLVED] == outcomes["solved"] > 0
    assert told[Signal.UNSOLVED] == outcomes[["unsolved", "abandoned", "not_reached"]].sum() > 0
    assert told[Signal.WAITED] > 0


def test_who_asks_does_not_count_against_contact_limits():
    """A desk changes nothing about who is written to and visited, nor who opens."""
    bank = asking_bank()
    quiet, asked = frame(played(bank, doing(REACH)), "outcomes"), frame(played(bank, desk()), "outcomes")
    assert asked.query("channel != 'support_desk'").reset_index(drop=True).equals(quiet)


def test_without_the_lever_no_question_is_simulated():
    """Facts about a desk that nobody set up move nothing."""
    bank = asking_bank()
    assert_nothing_moves((bank, doing(REACH)), (without(bank, "support_desk"), doing(REACH)))
    assert_nothing_moves((bank, NOTHING), (without(bank, "support_desk"), NOTHING))
