"""A report that is interrupted or killed leaves nothing half written, and the next start goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from simkit.reporting.folders import is_whole
from tests.reporting.tiny_study import tiny_plan

STARTED = "import sys; from simkit.cli import main; sys.argv = ['simkit', *sys.argv[1:]]; main()"


def started(*words):
    """Start `simkit` as a terminal does, in a group of processes of its own."""
    command = [sys.executable, "-c", STARTED, *map(str, words)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)


def finished(*words):
    """Start `simkit`, wait until it has ended well, and return what it said on the way."""
    process = started(*words)
    said = process.communicate(timeout=300)[1]
    assert process.returncode == 0, said
    return said


def wait_for(condition, seconds=120):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def processes_with(word):
    """List the processes that live and have a word in their command or environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            alive = (folder / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
            if alive and word.encode() in (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            continue
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked for in /proc")
@pytest.mark.parametrize("engine", ["kernels", "fast"])
def test_ctrl_c_leaves_no_process_and_a_second_start_goes_on(tmp_path, monkeypatch, engine):
    """What was executed before is not executed again; the code is 130 and nobody prints a traceback."""
    monkeypatch.setenv("SIMKIT_TEST", str(tmp_path))
    path = tiny_plan(tmp_path, "one", strategies=["digital_first", "community_events", "omnichannel"])
    places = ("--store", tmp_path / "store", "--out", tmp_path / "reports", "--engine", engine)
    subprocess.run([sys.executable, "-c", STARTED, "study", path, *places[:2]], check=True, stdout=subprocess.DEVNULL)
    process = started("report", path, *places)
    wait_for(lambda: len(list((tmp_path / "store").rglob("notebooks/*.ipynb"))) >= 2)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "Traceback" not in said
    kept = len(list((tmp_path / "store").rglob("notebooks/*.ipynb")))
    assert 2 <= kept < 5
    wait_for(lambda: processes_with(f"SIMKIT_TEST={tmp_path}") == [], seconds=20)
    assert not (tmp_path / "reports" / "one").exists()
    said = finished("report", path, *places)
    assert f"notebook {5 - kept} of {5 - kept}" in said
    assert {line.split()[0] for line in said.splitlines()} == {"notebook"}


@pytest.mark.slow
def test_a_report_killed_at_any_moment_is_never_half_there(tmp_path):
    """Twenty times: whatever a manifest calls finished is whole, the catalogue is a whole page, and the last start completes."""
    random = Random(6)  # noqa: S311 - moments, no secrets
    reports = tmp_path / "reports"
    words = (
        "report",
        tiny_plan(tmp_path, "one"),
        "--language",
        "en",
        "--language",
        "zh",
        "--engine",
        "fast",
        "--force",
    )
    words = (*words, "--store", tmp_path / "store", "--out", reports)
    start = time.monotonic()
    finished(*words)
    whole = time.monotonic() - start
    for _ in range(20):
        process = started(*words)
        time.sleep(random.uniform(0.2, 1.0) * whole)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        check_whole(reports)
    finished(*words)
    check_whole(reports)
    assert sorted(path.name for path in reports.iterdir()) == ["index.html", "one", "one.zh"]


def check_whole(reports):
    """Every report has every file that its manifest names, as it was written, and the catalogue links to files only."""
    for folder in reports.iterdir():
        if folder.is_dir() and not folder.name.startswith("."):
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            assert is_whole(folder, manifest)
            assert {"index.html", "strategies/digital_first.html"} <= set(manifest["files"])
    assert (reports / "index.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
