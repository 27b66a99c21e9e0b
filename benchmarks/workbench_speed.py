"""`python -m benchmarks.workbench_speed`: loads of the served workbench and answers to a lever, as a browser sees them.

The workbench is as `simkit serve` opens it: a hundredth of the bank, two strategies beside doing nothing. A load is a new visitor's, up
to the first chart; an answer is the time from a lever's move to another chart, while the one before is still being refined.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHART = ".simkit-chart img[src]"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE_MS = 120_000
_SECONDS_BETWEEN_MOVES = 4


def main() -> None:
    """Serve, load, move, and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workbench_speed", description=__doc__)
    parser.add_argument("--loads", type=int, default=100)
    parser.add_argument("--moves", type=int, default=20)
    arguments = parser.parse_args()
    program = os.environ.get("SIMKIT_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise SystemExit("There is no Chromium or Chrome on this machine; `make setup-browser` installs one on Debian.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = [sys.executable, "-m", "simkit.cli", "serve", "--no-browser", "--port", "0", "--store", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                address = _address(server)
                browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
                page = _loaded(browser, address)
                _print("answers to a lever", _answers(page, arguments.moves))
                page.get_by_text("of the bank's customers").first.wait_for()  # all is refined
                _print("loads", _loads(browser, address, server.pid, arguments.loads))
                browser.close()
            finally:
                server.terminate()


def _address(server: subprocess.Popen[str]) -> str:
    line = server.stdout.readline() if server.stdout else ""
    return next(word for word in line.split() if word.startswith("http"))


def _loaded(browser: Browser, address: str) -> Page:
    """Open the workbench as a new visitor, up to its first chart."""
    page = browser.new_context(viewport={"width": 1366, "height": 900}).new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.goto(address, wait_until="commit")
    page.wait_for_selector(CHART)
    page.wait_for_selector(".noUi-handle")
    return page


def _loads(browser: Browser, address: str, server: int, loads: int) -> list[float]:
    seconds = []
    for number in range(1, loads + 1):
        start = time.perf_counter()
        page = _loaded(browser, address)
        seconds.append(time.perf_counter() - start)
        page.context.close()
        if number % 10 == 0:
            print(f"  after {number} loads the server holds {_memory_mib(server):.0f} MiB", flush=True)
    return seconds


def _answers(page: Page, moves: int) -> list[float]:
    seconds = []
    for _ in range(moves):
        time.sleep(_SECONDS_BETWEEN_MOVES)
        before = page.locator(CHART).first.get_attribute("src")
        start = time.perf_counter()
        page.locator(".simkit-levers .noUi-handle").first.press("ArrowRight")
        page.wait_for_selector(f'{CHART}:not([src="{before}"])')
        seconds.append(time.perf_counter() - start)
    return seconds


def _memory_mib(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _print(what: str, seconds: list[float]) -> None:
    middle, longest = statistics.median(seconds), max(seconds)
    print(f"{what}: n = {len(seconds)}, median {middle:.2f} s, longest {longest:.2f} s, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
