"""Answers from runs: few at first, then more, equal to those of a study, and no run made twice."""

import threading
from dataclasses import replace

import pandas as pd
import pytest

from simkit.params import load_study
from simkit.study import ResultStore, run_study
from simkit.study.planning import with_scale_and_seed
from simkit.study.recall import Recall
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


def test_a_run_that_nobody_waits_for_ends_on_the_day_and_is_not_stored(bench, campaigns, monkeypatch):
    """It is given up with all that was to follow; asked for again, it is made."""
    days = []

    def look(recall):
        days.append(recall)
        if len(days) == 10:
            campaigns.give_up()
        look_for_file(recall)

    look_for_file = Recall.__call__
    monkeypatch.setattr(Recall, "__call__", look)
    assert list(campaigns.answers(bench.question)) == []
    assert len(days) == 10
    assert not list((campaigns.store / "runs").iterdir())
    assert list(campaigns.answers(bench.question))[-1].study.plan.replications == STAGES[-1]


def test_workers_give_up_what_nobody_waits_for(bench, tmp_path):
    """Other processes hear of it too, within a run, and they take the next question."""
    campaigns = Campaigns(tmp_path / "store", STAGES, workers=2)
    bank = with_scale_and_seed(bench.scenario, 1.0, None)
    threading.Timer(0.5, campaigns.give_up).start()
    assert list(campaigns.answers(replace(bench.question, scenario=bank))) == []
    assert list(campaigns.answers(bench.question))[-1].study.plan.replications == STAGES[-1]
    campaigns.close()
    campaigns.give_up()


def test_closing_removes_the_tables_and_leaves_the_runs(bench, campaigns):
    """Nothing of the answers is left but what the store holds, and no study is recorded there."""
    study = list(campaigns.answers(bench.question))[-1].study
    assert not study.comparison.empty
    assert study.gathered_in.is_dir()
    campaigns.close()
    assert not study.gathered_in.exists()
    assert all(run.fingerprint in ResultStore(campaigns.store) for run in study.record.runs)
    assert not (campaigns.store / "studies").exists()
