"""The page of a plan for a mix as a folder: the notebook of budget and staffing executed into reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simkit.reporting.mixes.page import MixPage, open_mix
from simkit.reporting.notebook_page import NotebookPage, all_versions, write_notebook_page
from simkit.reporting.provenance import written_versions

MIX_NOTEBOOK = "budget_and_staffing.ipynb"


def write_mix_page(
    plan: str,
    out_dir: Path,
    *,
    store: Path,
    language: str = "en",
    workers: int | None = None,
    cluster: str | None = None,
    documents: Sequence[str] = ("html",),
    progress: bool = True,
) -> tuple[MixPage, Path]:
    """Find the best mix of a plan, write its page into a folder of *out_dir*, and return what it shows and its index.html."""
    shown = open_mix(plan, language, store, workers=workers, cluster=cluster, progress=progress)
    found, narrator = shown.found, shown.narrator
    title = found.plan.title.model_dump()[narrator.language]
    page = NotebookPage(
        job="budget and staffing",
        notebook=MIX_NOTEBOOK,
        folder=f"mix_{found.plan.name}",
        title=narrator.text("page.mix", plan=title),
        heading=title,
        lead=found.plan.question.model_dump()[narrator.language],
        parameters={"plan": plan, "language": narrator.language, "store": str(store)},
        provenance=_provenance(shown),
        manifest={
            "plan": found.plan.model_dump(mode="json"),
            "scenario": found.mixes.scenario.model_dump(mode="json"),
            "begins_from": found.mixes.begins_from.model_dump(mode="json", exclude_unset=True),
            "recommended": dict(zip(found.plan.levers, found.amounts[0].tolist(), strict=True)),
            "fingerprint": found.fingerprint,
            "versions": all_versions(),
        },
    )
    return shown, write_notebook_page(page, out_dir, narrator, documents=documents, progress=progress)


def _provenance(shown: MixPage) -> dict[str, str]:
    found, narrator = shown.found, shown.narrator
    scenario = found.mixes.scenario
    told = {
        "plan": found.plan.name,
        "scenario": scenario.name,
        "customers": narrator.text(
            "provenance.customers_value",
            customers=narrator.quantities.number(scenario.customers),
            scale=narrator.quantities.number(scenario.scale, "share"),
        ),
        "seed": str(scenario.seed),
        "runs_asked": str(found.runs_asked),
        "fingerprint": found.fingerprint,
        "versions": written_versions(all_versions()),
    }
    return {narrator.text(f"provenance.{key}"): value for key, value in told.items()}
