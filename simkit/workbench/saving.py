"""Files from the workbench: the strategy that was tried, and the plan of a study of all that is compared."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simkit.atomic_files import replacing
from simkit.params import DO_NOTHING, Finding, ParameterError, Strategy, StudyPlan, YamlFile, load_strategy, validated
from simkit.params.yaml_file import yaml_text
from simkit.workbench.bench import Bench
from simkit.workbench.words import summary_of

_HASH_LENGTH = 12


class FileExistsAlreadyError(ParameterError):
    """A file of that name is there, and nobody said that it may go."""


def save_tried(bench: Bench, folder: Path, name: str, titles: Mapping[str, str], *, replace: bool = False) -> Path:
    """Write the strategy that is tried as a file that holds what differs from the scenario; return its path.

    Raises `ParameterError` for a name or title that the schema refuses, and `FileExistsAlreadyError` where a file of that name is there
    and `replace` is not set; `do_nothing` is never replaced.
    """
    tried = bench.tried
    content = {
        "name": name,
        "title": {language: title.strip() for language, title in titles.items()},
        "summary": summary_of(bench.trial).model_dump(),
        "levers": _written(tried),
    }
    strategy = validated(Strategy, YamlFile(Path("strategy"), content, {}))
    path = folder / f"{strategy.name}.yaml"
    if strategy.name == DO_NOTHING:
        raise ParameterError([Finding("strategy", "name", f"is '{DO_NOTHING}', with which everything is compared")])
    if path.exists() and not replace:
        raise FileExistsAlreadyError([Finding(str(path), "", "there is a file of that name already")])
    _write(path, yaml_text(content))
    return path


def plan_of(bench: Bench, name: str, store: Path, replications: int) -> Path:
    """Write the plan of a study of all strategies on the bench, and those of them that are no files; return the plan's path.

    Strategies and plan are in the store, named by what they hold. Raises `ParameterError` for a name that the schema refuses.
    """
    question = bench.question
    if len(question.strategies) == 1:
        raise ParameterError(
            [Finding("report", "strategies", f"only {DO_NOTHING} is there; a report compares it with others")]
        )
    content = {
        "name": name,
        "title": {"en": "Strategies from the workbench", "zh": "策略试算台中的策略对比"},
        "question": {
            "en": "Which of the strategies tried in the workbench brings lasting users, at what cost, and how sure are we?",
            "zh": "试算台中的各策略能带来多少持续用户？成本多少？把握多大？",
        },
        "scenario": bench.scenario_name,
        "strategies": [_reference(strategy, store) for strategy in question.strategies[1:]],
        "scale": bench.scenario.scale,
        "seed": bench.scenario.seed,
        "replications": replications,
    }
    plan = validated(StudyPlan, YamlFile(Path("report"), content, {}))
    text = yaml_text(content)
    path = store.absolute() / "plans" / _digest(text) / f"{plan.name}.yaml"
    _write(path, text)
    return path


def _reference(strategy: Strategy, store: Path) -> str:
    """Return the name of a strategy's file; write one into the store where it is no file."""
    try:
        if load_strategy(strategy.name) == strategy:
            return strategy.name
    except ParameterError:
        pass
    content = {**strategy.model_dump(mode="json", include={"name", "title", "summary"}), "levers": _written(strategy)}
    text = yaml_text(content)
    path = store.absolute() / "strategies" / _digest(text) / f"{strategy.name}.yaml"
    _write(path, text)
    return str(path)


def _written(strategy: Strategy) -> dict[str, Any]:
    levers: dict[str, Any] = strategy.levers.model_dump(mode="json", exclude_unset=True)
    return levers


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ParameterError([Finding(str(path), "", f"cannot be written: {error.strerror}")]) from error
