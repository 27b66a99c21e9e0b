"""The store of runs: whole or not there, and found again."""

import os
import subprocess
import sys

import pytest

from simkit.atomic_files import replacing, sweep
from simkit.params import ParameterError, load_strategy
from simkit.study import ResultStore
from tests.study.fake_model import Bank, FakeModel


@pytest.fixture
def run():
    """One run of the fake model and its metrics."""
    fake = FakeModel()
    made = fake.run(Bank(), load_strategy("cold_door_to_door"), 0, 3)
    return made, fake.metrics(made, Bank())


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    empty = ResultStore(tmp_path)
    empty.prepare()
    return empty


def test_a_run_comes_back_as_it_was(store, run):
    """Tables, types, parameters and versions survive the way to the disk, and tables without rows too."""
    made, metrics = run
    assert made.fingerprint not in store
    store.write(made, metrics, "measure")
    assert made.fingerprint in store
    read, read_metrics = store.read(made.fingerprint)
    assert read_metrics.equals(metrics)
    assert read.tables.keys() == made.tables.keys()
    assert all(table.equals(made.tables[name]) for name, table in read.tables.items())
    assert all(table.schema.types == made.tables[name].schema.types for name, table in read.tables.items())
    for name in (
        "scenario",
        "strategy",
        "draw",
        "replication",
        "detail",
        "fingerprint",
        "parameters",
        "versions",
        "seconds",
    ):
        assert getattr(read, name) == getattr(made, name)


def test_a_run_is_found_by_the_start_of_its_fingerprint(store, run):
    """As long as no other run begins alike."""
    made, metrics = run
    store.write(made, metrics, "measure")
    assert store.find(made.fingerprint[:6]) == made.fingerprint
    with pytest.raises(ParameterError, match="begins no run"):
        store.find("xyz")
    fake = FakeModel()
    store.write(fake.run(Bank(), load_strategy("cold_door_to_door"), 0, 4), metrics, "measure")
    with pytest.raises(ParameterError, match="begins 2 runs"):
        store.find("")


def test_a_missing_or_damaged_run_is_an_error_that_says_what_to_do(store, run):
    """A file cut short is noticed, and one without content does not count as finished."""
    made, metrics = run
    with pytest.raises(ParameterError, match="there is no run"):
        store.read(made.fingerprint)
    store.write(made, metrics, "measure")
    path = next(store.runs.iterdir())
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ParameterError, match=r"is damaged .* delete it and run again"):
        store.read(made.fingerprint)
    path.write_bytes(b"")
    assert made.fingerprint not in store


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path):
    """While it is written the old one stands; an error leaves the old one and nothing else."""
    path = tmp_path / "file"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    with pytest.raises(OSError, match="disk full"):
        write_half(path)
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "new"


def write_half(path):
    """Fail in the midst of writing a file."""
    with replacing(path) as temporary:
        temporary.write_text("half")
        message = "disk full"
        raise OSError(message)


def test_what_a_dead_process_left_is_swept_and_what_a_living_one_writes_is_not(tmp_path):
    """The name of a temporary file says whose it is."""
    script = "import os, sys; from pathlib import Path; from simkit.atomic_files import replacing\n"
    script += "with replacing(Path(sys.argv[1])) as temporary: temporary.touch(); os._exit(1)"
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "dead")], check=False)
    assert len(list(tmp_path.iterdir())) == 1
    with replacing(tmp_path / "alive") as temporary:
        temporary.touch()
        assert sweep(tmp_path) == 1
        assert [path.name for path in tmp_path.iterdir()] == [temporary.name]


def test_what_another_machine_left_is_swept_after_a_day(tmp_path):
    """Whether its process lives cannot be seen from here."""
    other = tmp_path / f".run~other_machine~{os.getpid()}~0a1b2c3d.unfinished"
    other.touch()
    assert sweep(tmp_path) == 0
    two_days_ago = other.stat().st_mtime - 2 * 86_400
    os.utime(other, (two_days_ago, two_days_ago))
    assert sweep(tmp_path) == 1
