"""What a notebook shows can be read back as plain content, the numbers as they were."""

import json
import math
from base64 import b64encode

import nbformat
import pytest
from pydantic import ValidationError

from simkit.reporting.content import CONTENT_TYPE, Figure, content_of
from simkit.reporting.language import Narrator
from simkit.reporting.summary import KeyFigure, Notes, Summary
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Estimate

ENGLISH = Narrator("en", {}, {})
TABLE = Table(
    ENGLISH, "All", ["Strategy", "Opened"], [Row("A", [Cell(Estimate(20, 1234, 1200, 1270), "opened")])], "Side by side"
)


def notebook_showing(*bundles):
    """Return an executed notebook as a file would hold it."""
    cells = [
        nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", data=bundle)]) for bundle in bundles
    ]
    return nbformat.reads(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), as_version=4)


def test_what_is_shown_is_read_back_in_its_order():
    """A summary, a table and notes keep their texts and numbers."""
    summary = Summary(
        "Do it.", "of A", [KeyFigure("Gain", ENGLISH.figure("lasting", Estimate(5, 3, 2, 4)))], ["Five runs."]
    )
    notes = Notes("Limits", ["One."])
    shown = [block._repr_mimebundle_() for block in (summary, TABLE, notes)]
    first, second, third = (block.content for block in content_of(notebook_showing(*shown)))
    assert (first.recommendation, first.figures[0].figure.value, first.sure) == ("Do it.", 3.0, ("Five runs.",))
    assert second == TABLE.content
    assert third.lines == ("One.",)


def test_an_estimate_keeps_its_interval_as_numbers_and_as_text():
    """Decks and workbooks need the numbers, readers the words."""
    (row,) = TABLE.content.rows
    (cell,) = row.cells
    assert (cell.value, cell.low, cell.high, cell.unit, cell.kpi) == (1234, 1200, 1270, "count", "opened")
    assert cell.text == "1,234"
    assert cell.interval.replace("\u00a0", " ") == "(1,200 to 1,270)"


def test_what_does_not_exist_is_no_number():
    """A mean of nothing is a dash, and JSON has no NaN."""
    figure = ENGLISH.figure("opened", Estimate(0, math.nan, math.nan, math.nan))
    assert (figure.value, figure.low, figure.high) == (None, None, None)
    json.dumps(figure.model_dump(), allow_nan=False)


def test_a_chart_comes_with_its_picture():
    """The picture stands beside the content in the same output."""
    chart = {
        "name": "a",
        "heading": "h",
        "message": "m",
        "note": "n",
        "alt": "t",
        "numbers": TABLE.content.model_dump(),
    }
    bundle = {CONTENT_TYPE: chart | {"kind": "chart"}, "image/png": b64encode(b"picture").decode()}
    (block,) = content_of(notebook_showing(bundle))
    assert block.png == b"picture"
    assert block.content.plot is None


def test_other_outputs_are_passed_over():
    """A planner's own output in a notebook is shown on the page, and is no content."""
    assert content_of(notebook_showing({"text/plain": "hello"})) == ()


def test_unknown_content_is_an_error():
    """A typo in a kind is not silently left out of a deck."""
    with pytest.raises(ValidationError):
        content_of(notebook_showing({CONTENT_TYPE: {"kind": "tabel"}}))


def test_a_figure_cannot_be_changed():
    """Content is what was shown, and stays so."""
    with pytest.raises(ValidationError):
        Figure(text="1").text = "2"
