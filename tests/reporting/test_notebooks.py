"""Notebooks run with checked parameters, side by side, and fail without harm to one another."""

import json
import multiprocessing
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from simkit.params import ParameterError
from simkit.reporting.batch.planned import notebook_folder
from simkit.reporting.execution import warm
from simkit.reporting.execution.engines import execute_notebooks
from simkit.reporting.execution.jobs import NotebookJob
from simkit.reporting.execution.parameters import check_parameters, declared_parameters

DECLARED = 'study: str = "a"  # name\nn: int = 3\nrate: float = 0.5\nflag: bool = False\nnames: list[str] = []\nseed: int | None = None'
SHIPPED = sorted(notebook_folder().glob("*.ipynb"))


def notebook(folder, *sources, parameters=DECLARED):
    """Write a notebook with a parameters cell and the cells of *sources*."""
    cells = [
        nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        *map(nbformat.v4.new_code_cell, sources),
    ]
    path = folder / f"source{len(list(folder.iterdir()))}.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    return path


def executed(jobs, **options):
    """Execute notebooks and return the results by name."""
    return {result.name: result for result in execute_notebooks(jobs, **options)}


def outputs(path):
    """Return all text that an executed notebook printed."""
    cells = nbformat.read(path, as_version=4).cells
    return "".join(output.get("text", "") for cell in cells if cell.cell_type == "code" for output in cell.outputs)


def test_types_are_read_from_the_parameters_cell(tmp_path):
    """What the cell declares is all that has to be written."""
    declared = declared_parameters(notebook(tmp_path))
    types = {name: parameter.annotation for name, parameter in declared.items()}
    assert types == {
        "study": "str",
        "n": "int",
        "rate": "float",
        "flag": "bool",
        "names": "list[str]",
        "seed": "int | None",
    }


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"studdy": "b"}, "studdy: is not a parameter of this notebook; allowed: .*; did you mean 'study'"),
        ({"n": 12.5}, r"n: is 12.5 \(float\); allowed: int"),
        ({"n": True}, r"n: is True \(bool\); allowed: int"),
        ({"flag": "yes"}, r"flag: is 'yes' \(str\); allowed: bool"),
        ({"rate": "abc"}, r"rate: is 'abc' \(str\); allowed: float"),
        ({"names": ["a", 1]}, r"names: is \['a', 1\] \(list\); allowed: list\[str\]"),
        ({"seed": "1"}, r"seed: is '1' \(str\); allowed: int \| None"),
    ],
)
def test_a_wrong_parameter_fails_with_a_message(tmp_path, parameters, message):
    """The message names the parameter, the value and what is allowed."""
    with pytest.raises(ParameterError, match=message):
        check_parameters(notebook(tmp_path), parameters)


def test_right_parameters_pass(tmp_path):
    """A whole number is a rate too, and None is allowed where it is declared."""
    right = {"study": "b", "n": 1, "rate": 2, "flag": True, "names": ["a"], "seed": None}
    check_parameters(notebook(tmp_path), right)
    check_parameters(notebook(tmp_path), {})


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("n = 3", "a parameter is written as"),
        ("n: int", "a parameter is written as"),
        ("n: Path = None", "the type 'Path' is not understood"),
        ("import os", "a parameter is written as"),
    ],
)
def test_a_parameters_cell_that_declares_no_types_is_refused(tmp_path, cell, message):
    """Every line is an annotated parameter with a default; nothing of the cell is run to find out."""
    with pytest.raises(ParameterError, match=message):
        declared_parameters(notebook(tmp_path, parameters=cell))


def test_a_notebook_without_parameters_cell_is_refused(tmp_path):
    """The tag must be there, once."""
    path = tmp_path / "plain.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook()), encoding="utf-8")
    with pytest.raises(ParameterError, match="0 cells have the tag 'parameters'"):
        declared_parameters(path)


def test_no_notebook_starts_when_one_has_a_wrong_parameter(tmp_path):
    """Parameters are checked before the first kernel is started."""
    source = notebook(tmp_path)
    jobs = [NotebookJob(name, source, tmp_path / f"{name}.ipynb", {"n": n}) for name, n in (("good", 1), ("bad", "1"))]
    with pytest.raises(ParameterError, match="n: is '1'"):
        list(execute_notebooks(jobs))
    assert not (tmp_path / "good.ipynb").exists()


