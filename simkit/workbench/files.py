"""What parameter files there are, under their titles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from simkit.params import ParameterError, parameter_folder, read_yaml
from simkit.params.loading import parameter_files
from simkit.reporting.language import Language


def titles_of(kind: str, language: Language) -> dict[str, str]:
    """Return the files of a kind ('scenarios', 'strategies', 'rewards') by name, with their titles; a file without one has its name."""
    files = parameter_files(parameter_folder() / kind)
    return {path.stem: _titles(path, path.stat().st_mtime_ns).get(language, path.stem) for path in files}


@lru_cache(maxsize=512)
def _titles(path: Path, version: int) -> Mapping[str, str]:  # noqa: ARG001 - a changed file is read again
    try:
        titles = read_yaml(path).data.get("title")
    except ParameterError:
        return {}
    return {key: str(title) for key, title in titles.items()} if isinstance(titles, dict) else {}
