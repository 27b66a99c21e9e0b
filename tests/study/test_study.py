"""A study from plan to tables, with a model that can be seen through."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import simkit.study.tables
from simkit.params import ParameterError, load_study
from simkit.study import StudyError, finished_runs, open_study, recorded_studies, run_study
from tests.study.fake_model import FakeModel

PLAN = load_study("smoke").model_copy(
    update={"strategies": ("cold_door_to_door", "digital_first"), "replications": 4, "draws": 2}
)


def run(folder, plan=PLAN, **options):
    """Run a study of the fake model in this process."""
    return run_study(plan, store=folder, workers=1, progress=False, model=FakeModel(**options).model())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A store with one finished study."""
    made = tmp_path_factory.mktemp("store")
    run(made)
    return made


@pytest.fixture
def study(folder):
    """The finished study, opened anew."""
    return open_study("smoke", folder)


def test_every_table_names_the_run_of_each_row(study):
    """Strategy, draw, replication and fingerprint stand in front; the rows are those of the runs."""
    assert len(study.runs) == 3 * 4 * 2
    for name in study.table_names:
        assert list(study.table(name).columns[:4]) == ["strategy", "draw", "replication", "fingerprint"]
    for key, rows in study.table("conversions").groupby(["strategy", "draw", "replication", "fingerprint"]):
        made, _ = study.store.read(key[3])
        assert (made.strategy, made.draw, made.replication) == key[:3]
        assert rows["customer_id"].tolist() == made.tables["conversions"]["customer_id"].to_pylist()


def test_tables_can_be_queried_by_name(study):
    """The question of the documentation, answered by DuckDB and by pandas."""
    answer = study.query("select strategy, sum(opened) as opened from daily group by strategy order by strategy")
    by_hand = study.table("daily").groupby("strategy")["opened"].sum().sort_index()
    assert answer["strategy"].tolist() == by_hand.index.tolist()
    assert answer["opened"].tolist() == by_hand.tolist()
    assert study.query("select count(*) as n from runs join metrics using (fingerprint)")["n"].item() == len(
        study.metrics
    )


def test_sums_and_totals_are_what_a_query_would_answer(study):
    """Sums over all rows that are alike, and the few rows of key figures that a page needs."""
    by = ["strategy", "draw", "replication"]
    sums = study.sums("daily", ["opened"], by).astype({"strategy": str}).sort_values(by)
    asked = study.query(
        "select strategy, draw, replication, sum(opened) as opened from daily group by all order by all"
    )
    assert sums.to_dict("list") == asked.astype({"opened": int}).to_dict("list")
    totals = study.totals(["lasting"])
    rows = study.metrics[(study.metrics["kpi"] == "lasting") & (study.metrics["segment"] == "all")]
    assert len(totals) == len(study.runs)
    assert sorted(totals["value"]) == sorted(rows["value"])


def test_a_wrong_table_or_question_is_an_error_that_helps(study):
    """It names the tables that there are."""
    with pytest.raises(ParameterError, match="did you mean 'daily'"):
        study.table("dayly")
    with pytest.raises(ParameterError, match="dayly"):
        study.query("select * from dayly")


def test_tables_are_parquet_that_any_tool_reads(folder, study):
    """One file a table, in the study's folder."""
    study.table("daily")
    path = folder / "studies" / study.record.full_name / "daily.parquet"
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"
    assert pd.read_parquet(path)["opened"].sum() == study.table("daily")["opened"].sum()


def test_tables_larger_than_memory_are_gathered_in_pieces(tmp_path, study, monkeypatch):
    """The pieces hold the same rows in the same order."""
    monkeypatch.setattr(simkit.study.tables, "_BYTES_PER_ROW_GROUP", 5_000)
    pieces = run(tmp_path)
    for name in study.table_names:
        if name != "runs":  # it holds seconds
            pd.testing.assert_frame_equal(pieces.table(name), study.table(name), check_categorical=False)
    path = tmp_path / "studies" / study.record.full_name / "conversions.parquet"
    assert pq.ParquetFile(path).num_row_groups > 1


