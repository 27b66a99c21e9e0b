"""Pages need nothing but themselves, and nothing that a parameter says can harm them."""

import re

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from simkit.reporting import fonts, notebook_page
from simkit.reporting.documents.html import Link, Page, embedded_font, outputs_of
from simkit.reporting.execution.jobs import ExecutedNotebook, read_notebook
from simkit.reporting.folders import slug
from simkit.reporting.language import Narrator, catalogue

HARMFUL = ["<script>alert(1)</script>", "../../etc/passwd", "x" * 300, "a'b\"c&d", "银发关怀", "con\x00nul", ""]
DISPLAYED = {
    "chart": (
        {"image/png": "aGVsbG8="},
        {"image/png": {"alt": '<b>"alt"</b>'}, "simkit": {"name": "a", "heading": "H<1>", "numbers": "<i>1</i>"}},
    ),
    "progress": ({"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "Progress(1)"}, {}),
    "script": ({"application/javascript": "alert(1)"}, {}),
    "table": ({"text/html": "<table></table>", "text/plain": "a table"}, {}),
    "words": ({"text/plain": "<b>plain</b>"}, {}),
}


def executed(folder, *shown):
    """Write a notebook that shows some things, after a parameters cell and a line of code."""
    results = [
        nbformat.v4.new_output("display_data", data=DISPLAYED[name][0], metadata=DISPLAYED[name][1]) for name in shown
    ]
    noise = nbformat.v4.new_output("stream", name="stderr", text="a warning")
    cells = [
        nbformat.v4.new_markdown_cell("for those who open it", metadata={"tags": ["hide"]}),
        nbformat.v4.new_markdown_cell("An analyst's *own* words"),
        nbformat.v4.new_code_cell("secret: str = 'code'", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("secret = 'code'", metadata={"tags": ["injected-parameters"]}),
        nbformat.v4.new_code_cell("secret_code()", execution_count=3, outputs=[*results, noise]),
    ]
    path = folder / "executed.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    return path


def page(narrator=None, **values):
    """Return a page as HTML."""
    plain = {"title": "T", "heading": "H", "lead": "L", "body": Markup(), "manifest": "manifest.json", "provenance": {}}
    return Page(**(plain | values)).html(narrator or Narrator("en", {}, {}), "")


def test_a_notebook_is_shown_without_its_code(tmp_path):
    """No code, no parameters, no prompts, no warnings; only what was displayed, and what its author says to readers."""
    body = outputs_of(read_notebook(executed(tmp_path, "table")))
    assert "<table></table>" in body
    assert "<em>own</em> words" in body
    for hidden in ("secret", "those who open", "In [", "[3]", "a warning", "a table"):
        assert hidden not in body


def test_a_chart_becomes_a_figure_with_heading_description_and_numbers(tmp_path):
    """The picture is inside the page, its description escaped."""
    body = outputs_of(read_notebook(executed(tmp_path, "chart")))
    assert 'src="data:image/png;base64,aGVsbG8="' in body
    assert 'alt="&lt;b&gt;&#34;alt&#34;&lt;/b&gt;"' in body
    assert "H&lt;1&gt;</h2>" in body
    assert "<figcaption><i>1</i></figcaption>" in body


def test_scripts_and_widgets_are_left_out(tmp_path):
    """Nothing on a page moves or runs, whatever a notebook's libraries displayed."""
    body = outputs_of(read_notebook(executed(tmp_path, "progress", "script", "words")))
    assert "<script" not in body
    assert "Progress(1)" not in body
    assert "alert" not in body
    assert "&lt;b&gt;plain" in body


@pytest.mark.parametrize("text", HARMFUL)
def test_what_comes_from_parameters_is_text_on_a_page(text):
    """Titles, summaries and values are escaped wherever they stand."""
    html = page(
        title=text,
        heading=text,
        lead=text,
        provenance={"study": text},
        links=[Link(text, text, None, "notebooks/a.ipynb")],
    )
    assert "<script" not in html
    assert "../../etc" not in "".join(re.findall(r'(?:href|src)="([^"]*)"', html))
    assert len(re.findall(r"<h1>", html)) == 1


def test_a_page_that_is_written_anew_keeps_its_documents(tmp_path, monkeypatch):
    """Who asks for the page alone does not lose the workbook that somebody else made."""
    made = executed(tmp_path, "table")
    result = ExecutedNotebook("job", made, seconds=0.0, error=None)
    monkeypatch.setattr(notebook_page, "_executed", lambda *_: result)
    words = ("job", "executed.ipynb", "answer", "T", "H", "L")
    page = notebook_page.NotebookPage(*words, parameters={}, provenance={}, manifest={})
    narrator = Narrator("en", {}, catalogue("en"))
    for documents in (["workbook"], ["html"]):
        index = notebook_page.write_notebook_page(
            page, tmp_path / "reports", narrator, documents=documents, progress=False
        )
        assert 'href="answer.xlsx"' in index.read_text(encoding="utf-8")
        assert (index.parent / "answer.xlsx").is_file()


def test_a_page_needs_no_network_and_says_its_language():
    """No address of another machine, no script; a policy forbids both, and the language is declared."""
    chinese = page(Narrator("zh", {}, {}), body=Markup('<img src="data:image/png;base64,aGVsbG8=" alt="a">'))
    assert "http:" not in chinese
    assert "https:" not in chinese
    assert "<script" not in chinese
    assert "<link" not in chinese
    assert '<html lang="zh-CN">' in chinese
    assert "default-src &#39;none&#39;" in chinese or "default-src 'none'" in chinese


def test_the_font_covers_the_page_and_leaves_the_rest_to_the_readers_own():
    """Embedded pictures are no text, and a character that the font lacks does not break it."""
    font = embedded_font([page(heading="银发关怀🚀"), '<img src="data:image/png;base64,' + "A" * 10_000 + '">'])
    assert font.startswith("@font-face")
    assert fonts.FAMILY in font
    assert len(font) < 60_000


@given(st.text(max_size=300))
def test_a_slug_is_a_safe_file_name(name):
    """Short, plain, never a path, never empty, never hidden."""
    assert re.fullmatch(r"[a-z0-9_][a-z0-9_-]{0,69}", slug(name))


@given(st.text(max_size=30), st.text(max_size=30))
def test_two_names_never_share_a_slug(one, other):
    """Reports of two strategies never overwrite each other."""
    assert (slug(one) == slug(other)) == (one == other)


def test_ordinary_names_are_their_own_slugs():
    """File names stay readable."""
    assert slug("cold_door_to_door") == "cold_door_to_door"
    assert slug("../../etc/passwd").startswith("etc-passwd-")
