"""What determines a run's result, in one number."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simkit.campaign.offered_programme import offered_programme
from simkit.identity_cache import once_for_each
from simkit.params import Levers, Scenario, Strategy, resolve

_MODEL = ("params", "compiled.py", "due_dates.py", "streams.py", "workdays.py", "population.py", "rewards", "campaign")
_LIBRARIES = ("numpy", "scipy", "simpy", "numba", "chinesecalendar")


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of Python, simkit and the libraries that a result can depend on."""
    libraries = {name: importlib.metadata.version(name) for name in ("simkit", *_LIBRARIES)}
    return {"python": platform.python_version(), **libraries}


def resolved_parameters(scenario: Scenario, strategy: Strategy) -> dict[str, Any]:
    """Return every parameter of a run as plain data: the scenario, the strategy's levers upon it, the reward programme's rules.

    Runs of the same scenario and strategy object share what is made of them. The programme is a file, and is read anew.
    """
    levers, plain = _chosen(scenario, strategy)
    programme = offered_programme(levers)
    return {**plain, "reward_programme": programme.model_dump(mode="json") if programme else None}


@once_for_each
def _chosen(scenario: Scenario, strategy: Strategy) -> tuple[Levers, Mapping[str, Any]]:
    """Return the levers upon the scenario, and both as plain data."""
    levers = resolve(scenario, strategy).levers
    plain = {
        "scenario": scenario.model_dump(mode="json", exclude={"levers"}),
        "levers": levers.model_dump(mode="json"),
    }
    return levers, plain


def run_fingerprint(
    scenario: Scenario, strategy: Strategy, draw: int = 0, replication: int = 0, *, detail: str = "daily"
) -> str:
    """Return the SHA-256 (hex) of everything that determines a run: parameters, seed, detail, the model's source, libraries.

    Names, titles and summaries of strategies do not count: the same levers are the same run.
    """
    return fingerprint_of(hash_of_parameters(resolved_parameters(scenario, strategy)), draw, replication, detail)


def fingerprint_of(parameters: str, draw: int, replication: int, detail: str) -> str:
    """Return the fingerprint of a run whose resolved parameters have this hash; runs that differ by luck alone share it."""
    return hash_of(
        {
            "parameters": parameters,
            "draw": draw,
            "replication": replication,
            "detail": detail,
            "source": _source_hash(),
            "versions": versions(),
        }
    )


def hash_of_parameters(parameters: Mapping[str, Any]) -> str:
    """Return the hash of resolved parameters: that of the hashes of its parts."""
    return hash_of({name: _hash_of_part(part) for name, part in parameters.items()})


def hash_of(content: Mapping[str, Any] | None) -> str:
    """Return the SHA-256 (hex) of plain data."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


_hash_of_part = once_for_each(hash_of)


@functools.cache
def _source_hash() -> str:
    """Return the hash of the layers that make a run; a change of the model is another result."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for part in _MODEL:
        place = package / part
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(file.relative_to(package).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()
