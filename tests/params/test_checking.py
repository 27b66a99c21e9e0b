"""`simkit check`: what a file is, what it holds, and every problem with its place."""

from pathlib import Path

import pytest

from simkit.params import check_parameters
from simkit.rewards.linter import REWARD_PROGRAMME

PARAMS = Path(__file__).resolve().parents[2] / "params"
STRATEGY = """\
name: small
title: {en: Small, zh: 小}
summary: {en: Few people, zh: 少数人}
levers:
  field: {teams: 3, max_attempts: 2}
"""
STUDY = """\
name: plan
title: {en: Plan, zh: 计划}
question: {en: Which one, zh: 哪个}
scenario: city_bank
replications: 5
strategies:
  - do_nothing
  - silver_care
"""
COFFEE = """\
name: coffee
title: {en: Coffee, zh: 咖啡}
parts:
  coffee:
    title: {en: Coffee, zh: 咖啡}
    trigger: {kind: exchange, points: 900}
    grant: {kind: coupons, quantity: 1, face_cny: 15}
    validity: {days: 30}
    caps: [{max: 3, per: month}]
points: {}
"""


def checked(path):
    """Return the only file of a check."""
    (file,) = check_parameters(path, others=[REWARD_PROGRAMME]).files
    return file


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("scenarios/city_bank.yaml", "scenario"),
        ("strategies/omnichannel.yaml", "strategy"),
        ("studies/smoke.yaml", "study"),
        ("rewards/small_weekly_reward.yaml", "reward programme"),
    ],
)
def test_a_file_is_recognised_by_its_folder_and_elsewhere_by_its_keys(write, file, kind):
    """A planner may keep files wherever it suits."""
    assert checked(PARAMS / file).kind == kind
    elsewhere = checked(write((PARAMS / file).read_bytes(), Path(file).name))
    assert (elsewhere.kind, elsewhere.findings) == (kind, ())


def test_a_scenario_is_summed_up(write, city_bank):
    """Customers, segments, parameters by grade and those without a range are counted."""
    facts = checked(write(city_bank, "city_bank.yaml")).facts
    assert facts[0] == "911,000 customers in 4 segments"
    counted = [int(word) for word in facts[1].replace(",", "").split() if word.isdigit()]
    assert counted[0] == sum(counted[1:])
    assert facts[2].endswith("without a range")


def test_a_strategy_is_laid_over_the_scenario(write):
    """Only levers that differ are counted: two visits to a door, and three teams."""
    assert checked(write(STRATEGY, "small.yaml")).facts == ("2 levers differ from those of scenario 'city_bank'",)


def test_a_strategy_can_be_checked_against_a_scenario_of_ones_own(write, city_bank):
    """The segments that count are those of the scenario that it is meant for."""
    strategy = write(STRATEGY.replace("teams: 3", "target_segments: [sliver]"), "small.yaml")
    (finding,) = checked(strategy).findings
    assert (finding.file, finding.line, finding.key) == (str(strategy), 5, "levers.field.target_segments")
    assert "did you mean 'silver'?" in finding.problem
    own = write(write(city_bank).read_text().replace("silver", "sliver"), "own.yaml")
    assert check_parameters(strategy, scenario=str(own)).findings == ()


def test_a_strategy_for_a_scenario_that_does_not_load_says_so(write):
    """The scenario's problem is shown at the scenario's place."""
    report = check_parameters(write(STRATEGY, "small.yaml"), scenario="city_bnk")
    assert "did you mean 'city_bank'?" in report.findings[0].problem


def test_a_reward_programme_that_does_not_exist_is_met_with_the_nearest(write):
    """An offer names a programme that can be found."""
    path = write(STRATEGY + "  offer: {reward_programme: small_weekly_rewards}\n", "small.yaml")
    (finding,) = checked(path).findings
    assert (finding.line, finding.key) == (6, "levers.offer.reward_programme")
    assert "did you mean 'small_weekly_reward'?" in finding.problem


