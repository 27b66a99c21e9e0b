"""Files that are there whole or not at all, whenever a process is killed."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_SUFFIX = ".unfinished"
_HOST = socket.gethostname().replace("~", "-")
_SECONDS_A_DAY = 86_400


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path` to write to; it becomes `path` in one step when the block ends well.

    A process that dies inside the block leaves the old file, or none, and a temporary one for `sweep`. Nothing is forced to the
    disk: after a power failure a file can be empty, which its reader has to notice.
    """
    temporary = _beside(path)
    try:
        yield temporary
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def replacing_together(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """Give a temporary folder to write files in; those of these names are moved to `folder` when the block ends well.

    `folder` is made where there is none; otherwise it is as it was until every file is whole. What dead processes left is swept.
    """
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder)
    temporary = _beside(folder / "files")
    temporary.mkdir()
    try:
        yield temporary
        for name in names:
            (temporary / name).replace(folder / name)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        if made:
            with suppress(OSError):  # it is not empty, as it should be
                folder.rmdir()


@contextmanager
def passing_folder(parent: Path) -> Iterator[Path]:
    """Give an empty folder in `parent` that goes when the block ends; what dead processes left in `parent` is swept."""
    parent.mkdir(parents=True, exist_ok=True)
    sweep(parent)
    folder = _beside(parent / "work")
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it becomes `target` when the block ends well, and an older `target` goes.

    Whenever the process dies, `target` is whole: the old one, the new one, or for an instant none. What dead processes left beside it is
    swept.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    sweep(target.parent)
    folder, old = _beside(target), _beside(target)
    folder.mkdir()
    try:
        yield folder
        if target.exists():
            target.rename(old)
        folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}~{_HOST}~{os.getpid()}~{secrets.token_hex(4)}{_SUFFIX}")


def sweep(folder: Path) -> int:
    """Remove the temporary files and folders that dead processes left in `folder`; return how many.

    A file is left alone while its process lives. Of other machines nothing is known, so theirs must be a day old: writing one
    takes seconds.
    """
    removed = 0
    for path in folder.glob(f".*{_SUFFIX}"):
        try:
            if _abandoned(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                removed += 1
        except FileNotFoundError:  # finished, or swept by another process, in the meantime
            continue
    return removed


def _abandoned(path: Path) -> bool:
    _, host, process, _ = path.name.rsplit("~", 3)
    if host == _HOST and os.name == "posix":
        return not _alive(int(process))
    return time.time() - path.stat().st_mtime > _SECONDS_A_DAY


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, and is another user's
        return True
    return True
