"""`python -m benchmarks.report_speed`: a report of 20 strategies from a finished study, by each engine, and a second start.

CPU seconds are those of all processes and hardly depend on what else the machine does; seconds on the clock do.
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

from simkit.params import DO_NOTHING

STRATEGIES = 20
_ADOPT_ORPHANS = 36  # Linux: PR_SET_CHILD_SUBREAPER, so that processes count which outlive the one that started them


def main() -> None:
    """Run the study, then measure each way to report it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan, store, reports = _twenty(folder), folder / "store", folder / "reports"
        _measured("study", "study", plan, "--store", store)
        for engine in ("kernels", "fast"):
            shutil.rmtree(reports, ignore_errors=True)
            _measured(engine, "report", plan, "--store", store, "--out", reports, "--engine", engine, "--force")
        _measured("second start", "report", plan, "--store", store, "--out", reports)


def _twenty(folder: Path) -> Path:
    """Write a study of the shipped strategies and as many further ones as are missing: the shipped ones under other names."""
    shipped = [path for path in sorted(Path("params/strategies").glob("*.yaml")) if path.stem != DO_NOTHING]
    sources = [DO_NOTHING, *(path.stem for path in shipped)]
    while len(sources) < STRATEGIES:
        strategy = yaml.safe_load(shipped[len(sources) % len(shipped)].read_text(encoding="utf-8"))
        strategy["name"] = f"{strategy['name']}_{len(sources)}"
        strategy["title"] = {language: f"{title} {len(sources)}" for language, title in strategy["title"].items()}
        sources.append(_written(folder / f"{strategy['name']}.yaml", strategy))
    plan = {
        "name": "twenty",
        "title": {"en": "Twenty strategies", "zh": "二十种策略"},
        "question": {"en": "Which of twenty?", "zh": "二十选一？"},
        "scenario": "city_bank",
        "scale": 0.01,
        "strategies": sources,
        "replications": 5,
    }
    return Path(_written(folder / "twenty.yaml", plan))


def _written(path: Path, content: object) -> str:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return str(path)


def _measured(name: str, *words: str | Path) -> None:
    """Run `simkit` and print how long it and all that it started took."""
    before, start = _cpu_seconds(), time.perf_counter()
    _wait_for_all([sys.executable, "-m", "simkit.cli", *map(str, words), "--no-progress"])
    clock, cpu = time.perf_counter() - start, _cpu_seconds() - before
    print(f"{name}: {cpu:.1f} CPU s, {clock:.1f} s on the clock, load {os.getloadavg()[0]:.1f}", flush=True)


def _wait_for_all(command: Sequence[str]) -> None:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    if process.wait() != 0:
        raise SystemExit(f"{command} failed")
    while True:
        try:
            os.wait()
        except ChildProcessError:
            return


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
