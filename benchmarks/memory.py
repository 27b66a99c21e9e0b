"""Memory and start-up of one run, each measured in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.configuration import FULL_BLOWN, REWARDING, bank, strategy
from benchmarks.table import Figure

_STATUS = Path("/proc/self/status")
_BYTES_PER_KIB = 1024
_GIB = 2**30
_LARGEST_BANK = 10_000_000


def memory(customers: int) -> list[Figure]:
    """Return the peak memory that one run adds, in bytes a customer, beside the ledger."""
    grown = _in_new_process(str(customers), FULL_BLOWN)
    each = (grown["peak_bytes"] - grown["ledger_bytes"]) / customers
    largest = _LARGEST_BANK * each + grown["ledger_bytes"] + grown["process_bytes"]
    return [
        Figure(f"peak memory of a run of {customers:,} customers", each, "B a customer", 200, more_is_better=False),
        Figure("the ledger of that run", grown["ledger_bytes"] / 2**20, "MiB"),
        Figure("10 M customers at that rate", largest / _GIB, "GiB", 8, 1, more_is_better=False),
        *(_rewarding(customers, name) for name in REWARDING),
    ]


def _rewarding(customers: int, name: str) -> Figure:
    """Return the same for a strategy with a reward programme, coupons and points included."""
    grown = _in_new_process(str(customers), name)
    each = (grown["peak_bytes"] - grown["ledger_bytes"]) / customers
    return Figure(f"{name}, {customers:,} customers", each, "B a customer", 200, more_is_better=False)


def compilation() -> Figure:
    """Return what the first run on a machine pays for compilation, in CPU seconds."""
    with tempfile.TemporaryDirectory() as empty:
        first = _in_new_process("0", FULL_BLOWN, NUMBA_CACHE_DIR=empty)["cpu_seconds"]
        again = _in_new_process("0", FULL_BLOWN, NUMBA_CACHE_DIR=empty)["cpu_seconds"]
    return Figure("compilation, once a machine", first - again, "s", 10, more_is_better=False)


def _in_new_process(customers: str, name: str, **environment: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.memory", customers, name]
    done = subprocess.run(command, check=True, capture_output=True, env=os.environ | environment)
    grown: dict[str, float] = json.loads(done.stdout)
    return grown


def _resident(field: str) -> int:
    """Return the process's resident memory now (VmRSS) or at its peak (VmHWM), in bytes; elsewhere than on Linux the peak."""
    if not _STATUS.exists():
        unit = 1 if sys.platform == "darwin" else _BYTES_PER_KIB
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
    return int(lines[field].split()[0]) * _BYTES_PER_KIB


def _measure(customers: int, name: str) -> dict[str, Any]:
    """Run a tiny campaign, so that every library is loaded, then the one to be measured."""
    from simkit.campaign.run import run_campaign  # noqa: PLC0415 - loading is a part of what is measured

    levers = strategy(name)
    run_campaign(bank(1_000), levers)
    before, ledger = _resident("VmRSS"), 0
    if customers:
        run = run_campaign(bank(customers), levers)
        ledger = sum(table.nbytes for table in run.tables.values())
    return {
        "process_bytes": before,
        "peak_bytes": _resident("VmHWM") - before,
        "ledger_bytes": ledger,
        "cpu_seconds": time.process_time(),
    }


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]), sys.argv[2])))
