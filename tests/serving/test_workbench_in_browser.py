"""The workbench as a planner uses it, in JupyterLab and as a served page: a lever moved, a result pinned, a strategy saved."""

import json
import os
import shutil
import urllib.parse

import pytest

from simkit.params import load_strategy
from simkit.workbench import visits
from tests.serving.conftest import ROOT, ended, started

pytestmark = pytest.mark.browser

PATIENCE_MS = 90_000
LOADS = 100
CHART = ".simkit-chart img[src]"
TITLES = {"en": "Workbench of strategies", "zh": "策略工作台"}
NAMES = {"en": "English", "zh": "中文"}
# JupyterLab says that it is idle before it is connected: a notebook is run when its kernel has answered.
KERNEL_READY = """() => {
    const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
    const kernel = context?.session?.kernel;
    return !!context?.isReady && kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Copy what a planner has: parameters and notebooks; the workbench's simulates a thousandth of the bank."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "params", folder / "params")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    notebook = folder / "notebooks" / "workbench.ipynb"
    text = notebook.read_text(encoding="utf-8")
    assert "scale: float = 0.01 " in text
    notebook.write_text(text.replace("scale: float = 0.01 ", "scale: float = 0.001 "), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def environment(project):
    """Keep a reader's own settings out of the tests, and the tests out of them."""
    kept = project / "settings"
    folders = {
        name: str(kept / name.lower())
        for name in (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_RUNTIME_DIR",
            "JUPYTERLAB_SETTINGS_DIR",
            "JUPYTERLAB_WORKSPACES_DIR",
            "IPYTHONDIR",
        )
    }
    without = {name: value for name, value in os.environ.items() if name != "SIMKIT_PARAMS"}
    return {**without, **folders, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def served(project, environment):
    """Serve the workbench for all tests of the module."""
    options = ["--no-browser", "--port", "0", "--scale", "0.001"]
    server = started("simkit.cli", "serve", *options, cwd=project, env=environment)
    yield server
    assert ended(server.process) == 0
    server.process.stderr.close()


@pytest.fixture(scope="module")
def lab(project, environment):
    """Open JupyterLab for all tests of the module, from a folder inside the project."""
    options = ["--no-browser", "--language", "zh"]
    server = started("simkit.cli", "lab", *options, cwd=project / "params", env=environment)
    yield server
    assert ended(server.process) == 0
    server.process.stderr.close()


@pytest.fixture
def opened(browser):
    """Open pages; at the end none has complained, or asked anything of another machine."""
    contexts, complaints, asked = [], [], []

    def open_page(address):
        contexts.append(browser.new_context(viewport={"width": 1366, "height": 900}))
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda message: message.type in {"error", "warning"} and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda line: asked.append(line.url))
        page.goto(address, wait_until="commit")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    elsewhere = [url for url in asked if urllib.parse.urlsplit(url).hostname != "127.0.0.1"]
    assert [url for url in elsewhere if not url.startswith(("blob:http://127.0.0.1", "data:"))] == []


def move_a_lever(page):
    """Move the first lever by one, and wait for a chart that shows what it brings."""
    page.wait_for_selector(".simkit-levers .noUi-handle")
    before = page.locator(CHART).first.get_attribute("src")
    page.locator(".simkit-levers .noUi-handle").first.press("ArrowRight")
    wait_for_another_chart(page, before)


def wait_for_another_chart(page, before):
    """Wait until the first chart is no longer the one it was."""
    page.wait_for_selector(f'{CHART}:not([src="{before}"])', state="attached")


def pin_and_save(page, name):
    """Pin the result and save the strategy under a name; return what the page says of it."""
    page.locator(".simkit-workbench .lm-TabBar-tab").last.click()
    page.locator(".simkit-pin").click()
    button = page.locator(".simkit-save")
    form = button.locator("xpath=ancestor::div[contains(@class, 'widget-vbox')][1]")
    for field, text in zip(form.locator("input[type=text]").all(), (name, "Tried", "试算"), strict=True):
        field.fill(text)
    button.click()
    return form.locator(".wb-done, .wb-error").inner_text()


def assert_saved(project, name, said):
    """The file that the page names holds the lever that was moved."""
    path = project / "params" / "strategies" / f"{name}.yaml"
    assert path.name in said
    assert load_strategy(path).levers.field.teams == load_strategy("omnichannel").levers.field.teams + 1


@pytest.mark.parametrize(("language", "other"), [("en", "zh"), ("zh", "en")])
def test_the_served_page_works_in_both_languages(project, served, opened, language, other):
    """A lever changes the chart, the switch changes the language, a result is pinned and a strategy saved."""
    page = opened(f"{served.address}&language={language}")
    page.wait_for_selector(CHART)
    assert (page.title(), page.get_attribute("html", "lang")[:2]) == (TITLES[language], language)
    move_a_lever(page)
    shown = page.locator(CHART).first.get_attribute("src")
    page.locator(".simkit-language").get_by_text(NAMES[other]).click()
    page.wait_for_selector(f"html[lang^={other}]", state="attached")
    wait_for_another_chart(page, shown)
    assert page.title() == TITLES[other]
    assert_saved(project, f"tried_in_{language}", pin_and_save(page, f"tried_in_{language}"))


def test_jupyterlab_opens_on_the_workbench_and_runs_it(project, lab, opened):
    """All cells run, in the language that was asked for; a lever changes the chart, a result is pinned and a strategy saved."""
    page = opened(lab.address)
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
    page.wait_for_function(KERNEL_READY)
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_selector(CHART, state="attached")
    assert "策略" in page.locator(".simkit-workbench h1").first.inner_text()
    move_a_lever(page)
    assert_saved(project, "tried_in_lab", pin_and_save(page, "tried_in_lab"))
    assert page.locator(".jp-Notification-List, .Toastify__toast").count() == 0


@pytest.mark.slow
def test_a_hundred_loads_in_a_row_open_and_leave_nothing_behind(served, opened):
    """Each new visitor comes to the chart and the controls. Beyond the lost visits that are waited for, memory does not grow.

    If no visit were ever freed, each load would take what those that are waited for take.
    """
    held = []
    for _ in range(LOADS):
        page = opened(served.address)
        page.wait_for_selector(CHART)
        page.wait_for_selector(".simkit-levers .noUi-handle")
        page.context.close()
        held.append(served.memory_mib())
    of_one = (held[visits.MOST_KEPT - 1] - held[0]) / (visits.MOST_KEPT - 1)
    assert held[-1] - held[LOADS // 2] < LOADS // 2 * of_one / 5, held


@pytest.mark.slow
def test_the_workbench_notebook_is_executed_without_a_browser(project, tmp_path):
    """Papermill's way, headless: no cell fails, and the page of widgets is its output."""
    from simkit.reporting.execution.engines import execute_notebooks  # noqa: PLC0415 - notebooks load late
    from simkit.reporting.execution.jobs import NotebookJob  # noqa: PLC0415 - notebooks load late

    parameters = {"scale": 0.001, "store": str(tmp_path / "store"), "reports": str(tmp_path)}
    source, target = project / "notebooks" / "workbench.ipynb", tmp_path / "workbench.ipynb"
    (result,) = execute_notebooks([NotebookJob("workbench", source, target, parameters)], workers=1)
    assert result.error is None
    outputs = [output for cell in json.loads(target.read_text())["cells"] for output in cell.get("outputs", ())]
    assert any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in outputs)
