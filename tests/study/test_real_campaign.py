"""A study of the shipped campaign, as small as it can be: the same tables whoever makes the runs, and accounts that close."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simkit.metrics.catalogue import KPIS, OF_MECHANISMS
from simkit.params import load_study
from simkit.study import plan_runs, run_study
from simkit.study.comparison import AGAINST_DOING_NOTHING

PLAN = load_study("smoke")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def serial(tmp_path_factory):
    """The smoke study, run after run in this process."""
    return run_study(PLAN, store=tmp_path_factory.mktemp("serial"), workers=1, progress=False)


def assert_same_tables(study, other):
    """Compare the ledgers and metrics of two studies run by run, types included."""
    assert study.record.runs == other.record.runs
    for run in study.record.runs:
        (made, metrics), (other_made, other_metrics) = (each.store.read(run.fingerprint) for each in (study, other))
        assert metrics.to_pandas().equals(
            other_metrics.to_pandas()
        )  # arrow holds NaN, as a ratio over nothing, to differ from itself
        assert made.parameters == other_made.parameters
        assert made.tables.keys() == other_made.tables.keys()
        assert all(table.equals(other_made.tables[name]) for name, table in made.tables.items())


@pytest.mark.parametrize("workers", [2, 3])
def test_processes_make_the_tables_of_a_serial_study(serial, tmp_path, workers):
    """Every table of every run, bit for bit, and the comparison that follows."""
    study = run_study(PLAN, store=tmp_path, workers=workers, progress=False)
    assert_same_tables(study, serial)
    assert study.comparison.equals(serial.comparison)


def test_processes_play_rewards_as_one_process_does(tmp_path):
    """The engine's compiled loop is loaded by every worker, and gives each run its own coupons."""
    plan = PLAN.model_copy(update={"strategies": ("reward_heavy", "threshold_cashback"), "scale": 0.003})
    alone, many = (run_study(plan, store=tmp_path / str(n), workers=n, progress=False) for n in (1, 2))
    assert_same_tables(many, alone)
    assert alone.table("coupons")["redeemed"].sum() > 0


SCRIPT = """
import sys
from pathlib import Path
from simkit.params import load_study
from simkit.study import run_study

run_study(load_study("smoke"), store=Path(sys.argv[1]), workers=1, progress=False)
"""


def test_the_hash_seed_changes_no_table(serial, tmp_path):
    """Python orders sets and hashes texts anew in every process; no table may show it."""
    another = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    environment = {**os.environ, "PYTHONHASHSEED": another, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], env=environment, cwd=ROOT, check=True)
    assert_same_tables(run_study(PLAN, store=tmp_path, workers=1, progress=False), serial)


def test_a_run_repeated_alone_is_the_run_of_the_study(serial, tmp_path):
    """From the plan, any single run can be made again without the others."""
    task = plan_runs(PLAN)[-1]
    alone = run_study(
        PLAN.model_copy(update={"strategies": (task.strategy.name,)}), store=tmp_path, workers=1, progress=False
    )
    made, _ = alone.store.read(task.fingerprint)
    planned, _ = serial.store.read(task.fingerprint)
    assert all(table.equals(planned.tables[name]) for name, table in made.tables.items())


def test_customers_won_and_lost_account_for_every_difference(serial):
    """For opened, activated and lasting, in every segment: won − lost is the KPI's difference from doing nothing."""
    who = serial.who.pivot_table("mean", ["strategy", "segment", "stage"], "who")
    comparison = serial.comparison.set_index(["strategy", "segment", "kpi"])
    assert len(who) == 2 * 5 * 3
    for key, counts in who.iterrows():
        assert counts["won"] - counts["lost"] == pytest.approx(comparison.loc[key, "difference"])
        assert counts["won"] + counts["anyway"] == pytest.approx(comparison.loc[key, "mean"])


def test_every_kpi_of_the_model_is_compared(serial):
    """For all customers together; those of mechanisms that are off may be missing."""
    together = serial.comparison[serial.comparison["segment"] == "all"]
    omnichannel = set(together[together["strategy"] == "omnichannel"]["kpi"])
    off = {kpi for kpi in OF_MECHANISMS if KPIS[kpi].source != "tally"}
    assert omnichannel >= {*KPIS, *AGAINST_DOING_NOTHING} - {"over_budget"} - off
