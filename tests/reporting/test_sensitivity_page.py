"""The page of a sensitivity analysis says what the analysis found, in both languages, and nothing on its charts is cut off."""

import itertools
import json
import re
import zlib

import numpy as np
import pytest
import yaml

from simkit import cli
from simkit.metrics.catalogue import KPIS
from simkit.params import load_scenario, load_strategy, load_study, parameter_folder
from simkit.params.uncertainty import uncertain_numbers
from simkit.reporting import fonts
from simkit.reporting.language import LANGUAGES
from simkit.reporting.sensitivity.page import SensitivityPage
from simkit.reporting.sensitivity.words import SensitivityWords
from simkit.study.sensitivity import Answer, Effort, Question
from simkit.study.sensitivity.analysis import analyse
from tests.reporting.test_charts import assert_legible, catch_figures

SECTIONS = ("field", "wallet", "messages", "calls", "trust", "costs", "value", "satisfaction")
WEIGHTS = {
    "value.fee_rate": 8000.0,
    "wallet.organic_imitation": -6000.0,
    "costs.event": 3000.0,
    "field.at_home_weekend": 2000.0,
    "value.deposit_uplift": 1500.0,
}
CHARTS = ("swings", "sections", "screening", "variance")
SCENARIO = load_scenario("city_bank")
NUMBERS = [number for number in uncertain_numbers(SCENARIO) if number.key.partition(".")[0] in SECTIONS]


def differences(probes):
    """A difference that hangs on five numbers and luck; -1,500 as written."""
    known = {number.key: number for number in NUMBERS}
    found = []
    for probe in probes:
        shared = np.random.default_rng(probe.replication).normal(0, 400)
        code = zlib.crc32(repr(sorted(probe.values.items())).encode())
        own = np.random.default_rng([probe.replication, code]).normal(0, 100)
        moved = sum(
            weight * (probe.values.get(key, known[key].mode) - known[key].mode) / (known[key].high - known[key].low)
            for key, weight in WEIGHTS.items()
        )
        found.append(-1500 + shared + own + moved)
    return np.array(found)


def answer_to(differences, **question):
    """An answer about made-up differences between two strategies."""
    found = analyse(NUMBERS, differences, Effort(), lambda *_: None)
    pair = (load_strategy("digital_first"), load_strategy("do_nothing"))
    plan = load_study("city_bank_strategies")
    asked = Question("city_bank_strategies", **question)
    return Answer(asked, plan, SCENARIO, KPIS[asked.kpi], *pair, found, 4321, 0, 0.0, "f" * 64)


@pytest.fixture(scope="module")
def answer():
    """An answer in which some numbers matter."""
    return answer_to(differences)


@pytest.fixture(scope="module")
def pages(answer):
    """Its page in both languages."""
    return {language: SensitivityPage(answer, SensitivityWords.of(answer, language)) for language in LANGUAGES}


@pytest.fixture(scope="module")
def pictures(pages):
    """Every chart in both languages with its figure: (name, language) → (chart, figure)."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        caught = catch_figures(patch)
        for name, language in itertools.product(CHARTS, LANGUAGES):
            found[name, language] = getattr(pages[language], name), caught[-1]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHARTS)
def test_nothing_on_a_chart_is_cut_off_or_covered(name, language, pictures):
    """Every text lies within the picture, has all its glyphs, and no label covers another."""
    chart, figure = pictures[name, language]
    assert_legible(figure)
    assert chart.message in chart.alt
    assert fonts.missing_glyphs(chart.alt) == ""


def test_the_swings_drawn_are_those_found(answer, pages):
    """The bars' numbers are the differences at the low and at the high value, the widest first."""
    rows = {row.title: [cell.estimate for cell in row.cells] for row in pages["en"].swings.numbers.rows}
    assert list(rows) == [swing.number.key for swing in answer.found.swings]
    assert next(iter(rows)) == "value.fee_rate"
    for swing in answer.found.swings:
        assert rows[swing.number.key] == [swing.at_low, swing.at_high]


