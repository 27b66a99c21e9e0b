"""The parameters on paper: every number of a scenario, every lever and every source, as Markdown made from the schema."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, get_args

from pydantic import BaseModel

from simkit.params.levers import Levers, Title
from simkit.params.quantity import BySegment, Grade, Measure, Quantity
from simkit.params.scenario import Scenario, Segment

_GRADES: Final[Mapping[Grade, str]] = {
    "A": "official statistics, peer reviewed or experiment",
    "B": "industry body or audited report",
    "C": "vendor or unsourced article",
    "ASM": "assumption: nothing usable was found",
}
_WORDS: Final = {
    "boolean": "`true` `false`",
    "string": "a text",
    "date": "a date",
    "array": "a list",
    "object": "a text in each language",
    "null": "`null`",
}
_VALUES: Final = (Quantity, BySegment, Title)
_APART: Final = ("sources", "levers")  # have tables of their own
_NOTHING: Final = "–"
# What stands for a member's name in a lever's key.
_MEMBERS: Final = {"messages": "CHANNEL", "rules": "RULE", "eligible": "CHANNEL", "frequency_caps": "CAP"}

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class _Entry:
    """One value of a scenario: its dotted key, the model and the field that hold it, and the value."""

    key: str
    model: type[BaseModel]
    field: str
    value: object

    @property
    def section(self) -> str:
        """The section of the file, `scenario` for what stands at its top."""
        return self.key.partition(".")[0] if "." in self.key else "scenario"

    @property
    def meaning(self) -> str:
        """The field's description."""
        return self.model.model_fields[self.field].description or ""

    @property
    def allowed(self) -> str:
        """What the program accepts."""
        for item in self.model.model_fields[self.field].metadata:
            if isinstance(item, Measure):
                return f"{item.low:,.10g} to {item.high:,.10g}"
        return _allowed(self.model.model_json_schema()["properties"][self.field])


def document_parameters(scenario: Scenario) -> str:
    """Return a Markdown document: a scenario's numbers by section, the levers with their defaults there, and the sources."""
    entries = (entry for entry in _entries(scenario) if entry.section not in _APART and entry.key not in _APART)
    parts = [*_introduction(scenario)]
    for name, group in groupby(entries, lambda entry: entry.section):
        parts += _section(name, list(group), scenario.segment_names)
    return "\n\n".join([*parts, *_levers_section(scenario), *_sources_section(scenario)]) + "\n"


def meanings(scenario: Scenario) -> dict[str, str]:
    """Return what each number of a scenario means, by dotted key, in English as the schema has it."""
    return {entry.key: entry.meaning for entry in _entries(scenario)}


def _introduction(scenario: Scenario) -> Iterator[str]:
    grades = Counter(quantity.grade for _, quantity in scenario.quantities())
    yield f"# The parameters of `{scenario.name}`"
    yield (
        f"{scenario.title.en} · {scenario.title.zh}. This page is what `simkit parameters {scenario.name}` prints; what each "
        "number does is told in [model.md](model.md)."
    )
    yield (
        f"A *value* with several numbers gives those of {' / '.join(scenario.segment_names)}. *Allowed* is what the program "
        "accepts. *Range* is what an informed person would still believe; with × it is a pair of factors on all numbers of the "
        "row at once, and without a range the number is a count, a price or a choice that the bank itself knows. *Source* gives "
        "codes of the list at the end or, for an assumption, the reasoning."
    )
    rows = [(grade, meaning, str(grades[grade])) for grade, meaning in _GRADES.items()]
    yield _table(("grade", "what a number rests on", f"of {grades.total()} numbers"), rows)


def _entries(model: BaseModel, above: str = "") -> Iterator[_Entry]:
    """Walk over the values of a scenario or of a section of it."""
    for field in type(model).model_fields:
        for key, value in _members(above + field, getattr(model, field)):
            if value is None and _section_in(type(model).model_fields[field].annotation):
                continue  # a mechanism that is left out
            if isinstance(value, BaseModel) and not isinstance(value, _VALUES):
                yield from _entries(value, f"{key}.")
            else:
                yield _Entry(key, type(model), field, value)


def _members(key: str, value: object) -> Iterator[tuple[str, object]]:
    """Walk over the members of a mapping or of a list of segments; anything else is its own only member."""
    if isinstance(value, Mapping):
        yield from ((f"{key}.{name}", item) for name, item in value.items())
    elif isinstance(value, tuple) and value and isinstance(value[0], Segment):
        yield from ((f"{key}.{segment.id}", segment) for segment in value)
    else:
        yield key, value


def _section(name: str, entries: Sequence[_Entry], segments: Sequence[str]) -> Iterator[str]:
    yield f"## {name}"
    yield _docstring(entries[0].model)
    columns = ("key", "meaning", "value", "allowed", "unit", "range", "grade", "source")
    rows = [(f"`{entry.key}`", entry.meaning, *_cells(entry, segments)) for entry in entries]
    width = max(len(row) for row in rows)
    yield _table(columns[:width], [row + (_NOTHING,) * (width - len(row)) for row in rows])


