"""Where reports stand: a folder for each question and language, below the folder of all reports."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simkit.params import Finding, ParameterError
from simkit.reporting.language import Language

MANIFEST = "manifest.json"
FILES = "files"
_SLUG_LENGTH = 60
_OF_ALL: Language = "en"  # has the plain name; every other language is its suffix


def slug(name: str) -> str:
    """Return *name* as a file name that is safe everywhere; two names never share one."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    safe = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")[:_SLUG_LENGTH]
    if safe and safe == name:
        return safe
    return f"{safe or 'name'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def report_folder(out_dir: Path, name: str, language: Language) -> Path:
    """Return the folder of the report of that name; each language has its own, so that they stand side by side."""
    return Path(out_dir) / (slug(name) if language == _OF_ALL else f"{slug(name)}.{language}")


def check_replaceable(target: Path) -> None:
    """Raise `ParameterError` where *target* is something else than a report."""
    if target.exists() and not (target / MANIFEST).is_file():
        raise ParameterError(
            [Finding("report", str(target), "is there already and is no report; choose another folder for reports")]
        )


def write_manifest(folder: Path, manifest: Mapping[str, object]) -> None:
    """Write down what a report comes from, and the SHA-256 of every file of it; this is the last file that is written."""
    files = {path.relative_to(folder).as_posix(): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    text = json.dumps({**manifest, FILES: files}, ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a report; nothing where there is none, or none that can be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def is_whole(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Say whether every file that the manifest names is there as it was written."""
    files = manifest.get(FILES)
    if not isinstance(files, dict):
        return False
    try:
        return all(_digest(folder / name) == digest for name, digest in files.items())
    except OSError:
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
