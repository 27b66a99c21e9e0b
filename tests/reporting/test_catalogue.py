"""The catalogue lists what is there, whatever else is in the folder."""

import json
import re

import pytest

from simkit.reporting import fonts
from simkit.reporting.catalogue import write_catalogue


def entry(**changes):
    """Return what a manifest holds for the catalogue."""
    plain = {
        "title": "Two ways",
        "question": "Which?",
        "recommendation": "The first.",
        "scenario": "city_bank",
        "runs": "20 replications",
        "language": "en",
        "written_at": "2026-03-01T10:00:00+00:00",
        "documents": {"html": "index.html"},
    }
    return plain | changes


def report(folder, name, content):
    """Make a folder that looks like a report."""
    (folder / name).mkdir()
    (folder / name / "index.html").write_text("page")
    (folder / name / "manifest.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return folder / name


def listed(folder):
    """Write the catalogue and return it without its font and style."""
    return re.sub(r"<style>.*?</style>", "", write_catalogue(folder).read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_latest_report_comes_first_with_all_that_a_reader_looks_for(tmp_path):
    """Question, answer, runs, scenario, date, and links to the documents that are there, in the report's language."""
    report(tmp_path, "old", {"catalogue": entry(title="Old")})
    documents = {"html": "index.html", "deck": "new.zh.pptx", "pdf": "missing.pdf"}
    new = {"title": "新", "language": "zh", "written_at": "2026-04-01T10:00:00+00:00", "documents": documents}
    (report(tmp_path, "new.zh", {"catalogue": entry(**new)}) / "new.zh.pptx").write_text("deck")
    page = listed(tmp_path)
    assert page.index("新") < page.index("Old")
    for shown in ("Which?", "The first.", "20 replications", "city_bank", "2026-04-01", "English", "中文"):
        assert shown in page
    assert re.findall(r'href="([^"]*)"', page) == [
        "new.zh/index.html",
        "new.zh/index.html",
        "new.zh/new.zh.pptx",
        "old/index.html",
        "old/index.html",
    ]


def test_foreign_folders_are_left_out_and_damaged_manifests_are_said(tmp_path):
    """The store, hidden folders, files and folders without a page are no reports."""
    (tmp_path / "store" / "runs").mkdir(parents=True)
    (tmp_path / "notes.txt").write_text("mine")
    report(tmp_path, ".half.unfinished", {"catalogue": entry(title="Hidden")})
    (report(tmp_path, "pageless", {"catalogue": entry(title="Pageless")}) / "index.html").unlink()
    damaged = {"half": '{"catalogue": {', "list": "[]", "older": {"plan": {}}, "wrong": {"catalogue": entry(runs=3)}}
    damaged["kind"] = {"catalogue": entry(documents={"<b>": "index.html"})}
    for name, content in damaged.items():
        report(tmp_path, name, content)
    page = listed(tmp_path)
    for absent in ("store", "notes", "Hidden", "Pageless"):
        assert absent not in page
    assert page.count("cannot be read") == len(damaged)
    assert all(f'href="{name}/index.html"' in page for name in damaged)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "../../etc/passwd", "x" * 300, "\"' onload='"])
def test_what_a_manifest_says_is_text_and_its_links_stay_inside(tmp_path, text):
    """A manifest may have been written by anybody."""
    told = dict.fromkeys(("title", "question", "recommendation", "scenario", "runs"), text)
    documents = {"html": text, "pdf": "../../etc/passwd", "deck": f"../{text}"}
    report(tmp_path, "mine", {"catalogue": entry(**told, documents=documents)})
    page = listed(tmp_path)
    assert "<script" not in page
    assert set(re.findall(r'href="([^"]*)"', page)) == {"mine/index.html"}
    assert "onload='" not in page


def test_the_catalogue_needs_no_network_and_no_installed_font(tmp_path):
    """It is one file in both languages, and an empty folder has one too."""
    path = write_catalogue(tmp_path)
    text = path.read_text(encoding="utf-8")
    assert "No report has been written yet. · 还没有报告。" in text
    assert "http" not in text.replace("http-equiv", "")
    assert fonts.missing_glyphs(re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)) == ""
    assert fonts.FAMILY in text


def test_a_catalogue_that_is_younger_than_every_report_can_be_left_as_it_is(tmp_path):
    """A report that was written after it makes it older."""
    report(tmp_path, "one", {"catalogue": entry(title="One")})
    path = write_catalogue(tmp_path, only_if_older=True)
    before = path.stat().st_ino
    assert write_catalogue(tmp_path, only_if_older=True).stat().st_ino == before
    report(tmp_path, "two", {"catalogue": entry(title="Two")})
    assert "Two" in write_catalogue(tmp_path, only_if_older=True).read_text(encoding="utf-8")
