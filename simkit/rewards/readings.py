"""The readings of a programme: the rules as written, and each variant laid over them."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from simkit.params import Finding, ParameterError, find_parameters, nearest
from simkit.params.loading import validated
from simkit.params.yaml_file import YamlFile, read_yaml
from simkit.rewards.programme import Programme

NONE: Mapping[str, Any] = MappingProxyType({})
AS_IT_STANDS = ""
"""The reading of a programme that has no variants."""


def load_programme(
    name_or_path: str | Path, reading: str | None = None, changes: Mapping[str, Any] = NONE
) -> Programme:
    """Load a programme by name or path in one reading (the file's own when none is named), ready to be played.

    `changes` are rules that are otherwise, a diff on the reading. Raises `ParameterError` with every problem found, and where a value
    that the rules need is still empty.
    """
    path = find_parameters("rewards", name_or_path)
    stored = path.stat()
    return _loaded(path, (stored.st_ino, stored.st_size, stored.st_mtime_ns), reading, json.dumps(dict(changes)))


@functools.lru_cache(maxsize=64)
def _loaded(path: Path, version: tuple[int, int, int], reading: str | None, changes: str) -> Programme:  # noqa: ARG001 - a changed file is read again
    """Load a file once, though each run of a study asks for it twice."""
    file = read_yaml(path)
    readings = _readings(file, json.loads(changes))
    chosen = readings[default_reading(readings)] if reading is None else readings.get(reading)
    if chosen is None:
        raise ParameterError(
            [file.finding("variants", f"there is none named '{reading}'; {nearest(reading, readings)}")]
        )
    undecided = [file.finding(key, "is empty; the rules need a value") for key in chosen.empty()]
    if undecided:
        raise ParameterError(undecided)
    return chosen


def readings_of(path: Path, changes: Mapping[str, Any] = NONE) -> dict[str, Programme]:
    """Return every reading of the programme in `path` by its name; raise `ParameterError` with every problem found.

    `changes` are laid over each of them.
    """
    return _readings(read_yaml(path), changes)


def default_reading(readings: dict[str, Programme]) -> str:
    """Return the name of the reading that holds when none is named."""
    first, programme = next(iter(readings.items()))
    return programme.reading or first


def _readings(file: YamlFile, changes: Mapping[str, Any]) -> dict[str, Programme]:
    def changed(rules: dict[str, Any]) -> Programme:
        return validated(Programme, YamlFile(file.path, _laid_over(rules, changes), file.lines))

    written = validated(Programme, file)
    if not written.variants:
        return {AS_IT_STANDS: changed(file.data)}
    readings: dict[str, Programme] = {}
    findings: list[Finding] = []
    for name, difference in written.variants.items():
        try:
            readings[name] = changed(_laid_over(file.data, difference))
        except ParameterError as error:
            findings += [file.finding(f"variants.{name}.{found.key}", found.problem) for found in error.findings]
    if findings:
        raise ParameterError(findings)
    return readings


def _laid_over(data: dict[str, Any], difference: Mapping[str, Any]) -> dict[str, Any]:
    """Return `data` with the difference in it; lists are replaced whole."""
    merged = dict(data)
    for key, value in difference.items():
        below = merged.get(key)
        merged[key] = _laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
