"""Tours keep windows and shifts, come close to the best, and every appointment that is not served has a reason."""

import itertools

import numpy as np
import pytest

from simkit.campaign.field import tour_loops, tours
from simkit.campaign.field.city_map import CityMap
from simkit.campaign.field.tours import Reason, WorkingDay, plan_tours
from tests.campaign.banks import changed, doing, frame
from tests.mechanisms.effects import assert_moves, assert_nothing_moves, bank_with, figures, played, without

small_bank = bank_with("routes")

DAY = WorkingDay(600, 720, 780, 1080, 1020, 1140, 1.4)
ALL_DAY = (0.0, 1440.0)
PARTS = np.array([(0.0, 750.0), (750.0, 1020.0), (1020.0, 1440.0)])
VISIT = 10.0
APPOINTMENTS = {
    "field.teams": 2,
    "field.accepts_requests": True,
    "field.partner": "residents_committee",
    "field.partner_communities_per_week": 1,
    "calls.human_seats": 4,
}


def town(places, seed=0, kilometres=25.0):
    """Return rides between places at random in a square, a minute within each."""
    corner = np.random.default_rng(seed).uniform(0, kilometres, (places, 2))
    ride = np.sqrt(((corner[:, None] - corner[None]) ** 2).sum(axis=2))
    np.fill_diagonal(ride, 1.0)
    return ride


def planned(planner, place, window, ride, teams=1, day=DAY):
    """Plan with visits of ten minutes and an hour for sending out a team."""
    place, window = np.asarray(place, dtype=np.int64), np.ascontiguousarray(window, dtype=np.float64)
    return plan_tours(planner, teams, place, window, ride, day, visit_minutes=VISIT, outset=60.0)


def riding(stops, place, ride):
    """Return the minutes between the stops of a tour."""
    return sum(ride[place[here], place[there]] for here, there in itertools.pairwise(stops))


def kept(stops, place, window, ride, day=DAY):
    """Say whether a tour keeps windows, break and shift, played by hand; return each beginning too."""
    now, begins = day.starts, []
    for before, row in itertools.zip_longest([None, *stops[:-1]], stops):
        if before is not None:
            full = day.peak_starts <= now < day.peak_ends
            now += ride[place[before], place[row]] * (day.peak_ratio if full else 1)
        now = max(now, window[row][0])
        if day.break_starts <= now < day.break_ends:
            now = day.break_ends
        if now > window[row][1] or now + VISIT > day.ends:
            return False, begins
        begins.append(now)
        now += VISIT
    return True, begins


@pytest.mark.parametrize("planner", tours.PLANNERS)
@pytest.mark.parametrize("seed", range(6))
def test_every_planned_tour_keeps_windows_break_and_shift(planner, seed):
    """Played again by hand each tour is possible, begins when it says, and nobody is planned twice."""
    generator = np.random.default_rng(seed)
    place, part = generator.integers(0, 12, 90), np.sort(generator.integers(0, 3, 90))
    ride, window = town(12, seed), PARTS[part]
    plan = planned(planner, place, window, ride, teams=4)
    served = [row for stops in plan.stops for row in stops]
    assert sorted(served) == np.flatnonzero(plan.reason == Reason.NONE).tolist()
    for stops in plan.stops:
        possible, begins = kept(stops, place, window, ride)
        assert possible
        np.testing.assert_allclose(plan.begins[stops], begins)


@pytest.mark.parametrize("seed", range(12))
def test_insertion_comes_close_to_the_best_tour_and_never_below_it(seed):
    """Against all orders of seven stops with windows: never shorter than the best, and at most a quarter longer."""
    generator = np.random.default_rng(seed)
    place, window = np.arange(7), PARTS[np.sort(generator.choice(3, 7, p=[0.4, 0.4, 0.2]))]
    ride = town(7, seed, kilometres=8)
    best = min(
        riding(order, place, ride) for order in itertools.permutations(range(7)) if kept(order, place, window, ride)[0]
    )
    plan = planned("insertion", place, window, ride)
    assert len(plan.stops[0]) == 7
    assert best - 1e-9 <= riding(plan.stops[0], place, ride) <= 1.25 * best


def test_on_a_line_insertion_finds_the_shortest_tour():
    """Stops along one road are visited from one end to the other, whatever their order in the list."""
    where = np.array([3.0, 11, 7, 1, 9, 5])
    ride = np.maximum(np.abs(where[:, None] - where), 0.5)
    plan = planned("insertion", np.arange(6), [ALL_DAY] * 6, ride)
    assert riding(plan.stops[0], np.arange(6), ride) == pytest.approx(10)


def test_the_compiled_loops_agree_with_plain_ones_bit_for_bit(monkeypatch):
    """Compiling changes the time, and nothing else."""
    generator = np.random.default_rng(3)
    place, window, ride = generator.integers(0, 8, 40), PARTS[np.sort(generator.integers(0, 3, 40))], town(8, 3)
    for planner in tours.PLANNERS:
        fast = planned(planner, place, window, ride, teams=2)
        with monkeypatch.context() as plain:
            plain.setattr(tours, "deal", tour_loops.deal.__wrapped__)
            plain.setattr(tours, "two_opt", tour_loops.two_opt.__wrapped__)
            slow = planned(planner, place, window, ride, teams=2)
        assert fast.stops == slow.stops
        assert fast.begins.tobytes() == slow.begins.tobytes()
        assert fast.reason.tolist() == slow.reason.tolist()


