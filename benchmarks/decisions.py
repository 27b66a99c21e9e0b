"""`python -m benchmarks.decisions`: what pairing is worth between shipped strategies, and how long a selection among eight takes."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from benchmarks.pairing import variance_ratio
from benchmarks.table import Figure, as_table
from simkit.params import load_strategy, load_study
from simkit.study import CampaignObserver, choose
from simkit.study.planning import study_scenario, with_scale_and_seed

STUDY = "city_bank_strategies"
SELECTION = "eight_strategies"
PAIRED_FIGURES = ("payments", "lasting", "opened", "net_value")
_SECONDS = 60
_HELD = 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decisions", description=__doc__)
    parser.add_argument("--scale", type=float, default=0.1, help="share of the bank for the pairs")
    parser.add_argument("--replications", type=int, default=20, help="of each strategy, for the pairs")
    parser.add_argument("--only", choices=["pairs", "selection"], help="measure one of the two")
    arguments = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 130)
    with tempfile.TemporaryDirectory() as folder:
        if arguments.only != "selection":
            figures = pairs(arguments.scale, arguments.replications, Path(folder))
            held = sum(figure.verdict == "held" for figure in figures if figure.what.startswith("payments"))
            console.print(
                as_table(f"Pairing in {STUDY}: variance with independent seeds over paired variance", figures)
            )
            console.print(f"{held} pairs of strategies hold {_HELD} times for payments.")
        if arguments.only != "pairs":
            console.print(as_table(f"Selection: {SELECTION}", selection(Path(folder) / "selection")))
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    console.print(f"{os.cpu_count()} cores, load {load}.")


def pairs(scale: float, replications: int, store: Path, workers: int | None = None) -> list[Figure]:
    """Return for each key figure and pair of the shipped study's strategies what pairing is worth."""
    plan = load_study(STUDY)
    scenario = with_scale_and_seed(study_scenario(plan), scale, None)
    names = plan.all_strategies
    strategies = [load_strategy(name) for name in names]
    observe = CampaignObserver(scenario, strategies, PAIRED_FIGURES, store=store, workers=workers, progress=False)
    values: NDArray[np.float64] = observe(range(len(names)), range(replications))
    found = []
    for first, second in itertools.combinations(range(len(names)), 2):
        ratio, low, high = variance_ratio(values[first], values[second])
        found += [
            Figure(f"{kpi}: {names[first]}, {names[second]}", ratio[at], "×", _HELD, low=low[at], high=high[at])
            for at, kpi in enumerate(PAIRED_FIGURES)
        ]
    return sorted(found, key=lambda figure: PAIRED_FIGURES.index(figure.what.split(":")[0]))


def selection(store: Path) -> list[Figure]:
    """Return the seconds until the shipped choice is made, with nothing stored, and the runs that it took."""
    plan = load_study(SELECTION)
    began = time.perf_counter()
    chosen = choose(plan, store=store, progress=False)
    seconds = time.perf_counter() - began
    if not chosen.selection.sure:
        raise RuntimeError("the selection was not sure")
    customers = chosen.scenario.customers
    return [
        Figure(
            f"sure of the best of {len(chosen.names)}, {customers:,} customers",
            seconds,
            "s",
            _SECONDS,
            more_is_better=False,
        ),
        Figure("runs", chosen.selection.runs, ""),
    ]


if __name__ == "__main__":
    main()
