"""Finding and loading parameter files; every error in a planner's words, with file, line, key, value and what is allowed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from simkit.params.errors import Finding, ParameterError, nearest
from simkit.params.explanation import explain
from simkit.params.scenario import Scenario
from simkit.params.strategy import Strategy, StudyPlan
from simkit.params.yaml_file import YamlFile, read_yaml

Model = TypeVar("Model", bound=BaseModel)
SUFFIXES = (".yaml", ".yml")


def parameter_folder() -> Path:
    """Return the folder with scenarios/, strategies/, rewards/ and studies/.

    It is $SIMKIT_PARAMS where that is set, else `params/` in the working folder or a folder above it, else beside the package.
    """
    named = os.environ.get("SIMKIT_PARAMS")
    if named:
        return Path(named)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "params" / "scenarios").is_dir():
            return folder / "params"
    return Path(__file__).resolve().parents[2] / "params"


def find_parameters(kind: str, name_or_path: str | Path) -> Path:
    """Return the file of a `kind` ('scenarios', 'strategies', 'rewards', 'studies') by its name or path.

    What ends in .yaml or names a folder is a path, everything else a name. Raises `ParameterError` with the nearest name.
    """
    given = Path(name_or_path)
    if given.suffix in SUFFIXES or len(given.parts) > 1:
        return existing_file(given)
    folder = parameter_folder() / kind
    return _chosen(given.name, {path.stem: path for path in parameter_files(folder)}, folder)


def existing_file(path: Path) -> Path:
    """Return `path` if it is a parameter file; raise `ParameterError` with the nearest name beside it if not."""
    return _chosen(path.name, {beside.name: beside for beside in parameter_files(path.parent)}, path.parent)


def _chosen(name: str, known: Mapping[str, Path], folder: Path) -> Path:
    if name in known:
        return known[name]
    instead = nearest(name, known) if known else "the folder holds none"
    raise ParameterError([Finding(str(folder), "", f"there is none named '{name}'; {instead}")])


def parameter_files(folder: Path) -> list[Path]:
    """Return the YAML files of a folder by name; none where there is no such folder."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file())
    except OSError:
        return []


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Load a scenario by name or path; raise `ParameterError` with every problem found."""
    return load_model(Scenario, find_parameters("scenarios", name_or_path))


def load_strategy(name_or_path: str | Path) -> Strategy:
    """Load a strategy by name or path; raise `ParameterError` with every problem found."""
    return load_model(Strategy, find_parameters("strategies", name_or_path))


def load_study(name_or_path: str | Path) -> StudyPlan:
    """Load a study plan by name or path; raise `ParameterError` with every problem found."""
    return load_model(StudyPlan, find_parameters("studies", name_or_path))


def load_model(model: type[Model], path: Path) -> Model:
    """Read `path` as one `model`; raise `ParameterError` with every problem found."""
    return validated(model, read_yaml(path))


def validated(model: type[Model], file: YamlFile) -> Model:
    """Turn a file's data into `model`; raise `ParameterError` with every problem found."""
    try:
        return model.model_validate(file.data)
    except ValidationError as error:
        raise ParameterError(explain(model, file, error)) from error
    except RecursionError as error:
        raise ParameterError([file.finding("", "is nested too deeply")]) from error
