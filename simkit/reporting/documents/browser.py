"""Pages printed by the Chromium, Chrome or Edge that is installed, by its command line, without a network."""

import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from simkit.params import PlannerError

BROWSER_VARIABLE = "SIMKIT_BROWSER"
"""The environment variable that names the browser's program, where it is not found by itself."""

_COMMANDS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
    "chrome",
    "msedge",
)
_ON_MACOS = ("Google Chrome", "Chromium", "Microsoft Edge")
_ON_WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
# The browser's own services would call home at every start; no name is resolved, and no proxy asked.
_NO_NETWORK = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--proxy-server=direct://",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_PRINTING = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)
_SECONDS = 180.0
_SHOWN_LINES = 5
_TAIL_BYTES = 1024


class BrowserError(PlannerError):
    """There is no browser to print with, or it failed; the text says what to do."""


def find_browser() -> str:
    """Return the program of the browser that `SIMKIT_BROWSER` names, or of the first that is installed.

    Raises `BrowserError` where there is none.
    """
    named = os.environ.get(BROWSER_VARIABLE)
    if named:
        program = shutil.which(named)
        if program is None:
            raise BrowserError(f"{BROWSER_VARIABLE} is '{named}', which is no program; name that of Chromium or Chrome")
        return program
    program = next((found for command in (*_COMMANDS, *_places()) if (found := shutil.which(command))), None)
    if program is None:
        raise BrowserError(
            "A PDF is printed by a browser, and none is found: install Chromium, Chrome or Edge "
            f"(on Debian: apt-get install chromium), or set {BROWSER_VARIABLE} to its program"
        )
    return program


def _places() -> list[str]:
    """Return the programs that installers put outside the search path."""
    applications = (Path("/Applications"), Path.home() / "Applications")
    variables = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
    places = {
        "Darwin": [folder / f"{name}.app/Contents/MacOS/{name}" for folder in applications for name in _ON_MACOS],
        "Windows": [
            Path(os.environ[name]) / place for name in variables if name in os.environ for place in _ON_WINDOWS
        ],
    }
    return [str(place) for place in places.get(platform.system(), [])]


def print_to_pdf(page: Path, pdf: Path, *, seconds: float = _SECONDS) -> None:
    """Print an HTML file, by its own print rules, as a tagged PDF with its headings as bookmarks.

    Raises `BrowserError` where no browser is found, or where it fails or takes longer than *seconds*.
    """
    browser = find_browser()
    arguments = [*_PRINTING, *_NO_NETWORK, f"--print-to-pdf={pdf.resolve()}", page.resolve().as_uri()]
    without_sandbox = _runs_as_root()
    said = _run([browser, *(["--no-sandbox"] if without_sandbox else []), *arguments], seconds)
    if not _is_whole(pdf) and not without_sandbox and "sandbox" in said.lower():
        # Some containers allow nobody a sandbox. The page is ours and has no scripts.
        said = _run([browser, "--no-sandbox", *arguments], seconds)
    if not _is_whole(pdf):
        raise BrowserError(f"{browser} wrote no PDF of {page.name}; it said:\n{_last_lines(said)}")


def _runs_as_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _run(command: list[str], seconds: float) -> str:
    """Run the browser with a profile of its own that is removed, and return what it said."""
    with tempfile.TemporaryDirectory(prefix="simkit-browser-", ignore_cleanup_errors=True) as folder:
        said = Path(folder) / "said.txt"
        command = [*command[:1], f"--user-data-dir={Path(folder) / 'profile'}", *command[1:]]
        kept = {name: str(Path(folder) / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
        with said.open("wb") as log:
            _wait(command, seconds, log.fileno(), {**os.environ, **kept})
        return said.read_text(encoding="utf-8", errors="replace")


def _wait(command: list[str], seconds: float, log: int, environment: dict[str, str]) -> None:
    """Run *command* to its end. Whatever stops the waiting also ends the browser with all its processes."""
    with subprocess.Popen(  # noqa: S603 - the program is a browser, and the arguments are ours
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            _end(process)
            raise BrowserError(f"{command[0]} printed nothing in {seconds:g} s and was ended; try again") from error
        except BaseException:
            _end(process)
            raise


def _end(process: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


def _is_whole(pdf: Path) -> bool:
    """Return whether a file is a PDF from its first line to its last."""
    if not pdf.is_file():
        return False
    with pdf.open("rb") as file:
        head = file.read(_TAIL_BYTES)
        file.seek(max(0, pdf.stat().st_size - _TAIL_BYTES))
        return head.startswith(b"%PDF-") and b"%%EOF" in file.read()


def _last_lines(said: str) -> str:
    """Return the end of what the browser said, without its complaints of a missing message bus."""
    lines = [line for line in said.splitlines() if line.strip() and "dbus" not in line]
    return "\n".join(lines[-_SHOWN_LINES:]) or "nothing"
