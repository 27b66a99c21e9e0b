"""Reports on paper: one PDF of all pages, with bookmarks, tags and text that can be searched."""

import re
import shutil
import stat
import subprocess
import time

import pytest
from markupsafe import Markup

from simkit.reporting.documents import browser as browsers
from simkit.reporting.documents.browser import BROWSER_VARIABLE, BrowserError, find_browser, print_to_pdf
from simkit.reporting.documents.html import Link, Page, embedded_font
from simkit.reporting.documents.pdf import write_pdf
from simkit.reporting.language import Narrator

WIDE = "".join(f"<th scope='col'>列{i}</th>" for i in range(12))
ROW = "".join(
    f"<td class='number'>¥{1234 + i}万<span class='interval'>（{1200 + i}至{1300 + i}）</span></td>" for i in range(12)
)
BODY = f"""<h2 id="cost">成本与收益</h2><p>银发关怀每多赢得一个持续用户花费最少。</p>
<div class="table"><table><thead><tr>{WIDE}</tr></thead><tbody><tr>{ROW}</tr></tbody></table></div>
<details><summary>图中数字</summary><p>折叠的数字四万五千</p></details><p><a href="#cost">回到成本</a></p>"""
STRATEGIES = ("银发关怀", '</style><script>alert("1")</script>')


def written_pages(folder, *, with_font):
    """Write a comparison and a page for each strategy, as a report has them; the first is the comparison."""
    narrator = Narrator("zh", {}, {})
    provenance = {"随机种子": "20260302", "指纹": "9f" * 32}
    body = Markup(BODY)  # noqa: S704 - made above
    common = {"lead": "哪种策略最好？", "body": body, "provenance": provenance}
    links = [Link(name, "一句话", f"strategies/{i}.html", f"notebooks/{i}.ipynb") for i, name in enumerate(STRATEGIES)]
    made = {"index.html": Page("六种策略", "六种策略", manifest="manifest.json", links=links, **common)}
    for i, name in enumerate(STRATEGIES):
        title = f"{name} – 六种策略"
        made[f"strategies/{i}.html"] = Page(title, name, manifest="../manifest.json", back="../index.html", **common)
    font = embedded_font([page.html(narrator, "") for page in made.values()]) if with_font else ""
    (folder / "strategies").mkdir()
    for path, page in made.items():
        (folder / path).write_text(page.html(narrator, font), encoding="utf-8")
    return [folder / path for path in made]


@pytest.fixture
def pages(tmp_path):
    """Pages without their font, for a browser that does not look at them."""
    return written_pages(tmp_path, with_font=False)


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Give a way to put a made-up browser in the place of the real one."""

    def place(script):
        path = tmp_path / "browser"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv(BROWSER_VARIABLE, str(path))
        return path

    return place


def told(tool, *arguments):
    """Return what one of poppler's tools says, or skip."""
    if shutil.which(tool) is None:
        pytest.skip(f"no {tool} on this machine; `make setup-browser` installs poppler-utils on Debian")
    return subprocess.run([tool, *arguments], check=True, capture_output=True, text=True).stdout


def bookmarks(pdf):
    """Return the titles of a PDF's bookmarks, which follow that of the document."""
    titles = re.findall(rb"/Title (?:<FEFF([0-9A-F]*)>|\(((?:\\.|[^\\)])*)\))", pdf.read_bytes())
    written = [
        bytes.fromhex(wide.decode()).decode("utf-16-be") or re.sub(r"\\(.)", r"\1", plain.decode())
        for wide, plain in titles
    ]
    return written[1:]


@pytest.fixture(scope="module")
def printed(chromium, tmp_path_factory):
    """Print the made-up report with the browser that is installed."""
    folder = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(BROWSER_VARIABLE, chromium)
        write_pdf(written_pages(folder, with_font=True), folder / "report.pdf")
    return folder / "report.pdf"


@pytest.mark.browser
def test_the_pdf_is_tagged_a4_with_a_bookmark_for_each_page_and_heading(printed):
    """A reader finds each strategy in the bookmarks, a screen reader finds the structure, a printer finds A4."""
    about = told("pdfinfo", printed)
    assert re.search(r"Tagged: +yes", about)
    assert "(A4)" in about
    assert re.search(r"Title: +六种策略", about)
    found = bookmarks(printed)
    assert [title for title in found if title in ("六种策略", *STRATEGIES)] == ["六种策略", *STRATEGIES]
    assert found.count("成本与收益") == 3
    assert b"/Outlines" in printed.read_bytes()


@pytest.mark.browser
def test_the_text_is_selectable_whole_and_unfolded(printed):
    """Chinese is found by searching, a wide table is not cut, what is folded on screens is open, the foot stands once."""
    text = told("pdftotext", "-layout", printed, "-")
    assert text.count("银发关怀每多赢得一个持续用户花费最少。") == 3
    assert text.count("折叠的数字四万五千") == 3
    for i in range(12):
        assert text.count(f"¥{1234 + i}万") == 3
        assert text.count(f"（{1200 + i}至{1300 + i}）") == 3
    assert text.count("9f" * 32) == 1


@pytest.mark.browser
def test_pages_are_numbered_and_say_whose_they_are(printed):
    """Every page has its number and the number of all; each strategy begins on a page of its own."""
    sheets = told("pdftotext", "-layout", printed, "-").split("\f")[:-1]
    assert len(sheets) >= 3
    for number, sheet in enumerate(sheets, start=1):
        assert re.search(rf"\b{number} ?/ ?{len(sheets)}\b", sheet)
    assert ["银发关怀 – 六种策略" in sheet for sheet in sheets[:3]] == [False, True, False]
    assert "script" in sheets[2]


