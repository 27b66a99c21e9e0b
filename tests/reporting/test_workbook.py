"""Workbooks of reports: all numbers as numbers, nothing that runs, every chart drawn from cells."""

import csv
import io
import re
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
from matplotlib.figure import Figure as Drawing

from simkit.reporting.chart_style import DOTS_PER_INCH
from simkit.reporting.content import Block, ChartContent, TableContent
from simkit.reporting.documents import Document, Section
from simkit.reporting.documents.workbook import write_workbook
from simkit.reporting.strategies.comparison_page import open_comparison
from tests.reporting import workbook_documents as made_up

HEAD_ROW = 6
HOSTILE = (
    '=HYPERLINK("http://evil.example","click")',
    "<script>alert(1)</script>\x00\x07[a]:*?/\\",
    "'" + "策略 & 很长😀" * 60,
)


@pytest.fixture
def written(tmp_path):
    """Write a report as a workbook and open it."""

    def write(report, name="report.xlsx"):
        path = tmp_path / name
        write_workbook(report, path)
        return openpyxl.load_workbook(path)

    return write


def rows_below_the_head(sheet, columns):
    """Return the cells of the table's columns, row by row, down to the first empty row."""
    rows = sheet.iter_rows(min_row=HEAD_ROW + 1, max_col=columns, values_only=True)
    table = []
    for row in rows:
        if all(cell is None for cell in row):
            break
        table.append(row)
    return table


def expected_rows(table):
    """Return what a sheet has of a table: each number followed by the ends of its interval, where its column has any."""
    with_interval = [any(row.cells[i].low is not None for row in table.rows) for i in range(len(table.header) - 1)]
    rows = []
    for row in table.rows:
        cells = [row.title]
        for figure, has_interval in zip(row.cells, with_interval, strict=True):
            cells.append(figure.text if figure.value is None else figure.value)
            cells += [figure.low, figure.high] if has_interval else []
        rows.append(tuple(cells))
    return rows


def tables_of(report):
    """Return the tables of a report and those behind its charts, in order."""
    contents = [block.content for section in report.sections for block in section.blocks]
    return [
        content.numbers if isinstance(content, ChartContent) else content
        for content in contents
        if isinstance(content, ChartContent | TableContent)
    ]


