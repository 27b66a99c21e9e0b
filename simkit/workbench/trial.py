"""The strategy that is tried: another one, with some levers moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from simkit.campaign.fingerprint import resolved_parameters
from simkit.params import Levers, Scenario, Strategy, resolve, with_levers
from simkit.params.levers import Title
from simkit.workbench.levers import MESSAGES, PROGRAMME, RULES, Lever, Value, value_at, written_rule


@dataclass(frozen=True)
class Trial:
    """A strategy upon a scenario, with the levers that were moved, by dotted key; None takes a message channel or programme out."""

    scenario: Scenario
    begins_from: Strategy
    changes: Mapping[str, Value] = field(default_factory=dict)

    def start(self, lever: Lever) -> Value:
        """Return what a lever is before it is moved."""
        if lever.key.startswith(f"{RULES}."):
            return self._start_of_rule(lever.key)
        found = value_at(self._first, lever.key)
        if found is None and not lever.may_rest:  # a section that is left out
            return lever.choices[0] if lever.choices else lever.lowest
        return found

    def value(self, lever: Lever) -> Value:
        """Return what a lever is now."""
        return self.changes.get(lever.key, self.start(lever))

    def moved(self, lever: Lever, value: Value) -> Trial:
        """Return the trial with a lever moved; a lever that is where it began counts as not moved."""
        changes = {key: other for key, other in self.changes.items() if key != lever.key}
        if lever.key == PROGRAMME:  # its rules are another's
            changes = {key: other for key, other in changes.items() if not key.startswith(f"{RULES}.")}
        if value != self.start(lever):
            changes[lever.key] = value
        return replace(self, changes=changes)

    @property
    def programme(self) -> str | None:
        """The reward programme that is offered."""
        found = self.changes.get(PROGRAMME, value_at(self._first, PROGRAMME))
        return None if found is None else str(found)

    def strategy(self, name: str, title: Title, summary: Title) -> Strategy:
        """Return the strategy under a name; raise `ParameterError` where its levers do not go together or not with the scenario."""
        named = self.begins_from.model_copy(update={"name": name, "title": title, "summary": summary})
        found = with_levers(named, self._levers()) if self.changes else named
        resolved_parameters(self.scenario, found)
        return found

    @property
    def levers(self) -> Levers:
        """All levers as they are now."""
        named = with_levers(self.begins_from, self._levers()) if self.changes else self.begins_from
        return resolve(self.scenario, named).levers

    def _levers(self) -> dict[str, Any]:
        """Return what is set upon the strategy from which the trial begins, what is left out first."""
        levers: dict[str, Any] = {}
        silent = [
            key.split(".")[2] for key, value in self.changes.items() if key.startswith(MESSAGES) and value is None
        ]
        if silent:
            written = self.begins_from.levers.model_dump(mode="json", exclude_unset=True)["messages"]
            levers[MESSAGES] = {channel: plan for channel, plan in written.items() if channel not in silent}
        if PROGRAMME in self.changes:
            levers |= {"levers.offer.reward_reading": None, RULES: {}}
        spoken = {key: value for key, value in self.changes.items() if not (key.startswith(MESSAGES) and value is None)}
        return levers | spoken

    def _start_of_rule(self, key: str) -> Value:
        own = None if PROGRAMME in self.changes else value_at(self._first, key)
        return own if own is not None or self.programme is None else written_rule(self.programme, key)

    @cached_property
    def _first(self) -> Mapping[str, Any]:
        return {"levers": resolve(self.scenario, self.begins_from).levers.model_dump(mode="json")}
