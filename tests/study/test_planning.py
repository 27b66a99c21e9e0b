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
    assert runs == [(draw, luck, name) for draw in (1, 2) for luck in range(3) for name in strategies]
    assert len({task.fingerprint for task in tasks}) == len(tasks)


def test_one_draw_is_the_values_as_written_and_several_are_samples_alone():
    """The values as written are the most probable ones, no sample: among samples they would count for more than they are believed."""
    one, three = (PLAN.model_copy(update={"draws": draws}) for draws in (1, 3))
    assert {task.draw for task in plan_runs(one, FakeModel().model())} == {0}
    assert {task.draw for task in plan_runs(three, FakeModel().model())} == {1, 2, 3}


def test_a_plan_with_more_draws_keeps_the_runs_of_fewer():
    """Draws are added at the end, so what is stored is used again."""
    few, many = (
        {task.fingerprint for task in plan_runs(PLAN.model_copy(update={"draws": draws}), FakeModel().model())}
        for draws in (2, 5)
    )
    assert few < many


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
    words = "simkit run city_bank digital_first --replication 2 --draw 2 --scale 0.01 --seed 5 --detail full"
    assert shlex.split(task.command) == words.split()
    plain = PLAN.model_copy(update={"scale": None, "draws": 1})
    assert plan_runs(plain, FakeModel().model())[0].command == "simkit run city_bank do_nothing --replication 0"
