"""How runs are made: the same whoever makes them, kept whatever happens, and never made twice."""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from simkit.study import ResultStore, StudyError, execute
from tests.study.fake_model import CHANCES, FakeModel, tasks_of


def stored(folder, tasks):
    """Return every run and its metrics, without the seconds that it took."""
    store = ResultStore(folder)
    return {task.fingerprint: store.read(task.fingerprint) for task in tasks}


def same_results(first, second):
    """Compare two stores run by run and table by table."""
    assert first.keys() == second.keys()
    for fingerprint, (run, metrics) in first.items():
        other_run, other_metrics = second[fingerprint]
        assert metrics.equals(other_metrics)
        assert run.tables.keys() == other_run.tables.keys()
        assert all(table.equals(other_run.tables[name]) for name, table in run.tables.items())
        assert (run.strategy, run.draw, run.replication) == (other_run.strategy, other_run.draw, other_run.replication)


@pytest.mark.parametrize("workers", [2, 3])
def test_results_do_not_depend_on_the_number_of_workers(tmp_path, workers):
    """Processes store the same tables as one run after the other."""
    fake = FakeModel()
    tasks = tasks_of(fake, replications=5)
    assert execute(tasks, ResultStore(tmp_path / "serial"), workers=1, progress=False, model=fake.model()) == 15
    assert execute(tasks, ResultStore(tmp_path / "many"), workers=workers, progress=False, model=fake.model()) == 15
    same_results(stored(tmp_path / "serial", tasks), stored(tmp_path / "many", tasks))


def test_a_run_is_never_made_twice(tmp_path):
    """A second call finds every run in the store; a larger study makes only what is new."""
    fake = FakeModel(journal=tmp_path / "journal")
    store = ResultStore(tmp_path / "store")
    assert execute(tasks_of(fake, replications=2), store, workers=1, progress=False, model=fake.model()) == 6
    assert execute(tasks_of(fake, replications=2), store, workers=1, progress=False, model=fake.model()) == 0
    assert execute(tasks_of(fake, replications=3), store, workers=1, progress=False, model=fake.model()) == 3
    assert max(Counter(lines_of(fake.journal)).values()) == 1


def test_what_runs_need_compiled_is_compiled_once_before_there_are_workers(tmp_path):
    """By this process, once for each strategy with runs to make; not where this process makes all runs, or none is to be made."""
    fake = FakeModel(compiled=tmp_path / "compiled")
    store = ResultStore(tmp_path / "store")
    execute(tasks_of(fake, replications=1), store, workers=1, progress=False, model=fake.model())
    assert not fake.compiled.exists()
    tasks = tasks_of(fake, replications=3)
    execute(tasks, store, workers=2, progress=False, model=fake.model())
    assert sorted(lines_of(fake.compiled)) == sorted((name, str(os.getpid())) for name in CHANCES)
    execute(tasks, store, workers=2, progress=False, model=fake.model())
    assert len(lines_of(fake.compiled)) == len(CHANCES)


def test_equal_runs_under_two_names_are_made_once(tmp_path):
    """What determines a run is its fingerprint, not how often a plan asks for it."""
    fake = FakeModel(journal=tmp_path / "journal")
    tasks = tasks_of(fake, replications=1)
    assert execute([*tasks, *tasks], ResultStore(tmp_path), workers=1, progress=False, model=fake.model()) == len(tasks)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_raises_loses_no_other_and_says_how_to_repeat_it(tmp_path, workers):
    """The error names strategy, draw, replication and the command; all other runs are stored."""
    fake = FakeModel(failing=frozenset({("cold_door_to_door", 1), ("digital_first", 2)}))
    tasks = tasks_of(fake)
    store = ResultStore(tmp_path)
    with pytest.raises(StudyError) as caught:
        execute(tasks, store, workers=workers, progress=False, model=fake.model())
    message = str(caught.value)
    assert "2 of 12 runs failed" in message
    assert "cold_door_to_door, draw 0, replication 1" in message
    assert "LookupError: no such door" in message
    assert "simkit run small_bank cold_door_to_door --replication 1" in message
    assert "simkit run small_bank digital_first --replication 2" in message
    assert sum(task.fingerprint in store for task in tasks) == 10


def test_a_worker_that_dies_is_reported_and_the_study_goes_on_at_the_next_start(tmp_path):
    """What was stored stays; the same call without the deadly run finishes the study."""
    fake = FakeModel(deadly=("digital_first", 3))
    tasks = tasks_of(fake)
    with pytest.raises(StudyError, match="worker process was killed"):
        execute(tasks, ResultStore(tmp_path), workers=2, progress=False, model=fake.model())
    healthy = FakeModel()
    execute(tasks, ResultStore(tmp_path), workers=2, progress=False, model=healthy.model())
    assert all(task.fingerprint in ResultStore(tmp_path) for task in tasks)


