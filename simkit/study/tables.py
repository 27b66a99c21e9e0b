"""The tables of a whole study as Parquet, one file each with strategy, draw, replication and fingerprint, and DuckDB upon them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simkit.atomic_files import replacing
from simkit.campaign.fingerprint import hash_of
from simkit.params import Finding, ParameterError, nearest
from simkit.study.districts import whole_bank
from simkit.study.records import RunKey, StudyRecord, study_folder
from simkit.study.store import METRICS, ResultStore

RUNS = "runs"
_BYTES_PER_ROW_GROUP = 256 * 2**20

Tables = Mapping[str, pa.Table]


@dataclass(frozen=True)
class StudyTables:
    """The tables of one finished study. Each is gathered from the runs when it is first asked for, and kept.

    elsewhere: a folder for the Parquet files, where it is not the study's own in the store.
    """

    record: StudyRecord
    store: ResultStore
    elsewhere: Path | None = None

    @property
    def folder(self) -> Path:
        """Where the Parquet files are."""
        return self.elsewhere or study_folder(self.record, self.store.folder)

    def gather_metrics(self) -> None:
        """Write the tables `runs` and `metrics`, unless they are there; the metrics of districts are brought together."""
        if all(self._path(name).exists() for name in (RUNS, METRICS)):
            return
        if self.record.plan.districts == 1:
            self._gather(self.record.runs, self._head)
        else:
            self._gather(self.record.runs, lambda run: {RUNS: self._head(run)[RUNS]})
            self._gather(list(self._districts), self._whole_bank)

    def gather_ledger(self) -> None:
        """Write the tables of the ledger, unless they are there."""
        if not all(self._path(name).exists() for name in self.ledger):
            self._gather(self.record.runs, self._ledger_of)

    @cached_property
    def ledger(self) -> tuple[str, ...]:
        """The names of the ledger's tables."""
        return tuple(self.store.read(self.record.runs[0].fingerprint)[0].tables)

    def read(
        self, name: str, columns: Sequence[str] | None = None, rows: Sequence[tuple[str, str, Any]] | None = None
    ) -> pa.Table:
        """Return one table, or of it some columns, and the rows that meet all of (column, comparison, value).

        Raises `ParameterError` when there is none of that name.
        """
        return pq.read_table(self._gathered(name), columns=columns, partitioning=None, filters=rows)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Return a connection to an empty database in memory, with a view of each table."""
        connection = duckdb.connect()
        connection.execute(
            "set enable_progress_bar = false"
        )  # a notebook would show it as a widget, a report as a script
        for name in (RUNS, METRICS, *self.ledger):
            path = str(self._gathered(name)).replace("'", "''")
            connection.execute(f"create view {name} as from read_parquet('{path}')")
        return connection

    def _head(self, run: RunKey) -> Tables:
        manifest, metrics = self.store.read_head(run.fingerprint)
        return {RUNS: manifest.select(["scenario", "detail", "seconds"]), METRICS: metrics}

    @cached_property
    def _districts(self) -> dict[RunKey, list[RunKey]]:
        """The runs of each replication of the bank, which has a fingerprint of theirs."""
        groups: dict[tuple[str, int, int], list[RunKey]] = {}
        for run in self.record.runs:
            groups.setdefault((run.strategy, run.draw, run.replication), []).append(run)
        named = {key: hash_of({"districts": [run.fingerprint for run in runs]}) for key, runs in groups.items()}
        return {RunKey(*key, named[key]): runs for key, runs in groups.items()}

    def _whole_bank(self, run: RunKey) -> Tables:
        return {METRICS: whole_bank([self._head(district)[METRICS] for district in self._districts[run]])}

    def _ledger_of(self, run: RunKey) -> Tables:
        """Return the ledger of a run; customers of districts get numbers of their own."""
        tables = self.store.read(run.fingerprint)[0].tables
        size = self.record.scenario["bank"]["customers"]["value"] * self.record.scale / self.record.plan.districts
        first = run.district * round(size)
        return {name: _numbered_from(first, table) for name, table in tables.items()} if first else tables

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    def _gathered(self, name: str) -> Path:
        if name in (RUNS, METRICS):
            self.gather_metrics()
        elif name in self.ledger:
            self.gather_ledger()
        else:
            allowed = nearest(name, (RUNS, METRICS, *self.ledger))
            raise ParameterError([Finding(self.record.full_name, name, f"there is no such table; {allowed}")])
        return self._path(name)

    def _gather(self, keys: Sequence[RunKey], read: Callable[[RunKey], Tables]) -> None:
        """Write each table that `read` gives of a run into one Parquet file over all runs, in bounded memory."""
        with ExitStack() as files:
            writers: dict[str, pq.ParquetWriter] = {}
            for runs, tables in _batches((run, read(run)) for run in keys):
                for name in tables[0]:
                    together = _stamped(runs, [of_run[name] for of_run in tables])
                    if name not in writers:
                        path = files.enter_context(replacing(self._path(name)))
                        writers[name] = files.enter_context(pq.ParquetWriter(path, together.schema, compression="zstd"))
                    writers[name].write_table(together)


def _numbered_from(first: int, table: pa.Table) -> pa.Table:
    if "customer_id" not in table.column_names:
        return table
    column = table["customer_id"]
    return table.set_column(
        table.column_names.index("customer_id"), "customer_id", pc.add(column, pa.scalar(first, column.type))
    )


def _batches(pairs: Iterable[tuple[RunKey, Tables]]) -> Iterator[tuple[list[RunKey], list[Tables]]]:
    runs: list[RunKey] = []
    tables: list[Tables] = []
    size = 0
    for run, of_run in pairs:
        runs.append(run)
        tables.append(of_run)
        size += sum(table.nbytes for table in of_run.values())
        if size > _BYTES_PER_ROW_GROUP:
            yield runs, tables
            runs, tables, size = [], [], 0
    if runs:
        yield runs, tables


def _stamped(runs: list[RunKey], tables: list[pa.Table]) -> pa.Table:
    """Lay the tables of several runs under one another, each row with the run that it comes from."""
    rows = [len(table) for table in tables]
    names = sorted({run.strategy for run in runs})
    stamps = {
        "strategy": _repeated_words([run.strategy for run in runs], rows, names),
        "draw": pa.array(np.repeat([run.draw for run in runs], rows), pa.int32()),
        "replication": pa.array(np.repeat([run.replication for run in runs], rows), pa.int32()),
        "fingerprint": _repeated_words([run.fingerprint for run in runs], rows, [run.fingerprint for run in runs]),
    }
    together = pa.concat_tables(tables).unify_dictionaries()
    kept = [name for name in together.column_names if name not in stamps]
    columns = [*stamps.values(), *(together.column(name) for name in kept)]
    return pa.table(columns, names=[*stamps, *kept])


def _repeated_words(words: list[str], times: list[int], known: list[str]) -> pa.DictionaryArray:
    code = {word: index for index, word in enumerate(known)}
    codes = np.repeat(np.array([code[word] for word in words], dtype=np.int32), times)
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(known, pa.string()))
