"""What is measured of rewards is what is said: the same coupons from both engines, and a strategy that differs in its programme alone."""

import datetime

import pytest

from benchmarks.configuration import REWARDING, strategy
from benchmarks.reward_speed import play_in_engine, play_in_interpreter, random_log, without_programme
from simkit.params import load_scenario, resolve
from simkit.rewards import NEVER, date_of

DAYS = ("qualified", "claimed", "redeemed")


def day(number):
    """Return a date, None for what has not happened."""
    return None if number == NEVER else date_of(number)


def test_the_interpreter_plays_the_log_of_the_engine():
    """Both give the same coupons on the same days, so that their speeds are of equal work."""
    log = random_log(1_500)
    engine = [(row["face"], *(day(int(row[name])) for name in DAYS)) for row in play_in_engine(log)]
    interpreter = [(one.face, one.grant.qualified, one.grant.claimed, one.redeemed) for one in play_in_interpreter(log)]
    assert len(engine) > 100
    assert sorted(engine, key=str) == sorted(interpreter, key=str)
    assert sum(isinstance(one[-1], datetime.date) for one in engine) > 10


@pytest.mark.parametrize("name", REWARDING)
def test_the_run_beside_which_the_reward_step_is_measured_lacks_the_programme_alone(name):
    """Its messages and everything else are the same."""
    scenario = load_scenario("city_bank")
    rewarding, plain = (resolve(scenario, one).levers for one in (strategy(name), without_programme(name)))
    assert rewarding.offer.reward_programme is not None
    assert plain.offer == rewarding.offer.model_copy(update={"reward_programme": None})
    assert plain.messages == rewarding.messages
