"""The hotline, the support desk and the branch counters give the known answers of Erlang's call centre."""

import numpy as np
import pytest

from simkit.campaign.calls import hotline
from simkit.campaign.capacity.staffed_lines import Duty, Jobs, StaffedLines, serve
from simkit.campaign.run import run_campaign
from simkit.params import load_scenario
from simkit.streams import Streams
from tests.campaign import erlang
from tests.campaign.banks import ALL_DAY, NOBODY_OPENS_ALONE, changed, doing, frame
from tests.mechanisms.call_centres import (
    CALLS_A_DAY,
    HANDLING_MINUTES,
    LOAD,
    assert_agrees,
    service_level,
    waiting_with_impatience,
)
from tests.mechanisms.effects import covers

ENDLESS = 1440.0
CASES = [(14, ENDLESS), (13, 5.0)]
CUSTOMERS, DAYS = 400_000, 11
WARM_UP = 1


def expected(load, seats, patience):
    """Return (share who wait, share answered within 20 seconds or None, share who give up) of these days' loads."""
    if patience == ENDLESS:
        level = service_level(load, seats, HANDLING_MINUTES, 1 / 3)
        return erlang.waiting_probability(load, seats), level, np.zeros_like(load)
    waits = waiting_with_impatience(load, seats, HANDLING_MINUTES, patience)
    return waits, None, erlang.abandoned_share(load, seats, HANDLING_MINUTES, patience)


def test_the_formulas_are_those_of_the_books():
    """100 calls per 30 minutes of 3 minutes: Erlang C with 14 seats, Erlang A with 13 seats and a patience of 5 minutes."""
    waits, level, _ = expected(LOAD, 14, ENDLESS)
    assert LOAD == 10
    assert waits == pytest.approx(0.174132, abs=5e-7)
    assert level == pytest.approx(0.888350, abs=5e-7)
    waits, _, leaves = expected(LOAD, 13, 5.0)
    assert waits == pytest.approx(0.225797, abs=5e-7)
    assert leaves == pytest.approx(0.024963, abs=5e-7)


def assert_known_answers(by_day, load, seats, patience):
    """Compare (arrivals, begins, gave up) of each day with theory, day by day."""
    waits, level, leaves = expected(load, seats, patience)
    assert_agrees([np.mean(gone | (begins > arrival)) for arrival, begins, gone in by_day], waits)
    if level is not None:
        quick = [np.mean(~gone & (begins - arrival <= 20 / 86400)) for arrival, begins, gone in by_day]
        assert_agrees(quick, level)
        assert np.mean([np.mean(gone) for _, _, gone in by_day]) < 1e-3, "a day's patience is nearly endless"
    else:
        assert_agrees([np.mean(gone) for _, _, gone in by_day], leaves)


@pytest.mark.parametrize(("seats", "patience"), CASES)
def test_a_staffed_line_with_exactly_these_calls_gives_erlangs_answers(seats, patience):
    """The line itself, over 200 days of random calls at exactly the books' rate."""
    lines, by_day = StaffedLines(), []
    draw = Streams(20260302, 0).decision("test.calls")
    for day in range(200):
        luck = draw.uniforms(np.arange(CALLS_A_DAY + 500), day, width=3)
        arrival = day + np.cumsum(-np.log(luck[:, 0])) / CALLS_A_DAY
        luck, arrival = luck[arrival < day + 1], arrival[arrival < day + 1]
        duration = -np.log(luck[:, 2]) * HANDLING_MINUTES / 1440
        number = np.arange(arrival.shape[0])
        jobs = Jobs(number, np.zeros_like(number), arrival, arrival - np.log(luck[:, 1]) * patience / 1440, duration)
        settled = lines.play(jobs, Duty.of([[(seat, day, day + 1) for seat in range(seats)]]), day + 1.0)
        by_day.append((settled.jobs.arrival, settled.begins, ~settled.served))
    assert_known_answers(by_day[WARM_UP:], np.repeat(LOAD, len(by_day) - WARM_UP), seats, patience)


def offered_load():
    """Return each day's load where customers come once, so that a few less are left to come each day; ten Erlang on the mean."""
    rate = CALLS_A_DAY / CUSTOMERS / np.exp(-CALLS_A_DAY / CUSTOMERS * DAYS / 2)
    left = np.exp(-rate * np.arange(DAYS + 1))
    return rate, (-CUSTOMERS * np.diff(left) * HANDLING_MINUTES / 1440)[WARM_UP:]


WHOLE_BANK = {"scale": 1.0, "bank.customers": CUSTOMERS, "calendar.campaign_days": DAYS, "calendar.horizon_days": DAYS}


