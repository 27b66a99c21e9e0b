"""Errors in a planner's words, and how a wrong name is met with the nearest right one."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One thing wrong in one place: file, line (0 when unknown), dotted key, what is wrong and what would be right."""

    file: str
    key: str
    problem: str
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.problem}" if self.key else f"{place}: {self.problem}"


class PlannerError(Exception):
    """An error that the `simkit` command tells without a traceback; its text says what to do."""


@dataclass
class ParameterError(PlannerError, ValueError):
    """Parameters that cannot be used. `findings` lists every problem found, so that a file is mended in one go."""

    findings: list[Finding] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.findings)

    def __reduce__(self) -> tuple[type[ParameterError], tuple[list[Finding]]]:
        """Survive the way back from a worker process."""
        return ParameterError, (self.findings,)


def nearest(name: object, allowed: Iterable[str]) -> str:
    """Say what is allowed and, where one is close to `name`, which was probably meant."""
    names = sorted(allowed)
    close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    meant = f"; did you mean '{close[0]}'?" if close else ""
    return f"allowed: {', '.join(names)}{meant}"
