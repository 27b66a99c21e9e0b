"""A plan's choice and a plan's precision, run for run on a small made-up model."""

import numpy as np
import pytest

from simkit.params import Figure, ParameterError, StudyPlan
from simkit.study import choose, open_study, run_study, settled
from simkit.study.selection.choosing import complete
from tests.study.fake_model import CHANCES, FakeModel

PLAN = {
    "name": "doors",
    "title": {"en": "Doors", "zh": "上门"},
    "question": {"en": "Which?", "zh": "哪种？"},
    "scenario": "city_bank",
    "strategies": tuple(CHANCES),
    "replications": 2,
}
COSTLY = {"kpi": "cost", "at_most": 500.0, "tolerance": 50.0}


def planned(**sections):
    """Return the plan with further sections."""
    return StudyPlan.model_validate({**PLAN, **sections})


def chosen(folder, fake=None, **choice):
    """Return what came of a choice."""
    how = {"workers": 1, "progress": False, "model": (fake or FakeModel()).model()}
    return choose(planned(choose={"kpi": "lasting", **choice}), store=folder, **how)


def studied(folder, fake=None, **until):
    """Return a study that ran until it was precise."""
    how = {"workers": 1, "progress": False, "model": (fake or FakeModel()).model()}
    return run_study(planned(until=until), store=folder, **how)


def test_the_strategy_with_the_largest_chance_is_selected(tmp_path):
    """By lasting users; all comes from the store when it is asked again."""
    first = chosen(tmp_path, indifference=2.0)
    assert first.names[first.selection.selected] == "cold_door_to_door"
    assert first.selection.sure
    assert first.runs_made >= 30
    again = chosen(tmp_path, indifference=2.0)
    assert again.runs_made == 0
    assert again.fingerprint == first.fingerprint
    assert np.array_equal(again.selection.observed, first.selection.observed, equal_nan=True)


def test_a_choice_that_was_killed_goes_on_from_its_runs(tmp_path):
    """After a run that fails, only what is missing is made."""
    fake = FakeModel(failing=frozenset({("digital_first", 9)}))
    with pytest.raises(Exception, match="no such door"):
        chosen(tmp_path, fake, indifference=2.0)
    kept = len(list((tmp_path / "runs").iterdir()))
    whole = chosen(tmp_path / "other", indifference=2.0)
    rest = chosen(tmp_path, indifference=2.0)
    assert kept >= 29
    assert rest.runs_made == whole.runs_made - kept


def test_a_limit_on_cost_leaves_the_next_best(tmp_path):
    """Going from door to door costs some 700, more than the limit."""
    found = chosen(tmp_path, indifference=2.0, limits=(COSTLY,))
    assert found.names[found.selection.selected] == "digital_first"
    assert found.selection.kept[found.names.index("cold_door_to_door"), 0] == -1


def test_a_limit_may_concern_one_segment(tmp_path):
    """At least five of the silver customers: only one strategy reaches as many."""
    found = chosen(
        tmp_path, indifference=2.0, limits=({"kpi": "lasting", "segment": "silver", "at_least": 6.0, "tolerance": 1.0},)
    )
    kept = dict(zip(found.names, found.selection.kept[:, 0].tolist(), strict=True))
    assert (kept["do_nothing"], kept["cold_door_to_door"]) == (-1, 1)
    assert found.names[found.selection.selected] == "cold_door_to_door"


@pytest.mark.parametrize("method", ["allocation", "halving"])
def test_a_fixed_number_of_runs_is_not_exceeded(tmp_path, method):
    """Both ways to spend a budget find the plain winner."""
    found = chosen(tmp_path, indifference=2.0, method=method, runs=60)
    assert found.runs_made <= 60
    assert found.names[found.selection.selected] == "cold_door_to_door"
    assert not found.selection.sure


def test_the_default_indifference_is_one_per_cent_of_doing_nothing_and_is_named_so(tmp_path):
    """It is taken from the first stage."""
    found = chosen(tmp_path, runs=60)
    usual = found.selection.observed[0, :10, 0].mean()
    assert found.selection.question.indifference == pytest.approx(0.01 * usual)
    assert not found.indifference_named


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"kpi": "lastng"}, "'lastng' is unknown.*did you mean 'lasting'"),
        ({"kpi": "lasting_share"}, "is a ratio"),
        ({"kpi": "contacts"}, "neither better high nor low"),
        ({"kpi": "cost"}, "cost is 0 for do_nothing, which has no 1 %"),
        ({"limits": ({"kpi": "cost_per_lasting", "at_most": 9.0},)}, "is a ratio"),
        ({"segment": "golden"}, "'golden' is unknown"),
    ],
)
def test_what_cannot_be_chosen_by_is_said(tmp_path, choice, words):
    """In the planner's words."""
    with pytest.raises(ParameterError, match=words):
        chosen(tmp_path, **choice)


