"""The record of a study: its plan, what each strategy changes and which runs answer it, so that a result can be found again."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from simkit.atomic_files import replacing, sweep
from simkit.campaign.fingerprint import versions
from simkit.params import Difference, Finding, ParameterError, StudyPlan, nearest, resolve
from simkit.study.planning import RunTask, study_scenario

_FILE = "study.json"
_ID_LENGTH = 12


class RunKey(NamedTuple):
    """One run of a study and the fingerprint under which the store holds it. With districts a replication has one for each."""

    strategy: str
    draw: int
    replication: int
    fingerprint: str
    district: int = 0


class StrategyRecord(BaseModel):
    """A strategy as it was run, with every lever in which it differs from the scenario."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: dict[str, str]
    summary: dict[str, str]
    differences: tuple[Difference, ...]


class StudyRecord(BaseModel):
    """What a study was. `id` is drawn from its content: the plan, the fingerprints of its runs and how they are measured."""

    model_config = ConfigDict(frozen=True)

    id: str
    recorded_at: datetime.datetime
    plan: StudyPlan
    measure: str
    seed: int
    scale: float
    versions: dict[str, str]
    scenario: dict[str, Any]
    strategies: tuple[StrategyRecord, ...]
    runs: tuple[RunKey, ...]

    @property
    def full_name(self) -> str:
        """The plan's name with the id: one study among several of that name."""
        return f"{self.plan.name}-{self.id}"


def study_record(plan: StudyPlan, tasks: Sequence[RunTask], measure: str) -> StudyRecord:
    """Return the record of a study without writing it down; the same study again has the same id.

    `measure` names the definitions by which the runs are measured.
    """
    runs = tuple(_run_key(task, plan.districts) for task in tasks)
    content = json.dumps([plan.model_dump(mode="json"), runs, measure], sort_keys=True)
    identifier = hashlib.sha256(content.encode()).hexdigest()[:_ID_LENGTH]
    scenario = study_scenario(plan) if plan.districts > 1 else tasks[0].scenario
    strategies = {task.strategy.name: _strategy_record(task) for task in tasks[: len(plan.all_strategies)]}
    return StudyRecord(
        id=identifier,
        recorded_at=datetime.datetime.now(datetime.UTC),
        plan=plan,
        measure=measure,
        seed=scenario.seed,
        scale=scenario.scale,
        versions=versions(),
        scenario=scenario.model_dump(mode="json"),
        strategies=tuple(strategies.values()),
        runs=runs,
    )


def record_study(record: StudyRecord, store: Path) -> None:
    """Write down a study in a store, before its runs are made."""
    folder = study_folder(record, store)
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    with replacing(folder / _FILE) as temporary:
        temporary.write_text(record.model_dump_json(indent=1), encoding="utf-8")


def study_folder(record: StudyRecord, store: Path) -> Path:
    """Return the folder that holds a study's record and tables."""
    return store / "studies" / record.full_name


def recorded_studies(store: Path) -> list[StudyRecord]:
    """Return the records of all studies in a store, the latest first."""
    return sorted(_records(store), key=lambda record: record.recorded_at, reverse=True)


def find_study(name_or_path: str | Path, store: Path) -> StudyRecord:
    """Return a study's record by its folder, its full name, or its name (the latest of that name).

    Raises `ParameterError` when there is none, or its record cannot be read.
    """
    path = Path(name_or_path)
    if (path / _FILE).is_file():
        return _read(path / _FILE)
    records = recorded_studies(store)
    for record in records:
        if str(name_or_path) in (record.full_name, record.plan.name):
            return record
    problem = f"there is no study '{name_or_path}'"
    known = {record.plan.name for record in records}
    raise ParameterError([Finding(str(store), "", f"{problem}; {nearest(name_or_path, known)}" if known else problem)])


def _run_key(task: RunTask, districts: int) -> RunKey:
    replication, district = divmod(task.replication, districts)
    return RunKey(task.strategy.name, task.draw, replication, task.fingerprint, district)


def _strategy_record(task: RunTask) -> StrategyRecord:
    strategy = task.strategy
    return StrategyRecord(
        name=strategy.name,
        title=strategy.title.model_dump(),
        summary=strategy.summary.model_dump(),
        differences=resolve(task.scenario, strategy).differences,
    )


def _records(store: Path) -> Iterator[StudyRecord]:
    for path in (store / "studies").glob(f"*/{_FILE}"):
        yield _read(path)


def _read(path: Path) -> StudyRecord:
    try:
        return StudyRecord.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        problem = f"is no record that this version reads ({error.error_count()} problems); delete its folder and run the study again"
        raise ParameterError([Finding(str(path), "", problem)]) from error
