"""Loading: every way to get a scenario, a strategy or a study wrong is met with file, line, key, value and the nearest name."""

import pickle

import pytest

from simkit.params import (
    Finding,
    ParameterError,
    find_parameters,
    load_scenario,
    load_strategy,
    load_study,
    parameter_folder,
)

STRATEGY = """\
name: small
title: {en: Small, zh: 小}
summary: {en: Few people, zh: 少数人}
levers:
  field:
    teams: 3
    hours: {starts: 9, ends: 18}
  calls:
    max_calls: 4
  messages:
    sms: {every_days: 15}
"""
STUDY = """\
name: question
title: {en: Question, zh: 问题}
question: {en: Which one, zh: 哪个}
scenario: city_bank
strategies: [do_nothing]
"""


def findings(load, path):
    """Return what is wrong with a file."""
    with pytest.raises(ParameterError) as raised:
        load(path)
    return raised.value.findings


@pytest.mark.parametrize(
    ("right", "wrong", "line", "key", "said"),
    [
        ("max_calls", "max_cals", 9, "levers.calls.max_cals", "did you mean 'max_calls'?"),
        ("  field:", "  feild:", 5, "levers.feild", "did you mean 'field'?"),
        ("sms:", "smss:", 11, "levers.messages.smss", "did you mean 'sms'?"),
        (
            "max_calls: 4",
            "max_calls: 400",
            9,
            "levers.calls.max_calls",
            "is 400; input should be less than or equal to 20",
        ),
        ("max_calls: 4", "max_calls: 4.5", 9, "levers.calls.max_calls", "is 4.5; a whole number is needed"),
        ("max_calls: 4", "max_calls: true", 9, "levers.calls.max_calls", "is True; a whole number is needed"),
        ("max_calls: 4", "max_calls:", 9, "levers.calls.max_calls", "is empty; a whole number is needed"),
        ("teams: 3", "teams: '3'", 6, "levers.field.teams", "is '3'; a number is needed"),
        ("teams: 3", "teams: [3]", 6, "levers.field.teams", "is [3]; a number is needed"),
        ("teams: 3", "teams: 1e999", 6, "levers.field.teams", "is inf; input should be a finite number"),
        ("teams: 3", "doors: no", 6, "levers.field.doors", "is 'no'; true or false is needed"),
        ("teams: 3", "partner: residents", 6, "levers.field.partner", "did you mean 'residents_committee'?"),
        ("teams: 3", "target_segments: silver", 6, "levers.field.target_segments", "a list is needed"),
        ("starts: 9,", "starts: 9:30,", 7, "levers.field.hours.starts", "is '9:30'; a number is needed"),
        ("ends: 18", "ends: 8", 7, "levers.field.hours", "starts before ends"),
        ("{every_days: 15}", "{first_day: 1}", 11, "levers.messages.sms.every_days", "is missing"),
        ("{every_days: 15}", "often", 11, "levers.messages.sms", "keys and values are needed"),
        ("name: small", "name: Small talk", 1, "name", "small letters"),
        (", zh: 小", "", 2, "title.zh", "is missing"),
        ("name: small\n", "", 0, "name", "is missing"),
    ],
)
def test_a_wrong_strategy_names_line_key_value_and_what_is_allowed(write, right, wrong, line, key, said):
    """One slip gives one finding that a planner can act on."""
    assert STRATEGY.count(right) == 1
    path = write(STRATEGY.replace(right, wrong))
    found = findings(load_strategy, path)
    assert [(finding.file, finding.line, finding.key) for finding in found] == [(str(path), line, key)]
    assert said in found[0].problem


def test_all_slips_of_a_file_are_reported_at_once(write):
    """A file is mended in one go."""
    found = findings(load_strategy, write(STRATEGY.replace("teams", "temas").replace("max_calls: 4", "max_calls: 0")))
    assert {finding.key for finding in found} == {"levers.field.temas", "levers.calls.max_calls"}


@pytest.mark.parametrize(
    ("right", "wrong", "key"),
    [
        ("strategies: [do_nothing]", "strategies: []", "strategies"),
        ("strategies: [do_nothing]", "strategies: do_nothing", "strategies"),
        ("scenario: city_bank", "scenario: ''", "scenario"),
        ("scenario: city_bank", "scenario: city_bank\nreplications: 0", "replications"),
        ("scenario: city_bank", "scenario: city_bank\nscale: 1.5", "scale"),
        ("scenario: city_bank", "scenario: city_bank\nseed: -1", "seed"),
        ("scenario: city_bank", "scenario: city_bank\ndetail: hourly", "detail"),
        ("scenario: city_bank", "scenario: city_bank\nconfidence: 95", "confidence"),
    ],
)
def test_a_wrong_study_names_the_key(write, right, wrong, key):
    """A plan that cannot be run is refused before anything runs."""
    assert [finding.key for finding in findings(load_study, write(STUDY.replace(right, wrong)))] == [key]


def test_do_nothing_always_takes_part_first(write):
    """A study compares with doing nothing, wherever the plan lists it."""
    plan = load_study(write(STUDY.replace("[do_nothing]", "[silver_care, do_nothing, silver_care, digital_first]")))
    assert plan.all_strategies == ("do_nothing", "silver_care", "digital_first")


def test_a_missing_name_is_met_with_the_nearest():
    """A planner who mistypes a name is told the right one."""
    (found,) = findings(load_scenario, "city_bnk")
    assert "did you mean 'city_bank'?" in found.problem
    (found,) = findings(load_strategy, "silver_car")
    assert "did you mean 'silver_care'?" in found.problem


def test_a_missing_path_is_met_with_the_nearest_file_beside_it(write):
    """A planner who mistypes a path is told what lies there."""
    path = write(STRATEGY, "small.yaml")
    (found,) = findings(load_strategy, path.with_name("smal.yaml"))
    assert "did you mean 'small.yaml'?" in found.problem


@pytest.mark.parametrize("name", ["", ".", "..", "a\0b", "x" * 5000, "no/such/folder/at.yaml", "no/such/folder", "名"])
def test_no_name_is_so_strange_that_the_error_is_not_ours(name):
    """Any text may be asked for."""
    findings(load_scenario, name)


def test_the_folder_of_the_environment_comes_first(write, monkeypatch):
    """$SIMKIT_PARAMS says where names are looked up."""
    path = write(STRATEGY, "strategies/small.yaml")
    monkeypatch.setenv("SIMKIT_PARAMS", str(path.parents[1]))
    assert parameter_folder() == path.parents[1]
    assert find_parameters("strategies", "small") == path
    assert load_strategy("small").levers.field.teams == 3


def test_the_nearest_params_folder_above_comes_second(write, monkeypatch):
    """In a project of one's own, its own parameters are found from any folder within."""
    path = write(STRATEGY, "project/params/scenarios/mine.yaml")
    below = path.parents[2] / "notebooks"
    below.mkdir()
    monkeypatch.delenv("SIMKIT_PARAMS", raising=False)
    monkeypatch.chdir(below)
    assert parameter_folder() == path.parents[1]


def test_an_error_survives_the_way_back_from_a_worker():
    """Worker processes hand their errors over by pickling."""
    error = ParameterError([Finding("a.yaml", "b.c", "is wrong", 3)])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert again.findings == error.findings
    assert str(again) == "a.yaml:3: b.c: is wrong"
