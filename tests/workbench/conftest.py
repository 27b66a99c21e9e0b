"""A bench at a scale at which a run takes a few hundredths of a second."""

import pytest

from simkit.workbench.bench import Bench
from simkit.workbench.levers import offered_levers, rules_of

SCALE = 0.0005
LEVERS = {lever.key.removeprefix("levers."): lever for levers in offered_levers().values() for lever in levers}


@pytest.fixture
def bench():
    """Digital first, beside the small weekly reward."""
    return Bench("city_bank", ["digital_first", "small_weekly_reward"], SCALE)


@pytest.fixture
def move(bench):
    """Move levers by their key without `levers.`, or rules of the reward programme by what follows `reward_rules.`."""

    def moved(**values):
        for name, value in values.items():
            key = name.replace("__", ".")
            rules = {lever.key.partition("reward_rules.")[2]: lever for lever in rules_of(bench.trial.programme)}
            bench.move(LEVERS.get(key) or rules[key], value)

    return moved
