"""The page of a selection as a folder: the executed notebook, the page and a manifest."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from simkit.atomic_files import replacing
from simkit.params import StudyPlan
from simkit.reporting.language import check_language
from simkit.reporting.notebook_page import NotebookPage, all_versions, write_notebook_page
from simkit.reporting.provenance import written_versions
from simkit.reporting.selection.words import SelectionWords, narrator_of_choice
from simkit.study import Chosen, choose

SELECTION_NOTEBOOK = "strategy_selection.ipynb"
_HASH_LENGTH = 12


@dataclass(frozen=True)
class WrittenSelection:
    """A choice, in sentences, and the page that shows it."""

    words: list[str]
    index: Path


def write_selection_page(
    plan: StudyPlan,
    out_dir: Path,
    *,
    store: Path,
    language: str = "en",
    workers: int | None = None,
    cluster: str | None = None,
    documents: Sequence[str] = ("html",),
    progress: bool = True,
) -> WrittenSelection:
    """Make a plan's choice, write its page into a folder of *out_dir*, and return what it says.

    An earlier page of the plan is replaced, by a whole new one only. Raises `ReportError` after writing when the notebook failed: it is
    kept with its error, and the page says so.
    """
    spoken = check_language(language)
    chosen = choose(plan, store=store, workers=workers, cluster=cluster, progress=progress)
    words = SelectionWords(chosen, narrator_of_choice(chosen, spoken))
    narrator, title = words.narrator, plan.title.model_dump()[spoken]
    limits = [words.bound(bound) for bound in chosen.choice.limits]
    question = narrator.text(
        "selection.question_limits" if limits else "selection.question",
        figure=words.figure(chosen.choice),
        limits=narrator.quantities.enumeration(limits),
    )
    page = NotebookPage(
        job="selection",
        notebook=SELECTION_NOTEBOOK,
        folder=f"selection_{plan.name}",
        title=narrator.text("selection.title", study=title),
        heading=title,
        lead=question,
        parameters={"plan": str(_written(plan, store)), "language": spoken, "store": str(store)},
        provenance=_provenance(words),
        manifest=_manifest(chosen),
    )
    index = write_notebook_page(page, out_dir, narrator, documents=documents, progress=progress)
    return WrittenSelection([words.verdict() + ("。" if spoken == "zh" else "."), *words.sentences()], index)


def _written(plan: StudyPlan, store: Path) -> Path:
    """Write the plan as it was asked, options included, so that the notebook and any other day can ask the same."""
    text = yaml.safe_dump(plan.model_dump(mode="json", exclude_unset=True), allow_unicode=True, sort_keys=False)
    path = store / "plans" / hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH] / f"{plan.name}.yaml"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return path


def _provenance(words: SelectionWords) -> dict[str, str]:
    chosen, narrator = words.chosen, words.narrator
    scenario, number = chosen.scenario, narrator.quantities.number
    shown = {
        "study": chosen.plan.name,
        "scenario": chosen.plan.scenario,
        "customers": narrator.text(
            "provenance.customers_value", customers=number(scenario.customers), scale=number(scenario.scale, "share")
        ),
        "seed": str(scenario.seed),
        "fingerprint": chosen.fingerprint,
        "versions": written_versions(all_versions()),
    }
    return {narrator.text(f"provenance.{key}"): value for key, value in shown.items()}


def _manifest(chosen: Chosen) -> dict[str, object]:
    selection = chosen.selection
    return {
        "plan": chosen.plan.model_dump(mode="json"),
        "scenario": chosen.scenario.model_dump(mode="json"),
        "strategies": [strategy.model_dump(mode="json", exclude_unset=True) for strategy in chosen.strategies],
        "indifference": selection.question.indifference,
        "selected": None if selection.selected is None else chosen.names[selection.selected],
        "sure": selection.sure,
        "runs": selection.runs,
        "replications": dict(zip(chosen.names, selection.counts.tolist(), strict=True)),
        "probability_best": dict(zip(chosen.names, selection.probability_best.tolist(), strict=True)),
        "fingerprint": chosen.fingerprint,
        "versions": all_versions(),
    }
