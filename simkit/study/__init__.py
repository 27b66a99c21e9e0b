"""From a plan to what it tells: runs, tables, estimates and comparisons."""

from simkit.study.attribution import attribute
from simkit.study.comparison import (
    AGAINST_DOING_NOTHING,
    COST_PER_INCREMENTAL_LASTING,
    COST_PER_INCREMENTAL_PAYMENT,
    INCREMENTAL_LASTING,
    compare,
)
from simkit.study.estimates import Estimate, paired_difference
from simkit.study.execution import StudyError, execute
from simkit.study.observing import CampaignObserver, Observe
from simkit.study.planning import CAMPAIGN, Model, RunTask, plan_runs
from simkit.study.records import StudyRecord, recorded_studies
from simkit.study.selection.choosing import Chosen, choose
from simkit.study.selection.settling import Settled, settled
from simkit.study.store import ResultStore
from simkit.study.study import Study, finished_runs, open_study, run_study

__all__ = [
    "AGAINST_DOING_NOTHING",
    "CAMPAIGN",
    "COST_PER_INCREMENTAL_LASTING",
    "COST_PER_INCREMENTAL_PAYMENT",
    "INCREMENTAL_LASTING",
    "CampaignObserver",
    "Chosen",
    "Estimate",
    "Model",
    "Observe",
    "ResultStore",
    "RunTask",
    "Settled",
    "Study",
    "StudyError",
    "StudyRecord",
    "attribute",
    "choose",
    "compare",
    "execute",
    "finished_runs",
    "open_study",
    "paired_difference",
    "plan_runs",
    "recorded_studies",
    "run_study",
    "settled",
]
