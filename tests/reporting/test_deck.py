# ruff: noqa: SLF001 - what python-pptx does not show is read from its XML
"""A deck has a message on every slide, native charts with the report's numbers, and is the same bytes for the same report."""

import io
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.oxml.ns import qn

from simkit.reporting.content import Block, ChartContent, NotesContent
from simkit.reporting.documents import Section
from simkit.reporting.documents.deck import write_deck
from tests.reporting.deck_documents import document

HOSTILE = [
    "<script>alert(1)</script>",
    "=1+1",
    "../../etc/passwd",
    "A" * 300,
    "x\x00\x1b[31m\ud800y",
    "很长的策略名称" * 40,
    "word " * 60,
]


def written(content, folder):
    """Write a deck and open it."""
    write_deck(content, folder / "report.pptx")
    return Presentation(str(folder / "report.pptx"))


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request, tmp_path_factory):
    """A made-up report in one language, and its deck."""
    content = document(request.param)
    return content, written(content, tmp_path_factory.mktemp("deck"))


def charts_of(deck):
    """Return the native charts of a deck with their slides, in order."""
    return [(slide, shape) for slide in deck.slides for shape in slide.shapes if shape.has_chart]


def charts_in(content):
    """Return the charts that a deck of a report has to show: those of the comparison, and one of each strategy."""
    return [
        block.content
        for section in content.sections
        for block in section.blocks
        if isinstance(block.content, ChartContent)
    ]


def numbers_of(series, part):
    """Return what a series of a chart has kept of one of its parts."""
    element = series._element.find(qn(f"c:{part}"))
    points = {int(point.get("idx")): float(point.find(qn("c:v")).text) for point in element.iter(qn("c:pt"))}
    count = int(next(element.iter(qn("c:ptCount"))).get("val"))
    return [points.get(place) for place in range(count)]


def test_every_slide_has_a_title_a_footer_a_number_and_notes(report):
    """A screen reader finds its way, and a printed slide can be traced."""
    content, deck = report
    for slide in deck.slides:
        assert slide.shapes.title.text_frame.text.strip()
        kinds = {shape.placeholder_format.type.name: shape for shape in slide.placeholders}
        assert content.title in kinds["FOOTER"].text_frame.text
        assert "9f2c41d07b6e" in kinds["FOOTER"].text_frame.text
        assert kinds["SLIDE_NUMBER"].text_frame._txBody.findall(f".//{qn('a:fld')}")
        assert "20260301" in slide.notes_slide.notes_text_frame.text


def test_texts_are_large_enough_and_say_their_language(report):
    """Nothing but the footer is smaller than 12 points, in slides and in charts."""
    content, deck = report
    tag = {"en": "en-GB", "zh": "zh-CN"}[content.language]
    for slide in deck.slides:
        trees = [slide.element, *(shape.chart._chartSpace for shape in slide.shapes if shape.has_chart)]
        assert (
            min(
                (int(one.get("sz")) for tree in trees for one in tree.iter() if one.get("sz", "").isdigit()),
                default=1200,
            )
            >= 1200
        )
        assert {run.find(qn("a:rPr")).get("lang") for run in slide.element.iter(qn("a:r"))} == {tag}


def test_the_order_is_that_of_a_manager_with_ten_minutes(report):
    """Question, recommendation, five charts, a slide for each strategy; tables and provenance to look things up come last."""
    content, deck = report
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    messages = [chart.message for chart in charts_in(content)]
    assert titles[0] == content.title
    assert titles[1] == content.sections[0].blocks[0].content.recommendation
    assert titles[2 : 2 + len(messages)] == messages
    assert all(content.sections[0].heading in title for title in titles[2 + len(messages) : -1])
    assert len(content.sections) == 8


def test_every_chart_is_native_and_described(report):
    """Nothing with a plot is a picture, and whoever cannot see it is told what it shows."""
    content, deck = report
    shown, expected = charts_of(deck), charts_in(content)
    assert len(shown) == len(expected) == 12
    for (_, shape), chart in zip(shown, expected, strict=True):
        assert shape._element._nvXxPr.cNvPr.get("descr") == chart.alt
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.shape_type in (MSO_SHAPE_TYPE.TABLE, MSO_SHAPE_TYPE.CHART, MSO_SHAPE_TYPE.PICTURE):
                assert shape._element._nvXxPr.cNvPr.get("descr")


