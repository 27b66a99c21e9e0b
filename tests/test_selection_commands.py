"""`simkit select` and the precision of `simkit study`: options are read, and what is wrong is said in a planner's words."""

import sys

import pytest

from simkit import cli
from simkit.cli.selection import with_precision
from simkit.params import ParameterError, StudyPlan, Target

PLAN = StudyPlan.model_validate(
    {
        "name": "doors",
        "title": {"en": "Doors", "zh": "上门"},
        "question": {"en": "Which?", "zh": "哪种？"},
        "scenario": "city_bank",
        "strategies": ("digital_first",),
    }
)


def test_widths_are_amounts_shares_or_both():
    """As they are written on the command line, with a segment where one is meant."""
    plan = with_precision(PLAN, ["lasting=20", "lasting@silver=5%", "cost=5%,1_000"], None, 60, 2.5)
    assert plan.until.narrow == (
        Target(kpi="lasting", absolute=20.0),
        Target(kpi="lasting", segment="silver", relative=0.05),
        Target(kpi="cost", absolute=1000.0, relative=0.05),
    )
    assert (plan.until.at_most, plan.until.minutes, plan.until.against) == (60, 2.5, "do_nothing")


def test_without_options_a_plan_stays_as_it_is():
    """Nothing is added to it."""
    assert with_precision(PLAN, None, None, None, None) is PLAN


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (["lasting"], "give `absolute`, `relative` or both"),
        (["lasting=many"], "'lasting=many' has no number"),
        (None, "--until"),
    ],
)
def test_a_width_that_cannot_be_read_is_said(until, words):
    """With the form that is meant."""
    with pytest.raises(ParameterError, match=words):
        with_precision(PLAN, until, "digital_first", None, None)


@pytest.fixture
def command(capsys, monkeypatch):
    """Return a function that runs `simkit` with words and gives its exit code and what it printed as an error."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["simkit", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        printed = capsys.readouterr()
        return stop.value.code or 0, printed.out, printed.err

    return run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--kpi", "lastng"], "'lastng' is unknown"),
        (["--limit", "cost=9"], "'cost=9' is no limit; write it like"),
        (["--limit", "cost<=much"], "'cost<=much' has no number"),
        (["--method", "halving"], "the method halving needs `runs`"),
        (["--method", "guess"], "Input should be 'race'"),
    ],
)
def test_a_choice_that_cannot_be_made_is_said(command, words, said, tmp_path):
    """Before any run."""
    code, _, errors = command("select", "eight_strategies", "--store", tmp_path, *words)
    assert code == 1
    assert said in errors
    assert not (tmp_path / "runs").exists()


def test_a_plan_that_says_not_what_to_choose_by_needs_the_option(command, tmp_path):
    """The shipped comparison has no choice of its own."""
    code, _, errors = command("select", "smoke", "--store", tmp_path)
    assert code == 1
    assert "--kpi" in errors


@pytest.mark.slow
def test_a_study_until_precise_says_why_it_stopped(command, tmp_path):
    """A small bank: the budget of replications ends it, and the comparison follows as always."""
    code, out, _ = command(
        "study", "smoke", "--store", tmp_path, "--until", "lasting=0.5", "--at-most", "20", "--no-progress"
    )
    assert code == 0
    assert "Stopped at the budget of 20 replications" in out
    assert "replications would do" in out
