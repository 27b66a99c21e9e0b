"""Where the numbers of a report come from, and how to make any of them again: what the foot of its pages and its manifest say."""

import hashlib
import platform
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import get_args

from simkit.params import DO_NOTHING
from simkit.params.quantity import Grade
from simkit.reporting.language import Narrator
from simkit.reporting.pages import scenario_of
from simkit.study import Study
from simkit.study.districts import one_district
from simkit.study.planning import options_of

_QUESTION = "select strategy, avg(value) from metrics where kpi = 'lasting' and segment = 'all' group by all"


def provenance(study: Study, narrator: Narrator) -> Mapping[str, str]:
    """Return what the foot of every page says of a study: its parameters by source, seed, runs, fingerprint and versions."""
    record = study.record
    plan = record.plan
    grades = Counter(_grades(record.scenario))
    shown = {
        "study": record.full_name,
        "scenario": plan.scenario,
        "customers": narrator.text(
            "provenance.customers_value",
            customers=narrator.quantities.number(scenario_of(study).customers),
            scale=narrator.quantities.number(record.scale, "share"),
        ),
        "grades": ", ".join(f"{grade} {grades[grade]}" for grade in get_args(Grade)),
        "seed": str(record.seed),
        "runs": narrator.text("provenance.runs_value", replications=plan.replications, draws=plan.draws),
        "fingerprint": study_fingerprint(study),
        "versions": written_versions(versions_of(study)),
    }
    told = {narrator.text(f"provenance.{key}"): value for key, value in shown.items()}
    return {**told, **how_to_repeat(study, narrator)}


def study_fingerprint(study: Study) -> str:
    """Return one fingerprint of all runs of a study."""
    return hashlib.sha256("".join(run.fingerprint for run in study.record.runs).encode()).hexdigest()


def written_versions(versions: Mapping[str, str]) -> str:
    """Return versions as the foot of a page has them."""
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _grades(parameters: object) -> Iterator[str]:
    """Walk over the numbers of a scenario and give the grade of each one's source."""
    if isinstance(parameters, dict):
        if "grade" in parameters:
            yield parameters["grade"]
        for value in parameters.values():
            yield from _grades(value)
    elif isinstance(parameters, list):
        for value in parameters:
            yield from _grades(value)


def versions_of(study: Study) -> dict[str, str]:
    """Return the versions of all that made a study's runs and makes its pages."""
    return {**study.record.versions, "python": platform.python_version(), **made_with()}


def made_with() -> dict[str, str]:
    """Return the versions of what makes pages."""
    return {name: metadata.version(name) for name in ("matplotlib", "papermill", "nbconvert", "zhplot")}


def how_to_repeat(study: Study, narrator: Narrator) -> Mapping[str, str]:
    """Return titles and texts: whose the customers are, and the commands for one run, for all key figures, and for one figure by hand."""
    name = shlex.quote(study.record.full_name)
    shown = {
        "data": narrator.text(f"repeat.{scenario_of(study).customer_data}"),
        "run": repeat_last_run(study),
        "metrics": f"simkit show {name} --table metrics",
        "figure": f'simkit query {name} "{_QUESTION}"',
    }
    return {narrator.text(f"repeat.{what}"): text for what, text in shown.items()}


def repeat_last_run(study: Study) -> str:
    """Return the command that makes the study's last run again, alone."""
    plan = study.plan
    strategy = next((source for source in reversed(plan.all_strategies) if source != DO_NOTHING), DO_NOTHING)
    draw = plan.draw_numbers[-1]
    which = ["--replication", str(plan.replications * plan.districts - 1), *(["--draw", str(draw)] if draw else [])]
    scale = one_district(scenario_of(study), plan.districts).scale
    options = options_of(scale=scale, seed=study.record.seed, detail=plan.detail)
    return shlex.join(["simkit", "run", plan.scenario, strategy, *which, *options])
