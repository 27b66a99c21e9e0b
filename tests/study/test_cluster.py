"""Runs on a Dask cluster: the same tables as in one process, whatever happens to the workers."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from distributed import Client, LocalCluster

from simkit import cli
from simkit.params import PlannerError, load_study
from simkit.study import ResultStore, StudyError, cluster, execute, run_study
from simkit.study.execution import WorkersLostError
from tests.study.fake_model import FakeModel, tasks_of
from tests.study.test_execution import files_of, lines_of, same_results, stored, wait_for

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_connection_is_left():
    yield
    cluster.disconnect()


@pytest.fixture(scope="module")
def threads():
    """Return the address of a scheduler whose only worker is in this process: it starts in no time."""
    with LocalCluster(n_workers=1, threads_per_worker=4, processes=False, dashboard_address=":0") as local:
        yield local.scheduler_address


@pytest.fixture
def machines(tmp_path):
    """Return a function that starts a scheduler and some workers as their own processes, as on several machines."""
    with started_machines(tmp_path) as start:
        yield start


@contextmanager
def started_machines(folder):
    """Start `dask scheduler`, and workers as they are asked for; in the end nothing of it is left."""
    processes = []

    def start(program, *options):
        words = [sys.executable, "-m", f"distributed.cli.dask_{program}", "--no-dashboard", *options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with (folder / f"{program}.log").open("a") as log:
            processes.append(subprocess.Popen(words, stderr=log, stdout=log, env=environment, start_new_session=True))
        return processes[-1]

    def workers(count, *options, nanny=True):
        file = str(folder / "scheduler.json")
        if not processes:
            start("scheduler", "--port", "0", "--host", "127.0.0.1", "--scheduler-file", file)
            wait_for(Path(file).exists)
        kind = [] if nanny else ["--no-nanny"]
        return file, [
            start("worker", "--scheduler-file", file, "--nthreads", "1", *kind, *options) for _ in range(count)
        ]

    try:
        yield workers
    finally:
        for process in processes:
            with suppress(ProcessLookupError):  # it was killed by the test
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for_workers(address, count):
    """Wait until so many workers have reported to the scheduler."""
    client = Client(scheduler_file=address, set_as_default=False, timeout=60)
    client.wait_for_workers(count, timeout=60)
    client.close()


def execute_on(address, tasks, folder, fake, **options):
    """Make runs on a cluster."""
    return execute(tasks, ResultStore(folder), cluster=address, progress=False, model=fake.model(), **options)


def test_workers_that_see_no_store_give_the_same_tables(tmp_path, threads):
    """What they send back is what one process stores; the second time nothing is made."""
    fake = FakeModel()
    tasks = tasks_of(fake, replications=5, draws=2)
    execute(tasks, ResultStore(tmp_path / "serial"), workers=1, progress=False, model=fake.model())
    assert execute_on(threads, tasks, tmp_path / "cluster", fake) == 30
    same_results(stored(tmp_path / "serial", tasks), stored(tmp_path / "cluster", tasks))
    assert execute_on(threads, tasks, tmp_path / "cluster", fake) == 0


def test_a_failed_run_loses_no_other_and_says_how_to_repeat_it(tmp_path, threads):
    """As in one process."""
    fake = FakeModel(failing=frozenset({("cold_door_to_door", 1)}))
    tasks = tasks_of(fake)
    with pytest.raises(StudyError, match=r"1 of 12 runs failed(.|\n)*--replication 1"):
        execute_on(threads, tasks, tmp_path, fake)
    assert len(files_of(tmp_path)) == 11


def test_other_definitions_of_key_figures_are_taken_without_the_cluster(tmp_path, threads):
    """A run that is stored is measured anew here and made by nobody."""
    fake = FakeModel(journal=tmp_path / "journal")
    tasks = tasks_of(fake, replications=1)
    store = ResultStore(tmp_path)
    execute(tasks[:2], store, workers=1, progress=False, model=fake.model())
    for task in tasks[:2]:
        run, metrics = store.read(task.fingerprint)
        store.write(run, metrics.slice(0, 1), "definitions of yesterday")
    assert execute_on(threads, tasks, tmp_path, fake) == 3
    assert len(lines_of(fake.journal)) == 3
    assert {len(store.read_head(task.fingerprint)[1]) for task in tasks} == {14}


def test_a_worker_that_plans_other_runs_is_refused_before_any_is_made(tmp_path, threads, monkeypatch):
    """Another source of the model or another reward programme there would give results of two kinds."""
    fake = FakeModel(journal=tmp_path / "journal")
    monkeypatch.setattr(cluster, "plans_alike", lambda _: False)
    with pytest.raises(StudyError, match="would make another run of do_nothing, draw 0, replication 0"):
        execute_on(threads, tasks_of(fake), tmp_path / "store", fake)
    assert not fake.journal.exists()


def test_a_worker_with_other_versions_is_named_with_the_difference():
    """Versions of Python, simkit and what a result can depend on."""
    ours = cluster.versions()
    assert cluster.difference((ours, []), []) == ""
    told = cluster.difference(({**ours, "numpy": "1.0"}, []), [])
    assert told.startswith(f"has numpy 1.0 instead of {ours['numpy']}")
    assert "has no simkit" in cluster.difference(ModuleNotFoundError("No module named 'simkit'"), [])


def test_workers_and_a_cluster_exclude_each_other(tmp_path):
    """Rather than one of them being ignored."""
    fake = FakeModel()
    with pytest.raises(PlannerError, match="leave out --workers or --cluster"):
        execute_on("tcp://127.0.0.1:1", tasks_of(fake), tmp_path, fake, workers=2)


def test_an_address_at_which_nobody_answers_is_said_within_seconds(tmp_path, monkeypatch):
    """With the command that starts a scheduler; a scheduler file that is not there likewise."""
    monkeypatch.setattr(cluster, "_SECONDS_TO_ANSWER", 0.5)
    fake = FakeModel()
    for address in ("tcp://127.0.0.1:1", "nonsense"):
        with pytest.raises(StudyError, match=f"No Dask scheduler answers at {address} (.|\n)*dask scheduler"):
            execute_on(address, tasks_of(fake), tmp_path, fake)
    with pytest.raises(StudyError, match="no scheduler file"):
        execute_on(str(tmp_path / "none.json"), tasks_of(fake), tmp_path, fake)


def test_a_scheduler_without_workers_is_said_within_seconds(tmp_path, monkeypatch):
    """With the command that starts one."""
    monkeypatch.setattr(cluster, "_SECONDS_TO_ANSWER", 0.5)
    fake = FakeModel()
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as empty,
        pytest.raises(StudyError, match="has no workers; start some, each with: dask worker"),
    ):
        execute_on(empty.scheduler_address, tasks_of(fake), tmp_path, fake)


def test_without_dask_the_option_says_what_to_install(tmp_path, monkeypatch):
    """And nothing else of simkit misses it."""
    monkeypatch.setitem(sys.modules, "simkit.study.cluster", None)
    monkeypatch.delitem(sys.modules, "simkit.study.cluster")
    monkeypatch.setitem(sys.modules, "distributed", None)
    fake = FakeModel()
    with pytest.raises(PlannerError, match=re.escape("pip install 'simkit[cluster]'")):
        execute_on("tcp://127.0.0.1:1", tasks_of(fake), tmp_path, fake)
    assert execute(tasks_of(fake), ResultStore(tmp_path), workers=1, progress=False, model=fake.model()) == 12


@pytest.mark.slow
def test_two_worker_processes_give_the_tables_of_a_real_study(tmp_path):
    """Every table of every run, and the comparison, are those of one process."""
    plan = load_study("smoke").model_copy(update={"scale": 0.002, "replications": 2})
    serial = run_study(plan, store=tmp_path / "serial", workers=1, progress=False)
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as local:
        address = local.scheduler_address
        away = run_study(plan, store=tmp_path / "away", cluster=address, progress=False)
        cluster.disconnect()
    assert away.comparison.equals(serial.comparison)
    for name in serial.table_names:
        columns = serial.table(name).columns.difference(["seconds"])
        assert away.table(name)[columns].equals(serial.table(name)[columns]), name


@pytest.mark.slow
def test_a_scheduler_and_workers_of_their_own_serve_the_command(tmp_path, machines, monkeypatch, capsys):
    """`simkit study --cluster FILE` prints what it prints without."""
    address, _ = machines(2)
    wait_for_workers(address, 2)
    plan = tmp_path / "tiny.yaml"
    plan.write_text(
        'name: tiny\ntitle: {en: Tiny, zh: 小}\nquestion: {en: "Same?", zh: 相同？}\nscenario: city_bank\nscale: 0.002\n'
        "strategies: [digital_first]\nreplications: 2\n"
    )
    said = []
    for options in (["--cluster", address], ["--workers", "1"]):
        store = str(tmp_path / options[0])
        monkeypatch.setattr(sys, "argv", ["simkit", "study", str(plan), "--store", store, "--no-progress", *options])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        assert not stop.value.code
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


@pytest.mark.slow
def test_a_worker_that_is_killed_changes_nothing(tmp_path, machines):
    """Its run is made by the other one; all tables are those of one process."""
    address, workers = machines(2, nanny=False)
    wait_for_workers(address, 2)
    folder = tmp_path / "killed"
    folder.mkdir()
    study = study_process(folder, address, seconds=0.2, replications=8)
    journal = folder / "journal"
    wait_for(
        lambda: len({line.split()[2] for line in journal.read_text().splitlines()} if journal.exists() else ()) == 2
    )
    os.killpg(workers[0].pid, signal.SIGKILL)
    assert study.communicate(timeout=60)[1] == ""
    fake = FakeModel()
    tasks = tasks_of(fake, replications=8)
    execute(tasks, ResultStore(tmp_path / "alone"), workers=1, progress=False, model=fake.model())
    same_results(stored(folder, tasks), stored(tmp_path / "alone", tasks))


@pytest.mark.slow
def test_a_run_that_kills_every_worker_fails_alone_with_its_command(tmp_path, machines):
    """Nannies bring new workers, which make all other runs."""
    address, _ = machines(2)
    wait_for_workers(address, 2)
    fake = FakeModel(deadly=("digital_first", 1))
    tasks = tasks_of(fake)
    with pytest.raises(StudyError, match=r"1 of 12 runs failed(.|\n)*digital_first --replication 1") as caught:
        execute_on(address, tasks, tmp_path, fake)
    assert "Worker after worker died" in str(caught.value)
    assert len(files_of(tmp_path)) == 11


def test_a_result_that_went_with_the_last_worker_is_not_awaited_for_ever(monkeypatch):
    """Dask would make the run again on another worker; where none comes, the study says that all are gone."""
    monkeypatch.setattr(cluster, "_SECONDS_WITHOUT_WORKERS", 0.01)

    monkeypatch.setattr(cluster, "_refuse_others", lambda *_: None)
    monkeypatch.setattr(cluster, "connect", lambda _: WorkerThatDies())
    job = SimpleNamespace(fingerprint="0" * 64, run="a run", command="its command")
    with pytest.raises(WorkersLostError, match=r"All workers of tcp://somewhere:1 are gone"):
        list(cluster.workers_of("tcp://somewhere:1")(None, [job]))


class WorkerThatDies:
    """A cluster whose only worker ends a run, and is gone before anybody has fetched what came of it."""

    status = "running"

    def __init__(self):
        self._workers = {"the only one": 1}

    def nthreads(self):
        """Return the workers."""
        return self._workers

    def submit(self, *_, **__):
        """Take a run."""
        return self

    def add_done_callback(self, done):
        """End it at once."""
        self._workers = {}
        done(self)

    def result(self, timeout=None):
        """Have nothing to show."""
        assert timeout is not None, "waits for ever"
        time.sleep(timeout)
        raise TimeoutError


@pytest.mark.slow
def test_when_all_workers_are_gone_the_study_ends_and_goes_on_later(tmp_path, machines, monkeypatch):
    """It names the runs that were under way, for one of them may be the cause."""
    monkeypatch.setattr(cluster, "_SECONDS_WITHOUT_WORKERS", 1.0)
    address, (only,) = machines(1, nanny=False)
    wait_for_workers(address, 1)
    fake = FakeModel(deadly=("digital_first", 1))
    tasks = tasks_of(fake)
    with pytest.raises(
        StudyError, match=r"All workers of (.|\n)*gone(.|\n)*digital_first --replication 1(.|\n)* of 12 runs are kept"
    ):
        execute_on(address, tasks, tmp_path, fake)
    only.wait()
    before = files_of(tmp_path)
    machines(1)
    wait_for_workers(address, 1)
    execute_on(address, tasks, tmp_path, FakeModel())
    assert before.items() <= files_of(tmp_path).items()
    assert len(files_of(tmp_path)) == 12


@pytest.mark.slow
def test_a_worker_without_simkit_is_refused(tmp_path, machines):
    """With what to do about it."""
    (tmp_path / "without.py").write_text("import sys\nsys.modules['simkit'] = None\n")
    address, _ = machines(1, "--preload", str(tmp_path / "without.py"), nanny=False)
    wait_for_workers(address, 1)
    fake = FakeModel()
    with pytest.raises(StudyError, match="has no simkit"):
        execute_on(address, tasks_of(fake), tmp_path / "store", fake)


@pytest.mark.slow
def test_ctrl_c_cancels_what_is_queued_and_leaves_no_process(tmp_path, machines):
    """The scheduler has nothing more to do, the study's process is gone, and what was finished is kept."""
    address, _ = machines(2)
    wait_for_workers(address, 2)
    folder = tmp_path / "interrupted"
    folder.mkdir()
    study = study_process(folder, address, seconds=0.3, replications=30)
    wait_for(lambda: len(files_of(folder)) >= 4)
    os.killpg(study.pid, signal.SIGINT)
    said = study.communicate(timeout=30)[1]
    kept = len(files_of(folder))
    assert f"KeyboardInterrupt: {kept} of 90 runs are kept" in said
    with Client(scheduler_file=address, set_as_default=False) as client:
        wait_for(lambda: client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)) == 0)
    begun = len(lines_of(folder / "journal"))
    time.sleep(1)
    assert len(lines_of(folder / "journal")) == begun <= kept + 6


SCRIPT = """
import sys
from pathlib import Path
from simkit.study import ResultStore, execute
from simkit.study.execution import WorkersLostError
from tests.study.fake_model import FakeModel, tasks_of

folder, address, seconds, replications = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
fake = FakeModel(journal=folder / "journal", seconds=seconds)
tasks = tasks_of(fake, replications=replications)
execute(tasks, ResultStore(folder), cluster=address, progress=False, model=fake.model())
"""


def study_process(folder, address, *, seconds, replications):
    """Start a study on a cluster as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), address, str(seconds), str(replications)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
