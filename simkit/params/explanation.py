"""What pydantic finds wrong, in a planner's words: where, what stands there, what is allowed and which name was probably meant."""

from __future__ import annotations

from collections.abc import Mapping
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from simkit.params.errors import Finding, nearest
from simkit.params.yaml_file import YamlFile

_LONGEST_VALUE = 60
_NEEDED: Final = {
    "model_type": "keys and values are needed here",
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
    place = [part for part in detail["loc"] if part != "[key]"]
    key = ".".join(str(part) for part in place)
    value, kind, context = detail["input"], detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return file.finding(key, f"unknown key; {nearest(place[-1], _keys_at(model, place[:-1]))}")
    if kind == "missing":
        return file.finding(key, "is missing; it is required")
    if kind == "literal_error":
        what = "unknown key" if "[key]" in detail["loc"] else f"is {_shown(value)}, which is unknown"
        allowed = str(context["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
        return file.finding(key, f"{what}; {nearest(value, allowed)}")
    if kind == "value_error":
        problem = str(context["error"])
        named, _, rest = problem.partition(": ")
        of_whole_file = not key and rest and named.partition(".")[0] in model.model_fields
        return file.finding(named, rest) if of_whole_file else file.finding(key, problem)
    needed = _NEEDED.get(kind) or detail["msg"][:1].lower() + detail["msg"][1:]
    return file.finding(key, f"is {_shown(value)}; {needed}")


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 3] + "..."


def _keys_at(model: type[BaseModel], place: list[int | str]) -> list[str]:
    """Return the keys that are allowed in the section at `place`."""
    annotation: Any = model
    for part in place:
        annotation = _below(annotation, part)
    found = _model_in(annotation)
    return list(found.model_fields) if found else []


def _below(annotation: Any, part: int | str) -> Any:  # noqa: ANN401 - annotations have no common type
    found = _model_in(annotation)
    if found is not None:
        field = found.model_fields.get(str(part))
        return field.annotation if field else None
    origin = get_origin(annotation)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping | tuple | list):
        return [argument for argument in get_args(annotation) if argument is not Ellipsis][-1]
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType) or hasattr(annotation, "__metadata__"):
        return next((found for found in map(_model_in, get_args(annotation)) if found), None)
    return None
