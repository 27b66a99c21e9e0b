"""What pydantic finds wrong, in a planner's words: where, what stands there, what is allowed and which name was probably meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from simkit.params.errors import Finding, nearest
from simkit.params.yaml_file import YamlFile

Place = list[int | str]
_LONGEST_VALUE = 60
_UNIONS = (Union, UnionType)
_NEEDED: Final = {
    "model_type": "keys and values are needed here",
    "model_attributes_type": "keys and values are needed here",
    "dict_type": "keys and values are needed here",
    "tuple_type": "a list is needed here",
    "float_type": "a number is needed here",
    "int_type": "a whole number is needed here",
    "bool_type": "true or false is needed here",
    "string_type": "a text is needed here",
    "date_type": "a date such as 2026-03-02 is needed here",
    "string_pattern_mismatch": "a name has small letters, digits and underscores, and begins with a letter",
}


def explain(model: type[BaseModel], file: YamlFile, error: ValidationError) -> list[Finding]:
    """Return one finding for each thing that keeps `file` from being a `model`."""
    return [_finding(model, file, detail) for detail in error.errors(include_url=False)]


def _finding(model: type[BaseModel], file: YamlFile, detail: ErrorDetails) -> Finding:
    location = [part for part in detail["loc"] if part != "[key]"]
    place, annotation = _walk(model, location)
    value, kind, context = detail["input"], detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        section = _model_in(_walk(model, location[:-1])[1])
        allowed = section.model_fields if section else ()
        return file.finding(_dotted(place), f"unknown key; {nearest(place[-1], allowed)}")
    if kind == "missing":
        return file.finding(_dotted(place), "is missing; it is required")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _unknown_kind(file, place, annotation, detail)
    place = _as_written(place, file.data)
    if kind == "literal_error":
        what = "unknown key" if "[key]" in detail["loc"] else f"is {_shown(value)}, which is unknown"
        return file.finding(_dotted(place), f"{what}; {nearest(value, _names(context['expected']))}")
    if kind == "value_error":
        problem, section = str(context["error"]), _model_in(annotation)
        named, _, rest = problem.partition(": ")
        of_a_key_below = rest and section is not None and named.partition(".")[0] in section.model_fields
        return file.finding(_dotted([*place, named]), rest) if of_a_key_below else file.finding(_dotted(place), problem)
    needed = _NEEDED.get(kind) or detail["msg"][:1].lower() + detail["msg"][1:]
    return file.finding(_dotted(place), f"is {_shown(value)}; {needed}")


def _unknown_kind(file: YamlFile, place: Place, annotation: Any, detail: ErrorDetails) -> Finding:  # noqa: ANN401
    """Say which kinds of a section there are, where the file names none or one that does not exist."""
    (discriminator,) = _names(detail["ctx"]["discriminator"])
    kinds = [str(tag) for member in _models_in(annotation) for tag in _tags(member, discriminator)]
    key, given = _dotted([*place, discriminator]), detail["input"].get(discriminator)
    if detail["type"] == "union_tag_not_found":
        return file.finding(key, f"is missing; it is required; allowed: {', '.join(sorted(kinds))}")
    return file.finding(key, f"is {_shown(given)}, which is unknown; {nearest(given, kinds)}")


def _names(listed: object) -> list[str]:
    """Return the names in a list such as "'one', 'two' or 'three'"."""
    return str(listed).replace(" or ", ", ").replace("'", "").split(", ")


def _dotted(place: Place) -> str:
    return ".".join(str(part) for part in place)


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."


def _as_written(place: Place, data: Any) -> Place:  # noqa: ANN401 - YAML holds any plain value
    """Cut off the keys that only the schema puts around a value which the file gives alone."""
    for depth, part in enumerate(place):
        if not isinstance(data, dict | list | tuple):
            return place[:depth]
        data = data.get(part) if isinstance(data, dict) else data[int(part)]
    return place


def _walk(model: type[BaseModel], location: Sequence[int | str]) -> tuple[Place, Any]:
    """Follow a location of pydantic's; return it without the tags that choose between kinds of sections, and what stands there."""
    annotation: Any = model
    place: list[int | str] = []
    for part in location:
        members = _models_in(annotation)
        chosen = [member for member in members if part in _tags(member)] if len(members) > 1 else []
        if chosen:
            annotation = chosen[0]
        else:
            place.append(part)
            annotation = _below(annotation, part)
    return place, annotation


def _tags(member: type[BaseModel], discriminator: str | None = None) -> list[object]:
    """Return the values that tell a section of this kind from the others."""
    fields = [field.annotation for name, field in member.model_fields.items() if discriminator in (None, name)]
    return [tag for annotation in fields if get_origin(annotation) is Literal for tag in get_args(annotation)]


def _below(annotation: Any, part: int | str) -> Any:  # noqa: ANN401 - annotations have no common type
    found = _model_in(annotation)
    if found is not None:
        field = found.model_fields.get(str(part))
        return field.annotation if field else None
    while hasattr(annotation, "__metadata__"):
        annotation = annotation.__origin__
    if get_origin(annotation) in _UNIONS:
        return next((below for choice in get_args(annotation) if (below := _below(choice, part)) is not None), None)
    origin = get_origin(annotation)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping | tuple | list):
        return [argument for argument in get_args(annotation) if argument is not Ellipsis][-1]
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401
    return next(iter(_models_in(annotation)), None)


def _models_in(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401
    """Return the section that an annotation stands for, or the kinds of sections among which it leaves the choice."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in _UNIONS or hasattr(annotation, "__metadata__"):
        return [found for choice in get_args(annotation) for found in _models_in(choice)]
    return []
