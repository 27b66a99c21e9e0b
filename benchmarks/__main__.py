"""`python -m benchmarks`: measure speed, memory and pairing against the textbook models, and print them beside their goals."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from benchmarks.cluster_efficiency import cluster_efficiency
from benchmarks.memory import compilation, memory
from benchmarks.pairing import pairing
from benchmarks.replay_speed import replay_speed
from benchmarks.reward_speed import engine_against_interpreter, reward_steps
from benchmarks.speed import mechanisms, one_run, throughput, warm_up
from benchmarks.study_overhead import efficiency, overhead
from benchmarks.table import Figure, as_table


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    rounds: int
    customers: int
    textbook_customers: int
    costed_customers: int
    paired_customers: int
    replications: int
    study_scale: float | None
    replayed_customers: int
    replayed_events: int


FULL = Sizes(3, 1_000_000, 10_000, 200_000, 20_000, 60, 0.5, 1_000_000, 10_000_000)
QUICK = Sizes(1, 200_000, 3_000, 50_000, 10_000, 20, None, 20_000, 200_000)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller and only once: a look in less than a minute")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to FILE")
    arguments = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 130)
    with console.status("measuring"):
        tables = _measure(QUICK if arguments.quick else FULL)
    for title, figures in tables.items():
        console.print(as_table(title, figures))
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    console.print(
        f"CPU seconds of one core; ratios are of one run of this command. Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, load {load}."
    )
    if arguments.json:
        content = {title: [figure.as_data() for figure in figures] for title, figures in tables.items()}
        arguments.json.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _shared_out(folder: Path, scale: float) -> list[Figure]:
    return [
        efficiency(folder, scale, replications=4),
        cluster_efficiency(folder / "cluster", 2 * scale, replications=20),
    ]


def _measure(sizes: Sizes) -> dict[str, list[Figure]]:
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        return {
            "Speed": [
                *throughput(sizes.customers, sizes.textbook_customers, sizes.rounds),
                one_run(sizes.rounds),
                compilation(),
                overhead(Path(folder)),
                *(_shared_out(Path(folder), sizes.study_scale) if sizes.study_scale else []),
            ],
            f"Rewards at {sizes.customers:,} customers": [
                *reward_steps(sizes.customers, sizes.rounds),
                *engine_against_interpreter(sizes.rounds),
                *replay_speed(sizes.replayed_customers, sizes.replayed_events),
            ],
            "Memory": memory(sizes.customers),
            f"Pairing: {sizes.replications} replications of {sizes.paired_customers:,} customers": pairing(
                sizes.paired_customers, sizes.replications
            ),
            f"What each mechanism costs at {sizes.costed_customers:,} customers": mechanisms(
                sizes.costed_customers, sizes.rounds
            ),
        }


if __name__ == "__main__":
    main()