def divisor_of(chart, language):
    """Return what a chart's numbers are counted in, as the title of its axis says."""
    said = "".join(text.text for text in chart._chartSpace.iter(qn("a:t")))
    if language == "en":
        return 1
    return 1e8 if "亿" in said else 1e4 if "（万" in said else 1


@pytest.mark.parametrize(("language", "scale"), [("en", 300), ("zh", 3), ("zh", 40_000)])
def test_native_charts_hold_the_plots_numbers_and_intervals(tmp_path, language, scale):
    """Values, and where error bars end, are the plot's: as they are in English, in 万 or 亿 in Chinese, as the axis then says."""
    content = document(language, scale=scale)
    for (_, shape), chart in zip(charts_of(written(content, tmp_path)), charts_in(content), strict=True):
        if chart.plot.kind == "points":
            continue
        counted_in = divisor_of(shape.chart, language)
        drawn = {series.name: series for series in shape.chart.plots[0].series}
        for series in chart.plot.series:
            part = "yVal" if chart.plot.kind == "lines" else "val"
            values = numbers_of(drawn[series.name], part)
            assert [None if v is None else v * counted_in for v in values] == pytest.approx(list(series.values))
            if chart.plot.kind == "bars":
                bars = drawn[series.name]._element.find(qn("c:errBars"))
                above, below = (
                    [float(v.text) for v in bars.find(qn(f"c:{side}")).iter(qn("c:v"))] for side in ("plus", "minus")
                )
                known = [i for i, value in enumerate(series.values) if value is not None]
                assert [(values[i] + a) * counted_in for i, a in zip(known, above, strict=True)] == pytest.approx(
                    [series.high[i] for i in known]
                )
                assert [(values[i] - b) * counted_in for i, b in zip(known, below, strict=True)] == pytest.approx(
                    [series.low[i] for i in known]
                )


def test_points_have_both_intervals_and_their_own_names(report):
    """Each strategy is a series of its own, in its colour, with an error bar in each direction."""
    content, deck = report
    plot = charts_in(content)[2].plot
    chart = charts_of(deck)[2][1].chart
    counted_in = 1 if content.language == "en" else 1e4
    drawn = {series.name: series for series in chart.plots[0].series}
    assert set(drawn) == {series.name for series in plot.series}
    for series in plot.series:
        point = drawn[series.name]
        assert numbers_of(point, "yVal") == pytest.approx(list(series.values))
        assert [x * counted_in for x in numbers_of(point, "xVal")] == pytest.approx(list(series.x))
        assert [bars.find(qn("c:errDir")).get("val") for bars in point._element.findall(qn("c:errBars"))] == ["x", "y"]
        assert f"#{point.marker.format.fill.fore_color.rgb}" == series.colour.upper()


def test_the_data_sheet_agrees_with_what_the_chart_shows(report):
    """Whoever clicks "edit data" finds every number where the chart says that it is."""
    _, deck = report
    checked = 0
    for _, shape in charts_of(deck):
        sheet = openpyxl.load_workbook(io.BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))["Sheet1"]
        for reference in shape.chart._chartSpace.iter(qn("c:numRef"), qn("c:strRef")):
            cells = sheet[reference.find(qn("c:f")).text.removeprefix("Sheet1!").replace("$", "")]
            found = [cell.value for row in cells for cell in row] if isinstance(cells, tuple) else [cells.value]
            kept = {int(point.get("idx")): point.find(qn("c:v")).text for point in reference.iter(qn("c:pt"))}
            for place, value in enumerate(found):
                if isinstance(value, str):
                    assert kept[place] == value
                elif value is not None:
                    assert float(kept[place]) == pytest.approx(value)
                    checked += 1
    assert checked > 1_000


def test_names_stand_clear_of_negative_bars_and_colours_stay(report):
    """Labels are at the low end, and a negative bar keeps its colour."""
    content, deck = report
    chart = charts_of(deck)[1][1].chart
    assert chart.category_axis.tick_label_position.name == "LOW"
    bars = chart.plots[0].series[0]
    assert min(value for value in bars.values if value is not None) < 0
    assert bars.invert_if_negative is False
    expected = charts_in(content)[1].plot.series[0].point_colours
    assert [f"#{bars.points[i].format.fill.fore_color.rgb}".lower() for i in range(7)] == [
        colour.lower() for colour in expected
    ]


