"""A line that is computed runs exactly as the one that is simulated event by event."""

import numpy as np
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.campaign.capacity.attended_line import AttendedLine, attend
from simkit.campaign.capacity.waiting_line import WaitingLine, serving

HOURS = st.integers(0, 24)


def stretches_of(cuts):
    """Return one or two working stretches of a day from four hours."""
    first, second, third, fourth = sorted(cuts)
    return [(a / 24, b / 24) for a, b in ((first, second), (third, fourth)) if b > a]


jobs = st.lists(st.tuples(st.floats(0, 0.3), st.floats(0, 0.4), st.floats(0.001, 0.3)), min_size=1, max_size=30)
shifts = st.lists(st.tuples(HOURS, HOURS, HOURS, HOURS).map(stretches_of), min_size=1, max_size=4)


def simulated(arrival, deadline, duration, shifts, days):
    """Run the line with one process a server; return what each day served and who left."""
    line, environment = WaitingLine(), simpy.Environment()
    line.join(arrival, deadline, duration)

    def working(server):
        for day in range(days):
            for opens, closes in shifts[server]:
                yield environment.timeout(max(day + opens - environment.now, 0.0))
                yield from serving(environment, line, server, day + closes)

    for server in range(len(shifts)):
        environment.process(working(server))
    environment.run()
    line.give_up(np.inf)
    return line.collect()


@settings(max_examples=200, deadline=None)
@given(jobs, shifts)
def test_the_computed_line_is_the_simulated_one(rows, shifts):
    """Over three days with breaks, part-time servers and impatience: the same jobs, servers and beginnings."""
    gaps, patience, duration = (np.array(column) for column in zip(*rows, strict=True))
    arrival = np.cumsum(gaps)
    days = 3
    served, left = simulated(arrival, arrival + patience, duration, shifts, days)
    line = AttendedLine(len(shifts))
    line.join(arrival, arrival + patience, duration)
    for day in range(days):
        line.work([[(day + opens, day + closes) for opens, closes in own] for own in shifts])
    line.give_up(np.inf)
    computed, gone = line.collect()
    by_job = {
        job: (server, begins)
        for job, server, begins in zip(computed.job, computed.server, computed.begins, strict=True)
    }
    expected = {
        job: (server, begins) for job, server, begins in zip(served.job, served.server, served.begins, strict=True)
    }
    assert set(by_job) == set(expected)
    assert set(gone) == set(left)
    for job, (_, begins) in expected.items():
        assert abs(by_job[job][1] - begins) < 1e-9


@settings(max_examples=50, deadline=None)
@given(jobs, shifts)
def test_the_compiled_loop_is_the_plain_one(rows, shifts):
    """Bit for bit, as the same function without a compiler."""
    gaps, patience, duration = (np.array(column) for column in zip(*rows, strict=True))
    arrival = np.cumsum(gaps)
    table = np.full((len(shifts), 4), -np.inf)
    for row, own in zip(table, shifts, strict=True):
        row[: 2 * len(own)] = np.ravel(own)
    found = []
    for function in (attend, attend.__wrapped__):
        columns = np.zeros(len(shifts)), np.full(len(rows), -2), np.zeros(len(rows))
        function(arrival, arrival + patience, duration, table, *columns)
        found.append(columns)
    for fast, plain in zip(*found, strict=True):
        assert np.array_equal(fast, plain)


def test_a_line_keeps_who_cannot_be_served_today():
    """Three hours of work for one hour of a shift: the first begins today, the others on the next days."""
    line = AttendedLine(1)
    line.join(np.zeros(3), np.full(3, np.inf), np.full(3, 1 / 24))
    for day in range(3):
        line.work([[(day + 9 / 24, day + 10 / 24)]])
        served, _ = line.collect()
        assert served.job == [day]
        assert served.begins == [day + 9 / 24]


def test_without_servers_everyone_waits_until_patience_ends():
    """Nobody is served, nobody is lost."""
    line = AttendedLine(0)
    line.join(np.array([0.0, 0.1]), np.array([0.2, 5.0]), np.ones(2))
    line.work([])
    line.give_up(1.0)
    assert line.collect()[1] == [0]
    line.give_up(np.inf)
    assert line.collect()[1] == [1]