@pytest.mark.parametrize("engine", ["kernels", "fast"])
def test_notebooks_run_side_by_side_and_a_failure_stops_no_other(tmp_path, engine):
    """The failing one keeps its executed cells and the error; the others have their parameters and this very Python."""
    good = notebook(tmp_path, "import sys\nprint(study, n, sys.executable)")
    bad = notebook(tmp_path, "print('before')", "1 / 0", "print('after')")
    dead = notebook(tmp_path, "import os\nos._exit(3)")
    sources = {"one": good, "bad": bad, "dead": dead, "two": good}
    jobs = [NotebookJob(name, source, tmp_path / f"{name}.ipynb", {"study": name}) for name, source in sources.items()]
    results = executed(jobs, workers=2, engine=engine)
    assert {name: result.error is None for name, result in results.items()} == {
        "one": True,
        "bad": False,
        "dead": False,
        "two": True,
    }
    assert results["bad"].error == "ZeroDivisionError: division by zero"
    assert ("DeadKernelError" if engine == "kernels" else "was killed") in results["dead"].error
    assert results["dead"].error in (tmp_path / "dead.ipynb").read_text()
    assert Path(outputs(tmp_path / "two.ipynb").split()[-1]).resolve() == Path(sys.executable).resolve()
    assert outputs(tmp_path / "one.ipynb").startswith("one 3 ")
    assert outputs(tmp_path / "bad.ipynb") == "before\n"
    assert "ZeroDivisionError" in (tmp_path / "bad.ipynb").read_text()


SHOWING = (
    "import sys\nprint(n)\nprint('more')\nprint('warned', file=sys.stderr)\nn",
    "from IPython.display import HTML, display\ndisplay(HTML('<b>bold</b>'))\n1;",
    "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);",
    "from simkit.reporting.summary import Notes\nNotes('heading', ['one', 'two'])",
    "# nothing",
    "None\nmissing",
    "print('never')",
)


def test_both_engines_show_the_same(tmp_path):
    """Prints, values, displays, pictures to the byte, content and errors; only the colours of a traceback may differ."""
    source = notebook(tmp_path, *SHOWING)
    shown = {}
    for engine in ("kernels", "fast"):
        (result,) = execute_notebooks([NotebookJob("a", source, tmp_path / f"{engine}.ipynb", {"n": 4})], engine=engine)
        assert result.error == "NameError: name 'missing' is not defined"
        shown[engine] = shown_by(result.target)
    assert shown["fast"] == shown["kernels"]
    kinds = [kind for cell in shown["fast"] for kind, *_ in cell[1]]
    assert kinds == ["stream", "stream", "execute_result", *["display_data"] * 2, "execute_result", "error"]


def shown_by(path):
    """Return what each code cell shows, without what is new at every execution: times, and the colours of a traceback."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return [(cell.execution_count, [plain(output) for output in cell.outputs]) for cell in cells]


def plain(output):
    """Return an output as its kind and content."""
    if output.output_type == "error":
        return "error", output.ename, output.evalue, [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in output.traceback]
    return output.output_type, {key: value for key, value in output.items() if key != "output_type"}


def test_a_job_that_is_closed_leaves_no_process(tmp_path):
    """Whoever stops reading results ends the notebooks that are still at work."""
    source = notebook(tmp_path, "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)", "1")
    jobs = [NotebookJob("quick", notebook(tmp_path, "1"), tmp_path / "quick.ipynb", {})]
    jobs += [NotebookJob("slow", source, tmp_path / "slow.ipynb", {})]
    results = execute_notebooks(jobs, workers=2, engine="fast")
    assert next(results).name == "quick"
    results.close()
    assert [child for child in multiprocessing.active_children() if "ForkServer" in type(child).__name__] == []


def test_the_fast_engine_gives_way_where_there_is_no_fork(tmp_path, monkeypatch, capsys):
    """Kernels do the work, and a word says so."""
    monkeypatch.setattr(warm.multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    source = notebook(tmp_path, "print('done')")
    (result,) = execute_notebooks([NotebookJob("a", source, tmp_path / "a.ipynb", {})], engine="fast")
    assert result.error is None
    assert outputs(result.target) == "done\n"
    assert "kernels execute" in capsys.readouterr().err


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_notebooks_are_thin_and_stored_without_outputs(path):
    """No outputs, typed parameters with a language, and nothing defined: work is done by simkit."""
    command = [sys.executable, "-m", "nbstripout", "--verify", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    stored = nbformat.read(path, as_version=4)
    assert all(not cell.outputs and cell.execution_count is None for cell in stored.cells if cell.cell_type == "code")
    assert {"store", "language"} <= set(declared_parameters(path))
    code = "\n".join(cell.source for cell in stored.cells if cell.cell_type == "code")
    assert "def " not in code
    assert "class " not in code
    assert len(code.splitlines()) < 25


def test_the_notebooks_that_commands_execute_are_shipped():
    """One compares strategies, one reports on a single one, one on a reward programme, one on what is not known."""
    names = {"reward_design.ipynb", "robustness.ipynb", "strategy_comparison.ipynb", "strategy_report.ipynb"}
    assert names <= {path.name for path in SHIPPED}
    assert all(json.loads(path.read_text(encoding="utf-8"))["nbformat"] == 4 for path in SHIPPED)
