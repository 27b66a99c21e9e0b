"""What a notebook declares as its parameters, and whether those that it is given are right; papermill itself asks neither."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from simkit.params import Finding, ParameterError, nearest
from simkit.reporting.execution.jobs import read_notebook

PARAMETERS_TAG = "parameters"
_TYPES: Mapping[str, Any] = {"str": str, "int": int, "float": float, "bool": bool, "None": None}


@dataclass(frozen=True)
class Parameter:
    """One parameter that a notebook declares: its name, and its type as written and as a type."""

    name: str
    annotation: str
    type: Any


def declared_parameters(source: Path) -> dict[str, Parameter]:
    """Read the parameters that a notebook's cell with the tag `parameters` declares, such as ``language: str = "en"``.

    Raises `ParameterError` where there is no such cell, or a line of it is not an annotated parameter.
    """
    cells = [cell for cell in read_notebook(source).cells if PARAMETERS_TAG in cell.metadata.get("tags", ())]
    if len(cells) != 1:
        raise ParameterError(
            [Finding(str(source), "", f"{len(cells)} cells have the tag '{PARAMETERS_TAG}'; there must be one")]
        )
    declared: dict[str, Parameter] = {}
    findings: list[Finding] = []
    for statement in ast.parse(cells[0].source).body:
        try:
            parameter = _declared(statement)
        except ValueError as error:
            findings.append(Finding(str(source), ast.unparse(statement), str(error), line=statement.lineno))
        else:
            declared[parameter.name] = parameter
    if findings:
        raise ParameterError(findings)
    return declared


def _declared(statement: ast.stmt) -> Parameter:
    if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name) or not statement.value:
        raise ValueError("a parameter is written as `name: type = default`")
    annotation = statement.annotation
    return Parameter(statement.target.id, ast.unparse(annotation), _type_of(annotation))


def _type_of(annotation: ast.expr) -> Any:  # noqa: ANN401 - a type, a union or a generic
    """Turn an annotation into a type, without running any code of the notebook."""
    if isinstance(annotation, ast.Name) and annotation.id in _TYPES:
        return _TYPES[annotation.id]
    if isinstance(annotation, ast.Constant) and annotation.value is None:
        return None
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return _type_of(annotation.left) | _type_of(annotation.right)
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "list":
        return list[_type_of(annotation.slice)]  # type: ignore[misc]
    raise ValueError(
        f"the type '{ast.unparse(annotation)}' is not understood; {nearest(ast.unparse(annotation), _TYPES)}"
    )


def check_parameters(source: Path, parameters: Mapping[str, object]) -> None:
    """Compare *parameters* with what the notebook declares; papermill itself would accept anything.

    Raises `ParameterError` with every unknown name and wrong type at once.
    """
    declared = declared_parameters(source)
    findings = [
        Finding(str(source), name, f"is not a parameter of this notebook; {nearest(name, declared)}")
        for name in parameters
        if name not in declared
    ]
    for parameter in declared.values():
        if parameter.name in parameters:
            findings += _mistyped(source, parameter, parameters[parameter.name])
    if findings:
        raise ParameterError(findings)


def _mistyped(source: Path, parameter: Parameter, value: object) -> list[Finding]:
    try:
        TypeAdapter(parameter.type, config=ConfigDict(strict=True)).validate_python(value)
    except ValidationError:
        problem = f"is {value!r} ({type(value).__name__}); allowed: {parameter.annotation}"
        return [Finding(str(source), parameter.name, problem)]
    return []