def test_a_reward_programme_with_a_value_left_empty_cannot_be_offered(write):
    """The programme itself and the strategy that names it are told where nobody has decided yet."""
    undecided = write(COFFEE.replace("points: 900", "points: null"), "rewards/coffee.yaml")
    (finding,) = checked(undecided).findings
    assert (finding.line, finding.key) == (6, "parts.coffee.trigger.points")
    assert "is empty" in finding.problem


def test_what_the_linter_says_of_a_programme_is_no_problem_of_the_file(write):
    """A cap that refuses nobody is remarked upon; the programme can be used as it is."""
    file = checked(write(COFFEE.replace("per: month}", "per: month}, {max: 36, per: year}"), "rewards/coffee.yaml"))
    assert file.findings == ()
    (remark,) = file.remarks
    assert remark.startswith("L3 ")
    assert "coffee.yaml:9: parts.coffee.caps.1" in remark
    assert checked(write(COFFEE, "rewards/coffee.yaml")).remarks == ()


def test_a_study_counts_its_runs(write):
    """A planner sees how much there is to compute."""
    file = checked(write(STUDY, "plan.yaml"))
    assert (file.kind, file.name, file.findings) == ("study", "plan", ())
    assert file.facts == ("2 strategies x 1 draws x 5 replications = 10 runs",)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "key", "said"),
    [
        ("silver_care", "silver_car", 8, "strategies.1", "did you mean 'silver_care'?"),
        ("city_bank", "city_bnk", 4, "scenario", "did you mean 'city_bank'?"),
        ("name: plan", "name: other", 1, "name", "the file is called 'plan'"),
        ("replications", "replication", 5, "replication", "did you mean 'replications'?"),
    ],
)
def test_a_study_is_followed_to_what_it_names(write, right, wrong, line, key, said):
    """Scenario and strategies exist, and the plan's own keys are right."""
    (finding,) = checked(write(STUDY.replace(right, wrong), "plan.yaml")).findings
    assert (finding.line, finding.key) == (line, key)
    assert said in finding.problem


def test_a_study_finds_strategies_that_cannot_be_used(write):
    """A broken strategy, one for other segments and two of one name are found before anything runs."""
    broken = write(STRATEGY.replace("teams", "temas"), "broken.yaml")
    elsewhere = write(STRATEGY.replace("teams: 3", "target_segments: [gold]"), "elsewhere.yaml")
    twin = write(STRATEGY.replace("small", "silver_care"), "twin.yaml")
    listed = "".join(f"  - {path}\n" for path in (broken, elsewhere, twin))
    problems = {finding.key: finding.problem for finding in checked(write(STUDY + listed, "plan.yaml")).findings}
    assert problems.keys() == {"strategies.2", "strategies.3", "strategies.4"}
    assert "did you mean 'teams'?" in problems["strategies.2"]
    assert "does not fit the scenario" in problems["strategies.3"]
    assert "both named 'silver_care'" in problems["strategies.4"]


def test_folders_are_walked_and_hidden_ones_left_alone(write):
    """All YAML files below a folder are checked, each on its own."""
    top = write(STUDY, "project/plan.yaml").parent
    write(STRATEGY.replace("teams", "temas"), "project/strategies/small.yaml")
    write(STRATEGY, "project/.hidden/small.yaml")
    write("no yaml", "project/notes.txt")
    report = check_parameters(top)
    assert [file.path.name for file in report.files] == ["plan.yaml", "small.yaml"]
    assert [finding.key for finding in report.findings] == ["levers.field.temas"]


@pytest.mark.parametrize("name", ["missing.yaml", "empty"])
def test_nothing_to_check_is_a_problem(tmp_path, name):
    """A path that holds no parameters does not pass for a right one."""
    (tmp_path / "empty").mkdir()
    (finding,) = check_parameters(tmp_path / name).findings
    assert finding.file.startswith(str(tmp_path))


def test_a_file_of_no_kind_is_told_what_there_is(write):
    """YAML that is no parameter file is not passed over."""
    (finding,) = checked(write("colour: blue\n")).findings
    assert "scenario, strategy, study, pilots, reward programme" in finding.problem