def test_a_choice_may_draw_the_uncertain_numbers_in_every_replication(tmp_path):
    """Replication r has draw r + 1, so other runs are made; with several draws in the plan it has to be said."""
    how = {"workers": 1, "progress": False, "model": FakeModel().model(), "store": tmp_path}
    plan = planned(choose={"kpi": "lasting", "indifference": 2.0, "uncertain": True}, draws=5)
    found = choose(plan, **how)
    assert found.names[found.selection.selected] == "cold_door_to_door"
    assert found.fingerprint != chosen(tmp_path, indifference=2.0).fingerprint
    with pytest.raises(ParameterError, match="set draws to 1, or choose"):
        choose(planned(choose={"kpi": "lasting"}, draws=5), **how)


def test_a_figure_that_some_runs_lack_is_refused():
    """It would neither win nor lose."""

    def observe(strategies, replications):
        return np.full((len(strategies), len(replications), 1), np.nan)

    with pytest.raises(ParameterError, match="call_wait has no value in some runs"):
        complete(observe, [Figure(kpi="call_wait")])([0], [0])


def test_a_plan_without_a_choice_says_how_to_write_one(tmp_path):
    """The plan of a comparison alone has none."""
    with pytest.raises(ParameterError, match="says not what to choose by"):
        choose(planned(), store=tmp_path, progress=False)


@pytest.mark.parametrize(
    "wrong",
    [
        {"choose": {"kpi": "lasting", "method": "halving"}},
        {"choose": {"kpi": "lasting", "first_stage": 5}},
        {"choose": {"kpi": "lasting", "limits": ({"kpi": "cost", "at_most": 0.0},)}},
        {"choose": {"kpi": "lasting", "limits": ({"kpi": "cost"},)}},
        {"until": {"narrow": ({"kpi": "lasting"},)}},
        {"until": {"narrow": ({"kpi": "lasting", "absolute": 1.0},), "at_most": 15}},
    ],
)
def test_plans_that_make_no_sense_are_refused(wrong):
    """A method without its runs, a first stage too short, a limit without an amount, a target without a width."""
    with pytest.raises(ValueError, match="validation error"):
        planned(**wrong)


LASTING = {"kpi": "lasting", "absolute": 2.0}


def test_a_study_runs_until_its_differences_are_precise(tmp_path):
    """Its plan says how many replications that took, whatever it asked for; all differences are within their widths."""
    study = studied(tmp_path, narrow=(LASTING, {"kpi": "cost", "relative": 0.05, "absolute": 20.0}))
    found = settled(study)
    assert found.precision.stopped == "precise"
    assert found.precision.narrow.all()
    assert len(found.precision.mean) == 4
    assert study.plan.replications == found.precision.replications > 2
    assert study.runs.groupby("strategy").size().unique().tolist() == [study.plan.replications]


def test_a_precise_study_is_the_study_that_its_number_of_replications_gives(tmp_path):
    """The differences are those of the comparison, but for wider intervals that hold together."""
    study = studied(tmp_path, narrow=(LASTING,))
    found = settled(open_study(study.record.full_name, tmp_path))
    table = study.comparison.set_index(["strategy", "segment", "kpi"])
    for strategy in ("cold_door_to_door", "digital_first"):
        row = table.loc[strategy, "all", "lasting"]
        place = found.place(strategy, 0)
        assert found.precision.mean[place] == pytest.approx(row["difference"])
        assert found.precision.half_width[place] > (row["difference_high"] - row["difference_low"]) / 2


def test_another_baseline_can_be_named(tmp_path):
    """Differences from digital_first: that of doing nothing is below 0."""
    found = settled(studied(tmp_path, narrow=(LASTING,), against="digital_first"))
    assert found.strategies == ("do_nothing", "cold_door_to_door")
    assert found.precision.mean[0] < 0 < found.precision.mean[1]


def test_a_budget_of_replications_ends_a_study_that_is_not_precise(tmp_path):
    """It says that the budget ended it, and how many would do."""
    found = settled(studied(tmp_path, narrow=({"kpi": "lasting", "absolute": 0.1},), at_most=25))
    assert (found.precision.stopped, found.precision.replications) == ("replications", 25)
    assert (found.precision.forecast > 25).all()


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"until": {"narrow": ({"kpi": "lasting_share", "absolute": 1.0},)}}, "is a ratio"),
        ({"until": {"narrow": (LASTING,), "against": "digital"}}, "'digital' is not in this study"),
        ({"until": {"narrow": (LASTING,)}, "draws": 2}, "shrink luck, not"),
        ({"until": {"narrow": (LASTING,)}, "strategies": ("do_nothing",)}, "a strategy beside the baseline"),
    ],
)
def test_what_cannot_be_made_precise_is_said(tmp_path, plan, words):
    """In the planner's words."""
    with pytest.raises(ParameterError, match=words):
        run_study(planned(**plan), store=tmp_path, workers=1, progress=False, model=FakeModel().model())
