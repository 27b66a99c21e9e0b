"""The page of one reward programme as a folder: the executed notebook, the page and a manifest; all of it at once or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simkit.reporting.language import Narrator, check_language
from simkit.reporting.notebook_page import NotebookPage, all_versions, write_notebook_page
from simkit.reporting.provenance import provenance, study_fingerprint, written_versions
from simkit.reporting.rewards.design import RewardDesign, checked_day, design_study
from simkit.reporting.rewards.page import narrator_of_design
from simkit.study import Study

REWARD_NOTEBOOK = "reward_design.ipynb"


@dataclass(frozen=True)
class Simulation:
    """What is simulated of a programme, and from when the perfect customer plays; see `design_study`."""

    scenario: str = "city_bank"
    strategy: str = ""
    scale: float = 0.02
    replications: int = 10
    starts_on: str = ""


def write_reward_page(  # noqa: PLR0913 - the question, and how every page is made
    programme: str,
    out_dir: Path,
    simulation: Simulation,
    *,
    store: Path,
    language: str = "en",
    workers: int | None = None,
    cluster: str | None = None,
    documents: Sequence[str] = ("html",),
    progress: bool = True,
) -> Path:
    """Simulate a programme as far as a campaign plays it, write its page into a folder of *out_dir*, and return its index.html.

    An earlier page of the programme is replaced, by a whole new one only. Raises `ReportError` after writing when the notebook
    failed: it is kept with its error, and the page says so.
    """
    spoken = check_language(language)
    checked_day(simulation.starts_on)
    design = design_study(
        programme,
        scenario=simulation.scenario,
        strategy=simulation.strategy,
        scale=simulation.scale,
        replications=simulation.replications,
        store=store,
    )
    study = design.play(store, workers=workers, cluster=cluster, progress=progress)
    narrator = narrator_of_design(design, study, spoken)
    title = design.programme.title.model_dump()[spoken]
    page = NotebookPage(
        job="reward design",
        notebook=REWARD_NOTEBOOK,
        folder=f"rewards_{design.path.stem}",
        title=narrator.text("page.rewards", programme=title),
        heading=title,
        lead=design.programme.source,
        parameters={**vars(simulation), "programme": str(design.path), "language": spoken, "store": str(store)},
        provenance=_provenance(design, study, narrator),
        manifest=_manifest(design, study),
    )
    return write_notebook_page(page, out_dir, narrator, documents=documents, progress=progress)


def _provenance(design: RewardDesign, study: Study | None, narrator: Narrator) -> Mapping[str, str]:
    programme = {narrator.text("provenance.programme"): design.path.name}
    if study is not None:
        return programme | dict(provenance(study, narrator))
    return programme | {narrator.text("provenance.versions"): written_versions(all_versions())}


def _manifest(design: RewardDesign, study: Study | None) -> Mapping[str, object]:
    """Return all that the page comes from: the rules in every reading, the study where there is one, versions."""
    return {
        "programme": {name: rules.model_dump(mode="json") for name, rules in design.readings.items()},
        "study": study.record.model_dump(mode="json") if study else None,
        "fingerprint": study_fingerprint(study) if study else None,
        "versions": all_versions(),
    }
