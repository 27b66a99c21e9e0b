"""The page of robustness as a folder, made from a finished study."""

from collections.abc import Sequence
from pathlib import Path

from simkit.reporting.notebook_page import NotebookPage, all_versions, write_notebook_page
from simkit.reporting.provenance import provenance, study_fingerprint
from simkit.reporting.robustness.page import RobustnessPage

ROBUSTNESS_NOTEBOOK = "robustness.ipynb"


def write_robustness_page(
    page: RobustnessPage, out_dir: Path, *, documents: Sequence[str] = ("html",), progress: bool = True
) -> Path:
    """Write the page into a folder of *out_dir*, and return its index.html; see `write_notebook_page`."""
    study, found, narrator = page.study, page.words.found, page.words.narrator
    title = study.plan.title.model_dump()[narrator.language]
    asked = {"kpi": found.kpi.name, "strategy": found.strategies[found.favourite], "worst": found.tail_share}
    heading = narrator.text("robustness.page", study=title)
    written = NotebookPage(
        job="robustness",
        notebook=ROBUSTNESS_NOTEBOOK,
        folder=f"robustness_{study.plan.name}_{found.kpi.name}",
        title=heading,
        heading=heading,
        lead=study.plan.question.model_dump()[narrator.language],
        parameters={
            **asked,
            "study": study.record.full_name,
            "store": str(study.store.folder),
            "language": narrator.language,
        },
        provenance=provenance(study, narrator),
        manifest={
            "question": asked,
            "study": study.record.model_dump(mode="json"),
            "fingerprint": study_fingerprint(study),
            "versions": all_versions(),
        },
    )
    return write_notebook_page(written, out_dir, narrator, documents=documents, progress=progress)
