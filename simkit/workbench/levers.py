"""The levers that the workbench offers: which, within which limits, and what each is in a strategy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from simkit.params import MESSAGE_CHANNELS, Levers, find_parameters, read_yaml
from simkit.rewards import readings_of
from simkit.rewards.readings import default_reading

Value = float | str | None
"""A number, one of several words, or None: not used."""
PROGRAMME = "levers.offer.reward_programme"
RULES = "levers.offer.reward_rules"
MESSAGES = "levers.messages"
_RULES_OF_GRANTS = ("face_cny", "value_cny", "amount_cny", "off_cny", "pays_only_cny", "rate", "max_cny")
_MOST_RULES = 8


@dataclass(frozen=True)
class Lever:
    """One lever that can be moved.

    key: its dotted key. words: key of its title in the texts. least, most: what the schema allows, `above` where least itself is not.
    usual: up to where its slider goes. step: of the slider. choices: the words that it may be, where it is no number. may_rest: whether
    it may be None. needs: key of the number without which it does nothing. part: of a programme's rule, whose it is.
    """

    key: str
    words: str
    least: float = 0.0
    most: float = 0.0
    above: bool = False
    usual: float = 0.0
    step: float = 1.0
    whole: bool = False
    choices: tuple[str, ...] = ()
    may_rest: bool = False
    needs: str = ""
    part: str = ""

    @property
    def lowest(self) -> float:
        """The lowest value that a control offers."""
        return self.least + self.step if self.above else self.least


@dataclass(frozen=True)
class _Offered:
    """A lever of the catalogue below: up to where its slider goes and in which steps (whole numbers have steps of 1)."""

    key: str
    usual: float = 0.0
    step: float = 1.0
    may_rest: bool = False
    needs: str = ""


_CATALOGUE: Mapping[str, tuple[_Offered, ...]] = {
    "field": (
        _Offered("field.teams", 60),
        _Offered("field.partner"),
        _Offered("field.partner_communities_per_week", 60, needs="field.partner"),
        _Offered("field.max_attempts", 10, needs="field.teams"),
    ),
    "events": (
        _Offered("events.per_branch_month", 8, 0.5),
        _Offered("events.booths", 10, needs="events.per_branch_month"),
    ),
    "calls": (
        _Offered("calls.human_seats", 40),
        _Offered("calls.inbound_seats", 20),
        _Offered("calls.ai_lines", 60),
        _Offered("calls.max_calls", 10),
    ),
    "messages": tuple(_Offered(f"messages.{channel}.every_days", 90, may_rest=True) for channel in MESSAGE_CHANNELS),
    "offer": (_Offered("offer.welcome_gift_cny", 50), _Offered("offer.reward_programme")),
    "contact_policy": (_Offered("contact_policy.contacts_per_week", 10), _Offered("contact_policy.spacing_days", 30)),
    "follow_up": (
        _Offered("follow_up.staff", 20),
        _Offered("follow_up.by", needs="follow_up.staff"),
        _Offered("follow_up.deadline_days", 30, needs="follow_up.staff"),
    ),
}


@cache
def offered_levers() -> Mapping[str, tuple[Lever, ...]]:
    """Return the levers by section, with the limits of the schema."""
    return {section: tuple(_lever(offered) for offered in levers) for section, levers in _CATALOGUE.items()}


def _lever(offered: _Offered) -> Lever:
    schema = _schema_of(offered.key)
    key, needs = f"levers.{offered.key}", f"levers.{offered.needs}" if offered.needs else ""
    if schema.get("type") not in ("number", "integer"):
        return Lever(key, offered.key, choices=_words(schema), may_rest=_may_be_null(schema), needs=needs)
    above = "exclusiveMinimum" in schema
    return Lever(
        key,
        offered.key,
        least=float(schema["exclusiveMinimum" if above else "minimum"]),
        most=float(schema["maximum"]),
        above=above,
        usual=offered.usual,
        step=offered.step,
        whole=schema["type"] == "integer",
        may_rest=offered.may_rest,
        needs=needs,
    )


def _schema_of(key: str) -> Mapping[str, Any]:
    """Return the JSON schema of a lever."""
    whole = Levers.model_json_schema()
    schema: Mapping[str, Any] = whole
    for name in key.split("."):
        schema = _section(schema, whole)
        schema = schema["properties"][name] if "properties" in schema else schema["additionalProperties"]
    return schema


def _section(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference, past the possibility that the section is left out."""
    for choice in (schema, *schema.get("anyOf", ())):
        if "$ref" in choice:
            found: Mapping[str, Any] = whole["$defs"][choice["$ref"].rpartition("/")[2]]
            return found
    return schema


def _words(schema: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(word for choice in (schema, *schema.get("anyOf", ())) for word in choice.get("enum", ()))


def _may_be_null(schema: Mapping[str, Any]) -> bool:
    return any(choice.get("type") == "null" for choice in schema.get("anyOf", ()))


def rules_of(programme: str | None) -> tuple[Lever, ...]:
    """Return what a reward programme gives, each amount and rate as a lever. Raises `ParameterError` for one that cannot be read."""
    if programme is None:
        return ()
    path = find_parameters("rewards", programme)
    return _rules(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _rules(path: Path, version: int) -> tuple[Lever, ...]:  # noqa: ARG001 - a changed file is read again
    readings = readings_of(path)
    titles = readings[default_reading(readings)].parts
    rules = [
        _rule(f"{RULES}.parts.{part}.grant.{key}", key, part)
        for part, written in read_yaml(path).data["parts"].items()
        if part in titles
        for key in _numbers(written.get("grant") or {})
    ]
    return tuple(rules[:_MOST_RULES])


def _rule(key: str, own: str, part: str) -> Lever:
    name = own.partition(".")[0]
    if name == "rate":
        return Lever(key, "rule.rate", most=1, above=True, usual=0.5, step=0.005, part=part)
    return Lever(key, f"rule.{name}", most=100_000, above=True, usual=100, step=0.5, part=part)


def _numbers(grant: Mapping[str, Any]) -> Iterator[str]:
    """Walk over the keys of amounts and rates: one for all, or one for each tier."""
    for name in _RULES_OF_GRANTS:
        value = grant.get(name)
        if isinstance(value, Mapping):
            yield from (f"{name}.{tier}" for tier, number in value.items() if number is not None)
        elif value is not None:
            yield name


def written_rule(programme: str, key: str) -> Value:
    """Return a rule as the programme's file has it."""
    return value_at(read_yaml(find_parameters("rewards", programme)).data, key.removeprefix(f"{RULES}."))


def value_at(data: Mapping[str, Any], key: str) -> Value:
    """Return what stands at a dotted key; None where a section on the way is missing."""
    here: Any = data
    for name in key.split("."):
        here = here.get(name) if isinstance(here, Mapping) else None
    return float(here) if isinstance(here, int | float) else here
