"""The project's own files agree with each other and keep its rules."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# Packages that conda-forge offers under another name.
CONDA_NAMES = {"matplotlib-base": "matplotlib", "python-duckdb": "duckdb"}
# pydantic documents this package as its own lower half, and Dask this one as an extra of its own.
PARTS = {"pydantic_core": "pydantic", "distributed": "dask"}
LONGEST_MODULE = 400
VAGUE_NAMES = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
# Brackets keep these patterns from finding themselves.
FOREIGN = re.compile(
    r"py[p]i\.org|python[h]osted|npm[j]s\.|registry\.[n]pm|deb\.[d]ebian|crates\.[i]o|[a]naconda\.(?:org|com)"
    r"|--(?:extra-)?[i]ndex-url|//\S+/[s]imple\b"
    r"|(?<![\w.~-])/(?:work|root|home|Users)/\w",
    re.IGNORECASE,
)


@pytest.fixture(scope="session")
def modules(committed_files):
    """Map each Python file of the project to its text."""
    return {path: (ROOT / path).read_text(encoding="utf-8") for path in committed_files if path.suffix == ".py"}


def declared(*extras):
    """List the requirements of the project and of these extras, with those of extras that they name themselves."""
    optional = PYPROJECT["project"]["optional-dependencies"]
    stated = [Requirement(line) for line in PYPROJECT["project"]["dependencies"]]
    waiting = list(extras)
    for extra in waiting:
        requirements = [Requirement(line) for line in optional[extra]]
        waiting += [
            named for requirement in requirements if requirement.name == "simkit" for named in requirement.extras
        ]
        stated += [requirement for requirement in requirements if requirement.name != "simkit"]
    return stated


def locked():
    """List the requirements of the lock file with their hashes."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    pairs = (line.split("--hash=", maxsplit=1) for line in lines if line.strip())
    return [(Requirement(requirement), hashes) for requirement, hashes in pairs]


def test_conda_users_get_the_same_requirements():
    """environment.yml has the names and bounds of pyproject.toml, no more and no less."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [line for line in environment["dependencies"] if isinstance(line, str)]
    (from_pip,) = (line["pip"] for line in environment["dependencies"] if isinstance(line, dict))
    assert from_pip[-1] == "--editable ."
    assert set(conda) >= {"pip", f"python{PYPROJECT['project']['requires-python']}"}

    stated = [Requirement(line) for line in [*conda, *from_pip[:-1]] if not re.match(r"pip$|python[<>=]", line)]
    in_environment = {CONDA_NAMES.get(spec.name, canonicalize_name(spec.name)): spec.specifier for spec in stated}
    assert len(in_environment) == len(stated)
    assert in_environment == {canonicalize_name(spec.name): spec.specifier for spec in declared()}


def test_the_lock_file_satisfies_every_requirement():
    """Each requirement, also of development, is locked to versions within its bounds; run `make lock` when it is not."""
    versions = {}
    for requirement, _ in locked():
        versions.setdefault(canonicalize_name(requirement.name), []).append(requirement.specifier)
    for requirement in declared("dev"):
        pins = versions.get(canonicalize_name(requirement.name), [])
        assert pins, f"{requirement.name} is not locked"
        for pin in pins:
            version = str(pin).removeprefix("==")
            assert requirement.specifier.contains(version, prereleases=True), f"{requirement} is locked to {version}"


def test_every_locked_package_is_pinned_by_hash():
    """An installation from the lock file takes the files that were tested, or stops."""
    for requirement, hashes in locked():
        assert str(requirement.specifier).startswith("=="), requirement.name
        assert re.match(r"sha256:[0-9a-f]{64}\b", hashes), requirement.name


def test_the_lock_file_leaves_out_the_slow_parser():
    """rfc3987-syntax, which costs 1.5 s at each start of Jupyter, is locked for no platform that exists."""
    markers = [requirement.marker for requirement, _ in locked() if requirement.name == "rfc3987-syntax"]
    assert markers
    assert not any(
        marker.evaluate({"sys_platform": platform}) for marker in markers for platform in ("linux", "darwin", "win32")
    )


def test_no_file_names_a_registry_or_a_machine(committed_files):
    """What is committed can be used anywhere: it names no package registry's host and no path of one machine."""
    found = []
    for path in committed_files:
        text = (ROOT / path).read_bytes().decode("utf-8", errors="replace")
        found += [f"{path}: {match.group()}" for match in FOREIGN.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "https://py" + "pi.org/project",
        "see /ho" + "me/wang/data",
        "--ind" + "ex-url https://mirror",
        "http://mirror:80/sim" + "ple",
    ],
)
def test_the_search_for_registries_and_machines_finds_them(text):
    """The pattern of the test above is not blind."""
    assert FOREIGN.search(text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_stored_without_outputs(path):
    """A notebook in the repository is a recipe: nothing has been executed in it."""
    notebook = nbformat.read(path, as_version=4)
    executed = [cell for cell in notebook.cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)]
    assert executed == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_have_one_parameters_cell(path):
    """A study's parameters are placed after the one cell with this tag."""
    notebook = nbformat.read(path, as_version=4)
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert [cell.cell_type for cell in tagged] == ["code"]


def test_modules_are_short_and_named_after_what_they_hold(modules):
    """No module passes 400 lines, and none is called after nothing in particular."""
    assert Path("simkit/workdays.py") in modules
    lengths = {str(path): len(text.splitlines()) for path, text in modules.items()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}
    assert [str(path) for path in modules if VAGUE_NAMES & {path.stem, *path.parts}] == []


def test_simkit_imports_only_what_it_declares(modules):
    """Each package that simkit imports is a requirement or an extra of its own, not a guest of another package's."""
    imported = set()
    for node in (node for path in modules if path.parts[0] == "simkit" for node in ast.walk(ast.parse(modules[path]))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            imported.add(node.module.partition(".")[0])
    assert "numpy" in imported
    providers = importlib.metadata.packages_distributions()
    names = {canonicalize_name(requirement.name) for requirement in declared("sensitivity", "cluster")}
    foreign = {PARTS.get(module, module) for module in imported - sys.stdlib_module_names - {"simkit"}}
    assert [module for module in foreign if not names & set(map(canonicalize_name, providers.get(module, [])))] == []


def test_make_offers_the_promised_targets():
    """`make` alone explains every target that the documents speak of."""
    explained = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    offered = set(re.findall(r"^  make (\S+) +\S", explained, flags=re.MULTILINE))
    promised = {"setup", "report", "test", "verify", "lint", "bench", "setup-browser", "lock", "clean", "help"}
    assert offered >= promised


def test_ci_runs_what_a_developer_runs():
    """CI is made of targets of the Makefile, in an executable script."""
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o100
    steps = re.findall(r"^make (\S+)$", script.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert steps == ["setup", "lint", "setup-browser", "test"]
