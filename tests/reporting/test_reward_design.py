"""The page of one reward programme says what the rules, the simulation and the linter say, in both languages."""

import itertools
import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from simkit.params import DO_NOTHING, ParameterError, load_strategy, parameter_folder
from simkit.reporting import ReportError, fonts, notebook_page
from simkit.reporting.chart_style import Chart
from simkit.reporting.language import LANGUAGES, catalogue
from simkit.reporting.rewards import report as reward_report
from simkit.reporting.rewards.design import PlayerCoupons, design_study
from simkit.reporting.rewards.page import open_reward_design
from simkit.reporting.rewards.report import Simulation, write_reward_page
from tests.reporting.drawing import assert_bars_are_those_of
from tests.reporting.test_charts import assert_legible, catch_figures
from tests.reporting.test_notebooks import notebook
from tests.reporting.test_report import read

SHIPPED = sorted(path.stem for path in (parameter_folder() / "rewards").glob("*.yaml"))
PLAYED = {
    "budgeted_coupons",
    "huaxia_luckin",
    "points_club",
    "small_weekly_reward",
    "threshold_cashback",
    "wallet_discount",
}
CHARTS = ("perfect_by_month", "players", "funnel", "cost_by_day")
RULES = [f"L{number}" for number in range(1, 11)]


@pytest.fixture(scope="module")
def pages(reward_store):
    """The page of the acceptance programme in both languages."""
    return {
        language: open_reward_design("huaxia_luckin", "city_bank", "", language, 0.005, 2, "", str(reward_store))
        for language in LANGUAGES
    }