@pytest.mark.parametrize(("seats", "patience"), CASES)
def test_the_hotline_gives_erlangs_answers(seats, patience, monkeypatch):
    """A whole campaign's hotline around the clock, seen call by call."""
    seen = []

    class Watched(StaffedLines):
        def play(self, jobs, duty, until):
            settled = super().play(jobs, duty, until)
            seen.append(settled)
            return settled

    monkeypatch.setattr(hotline, "StaffedLines", Watched)
    rate, load = offered_load()
    bank = changed(
        load_scenario("city_bank"),
        NOBODY_OPENS_ALONE
        | WHOLE_BANK
        | {
            "calls.enquiries_per_1000_customers_a_day": 1000 * rate,
            "calls.enquiry_convert": 0,
            "calls.talk_distribution": "exponential",
            "calls.talk_median": HANDLING_MINUTES,
            "calls.talk_spread": 0,
            "calls.shrinkage": 0,
            "calls.patience": patience,
        },
    )
    by_day = []
    for replication in range(3):
        seen.clear()
        run_campaign(bank, doing({"calls.inbound_seats": seats, "calls.hours": ALL_DAY}), replication=replication)
        arrival = np.concatenate([settled.jobs.arrival for settled in seen])
        begins = np.concatenate([np.where(settled.served, settled.begins, np.inf) for settled in seen])
        for day in range(WARM_UP, DAYS):
            # Who waits at the very end has neither begun nor given up.
            rows = (arrival >= day) & (arrival < min(day + 1, DAYS - 0.05))
            by_day.append((arrival[rows], begins[rows], np.isinf(begins[rows])))
    assert_known_answers(by_day, np.tile(load, 3), seats, patience)


@covers(
    8,
    keys=["support_desk.handling", "support_desk.patience", "levers.support_desk.seats"],
    code="simkit/campaign/service/support_desk.py",
    kpi="support_service_level",
)
@pytest.mark.parametrize(("seats", "patience"), CASES)
def test_the_support_desk_gives_erlangs_answers(seats, patience):
    """A whole campaign's desk around the clock, from the ledger's tallies."""
    rate, load = offered_load()
    bank = changed(
        load_scenario("city_bank"),
        WHOLE_BANK
        | {
            "wallet.holders_at_start": 1,
            "wallet.active_share_of_holders": 1,
            "wallet.survival_alpha": 0.01,
            "wallet.survival_beta": 100,
            "wallet.payments_per_week": 0.01,
            "support_desk.questions_per_1000_users_a_week": 7000 * rate,
            "support_desk.busy_starts": 0,
            "support_desk.busy_ends": 24,
            "support_desk.busy_share": 1,
            "support_desk.handling": HANDLING_MINUTES,
            "support_desk.handling_shape": 1,
            "support_desk.patience": patience,
            "support_desk.shrinkage": 0,
        },
    )
    desk = {"seats": seats, "starts": 0, "ends": 24, "works_on": "every_day", "chatbot": False}
    days = []
    for replication in range(3):
        run = run_campaign(bank, doing({"support_desk": desk}), replication=replication)
        tallies = frame(run, "tallies").groupby(["tally", "day"])["amount"].sum().unstack(fill_value=0.0)
        tallies = tallies.reindex(columns=range(WARM_UP, DAYS), fill_value=0.0)
        days.append(tallies)
    waits, level, leaves = expected(np.tile(load, 3), seats, patience)

    def share(tally):
        rows = [one.loc[tally] / one.loc["support_put_through"] for one in days if tally in one.index]
        return np.concatenate(rows)

    assert_agrees(share("support_kept_waiting"), waits)
    if level is None:
        assert_agrees(share("support_abandoned"), leaves)
    else:
        assert_agrees(share("support_answered_in_20_seconds"), level)


def test_the_compiled_line_and_its_plain_twin_agree_bit_for_bit():
    """Several lines, breaks, parts of shifts, carry-over and impatience."""
    draw = Streams(7, 0).decision("test.twin")
    luck = draw.uniforms(np.arange(600))
    arrival = np.sort(luck[:, 0])
    line = (luck[:, 1] * 3).astype(np.int64)
    deadline, duration = arrival + luck[:, 2] * 0.02, luck[:, 3] * 0.02
    duty = Duty.of([[(0, 0.0, 0.4), (1, 0.2, 0.9), (0, 0.5, 1.0)], [(2, 0.1, 0.3)], [(3, 0.0, 1.0), (4, 0.45, 0.55)]])
    ends = []
    for play in (serve, serve.__wrapped__):
        free, begins, seat = np.full(5, -np.inf), np.empty(600), np.full(600, -1)
        play(line, arrival, deadline, duration, duty.first, duty.seat, duty.opens, duty.closes, free, begins, seat)
        ends.append((free, begins, seat))
    for fast, plain in zip(*ends, strict=True):
        np.testing.assert_array_equal(fast, plain)
    assert {-1, 0, 1, 2, 3, 4} == set(ends[0][2].tolist())
