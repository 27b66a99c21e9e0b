"""Tables are readable by people, by screen readers and by nobody's script."""

import re

from simkit.reporting.language import Narrator
from simkit.reporting.tables import Cell, Row, Table
from simkit.study import Estimate

ENGLISH = Narrator("en", {}, {})


def table(title="A strategy", *cells):
    """Return a table of one row."""
    header = ["Strategy", *(f"column {place}" for place, _ in enumerate(cells))]
    return Table(ENGLISH, f"All about {title}", header, [Row(title, cells)])


def test_a_table_has_a_caption_and_scopes():
    """Headings of rows and columns are marked as such."""
    html = table("A", Cell(Estimate(20, 1234, 1200, 1270), "opened")).html()
    assert "<caption>All about A</caption>" in html
    assert '<th scope="row">A</th>' in html
    assert html.count('<th scope="col"') == 2


def test_a_number_stands_with_its_interval():
    """The mean comes first, the interval is set apart, and a difference shows its sign."""
    html = table("A", Cell(Estimate(20, 1234, 1200, 1270), "opened", is_difference=True)).html()
    text = re.sub(r"<[^>]+>", "", html).replace("\u00a0", " ")
    assert "+1,234 (1,200 to 1,270)" in text


def test_markup_in_a_title_is_text():
    """A strategy named like a script is shown, not run."""
    html = table("<script>alert(1)</script>", "<img src=x>").html()
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_rows_can_be_read_aloud():
    """Each row is a sentence with its means, for the description of a chart."""
    spoken = table("Silver care", Cell(Estimate(20, 0.5, 0.4, 0.6), "staff_utilisation"), "none").sentences()
    assert spoken == ["Silver care: column 0 50.0%, column 1 none"]