def test_a_model_that_changes_under_a_study_is_noticed(tmp_path):
    """A run that is not what was planned is not stored under the planned name, nor under its own."""
    fake = FakeModel()
    task = dataclasses.replace(tasks_of(fake)[0], fingerprint="of_the_old_model")
    with pytest.raises(StudyError, match="was changed while the study ran"):
        execute([task], ResultStore(tmp_path), workers=1, progress=False, model=fake.model())
    assert not files_of(tmp_path)


def test_workers_must_be_one_or_more(tmp_path):
    """Zero workers would do nothing and call it finished."""
    fake = FakeModel()
    with pytest.raises(ValueError, match="workers is 0"):
        execute(tasks_of(fake), ResultStore(tmp_path), workers=0, model=fake.model())


SCRIPT = """
import sys
from pathlib import Path
from simkit.study import ResultStore, execute
from tests.study.fake_model import CHANCES, FakeModel, tasks_of

folder, workers, seconds, replications = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
fake = FakeModel(journal=folder / "journal", seconds=seconds)
if __name__ == "__main__":
    tasks = tasks_of(fake, replications=replications)
    execute(tasks, ResultStore(folder), workers=workers, progress=False, model=fake.model())
"""
ROOT = Path(__file__).parents[2]


def started(folder, *, workers, seconds=0.02, replications=8):
    """Start a study of three strategies in a process group of its own."""
    folder.mkdir(exist_ok=True)
    (folder / "study.py").write_text(SCRIPT)
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, str(folder / "study.py"), str(folder), str(workers), str(seconds), str(replications)],
        env={**os.environ, "PYTHONPATH": paths},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def lines_of(journal):
    """Return the first two words of each line: strategy and replication of the runs that were begun."""
    return [tuple(line.split()[:2]) for line in journal.read_text().splitlines()] if journal.exists() else []


def wait_for(condition):
    """Wait until something is so; a minute is far more than it takes."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited for a minute"
        time.sleep(0.002)


def files_of(folder):
    """Return inode and time of every stored run."""
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in (folder / "runs").glob("*.zst")}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_study_killed_at_any_moment_resumes_and_makes_nothing_twice(tmp_path, workers):
    """Three times SIGKILL after a random number of runs; then the tables are those of a study that was left alone."""
    moments = np.random.default_rng(workers)
    folder = tmp_path / "killed"
    kills = 3
    for _ in range(kills):
        before = files_of(folder)
        begun = len(lines_of(folder / "journal"))
        process = started(folder, workers=workers)
        goal = begun + int(moments.integers(1, 5))
        wait_for(lambda: len(lines_of(folder / "journal")) >= goal or process.poll() is not None)  # noqa: B023 - used at once
        time.sleep(moments.uniform(0, 0.03))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert before.items() <= files_of(folder).items()
    before = files_of(folder)
    assert started(folder, workers=workers).communicate()[1] == ""
    assert before.items() <= files_of(folder).items()

    fake = FakeModel()
    tasks = tasks_of(fake, replications=8)
    execute(tasks, ResultStore(tmp_path / "alone"), workers=1, progress=False, model=fake.model())
    same_results(stored(folder, tasks), stored(tmp_path / "alone", tasks))
    assert (
        len(lines_of(folder / "journal")) <= len(tasks) + kills * workers
    )  # only runs that were under way begin again
    assert not list((folder / "runs").glob(".*"))


def test_workers_end_with_their_parent(tmp_path):
    """Orphans would go on making runs that the next start makes too."""
    folder = tmp_path / "orphans"
    process = started(folder, workers=2, seconds=0.3, replications=50)
    wait_for(lambda: len(lines_of(folder / "journal")) >= 4)
    process.kill()
    process.communicate()
    workers = {int(line.split()[2]) for line in (folder / "journal").read_text().splitlines()}
    assert len(workers) == 2
    wait_for(lambda: not any(alive(worker) for worker in workers))
    assert len(files_of(folder)) < 150


def alive(process):
    """Say whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_ends_at_once_and_keeps_what_is_finished(tmp_path, workers):
    """The message counts the runs that are kept, and no worker prints a traceback of its own."""
    folder = tmp_path / "interrupted"
    process = started(folder, workers=workers, seconds=0.1, replications=20)
    wait_for(lambda: len(lines_of(folder / "journal")) >= 6)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate()[1]
    kept = len(files_of(folder))
    assert 0 < kept < 60
    assert said.strip().splitlines()[-1].startswith(f"KeyboardInterrupt: {kept} of 60 runs are kept")
    assert said.count("Traceback") == 1