def test_each_reason_is_given_where_it_is_true():
    """Nobody works in the evening; all are full; the ride is too long; only the wanted part of the day is full."""
    near = np.ones((2, 2))
    morning = WorkingDay(600, 720, 720, 720)
    assert planned("insertion", [0], [PARTS[2]], near, day=morning).reason.tolist() == [Reason.SHIFT]
    full = planned("insertion", [0] * 12, [ALL_DAY] * 12, near, day=morning).reason
    assert sorted(set(full[full > 0].tolist())) == [Reason.CAPACITY]
    far = np.array([[1.0, 200.0], [200.0, 1.0]])
    assert planned("insertion", [0, 1], [ALL_DAY] * 2, far, day=morning).reason.tolist() == [Reason.NONE, Reason.TIME]
    crowd = planned("insertion", [0] * 30, [PARTS[0]] * 30, near).reason
    assert set(crowd[crowd > 0].tolist()) == {Reason.WINDOW}
    assert planned("insertion", [0], [ALL_DAY], near, teams=0).reason.tolist() == [Reason.CAPACITY]


def test_planned_tours_ride_less_than_random_ones():
    """Cheapest insertion saves rides against taking appointments as they come, and does not serve fewer."""
    bank = small_bank(30_000)
    apart, close = (
        (bank, doing(APPOINTMENTS | {"field.doors": False, "routes": {"planner": planner}}))
        for planner in ("random", "insertion")
    )
    assert_moves("ride_minutes_per_appointment", "down", off=apart, on=close)
    assert figures(*close)["appointments_visited"].sum() >= 0.99 * figures(*apart)["appointments_visited"].sum()


def test_every_appointment_that_lapses_has_one_reason():
    """Too few teams: reasons add up to what lapsed, and what was agreed was visited, cancelled or lapsed."""
    busy = doing(APPOINTMENTS | {"field.teams": 0.5, "field.partner_communities_per_week": 3, "routes": {}})
    busy = doing({"field.appointment_max_wait_days": 4}, busy)
    values = figures(small_bank(), busy, 3)
    reasons = [f"appointments_unserved_{reason.name.lower()}" for reason in Reason if reason]
    assert (values["appointments_unserved"] > 20).all()
    assert values[reasons].sum(axis=1).tolist() == values["appointments_unserved"].tolist()
    assert (values["appointments_unserved_capacity"] + values["appointments_unserved_window"] > 0).all()
    lapsed = (frame(played(small_bank(), busy), "contacts")["outcome"] == "lapsed").sum()
    assert lapsed == values["appointments_unserved"].iloc[0]


def test_evening_visits_need_an_evening_shift():
    """Who wants the evening is not served by teams that go home at five, and the reason says so."""
    evening = changed(small_bank(), {"routes.morning": 0, "routes.afternoon": 0})
    day = {"starts": 8, "ends": 17, "break_starts": 12, "break_ends": 13, "works_on": "workdays"}
    short = doing(APPOINTMENTS | {"field.hours": day, "routes": {}})
    values = figures(evening, short, 2)
    assert (values["appointments_visited"] == 0).all()
    assert values["appointments_unserved_shift"].tolist() == values["appointments_unserved"].tolist()


def test_visits_begin_in_the_wanted_part_of_the_day_or_are_counted_as_late():
    """Nobody is visited before the window opens."""
    evening = changed(small_bank(), {"routes.morning": 0, "routes.afternoon": 0})
    contacts = frame(played(evening, doing(APPOINTMENTS | {"routes": {}})), "contacts").query(
        "channel == 'appointment'"
    )
    visited = contacts[~contacts["outcome"].isin(["lapsed", "cancelled"])]
    assert len(visited) > 20
    assert visited["hour"].min() >= evening.field.evening_hour.value - 1e-6


def test_the_map_is_the_scenarios_and_keeps_the_ride_between_neighbours():
    """Another seed is another city; two communities of a district are as far apart as the constant says, on average."""
    bank = small_bank()
    first, again = (CityMap(bank, bank.routes, 600) for _ in range(2))
    other = CityMap(bank.model_copy(update={"seed": 1}), bank.routes, 600)
    here, there = np.arange(0, 600, 2), np.arange(1, 600, 2)
    assert (first.minutes(here, there) == again.minutes(here, there)).all()
    assert (first.minutes(here, there) != other.minutes(here, there)).any()
    assert first.minutes(here, there).mean() == pytest.approx(bank.field.travel_between_communities.value, rel=0.15)
    assert first.ride(3, 77) == pytest.approx(float(first.minutes(np.int64(3), np.int64(77))))


def test_without_the_lever_the_map_moves_nothing():
    """A bank with a map on which nobody plans is the same bank."""
    plain = doing(APPOINTMENTS)
    assert_nothing_moves((small_bank(), plain), (without(small_bank(), "routes"), plain))
