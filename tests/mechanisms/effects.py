"""Whether a mechanism acts: the same customers with the same luck, once with it and once without."""

import functools
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.stats import t as student

from simkit.campaign.campaign_run import CampaignRun
from simkit.campaign.fingerprint import run_fingerprint
from simkit.campaign.run import run_campaign
from simkit.metrics.measuring import run_metrics
from simkit.params import Scenario, Strategy, load_scenario
from tests.campaign.banks import changed, core, doing
from tests.campaign.digest import digests

ONE_SIDED_ERROR = 0.001
REPLICATIONS = 6
KEPT_RUNS = 100
_RUNS: dict[str, CampaignRun] = {}
_FIGURES: dict[str, dict[str, pd.Series]] = {}

NOTHING = doing({})
"""A strategy that does nothing."""


def covers(row, *, keys, code, kpi):
    """Say that a test shows a row of the articles at work: its parameters, the place of its code, and the figure that moves."""

    def claiming(test):
        test.covers = [*getattr(test, "covers", ()), (row, keys, code, kpi)]
        return test

    return claiming


@functools.cache
def small_bank(customers: int = 6000, mechanisms: tuple[str, ...] | None = None) -> Scenario:
    """A whole bank of few customers in four weeks of campaign, with these mechanisms, or with all of the shipped scenario."""
    shipped = load_scenario("city_bank")
    if mechanisms is not None:
        shipped = core(shipped).model_copy(update={name: getattr(shipped, name) for name in mechanisms})
    return changed(
        shipped,
        {
            "scale": 1.0,
            "bank.customers": customers,
            "bank.branches": 2,
            "calendar.campaign_days": 28,
            "calendar.horizon_days": 126,
        },
    )


def bank_with(*mechanisms: str) -> Callable[..., Scenario]:
    """Return a `small_bank` of a module's own: it has only the mechanisms that its claims are about, so that no other mixes in."""
    return functools.partial(small_bank, mechanisms=mechanisms)


def without(scenario: Scenario, *sections: str) -> Scenario:
    """Return the scenario with these mechanisms left out."""
    return scenario.model_copy(update=dict.fromkeys(sections))


def played(scenario: Scenario, strategy: Strategy, replication: int = 0) -> CampaignRun:
    """Play a run in full detail, once for all tests that ask for it one after the other."""
    key = run_fingerprint(scenario, strategy, replication=replication, detail="full")
    if key not in _RUNS:
        if len(_RUNS) == KEPT_RUNS:
            del _RUNS[next(iter(_RUNS))]
        _RUNS[key] = run_campaign(scenario, strategy, replication=replication, detail="full")
    return _RUNS[key]


def measured(scenario: Scenario, strategy: Strategy, replication: int) -> dict[str, pd.Series]:
    """Return a run's key figures by segment and name; each run is measured once."""
    key = run_fingerprint(scenario, strategy, replication=replication, detail="full")
    if key not in _FIGURES:
        table = run_metrics(played(scenario, strategy, replication), scenario).to_pandas()
        _FIGURES[key] = {name: rows.set_index("kpi")["value"] for name, rows in table.groupby("segment")}
    return _FIGURES[key]


def figures(scenario: Scenario, strategy: Strategy, replications: int = REPLICATIONS, segment: str = "all"):
    """Return key figures, one row a replication."""
    rows = [measured(scenario, strategy, replication)[segment] for replication in range(replications)]
    return pd.DataFrame(rows).reset_index(drop=True)


def assert_moves(kpi, direction, *, off, on, segment="all", replications=REPLICATIONS):
    """Demand that a key figure is higher ("up") or lower ("down") in `on` than in `off`, both (scenario, strategy).

    The differences of the replications are paired: the same customers have the same luck. Their mean must lie beyond the one-sided
    0.1 % point of Student's t in its standard error.
    """
    differences = (figures(*on, replications, segment)[kpi] - figures(*off, replications, segment)[kpi]).to_numpy()
    assert np.isfinite(differences).all(), f"{kpi} is not a number in some run"
    differences = differences if direction == "up" else -differences
    error = differences.std(ddof=1) / math.sqrt(replications)
    needed = error * student.ppf(1 - ONE_SIDED_ERROR, replications - 1)
    assert differences.mean() > needed, f"{kpi}: mean change {differences.mean():.4g}, needed {needed:.4g} {direction}"


def assert_nothing_moves(one, other, replications=2):
    """Demand that two runs of (scenario, strategy) have the same tables to the last bit."""
    for replication in range(replications):
        first, second = (digests(played(*case, replication)) for case in (one, other))
        assert first == second, {table for table in first if first[table] != second.get(table)}
