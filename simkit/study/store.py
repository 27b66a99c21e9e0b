"""Where finished runs are kept: one file each, named by what determines it, so that no run is ever computed twice.

A run's file is a sequence of Arrow streams (manifest, metrics, then every table of the ledger) in one zstd frame. Eight Parquet
files a run cost five to eight times as much to write; Parquet is written once for a whole study (`simkit.study.tables`).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic_core import to_json

from simkit.atomic_files import replacing, sweep
from simkit.campaign.campaign_run import CampaignRun
from simkit.identity_cache import once_for_each
from simkit.params import Finding, ParameterError

MANIFEST = "manifest"
METRICS = "metrics"
_SUFFIX = ".run.zst"
_MEASURE = "measure"
_PLAIN = ("fingerprint", "scenario", "strategy", "draw", "replication", "detail", "seconds")
_IN_PARTS = ("parameters", "versions")


@dataclass(frozen=True)
class ResultStore:
    """Finished runs in `folder`/runs, each in a file named by its fingerprint."""

    folder: Path
    runs: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "runs", self.folder / "runs")

    def __contains__(self, fingerprint: str) -> bool:
        """Say whether the run is finished; an empty file, as a power failure leaves, is not."""
        try:
            return self._path(fingerprint).stat().st_size > 0
        except FileNotFoundError:
            return False

    def prepare(self) -> None:
        """Make the folder, and remove what killed processes left in it."""
        self.runs.mkdir(parents=True, exist_ok=True)
        sweep(self.runs)

    def write(self, run: CampaignRun, metrics: pa.Table, measure: str) -> None:
        """Keep a run and its metrics, which were taken by the definitions named `measure`."""
        with replacing(self._path(run.fingerprint)) as temporary, pa.OSFile(str(temporary), "wb") as file:
            _write(file, run, metrics, measure)

    def put(self, fingerprint: str, content: bytes) -> None:
        """Keep a run that another machine has `packed`."""
        with replacing(self._path(fingerprint)) as temporary:
            temporary.write_bytes(content)

    def read(self, fingerprint: str) -> tuple[CampaignRun, pa.Table]:
        """Return a finished run and its metrics. Raises `ParameterError` when there is none, or its file is damaged."""
        with self._opened(fingerprint) as stream:
            everything = pa.BufferReader(stream.read_buffer())
            tables = {}
            while everything.tell() < everything.size():
                name, table = _next_table(everything)
                tables[name] = table
        manifest = tables.pop(MANIFEST).to_pylist()[0]
        metrics = tables.pop(METRICS)
        plain = {name: manifest[name] for name in _PLAIN}
        shared: dict[str, Any] = {
            name: {part: json.loads(zlib.decompress(content)) for part, content in manifest[name].items()}
            for name in _IN_PARTS
        }
        return CampaignRun(tables=tables, **plain, **shared), metrics

    def measured(self, fingerprint: str, measure: str) -> bool:
        """Say whether a run is finished and its metrics were taken by the definitions named `measure`."""
        return fingerprint in self and self.read_head(fingerprint)[0][_MEASURE][0].as_py() == measure

    def read_head(self, fingerprint: str) -> tuple[pa.Table, pa.Table]:
        """Return a finished run's manifest (one row) and its metrics, without unpacking the ledger behind them."""
        with self._opened(fingerprint) as stream:
            (_, manifest), (_, metrics) = _next_table(stream), _next_table(stream)
        return manifest, metrics

    def find(self, start: str) -> str:
        """Return the one fingerprint that begins with `start`. Raises `ParameterError` when there is none or more than one."""
        names = sorted(path.name.removesuffix(_SUFFIX) for path in self.runs.glob(f"*{_SUFFIX}"))
        found = [name for name in names if name.startswith(start)]
        if len(found) == 1:
            return found[0]
        problem = f"begins {len(found)} runs; write more of the fingerprint" if found else "begins no run"
        raise ParameterError([Finding(str(self.runs), "", f"'{start}' {problem}")])

    def _path(self, fingerprint: str) -> Path:
        return self.runs / f"{fingerprint}{_SUFFIX}"

    @contextmanager
    def _opened(self, fingerprint: str) -> Iterator[pa.NativeFile]:
        path = self._path(fingerprint)
        try:
            with pa.input_stream(str(path), compression="zstd") as stream:
                yield stream
        except FileNotFoundError as error:
            raise ParameterError([Finding(str(self.runs), "", f"there is no run '{fingerprint}'")]) from error
        except (pa.ArrowInvalid, OSError) as error:
            raise ParameterError([Finding(str(path), "", f"is damaged ({error}); delete it and run again")]) from error


def packed(run: CampaignRun, metrics: pa.Table, measure: str) -> bytes:
    """Return the content of the file in which a store keeps this run."""
    with pa.BufferOutputStream() as sink:
        _write(sink, run, metrics, measure)
        content: bytes = sink.getvalue().to_pybytes()
    return content


def _write(sink: pa.NativeFile, run: CampaignRun, metrics: pa.Table, measure: str) -> None:
    tables = {MANIFEST: _manifest(run, measure), METRICS: metrics, **run.tables}
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        for name, table in tables.items():
            with pa.ipc.new_stream(stream, table.schema.with_metadata({"table": name})) as writer:
                writer.write_table(table)


def _next_table(stream: pa.NativeFile) -> tuple[str, pa.Table]:
    reader = pa.ipc.open_stream(stream)
    return reader.schema.metadata[b"table"].decode(), reader.read_all()


def _manifest(run: CampaignRun, measure: str) -> pa.Table:
    plain = {name: getattr(run, name) for name in _PLAIN}
    # What runs have in common is compressed once, and not with every run.
    shared = {name: {part: _packed_part(content) for part, content in getattr(run, name).items()} for name in _IN_PARTS}
    return pa.Table.from_pylist([{**plain, **shared, _MEASURE: measure}])


@once_for_each
def _packed_part(part: Any) -> bytes:  # noqa: ANN401 - plain data
    """Return a part of what runs have in common as compressed JSON."""
    return zlib.compress(to_json(part))
