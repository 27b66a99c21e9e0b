"""Checking parameter files before anything runs: what each one is, what it holds, and every problem with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar, get_args

from pydantic import BaseModel

from simkit.params.errors import Finding, ParameterError
from simkit.params.levers import Levers
from simkit.params.loading import (
    Model,
    existing_file,
    find_parameters,
    load_model,
    load_scenario,
    load_strategy,
    parameter_files,
    validated,
)
from simkit.params.pilots import Pilots, unknown_numbers
from simkit.params.quantity import Grade
from simkit.params.scenario import Scenario
from simkit.params.strategy import Strategy, StudyPlan, resolve
from simkit.params.yaml_file import YamlFile, read_yaml

DEFAULT_SCENARIO = "city_bank"
Loaded = TypeVar("Loaded")


@dataclass(frozen=True)
class Kind:
    """One kind of parameter file: its name for people, its folder under `params/` and its schema.

    load: reads a file so that it can be used, and raises `ParameterError` where that asks for more than the schema. facts: what such
    a file holds. remarks: what else is worth knowing about it. offered: loads what levers offer of this kind, and raises where a campaign
    cannot give it.
    """

    name: str
    folder: str
    model: type[BaseModel]
    load: Callable[[Path], BaseModel] | None = None
    facts: Callable[[Path], Iterable[str]] | None = None
    remarks: Callable[[Path], Iterable[str]] | None = None
    offered: Callable[[Levers], object] | None = None


SCENARIO = Kind("scenario", "scenarios", Scenario)
STRATEGY = Kind("strategy", "strategies", Strategy)
STUDY = Kind("study", "studies", StudyPlan)
PILOTS = Kind("pilots", "pilots", Pilots)


@dataclass(frozen=True)
class CheckedFile:
    """One file: its kind ('' when it could not be told), its name, what it holds in sentences, its problems, and remarks that are none."""

    path: Path
    kind: str
    name: str
    facts: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """All files of one check."""

    files: tuple[CheckedFile, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every problem of every file; empty when all is well."""
        return tuple(finding for file in self.files for finding in file.findings)


def check_parameters(path: Path, *, others: Sequence[Kind] = (), scenario: str = DEFAULT_SCENARIO) -> Report:
    """Check one file, or every YAML file in a folder and the folders below it.

    Parameters
    ----------
    path
        A file or a folder.
    others
        Kinds that upper layers know of, such as reward programmes.
    scenario
        Name or path of the scenario upon which strategies are laid.
    """
    kinds = (SCENARIO, STRATEGY, STUDY, PILOTS, *others)
    files = [file for folder in _folders(path) for file in parameter_files(folder)] if path.is_dir() else [path]
    if not files:
        return Report((CheckedFile(path, "", "", findings=(Finding(str(path), "", "the folder holds no YAML file"),)),))
    return Report(tuple(_check_file(file, kinds, scenario) for file in files))


def _folders(top: Path) -> Iterator[Path]:
    """Walk over a folder and those below it, hidden ones left out."""
    yield top
    for below in sorted(top.iterdir()):
        if below.is_dir() and not below.name.startswith("."):
            yield from _folders(below)


def _check_file(path: Path, kinds: Sequence[Kind], scenario: str) -> CheckedFile:
    kind = None
    try:
        file = read_yaml(existing_file(path))
        kind = _kind_of(file, kinds)
        model = validated(kind.model, file)
        if kind.load is not None:
            model = kind.load(path)
    except ParameterError as error:
        return CheckedFile(path, kind.name if kind else "", path.stem, findings=tuple(error.findings))
    notes = _Notes(file)
    name = str(getattr(model, "name", path.stem))
    if name != path.stem:
        notes.problem("name", f"is '{name}', but the file is called '{path.stem}', and files are found by name")
    if isinstance(model, Scenario):
        notes.facts += _scenario_facts(model)
        _check_offer(model.levers, kinds, notes)
    elif isinstance(model, Strategy):
        _check_strategy(model, scenario, notes)
        _check_offer(model.levers, kinds, notes)
    elif isinstance(model, StudyPlan):
        _check_study(model, notes)
    elif isinstance(model, Pilots):
        _check_pilots(model, scenario, notes)
    if kind.facts is not None:
        notes.facts += kind.facts(path)
    remarks = tuple(kind.remarks(path)) if kind.remarks is not None else ()
    if isinstance(model, Scenario):
        remarks += tuple(_contradictions(model))
    return CheckedFile(path, kind.name, name, tuple(notes.facts), tuple(notes.findings), remarks)


