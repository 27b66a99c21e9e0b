"""The command: what a planner types is answered with results or with a message, never with a traceback."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from simkit import cli

TINY = """
name: tiny
title: {en: Tiny, zh: 小}
question: {en: "Does the command work?", zh: 命令能用吗？}
scenario: city_bank
scale: 0.002
strategies: [digital_first]
replications: 2
"""


@pytest.fixture
def command(capsys, monkeypatch):
    """Return a function that runs `simkit` with words and gives its exit code and what it printed."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["simkit", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        printed = capsys.readouterr()
        return stop.value.code or 0, printed.out, printed.err

    return run


@pytest.fixture
def plan(tmp_path):
    """Return the path of a study plan that takes a second."""
    path = tmp_path / "tiny.yaml"
    path.write_text(TINY, encoding="utf-8")
    return path


def test_the_shipped_parameters_pass_their_check(command):
    """What is shipped is valid, and the check says what it found."""
    code, out, _ = command("check", "params")
    assert code == 0
    assert "scenario city_bank" in out
    assert "0 problems" in out


def test_a_wrong_file_fails_its_check_with_place_and_nearest_name(command, tmp_path):
    """A misspelt key is met with the file, the line and the right name."""
    wrong = tmp_path / "strategies" / "mine.yaml"
    wrong.parent.mkdir()
    wrong.write_text(
        "name: mine\ntitle: {en: a, zh: b}\nsummary: {en: a, zh: b}\nlevers:\n  feild: {teams: 3}\n", encoding="utf-8"
    )
    code, out, _ = command("check", wrong)
    assert code == 1
    assert "mine.yaml:5: levers.feild: unknown key" in out
    assert "did you mean 'field'?" in out


def test_the_check_remarks_upon_rules_and_still_passes(command):
    """What the linter says of a reward programme stands beneath its file, and is no problem of the file."""
    code, out, _ = command("check", "params/rewards/huaxia_luckin.yaml")
    assert code == 0
    told = out.splitlines()
    assert "readings: tiered, as_written, headline, of which 'tiered' counts" in told[0]
    assert told[1].startswith("  note L1 params/rewards/huaxia_luckin.yaml:")
    assert told[-1] == "1 files, 0 problems"


def test_a_strategy_that_offers_an_undecided_programme_fails_its_check(command, tmp_path, monkeypatch):
    """A value that is left empty makes the programme unusable, and so the strategy that names it."""
    shutil.copytree("params", tmp_path / "params")
    monkeypatch.setenv("SIMKIT_PARAMS", str(tmp_path / "params"))
    small = tmp_path / "params" / "rewards" / "small_weekly_reward.yaml"
    small.write_text(small.read_text(encoding="utf-8").replace("face_cny: 3", "face_cny: null"), encoding="utf-8")
    for path in (small, tmp_path / "params" / "strategies" / "digital_first.yaml"):
        code, out, _ = command("check", path)
        assert code == 1
        assert "parts.weekly.grant.face_cny.every: is empty" in out


def test_the_linter_tells_every_reading_and_fails_by_the_one_that_counts(command):
    """The coffee programme is sound as it is read, and has three problems as it is written."""
    code, out, _ = command("lint", "huaxia_luckin")
    assert code == 0
    assert "problem L1" in out
    assert "[as_written]. Advertise 94, or change the rules so that they give 100." in out
    assert out.splitlines()[-1] == "6 findings, 0 problems in the reading 'tiered'"
    code, out, _ = command("lint", "huaxia_luckin", "--variant", "as_written")
    assert code == 1
    assert out.splitlines()[-1] == "6 findings, 3 problems in the reading 'as_written'"


def test_findings_can_be_read_by_a_programme(command):
    """A list of objects with always the same keys."""
    code, out, _ = command("lint", "params/rewards/huaxia_luckin.yaml", "--json")
    assert code == 0
    findings = json.loads(out)
    keys = ["rule", "severity", "readings", "file", "line", "key", "message", "action"]
    assert [list(finding) for finding in findings] == [keys] * 6
    assert findings[0]["readings"] == ["as_written"]
    assert json.loads(command("lint", "points_club", "--json")[1]) == []


