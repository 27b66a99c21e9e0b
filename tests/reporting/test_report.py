"""A whole report: what is in it, what it comes from, and what becomes of it when something fails."""

import json
import re
import signal
import subprocess
import sys
from html.parser import HTMLParser

import nbformat
import pytest

from simkit.params import DO_NOTHING, ParameterError
from simkit.reporting import ReportError, fonts, write_report
from simkit.reporting.batch import planned
from simkit.reporting.console import comparison_tables
from simkit.reporting.pages import narrator_of
from simkit.reporting.provenance import repeat_last_run
from simkit.reporting.strategies.comparison_page import ComparisonPage
from simkit.reporting.strategies.strategy_page import StrategyPage, open_strategy
from simkit.study.records import RunKey

# Ends the process without a chance to tidy up, after the pages are written and before the report is in its place.
_KILLED = """
import os, signal, sys
from pathlib import Path
from simkit.reporting import write_report
from simkit.reporting.batch import writing
from simkit.study import open_study

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

writing.write_manifest = die
write_report(open_study(sys.argv[1], Path(sys.argv[2])), Path(sys.argv[3]), engine="fast", progress=False)
"""


class Reader(HTMLParser):
    """Collects what a page links to, shows and says of its pictures."""

    def __init__(self, html):
        super().__init__()
        self.links, self.pictures, self.headings, self.captions = [], [], [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Sort a tag into what it is for."""
        found = dict(attrs)
        if "href" in found:
            self.links.append(found["href"])
        if tag == "img":
            self.pictures.append(found)
        if tag in ("h1", "h2"):
            self.headings.append(tag)
        self.captions += tag == "caption"


def read(path):
    """Read a page."""
    return Reader(path.read_text(encoding="utf-8"))


@pytest.fixture
def failing_notebooks(quick_notebooks):
    """Let the notebook of the strategies fail for one strategy."""
    path = quick_notebooks / planned.STRATEGY_NOTEBOOK
    path.write_text(path.read_text().replace("print(strategy)", f"assert strategy == {DO_NOTHING!r}".replace('"', "'")))
    return quick_notebooks


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_report_is_complete(language, reports):
    """Every link leads to a file of the report, and every picture is inside its page with a description."""
    index = reports[language]
    pages = [index, *sorted((index.parent / "strategies").glob("*.html"))]
    assert [page.stem for page in pages] == ["index", "community_events", "do_nothing"]
    for page in pages:
        found = read(page)
        assert [link for link in found.links if not (page.parent / link).is_file()] == []
        assert all(picture["src"].startswith("data:image/png;base64,") and picture["alt"] for picture in found.pictures)
        assert found.headings[0] == "h1"
        assert found.captions >= len(found.pictures)
    assert len(read(pages[0]).pictures) == 6
    assert len(read(pages[1]).pictures) == 3


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_page_opens_with_the_recommendation(language, study, reports):
    """The sentence stands first, then the money and how sure it is, before any table or chart."""
    text = reports[language].read_text(encoding="utf-8")
    narrator = narrator_of(study, language)
    words = ComparisonPage(study, narrator).summary.recommendation
    shown = text.replace("&#39;", "'")
    assert shown.index(words) < shown.index("<table") < shown.index("<figure")
    assert narrator.text("sure.luck_only") in shown


def test_the_page_speaks_the_language_asked_for(reports):
    """No Chinese in the English report, and no English sentence in the Chinese one."""
    english, chinese = (
        re.sub(r'"data:[^"]*"|<style>.*?</style>', "", reports[name].read_text(encoding="utf-8"), flags=re.DOTALL)
        for name in ("en", "zh")
    )
    assert not re.search("[\u4e00-\u9fff]", english)
    assert '<html lang="zh-CN">' in chinese
    assert "doing nothing" not in chinese


def test_every_character_of_a_report_has_a_glyph(reports):
    """What is not in the embedded font would be a square on a machine without Chinese fonts."""
    for index in reports.values():
        for page in index.parent.rglob("*.html"):
            text = re.sub(r'"data:[^"]*"', "", page.read_text(encoding="utf-8"))
            assert fonts.missing_glyphs(text) == ""
            assert "@font-face" in text


def test_the_manifest_says_where_everything_comes_from(study, reports):
    """Plan, seed, differences, the fingerprint of every run, versions and notebooks are written down."""
    manifest = json.loads((reports["en"].parent / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["plan"]["name"] == study.plan.name
    assert manifest["seed"] == study.record.seed
    assert {RunKey(*run).fingerprint for run in manifest["runs"]} == set(study.runs["fingerprint"])
    assert next(s for s in manifest["strategies"] if s["name"] == "community_events")["differences"]
    assert {"simkit", "numpy", "python"} <= set(manifest["versions"])
    assert manifest["notebooks"]["notebooks/strategy_comparison.ipynb"]["error"] is None
    assert manifest["fingerprint"] in reports["en"].read_text(encoding="utf-8")


def test_executed_notebooks_are_kept_and_name_no_folder_of_their_making(reports):
    """They hold their outputs and parameters, and nothing of the temporary folder."""
    kept = sorted(reports["en"].parent.rglob("*.ipynb"))
    assert len(kept) == 3
    for path in kept:
        assert ".unfinished" not in path.read_text(encoding="utf-8")
        assert any(cell.get("outputs") for cell in nbformat.read(path, as_version=4).cells)


def test_the_comparison_table_shows_the_study_s_numbers(study, reports):
    """Lasting users of the page are those of the study."""
    narrator = narrator_of(study, "en")
    comparison = ComparisonPage(study, narrator).comparison
    text = reports["en"].read_text(encoding="utf-8")
    for name in study.strategies:
        mean = narrator.figure("lasting", comparison.alone(name, "lasting")).text
        assert f'data-kpi="lasting" title="lasting">{mean} ' in text


def test_every_page_tells_how_to_make_its_numbers_again(study, reports):
    """In both languages, on the comparison and on each strategy's page."""
    for index in reports.values():
        for path in (index, *index.parent.glob("strategies/*.html")):
            page = path.read_text(encoding="utf-8")
            assert repeat_last_run(study) in page
            assert study.record.full_name in page
            assert 'data-kpi="lasting"' in page


def test_an_unknown_strategy_or_language_is_refused_before_anything_runs(study, tmp_path):
    """The message names what is there."""
    with pytest.raises(ParameterError, match="did you mean 'community_events'"):
        open_strategy(study.record.full_name, str(study.store.folder), "comunity_events", "en")
    with pytest.raises(ParameterError, match="'fr' is unknown"):
        write_report(study, tmp_path, language="fr", progress=False)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_notebook_is_kept_and_stops_nothing(study, tmp_path, failing_notebooks, capsys):
    """The others are there, the index says what failed, the notebook holds the error, and the call ends with it."""
    assert failing_notebooks.is_dir()
    with pytest.raises(ReportError, match="1 of 3 notebooks failed") as failure:
        write_report(study, tmp_path / "reports", progress=True)
    folder = tmp_path / "reports" / "smoke"
    assert "community_events.ipynb: AssertionError" in str(failure.value)
    assert (folder / "strategies" / "do_nothing.html").exists()
    assert not (folder / "strategies" / "community_events.html").exists()
    assert "AssertionError" in (folder / "notebooks" / "strategies" / "community_events.ipynb").read_text(
        encoding="utf-8"
    )
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert "compared" in index
    assert "– failed" in index
    shown = capsys.readouterr().err
    assert "notebook 3 of 3" in shown
    assert "community_events, smoke (failed: AssertionError" in shown


def test_a_new_report_takes_the_place_of_the_old_one_as_a_whole(study, tmp_path, failing_notebooks):
    """Nothing of the old report is left in the new one, and nothing temporary beside it."""
    (failing_notebooks / planned.STRATEGY_NOTEBOOK).write_text(
        (failing_notebooks / planned.STRATEGY_NOTEBOOK).read_text().replace("assert strategy", "strategy")
    )
    old = write_report(study, tmp_path / "reports", progress=False).parent
    (old / "strategies" / "of_old.html").write_text("old")
    (old / "index.html").write_text("damaged")
    new = write_report(study, tmp_path / "reports", progress=False).parent
    assert new == old
    assert not (new / "strategies" / "of_old.html").exists()
    assert sorted(path.name for path in new.parent.iterdir()) == ["index.html", "smoke"]


def test_a_killed_report_leaves_the_finished_one_untouched(study, tmp_path):
    """No half-written document is ever taken for a finished one."""
    finished = tmp_path / "reports" / "smoke"
    finished.mkdir(parents=True)
    (finished / "index.html").write_text("whole")
    (finished / "manifest.json").write_text("{}")
    arguments = [study.record.full_name, str(study.store.folder), str(tmp_path / "reports")]
    ended = subprocess.run([sys.executable, "-c", _KILLED, *arguments], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert (finished / "index.html").read_text() == "whole"
    assert [path.name for path in finished.parent.iterdir() if not path.name.startswith(".")] == ["smoke"]


def test_a_folder_that_is_no_report_is_never_replaced(study, tmp_path):
    """A study may be named like a folder that holds something else."""
    (tmp_path / "smoke").mkdir()
    (tmp_path / "smoke" / "precious.txt").write_text("mine")
    with pytest.raises(ParameterError, match="is no report"):
        write_report(study, tmp_path, progress=False)
    assert (tmp_path / "smoke" / "precious.txt").read_text() == "mine"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_rewards_are_told_of_where_there_is_a_programme(language, rewarded):
    """A table of the strategies that offer one, a section in such a strategy's own report, and nothing in that of another."""
    narrator = narrator_of(rewarded, language)
    assert rewarded.programmes == {"reward_heavy": "huaxia_luckin"}
    table = ComparisonPage(rewarded, narrator).rewards
    assert [row.title for row in table.rows] == [narrator.strategy("reward_heavy")]
    heavy, events = (StrategyPage(rewarded, narrator, name) for name in ("reward_heavy", "community_events"))
    assert narrator.kpi("cost_per_incremental_payment") in [row.title for row in heavy.rewards.rows]
    assert heavy.coupon_funnel.numbers.rows
    assert (events.rewards, events.coupon_funnel) == (None, None)
    shown = {row.title for row in heavy.indicators.rows} - {row.title for row in events.indicators.rows}
    assert {
        narrator.kpi(name) for name in ("coupons_claimed", "coupons_lapsed", "hunter_share", "reward_liability")
    } <= shown


def test_a_study_without_programmes_has_no_table_of_rewards(study, rewarded):
    """Neither on the page nor on the console; with a programme the console has the price of a payment."""
    assert ComparisonPage(study, narrator_of(study, "en")).rewards is None
    assert len(list(comparison_tables(study))) == 2
    _, rewards, _ = comparison_tables(rewarded)
    assert [column.header for column in rewards.columns][-1] == "cost per incremental payment"
    assert rewards.row_count == 1
