"""The page of a sensitivity analysis as a folder, made from runs that are stored."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from simkit.params.quantity import Grade
from simkit.reporting.notebook_page import NotebookPage, all_versions, write_notebook_page
from simkit.reporting.provenance import written_versions
from simkit.reporting.sensitivity.words import SensitivityWords
from simkit.study.sensitivity.campaigns import Answer

SENSITIVITY_NOTEBOOK = "sensitivity.ipynb"
_FOLDER = "sensitivity"
_GRADES: tuple[Grade, ...] = ("A", "B", "C", "ASM")


def write_sensitivity_page(
    answer: Answer,
    out_dir: Path,
    *,
    store: Path,
    language: str = "en",
    documents: Sequence[str] = ("html",),
    progress: bool = True,
) -> Path:
    """Write the page of an answer into a folder of *out_dir*, and return its index.html.

    Raises `ReportError` after writing when the notebook failed: it is kept with its error, and the page says so.
    """
    words = SensitivityWords.of(answer, language)
    narrator, plan = words.narrator, answer.plan
    title = plan.title.model_dump()[narrator.language]
    pair = (answer.strategy.name, answer.against.name)
    page = NotebookPage(
        job="sensitivity",
        notebook=SENSITIVITY_NOTEBOOK,
        folder="_".join((_FOLDER, plan.name, answer.kpi.name, *pair)),
        title=narrator.text("sensitivity.page", study=title),
        heading=narrator.text("sensitivity.page", study=title),
        lead=narrator.text("sensitivity.lead", numbers=len(answer.found.uncertain), **words.pair),
        parameters=_parameters(answer, store, narrator.language),
        provenance=_provenance(answer, words),
        manifest=_manifest(answer),
    )
    return write_notebook_page(page, out_dir, narrator, documents=documents, progress=progress)


def _parameters(answer: Answer, store: Path, language: str) -> Mapping[str, object]:
    """Return the notebook's parameters: those of the question, with the strategies that were chosen."""
    question, effort = answer.question, answer.found.effort
    pair = {"strategy": answer.strategy.name, "against": answer.against.name}
    own = ("trajectories", "top", "replications", "decisive", "samples")
    return {
        **vars(question),
        **pair,
        **{name: getattr(effort, name) for name in own},
        "language": language,
        "store": str(store),
    }


def _provenance(answer: Answer, words: SensitivityWords) -> Mapping[str, str]:
    narrator, scenario = words.narrator, answer.scenario
    grades = [number.grade for number in answer.found.uncertain]
    customers = {
        "customers": narrator.quantities.number(scenario.customers),
        "scale": narrator.quantities.number(scenario.scale, "share"),
    }
    shown = {
        "provenance.study": answer.plan.name,
        "provenance.scenario": answer.plan.scenario,
        "provenance.customers": narrator.text("provenance.customers_value", **customers),
        "provenance.grades": ", ".join(f"{grade} {grades.count(grade)}" for grade in _GRADES),
        "provenance.seed": str(scenario.seed),
        "sensitivity.runs": narrator.quantities.number(answer.runs),
        "provenance.fingerprint": answer.fingerprint,
        "provenance.versions": written_versions(all_versions()),
    }
    return {narrator.text(key): value for key, value in shown.items()}


def _manifest(answer: Answer) -> Mapping[str, object]:
    """Return all that the page comes from: question, effort, scenario, strategies, fingerprint, versions."""
    return {
        "question": vars(answer.question),
        "effort": vars(answer.found.effort),
        "plan": answer.plan.model_dump(mode="json"),
        "scenario": answer.scenario.model_dump(mode="json"),
        "strategies": [one.model_dump(mode="json", exclude_unset=True) for one in (answer.strategy, answer.against)],
        "runs": answer.runs,
        "fingerprint": answer.fingerprint,
        "versions": all_versions(),
    }
