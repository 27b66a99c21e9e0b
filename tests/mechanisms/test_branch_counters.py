"""Branch counters: the line of walk-ins, wallets opened there, and the trip that a visit saves."""

import numpy as np
import pytest

from tests.campaign import erlang
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.call_centres import assert_agrees
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, covers, figures, played, without

small_bank = bank_with("branch_counters")

VISITS = {"field.teams": 4}
CUSTOMERS_OF_A_BRANCH = 15_000


def counters(**levers):
    """Return a strategy with visits and with something done at the counters."""
    return doing(VISITS | {"branch_counters": levers})


def crowded():
    """Return a small bank whose customers crowd its two branches like those of a large one."""
    rates = {"young": 15, "white_collar": 15, "middle_aged": 30, "silver": 55}
    return changed(small_bank(), {"branch_counters.walk_ins_per_1000_customers_a_day": rates})


@covers(
    12,
    keys=[
        "branch_counters.walk_ins_per_1000_customers_a_day",
        "branch_counters.peak_ratio",
        "branch_counters.service",
        "levers.branch_counters.extra_counters",
    ],
    code="simkit/campaign/service/branch_queue.py",
    kpi="branch_wait_p90",
)
def test_the_peak_makes_customers_wait_and_further_counters_shorten_it():
    """The same walk-ins, more of them in the morning; then a third counter for the morning."""
    bank = crowded()
    even = changed(bank, {"branch_counters.peak_ratio": 1})
    usual = counters()
    assert_moves("branch_wait_p90", "up", off=(even, usual), on=(bank, usual))
    assert_moves("branch_wait_p90", "down", off=(bank, usual), on=(bank, counters(extra_counters=1)))
    assert_moves("branch_wait", "down", off=(bank, usual), on=(bank, counters(extra_counters=1)))
    assert_moves("cost", "up", off=(bank, usual), on=(bank, counters(extra_counters=1)))


@covers(
    12,
    keys=["branch_counters.way", "branch_counters.open_wallet"],
    code="simkit/campaign/service/branch_counters.py",
    kpi="minutes_saved_by_visits",
)
def test_visits_save_customers_the_way_the_queue_and_the_counter():
    """More teams save more; a longer queue and a longer way make a visit worth more."""
    bank, few = crowded(), doing({"field.teams": 2, "branch_counters": {}})
    assert_moves("minutes_saved_by_visits", "up", off=(bank, few), on=(bank, counters()))
    far = changed(bank, {"branch_counters.way": 90})
    assert_moves("minutes_saved_by_visits", "up", off=(bank, counters()), on=(far, counters()))
    slow = changed(bank, {"branch_counters.service": 12})
    assert_moves("minutes_saved_by_visits", "up", off=(bank, counters()), on=(slow, counters()))
    assert (figures(bank, counters())["branch_trips_saved"] == figures(bank, counters())["field_wallets"]).all()


@covers(
    12,
    keys=["branch_counters.convert", "branch_counters.ask", "levers.branch_counters.asks"],
    code="simkit/campaign/service/branch_counters.py",
    kpi="branch_wallets",
)
def test_offers_at_the_counter_win_wallets_and_lengthen_the_queue():
    """Asking takes time, opening takes more."""
    bank = crowded()
    assert_moves("branch_wallets", "up", off=(bank, counters(asks=0.3)), on=(bank, counters(asks=0.9)))
    long_talk = changed(bank, {"branch_counters.ask": 3})
    assert_moves("branch_wait", "up", off=(long_talk, counters()), on=(long_talk, counters(asks=0.9)))


def test_wallets_opened_at_the_counter_are_those_of_its_contacts():
    """Who is asked has no wallet, is asked once, and is not visited on the same day."""
    run = played(crowded(), counters(asks=0.9))
    contacts = frame(run, "contacts")
    asked = contacts.query("channel == 'branch'")
    opened = asked["outcome"].isin(["opened", "opened_and_paid"]).sum()
    assert asked["customer_id"].is_unique
    assert opened == (frame(run, "conversions")["channel"] == "branch").sum() > 0
    assert opened == frame(run, "tallies").query("tally == 'branch_wallets'")["amount"].sum()
    assert not contacts.query("channel != 'app_push'").duplicated(["day", "customer_id"]).any()
    chance = asked.loc[asked["outcome"] != "left_queue", "probability"]
    assert abs(opened - chance.sum()) < 4 * np.sqrt((chance * (1 - chance)).sum())


def test_nobody_held_out_is_offered_the_wallet():
    """The control group hears nothing at the counter either."""
    everyone = doing({"branch_counters": {"asks": 1}, "contact_policy.holdout_share": 0.999})
    assert figures(crowded(), counters(asks=1), 1)["branch_wallets"][0] > 10
    assert figures(crowded(), everyone, 1)["branch_wallets"][0] <= 1


@pytest.mark.parametrize(("servers", "utilisation"), [(2, 0.7), (3, 0.8)])
def test_a_branch_without_a_peak_is_an_erlang_c_queue(servers, utilisation):
    """With patient customers, exponential minutes and doors open all day the mean wait is Erlang's, line by line."""
    walk_ins = utilisation * servers * 1440 / 5
    bank = changed(
        small_bank(),
        {
            "bank.customers": 8 * CUSTOMERS_OF_A_BRANCH,
            "bank.branches": 8,
            "calendar.campaign_days": 82,
            "calendar.horizon_days": 82,
            "wallet.holders_at_start": 0,
            "branch_counters.walk_ins_per_1000_customers_a_day": walk_ins / CUSTOMERS_OF_A_BRANCH * 1000,
            "branch_counters.opens": 0,
            "branch_counters.closes": 24,
            "branch_counters.peak_ratio": 1,
            "branch_counters.counters": servers,
            "branch_counters.service": 5,
            "branch_counters.service_shape": 1,
            "branch_counters.patience": 1440,
        },
    )
    service = frame(played(bank, doing({"branch_counters": {}})), "service").query("resource == 'branch_counter'")
    # Every workday begins with empty counters: its first hours wait less, by a thousandth of the day's customers.
    by_day = service["waited_minutes"] / service["served"]
    theory = erlang.mean_wait(np.array([utilisation * servers]), servers, 5.0)
    assert_agrees(by_day, np.repeat(theory, len(by_day)))
    assert service["abandoned"].sum() < 0.005 * service["served"].sum()


def test_counters_that_nobody_chose_are_not_simulated():
    """Facts about branches alone move nothing."""
    bank = small_bank()
    assert_nothing_moves((bank, doing(VISITS)), (without(bank, "branch_counters"), doing(VISITS)))
