"""Many reports at once: what is unchanged is left alone, what fails or is interrupted stops nothing else."""

import io
import sys
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from simkit import cli
from simkit.params import DO_NOTHING, ParameterError
from simkit.reporting.batch import PlannedReport, ReportError, planned, write_report, write_reports
from simkit.reporting.batch.shown import notebook_progress
from simkit.reporting.documents import written as documents
from simkit.reporting.execution.jobs import ExecutedNotebook
from simkit.reporting.folders import is_whole, read_manifest
from tests.reporting.tiny_study import tiny_plan

HARMFUL = ["<script>alert(1)</script>", "../../etc/passwd", "x" * 300]


@pytest.fixture
def reported(study, tmp_path, quick_notebooks):
    """Return a function that writes the report of the real study from quick notebooks, and says what became of it."""
    assert quick_notebooks.is_dir()

    def write(**options):
        chosen = {key: options.pop(key) for key in ("language", "documents") if key in options}
        report = PlannedReport.of(options.pop("study", study), tmp_path / "reports", **chosen)
        (found,) = write_reports([report], engine="fast", progress=False, **options)
        return found

    yield write
    for path in (study.store.folder / "studies").glob("*/notebooks/*"):
        path.unlink()


def counts(found):
    """Return how many notebooks were executed, and how many were not."""
    return found.executed, found.unchanged


def state_of(folder):
    """Return what tells whether a file was written anew."""
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def test_a_second_start_does_nothing(reported):
    """No notebook is executed and no file is touched; with force all are."""
    first = reported()
    assert counts(first) == (3, 0)
    before = state_of(first.report.folder)
    assert counts(reported()) == (0, 3)
    assert state_of(first.report.folder) == before
    assert counts(reported(force=True)) == (3, 0)


def test_only_a_changed_notebook_is_executed_again(reported, quick_notebooks):
    """A new cell in the comparison leaves the strategies as they are."""
    reported()
    path = quick_notebooks / planned.COMPARISON_NOTEBOOK
    path.write_text(path.read_text().replace("compared", "compared anew"))
    found = reported()
    assert counts(found) == (1, 2)
    assert "compared anew" in (found.report.folder / "index.html").read_text()


def test_a_new_title_or_another_package_is_a_change(study, reported, monkeypatch):
    """Whatever the pages say or how they are made decides, not only the runs."""
    reported()
    first, *others = study.record.strategies
    renamed = first.model_copy(update={"title": {"en": "Resting", "zh": "休息"}})
    record = study.record.model_copy(update={"strategies": (renamed, *others)})
    other = type(study)(record, study.store)
    assert counts(reported(study=other)) == (3, 0)
    assert counts(reported(study=other)) == (0, 3)
    monkeypatch.setattr("simkit.reporting.execution.kept.source_of_package", lambda: "another")
    assert counts(reported(study=other)) == (3, 0)


