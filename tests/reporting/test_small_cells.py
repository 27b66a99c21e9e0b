"""Fewer than five real customers are never counted in public, nor can they be worked out from what is."""

import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from simkit.metrics.catalogue import KPIS
from simkit.params import DO_NOTHING, load_scenario, load_study
from simkit.reporting import write_report
from simkit.reporting.content import content_of
from simkit.reporting.language import Narrator
from simkit.reporting.lookups import Attribution, Comparison, Withheld
from simkit.reporting.small_cells import further, guarded, guarded_attribution
from simkit.reporting.strategy_charts import Days
from simkit.study import compare, run_study
from tests.reporting import synthetic

SCENARIOS = Path(__file__).parents[2] / "params" / "scenarios"
SEGMENTS = ("young", "white_collar", "middle_aged", "silver")
NARRATOR = Narrator("en", {DO_NOTHING: "Do nothing", "a": "A"}, synthetic.SEGMENTS["en"])


def compared(lasting, opened=1_000):
    """Compare a strategy whose lasting users by segment are given with doing nothing, which has 50 in each."""
    rows = []
    for strategy, counts in (
        (DO_NOTHING, dict.fromkeys(SEGMENTS, 50)),
        ("a", dict(zip(SEGMENTS, lasting, strict=True))),
    ):
        for segment, count in (*counts.items(), ("all", sum(counts.values()))):
            values = {"lasting": count, "opened": opened, "lasting_share": count / opened}
            values |= {"value": count * 900, "cost": 5_000 * (strategy == "a")}
            rows += [(strategy, 0, 0, segment, kpi, float(value)) for kpi, value in values.items()]
    metrics = pd.DataFrame(rows, columns=["strategy", "draw", "replication", "segment", "kpi", "value"])
    metrics = pd.concat([metrics, metrics.assign(replication=1)])
    return Comparison.of(compare(metrics, KPIS, strategies=[DO_NOTHING, "a"], confidence=0.95))


def hidden(comparison, kpi="lasting"):
    """Return the segments in which a figure of the strategy is withheld."""
    return {segment for segment in (*SEGMENTS, "all") if isinstance(comparison.alone("a", kpi, segment), Withheld)}


def test_a_small_count_takes_another_segment_with_it():
    """The total less the segments shown must not tell the count: the next smallest is withheld too, and says why."""
    shown = guarded(compared((3, 80, 20, 60)))
    assert hidden(shown) == {"young", "middle_aged"}
    assert NARRATOR.figure("lasting", shown.alone("a", "lasting", "young")).text == "<5"
    assert NARRATOR.figure("lasting", shown.alone("a", "lasting", "middle_aged")).text == "withheld"


def test_what_is_made_of_a_small_count_goes_with_it():
    """Its share, its money and its difference from doing nothing would tell it."""
    shown = guarded(compared((3, 80, 20, 60)))
    for kpi in ("lasting_share", "value", "incremental_lasting"):
        assert hidden(shown, kpi) == {"young", "middle_aged"}
    assert isinstance(shown.against("a", "lasting", "young"), Withheld)
    assert not isinstance(shown.against("a", "lasting", "silver"), Withheld)
    assert hidden(shown, "opened") == set()


def test_nobody_and_large_counts_are_shown():
    """Zero is about nobody; five are enough."""
    assert hidden(guarded(compared((0, 5, 20, 60)))) == set()


def test_a_small_total_is_withheld_with_all_its_figures():
    """Where the whole is small, so is every part, and cost per lasting user would tell it."""
    shown = guarded(compared((1, 2, 0, 1)))
    assert hidden(shown) >= {"young", "white_collar", "silver", "all"}
    assert isinstance(shown.alone("a", "cost_per_incremental_lasting"), Withheld) or np.isnan(
        shown.alone("a", "cost_per_incremental_lasting").mean
    )


@given(st.lists(st.integers(0, 30), min_size=2, max_size=9))
def test_the_total_less_what_is_shown_never_tells_a_small_count(counts):
    """What a reader can subtract from the total is nobody, or five customers or more in two segments or more."""
    by_segment = {str(place): float(count) for place, count in enumerate(counts)}
    small = [segment for segment, count in by_segment.items() if 0 < count < 5]
    withheld = [*small, *further(by_segment, small)] if small else []
    left = sum(by_segment[segment] for segment in withheld)
    if sum(counts) >= 5 and withheld:
        assert left >= 5
        assert len(withheld) >= 2 or sum(count > 0 for count in counts) == 1
    assert all(by_segment[segment] > 0 for segment in withheld)