def _cells(entry: _Entry, segments: Sequence[str]) -> tuple[str, ...]:
    """Return value and what is allowed and, of a number with provenance, unit, range, grade and source."""
    value = entry.value
    if not isinstance(value, Quantity | BySegment):
        return _text(value), entry.allowed
    numbers = [value.value[name] for name in segments] if isinstance(value, BySegment) else [value.value]
    factor = "× " if isinstance(value, BySegment) else ""
    return (
        " / ".join(map(_text, numbers)),
        entry.allowed,
        value.unit,
        f"{factor}{_text(value.range[0])} to {_text(value.range[1])}" if value.range else _NOTHING,
        value.grade,
        f"{value.source}. {value.note}" if value.note else value.source,
    )


def _levers_section(scenario: Scenario) -> Iterator[str]:
    yield "## levers"
    yield (
        f"{_docstring(Levers)} The defaults are those of `{scenario.name}`; a strategy file holds what is different. Numbers of "
        "people and places are those of the whole bank."
    )
    schema = Levers.model_json_schema()
    rows = _levers("levers", schema, schema["$defs"], scenario.levers.model_dump(mode="json"))
    yield _table(("key", "default", "allowed", "meaning"), list(rows))


def _levers(
    key: str, schema: Schema, models: Mapping[str, Schema], defaults: Mapping[str, object]
) -> Iterator[tuple[str, ...]]:
    """Walk over the levers below `key`, described by a JSON schema whose `$ref`s point into `models`."""
    for name, lever in schema["properties"].items():
        below, default = f"{key}.{name}", defaults.get(name, lever.get("default"))
        by_channel = lever.get("additionalProperties")
        section = _section_schema(lever, models) if by_channel is None else None
        if section is not None:
            if default is None:
                yield f"`{below}`", "`null`", "a section", section["description"].rstrip(".")
            yield from _levers(below, section, models, default if isinstance(default, Mapping) else {})
            continue
        shown = "required" if name in schema.get("required", ()) else _text(default)
        yield f"`{below}`", shown, _allowed(lever), lever["description"]
        if by_channel is not None and "$ref" in by_channel:
            yield from _levers(f"{below}.{_MEMBERS[name]}", _referred(by_channel, models), models, {})


def _section_schema(schema: Schema, models: Mapping[str, Schema]) -> Schema | None:
    """Return the schema of the section that a lever is, whether or not it may be left out; None for a single value."""
    choices = [choice for choice in (schema, *schema.get("anyOf", ())) if "$ref" in choice]
    return _referred(choices[0], models) if choices else None


def _section_in(annotation: Any) -> bool:  # noqa: ANN401 - annotations have no common type
    """Say whether an annotation allows a section of a file."""
    choices = get_args(annotation) or (annotation,)
    return any(isinstance(one, type) and issubclass(one, BaseModel) and one not in _VALUES for one in choices)


def _referred(schema: Schema, models: Mapping[str, Schema]) -> Schema:
    return models[schema["$ref"].rpartition("/")[2]]


def _allowed(schema: Schema) -> str:
    """Say in words what the JSON schema of a single value allows."""
    if "propertyNames" in schema:
        return _allowed(schema["propertyNames"])
    if "anyOf" in schema:
        return " or ".join(_allowed(choice) for choice in schema["anyOf"])
    if isinstance(schema.get("additionalProperties"), dict):
        return "keys and values"
    if "enum" in schema:
        return " ".join(f"`{choice}`" for choice in schema["enum"])
    if schema.get("type") not in ("number", "integer"):
        return _WORDS[schema.get("format", schema.get("type", "object"))]
    bounds = {"minimum": "", "exclusiveMinimum": "more than ", "maximum": "", "exclusiveMaximum": "less than "}
    found = [f"{words}{schema[bound]:,}" for bound, words in bounds.items() if bound in schema]
    return f"{' to '.join(found) or 'a number'}{', whole' if schema['type'] == 'integer' else ''}"


def _sources_section(scenario: Scenario) -> Iterator[str]:
    yield "## sources"
    yield _table(("code", "where it was published"), list(scenario.sources.items()))


def _docstring(model: type[BaseModel]) -> str:
    return " ".join((inspect.getdoc(model) or "").split())


def _text(value: object) -> str:
    """Return a value as a planner would write it."""
    if isinstance(value, bool) or value is None:
        return {True: "`true`", False: "`false`", None: "`null`"}[value]
    if isinstance(value, int | float):
        return f"{value:.10g}"
    if isinstance(value, Title):
        return f"{value.en} · {value.zh}"
    if isinstance(value, Mapping):
        return ", ".join(value) or "none"
    return str(value) if value else "none"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [columns, ["---"] * len(columns), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