def test_a_study_is_run_shown_and_asked(command, plan, tmp_path):
    """From the plan to the comparison, the list of studies, a table, SQL and one run."""
    store = ("--store", tmp_path / "store")
    code, out, _ = command("study", plan, *store, "--workers", 1, "--no-progress")
    assert code == 0
    assert "digital_first" in out
    assert "n = 2 runs" in out
    assert "tiny-" in command("show", *store)[1]
    assert "opened" in command("show", "tiny", "--table", "daily", *store)[1]
    code, out, _ = command("query", "tiny", "select strategy, count(*) as runs from runs group by 1 order by 1", *store)
    assert [line.split() for line in out.splitlines()[1:]] == [["digital_first", "2"], ["do_nothing", "2"]]
    runs = sorted((tmp_path / "store" / "runs").iterdir())
    assert len(runs) == 4
    code, out, _ = command("show", runs[0].name[:16], *store)
    assert code == 0
    assert "Wallets opened" in out


def test_a_run_that_is_stored_is_not_made_again(command, tmp_path):
    """The same words a second time read the result; the stored file stays as it is."""
    words = ("run", "city_bank", "digital_first", "--scale", 0.002, "--replication", 1, "--store", tmp_path / "store")
    first = command(*words)
    (stored,) = (tmp_path / "store" / "runs").iterdir()
    before = stored.stat()
    assert command(*words) == first
    after = stored.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_an_explanation_adds_up(command):
    """The terms are shown with their sum."""
    code, out, _ = command("explain", "city_bank", "digital_first", 17, "sms", "--scale", 0.01)
    assert code == 0
    values = [float(line.split("│")[2]) for line in out.splitlines() if line.count("│") == 3]
    assert sum(values[:-1]) == pytest.approx(values[-1], abs=0.0006 * len(values))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "city_bank", "omnichanel"), "did you mean 'omnichannel'?"),
        (("run", "city_bnak", "omnichannel"), "did you mean 'city_bank'?"),
        (("lint", "huaxia_lucking"), "did you mean 'huaxia_luckin'?"),
        (("lint", "huaxia_luckin", "--variant", "headlines"), "did you mean 'headline'?"),
        (("study", "smokee"), "did you mean 'smoke'?"),
        (("rewards", "huaxia_lukin"), "did you mean 'huaxia_luckin'?"),
        (("rewards", "huaxia_luckin", "--starts-on", "soon"), "write it like 2026-03-02"),
        (("study", "missing/plan.yaml"), "there is none named 'plan.yaml'"),
        (("show", "nothing"), "begins no run"),
        (("query", "nothing", "select 1"), "there is no study 'nothing'"),
        (("explain", "city_bank", "do_nothing", "17", "smss"), "did you mean 'sms'?"),
        (("explain", "city_bank", "do_nothing", "-1", "sms", "--scale", "0.01"), "No such option"),
        (("explain", "city_bank", "do_nothing", "99999", "sms", "--scale", "0.01"), "allowed: 0 to 9109"),
        (("run", "city_bank", "do_nothing", "--scale", "2"), "--scale"),
    ],
)
def test_wrong_words_are_met_with_what_is_allowed(command, tmp_path, words, told):
    """A wrong name or number ends with a message that helps, and a code that is not 0."""
    store = () if words[0] in {"explain", "lint"} else ("--store", str(tmp_path))
    code, _, err = command(*words, *store)
    assert code != 0
    assert told in err
    assert "Traceback" not in err


def test_a_wrong_question_in_sql_is_answered_in_words(command, plan, tmp_path):
    """DuckDB's own words are passed on."""
    store = ("--store", tmp_path / "store")
    command("study", plan, *store, "--workers", 1, "--no-progress")
    code, _, err = command("query", "tiny", "select nothing from nowhere", *store)
    assert code == 1
    assert "nowhere" in err


def test_the_version_is_told(command):
    """`simkit --version` prints the version of the package."""
    assert command("--version")[1].strip() == cli.__version__


def test_parameters_are_printed_as_a_page(command):
    """`simkit parameters` prints what docs/parameters.md holds."""
    assert (
        command("parameters", "city_bank")[1].strip() == Path("docs/parameters.md").read_text(encoding="utf-8").strip()
    )
