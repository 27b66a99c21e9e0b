"""A study from its plan to its tables: run it, or open what was run before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd

from simkit.atomic_files import replacing
from simkit.metrics.catalogue import KPIS
from simkit.metrics.kpi import ALL
from simkit.params import Finding, ParameterError, StudyPlan
from simkit.study.attribution import attribute
from simkit.study.comparison import compare
from simkit.study.execution import execute
from simkit.study.planning import CAMPAIGN, Model, plan_runs, source_hash
from simkit.study.records import StudyRecord, find_study, record_study, study_record
from simkit.study.selection.settling import settle
from simkit.study.store import METRICS, ResultStore
from simkit.study.tables import RUNS, StudyTables

_HASH_LENGTH = 12


@dataclass(frozen=True)
class Study:
    """A finished study: its record and its tables. Every row names its strategy, draw, replication and run (fingerprint).

    gathered_in: the folder of its tables; None is the study's own in the store.
    """

    record: StudyRecord
    store: ResultStore
    gathered_in: Path | None = None

    @property
    def plan(self) -> StudyPlan:
        """The plan as it was run."""
        return self.record.plan

    @property
    def strategies(self) -> list[str]:
        """The strategies in the plan's order, `do_nothing` first."""
        return [strategy.name for strategy in self.record.strategies]

    @property
    def programmes(self) -> dict[str, str]:
        """The reward programme of each strategy that offers one."""
        key = "levers.offer.reward_programme"
        default = self.record.scenario["levers"]["offer"]["reward_programme"]
        offered = {
            strategy.name: next((lever.value for lever in strategy.differences if lever.key == key), default)
            for strategy in self.record.strategies
        }
        return {name: str(programme) for name, programme in offered.items() if programme is not None}

    @property
    def runs(self) -> pd.DataFrame:
        """One row a run: strategy, draw, replication, fingerprint, scenario, detail, seconds."""
        return self.table(RUNS)

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """One row for each run, segment (and `all`) and KPI, with its `value`."""
        return self.table(METRICS)

    def totals(self, kpis: Iterable[str]) -> pd.DataFrame:
        """Return the rows of `metrics` of these KPIs over all segments, without reading the others."""
        rows = [("segment", "=", ALL), ("kpi", "in", list(kpis))]
        frame: pd.DataFrame = self._tables.read(METRICS, rows=rows).to_pandas()
        return frame

    def sums(self, name: str, columns: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
        """Return sums of *columns* of a table over all rows that are alike in *by*: what `query` would, in a third of the time."""
        rows = self._tables.read(name, [*by, *columns]).group_by(list(by), use_threads=False)
        summed = rows.aggregate([(column, "sum") for column in columns])
        frame: pd.DataFrame = summed.rename_columns([*by, *columns]).to_pandas()
        return frame

    @cached_property
    def comparison(self) -> pd.DataFrame:
        """Each strategy, segment and KPI with its interval and its difference from `do_nothing`; see `compare`. Kept."""
        return self._kept(
            "comparison",
            compare.__module__.rpartition(".")[0],
            lambda: compare(self.metrics, KPIS, strategies=self.strategies, confidence=self.plan.confidence),
        )

    @cached_property
    def who(self) -> pd.DataFrame:
        """Customers won by each strategy, served anyway, or lost to it; see `attribute`. Worked out once and kept."""
        return self._kept(
            "who",
            attribute.__module__,
            lambda: attribute(
                self._connection,
                strategies=self.strategies,
                campaign_days=self.record.scenario["calendar"]["campaign_days"],
                confidence=self.plan.confidence,
            ),
        )

    def _kept(self, name: str, module: str, work_out: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Return a table that was worked out by the source of *module* as it is now, and keep it where it is not kept yet."""
        path = self._tables.folder / f"{name}-{source_hash(module)[:_HASH_LENGTH]}.parquet"
        if not path.exists():
            with replacing(path) as temporary:
                work_out().to_parquet(temporary)
        return pd.read_parquet(path)

    @property
    def table_names(self) -> list[str]:
        """The tables that can be read and queried."""
        return [RUNS, METRICS, *self._tables.ledger]

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of the ledger over all runs. Raises `ParameterError` when there is none of that name."""
        frame: pd.DataFrame = self._tables.read(name).to_pandas()
        return frame

    def query(self, sql: str) -> pd.DataFrame:
        """Return the answer of DuckDB to `sql`, in which every table of the study has its name.

        Raises `ParameterError` with DuckDB's words when the question cannot be answered.
        """
        try:
            return self._connection.execute(sql).df()
        except duckdb.Error as error:
            raise ParameterError([Finding("query", "", str(error))]) from error

    @cached_property
    def _tables(self) -> StudyTables:
        return StudyTables(self.record, self.store, self.gathered_in)

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return self._tables.connect()


def run_study(
    plan: StudyPlan,
    *,
    store: Path,
    workers: int | None = None,
    cluster: str | None = None,
    progress: bool = True,
    model: Model = CAMPAIGN,
) -> Study:
    """Make the runs of a plan that `store` does not hold yet, and return the study. To resume, run it again.

    `workers` 1 runs in this process, None takes a process for each core, `cluster` the workers of the Dask scheduler at that address; the
    results are the same. A plan with `until` is run until its differences are precise, and the study's plan says how many replications
    that took. Raises `StudyError` when runs fail, after the others are stored.
    """
    if plan.until is not None:
        plan = settle(plan, store=store, workers=workers, cluster=cluster, progress=progress, model=model)
    tasks = plan_runs(plan, model)
    record = study_record(plan, tasks, model.measure)
    record_study(record, store)
    results = ResultStore(store)
    execute(tasks, results, workers=workers, cluster=cluster, progress=progress, model=model)
    StudyTables(record, results).gather_metrics()
    return Study(record, results)


def open_study(name_or_path: str | Path, store: Path) -> Study:
    """Open a finished study by its name (the latest of it), its full name, or its folder.

    Raises `ParameterError` when there is none, or when runs of it are missing.
    """
    record = find_study(name_or_path, store)
    results = ResultStore(store)
    done = finished_runs(record, results)
    if done < len(record.runs):
        problem = f"{done} of {len(record.runs)} runs are finished; run the study again to go on from there"
        raise ParameterError([Finding(record.full_name, "", problem)])
    return Study(record, results)


def finished_runs(record: StudyRecord, store: ResultStore) -> int:
    """Return how many runs of a study the store holds."""
    return sum(run.fingerprint in store for run in record.runs)
