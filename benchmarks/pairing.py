"""How much luck two strategies share: the variance of their difference with independent seeds over that with the same customers."""

from __future__ import annotations

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from benchmarks.configuration import FULL_BLOWN, bank, more_visits, strategy
from benchmarks.table import Figure
from simkit.campaign.run import run_campaign
from simkit.params import Strategy

FACTOR = 1.25
FIGURES = {"transactions": 40, "active": 20, "conversions": 10}
_RESAMPLES = 2_000


def pairing(customers: int, replications: int) -> list[Figure]:
    """Return the variance ratios for a quarter more visits, with bootstrap intervals (95 %)."""
    levers = (strategy(FULL_BLOWN), more_visits(FACTOR))
    tasks = [(choice, replication) for choice in levers for replication in range(replications)]
    results = Parallel(n_jobs=-1)(delayed(_outcome)(customers, choice, replication) for choice, replication in tasks)
    usual, more = np.array(results).reshape(2, replications, len(FIGURES))
    ratios, low, high = variance_ratio(usual, more)
    return [
        Figure(f"pairing, visits +25 %: {name}", ratios[i], "×", 10, reach, low=low[i], high=high[i])
        for i, (name, reach) in enumerate(FIGURES.items())
    ]


def variance_ratio(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return how many times pairing shrinks the variance of a difference, with a bootstrap interval (95 %).

    first, second: (replications, figures), replication by replication with the same luck.
    """
    generator = np.random.default_rng(1)
    chosen = generator.integers(len(first), size=(_RESAMPLES, len(first)))
    low, high = np.quantile(_ratio(first[chosen], second[chosen]), [0.025, 0.975], axis=0)
    return _ratio(first, second), low, high


def _ratio(usual: NDArray[np.float64], more: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Var(usual) + Var(more), as with independent seeds, over Var(more - usual); replications are the last axis but one."""
    independent = usual.var(axis=-2, ddof=1) + more.var(axis=-2, ddof=1)
    return np.asarray(independent / (more - usual).var(axis=-2, ddof=1))


def _outcome(customers: int, levers: Strategy, replication: int) -> tuple[float, float, float]:
    run = run_campaign(bank(customers), levers, replication=replication)
    daily = run.tables["daily"].to_pandas()
    last = daily["day"] == daily["day"].max()
    return float(daily["payments"].sum()), float(daily.loc[last, "active"].sum()), float(daily["opened"].sum())
