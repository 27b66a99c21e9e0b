"""How fast and in how much memory `simkit replay` plays a long log: `python -m benchmarks.replay_speed`.

The log is made up, the same every time: customers pay for three weeks after their card was approved, and claim, exchange, redeem and get
refunds as their payments allow, or in vain.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rich.console import Console

from benchmarks.table import Figure, as_table

PROGRAMME = "huaxia_luckin"
CUSTOMERS, EVENTS = 1_000_000, 10_000_000
SPEED, MEMORY = 1.5, 2.0  # to hold: million events a second and core, GiB
_SHARES = {
    "payment": 0.86,
    "cash_advance": 0.005,
    "points": 0.02,
    "claim": 0.05,
    "exchange": 0.015,
    "redeem": 0.04,
    "refund": 0.01,
}
_FROM_APPROVAL = {
    "payment": (0, 21),
    "cash_advance": (0, 21),
    "points": (0, 10),
    "claim": (3, 25),
    "exchange": (5, 40),
    "redeem": (5, 45),
}
_NEW, _PRIMARY, _PLATINUM = 0.25, 0.95, 0.3
_APPROVALS = 300  # days of 2024 on which cards are approved
_DAY = 86_400
_START = np.datetime64("2024-01-01T00:00:00")
_AMOUNTS = 20_000
_ROWS_AT_ONCE = 500_000
_GIB = 2**30
_BYTES_PER_KIB = 1024


def replay_speed(customers: int = CUSTOMERS, events: int = EVENTS) -> list[Figure]:
    """Return the events that one core replays in a second, from the start of the command to its end, and the memory that takes."""
    with tempfile.TemporaryDirectory() as folder:
        _in_new_process("write", folder, customers, events)
        _in_new_process("measure", folder)  # what is compiled once a machine
        measured = json.loads(_in_new_process("measure", folder))
    full = events == EVENTS
    size = f"{events:,} events of {customers:,} customers"
    hold = SPEED if full else None
    rate = events / measured["cpu_seconds"] / 1e6
    sustained = events / (measured["cpu_seconds"] - measured["start_seconds"]) / 1e6
    return [
        Figure(f"simkit replay, {size}", rate, "M events/s", hold),
        Figure("the same without starting and reading the customers", sustained, "M events/s", hold),
        Figure(
            f"its peak memory, {size}",
            measured["peak_bytes"] / _GIB,
            "GiB",
            MEMORY if full else None,
            more_is_better=False,
        ),
    ]


def _in_new_process(*words: object) -> str:
    """Work where nothing is loaded yet and nothing stays: a process inherits the peak of the one that starts it."""
    command = [sys.executable, "-m", "benchmarks.replay_speed", *map(str, words)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _measure(folder: Path) -> dict[str, float]:
    """Run the command on the log and on its first row; return the CPU seconds of both, of all threads, and the peak memory."""
    with (folder / "events.csv").open("rb") as log:
        (folder / "first.csv").write_bytes(log.readline() + log.readline())
    start, whole = (_usage(folder, name) for name in ("first.csv", "events.csv"))
    unit = 1 if sys.platform == "darwin" else _BYTES_PER_KIB
    return {
        "start_seconds": start.ru_utime + start.ru_stime,
        "cpu_seconds": whole.ru_utime + whole.ru_stime,
        "peak_bytes": whole.ru_maxrss * unit,
    }


def _usage(folder: Path, events: str) -> Any:  # noqa: ANN401 - resource is not on every system
    """Run the command in a process of its own; return what that used."""
    files = ("--customers", folder / "customers.csv", "--events", folder / events, "--out", folder / "out")
    command = [sys.executable, "-m", "simkit.cli", "replay", PROGRAMME, *map(str, files)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise subprocess.CalledProcessError(status, command)
    return usage


def write_log(folder: Path, customers: int, events: int) -> None:
    """Write customers.csv and events.csv, the latter in time order."""
    luck = np.random.default_rng(1)
    ids = _named("C", np.arange(customers), 7)
    approved = luck.integers(0, _APPROVALS, customers)
    truth = pa.array(["false", "true"])
    flags = (truth.take(pa.array((luck.random(customers) < share).astype(np.int8))) for share in (_NEW, _PRIMARY))
    tier = pa.array(["gold", "platinum"]).take(pa.array((luck.random(customers) < _PLATINUM).astype(np.int8)))
    with (folder / "customers.csv").open("wb") as file:
        file.write(b"customer_id,card_tier,new_customer,primary_card,approved_on\n")
        _write_lines(file, ids, tier, *flags, _times(approved * _DAY, "%Y-%m-%d\n"))
    account, second, kind, paid = _happenings(luck, approved, events)
    with (folder / "events.csv").open("wb") as file:
        file.write(b"event_id,customer_id,at,kind,amount,ref\n")
        for first in range(0, events, _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            _write_events(file, luck, first, ids.take(pa.array(account[rows])), second[rows], kind[rows], paid[rows])


def _happenings(luck: np.random.Generator, approved: NDArray[np.int64], events: int) -> tuple[NDArray[Any], ...]:
    """Return in time order who does when (second of 2024) what (position in `_SHARES`), and which event a refund undoes."""
    sizes = {kind: int(events * share) for kind, share in _SHARES.items()}
    sizes["payment"] += events - sum(sizes.values())
    accounts, seconds = [], []
    for kind, (first, last) in _FROM_APPROVAL.items():
        accounts.append(luck.integers(0, approved.shape[0], sizes[kind]))
        seconds.append(approved[accounts[-1]] * _DAY + luck.integers(first * _DAY, last * _DAY, sizes[kind]))
    undone = luck.choice(sizes["payment"], sizes["refund"], replace=False)
    accounts.append(accounts[0][undone])
    seconds.append(seconds[0][undone] + luck.integers(60, 10 * _DAY, sizes["refund"]))
    account, second = np.concatenate(accounts), np.concatenate(seconds)
    kinds = np.repeat(np.arange(len(_SHARES), dtype=np.int8), list(sizes.values()))
    order = np.argsort(second, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(events)
    paid = np.zeros(events, dtype=np.int64)
    paid[-sizes["refund"] :] = place[undone]
    return account[order], second[order], kinds[order], paid[order]


def _write_events(
    file: BinaryIO,
    luck: np.random.Generator,
    first: int,
    customers: pa.StringArray,
    second: NDArray[np.int64],
    kind: NDArray[np.int8],
    paid: NDArray[np.int64],
) -> None:
    kinds, size = list(_SHARES), kind.shape[0]
    fen = np.exp(luck.normal(4.0, 1.0, _AMOUNTS)) * 100
    amounts = pa.array([f"{amount / 100:.2f}" for amount in fen.round().tolist()] + ["2000", ""])
    amount: NDArray[np.int64] = np.asarray(luck.integers(0, _AMOUNTS, size))
    amount[kind == kinds.index("points")] = _AMOUNTS
    amount[kind > kinds.index("points")] = _AMOUNTS + 1
    part = pa.array(["welcome\n", "weekly\n"]).take(pa.array(luck.integers(0, 2, size)))
    named = pa.array((kind == kinds.index("claim")) | (kind == kinds.index("redeem")))
    refund = pc.binary_join_element_wise(_named("E", paid, 8), "\n", "")
    ref = pc.if_else(pa.array(kind == kinds.index("refund")), refund, pc.if_else(named, part, "\n"))
    _write_lines(
        file,
        _named("E", np.arange(first, first + size), 8),
        customers,
        _times(second, "%Y-%m-%dT%H:%M:%S+08:00"),
        pa.array(kinds).take(pa.array(kind)),
        amounts.take(pa.array(amount)),
        ref,
    )


def _named(letter: str, numbers: NDArray[np.int64], digits: int) -> pa.StringArray:
    return pc.binary_join_element_wise(letter, pc.utf8_lpad(pa.array(numbers).cast(pa.string()), digits, "0"), "")


def _times(seconds: NDArray[np.int64], pattern: str) -> pa.StringArray:
    return pc.strftime(pa.array(_START + seconds), pattern)


def _write_lines(file: BinaryIO, *columns: pa.StringArray) -> None:
    """Write columns as lines; the last one ends the line."""
    file.write(memoryview(pc.binary_join_element_wise(*columns, ",").buffers()[2]))


def main() -> None:
    """Measure and print, or do one of the two steps for the process that measures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay_speed", description=__doc__)
    parser.add_argument("step", nargs="?", choices=["write", "measure"], help="one step alone")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("customers", nargs="?", type=int, default=CUSTOMERS)
    parser.add_argument("events", nargs="?", type=int, default=EVENTS)
    arguments = parser.parse_args()
    if arguments.step == "write":
        write_log(arguments.folder, arguments.customers, arguments.events)
    elif arguments.step == "measure":
        print(json.dumps(_measure(arguments.folder)))
    else:
        Console().print(as_table("Replay, CPU seconds of all threads", replay_speed()))


if __name__ == "__main__":
    main()