def _kind_of(file: YamlFile, kinds: Sequence[Kind]) -> Kind:
    """Tell by the folder, else by the keys that only one kind has."""
    for kind in kinds:
        if file.path.absolute().parent.name == kind.folder:
            return kind
    known = Counter(key for kind in kinds for key in kind.model.model_fields)
    own = {kind: [key for key in file.data if key in kind.model.model_fields and known[key] == 1] for kind in kinds}
    likeliest = max(kinds, key=lambda kind: len(own[kind]))
    if not own[likeliest]:
        raise ParameterError([file.finding("", f"is none of these: {', '.join(kind.name for kind in kinds)}")])
    return likeliest


@dataclass
class _Notes:
    """What is found out about one file."""

    file: YamlFile
    facts: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def problem(self, key: str, text: str) -> None:
        self.findings.append(self.file.finding(key, text))

    def used(self, key: str, folder: str, load: Callable[[Path], Model], name: str) -> Model | None:
        """Load what `key` names; note why it cannot be used and return None."""
        try:
            path = find_parameters(folder, name)
        except ParameterError as error:
            self.problem(key, error.findings[0].problem)
            return None
        return self.tried(key, partial(load, path))

    def tried(self, key: str, load: Callable[[], Loaded]) -> Loaded | None:
        """Load something; note why it cannot be used and return None."""
        try:
            return load()
        except ParameterError as error:
            for finding in error.findings:
                self.problem(key, f"cannot be used: {finding}")
            return None


def _contradictions(scenario: Scenario) -> Iterator[str]:
    for name, fact in scenario.reported_facts.items():
        if fact.contradiction is not None:
            yield f"reported_facts.{name}: {fact.contradiction} ({fact.source})"


def _scenario_facts(scenario: Scenario) -> Iterator[str]:
    quantities = [quantity for _, quantity in scenario.quantities()]
    grades = Counter(quantity.grade for quantity in quantities)
    by_grade = ", ".join(f"{grades[grade]} {grade}" for grade in get_args(Grade))
    yield f"{scenario.bank.customers.value:,.0f} customers in {len(scenario.segments)} segments"
    yield f"{len(quantities)} parameters; by grade of their source {by_grade}"
    yield f"{sum(quantity.range is None for quantity in quantities)} parameters without a range"


def _check_offer(levers: Levers, kinds: Sequence[Kind], notes: _Notes) -> None:
    programme, key = levers.offer.reward_programme, "levers.offer.reward_programme"
    for kind in kinds:
        if programme is not None and kind.folder == "rewards":
            loaded = notes.used(key, kind.folder, kind.load or partial(load_model, kind.model), programme)
            if loaded is not None and kind.offered is not None:
                notes.tried(key, partial(kind.offered, levers))


def _check_strategy(strategy: Strategy, scenario: str, notes: _Notes) -> None:
    try:
        differences = resolve(load_scenario(scenario), strategy).differences
        notes.facts.append(f"{len(differences)} levers differ from those of scenario '{scenario}'")
    except ParameterError as error:
        for finding in error.findings:
            own = finding.file == strategy.name
            notes.findings.append(notes.file.finding(finding.key, finding.problem) if own else finding)


def _check_study(plan: StudyPlan, notes: _Notes) -> None:
    count = len(plan.all_strategies)
    runs = count * plan.draws * plan.replications
    notes.facts.append(f"{count} strategies x {plan.draws} draws x {plan.replications} replications = {runs:,} runs")
    if plan.until:
        notes.facts.append(f"replicated until precise, {plan.until.at_least} to {plan.until.at_most} times")
    if plan.choose:
        notes.facts.append(f"chooses by {plan.choose} ({plan.choose.method})")
    scenario = notes.used("scenario", SCENARIO.folder, load_scenario, plan.scenario)
    named: dict[str, str] = {}
    for reference in plan.all_strategies:
        key = f"strategies.{plan.strategies.index(reference)}" if reference in plan.strategies else "strategies"
        strategy = notes.used(key, STRATEGY.folder, load_strategy, reference)
        if strategy is None:
            continue
        if named.setdefault(strategy.name, reference) != reference:
            notes.problem(key, f"'{reference}' and '{named[strategy.name]}' are both named '{strategy.name}'")
        for finding in _misfits(scenario, strategy):
            notes.problem(key, f"'{reference}' does not fit the scenario: {finding.key}: {finding.problem}")


def _check_pilots(pilots: Pilots, scenario: str, notes: _Notes) -> None:
    for key, problem in unknown_numbers(pilots, load_scenario(scenario)):
        notes.problem(key, problem)
    notes.facts.append(f"{len(pilots.settings)} settings in which numbers are measured")


def _misfits(scenario: Scenario | None, strategy: Strategy) -> list[Finding]:
    try:
        if scenario is not None:
            resolve(scenario, strategy)
    except ParameterError as error:
        return error.findings
    return []
