"""CPU seconds of our model, of its mechanisms, and of the two textbook models, in interleaved rounds of one process."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from benchmarks.configuration import (
    FULL_BLOWN,
    MECHANISMS,
    MILLION,
    NEEDED_BY,
    STRATEGIES,
    bank,
    single_levers,
    strategy,
    without,
)
from benchmarks.mesa_model import run_mesa
from benchmarks.per_customer import run_per_customer
from benchmarks.table import Figure
from simkit.campaign.run import run_campaign
from simkit.params import Levers, Scenario, Strategy

# The values to hold and to reach for, at a million customers and (one run of a planner's size) a hundred thousand.
THROUGHPUT = (50, 100)
RATIOS = {"SimPy": (150, 400), "Mesa": (25, 60)}
PLANNER, PLANNER_SECONDS = 100_000, (1.5, 0.5)
_SEED = 1
_WARM_UP = 2_000


def warm_up() -> None:
    """Load and compile whatever a run needs."""
    run_campaign(bank(_WARM_UP), strategy(FULL_BLOWN))


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds that `work` takes: what a busy machine does besides does not count."""
    began = time.process_time()
    work()
    return time.process_time() - began


def ours(scenario: Scenario, levers: Strategy) -> float:
    """Return the CPU seconds of one run, set-up included."""
    return cpu_seconds(lambda: run_campaign(scenario, levers))


def throughput(customers: int, textbook_customers: int, rounds: int) -> list[Figure]:
    """Return customer-days per core-second of our model, and its ratios to the textbook models of the same round.

    The ratios leave out the mechanisms that the textbook models do not have, on both sides.
    """
    large = bank(customers)
    days = large.calendar.horizon_days
    strategies = {name: strategy(name) for name in STRATEGIES}
    large_plain, full_blown = without(large, strategies[FULL_BLOWN], *MECHANISMS, "contact_policy")
    small, _ = without(bank(textbook_customers), full_blown, *MECHANISMS)
    seconds: dict[str, list[float]] = {}
    for _ in range(rounds):
        measured = {name: ours(large, levers) for name, levers in strategies.items()}
        measured["ours, plain"] = ours(large_plain, full_blown)
        measured["ours, small"] = ours(small, full_blown)
        measured["SimPy"] = cpu_seconds(lambda: run_per_customer(small, full_blown, _SEED))
        measured["Mesa"] = cpu_seconds(lambda: run_mesa(small, full_blown, _SEED))
        for name, value in measured.items():
            seconds.setdefault(name, []).append(value)
    size, textbook_size = f"{customers:,} customers", f"{textbook_customers:,} customers"
    rates = [
        Figure(f"{name}, {size}", customers * days / median(seconds[name]) / MILLION, "M customer-days/s", *goals)
        for name, goals in zip(STRATEGIES, [(), (), THROUGHPUT if customers == MILLION else ()], strict=True)
    ]
    for name, goals in RATIOS.items() if customers == MILLION else dict.fromkeys(RATIOS, ()).items():
        one_customer = [
            (textbook / textbook_customers) / (run / customers)
            for textbook, run in zip(seconds[name], seconds["ours, plain"], strict=True)
        ]
        rates += [
            Figure(
                f"{name}, {textbook_size}",
                textbook_customers * days / median(seconds[name]) / MILLION,
                "M customer-days/s",
            ),
            _ratio(f"ours at {size} to {name} at {textbook_size}", one_customer, *goals),
            _ratio(
                f"ours to {name}, both at {textbook_size}",
                [book / run for book, run in zip(seconds[name], seconds["ours, small"], strict=True)],
            ),
        ]
    return rates


def _ratio(what: str, ratios: list[float], hold: float | None = None, reach: float | None = None) -> Figure:
    return Figure(what, median(ratios), "×", hold, reach, low=min(ratios), high=max(ratios))


def one_run(rounds: int) -> Figure:
    """Return the CPU seconds of one run of a planner's size, set-up included, caches warm."""
    scenario, levers = bank(PLANNER), strategy(FULL_BLOWN)
    seconds = [ours(scenario, levers) for _ in range(rounds)]
    return Figure(
        f"one run of {PLANNER:,} customers, set-up included",
        median(seconds),
        "s",
        *PLANNER_SECONDS,
        more_is_better=False,
        low=min(seconds),
        high=max(seconds),
    )


def mechanisms(customers: int, rounds: int) -> list[Figure]:
    """Return what each channel alone adds to doing nothing, and each mechanism to the full-blown strategy, in CPU seconds."""
    scenario, full_blown = bank(customers), strategy(FULL_BLOWN)
    plain, nothing = without(scenario, strategy("do_nothing"), *MECHANISMS)
    cases = {"do_nothing": (plain, nothing)}
    cases |= {name: (plain, levers) for name, levers in single_levers().items()}
    cases |= {FULL_BLOWN: (scenario, full_blown)}
    used = [key for key in MECHANISMS if key not in Levers.model_fields or getattr(full_blown.levers, key) is not None]
    cases |= {f"without {key}": without(scenario, full_blown, key) for key in used}
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            seconds[name].append(ours(*case))
    took = {name: median(times) for name, times in seconds.items()}
    figures = [Figure("do_nothing: organic adoption, payments, set-up", took["do_nothing"], "s")]
    figures += [Figure(f"+ {name}", took[name] - took["do_nothing"], "s") for name in single_levers()]
    figures += [Figure(f"{FULL_BLOWN}, every mechanism that it uses on", took[FULL_BLOWN], "s")]
    figures += [
        Figure(
            " and ".join(("of which " + key, *NEEDED_BY.get(key, ()))), took[FULL_BLOWN] - took[f"without {key}"], "s"
        )
        for key in used
    ]
    return figures