def test_who_gains_is_withheld_for_a_segment_as_a_whole():
    """With two of the three counts and the totals of lasting users the third can be worked out."""
    rows = [
        ("a", segment, "lasting", who, 2, float(count), np.nan, np.nan, 0.95)
        for segment, counts in zip(
            (*SEGMENTS, "all"), ((2, 48, 0), (90, 40, 10), (20, 40, 10), (60, 40, 10), (172, 168, 30)), strict=True
        )
        for who, count in zip(("won", "anyway", "lost"), counts, strict=True)
    ]
    columns = ["strategy", "segment", "stage", "who", "n", "mean", "low", "high", "confidence"]
    counted = Attribution.of(pd.DataFrame(rows, columns=columns))
    shown = guarded_attribution(counted, guarded(compared((50, 130, 60, 100))))
    for who in ("won", "anyway", "lost"):
        withheld = {s for s in (*SEGMENTS, "all") if isinstance(shown.lasting("a", s, who), Withheld)}
        assert withheld == {"young", "middle_aged"}


def test_curves_of_real_customers_begin_at_five():
    """Days with fewer are left open."""
    daily = synthetic.daily_table([DO_NOTHING, "silver_care"], replications=2)
    daily = daily.assign(opened=(daily["segment"] == "young").astype(int))
    bands = Days(daily, 90, 0.95, only_large=True).bands("silver_care", "opened")
    assert np.isnan(bands[:, :4]).all()
    assert (bands[:, 4:] >= 5).all()


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A report whose customers are declared to be real, so few that many counts are small: its folder."""
    folder = tmp_path_factory.mktemp("real")
    shipped = yaml.safe_load((SCENARIOS / "city_bank.yaml").read_text(encoding="utf-8"))
    scenario = folder / "city_bank.yaml"
    scenario.write_text(yaml.safe_dump(shipped | {"customer_data": "real"}, allow_unicode=True), encoding="utf-8")
    instead = {
        "scenario": str(scenario),
        "strategies": ("do_nothing", "reward_heavy"),
        "scale": 0.002,
        "replications": 2,
    }
    plan = load_study("smoke").model_copy(update=instead)
    study = run_study(plan, store=folder / "store", workers=1, progress=False)
    return write_report(study, folder / "report", progress=False).parent


def counts_of(content):
    """Walk over every count that a table, a chart's numbers or its plot holds; differences are no counts."""
    tables = [content] if content.kind == "table" else [content.numbers] if content.kind == "chart" else []
    cells = [cell for table in tables for row in table.rows for cell in row.cells if cell.unit == "count"]
    yield from (
        cell.value for cell in cells if cell.value is None or (cell.value >= 0 and not cell.text.startswith("+"))
    )
    plot = content.plot if content.kind == "chart" else None
    for series in plot.series if plot else ():
        if (plot.x_unit if plot.categories else plot.y_unit) == "count":
            yield from vars(series)["values"]


@pytest.mark.slow
def test_no_small_count_of_real_customers_leaves_a_report(real):
    """Neither tables nor charts' numbers, plots, descriptions, messages or pages hold a count from 1 to 4."""
    seen = withheld = 0
    for path in sorted((real / "notebooks").rglob("*.ipynb")):
        for block in content_of(nbformat.read(path, as_version=4)):
            for count in counts_of(block.content):
                seen += 1
                assert count is None or not 0 < abs(count) < 5
            withheld += "&lt;5" in json.dumps(block.content.model_dump(mode="json")).replace("<", "&lt;")
            if block.content.kind == "chart":
                assert not re.search(
                    r"(?:won|lost|lasting users|wallets opened) [1-4](?![\d,.%])", block.content.alt, re.IGNORECASE
                )
    assert seen > 100
    assert withheld > 3
    page = (real / "index.html").read_text(encoding="utf-8")
    assert "real; small counts are withheld" in page


def test_a_scenario_says_whose_its_customers_are():
    """Simulated unless it is said otherwise."""
    assert load_scenario("city_bank").customer_data == "simulated"
