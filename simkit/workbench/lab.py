"""JupyterLab on the workbench's notebook, with settings that ask nothing of the internet and of the reader."""

import json
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from simkit.params import PlannerError
from simkit.reporting.language import Language

_MENUS: Mapping[Language, str] = {"en": "default", "zh": "zh_CN"}
LANGUAGE_VARIABLE = "SIMKIT_LANGUAGE"
"""Where the workbench in a notebook finds the language it was asked for."""


class LabError(PlannerError):
    """JupyterLab cannot be started."""


def start_lab(
    notebook: Path, *, port: int | None, browser: bool, language: Language, ready: Callable[[str], None]
) -> None:
    """Start JupyterLab on *notebook*, which lies in a folder of its project, and stay until it is interrupted.

    *ready* is called once with the whole address. Without a *port*, the first free one from 8888 on is taken. The kernels end with
    the server. Raises `LabError` where JupyterLab or the notebook is missing, or the port is taken.
    """
    if not notebook.is_file():
        raise LabError(f"There is no {notebook}; start `simkit lab` in the project's folder.")
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # kernels of this environment, not others of the same name
    os.environ[LANGUAGE_VARIABLE] = language
    lab = _lab_application()
    with tempfile.TemporaryDirectory(prefix="simkit-lab-") as folder:
        settings = Path(folder)
        (settings / "overrides.json").write_text(json.dumps(_settings(language)), encoding="utf-8")
        try:
            server = lab.initialize_server(argv=_options(notebook, port, settings, browser=browser))
        except SystemExit as error:
            raise LabError(f"JupyterLab could not start on port {port}; choose another by --port.") from error
        page = f"lab/tree/{_in_project(notebook)}?token={server.identity_provider.token}"
        server.io_loop.add_callback(ready, f"http://127.0.0.1:{server.port}/{page}")
        # Ctrl-C ends the kernels too, and without a question: notebooks are saved as they are edited.
        signal.signal(signal.SIGINT, lambda *_: server.stop(from_signal=True))
        server.start()


def _lab_application() -> Any:  # noqa: ANN401 - traitlets has no static types
    # An optional parser that Jupyter's own start would compile for seconds, and that nothing here needs.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    try:
        from jupyterlab.labapp import LabApp  # noqa: PLC0415 - the one command that needs it loads it
    except ImportError as error:
        raise LabError("JupyterLab is not installed; `make setup` or `pip install jupyterlab` brings it.") from error
    return LabApp


def _options(notebook: Path, port: int | None, settings: Path, *, browser: bool) -> list[str]:
    chosen = [] if port is None else [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    return [
        *chosen,
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={notebook.parent.parent}",
        f"--ServerApp.open_browser={browser}",
        f"--IdentityProvider.token={secrets.token_urlsafe(24)}",
        "--ServerApp.allow_root=True",  # the rule in containers; the server listens on loopback alone
        "--Application.log_level=WARN",
        f"--LabApp.default_url=/lab/tree/{_in_project(notebook)}",
        f"--LabApp.app_settings_dir={settings}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--KernelManager.transport_encryption=auto",
        "--LabApp.extension_manager=readonly",
        "--LabApp.expose_app_in_browser=True",
    ]


def _in_project(notebook: Path) -> str:
    return notebook.relative_to(notebook.parent.parent).as_posix()


def _settings(language: Language) -> dict[str, dict[str, object]]:
    """Return what a reader would otherwise be asked or shown; menus are Chinese where the language pack is installed."""
    packs = metadata.entry_points(group="jupyterlab.languagepack").names
    menus = _MENUS[language] if _MENUS[language] in packs else _MENUS["en"]
    return {
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
            "doNotDisturbMode": True,
        },
        "@jupyterlab/translation-extension:plugin": {"locale": menus},
    }
