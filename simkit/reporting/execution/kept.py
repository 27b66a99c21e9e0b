"""Executed notebooks that are kept by all that determines them, so that none is executed twice."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from simkit.atomic_files import replacing, sweep

_SUFFIX = ".ipynb"
_LENGTH = 32  # of what is shown of a hash
# Neither what commands print nor what the workbench does is in a report.
_OUTSIDE = ("cli", "workbench")


def notebook_key(source: Path, parameters: Mapping[str, object], origin: Mapping[str, object]) -> str:
    """Return the SHA-256 of what determines an executed notebook: its cells, its parameters, this package and its *origin*."""
    cells = [cell["source"] for cell in json.loads(source.read_text(encoding="utf-8"))["cells"]]
    return hash_of([cells, dict(parameters), source_of_package(), dict(origin)])


def hash_of(content: object) -> str:
    """Return the SHA-256 of plain content, in which the order of keys does not matter."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


@cache
def source_of_package() -> str:
    """Return the SHA-256 of all files of this package that can change what a report says, templates and texts included."""
    package = Path(__file__).parents[2]
    content = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if path.is_file() and inside.parts[0] not in _OUTSIDE and "__pycache__" not in inside.parts:
            content.update(f"{inside.as_posix()}\n".encode())
            content.update(hashlib.sha256(path.read_bytes()).digest())
    return content.hexdigest()


@dataclass(frozen=True)
class KeptNotebooks:
    """Executed notebooks in a folder. A file's name has the key and the hash of its content, so a damaged one is never taken."""

    folder: Path

    def find(self, name: str, key: str) -> Path | None:
        """Return the notebook of that name as it was executed with this key, if it is here."""
        for path in self.folder.glob(f"{name}.{key[:_LENGTH]}.*{_SUFFIX}"):
            if path.name == self._file_name(name, key, path.read_bytes()):
                return path
        return None

    def keep(self, name: str, key: str, executed: Path) -> Path:
        """Keep an executed notebook instead of an older one of that name, and return where."""
        self.folder.mkdir(parents=True, exist_ok=True)
        sweep(self.folder)
        content = executed.read_bytes()
        path = self.folder / self._file_name(name, key, content)
        with replacing(path) as temporary:
            temporary.write_bytes(content)
        for older in self.folder.glob(f"{name}.*.*{_SUFFIX}"):
            if older != path:
                older.unlink(missing_ok=True)
        return path

    @staticmethod
    def _file_name(name: str, key: str, content: bytes) -> str:
        return f"{name}.{key[:_LENGTH]}.{hashlib.sha256(content).hexdigest()[:_LENGTH]}{_SUFFIX}"
