"""Executing notebooks with checked parameters: papermill does the work, one notebook a core, and a failure stops no other."""

import ast
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import papermill
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from papermill.exceptions import PapermillExecutionError
from pydantic import ConfigDict, TypeAdapter, ValidationError

from simkit.params import Finding, ParameterError, nearest
from simkit.study.execution import executor_for

PARAMETERS_TAG = "parameters"
START_SECONDS = 60
CELL_SECONDS = 600
_NO_KERNEL = ("Kernel didn't respond", "Kernel died before replying")
_TYPES: Mapping[str, Any] = {"str": str, "int": int, "float": float, "bool": bool, "None": None}


@dataclass(frozen=True)
class Parameter:
    """One parameter that a notebook declares: its name, and its type as written and as a type."""

    name: str
    annotation: str
    type: Any


@dataclass(frozen=True)
class NotebookJob:
    """One notebook to execute: the source, where the executed copy goes, and its parameters."""

    name: str
    source: Path
    target: Path
    parameters: Mapping[str, object]


@dataclass(frozen=True)
class ExecutedNotebook:
    """What became of a job: seconds taken, and the error as text where it failed; `target` holds what was executed."""

    name: str
    target: Path
    seconds: float
    error: str | None


def read_notebook(path: Path) -> nbformat.NotebookNode:
    """Read a notebook file."""
    notebook: nbformat.NotebookNode = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    return notebook


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


def execute_notebooks(jobs: Sequence[NotebookJob], *, workers: int | None = None) -> Iterator[ExecutedNotebook]:
    """Execute notebooks in processes (None: one for each core) and give each result as it is finished, in no fixed order.

    All parameters are checked before the first notebook starts. A notebook that fails keeps its executed cells and the error
    in its target, and the others go on.
    """
    for job in jobs:
        check_parameters(job.source, job.parameters)
    with closing(executor_for(workers, len(jobs))(_execute, jobs)) as results:
        yield from results


def _execute(job: NotebookJob) -> ExecutedNotebook:
    start = time.perf_counter()
    try:
        _run_papermill(job)
    except DeadKernelError:
        error = _retry(job)
    except RuntimeError as failure:
        error = _retry(job) if str(failure).startswith(_NO_KERNEL) else _in_words(failure)
    except Exception as failure:  # noqa: BLE001 - whatever a notebook raises, it is reported and the other notebooks go on
        error = _in_words(failure)
    else:
        error = None
    return ExecutedNotebook(job.name, job.target, time.perf_counter() - start, error)


def _retry(job: NotebookJob) -> str | None:
    """Execute once more after a kernel died or did not start, which can be a busy machine's doing; return the error if any."""
    try:
        _run_papermill(job)
    except Exception as failure:  # noqa: BLE001 - as above
        return _in_words(failure)
    return None


def _in_words(failure: Exception) -> str:
    if isinstance(failure, PapermillExecutionError):
        return f"{failure.ename}: {failure.evalue}"
    return f"{type(failure).__name__}: {failure}"


def _run_papermill(job: NotebookJob) -> None:
    papermill.execute_notebook(
        job.source,
        job.target,
        parameters=dict(job.parameters),
        kernel_name="python3",
        language="python",
        kernel_manager_class=LocalKernelManager,
        progress_bar=False,
        log_output=False,
        request_save_on_cell_execute=False,
        start_timeout=START_SECONDS,
        execution_timeout=CELL_SECONDS,
        raise_on_iopub_timeout=True,
    )


class LocalKernelManager(AsyncKernelManager):
    """Starts kernels of this very interpreter, and talks to them through sockets in a folder.

    Kernels started at the same time can be given the same TCP port; files have no such race. A kernel installed for the user
    under the name python3 may be another Python, without simkit.
    """

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - Jupyter's own options
        super().__init__(**options)
        if os.name == "posix":
            self.transport = "ipc"
            # Short: the system cuts a socket's path at about 100 characters.
            self.ip = str(Path(tempfile.gettempdir()) / f"simkit-{secrets.token_hex(6)}")

    @property
    def kernel_spec(self) -> KernelSpec:
        """Run ipykernel with the interpreter that runs this; it logs an interrupt at its own shutdown as an error, which is none."""
        return KernelSpec(
            argv=[
                sys.executable,
                "-m",
                "ipykernel_launcher",
                "-f",
                "{connection_file}",
                "--IPKernelApp.log_level=CRITICAL",
            ],
            display_name="simkit",
            language="python",
            metadata={"supported_features": ["kernel subshells"]},
        )
