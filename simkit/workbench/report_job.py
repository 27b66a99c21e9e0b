"""Writing a report beside the workbench: the ordinary command in a process of its own, which can be stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from simkit.reporting.folders import report_folder
from simkit.reporting.language import check_language

_LINES_OF_AN_ERROR = 12
_SECONDS_TO_END = 10.0


@dataclass(frozen=True)
class Listener:
    """Is told, in the job's thread, of each line of progress and of the end: the report's page, or what went wrong ('' if stopped)."""

    progress: Callable[[str], None]
    written: Callable[[Path], None]
    failed: Callable[[str], None]


class ReportJob:
    """Runs `simkit report` on a plan and tells how far it is."""

    def __init__(self, plan: Path, *, store: Path, reports: Path, language: str, listener: Listener) -> None:
        self._page = report_folder(reports.absolute(), plan.stem, check_language(language)) / "index.html"
        self._listener = listener
        self._stopped = False
        options = {"--store": str(store.absolute()), "--out": str(reports.absolute()), "--language": language}
        words = [word for option in options.items() for word in option]
        self._process = subprocess.Popen(  # noqa: S603 - this program, and options that are no shell's
            [sys.executable, "-m", "simkit.cli", "report", str(plan), *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._thread = threading.Thread(target=self._follow, name="workbench-report", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the report is being written."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End the command and all that it started; finished runs are kept."""
        self._stopped = True
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGINT)
            try:
                self._process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)

    def _follow(self) -> None:
        lines: list[str] = []
        for line in self._process.stderr or ():
            if line.strip():
                lines = [*lines[-_LINES_OF_AN_ERROR:], line.rstrip()]
                self._listener.progress(line.strip())
        code = self._process.wait()
        if self._stopped:
            self._listener.failed("")
        elif code == 0 and self._page.is_file():
            self._listener.written(self._page)
        else:
            self._listener.failed("\n".join(lines))
