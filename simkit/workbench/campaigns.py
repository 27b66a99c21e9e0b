"""The runs behind the workbench: a first answer from few of them, better ones from more, each stored and never made twice."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from simkit.params import Scenario, Strategy, StudyPlan
from simkit.params.levers import Title
from simkit.study import ResultStore, RunTask, Study, StudyError, execute
from simkit.study.alternatives import Alternatives
from simkit.study.recall import Recall
from simkit.study.records import study_record
from simkit.workbench.background import Turns

STAGES = (2, 5, 10, 20)
"""Replications after which there is an answer: the first at once, the others to refine it."""
NAME = "workbench"
_KEPT_STUDIES = 8
WORKERS = 2
"""Processes that make runs, shared by all workbenches of this one: the page stays at hand, which it does not beside runs in a thread."""
_TURNS = Turns()


@dataclass(frozen=True)
class Question:
    """Strategies that are compared upon a scenario, `do_nothing` first; `shown` is the one whose own figures are asked for."""

    scenario: Scenario
    strategies: tuple[Strategy, ...]
    shown: str


class Step(NamedTuple):
    """How far a question is: runs that are there, runs that will be, and the study where there is an answer."""

    done: int
    total: int
    study: Study | None = None


@dataclass
class Campaigns:
    """Answers questions from the runs in `store`, and makes what is missing there."""

    store: Path
    stages: Sequence[int] = STAGES
    workers: int = WORKERS

    def __post_init__(self) -> None:
        self._results = ResultStore(self.store)
        self._folder = Path(tempfile.mkdtemp(prefix="simkit-workbench-"))
        self._recall = Recall(self._folder / "recall")
        self._model = self._recall.campaigns
        self._alternatives: Alternatives | None = None
        self._there: set[str] = set()

    def answers(self, question: Question) -> Generator[Step]:
        """Make the runs that are missing, replication by replication; give a step after every few, and an answer after each stage.

        A stage whose runs are all there is passed over where those of the next are there too. Raises `StudyError` when a run fails,
        `ParameterError` where a strategy does not fit the scenario. Ends without another step when it is given up.
        """
        self._recall.withdraw()
        replications = self._replications(question)
        everything = {task.fingerprint: task for tasks in replications for task in tasks}
        missing = {name for name in everything if not self._is_there(name)}
        for stage, following in zip(self.stages, (*self.stages[1:], 0), strict=True):
            part = {task.fingerprint for task in _flat(replications[:stage])}
            for some in self._batches([task for name, task in everything.items() if name in part & missing]):
                self._make(some)
                if self._recall.sent:
                    return
                made = {task.fingerprint for task in some}
                self._there |= made
                missing -= made
                yield Step(len(everything) - len(missing), len(everything))
            if not following or any(task.fingerprint in missing for task in _flat(replications[:following])):
                study = self._study(question, replications[:stage])
                yield Step(len(everything) - len(missing), len(everything), study)

    def give_up(self) -> None:
        """Give up the runs that are being made, from any thread: nobody waits for the answer any more."""
        with suppress(FileNotFoundError):  # closed
            self._recall.send()

    def close(self) -> None:
        """Remove the tables that were gathered for answers; the runs stay."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _is_there(self, run: str) -> bool:
        """Say whether a run is stored; what was seen once is not looked for again, which would take longer than a chart."""
        if run not in self._there and self._results.measured(run, self._model.measure):
            self._there.add(run)
        return run in self._there

    def _replications(self, question: Question) -> list[list[RunTask]]:
        """Return the runs of every replication, each of all strategies."""
        if self._alternatives is None or self._alternatives.scenario is not question.scenario:
            self._alternatives = Alternatives(question.scenario, self._model)
        alternatives = [self._alternatives.of({}, strategy) for strategy in question.strategies]
        return [
            [alternative.run(0, replication, self._model) for alternative in alternatives]
            for replication in range(self.stages[-1])
        ]

    def _batches(self, tasks: Sequence[RunTask]) -> list[Sequence[RunTask]]:
        """Return runs as they are made side by side: no more at once than there are workers, so that an end is never far."""
        return [tasks[first : first + self.workers] for first in range(0, len(tasks), self.workers)]

    def _make(self, tasks: Sequence[RunTask]) -> None:
        with _TURNS:
            try:
                execute(tasks, self._results, workers=self.workers, progress=False, model=self._model)
            except StudyError:
                if not self._recall.sent:
                    raise

    def _study(self, question: Question, replications: Sequence[Sequence[RunTask]]) -> Study:
        plan = StudyPlan(
            name=NAME,
            title=Title(en="Workbench", zh="策略试算台"),
            question=Title(en="Which of these strategies?", zh="选择哪种策略？"),
            scenario=question.scenario.name,
            strategies=tuple(strategy.name for strategy in question.strategies),
            scale=question.scenario.scale,
            seed=question.scenario.seed,
            replications=len(replications),
        )
        record = study_record(plan, _flat(replications), self._model.measure)
        return Study(record, self._results, self._folder_for(record.id))

    def _folder_for(self, study: str) -> Path:
        """Return an empty or earlier folder for the tables of an answer; those of answers long past are removed."""
        folder = self._folder / "studies" / study
        folder.mkdir(parents=True, exist_ok=True)
        by_age = sorted(folder.parent.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        for old in by_age[:-_KEPT_STUDIES]:
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
        return folder


def _flat(replications: Sequence[Sequence[RunTask]]) -> list[RunTask]:
    return [task for tasks in replications for task in tasks]
