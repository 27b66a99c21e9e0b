"""Commands that open the workbench: in JupyterLab, and as a page for people who never open Lab."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from simkit.cli.options import (
    REPORTS,
    STORE,
    LanguageOption,
    ReportLanguage,
    StoreOption,
    answers,
    errors,
)

if TYPE_CHECKING:
    from simkit.workbench import Workbench

_PORT = 8866
_WARM_UP_SECONDS = 120
_OPEN_TO_OTHERS = (
    "Machines in your network can reach this page at {host}. Whoever has the whole address can use it: there is no login, and "
    "what is sent is not encrypted. docs/serve.md says how to put a login in front."
)
BrowserOption = Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser on it.")]


def lab(
    *,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; the first free one from 8888 on when left out.")
    ] = None,
    browser: BrowserOption = True,
    language: LanguageOption = ReportLanguage.EN,
) -> None:
    """Open the workbench in JupyterLab; Ctrl-C ends it."""
    from simkit.reporting.batch.planned import notebook_folder
    from simkit.workbench.lab import start_lab

    notebook = notebook_folder() / "workbench.ipynb"
    start_lab(notebook, port=port, browser=browser, language=language.value, ready=_announce)


def serve(
    *,
    scenario: Annotated[str, typer.Option(help="Name or path of the scenario that is opened first.")] = "city_bank",
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            help="Strategy to begin with, repeatable: the first one's levers move, the others are compared with it."
        ),
    ] = None,
    language: LanguageOption = ReportLanguage.EN,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any free one.")] = _PORT,
    host: Annotated[
        str, typer.Option(help="Address to listen on. Any but the default lets other machines in: read docs/serve.md.")
    ] = "127.0.0.1",
    token: Annotated[
        str | None,
        typer.Option(
            envvar="SIMKIT_TOKEN",
            help="Key in the address, 16 characters or more; a new one at each start when left out.",
        ),
    ] = None,
    browser: BrowserOption = True,
    scale: Annotated[float, typer.Option(min=1e-6, max=1, help="Share of the bank that is simulated.")] = 0.01,
    store: StoreOption = STORE,
    reports: Annotated[Path, typer.Option(help="Folder that gets exported reports.")] = REPORTS,
) -> None:
    """Serve the workbench as a page without code; Ctrl-C ends it."""
    from simkit.workbench import serving
    from simkit.workbench.campaigns import STAGES
    from simkit.workbench.view import STRATEGIES, open_workbench

    key = serving.checked_key(token)
    if not serving.on_loopback(host):
        errors.print(_OPEN_TO_OTHERS.format(host=escape(host)), style="yellow", soft_wrap=True)

    def address_of(page: Path) -> str:
        return serving.REPORTS + page.resolve().relative_to(reports.resolve()).as_posix()

    def open_page(spoken: str, **options: Sequence[int]) -> Workbench:
        chosen = strategy or STRATEGIES
        return open_workbench(scenario, chosen, spoken, str(store), str(reports), scale, link_to=address_of, **options)

    def ready(address: str) -> None:
        _announce(address)
        if browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    _warm_up(open_page(language.value, stages=STAGES[:1]))
    serving.serve(serving.Site(open_page, reports, key, language.value), host, port, ready)


def _warm_up(workbench: Workbench) -> None:
    """Let what is compiled and cached once be so before anybody waits for it; a wrong scenario is met here."""
    with errors.status("Preparing the workbench…"):
        workbench.background.settled(_WARM_UP_SECONDS)
        workbench.close()


def _announce(address: str) -> None:
    """Say where the workbench is, in one line that a program can read."""
    answers.print(f"Workbench: {escape(address)} (Ctrl-C ends it)", soft_wrap=True, highlight=False)