def test_a_damaged_page_is_written_again_from_the_kept_notebooks(reported):
    """Half a document is never taken for a finished one."""
    index = reported().report.folder / "index.html"
    whole = index.read_text()
    index.write_text(whole[: len(whole) // 2])
    assert counts(reported()) == (0, 3)
    assert index.read_text() == whole


def test_a_damaged_kept_notebook_is_executed_again(reported, study):
    """Its name has the hash of what it was."""
    folder = reported().report.folder
    (kept,) = (study.store.folder / "studies").glob("*/notebooks/*strategy_comparison*")
    kept.write_text(kept.read_text()[:-10])
    (folder / "index.html").unlink()
    assert counts(reported()) == (1, 2)


def test_what_failed_is_tried_again_and_nothing_else(reported, quick_notebooks):
    """A failure is never kept."""
    path = quick_notebooks / planned.STRATEGY_NOTEBOOK
    sound = path.read_text()
    path.write_text(sound.replace("print(strategy)", f"assert strategy == '{DO_NOTHING}'"))
    found = reported()
    assert list(found.failures) == ["notebooks/strategies/community_events.ipynb"]
    again = reported()
    assert counts(again) == (1, 2)
    assert again.failures == found.failures
    path.write_text(sound)
    assert counts(reported()) == (2, 1)


def test_languages_stand_side_by_side(reported):
    """English has the plain name; neither replaces the other."""
    english, chinese = reported(language="en").report.folder, reported(language="zh").report.folder
    assert (english.name, chinese.name) == ("smoke", "smoke.zh")
    assert counts(reported(language="en")) == (0, 3)
    assert '<html lang="zh-CN">' in (chinese / "index.html").read_text()


def test_every_file_of_a_report_is_in_its_manifest(reported):
    """Its hash says whether it is whole."""
    folder = reported().report.folder
    manifest = read_manifest(folder)
    named = {folder / name for name in manifest["files"]}
    assert named == {path for path in folder.rglob("*") if path.is_file()} - {folder / "manifest.json"}
    assert is_whole(folder, manifest)
    next(iter(named)).write_text("changed")
    assert not is_whole(folder, manifest)


def test_a_document_that_cannot_be_made_stops_no_other(reported, monkeypatch):
    """The page links to what is there, the manifest says what is not and why, and the next start tries again."""

    def write(kind, path, document, pages):
        assert document.sections
        assert all(page.is_file() for page in pages)
        if kind == "pdf":
            raise ParameterError([])
        path.write_text("made")

    monkeypatch.setattr(documents, "_write", write)
    found = reported(documents=["pdf", "workbook"])
    assert list(found.not_made) == ["pdf"]
    index = (found.report.folder / "index.html").read_text()
    assert 'href="smoke.xlsx"' in index
    assert "smoke.pdf" not in index
    assert list(read_manifest(found.report.folder)["not_made"]) == ["pdf"]
    monkeypatch.setattr(documents, "_write", lambda _, path, *__: path.write_text("made"))
    found = reported(documents=["pdf", "workbook"])
    assert (counts(found), found.not_made) == ((0, 3), {})
    assert 'href="smoke.pdf"' in (found.report.folder / "index.html").read_text()


def test_a_report_keeps_the_documents_that_it_has(reported, monkeypatch):
    """Asking for pages alone takes no document away, neither from an unchanged report nor from one that is written anew."""
    monkeypatch.setattr(documents, "_write", lambda _, path, *__: path.write_text("made"))
    folder = reported(documents=["deck"]).report.folder
    before = state_of(folder)
    assert counts(reported()) == (0, 3)
    assert state_of(folder) == before
    reported(force=True)
    assert 'href="smoke.pptx"' in (folder / "index.html").read_text()
    assert (folder / "smoke.pptx").is_file()
    (folder / "smoke.pptx").unlink()
    reported()
    assert 'href="smoke.pptx"' not in (folder / "index.html").read_text()


def test_an_unknown_document_is_refused(study, tmp_path):
    """The message names what there is."""
    with pytest.raises(ParameterError, match="did you mean 'pdf'"):
        write_report(study, tmp_path, documents=["pfd"])


@pytest.fixture
def command(capsys, monkeypatch):
    """Return a function that runs `simkit` with words and gives its exit code and what it printed."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["simkit", *map(str, words)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.mark.parametrize("words", [("report", "smoke"), ("select", "eight_strategies"), ("value", "smoke")])
def test_an_unknown_document_is_refused_before_anything_is_run(command, tmp_path, words):
    """Every command that writes a page takes the same kinds."""
    code, _, err = command(*words, "--documents", "html,powerpoint", "--store", tmp_path, "--out", tmp_path)
    assert code == 1
    assert "'powerpoint' is unknown; allowed: deck, html, pdf, workbook" in err
    assert list(tmp_path.iterdir()) == []


def rows_of(printed):
    """Return the cells of a printed table, but not the lines on which a long cell goes on."""
    lines = [line for line in printed.splitlines() if line.startswith("│")]
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines]
    return [row for row in rows if row[0]]


def test_many_studies_and_languages_are_reported_at_once(command, tmp_path, quick_notebooks):
    """One that fails stops no other; a table says what became of each, the catalogue lists them, and the code is 1."""
    assert quick_notebooks.is_dir()
    one, two = tiny_plan(tmp_path, "one"), tiny_plan(tmp_path, "two")
    nothing = tiny_plan(tmp_path, "nothing", strategies=[DO_NOTHING])
    reports = tmp_path / "reports"
    places = ("--store", tmp_path / "store", "--out", reports, "--engine", "fast", "--workers", 1)
    code, out, err = command("report", one, nothing, two, "--language", "en", "--language", "zh", *places)
    assert code == 1
    assert "nothing: " in err
    assert "compares it with others" in err
    assert sorted(path.name for path in reports.iterdir()) == ["index.html", "one", "one.zh", "two", "two.zh"]
    assert [row[:6] for row in rows_of(out)] == [
        [name, language, "html", "3", "0", "0"] for name in ("one", "two") for language in ("en", "zh")
    ]
    assert "notebook 12 of 12" in err
    code, out, err = command("report", one, two, "--language", "zh", *places, "--no-progress")
    assert (code, err) == (0, "")
    assert [row[1:6] for row in rows_of(out)] == [["zh", "html", "0", "3", "0"]] * 2


def test_two_studies_of_one_name_are_refused(command, tmp_path):
    """One report would take the place of the other; one plan named twice is one report."""
    (tmp_path / "others").mkdir()
    one, other = tiny_plan(tmp_path, "one"), tiny_plan(tmp_path / "others", "one", replications=3)
    code, _, err = command("report", one, other, "--store", tmp_path / "store", "--out", tmp_path / "reports")
    assert code == 1
    assert "one: stands for several studies" in err
    assert not (tmp_path / "store").exists()


def test_strategies_are_played_under_several_scenarios(command, tmp_path, quick_notebooks):
    """Each scenario makes a study of its own name; the plan's own scenario leaves it as it is."""
    assert quick_notebooks.is_dir()
    bank = yaml.safe_load(Path("params/scenarios/city_bank.yaml").read_text(encoding="utf-8"))
    bank |= {"name": "other_bank", "title": {"en": "Another", "zh": "另一家"}}
    other = tmp_path / "other_bank.yaml"
    other.write_text(yaml.safe_dump(bank, allow_unicode=True, sort_keys=False), encoding="utf-8")
    reports = tmp_path / "reports"
    places = ("--store", tmp_path / "store", "--out", reports, "--engine", "fast", "--workers", 1)
    code, _, err = command(
        "report", tiny_plan(tmp_path, "one"), "--scenario", "city_bank", "--scenario", other, *places
    )
    assert code == 0, err
    assert sorted(path.name for path in reports.iterdir()) == ["index.html", "one", "one_other_bank"]
    assert "Tiny (Another)" in (reports / "one_other_bank" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", HARMFUL)
def test_a_harmful_name_is_refused_and_a_harmful_title_is_text(command, tmp_path, quick_notebooks, name):
    """No study or strategy has such a name; with such a title it is escaped on pages, in the catalogue and in the manifest."""
    assert quick_notebooks.is_dir()
    places = ("--store", tmp_path / "store", "--out", tmp_path / "reports", "--engine", "fast", "--workers", 1)
    code, _, err = command("report", tiny_plan(tmp_path, name), *places)
    assert code == 1
    assert "name: " in err
    text = {"en": name[:200], "zh": name[:200]}  # as long as a title may be
    strategy = {"name": name, "title": text, "summary": dict(text), "levers": {}}
    mine = tmp_path / "mine.yaml"
    mine.write_text(yaml.safe_dump(strategy), encoding="utf-8")
    titles = {"title": dict(text), "question": dict(text), "strategies": [str(mine)]}
    code, _, err = command("report", tiny_plan(tmp_path, "titled", **titles), *places)
    assert code == 1
    assert "name: " in err
    assert not (tmp_path / "reports").exists()
    mine.write_text(yaml.safe_dump(strategy | {"name": "mine"}), encoding="utf-8")
    code, _, err = command("report", tiny_plan(tmp_path, "titled", **titles), *places)
    assert code == 0, err
    pages = [*(tmp_path / "reports").rglob("*.html")]
    assert len(pages) == 4
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert 'href="..' not in text.replace('href="../index.html"', "").replace('href="../manifest.json"', "")
    assert all(len(path.name) < 100 for path in (tmp_path / "reports").rglob("*"))
    manifest = read_manifest(tmp_path / "reports" / "titled")
    assert all(Path(file).name == file for file in manifest["catalogue"]["documents"].values())


def test_nothing_can_be_reported_where_something_else_stands(study, tmp_path):
    """It is said before a notebook is executed, and nothing is touched."""
    (tmp_path / "smoke").mkdir()
    with pytest.raises(ParameterError, match="is no report"):
        PlannedReport.of(study, tmp_path)


def test_a_failed_report_says_where_everything_else_is(study, tmp_path, quick_notebooks):
    """The error names the notebook that is kept."""
    path = quick_notebooks / planned.COMPARISON_NOTEBOOK
    path.write_text(path.read_text().replace("print('compared')", "1 / 0"))
    with pytest.raises(ReportError, match=r"1 of 3 notebooks failed[\s\S]*strategy_comparison.ipynb: ZeroDivision"):
        write_report(study, tmp_path / "reports", engine="fast", progress=False)


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_says_how_many_are_done_what_failed_and_how_long_it_takes(terminal):
    """A bar on a terminal with a line for the failure; elsewhere a line for each notebook; where it is not wanted, nothing."""
    results = [ExecutedNotebook(f"number {i}", Path(), 1.0, "ValueError: [b]" if i == 1 else None) for i in range(3)]
    console = Console(file=io.StringIO(), force_terminal=terminal, width=120, color_system=None)
    for shown in (True, False):
        with notebook_progress(len(results), shown=shown, console=console) as finished:
            for result in results:
                finished(result, "smoke")
        printed = console.file.getvalue()
        console.file.truncate(0)
        assert ("ValueError: [b]" in printed, "left" in printed, "3/3" in printed) == (shown, shown, shown and terminal)
        assert printed.count("notebook 2 of 3: number 1, smoke (failed") == (shown and not terminal)
