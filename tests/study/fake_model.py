"""A model small enough to be seen through: customers open a wallet when their luck is below the strategy's chance."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from simkit.campaign.campaign_run import CampaignRun
from simkit.params import load_strategy
from simkit.study import Model, RunTask

SEGMENTS = ("young", "silver")
CHANCES = {"do_nothing": 0.05, "cold_door_to_door": 0.15, "digital_first": 0.08}
CUSTOMERS = 400


@dataclass(frozen=True)
class Bank:
    """Stands for a scenario."""

    name: str = "small_bank"
    seed: int = 1
    scale: float = 1.0


@dataclass(frozen=True)
class FakeModel:
    """Writes one line to `journal` for each run that is begun; takes `seconds`; raises for the runs in `failing`.

    `compiled` has a line for each strategy for which something was compiled ahead.
    The run named `deadly` kills the process that makes it.
    """

    journal: Path | None = None
    compiled: Path | None = None
    seconds: float = 0.0
    failing: frozenset[tuple[str, int]] = frozenset()
    failing_draw: int = 0
    deadly: tuple[str, int] | None = None
    chances: Mapping[str, float] = field(default_factory=CHANCES.copy)

    def model(self):
        """Give the functions that a study asks for."""
        return Model(self.run, self.parameters, self.fingerprint, self.metrics, self.compile)

    def parameters(self, scenario, strategy):
        """Resolve a strategy: here its name says all."""
        return {"seed": scenario.seed, "strategy": strategy.name}

    def fingerprint(self, parameters, draw, replication, detail):
        """Name what determines a run."""
        return hashlib.sha256(repr((parameters, draw, replication, detail)).encode()).hexdigest()

    def run(self, scenario, strategy, draw=0, replication=0, *, detail="daily"):
        """Make a run: the same customers have the same luck under every strategy."""
        parameters = self.parameters(scenario, strategy)
        fingerprint = self.fingerprint(parameters, draw, replication, detail)
        if self.journal:
            with self.journal.open("a") as lines:
                lines.write(f"{strategy.name} {replication} {os.getpid()}\n")
        if (strategy.name, replication) in self.failing and draw == self.failing_draw:
            message = "no such door"
            raise LookupError(message)
        if (strategy.name, replication) == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(self.seconds)
        return CampaignRun(
            scenario=scenario.name,
            strategy=strategy.name,
            draw=draw,
            replication=replication,
            detail=detail,
            fingerprint=fingerprint,
            tables=ledger((scenario.seed, draw, replication), self.chances[strategy.name]),
            parameters=parameters,
            versions={"simkit": "0"},
            seconds=self.seconds,
        )

    def compile(self, scenario, strategy):
        """Note that runs of this strategy are prepared, and by which process."""
        del scenario
        if self.compiled:
            with self.compiled.open("a") as lines:
                lines.write(f"{strategy.name} {os.getpid()}\n")

    def metrics(self, run, scenario):
        """Count the KPIs of a run from its ledger."""
        del scenario
        conversions = run.tables["conversions"].to_pandas()
        cost = float(run.tables["costs"]["amount_cny"].to_numpy().sum())
        rows = []
        for segment in (*SEGMENTS, "all"):
            own = conversions if segment == "all" else conversions[conversions["segment"] == segment]
            lasting = int(own["lasting"].sum())
            values = {"opened": len(own), "activated": int((own["activated_day"] >= 0).sum()), "lasting": lasting}
            values["lasting_share"] = lasting / len(own) if len(own) else float("nan")
            if segment == "all":
                values |= {"cost": cost, "cost_per_lasting": cost / lasting if lasting else float("nan")}
            rows += [{"segment": segment, "kpi": kpi, "value": float(value)} for kpi, value in values.items()]
        return pa.Table.from_pylist(rows)


def ledger(luck_of, chance):
    """Return the tables of one run; doing nothing has the smallest chance, and costs nothing."""
    luck = np.random.default_rng(luck_of).random((3, CUSTOMERS))
    opened = np.flatnonzero(luck[0] < chance)
    activated = luck[1, opened] < 0.5
    conversions = {
        "customer_id": pa.array(opened, pa.int32()),
        "segment": words([SEGMENTS[customer % 2] for customer in opened]),
        "channel": words(["visit"] * len(opened)),
        "opened_day": pa.array(opened % 30, pa.int16()),
        "activated_day": pa.array(np.where(activated, opened % 30 + 3, -1), pa.int16()),
        "assisted": pa.array(activated),
        "lasting": pa.array(activated & (luck[2, opened] < 0.6)),
    }
    per_segment = [int((opened % 2 == index).sum()) for index in range(2)]
    daily = {
        "day": pa.array([0, 0], pa.int16()),
        "segment": words(SEGMENTS),
        "opened": pa.array(per_segment, pa.int32()),
    }
    amounts = [] if chance == CHANCES["do_nothing"] else [100.0 + 10 * len(opened)]
    costs = {"day": pa.array([0] * len(amounts), pa.int16()), "amount_cny": pa.array(amounts, pa.float64())}
    population = {"segment": words(SEGMENTS), "customers": pa.array([CUSTOMERS // 2] * 2, pa.int32())}
    tables = {"daily": daily, "conversions": conversions, "costs": costs, "population": population}
    return {name: pa.table(columns) for name, columns in tables.items()}


def words(texts):
    """Return texts as a dictionary column."""
    return pa.array(list(texts), pa.string()).dictionary_encode()


def tasks_of(fake, *, strategies=tuple(CHANCES), replications=4, draws=1, seed=1):
    """Return the runs of a small study, in the order of a plan."""
    bank = Bank(seed=seed)
    return [
        RunTask(
            scenario=bank,
            strategy=load_strategy(name),
            draw=draw,
            replication=replication,
            detail="daily",
            fingerprint=fake.fingerprint(fake.parameters(bank, load_strategy(name)), draw, replication, "daily"),
            command=f"simkit run small_bank {name} --replication {replication}",
        )
        for draw in range(draws)
        for replication in range(replications)
        for name in strategies
    ]