@pytest.fixture(scope="module")
def pictures(pages):
    """Every chart in both languages with its figure: (name, language) → (chart, figure)."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        caught = catch_figures(patch)
        for name, language in itertools.product(CHARTS, LANGUAGES):
            found[name, language] = getattr(pages[language], name), caught[-1]
    return found


def cells(table):
    """Return the rows of a table as texts by their title."""
    return {
        row.title: [cell if isinstance(cell, str) else cell.estimate.mean for cell in row.cells] for row in table.rows
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CHARTS)
def test_nothing_on_a_chart_is_cut_off_or_covered(name, language, pictures):
    """Every text lies within the picture, and no label covers another but where lines cross."""
    chart, figure = pictures[name, language]
    assert_legible(figure)
    assert chart.message in chart.alt


@pytest.mark.parametrize("name", ["funnel", "players"])
def test_the_bars_of_rewards_are_those_of_their_plot(name, pictures):
    """What becomes of coupons, and the shares of players."""
    chart, figure = pictures[name, "en"]
    plot = chart.plot
    if name == "funnel":
        assert_bars_are_those_of(plot, figure.axes[0])
    shares = [series.values for series in plot.series]
    assert name == "funnel" or [sum(of_group) for of_group in zip(*shares, strict=True)] == pytest.approx(
        [1.0] * len(plot.categories)
    )


def test_a_perfect_platinum_customer_reaches_the_advertised_hundred(pages):
    """12 + 52 + 36 in a leap year that begins on a Monday; gold misses it by six."""
    perfect = cells(pages["en"].perfect)
    assert perfect["Together"] == [94, 2444, 100, 2900]
    assert perfect["Weekly gift"] == [52, 1352, 52, 1508]
    assert [row[-1] for row in cells(pages["en"].stages).values()] == [
        "29 January 2024",
        "1 April 2024",
        "1 July 2024",
        "1 November 2024",
        "23 December 2024",
    ]
    months = cells(pages["en"].perfect_by_month.numbers)
    assert months["platinum, 2024-12"][-2] == 100
    assert sum(row[0] for title, row in months.items() if title.startswith("platinum")) == 12


def test_every_reading_and_tier_has_its_row(pages):
    """What is promised is kept for all under one reading, for nobody under another."""
    readings = cells(pages["en"].readings)
    assert len(readings) == 6
    assert readings["headline · gold"][:3] == [100, "kept: 100 of 100", "5 of 5"]
    assert readings["as_written · platinum"][:3] == [88, "not kept: 88 of 100", "4 of 5"]
    assert readings["tiered · gold"][4] == readings["tiered · platinum"][4] > 0


def test_what_is_shown_of_coupons_is_what_the_ledger_has(pages):
    """The funnel, the players' coupons and the days end with the run's own sums."""
    page = pages["en"]
    runs = page.study.query(
        "select replication, sum(claimed) as claimed, sum(redeemed_cny) as redeemed, sum(cost_cny) as cost "
        "from coupons where strategy = 'tiered' group by 1"
    )
    assert cells(page.funnel.numbers)["Claimed"] == [runs["claimed"].mean()]
    assert page.days.last("bank").mean == pytest.approx(runs["cost"].mean())
    assert page.days.last("bank").mean + page.days.last("partner").mean == pytest.approx(runs["redeemed"].mean())
    players = PlayerCoupons.of(page.study, "tiered", page.design.scenario)
    assert players.claimed("all").sum() == runs["claimed"].sum()
    segments = page.design.scenario.segment_names
    assert sum(players.players(name).mean for name in segments) == pytest.approx(players.players("all").mean)
    assert sum(players.claimed(name).sum() for name in segments) == runs["claimed"].sum()


def test_players_have_the_segment_that_the_ledger_gives_their_coupons(pages):
    """Segments are drawn anew for the page; they are those of the run."""
    page = pages["en"]
    players = PlayerCoupons.of(page.study, "tiered", page.design.scenario)
    counted = page.study.query(
        "select segment, sum(claimed) as n from coupons where strategy = 'tiered' group by 1"
    ).set_index("segment")["n"]
    assert {name: players.claimed(name).sum() for name in page.design.scenario.segment_names} == counted.to_dict()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_programme_has_a_page(name, language, tmp_path):
    """Those that a campaign plays are simulated; the others show what their rules give and say why that is all."""
    page = open_reward_design(name, "city_bank", "", language, 0.002, 1, "", str(tmp_path))
    assert (page.study is not None) == (name in PLAYED)
    assert str(page.summary.html).count("<dt>") == (3 if page.study else 0)
    shown = [page.perfect, page.perfect_by_month, page.findings, page.readings]
    simulated = [page.players, page.funnel, page.costs, page.cost_by_day]
    assert all(part is not None for part in shown)
    assert all((part is not None) == (name in PLAYED) for part in simulated)
    if page.study is None:
        assert page.narrator.text("reward.obstacle.parts") in page.summary.html
        assert page.design.unplayed


def test_a_value_that_nobody_decided_is_named_and_nothing_is_played(tmp_path):
    """The page still has the linter's findings and the readings that are decided."""
    text = (parameter_folder() / "rewards" / "huaxia_luckin.yaml").read_text(encoding="utf-8")
    path = tmp_path / "undecided.yaml"
    path.write_text(
        text.replace("points: 1000}", "points: null}").replace("huaxia_luckin", "undecided"), encoding="utf-8"
    )
    page = open_reward_design(str(path), store=str(tmp_path))
    assert page.study is None
    assert "parts.exchange.trigger.points" in page.summary.recommendation
    assert page.perfect is None
    assert page.perfect_by_month is None
    assert any("L7" in found.rule for found in page.lint.findings)
    assert len(page.readings.rows) == 3


def test_a_programme_outside_the_parameters_is_not_simulated(tmp_path):
    """A campaign offers programmes by their name; the page says so instead of playing another of that name."""
    text = (parameter_folder() / "rewards" / "small_weekly_reward.yaml").read_text(encoding="utf-8")
    path = tmp_path / "small_weekly_reward.yaml"
    path.write_text(text.replace("face_cny: 3", "face_cny: 4"), encoding="utf-8")
    page = open_reward_design(str(path), store=str(tmp_path))
    assert page.narrator.text("reward.obstacle.elsewhere") in page.summary.html


