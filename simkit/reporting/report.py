"""The report of a study: notebooks executed, pages written, a manifest beside them; all of it at once or nothing."""

import hashlib
import json
import platform
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import get_args

import nbformat
from markupsafe import Markup

from simkit.params import DO_NOTHING, Finding, ParameterError, PlannerError
from simkit.params.quantity import Grade
from simkit.reporting.documents import Link, Page, embedded_font, outputs_of, slug
from simkit.reporting.language import Narrator
from simkit.reporting.notebooks import ExecutedNotebook, NotebookJob, execute_notebooks, read_notebook
from simkit.reporting.pages import narrator_of, scenario_of
from simkit.study import Study
from simkit.study.records import StrategyRecord

COMPARISON_NOTEBOOK = "strategy_comparison.ipynb"
STRATEGY_NOTEBOOK = "strategy_report.ipynb"
MANIFEST = "manifest.json"
_COMPARISON = "the comparison"  # no strategy can have this name
_UNFINISHED = ".unfinished"
_SECONDS_AN_HOUR = 3600


class ReportError(PlannerError):
    """Notebooks of a report that failed; everything else of it is written."""


def write_report(study: Study, out_dir: Path, *, language: str = "en", progress: bool = True) -> Path:
    """Write the report of a finished study into a folder of its name in *out_dir*, and return its index.html.

    An earlier report of the study is replaced, by a whole new one only. Raises `ReportError` after writing when notebooks failed:
    they are kept with their error, and the pages say so. Raises `ParameterError` for a language that reports do not speak, and
    where the folder holds something else than a report, or the study nothing to compare.
    """
    if study.strategies == [DO_NOTHING]:
        raise ParameterError(
            [Finding(study.plan.name, "strategies", f"only {DO_NOTHING} is there; a report compares it with others")]
        )
    report = _Report(study, narrator_of(study, language))
    target = Path(out_dir) / slug(study.plan.name)
    with replacing_folder(target) as folder:
        results = report.execute(folder, announcer(len(study.strategies) + 1) if progress else lambda _: None)
        report.write_pages(folder, results)
        report.write_manifest(folder, results)
    failed = {name: result.error for name, result in results.items() if result.error}
    if failed:
        lines = [f"{len(failed)} of {len(results)} notebooks failed; all else is in {target}:"]
        lines += [f"  {target / _notebook_path(name)}: {error}" for name, error in failed.items()]
        raise ReportError("\n".join(lines))
    return target / "index.html"


