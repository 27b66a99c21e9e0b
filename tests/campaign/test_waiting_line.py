"""One line, several servers: first come, first served; who loses patience leaves."""

import numpy as np
import simpy
from hypothesis import given
from hypothesis import strategies as st

from simkit.campaign.capacity.waiting_line import WaitingLine, serving

MINUTE = 1 / 1440


def served(arrival, patience, duration, servers, until=np.inf):
    """Run a line with interchangeable servers from time 0; return {job: (begins, server)} and the jobs that gave up."""
    line, environment = WaitingLine(), simpy.Environment()
    arrival = np.array(arrival, dtype=np.float64)
    line.join(arrival, arrival + np.array(patience, dtype=np.float64), np.array(duration, dtype=np.float64))
    for server in range(servers):
        environment.process(serving(environment, line, server, until))
    environment.run()
    line.give_up(np.inf)
    done, left = line.collect()
    return {job: (begin, by) for job, begin, by in zip(done.job, done.begins, done.server, strict=True)}, set(left)


def first_come_first_served(arrival, patience, duration, servers):
    """The same by the recursion of Kiefer and Wolfowitz: the next job begins when the first server is free."""
    free = [0.0] * servers
    begins = {}
    for job, (comes, waits, lasts) in enumerate(zip(arrival, patience, duration, strict=True)):
        begin = max(comes, min(free))
        if begin <= comes + waits:
            begins[job] = begin
            free[free.index(min(free))] = begin + lasts
    return begins


gaps = st.floats(0, 3)
jobs = st.lists(st.tuples(gaps, st.floats(0, 6), st.floats(0.01, 5)), min_size=1, max_size=30)


def columns(rows):
    """Return (arrival, patience, duration) of jobs given by the gap before them."""
    between, patience, duration = zip(*rows, strict=True)
    return np.cumsum(between).tolist(), list(patience), list(duration)


@given(jobs, st.integers(1, 4))
def test_jobs_begin_when_first_come_first_served_says(rows, servers):
    """Taking the next job before it comes changes nothing: each begins as in the textbook's recursion, or leaves."""
    arrival, patience, duration = columns(rows)
    begins, left = served(arrival, patience, duration, servers)
    expected = first_come_first_served(arrival, patience, duration, servers)
    assert set(begins) == set(expected)
    assert left == set(range(len(rows))) - set(expected)
    for job, begin in expected.items():
        assert abs(begins[job][0] - begin) < 1e-9


@given(jobs, st.integers(1, 3))
def test_a_server_more_never_lengthens_a_wait(rows, servers):
    """Where nobody leaves, every job begins with one server more at the latest when it did without."""
    arrival, _, duration = columns(rows)
    endless = [np.inf] * len(rows)
    few, _ = served(arrival, endless, duration, servers)
    more, _ = served(arrival, endless, duration, servers + 1)
    assert all(more[job][0] <= few[job][0] + 1e-9 for job in few)


@given(jobs, st.integers(1, 4))
def test_a_server_attends_to_one_job_at_a_time(rows, servers):
    """Between two jobs of one server lies the whole of the first, and nobody begins before coming or after giving up."""
    arrival, patience, duration = columns(rows)
    begins, _ = served(arrival, patience, duration, servers)
    busy_until = dict.fromkeys(range(servers), 0.0)
    for job, (begin, server) in sorted(begins.items(), key=lambda item: item[1]):
        assert begin >= busy_until[server] - 1e-9
        assert arrival[job] - 1e-9 <= begin <= arrival[job] + patience[job] + 1e-9
        busy_until[server] = begin + duration[job]


def test_nothing_begins_at_or_after_the_end_of_a_stretch():
    """What waits at the end of a shift goes on waiting, and what has begun is finished."""
    begins, left = served([0.0, 0.1, 0.2], [np.inf] * 3, [0.5, 0.5, 0.5], servers=1, until=1.0)
    assert [begins[job][0] for job in sorted(begins)] == [0.0, 0.5]
    assert not left


def test_what_waited_yesterday_is_served_first_today():
    """Jobs that join later stand behind those still waiting."""
    line = WaitingLine()
    assert line.join(np.array([0.0, 0.1]), np.array([5.0, 5.0]), np.array([0.2, 0.2])).tolist() == [0, 1]
    assert line.take(0.0, 0.05) == 0
    assert line.take(0.0, 0.05) is None
    assert line.join(np.array([1.0]), np.array([5.0]), np.array([0.2])).tolist() == [2]
    assert [line.take(1.5, 2.0), line.take(1.5, 2.0), line.take(1.5, 2.0)] == [1, 2, None]


def test_what_is_collected_is_not_collected_again():
    """Each day takes its own jobs from the line, with their arrivals and durations."""
    line = WaitingLine()
    line.join(np.array([0.0, 0.0, 1.0]), np.array([1.0, 0.5, 9.0]), np.array([0.7, 0.2, 0.3]))
    line.begin(line.take(0.0, 1.0), server=4, now=0.0)
    line.give_up(0.9)
    done, left = line.collect()
    assert (done.job, done.server, done.begins, left) == ([0], [4], [0.0], [1])
    assert line.arrivals(done.job).tolist() == [0.0]
    assert line.durations([0, 2]).tolist() == [0.7, 0.3]
    assert line.begin(line.take(0.9, 2.0), server=1, now=0.9) == 1.3
    done, left = line.collect()
    assert (done.job, done.begins, left) == ([2], [1.0], [])
