"""A theme day brings payments, takes some from other days, costs what it gives, and leaves a habit."""

import numpy as np
import pytest

from simkit.campaign.run import run_campaign
from simkit.params import ParameterError, resolve
from simkit.workdays import WorkCalendar
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import NOTHING, assert_moves, assert_nothing_moves, bank_with, covers, without

small_bank = bank_with("theme_days")

FRIDAYS = doing({"theme_days": {"weekday": "friday", "hook_cny": 8.8, "quota_a_day": 100_000}})


@covers(
    40,
    keys=[
        "theme_days.takes_part",
        "theme_days.extra_payment",
        "theme_days.cannibalised",
        "theme_days.habit_growth",
        "theme_days.habit_payment",
        "levers.theme_days.weekday",
        "levers.theme_days.hook_cny",
        "levers.theme_days.quota_a_day",
    ],
    code="simkit/campaign/messaging/theme_days.py",
    kpi="habit_payments",
)
def test_theme_days_bring_payments_take_some_from_other_days_and_leave_a_habit():
    """Payments rise, less than on the day itself, and a part remains after the last offer."""
    off, on = (small_bank(), NOTHING), (small_bank(), FRIDAYS)
    for kpi in ("payments", "theme_day_payments", "cannibalised_payments", "habit_payments", "theme_day_cost", "cost"):
        assert_moves(kpi, "up", off=off, on=on)
    dearer = (small_bank(), doing({"theme_days.hook_cny": 20}, FRIDAYS))
    assert_moves("theme_day_payments", "up", off=on, on=dearer)
    docile = changed(small_bank(), {"theme_days.habit_growth": 0.3})
    assert_moves("habit_payments", "up", off=on, on=(docile, FRIDAYS))


def test_the_payments_of_a_run_are_those_without_plus_what_came_less_what_was_taken():
    """Every extra payment falls on the weekday, every one that is missing on another, and the accounts close."""
    bank = small_bank()
    plain, friday = (run_campaign(bank, strategy) for strategy in (NOTHING, FRIDAYS))
    weekday = WorkCalendar(bank.calendar.start, bank.calendar.horizon_days).weekday
    change = np.zeros(7)
    for run, sign in ((friday, 1), (plain, -1)):
        daily = frame(run, "daily")
        np.add.at(change, weekday[daily["day"]], sign * daily["payments"].to_numpy())
    tallies = frame(friday, "tallies").groupby("tally")["amount"].sum()
    assert change[4] == tallies["theme_day_payments"] + tallies["habit_payments"]
    assert -np.delete(change, 4).sum() == tallies["cannibalised_payments"]
    costs = frame(friday, "costs")
    assert costs[costs["item"] == "merchant"]["amount_cny"].sum() == pytest.approx(tallies["theme_day_cost"])


def test_no_day_gives_more_offers_than_its_quota():
    """A quota of ten is ten offers a day, and none means no effect at all."""
    run = run_campaign(small_bank(), doing({"theme_days.quota_a_day": 10}, FRIDAYS))
    cost = frame(run, "tallies").query("tally == 'theme_day_cost'").groupby("day")["amount"].sum()
    assert cost.max() == pytest.approx(88)
    none = run_campaign(small_bank(), doing({"theme_days.quota_a_day": 0}, FRIDAYS))
    assert frame(none, "tallies").empty


def test_without_growth_there_is_no_habit():
    """A bank whose customers form no habits pays for the day alone."""
    bank = changed(small_bank(), {"theme_days.habit_growth": 0})
    tallies = set(frame(run_campaign(bank, FRIDAYS), "tallies")["tally"])
    assert "theme_day_payments" in tallies
    assert "habit_payments" not in tallies


def test_without_theme_days_nothing_moves():
    """Facts about such days are none as long as there is no such day; a day that a scenario knows nothing of is refused."""
    assert_nothing_moves((small_bank(), NOTHING), (without(small_bank(), "theme_days"), NOTHING))
    with pytest.raises(ParameterError, match="theme_days"):
        resolve(without(small_bank(), "theme_days"), FRIDAYS)