def notebook_folder() -> Path:
    """Return the folder of the notebooks: `notebooks/` in the working folder or one above it, else beside the package."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "notebooks" / COMPARISON_NOTEBOOK).is_file():
            return folder / "notebooks"
    return Path(__file__).resolve().parents[2] / "notebooks"


def _page_path(strategy: str) -> str:
    return f"strategies/{slug(strategy)}.html"


def _notebook_path(name: str) -> str:
    return f"notebooks/{COMPARISON_NOTEBOOK}" if name == _COMPARISON else f"notebooks/strategies/{slug(name)}.ipynb"


@dataclass(frozen=True)
class _Report:
    study: Study
    narrator: Narrator

    def execute(self, folder: Path, finished: Callable[[ExecutedNotebook], None]) -> dict[str, ExecutedNotebook]:
        """Execute all notebooks into *folder* and call *finished* after each; the comparison, the longest, starts first."""
        # The kernels only read: two of them gathering the same table would do the work twice.
        _ = self.study.comparison, self.study.who
        common = {
            "study": self.study.record.full_name,
            "store": str(self.study.store.folder),
            "language": self.narrator.language,
        }
        sources = notebook_folder()
        jobs = [NotebookJob(_COMPARISON, sources / COMPARISON_NOTEBOOK, folder / _notebook_path(_COMPARISON), common)]
        for strategy in self.study.strategies:
            target = folder / _notebook_path(strategy)
            jobs.append(NotebookJob(strategy, sources / STRATEGY_NOTEBOOK, target, common | {"strategy": strategy}))
        (folder / "notebooks" / "strategies").mkdir(parents=True)
        results: dict[str, ExecutedNotebook] = {}
        for result in execute_notebooks(jobs):
            forget_places(result.target)
            results[result.name] = result
            finished(result)
        return results

    def write_pages(self, folder: Path, results: Mapping[str, ExecutedNotebook]) -> None:
        """Write the index and a page for each strategy, all with one font that has the characters of all."""
        pages = {"index.html": self._index(results)}
        pages |= {
            _page_path(record.name): self._strategy_page(record, results[record.name])
            for record in self.study.record.strategies
            if not results[record.name].error
        }
        font = embedded_font([page.html(self.narrator, "") for page in pages.values()])
        (folder / "strategies").mkdir()
        for path, page in pages.items():
            (folder / path).write_text(page.html(self.narrator, font), encoding="utf-8")

    def _index(self, results: Mapping[str, ExecutedNotebook]) -> Page:
        plan, language = self.study.plan, self.narrator.language
        comparison = results[_COMPARISON]
        title = plan.title.model_dump()[language]
        return Page(
            title=self.narrator.text("page.comparison", study=title),
            heading=title,
            lead=plan.question.model_dump()[language],
            body=Markup() if comparison.error else outputs_of(comparison.target),
            failed_notebook=_notebook_path(_COMPARISON) if comparison.error else None,
            links=[self._link(record, results[record.name]) for record in self.study.record.strategies],
            manifest=MANIFEST,
            provenance=self._provenance,
        )

    def _link(self, record: StrategyRecord, result: ExecutedNotebook) -> Link:
        page = None if result.error else _page_path(record.name)
        summary = record.summary[self.narrator.language]
        return Link(self.narrator.strategy(record.name), summary, page, _notebook_path(record.name))

    def _strategy_page(self, record: StrategyRecord, result: ExecutedNotebook) -> Page:
        study_title = self.study.plan.title.model_dump()[self.narrator.language]
        title = self.narrator.strategy(record.name)
        return Page(
            title=self.narrator.text("page.strategy", strategy=title, study=study_title),
            heading=title,
            lead=record.summary[self.narrator.language],
            body=outputs_of(result.target),
            back="../index.html",
            manifest=f"../{MANIFEST}",
            provenance=self._provenance,
        )

    @cached_property
    def _provenance(self) -> Mapping[str, str]:
        return provenance(self.study, self.narrator)

    def write_manifest(self, folder: Path, results: Mapping[str, ExecutedNotebook]) -> None:
        """Write down all that the report comes from: plan, parameters, differences, fingerprints, seed, versions."""
        record = self.study.record
        manifest = {
            **record.model_dump(mode="json"),
            "language": self.narrator.language,
            "fingerprint": study_fingerprint(self.study),
            "versions": _versions(self.study),
            "notebooks": {
                _notebook_path(name): {"seconds": round(result.seconds, 2), "error": result.error}
                for name, result in sorted(results.items())
            },
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        (folder / MANIFEST).write_text(text, encoding="utf-8")


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
        "versions": written_versions(_versions(study)),
    }
    return {narrator.text(f"provenance.{key}"): value for key, value in shown.items()}


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


def _versions(study: Study) -> dict[str, str]:
    return {**study.record.versions, "python": platform.python_version(), **made_with()}


def made_with() -> dict[str, str]:
    """Return the versions of what makes pages."""
    return {name: metadata.version(name) for name in ("matplotlib", "papermill", "nbconvert", "zhplot")}


def forget_places(path: Path) -> None:
    """Take the folder that the report was made in out of an executed notebook; it is gone when the report is there."""
    if path.exists():
        notebook = read_notebook(path)
        for key in ("input_path", "output_path"):
            notebook.metadata.papermill[key] = Path(notebook.metadata.papermill[key]).name
        path.write_text(nbformat.writes(notebook), encoding="utf-8")  # type: ignore[no-untyped-call]


def announcer(total: int) -> Callable[[ExecutedNotebook], None]:
    """Return a function that says on the standard error which notebook is finished, and how many are."""
    done = 0

    def announce(result: ExecutedNotebook) -> None:
        nonlocal done
        done += 1
        outcome = f"failed: {result.error}" if result.error else f"{result.seconds:.1f} s"
        print(f"report {done} of {total}: {result.name} ({outcome})", file=sys.stderr)  # noqa: T201 - this is how it is shown

    return announce


@contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder to fill; it becomes *target* when the block ends well, and an older *target* goes.

    Whenever the process dies, *target* is whole: the old one, the new one, or for an instant none. What dead processes left is
    removed an hour later: until then it may be another's work that goes on.
    """
    if target.exists() and not (target / MANIFEST).is_file():
        raise ParameterError(
            [Finding("report", str(target), "is there already and is no report; choose another folder for reports")]
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f".{target.name}-*{_UNFINISHED}"):
        if time.time() - left.stat().st_mtime > _SECONDS_AN_HOUR:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}-", suffix=_UNFINISHED, dir=target.parent))
    try:
        folder.chmod(0o755)
        yield folder
        old = folder.with_name(f"{folder.name.removesuffix(_UNFINISHED)}-old{_UNFINISHED}")
        if target.exists():
            target.rename(old)
        folder.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
