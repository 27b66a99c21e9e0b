"""A served page of a small stand-in for the workbench, in a process of its own."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60


@dataclass
class Server:
    """A running server: its process, and the whole address that it printed."""

    process: subprocess.Popen
    address: str

    @property
    def bare(self):
        """The address without its key."""
        return self.address.partition("?")[0]

    def memory_mib(self):
        """Return the memory that the process holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def started(*command, cwd=ROOT, env=None):
    """Start a server and wait for the first line that it prints; the address is the word in it that begins with http."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, env=env
    )
    line = process.stdout.readline()
    if "http" not in line:
        ended(process)
        pytest.fail(f"no address in {line!r}: {process.stderr.read()}")
    return Server(process, next(word for word in line.split() if word.startswith("http")))


def ended(process):
    """End a server as Ctrl-C does, and give its exit code."""
    process.send_signal(2)
    try:
        return process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    finally:
        process.stdout.close()


@pytest.fixture(scope="module")
def counter_page():
    """Serve counters for all tests of a module."""
    server = started("tests.serving.counter")
    yield server
    code = ended(server.process)
    complaints = server.process.stderr.read()
    server.process.stderr.close()
    assert complaints == ""
    assert code == 0
