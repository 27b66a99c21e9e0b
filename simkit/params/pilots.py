"""Where uncertain numbers could be measured before a campaign: settings of pilots, what they cost, and how alike neighbours are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from simkit.params.errors import Finding, ParameterError, nearest
from simkit.params.levers import Title
from simkit.params.loading import find_parameters, load_model
from simkit.params.quantity import Count, Days, Frozen, Money, Probability, Ratio
from simkit.params.scenario import Name, Scenario

Prefix = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]
Prefixes = Annotated[tuple[Prefix, ...], Field(strict=False, min_length=1)]


class PilotSetting(Frozen):
    """One way to measure: clusters (such as communities) are drawn by lot, and a number of customers is observed in each."""

    title: Title
    numbers: Prefixes = Field(description="Sections or dotted keys of the numbers that are measured here")
    cluster: Literal["community", "branch", "seat", "customer"]
    clusters: Count = Field(description="How many there are")
    observations: Count = Field(description="Customers observed in each cluster")
    icc: Probability = Field(
        description="Intra-cluster correlation: the share of the spread that lies between clusters"
    )
    staff: Literal["staff_day", "seat_day"] = Field(description="Which day of the scenario's `costs` staff are paid by")
    staff_days_per_cluster: Days
    cost_per_cluster: Money = Field(description="Other costs of a cluster")
    cost_per_observation: Money
    set_up_cost: Money
    clusters_at_once: Count
    days_per_cluster: Days
    days_of_follow_up: Days
    base_rate: Probability = Field(description="Share that says yes without the measure, where two arms are compared")
    variation: Ratio = Field(description="Standard deviation over the mean, of minutes, days and amounts")


class KnownElsewhere(Frozen):
    """Numbers that no pilot measures, because somebody knows them or can look them up."""

    numbers: Prefixes
    where: Title


class Pilots(Frozen):
    """The settings in which a bank can measure, and what it can look up instead."""

    name: Name
    settings: dict[str, PilotSetting] = Field(min_length=1)
    elsewhere: dict[str, KnownElsewhere] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _each_number_once(self) -> Pilots:
        seen: dict[str, str] = {}
        for place, prefix in self.prefixes():
            if prefix in seen:
                raise ValueError(
                    f"'{prefix}' stands under {seen[prefix]} and under {place}; it can be measured in one place"
                )
            seen[prefix] = place
        return self

    def prefixes(self) -> Iterator[tuple[str, str]]:
        """Walk over all sections and keys as (place in the file, section or key)."""
        for kind, entries in (("settings", self.settings), ("elsewhere", self.elsewhere)):
            for name, entry in entries.items():
                for prefix in entry.numbers:
                    yield f"{kind}.{name}", prefix

    def setting_of(self, key: str) -> str | None:
        """Return the name of the setting in which a number is measured; None where it is known elsewhere, or nobody said."""
        return _longest(key, self.settings) if not self.known_elsewhere(key) else None

    def known_elsewhere(self, key: str) -> KnownElsewhere | None:
        """Return where a number can be looked up, unless a setting names it more closely."""
        everywhere: dict[str, PilotSetting | KnownElsewhere] = {
            **self.elsewhere,
            **{f"/{n}": s for n, s in self.settings.items()},
        }
        found = _longest(key, everywhere)
        return self.elsewhere.get(found) if found else None


def _longest(key: str, entries: Mapping[str, PilotSetting] | Mapping[str, PilotSetting | KnownElsewhere]) -> str | None:
    """Return the entry that names the longest beginning of a dotted key."""
    fitting = [
        (len(prefix), name)
        for name, entry in entries.items()
        for prefix in entry.numbers
        if key == prefix or key.startswith(f"{prefix}.")
    ]
    return max(fitting)[1] if fitting else None


def load_pilots(name_or_path: str, scenario: Scenario) -> Pilots:
    """Load the pilots of a bank by name or path. Raises `ParameterError`, also where a number is not the scenario's."""
    path = find_parameters("pilots", name_or_path)
    pilots = load_model(Pilots, path)
    findings = [Finding(str(path), key, problem) for key, problem in unknown_numbers(pilots, scenario)]
    if findings:
        raise ParameterError(findings)
    return pilots


def unknown_numbers(pilots: Pilots, scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Walk over what is named and is no number of the scenario, as (dotted key in the file, problem)."""
    keys = [key for key, _ in scenario.quantities()]
    known = {".".join(key.split(".")[:depth]) for key in keys for depth in range(1, key.count(".") + 2)}
    for place, prefix in pilots.prefixes():
        if prefix not in known:
            yield f"{place}.numbers", f"'{prefix}' is no number of {scenario.name}; {_closest(prefix, known)}"


def _closest(prefix: str, known: set[str]) -> str:
    """Name the nearest of the scenario's sections, or of the keys in the section that is meant."""
    section = prefix.split(".", maxsplit=1)[0]
    within = [name for name in known if name.startswith(f"{section}.") and name.count(".") == prefix.count(".")]
    return nearest(prefix, within or [name for name in known if "." not in name])