def test_axes_are_written_in_the_readers_units(report):
    """Yuan in thousands in English, in 万 in Chinese; shares in percent."""
    content, deck = report
    charts = [shape.chart for _, shape in charts_of(deck)]
    cost = charts[2].category_axis
    assert cost.tick_labels.number_format.startswith('"CN¥"#,##0,"K"' if content.language == "en" else "#,##0;")
    assert ("万元" in cost.axis_title.text_frame.text) == (content.language == "zh")
    assert charts[4].value_axis.tick_labels.number_format == "0%"


def test_notes_say_n_the_interval_and_the_whole_message(tmp_path):
    """What a title has no room for is not lost."""
    content = document("en")
    block = content.sections[0].blocks[2]
    long = block.content.model_copy(update={"message": "An endless message about everything " * 20})
    deck = written(replace(content, sections=[Section("c", "", [Block(long, None)])]), tmp_path)
    slide = next(slide for slide, _ in charts_of(deck))
    assert slide.shapes.title.text_frame.text.endswith("…")
    notes = slide.notes_slide.notes_text_frame.text
    assert long.message.strip() in notes
    assert "20 runs per strategy; lines show the 95% interval" in notes


def test_a_strategys_own_message_is_its_title_and_goes_on_below(tmp_path):
    """Of several sentences the first is the title; the others stand below it, before what the strategy is."""
    content = document("en")
    section = content.sections[1]
    message = (
        "It wins 62 lasting users more than doing nothing. " + "It costs CN¥33.78K and does not pay for itself. " * 3
    )
    own = content.sections[0].blocks[0].content.model_copy(update={"recommendation": message.strip()})
    section = replace(section, blocks=[Block(own, None), *section.blocks])
    deck = written(replace(content, sections=[content.sections[0], section]), tmp_path)
    slide = charts_of(deck)[-1][0]
    assert slide.shapes.title.text_frame.text == "It wins 62 lasting users more than doing nothing."
    below = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    assert any(text.startswith("It costs") and text.endswith(section.lead) for text in below)


def test_a_plots_note_replaces_the_pictures(tmp_path):
    """What a picture's note says of bands and dashed lines is not said of a native chart without them."""
    content = document("en")
    chart = content.sections[0].blocks[2].content
    noted = chart.model_copy(
        update={"note": "Dashed: a cost.", "plot": chart.plot.model_copy(update={"note": "20 runs."})}
    )
    deck = written(replace(content, sections=[Section("c", "", [Block(noted, None)])]), tmp_path)
    slide = charts_of(deck)[0][0]
    assert slide.placeholders[14].text_frame.text == "20 runs."
    assert "Dashed" not in slide.notes_slide.notes_text_frame.text


def test_a_chart_without_a_plot_is_its_picture(tmp_path):
    """Described, as large as fits, in its proportions; and without a picture its numbers are a table."""
    png = io.BytesIO()
    Image.new("RGB", (900, 300), "white").save(png, format="PNG")
    content = document("en")
    chart = content.sections[0].blocks[2].content.model_copy(update={"plot": None})
    deck = written(
        replace(content, sections=[Section("c", "", [Block(chart, png.getvalue()), Block(chart, None)])]), tmp_path
    )
    shapes = [
        shape for slide in deck.slides for shape in slide.shapes if "descr" in shape._element._nvXxPr.cNvPr.attrib
    ]
    picture, table = shapes[:2]
    assert picture.shape_type == MSO_SHAPE_TYPE.PICTURE
    assert picture.width / picture.height == pytest.approx(3, rel=0.01)
    assert table.has_table
    assert table.table.cell(1, 0).text == "Do nothing"


def test_tables_are_whole_over_their_pages_and_details_of_strategies_stay_out(report):
    """Each cell of the comparison is on one slide, with its interval; 150 levers a strategy are on none."""
    content, deck = report
    table = content.sections[0].blocks[1].content
    tables = [shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table]
    texts = [[cell.text for cell in row.cells] for found in tables for row in list(found.rows)[1:]]
    for row in table.rows:
        shown = [text for line in texts if line[0] == row.title for text in line[1:]]
        assert [text for text in shown if text in {f"{c.text}\n{c.interval}" for c in row.cells}] == [
            f"{cell.text}\n{cell.interval}" for cell in row.cells
        ]
    assert not any("field.teams" in text for line in texts for text in line)