@pytest.mark.parametrize(("language", "none", "below"), [("en", "none in its range", "below"), ("zh", "内没有", "低")])
def test_break_even_values_stand_in_the_table_with_their_interval(language, none, below, answer, pages):
    """A number that turns the answer has a value and an interval within its range; of another it is said that there is none."""
    told = {row.title: row.cells[6] for row in pages[language].numbers.rows}
    by_outcome = {
        outcome: [told[swing.number.key] for swing in answer.found.swings if swing.break_even.outcome == outcome]
        for outcome in ("flips", "holds")
    }
    assert by_outcome["flips"]
    assert all(re.match(r"[\d.,]+ ?[(（]", text) for text in by_outcome["flips"])
    assert by_outcome["holds"]
    assert all(none in text for text in by_outcome["holds"])
    assert below in pages[language].summary.recommendation


def test_all_sections_are_either_opened_or_listed_as_unexamined(answer, pages):
    """No section is lost between the two."""
    opened = {effect.name for effect in answer.found.opened}
    listed = {row.title for row in pages["en"].unexamined.rows}
    assert opened | listed == set(SECTIONS)
    assert opened & listed == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_no_number_matters_the_page_says_so(language):
    """Without a number that is told from luck there is a verdict and a list of what was screened, but no chart of numbers."""
    nothing = answer_to(lambda probes: np.random.default_rng(5).normal(0, 100, len(probes)))
    page = SensitivityPage(nothing, SensitivityWords.of(nothing, language))
    assert (page.swings, page.numbers, page.screening, page.variance) == (None, None, None, None)
    assert page.sections.message
    assert len(page.unexamined.rows) == len(SECTIONS)
    assert page.summary.html.count("<dt>") == 1


def certain_but(written, kept):
    """Return a scenario file's data in which only the sections `kept` have ranges."""

    def certain(part):
        return (
            {key: certain(value) for key, value in part.items() if key != "range"} if isinstance(part, dict) else part
        )

    return {name: part if name in kept else certain(part) for name, part in written.items()}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A folder with a study of a real bank of which few numbers are uncertain; both languages use its store."""
    folder = tmp_path_factory.mktemp("small")
    written = yaml.safe_load((parameter_folder() / "scenarios" / "city_bank.yaml").read_text(encoding="utf-8"))
    (folder / "bank.yaml").write_text(yaml.safe_dump(certain_but(written, ("value", "pitch"))), encoding="utf-8")
    plan = {
        "name": "small",
        "title": {"en": "Small", "zh": "小"},
        "question": {"en": "Which?", "zh": "哪个？"},
        "scenario": str(folder / "bank.yaml"),
        "strategies": ["community_events"],
    }
    (folder / "small.yaml").write_text(yaml.safe_dump(plan), encoding="utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_says_what_it_does_and_writes_the_page(language, small, capsys, monkeypatch):
    """Stages with their runs, the answer in words, page and manifest with all that made it."""
    effort = ["--scale", "0.002", "--trajectories", "3", "--replications", "3", "--decisive", "1", "--workers", "1"]
    folders = ["--store", str(small / "store"), "--out", str(small / language), "--language", language]
    monkeypatch.setattr("sys.argv", ["simkit", "sensitivity", str(small / "small.yaml"), *effort, *folders])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    said = capsys.readouterr()
    assert "Screening the sections of the scenario: 24 runs" in said.err
    assert "below Do nothing" in said.out or "above Do nothing" in said.out
    (folder,) = (small / language).glob("sensitivity_small_net_value_community_events_do_nothing*")
    assert folder.name.endswith(".zh") == (language == "zh")
    page = (folder / "index.html").read_text(encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["fingerprint"] in page
    assert manifest["question"]["scale"] == 0.002
    assert manifest["notebooks"]["sensitivity.ipynb"]["error"] is None
    assert "<img" in page
    assert "http" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL).replace("http-equiv", "")
