"""The page of what to measure first: the notebook of the value of information executed into a folder of reports."""

from collections.abc import Sequence
from pathlib import Path

from simkit.params import load_study
from simkit.reporting.notebook_page import NotebookPage, all_versions, write_notebook_page
from simkit.reporting.provenance import written_versions
from simkit.reporting.value.page import ValuePage, ValueQuestion, open_value

VALUE_NOTEBOOK = "value_of_information.ipynb"


def write_value_page(
    question: ValueQuestion,
    out_dir: Path,
    *,
    store: Path,
    language: str = "en",
    workers: int | None = None,
    cluster: str | None = None,
    documents: Sequence[str] = ("html",),
    progress: bool = True,
) -> tuple[ValuePage, Path]:
    """Make the runs, write the page into a folder of *out_dir*, and return what it shows and its index.html; see `write_notebook_page`."""
    found = open_value(question, language, store, workers=workers, cluster=cluster, progress=progress)
    plan, narrator = load_study(question.study), found.narrator
    title = plan.title.model_dump()[narrator.language]
    page = NotebookPage(
        job="value of information",
        notebook=VALUE_NOTEBOOK,
        folder=f"value_{plan.name}",
        title=narrator.text("page.value", study=title),
        heading=narrator.text("page.value", study=title),
        lead=plan.question.model_dump()[narrator.language],
        parameters={**vars(question), "language": narrator.language, "store": str(store)},
        provenance=_provenance(question, found),
        manifest={
            "question": vars(question),
            "scenario": found.study.scenario.model_dump(mode="json"),
            "strategies": [strategy.model_dump(mode="json", exclude_unset=True) for strategy in found.study.strategies],
            "pilots": found.settings.model_dump(mode="json"),
            "fingerprint": found.study.fingerprint,
            "versions": all_versions(),
        },
    )
    return found, write_notebook_page(page, out_dir, narrator, documents=documents, progress=progress)


def _provenance(question: ValueQuestion, found: ValuePage) -> dict[str, str]:
    study, narrator = found.study, found.narrator
    asked = f"simkit value {question.study} --draws {question.draws} --scale {question.scale:g}"
    asked += f" --user-worth {question.user_worth:g} --pilots {question.pilots} --power {question.power:g}"
    shown = {
        "study": asked,
        "scenario": study.scenario.name,
        "customers": narrator.text(
            "provenance.customers_value",
            customers=narrator.quantities.number(study.scenario.customers),
            scale=narrator.quantities.number(study.scenario.scale, "share"),
        ),
        "seed": str(study.scenario.seed),
        "runs": narrator.text("provenance.runs_value", replications=1, draws=study.draws),
        "fingerprint": study.fingerprint,
        "versions": written_versions(all_versions()),
    }
    return {narrator.text(f"provenance.{key}"): value for key, value in shown.items()}