@pytest.mark.browser
def test_printing_leaves_nothing_behind(printed):
    """Beside the PDF stand the pages alone, as they were."""
    folder = printed.parent
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "report.pdf", "strategies"]
    assert "part-0" not in (folder / "index.html").read_text(encoding="utf-8")


def test_links_lead_within_the_pdf_or_nowhere(pages, program):
    """A link to another page leads to its place in the PDF, one to a notebook or the manifest is mere text."""
    kept = pages[0].parent / "kept.html"
    program(f'for last; do :; done; cp "${{last#file://}}" {kept}')
    with pytest.raises(BrowserError):
        write_pdf(pages, pages[0].parent / "report.pdf")
    joined = kept.read_text(encoding="utf-8")
    led_to = set(re.findall(r'href="([^"]*)"', joined))
    assert {"#part-0", "#part-1", "#part-2"} <= led_to
    assert all(target.startswith("#") and f'id="{target[1:]}"' in joined for target in led_to)
    assert len(re.findall(r'\bid="[^"]*"', joined)) == len(set(re.findall(r'\bid="[^"]*"', joined)))
    assert "<script" not in joined


def test_without_a_browser_the_error_says_what_to_install(monkeypatch):
    """Nothing on the search path, nothing where installers put it: the error names programs, a package and the variable."""
    monkeypatch.delenv(BROWSER_VARIABLE, raising=False)
    monkeypatch.setattr(browsers.shutil, "which", lambda _: None)
    with pytest.raises(BrowserError, match=rf"Chromium, Chrome or Edge .*apt-get install chromium.*{BROWSER_VARIABLE}"):
        find_browser()


def test_a_variable_that_names_no_program_is_an_error(monkeypatch):
    """The variable is not quietly passed over."""
    monkeypatch.setenv(BROWSER_VARIABLE, "no-such-browser")
    with pytest.raises(BrowserError, match=f"{BROWSER_VARIABLE} is 'no-such-browser'"):
        find_browser()


@pytest.mark.parametrize(
    ("system", "variables", "installed"),
    [
        ("Darwin", {}, "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"),
        ("Windows", {"PROGRAMFILES": "/programs"}, "/programs/Google/Chrome/Application/chrome.exe"),
        ("Windows", {"LOCALAPPDATA": "/local"}, "/local/Google/Chrome/Application/chrome.exe"),
        ("Linux", {}, "google-chrome"),
    ],
)
def test_browsers_are_found_where_each_system_puts_them(system, variables, installed, monkeypatch):
    """Also where they are not on the search path."""
    monkeypatch.delenv(BROWSER_VARIABLE, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(browsers.platform, "system", lambda: system)
    monkeypatch.setattr(browsers.shutil, "which", lambda command: command if command == installed else None)
    assert find_browser() == installed


def test_a_browser_that_fails_is_quoted_and_the_old_pdf_stays(pages, program, tmp_path):
    """Its last words are in the error, and the earlier file is as it was."""
    program("echo 'no space left on device' >&2; exit 3")
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(b"earlier")
    with pytest.raises(BrowserError, match="no space left on device"):
        write_pdf(pages, pdf)
    assert pdf.read_bytes() == b"earlier"
    assert not list(tmp_path.glob(".*"))


def test_half_a_pdf_is_none(pages, program):
    """What a browser that was killed left is not taken for a document."""
    program('for a; do case $a in --print-to-pdf=*) printf "%%PDF-1.4 half" > "${a#*=}";; esac; done')
    with pytest.raises(BrowserError, match="wrote no PDF"):
        print_to_pdf(pages[0], pages[0].parent / "half.pdf")


def test_a_browser_that_hangs_is_ended_with_its_processes(pages, program, tmp_path):
    """After the time limit neither it nor its children live, and its profile is gone."""
    program(f'(sleep 60 & echo $! > {tmp_path / "child"}; echo "$@" > {tmp_path / "arguments"}; wait)')
    started = time.monotonic()
    with pytest.raises(BrowserError, match=r"printed nothing in 0\.5 s"):
        print_to_pdf(pages[0], tmp_path / "report.pdf", seconds=0.5)
    assert time.monotonic() - started < 10
    child = int((tmp_path / "child").read_text())
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(child)], check=False, capture_output=True, text=True).stdout
    assert not state.strip() or state.startswith("Z")
    profile = re.search(r"--user-data-dir=(\S+)/profile", (tmp_path / "arguments").read_text()).group(1)
    assert not (tmp_path / profile).exists()


@pytest.mark.parametrize(("root", "expected"), [(True, 1), (False, 2)])
def test_the_sandbox_is_left_out_only_where_it_cannot_be(root, expected, pages, program, tmp_path, monkeypatch):
    """Root never has one; others go without only after the browser said that there is none."""
    monkeypatch.setattr(browsers, "_runs_as_root", lambda: root)
    calls = tmp_path / "calls"
    program(
        f'echo "$@" >> {calls}; case "$*" in *--no-sandbox*) ;; *) echo "No usable sandbox!" >&2; exit 1;; esac\n'
        'for a; do case $a in --print-to-pdf=*) printf "%%PDF-1.4\\n%%%%EOF\\n" > "${a#*=}";; esac; done'
    )
    print_to_pdf(pages[0], tmp_path / "report.pdf")
    asked = calls.read_text().splitlines()
    assert ["--no-sandbox" in call for call in asked] == [False, True][-expected:]
    assert all("--host-resolver-rules=MAP * ~NOTFOUND" in call for call in asked)