def test_customers_won_less_customers_lost_are_the_difference(study):
    """Customer by customer and KPI by KPI the same thing is counted, interval included for what is never lost."""
    who = study.who.pivot_table("mean", ["strategy", "segment", "stage"], "who")
    comparison = study.comparison.set_index(["strategy", "segment", "kpi"])
    for key, counts in who.iterrows():
        assert counts["won"] - counts["lost"] == pytest.approx(comparison.loc[key, "difference"])
        assert counts["won"] + counts["anyway"] == pytest.approx(comparison.loc[key, "mean"])
    assert set(who.index.get_level_values("segment")) == {"young", "silver", "all"}


def test_a_customer_lost_to_a_strategy_is_seen(tmp_path):
    """Opened with doing nothing and not with the strategy: the fake model loses some when chances fall."""
    chances = {"do_nothing": 0.2, "cold_door_to_door": 0.1, "digital_first": 0.2}
    who = run(tmp_path, chances=chances).who.set_index(["strategy", "segment", "stage", "who"])["mean"]
    assert who["cold_door_to_door", "all", "opened", "lost"] > 0
    assert who["cold_door_to_door", "all", "opened", "won"] == 0
    assert who["digital_first", "all", "opened", "lost"] == 0


def test_a_study_is_opened_by_name_full_name_or_folder(folder, study):
    """The latest of a name wins; its record tells plan, seed, differences and runs."""
    full_name = study.record.full_name
    for known in ("smoke", full_name, folder / "studies" / full_name):
        assert open_study(known, folder).record == study.record
    record = json.loads((folder / "studies" / full_name / "study.json").read_text())
    assert record["plan"]["replications"] == 4
    assert record["seed"] == study.record.seed
    assert record["versions"]["python"]
    assert [strategy["name"] for strategy in record["strategies"]] == [
        "do_nothing",
        "cold_door_to_door",
        "digital_first",
    ]
    assert any(difference["key"].startswith("levers.field") for difference in record["strategies"][1]["differences"])
    assert len(record["runs"]) == 24
    with pytest.raises(ParameterError, match="did you mean 'smoke'"):
        open_study("smok", folder)


def test_a_larger_study_makes_only_the_new_runs_and_leaves_the_old_one_readable(tmp_path):
    """Two studies of one name stand side by side; the registry lists the latest first."""
    journal = tmp_path / "journal"
    small = run(tmp_path, PLAN.model_copy(update={"replications": 2}), journal=journal)
    large = run(tmp_path, journal=journal)
    assert len(journal.read_text().splitlines()) == 24
    assert [record.id for record in recorded_studies(tmp_path)] == [large.record.id, small.record.id]
    assert open_study("smoke", tmp_path).record.id == large.record.id
    assert len(open_study(small.record.full_name, tmp_path).runs) == 12


def test_an_unfinished_study_says_how_far_it_is(tmp_path):
    """It is recorded before its runs are made."""
    with pytest.raises(StudyError, match="1 of 24 runs failed"):
        run(tmp_path, failing=frozenset({("digital_first", 3)}), failing_draw=1)
    (record,) = recorded_studies(tmp_path)
    assert finished_runs(record, simkit.study.ResultStore(tmp_path)) == 23
    with pytest.raises(ParameterError, match="23 of 24 runs are finished"):
        open_study("smoke", tmp_path)


def test_a_new_definition_of_a_kpi_measures_stored_runs_anew_without_running_them(tmp_path):
    """Otherwise a corrected KPI would silently show its old figures."""
    journal = tmp_path / "journal"
    before = run(tmp_path, journal=journal)
    after = run_study(PLAN, store=tmp_path, workers=1, progress=False, model=Doubled(journal=journal).model())
    assert len(journal.read_text().splitlines()) == 24
    assert after.record.id != before.record.id
    np.testing.assert_array_equal(after.metrics["value"], 2 * before.metrics["value"])


class Doubled(FakeModel):
    """Measures by another definition."""

    def metrics(self, run, scenario):
        """Give twice of everything."""
        metrics = super().metrics(run, scenario)
        return metrics.set_column(2, "value", [2 * metrics["value"].to_numpy()])


def test_a_record_that_cannot_be_read_says_what_to_do(tmp_path):
    """A file of another version, or one that was edited."""
    study = run(tmp_path, PLAN.model_copy(update={"replications": 1}))
    path = tmp_path / "studies" / study.record.full_name / "study.json"
    path.write_text("{}")
    with pytest.raises(ParameterError, match="run the study again"):
        open_study("smoke", tmp_path)
