"""The linter: what is wrong with a programme's rules, found before anything is simulated, in all readings of the rules at once.

L1 a headline that the rules do not give · L2 a stage that nobody can reach · L3 a cap that never refuses · L4 icons counted per map or
in all · L5 a trigger without a minimum amount · L6 a coupon that outlives the programme · L7 a value that nobody has decided · L8 a part
that nobody can get · L9 coupons that expire before they are effective · L10 a budget that is smaller than one grant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from simkit.params import Finding, Kind, ParameterError, find_parameters, nearest
from simkit.params.yaml_file import YamlFile, read_yaml
from simkit.rewards.lint_rules import Remark, remarks_on_play, remarks_on_text
from simkit.rewards.programme import Programme
from simkit.rewards.readings import NONE, default_reading, load_programme, readings_of

Severity = Literal["problem", "notice"]


@dataclass(frozen=True)
class LintFinding:
    """One remark with its place, and the readings in which it holds (none where a programme has but one)."""

    rule: str
    severity: Severity
    readings: tuple[str, ...]
    file: str
    line: int
    key: str
    message: str
    action: str

    def __str__(self) -> str:
        readings = f" [{', '.join(self.readings)}]" if self.readings else ""
        return f"{Finding(self.file, self.key, self.message, self.line)}{readings}. {self.action}"


@dataclass(frozen=True)
class LintReport:
    """All findings of one file, and the reading that counts: the file's own, or the one that was asked for."""

    path: Path
    reading: str
    findings: tuple[LintFinding, ...]

    @property
    def problems(self) -> tuple[LintFinding, ...]:
        """Problems of the reading that counts."""
        return tuple(found for found in self.findings if found.severity == "problem" and self.counts(found))

    def counts(self, finding: LintFinding) -> bool:
        """Say whether a finding is one of the reading that counts."""
        return not finding.readings or self.reading in finding.readings

    def records(self) -> list[dict[str, Any]]:
        """Return the findings as plain data."""
        return [asdict(finding) | {"readings": list(finding.readings)} for finding in self.findings]


def lint_programme(
    name_or_path: str | Path, reading: str | None = None, changes: Mapping[str, Any] = NONE
) -> LintReport:
    """Look at every reading of a programme, or at one, with `changes` laid over the rules.

    Raises `ParameterError` where the file is wrong or there is no such reading.
    """
    path = find_parameters("rewards", name_or_path)
    file, readings = read_yaml(path), readings_of(path, changes)
    if reading is not None and reading not in readings:
        raise ParameterError(
            [file.finding("variants", f"there is none named '{reading}'; {nearest(reading, readings)}")]
        )
    counts = default_reading(readings) if reading is None else reading
    chosen = readings if reading is None else {reading: readings[reading]}
    return LintReport(path, counts, tuple(_merged(file, chosen)))


def _merged(file: YamlFile, readings: dict[str, Programme]) -> Iterator[LintFinding]:
    """Walk over the remarks on all readings, each once with all readings in which it holds, by rule and place."""
    held: dict[tuple[str, Remark], list[str]] = {}
    for name, programme in readings.items():
        for remark in _remarks(programme):
            own = f"variants.{name}.{remark.key}"
            held.setdefault((own if own in file.lines else remark.key, remark), []).append(name)
    for key, remark in sorted(held, key=lambda item: (int(item[1].rule[1:]), file.finding(item[0], "").line)):
        place = file.finding(key, remark.message)
        in_readings = tuple(name for name in held[key, remark] if name)
        yield LintFinding(
            remark.rule, remark.severity, in_readings, place.file, place.line, key, remark.message, remark.action
        )


def _remarks(programme: Programme) -> Iterator[Remark]:
    yield from remarks_on_text(programme)
    if not any(programme.empty()):
        yield from remarks_on_play(programme)


def _facts(path: Path) -> Iterator[str]:
    readings = readings_of(path)
    counts = default_reading(readings)
    programme = readings[counts]
    yield f"parts: {', '.join(programme.parts)}"
    yield f"tiers: {', '.join(programme.tiers)}"
    if counts:
        yield f"readings: {', '.join(readings)}, of which '{counts}' counts"


def _remarks_for_check(path: Path) -> Iterator[str]:
    """Walk over all findings, each in one line."""
    for found in lint_programme(path).findings:
        yield f"{found.rule} {found}"


REWARD_PROGRAMME: Final = Kind(
    "reward programme", "rewards", Programme, load=load_programme, facts=_facts, remarks=_remarks_for_check
)
"""What `check_parameters` needs to know of reward programmes."""
