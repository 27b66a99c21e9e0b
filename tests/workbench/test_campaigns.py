"""Answers from runs: few at first, then more, equal to those of a study, and no run made twice."""

import pandas as pd
import pytest

from simkit.params import load_study
from simkit.study import ResultStore, run_study
from simkit.workbench.campaigns import Campaigns
from simkit.workbench.saving import plan_of

STAGES = (2, 3)


@pytest.fixture
def campaigns(tmp_path):
    """Make runs in this process, two replications and then three."""
    campaigns = Campaigns(tmp_path / "store", STAGES, workers=1)
    yield campaigns
    campaigns.close()


def test_refined_figures_are_those_of_the_study(bench, move, campaigns, tmp_path):
    """The last answer is the very study that the plan of the bench gives, every figure and interval of it."""
    move(calls__ai_lines=25.0, parts__weekly__grant__face_cny=6.0)
    bench.pin()
    move(offer__welcome_gift_cny=20.0)
    steps = list(campaigns.answers(bench.question))
    answers = [step.study for step in steps if step.study is not None]
    assert [study.plan.replications for study in answers] == [2, 3]
    assert [step.done for step in steps if step.study is None] == list(range(1, 5 * 3 + 1))
    assert {step.total for step in steps} == {15}
    plan = load_study(plan_of(bench, "same", tmp_path / "other", 3))
    study = run_study(plan, store=tmp_path / "other", workers=1, progress=False)
    assert study.strategies == answers[-1].strategies
    pd.testing.assert_frame_equal(study.comparison, answers[-1].comparison)
    pd.testing.assert_frame_equal(study.who, answers[-1].who)


def test_going_back_makes_no_run_and_gives_the_best_answer_at_once(bench, move, campaigns):
    """What was run stays in the store; only the answer from most runs is given."""
    list(campaigns.answers(bench.question))
    move(calls__ai_lines=25.0)
    list(campaigns.answers(bench.question))
    move(calls__ai_lines=20.0)
    (step,) = campaigns.answers(bench.question)
    assert (step.done, step.study.plan.replications) == (step.total, 3)


def test_an_answer_that_is_given_up_leaves_its_runs(bench, campaigns):
    """They are there when the same is asked again."""
    answers = campaigns.answers(bench.question)
    assert [next(answers).done for _ in range(4)] == [1, 2, 3, 4]
    answers.close()
    assert next(campaigns.answers(bench.question)).done == 5


def test_closing_removes_the_tables_and_leaves_the_runs(bench, campaigns):
    """Nothing of the answers is left but what the store holds, and no study is recorded there."""
    study = list(campaigns.answers(bench.question))[-1].study
    assert not study.comparison.empty
    assert study.gathered_in.is_dir()
    campaigns.close()
    assert not study.gathered_in.exists()
    assert all(run.fingerprint in ResultStore(campaigns.store) for run in study.record.runs)
    assert not (campaigns.store / "studies").exists()