def test_twenty_strategies_are_twenty_slides_and_a_small_file(tmp_path):
    """The comparison's bars are spread over slides, so that every name can be read."""
    content = document("en", strategies=21)
    deck = written(content, tmp_path)
    eyebrows = [
        slide.placeholders[13].text_frame.text
        for slide in deck.slides
        if 13 in {s.placeholder_format.idx for s in slide.placeholders}
    ]
    for section in content.sections[1:]:
        assert eyebrows.count(section.heading) == 1
    bars = [
        shape.chart for slide, shape in charts_of(deck) if "Lasting users (" in slide.placeholders[13].text_frame.text
    ]
    assert [len(list(chart.plots[0].categories)) for chart in bars] == [11, 10]
    assert len({(chart.value_axis.minimum_scale, chart.value_axis.maximum_scale) for chart in bars}) == 1
    assert (tmp_path / "report.pptx").stat().st_size < 2_000_000


def entries(blob):
    """Walk over the files in a deck and in the workbooks inside it."""
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        for entry in archive.infolist():
            yield entry, archive.read(entry)
            if entry.filename.endswith(".xlsx"):
                yield from entries(archive.read(entry))


def test_the_same_report_gives_the_same_bytes(tmp_path):
    """No date of the day is in the deck, nor in the workbooks inside it."""
    for name in ("a.pptx", "b.pptx"):
        write_deck(document("zh"), tmp_path / name)
    first = (tmp_path / "a.pptx").read_bytes()
    assert first == (tmp_path / "b.pptx").read_bytes()
    assert {entry.date_time for entry, _ in entries(first)} == {(1980, 1, 1, 0, 0, 0)}
    dates = [data for entry, data in entries(first) if entry.filename == "docProps/core.xml"]
    assert len(dates) == 13
    assert all(data.count(b"2000-01-01T00:00:00Z") == 2 for data in dates)


def test_hostile_names_are_only_text(tmp_path):
    """No formula, no markup and no control character comes out of a strategy's name, and no title gets longer than two lines."""
    content = document("en", names=HOSTILE)
    deck = written(content, tmp_path)
    for _, shape in charts_of(deck):
        workbook = openpyxl.load_workbook(io.BytesIO(shape.chart.part.chart_workbook.xlsx_part.blob))
        assert {cell.data_type for row in workbook["Sheet1"].iter_rows() for cell in row} <= {"s", "n"}
    names = [cell for _, shape in charts_of(deck)[:1] for cell in shape.chart.plots[0].categories]
    assert names[:3] == HOSTILE[:3]
    assert names[4] == "x[31my"
    assert all(len(name) < 80 for name in names)


def test_what_cannot_be_written_leaves_the_old_deck(tmp_path):
    """A picture that is none stops the deck, and the file that was there stays whole."""
    content = document("en")
    write_deck(content, tmp_path / "report.pptx")
    before = (tmp_path / "report.pptx").read_bytes()
    chart = content.sections[0].blocks[2].content.model_copy(update={"plot": None})
    with pytest.raises(OSError, match="cannot identify image"):
        write_deck(replace(content, sections=[Section("c", "", [Block(chart, b"none")])]), tmp_path / "report.pptx")
    assert (tmp_path / "report.pptx").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["report.pptx"]


def test_sentences_and_an_empty_report_have_their_slides(tmp_path):
    """Notes are bullets, and what has no room is said to be in the notes; nothing but provenance is a deck too."""
    content = document("en")
    notes = NotesContent(
        heading="How to read", lines=tuple(f"Sentence {n} says something of some length." for n in range(40))
    )
    deck = written(replace(content, sections=[Section("c", "", [Block(notes, None)])]), tmp_path)
    slide = deck.slides[1]
    assert slide.shapes.title.text_frame.text == "How to read"
    assert "notes" in slide.placeholders[14].text_frame.text
    assert "Sentence 39" in slide.notes_slide.notes_text_frame.text
    assert len(written(replace(content, sections=[]), tmp_path).slides) == 2


def test_the_theme_names_a_chinese_font_and_the_reports_colours(report):
    """Placeholders and charts take both from the theme, so that a bank's own theme changes all slides at once."""
    content, deck = report
    theme = next(
        rel.target_part for rel in deck.slide_master.part.rels.values() if "theme" in rel.reltype
    ).blob.decode()
    assert theme.count('<a:ea typeface="Microsoft YaHei"/>') == 2
    assert "0072B2" in theme
    assert ('<a:latin typeface="Arial"/>' in theme) == (content.language == "en")
    assert [layout.name for layout in deck.slide_layouts] == ["Title Slide", "Title Only"]
