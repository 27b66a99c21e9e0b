"""The page of one reward programme as a folder: the executed notebook, the page and a manifest; all of it at once or nothing."""

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from simkit.campaign.fingerprint import versions
from simkit.reporting.documents import Page, embedded_font, outputs_of, slug
from simkit.reporting.language import Narrator, check_language
from simkit.reporting.notebooks import ExecutedNotebook, NotebookJob, execute_notebooks
from simkit.reporting.report import (
    MANIFEST,
    ReportError,
    announcer,
    forget_places,
    made_with,
    notebook_folder,
    provenance,
    replacing_folder,
    study_fingerprint,
    written_versions,
)
from simkit.reporting.reward_design import RewardDesign, checked_day, design_study
from simkit.reporting.reward_page import narrator_of_design
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


def write_reward_page(
    programme: str,
    out_dir: Path,
    simulation: Simulation,
    *,
    store: Path,
    language: str = "en",
    workers: int | None = None,
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
    study = design.play(store, workers=workers, progress=progress)
    page = _RewardPage(design, study, narrator_of_design(design, study, spoken))
    target = Path(out_dir) / slug(f"rewards_{design.path.stem}")
    parameters = {**vars(simulation), "programme": str(design.path), "language": spoken, "store": str(store)}
    with replacing_folder(target) as folder:
        result = _executed(folder, parameters)
        if progress:
            announcer(1)(result)
        page.write(folder, result)
    if result.error:
        raise ReportError(f"The notebook failed; it is kept in {target / REWARD_NOTEBOOK}: {result.error}")
    return target / "index.html"


def _executed(folder: Path, parameters: Mapping[str, object]) -> ExecutedNotebook:
    job = NotebookJob("reward design", notebook_folder() / REWARD_NOTEBOOK, folder / REWARD_NOTEBOOK, parameters)
    (result,) = execute_notebooks([job], workers=1)
    forget_places(result.target)
    return result


@dataclass(frozen=True)
class _RewardPage:
    design: RewardDesign
    study: Study | None
    narrator: Narrator

    def write(self, folder: Path, result: ExecutedNotebook) -> None:
        """Write the page and its manifest."""
        title = self.design.programme.title.model_dump()[self.narrator.language]
        page = Page(
            title=self.narrator.text("page.rewards", programme=title),
            heading=title,
            lead=self.design.programme.source,
            body=Markup() if result.error else outputs_of(result.target),
            failed_notebook=REWARD_NOTEBOOK if result.error else None,
            manifest=MANIFEST,
            provenance=self._provenance(),
        )
        font = embedded_font([page.html(self.narrator, "")])
        (folder / "index.html").write_text(page.html(self.narrator, font), encoding="utf-8")
        text = json.dumps(self._manifest(result), ensure_ascii=False, indent=1)
        (folder / MANIFEST).write_text(text, encoding="utf-8")

    def _provenance(self) -> Mapping[str, str]:
        programme = {self.narrator.text("provenance.programme"): self.design.path.name}
        if self.study is not None:
            return programme | dict(provenance(self.study, self.narrator))
        return programme | {self.narrator.text("provenance.versions"): written_versions(self._versions())}

    def _versions(self) -> dict[str, str]:
        return {**versions(), "python": platform.python_version(), **made_with()}

    def _manifest(self, result: ExecutedNotebook) -> dict[str, object]:
        """Return all that the page comes from: the rules in every reading, the study where there is one, versions."""
        return {
            "programme": {name: rules.model_dump(mode="json") for name, rules in self.design.readings.items()},
            "study": self.study.record.model_dump(mode="json") if self.study else None,
            "fingerprint": study_fingerprint(self.study) if self.study else None,
            "language": self.narrator.language,
            "versions": self._versions(),
            "notebooks": {REWARD_NOTEBOOK: {"seconds": round(result.seconds, 2), "error": result.error}},
        }
