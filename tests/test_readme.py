"""The commands of README.md work: those of make are targets, all others are executed in a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
# A reader needs these to get here; a copy of the project is already there.
ARRIVING = ("git clone ", "cd ")
# These go on until they are stopped; tests/serving starts, uses and stops them.
GO_ON = ("simkit serve", "simkit lab")

pytestmark = pytest.mark.skipif(not README.exists(), reason="README.md is still to be written")


def shell_blocks():
    """Give the shell blocks of the README, continued lines joined, without what only leads to the project."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", README.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    joined = (block.replace("\\\n", " ").splitlines() for block in blocks)
    return [[line for line in lines if not line.startswith(ARRIVING)] for lines in joined]


def commands():
    """Give every command of the shell blocks, without comments."""
    return [words for lines in shell_blocks() for line in lines if (words := line.partition(" #")[0].split())]


def environment(project):
    """Let the commands of a block use the copy of the project and this Python's installed commands."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return os.environ | {"PATH": path, "PYTHONPATH": str(project)}


def test_the_readme_shows_how_to_start():
    """Both commands that a newcomer needs stand in shell blocks."""
    assert ["make", "report"] in commands()
    assert ["make", "test"] in commands()


def test_every_make_command_of_the_readme_is_a_target():
    """`make` would know what to do with each of them."""
    targets = {words[1] for words in commands() if words[0] == "make"}
    explained = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert targets <= set(re.findall(r"^  make (\S+)", explained, flags=re.MULTILINE))


def test_every_simkit_command_of_the_readme_has_its_options():
    """`simkit` knows each subcommand, and the subcommand each option, that the README uses."""
    used = {}
    for words in commands():
        if Path(words[0]).name == "simkit":
            used.setdefault(words[1], set()).update(word.partition("=")[0] for word in words if word.startswith("--"))
    assert used
    for subcommand, options in used.items():
        # A wide terminal, or the table of options would cut their names.
        wide = environment(ROOT) | {"COLUMNS": "200", "NO_COLOR": "1"}
        told = subprocess.run(["simkit", subcommand, "--help"], check=True, capture_output=True, text=True, env=wide)
        assert options <= set(re.findall(r"--[a-z][a-z-]*", told.stdout))


@pytest.mark.slow
def test_the_commands_of_the_readme_succeed(tmp_path, committed_files):
    """Every command but make's, which CI runs itself, succeeds in order in a fresh copy of the project."""
    project = tmp_path / "simkit"
    for name in committed_files:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, project / name)
    (project / ".venv").symlink_to(sys.prefix)

    blocks = [[line for line in lines if not line.startswith(("make ", *GO_ON))] for lines in shell_blocks()]
    assert any(blocks)
    for lines in blocks:
        script = "\n".join(lines)
        shell = ["bash", "-euo", "pipefail", "-c", script]
        done = subprocess.run(shell, cwd=project, env=environment(project), capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