def test_each_reading_is_a_strategy_that_can_be_run_alone(tmp_path):
    """The files hold the levers of the strategy that tells of it, with this programme in this reading."""
    asked = {"scenario": "city_bank", "strategy": "threshold_cashback", "scale": 0.005, "replications": 2}
    design = design_study("huaxia_luckin", **asked, store=tmp_path)
    nothing, *offers = design.plan.strategies
    assert nothing == DO_NOTHING
    loaded = [load_strategy(path) for path in offers]
    assert [strategy.name for strategy in loaded] == ["tiered", "as_written", "headline"]
    assert {strategy.levers.offer.reward_programme for strategy in loaded} == {"huaxia_luckin"}
    assert [strategy.levers.offer.reward_reading for strategy in loaded] == ["tiered", "as_written", "headline"]
    assert all(strategy.levers.messages == load_strategy("threshold_cashback").levers.messages for strategy in loaded)
    assert design_study("huaxia_luckin", **asked, store=tmp_path).plan == design.plan


def test_a_wrong_date_is_refused_before_anything_runs(tmp_path):
    """The message says how a date is written."""
    with pytest.raises(ParameterError, match="write it like 2026-03-02"):
        open_reward_design("huaxia_luckin", starts_on="2 March", store=str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_perfect_customer_can_begin_on_another_day(reward_store):
    """From 2 March 2026 on, the year has 52 whole weeks too, and other dates."""
    page = open_reward_design("huaxia_luckin", "city_bank", "", "en", 0.005, 2, "2026-03-02", str(reward_store))
    assert "2 March 2026" in page.perfect.caption
    assert all("2024" not in cell for row in page.stages.rows for cell in row.cells)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rule", RULES)
def test_every_rule_of_the_linter_has_words(rule, language):
    """A finding has a title and an action in both languages."""
    assert {f"lint.{rule}.title", f"lint.{rule}.action"} <= set(catalogue(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_written_page_is_whole(language, reward_pages):
    """Heading, sentence, tables and four pictures in one file without a network, with the notebook and a manifest beside it."""
    index = reward_pages[language]
    text = index.read_text(encoding="utf-8")
    assert text.count("<figure>") == len(CHARTS)
    pictures = read(index).pictures
    assert len(pictures) == len(CHARTS)
    assert all(picture["src"].startswith("data:image/png;base64,") and picture["alt"] for picture in pictures)
    assert fonts.missing_glyphs(re.sub(r'"data:[^"]*"', "", text)) == ""
    assert all((index.parent / link).is_file() for link in re.findall(r'href="([^"]+)"', text))
    manifest = json.loads((index.parent / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["programme"]) == {"tiered", "as_written", "headline"}
    assert manifest["fingerprint"] in text
    stored = nbformat.read(index.parent / "reward_design.ipynb", as_version=4)
    assert any(cell.get("outputs") for cell in stored.cells)


def test_a_failed_notebook_is_kept_and_the_page_says_so(reward_store, tmp_path, monkeypatch):
    """The command ends with the error, and nothing is lost."""
    declared = "\n".join(
        f"{name}: {kind} = {kind}()"
        for name, kind in {
            **dict.fromkeys(("programme", "scenario", "strategy", "language", "starts_on", "store"), "str"),
            "scale": "float",
            "replications": "int",
        }.items()
    )
    (tmp_path / "notebooks").mkdir()
    broken = notebook(tmp_path / "notebooks", "1 / 0", parameters=declared)
    broken.rename(tmp_path / "notebooks" / reward_report.REWARD_NOTEBOOK)
    monkeypatch.setattr(notebook_page, "notebook_folder", lambda: tmp_path / "notebooks")
    with pytest.raises(ReportError, match="ZeroDivisionError"):
        write_reward_page("event_gift", tmp_path, Simulation(), store=reward_store, progress=False)
    page = (tmp_path / "rewards_event_gift" / "index.html").read_text(encoding="utf-8")
    assert 'href="reward_design.ipynb"' in page


def test_a_chart_of_the_page_is_shown_with_its_numbers(pages):
    """The table behind the players' chart has every segment, and shares that are counted from players."""
    chart = pages["zh"].players
    assert isinstance(chart, Chart)
    assert [row.title for row in chart.numbers.rows][-1] == "全部客户"
    assert all(np.isfinite(row.cells[0].estimate.mean) for row in chart.numbers.rows)


def test_the_store_is_all_that_is_written(reward_store):
    """Strategies lie beside the runs, and nothing else of the page is left there."""
    assert {path.name for path in Path(reward_store).iterdir()} == {"runs", "studies", "strategies"}
