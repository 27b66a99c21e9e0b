"""Crews: any capacity is met exactly, and a list of work is cut into shifts with a break."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.campaign.capacity.shifts import Crew
from simkit.params import Hours

EIGHT_HOURS = Hours(starts=9, ends=18, break_starts=12, break_ends=13)
capacities = st.floats(0, 12)
minutes = st.lists(st.floats(0.1, 200), max_size=60).map(lambda jobs: np.array(jobs, dtype=np.float64))


@given(capacities)
def test_a_crew_has_exactly_the_capacity_asked_for(capacity):
    """Whole servers and, for the rest, one who works a part of the shift."""
    crew = Crew.of(capacity, EIGHT_HOURS)
    assert crew.capacity == pytest.approx(capacity, abs=1e-8)
    assert all(share == 1 for share in crew.shares[:-1])
    assert crew.paid_minutes == pytest.approx(capacity * 480, abs=1e-5)


def test_a_product_of_floats_makes_no_extra_server():
    """Sixty teams at a tenth are six, although 0.1 is no binary number."""
    assert len(Crew.of(60 * 0.1, EIGHT_HOURS).shares) == 6
    assert len(Crew.of(0.1 * 3 * 10, EIGHT_HOURS).shares) == 3
    assert Crew.of(0, EIGHT_HOURS).shares == ()


@given(capacities, st.booleans())
def test_stretches_are_the_paid_minutes_within_the_shift(capacity, late_break):
    """Every server works the own share of the shift, in order, and never in the break."""
    crew = Crew.of(capacity, EIGHT_HOURS)
    for server, share in enumerate(crew.shares):
        stretches = crew.stretches(server, late_break=late_break)
        assert sum(ends - starts for starts, ends in stretches) * 24 == pytest.approx(share * 8)
        flat = [24 * edge for stretch in stretches for edge in stretch]
        assert flat == sorted(flat)
        assert flat[0] >= 9
        assert flat[-1] <= 18 + 1e-9
        lunch = (13, 14) if late_break else (12, 13)
        assert not any(starts * 24 < lunch[1] - 1e-9 and ends * 24 > lunch[0] + 1e-9 for starts, ends in stretches)


def test_a_break_that_cannot_come_later_stays():
    """A late break never reaches beyond the shift, and where there is no break none is made."""
    evening = Hours(starts=9, ends=18, break_starts=17.5, break_ends=18)
    none = Hours(starts=9, ends=18, break_starts=12, break_ends=12)
    assert Crew.of(1, evening).stretches(0, late_break=True) == [(9 / 24, 17.5 / 24)]
    assert Crew.of(1, none).stretches(0, late_break=True) == [(9 / 24, 18 / 24)]


@given(capacities, minutes, st.floats(0, 600))
def test_a_cut_list_keeps_its_order_and_begins_nothing_after_the_shift(capacity, jobs, late):
    """Servers take consecutive stretches; each job begins when the one before is done, past the break, while time is left."""
    crew = Crew.of(capacity, EIGHT_HOURS)
    overtime = np.full(len(crew.shares), late)
    server, begins, owed = crew.cut(jobs, overtime)
    assert server.shape == begins.shape
    assert (np.diff(server) >= 0).all()
    for number, share in enumerate(crew.shares):
        own = np.flatnonzero(server == number)
        left = share * 480 - late
        if not own.size:
            assert owed[number] == pytest.approx(max(-left, 0))
            continue
        assert (np.diff(own) == 1).all()
        worked = np.concatenate([[0.0], np.cumsum(jobs[own])])
        assert worked[-2] < left + 1e-6
        assert owed[number] == pytest.approx(max(worked[-1] - left, 0), abs=1e-6)
        clock = 9 + (late + worked[:-1]) / 60
        away_from_break = np.abs(clock - 12) > 1e-6
        expected = np.where(clock < 12, clock, clock + 1)
        np.testing.assert_allclose((begins[own] * 24)[away_from_break], expected[away_from_break], atol=1e-6)


@given(capacities, minutes)
def test_a_cut_list_leaves_nothing_that_could_be_begun(capacity, jobs):
    """Where jobs are left over, every server's shift is full."""
    crew = Crew.of(capacity, EIGHT_HOURS)
    server, _, _ = crew.cut(jobs, np.zeros(len(crew.shares)))
    if server.shape[0] < jobs.shape[0]:
        for number, share in enumerate(crew.shares):
            assert jobs[: server.shape[0]][server == number].sum() >= share * 480 - 1e-6


@settings(max_examples=30)
@given(st.floats(0.01, 3), st.lists(st.floats(0.5, 90), min_size=400, max_size=400), st.integers(1, 6))
def test_over_the_days_a_server_works_the_paid_minutes(capacity, jobs, days):
    """What runs over is taken off the next shift, so nobody is ahead by more than the last job, or ever behind."""
    crew = Crew.of(capacity, EIGHT_HOURS)
    work, overtime, worked = np.array(jobs * 8), np.zeros(len(crew.shares)), np.zeros(len(crew.shares))
    for day in range(1, days + 1):
        server, _, overtime = crew.cut(work, overtime)
        done = work[: server.shape[0]]
        worked += np.bincount(server, done, minlength=len(crew.shares))
        work = work[server.shape[0] :]
        ahead = worked - day * 480 * np.array(crew.shares)
        assert ((ahead > -1e-6) & (ahead < 90 + 1e-6)).all()
