"""The command: what a planner types is answered with results or with a message, never with a traceback."""

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
        (("study", "smokee"), "did you mean 'smoke'?"),
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
    store = () if words[0] == "explain" else ("--store", str(tmp_path))
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