def plain(rows):
    """Return rows without what a spreadsheet does not keep: digits beyond the 16th, and the kind of an empty cell."""
    return [
        tuple(pytest.approx(cell, rel=1e-12) if isinstance(cell, float | int) else cell or None for cell in row)
        for row in rows
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_number_of_the_report_stands_in_the_workbook_as_a_number(language, written):
    """Sheet by sheet, all means and ends of intervals are there in full, also of the tables behind charts."""
    report = made_up.document(language)
    sheets = written(report).worksheets[1:]
    tables = tables_of(report)
    assert len(sheets) == len(tables) == 7
    for sheet, table in zip(sheets, tables, strict=True):
        expected = expected_rows(table)
        columns = len(expected[0]) if expected else len(table.header)
        assert rows_below_the_head(sheet, columns) == plain(expected)


def test_numbers_have_the_format_of_their_unit(written):
    """Counts have thousands, money its sign, shares are percentages; a difference shows its plus."""
    sheet = written(made_up.document())["1.1 Comparison · Comparison"]
    formats = [cell.number_format for cell in sheet[HEAD_ROW + 2]]
    assert formats[1] == "#,##0"
    assert formats[4] == '+"CN¥"#,##0;-"CN¥"#,##0;"CN¥"#,##0'
    assert formats[7] == "#,##0.0%"


def test_numbers_bear_the_name_that_queries_use(written):
    """The key figure's name stands above a column that is all of it, and beside rows that differ."""
    table = made_up.table()
    cells = [row.cells[:2] for row in table.rows]
    differing = [
        row.model_copy(update={"cells": tuple(cell.model_copy(update={"kpi": f"kpi_{i}"}) for cell in own)})
        for i, (row, own) in enumerate(zip(table.rows, cells, strict=True))
    ]
    other = table.model_copy(update={"rows": tuple(differing), "header": table.header[:3]})
    section = Section("Comparison", "", [Block(table, None), Block(other, None)])
    _, one, many = written(Document("Which?", "", "en", [section], {})).worksheets
    assert one.cell(HEAD_ROW - 1, 2).value == "lasting"
    assert [row[-1] for row in rows_below_the_head(many, 8)] == ["kpi_0", "kpi_1", "kpi_2"]


def test_a_chinese_workbook_speaks_chinese(written):
    """The first sheet, the heads of low and high, and the yuan sign are those of a Chinese reader."""
    book = written(made_up.document("zh"))
    assert book.sheetnames[0] == "说明"
    sheet = book.worksheets[1]
    assert [cell.value for cell in sheet[HEAD_ROW]][1:4] == [
        "Lasting users",
        "Lasting users（下限）",
        "Lasting users（上限）",
    ]
    assert '"¥"' in sheet.cell(HEAD_ROW + 2, 5).number_format


def test_the_first_sheet_answers_and_leads_to_every_other(written):
    """Title, question, recommendation with its number, provenance, and one link for each sheet."""
    report = made_up.document()
    book = written(report)
    front = book.worksheets[0]
    shown = {cell.value for row in front.iter_rows() for cell in row}
    assert {report.title, report.lead, "Choose Omnichannel", made_up.LASTING[2], *report.provenance.values()} <= shown
    led_to = [cell.hyperlink.location for row in front.iter_rows() for cell in row if cell.hyperlink]
    assert led_to == [f"'{name}'!A1" for name in book.sheetnames[1:]]


def test_every_sheet_leads_back_and_keeps_its_head_in_sight(written):
    """Heads are frozen and repeated in print, filters are there, and pages are A4 across."""
    for sheet in written(made_up.document()).worksheets[1:]:
        assert sheet.freeze_panes == f"B{HEAD_ROW + 1}"
        assert sheet.print_title_rows == f"${HEAD_ROW}:${HEAD_ROW}"
        assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
        assert "Read me" in [
            c.hyperlink.location.split("!")[0].strip("'") for r in sheet.iter_rows() for c in r if c.hyperlink
        ]
        if rows_below_the_head(sheet, 1):
            assert all(table.autoFilter for table in sheet.tables.values())
            assert sheet.tables


def test_native_charts_are_drawn_from_cells_that_hold_the_plot(written, tmp_path):
    """Each kind of chart is there, in the report's colours; its values are the plot's, read back from the cells it names."""
    report = made_up.document()
    book = written(report)
    with zipfile.ZipFile(tmp_path / "report.xlsx") as file:
        charts = [file.read(name).decode() for name in sorted(file.namelist()) if "charts/chart" in name]
    plots = made_up.plots(made_up.NAMES["en"])
    kinds = [re.search(r"<c:(barChart|scatterChart)>", xml).group(1) for xml in charts]
    assert kinds == ["barChart", "barChart", "scatterChart", "scatterChart"]
    for xml, plot in zip(charts, plots.values(), strict=True):
        named = re.findall(r"<c:(?:val|yVal)><c:numRef><c:f>'([^']+)'!\$(\w+)\$(\d+)(?::\$\w+\$(\d+))?</c:f>", xml)
        drawn = [
            [book[sheet][f"{column}{row}"].value for row in range(int(first), int(last or first) + 1)]
            for sheet, column, first, last in named
        ]
        for series, values in zip(plot.series, drawn, strict=False):
            assert values == pytest.approx(list(series.values))
            assert series.colour.lstrip("#") in xml
    assert ["<c:errBars>" in xml for xml in charts] == [True, False, False, True]


def test_a_chart_without_a_plot_is_a_picture(written):
    """What Excel cannot draw anew is shown as it is in the report."""
    drawing = io.BytesIO()
    Drawing(figsize=(3, 2), dpi=DOTS_PER_INCH).savefig(drawing, format="png")
    content = made_up.chart("cost", None, made_up.table())
    section = Section("Comparison", "", [Block(content, drawing.getvalue())])
    book = written(Document("Which?", "", "en", [section], {}))
    assert [len(sheet._images) for sheet in book.worksheets] == [0, 1]  # noqa: SLF001 - openpyxl has no other way


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_title_is_harmless_everywhere(name, written, tmp_path):
    """Whatever a strategy is called, no cell is a formula, no link leaves the workbook, and names of sheets are legal."""
    names = (name, f"+{name}", f"@{name}")
    report = made_up.document(names=names, title=name)
    book = written(report)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not any(cell.data_type == "f" for cell in cells)
    assert all(cell.quotePrefix for cell in cells if isinstance(cell.value, str) and cell.value[0] in "=+-@")
    assert all(cell.hyperlink.target is None for cell in cells if cell.hyperlink)
    assert not any(ord(c) < 32 for cell in cells if isinstance(cell.value, str) for c in cell.value)
    assert len({title.lower() for title in book.sheetnames}) == len(book.sheetnames)
    assert all(re.fullmatch(r"[^\[\]:*?/\\']{1,31}", title) for title in book.sheetnames)
    with zipfile.ZipFile(tmp_path / "report.xlsx") as file:
        parts = [file.read(part).decode() for part in file.namelist()]
    assert not any("http" in target for part in parts for target in re.findall(r'Target="([^"]*)"', part))
    assert not any("<f>" in part for part in parts)
    referred = [text for part in parts for text in re.findall(r"<c:f>([^<]*)</c:f>", part)]
    assert referred
    assert all(re.fullmatch(r"'[^']+'!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?", text) for text in referred)


def test_equal_reports_are_equal_files(tmp_path):
    """The file depends on the report alone, not on when it is written."""
    for name in ("first.xlsx", "second.xlsx"):
        write_workbook(made_up.document(), tmp_path / name)
    assert (tmp_path / "first.xlsx").read_bytes() == (tmp_path / "second.xlsx").read_bytes()


def test_a_workbook_that_cannot_be_finished_leaves_the_old_one(tmp_path):
    """An error half-way keeps the earlier file as it was, and nothing beside it."""
    path = tmp_path / "report.xlsx"
    write_workbook(made_up.document(), path)
    earlier = path.read_bytes()
    broken = made_up.document()
    broken.sections.append(None)
    with pytest.raises(AttributeError):
        write_workbook(broken, path)
    assert path.read_bytes() == earlier
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_workbook_of_a_real_study_has_the_studys_own_numbers(language, study, written):
    """Lasting users of every strategy, with both ends of their interval, are those of the study's comparison."""
    page = open_comparison(study.record.full_name, str(study.store.folder), language)
    blocks = [Block(page.lasting_users.content, None)]
    sheet = written(Document("Which?", "", language, [Section("Comparison", "", blocks)], {})).worksheets[1]
    found = study.comparison.query("kpi == 'lasting' and segment == 'all'").sort_values("mean", ascending=False)
    shown = [row[1:] for row in rows_below_the_head(sheet, 4)]
    assert shown == [pytest.approx(row) for row in found[["mean", "low", "high"]].itertuples(index=False, name=None)]
    assert len(shown) == 2


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_libreoffice_opens_every_sheet_without_an_error_value(language, tmp_path):
    """Recalculated and saved as text by another program, the numbers are the same and none became an error."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("no LibreOffice on this machine; `make setup-browser` installs it on Debian")
    report = made_up.document(language)
    write_workbook(report, tmp_path / "report.xlsx")
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        soffice,
        "--headless",
        profile,
        "--convert-to",
        every_sheet,
        "--outdir",
        tmp_path,
        tmp_path / "report.xlsx",
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    texts = {path: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.csv")}
    assert len(texts) == 1 + len(tables_of(report))
    assert not any(re.search(r"#(REF|NAME|VALUE|DIV/0|N/A|NUM|NULL)|Err:\d", text) for text in texts.values())
    sheet = next(text for path, text in texts.items() if "1.1" in path.name)
    row = next(row for row in csv.reader(sheet.splitlines()) if row and row[0] == made_up.NAMES[language][2])
    assert float(row[1]) == made_up.LASTING[2]
