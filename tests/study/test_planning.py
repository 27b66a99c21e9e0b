"""From a plan to its runs."""

import shlex

from simkit.params import DO_NOTHING, load_study
from simkit.study import plan_runs
from simkit.study.planning import study_scenario
from tests.study.fake_model import FakeModel

PLAN = load_study("smoke").model_copy(
    update={"strategies": ("omnichannel", "do_nothing", "omnichannel", "digital_first"), "draws": 2, "replications": 3}
)


def test_every_strategy_meets_every_draw_and_replication_once_and_nothing_comes_first():
    """Whatever the plan's order and repetitions; complete comparisons come early."""
    tasks = plan_runs(PLAN, FakeModel().model())
    runs = [(task.draw, task.replication, task.strategy.name) for task in tasks]
    strategies = [DO_NOTHING, "omnichannel", "digital_first"]
    assert runs == [(draw, luck, name) for draw in range(2) for luck in range(3) for name in strategies]
    assert len({task.fingerprint for task in tasks}) == len(tasks)


def test_a_plan_sets_scale_and_seed_for_its_runs_only():
    """The scenario's own values hold where the plan is silent."""
    alone = study_scenario(PLAN.model_copy(update={"scale": None, "seed": None}))
    planned = study_scenario(PLAN.model_copy(update={"scale": 0.02, "seed": 77}))
    assert (planned.scale, planned.seed) == (0.02, 77)
    assert planned == alone.model_copy(update={"scale": 0.02, "seed": 77})


def test_the_command_of_a_run_says_all_that_the_plan_sets():
    """Copied into a shell it repeats that run alone."""
    plan = PLAN.model_copy(update={"seed": 5, "scale": 0.01, "detail": "full"})
    task = plan_runs(plan, FakeModel().model())[-1]
    words = "simkit run city_bank digital_first --replication 2 --draw 1 --scale 0.01 --seed 5 --detail full"
    assert shlex.split(task.command) == words.split()
    plain = PLAN.model_copy(update={"scale": None})
    assert plan_runs(plain, FakeModel().model())[0].command == "simkit run city_bank do_nothing --replication 0"
