"""What a report is to be: its notebooks, each with the key of all that determines it, and whether it is there already.

Nothing here draws or executes: a second start over unchanged reports imports no more than it needs to see that.
"""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from simkit.params import DO_NOTHING, Finding, ParameterError
from simkit.reporting.catalogue import documents_in
from simkit.reporting.documents.document import DocumentKind, check_documents
from simkit.reporting.execution.kept import KeptNotebooks, hash_of, notebook_key
from simkit.reporting.folders import check_replaceable, is_whole, read_manifest, report_folder, slug
from simkit.reporting.language import Language, check_language
from simkit.study import Study
from simkit.study.records import study_folder

COMPARISON_NOTEBOOK = "strategy_comparison.ipynb"
STRATEGY_NOTEBOOK = "strategy_report.ipynb"
COMPARISON = "the comparison"  # no strategy can have this name
_LIBRARIES = ("matplotlib", "papermill", "nbconvert", "zhplot", "ipykernel", "ipython", "pandas", "duckdb", "Babel")


def notebook_folder() -> Path:
    """Return the folder of the notebooks: `notebooks/` in the working folder or one above it, else beside the package."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "notebooks" / COMPARISON_NOTEBOOK).is_file():
            return folder / "notebooks"
    return Path(__file__).resolve().parents[3] / "notebooks"


@dataclass(frozen=True)
class PlannedNotebook:
    """A notebook of a report. name: the strategy, or `COMPARISON`. path: in the report's folder. key: of all that determines it."""

    name: str
    source: Path
    path: str
    parameters: Mapping[str, object] = field(hash=False)
    key: str

    @property
    def file_name(self) -> str:
        """What it is kept as."""
        return f"{self.path.removesuffix('.ipynb').replace('/', '.')}.{self.parameters['language']}"


@dataclass(frozen=True, eq=False)
class PlannedReport:
    """The report of a finished study in one language, with the documents that are made of it, in a folder of *out_dir*."""

    study: Study
    language: Language
    documents: tuple[DocumentKind, ...]
    out_dir: Path

    @classmethod
    def of(
        cls, study: Study, out_dir: Path, *, language: str = "en", documents: Sequence[str] = ("html",)
    ) -> "PlannedReport":
        """Plan a report; documents that an earlier one of that name has are made again, so that none is lost.

        Raises `ParameterError` for an unknown language or document, nothing to compare, or a folder in use.
        """
        if study.strategies == [DO_NOTHING]:
            problem = f"only {DO_NOTHING} is there; a report compares it with others"
            raise ParameterError([Finding(study.plan.name, "strategies", problem)])
        spoken = check_language(language)
        folder = report_folder(out_dir, study.plan.name, spoken)
        check_replaceable(folder)
        return cls(study, spoken, check_documents([*documents, *documents_in(folder)]), Path(out_dir))

    @property
    def folder(self) -> Path:
        """Where the report goes."""
        return report_folder(self.out_dir, self.study.plan.name, self.language)

    @cached_property
    def notebooks(self) -> tuple[PlannedNotebook, ...]:
        """All notebooks; the comparison, the longest, is first."""
        strategies = (
            self._notebook(name, STRATEGY_NOTEBOOK, f"strategies/{slug(name)}.ipynb", strategy=name)
            for name in self.study.strategies
        )
        return (self._notebook(COMPARISON, COMPARISON_NOTEBOOK, COMPARISON_NOTEBOOK), *strategies)

    def _notebook(self, name: str, file: str, path: str, **own: str) -> PlannedNotebook:
        common = {
            "study": self.study.record.full_name,
            "store": str(self.study.store.folder),
            "language": self.language,
        }
        source, parameters = notebook_folder() / file, common | own
        return PlannedNotebook(
            name, source, f"notebooks/{path}", parameters, notebook_key(source, parameters, self._origin)
        )

    @cached_property
    def _origin(self) -> Mapping[str, Any]:
        """The study with all that its pages say of it, and what makes them."""
        record = self.study.record.model_dump(mode="json", exclude={"recorded_at"})
        return {"study": hash_of(record), "made with": _versions()}

    @property
    def key(self) -> str:
        """The key of the whole report, documents included."""
        return hash_of([[notebook.key for notebook in self.notebooks], self.documents])

    @property
    def kept(self) -> KeptNotebooks:
        """Where the study's executed notebooks are kept."""
        return KeptNotebooks(study_folder(self.study.record, self.study.store.folder) / "notebooks")

    @property
    def is_there(self) -> bool:
        """Say whether the report is there, with every document that was asked for, and whole."""
        manifest = read_manifest(self.folder)
        return manifest is not None and manifest.get("key") == self.key and is_whole(self.folder, manifest)


@cache
def _versions() -> Mapping[str, str]:
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in _LIBRARIES}}
