"""A made-up study for charts, and a real one, as small as can be, for whole reports."""

import itertools

import nbformat
import pytest

from simkit.metrics.catalogue import KPIS
from simkit.params import load_study
from simkit.reporting import write_report
from simkit.reporting.batch import planned
from simkit.reporting.language import Narrator
from simkit.reporting.lookups import Attribution, Comparison
from simkit.reporting.rewards.report import Simulation, write_reward_page
from simkit.study import compare, run_study
from tests.reporting import synthetic
from tests.reporting.drawing import CHARTS, catch_figures, drawn
from tests.reporting.sound_page import SCREEN

STRATEGIES = list(synthetic.TITLES["en"])


@pytest.fixture(params=["en", "zh"])
def narrator(request):
    """Tell the made-up study in English, then in Chinese."""
    return Narrator(request.param, synthetic.TITLES[request.param], synthetic.SEGMENTS[request.param])


@pytest.fixture(scope="session")
def metrics():
    """The metrics of the made-up study."""
    return synthetic.metrics_table(STRATEGIES, replications=20)


@pytest.fixture(scope="session")
def comparison(metrics):
    """The comparison of the made-up study."""
    return compared(metrics)


@pytest.fixture(scope="session")
def daily():
    """The days of the made-up study."""
    return synthetic.daily_table(STRATEGIES, replications=8)


@pytest.fixture(scope="session")
def attribution():
    """Who gains in the made-up study."""
    return Attribution.of(synthetic.who_table(STRATEGIES, replications=20))


@pytest.fixture(scope="session")
def pictures(metrics, comparison, daily, attribution):
    """Every chart in both languages, drawn once, with its figure: (name, language) → (chart, figure)."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        caught = catch_figures(patch)
        for name, language in itertools.product(CHARTS, ("en", "zh")):
            narrator = Narrator(language, synthetic.TITLES[language], synthetic.SEGMENTS[language])
            found[name, language] = drawn(name, narrator, metrics, comparison, daily, attribution), caught[-1]
    return found


def compared(metrics):
    """Compare the strategies of some metrics."""
    strategies = list(dict.fromkeys(metrics["strategy"]))
    return Comparison.of(compare(metrics, KPIS, strategies=strategies, confidence=0.95))


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    """One strategy against doing nothing, on half a percent of the bank."""
    instead = {"strategies": ("do_nothing", "community_events"), "scale": 0.005, "replications": 3}
    plan = load_study("smoke").model_copy(update=instead)
    return run_study(plan, store=tmp_path_factory.mktemp("store"), workers=1, progress=False)


@pytest.fixture(scope="session")
def reports(study, tmp_path_factory):
    """The real study's report in both languages: language → index.html."""
    folder = tmp_path_factory.mktemp("reports")
    engines = {"en": "kernels", "zh": "fast"}
    return {
        language: write_report(study, folder, language=language, engine=engine, progress=False)
        for language, engine in engines.items()
    }


@pytest.fixture
def quick_notebooks(tmp_path, monkeypatch):
    """Give a folder of two notebooks that take no time, and let reports be made from them."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    declared = 'study: str = ""\nstore: str = ""\nlanguage: str = "en"'
    for name, cell, parameters in (
        (planned.COMPARISON_NOTEBOOK, "print('compared')", declared),
        (planned.STRATEGY_NOTEBOOK, "print(strategy)", f'{declared}\nstrategy: str = ""'),
    ):
        cells = [
            nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell(cell),
        ]
        (folder / name).write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    monkeypatch.setattr(planned, "notebook_folder", lambda: folder)
    return folder


@pytest.fixture(scope="session")
def rewarded(tmp_path_factory):
    """One strategy with a reward programme and one without, on half a percent of the bank."""
    instead = {"strategies": ("do_nothing", "community_events", "reward_heavy"), "scale": 0.005, "replications": 3}
    plan = load_study("smoke").model_copy(update=instead)
    return run_study(plan, store=tmp_path_factory.mktemp("store"), workers=1, progress=False)


@pytest.fixture(scope="session")
def reward_store(tmp_path_factory):
    """The folder of all runs of reward programmes."""
    return tmp_path_factory.mktemp("rewards")


@pytest.fixture(scope="session")
def reward_pages(reward_store, tmp_path_factory):
    """The page of the acceptance programme in both languages: language → index.html."""
    folder = tmp_path_factory.mktemp("reward_pages")
    simulation = Simulation(scale=0.005, replications=2)
    return {
        language: write_reward_page(
            "huaxia_luckin",
            folder / language,
            simulation,
            store=reward_store,
            language=language,
            workers=1,
            progress=False,
        )
        for language in ("en", "zh")
    }


@pytest.fixture
def opened(browser):
    """Open pages with the network off; what a page asks for or complains of is collected."""
    context = browser.new_context(viewport=SCREEN)
    context.set_offline(True)
    complaints, asked = [], []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    def open_page(path):
        page.goto(path.as_uri())
        page.wait_for_function("document.fonts.status === 'loaded'")
        return page

    yield open_page
    context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
