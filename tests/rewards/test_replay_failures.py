"""`simkit replay` writes all of its files or none, and says why."""

import datetime
import errno
import subprocess
import sys

import duckdb
import pytest

from simkit import cli
from simkit.params import ParameterError
from simkit.rewards import RewardEngine
from simkit.rewards.replay import replay, run
from tests.rewards.replay_files import FILES, RULES, W01, replayed, text, write_files


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Return a function that replays W01 by the command, with more words, and returns code and messages."""

    def call(*more):
        people, events = write_files(tmp_path, W01)
        words = ["huaxia_luckin", "--customers", people, "--events", events, "--out", tmp_path / "out"]
        given = {str(word) for word in more if str(word).startswith("--")}
        kept = [word for at, word in enumerate(words) if not {str(word), str(words[at - 1])} & given]
        monkeypatch.setattr(sys, "argv", ["simkit", "replay", *map(str, (*kept, *more))])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        printed = capsys.readouterr()
        return stop.value.code or 0, printed.out, printed.err

    return call


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--as-of", "2024-3-1"), "--as-of: '2024-3-1' is no date; write it like 2024-12-31"),
        (("--as-of", "1999-12-31"), "--as-of: 1999-12-31 is outside 2000-01-01 to 2099-12-31"),
        (("--variant", "teired"), "did you mean 'tiered'?"),
        (("--events", "missing.csv"), "missing.csv: cannot be read"),
        (("--events", "/dev/null"), "/dev/null: is no file that can be read twice"),
        (("--customers", "tests"), "tests: is no file that can be read twice"),
        (("--out", "README.md/out"), "README.md/out: cannot be written"),
        (("--out", "README.md"), "README.md: cannot be written"),
    ],
)
def test_wrong_words_are_met_with_what_is_allowed(command, words, told):
    """A message, and code 1."""
    code, _, err = command(*words)
    assert (code, told in err) == (1, True), err


def test_the_summary_counts_coupons_and_refusals(command):
    """Events, coupons by status with their face value, refusals by reason."""
    code, out, err = command()
    assert (code, err) == (0, "")
    cells = [[cell.strip() for cell in line.strip("│┃").split("│")] for line in out.splitlines() if "│" in line]
    assert ["redeemed", "1", "26.00"] in cells
    assert ["all", "6", "156.00"] in cells
    assert "3 events replayed" in out


def stop_in_the_middle(*_arguments):
    """Stand for Ctrl-C."""
    raise KeyboardInterrupt


def find_the_disk_full(*_arguments):
    """Stand for a disk without room."""
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("place", "name", "happens", "code", "told"),
    [
        (RewardEngine, "apply", stop_in_the_middle, 130, "is as it was"),
        (run, "write_coupons", stop_in_the_middle, 130, "is as it was"),
        (run, "write_coupons", find_the_disk_full, 1, "No space left on device"),
    ],
)
def test_what_was_there_stays_until_all_is_written(command, tmp_path, monkeypatch, place, name, happens, code, told):
    """Ctrl-C or a failure leaves the files of the run before, or no folder, and nothing else."""
    monkeypatch.setattr(place, name, happens)
    assert (command()[0], (tmp_path / "out").exists()) == (code, False)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "coupons.csv").write_text("old")
    stopped, _, err = command()
    assert (stopped, told in err) == (code, True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["coupons.csv"]
    assert (tmp_path / "out" / "coupons.csv").read_text() == "old"
    monkeypatch.undo()


def test_a_folder_in_the_place_of_a_file_is_told_before_anything_is_moved(tmp_path):
    """Otherwise the first file would be new and the others old."""
    (tmp_path / "out" / "stages.csv").mkdir(parents=True)
    with pytest.raises(ParameterError, match=r"stages.csv: is a folder"):
        replayed(tmp_path, text(*W01))
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_what_a_replay_counts_adds_up(tmp_path):
    """Events are played or left out."""
    people, events = write_files(tmp_path, W01)
    made = replay(RULES, people, events, tmp_path / "out", as_of=datetime.date(2024, 3, 12))
    assert (made.events, made.left_out, made.refused) == (2, 1, {})
    assert (made.coupons["effective"], made.coupons["pending"]) == (3, 3)
    assert sum(made.face_fen.values()) == 6 * 2600


def test_a_log_that_cannot_be_sorted_is_told(tmp_path, monkeypatch):
    """Such as on a disk without room for it."""

    def refuse(*_arguments, **_named):
        message = "no space left"
        raise duckdb.IOException(message)

    monkeypatch.setattr(duckdb, "connect", refuse)
    with pytest.raises(
        ParameterError, match=r"out: cannot be written: the log cannot be sorted there: .*no space left"
    ):
        replayed(tmp_path, text(*reversed(W01)))
    assert not (tmp_path / "out").exists()


def test_what_a_killed_replay_left_is_swept_by_the_next(tmp_path):
    """Its folder of half-written files, which bears the number of its process."""
    script = "import os, sys; from pathlib import Path; from simkit.atomic_files import replacing_together\n"
    script += "with replacing_together(Path(sys.argv[1]), []) as folder: (folder / 'half').touch(); os._exit(1)"
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "out")], check=False)
    assert len(list((tmp_path / "out").iterdir())) == 1
    replayed(tmp_path, text(*W01))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)
