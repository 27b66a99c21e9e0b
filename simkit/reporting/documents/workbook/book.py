"""The workbook of a report: a sheet to begin with, then a sheet for each table and for the numbers behind each chart."""

import datetime
import itertools
from collections.abc import Iterator
from pathlib import Path

from xlsxwriter import Workbook

from simkit.atomic_files import replacing
from simkit.reporting.content import ChartContent, TableContent
from simkit.reporting.documents.document import Document, Section
from simkit.reporting.documents.workbook.cells import Book, clean, sheet_name
from simkit.reporting.documents.workbook.front import write_front
from simkit.reporting.documents.workbook.sheets import Sheet, set_up_printing, write_sheet

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# Equal reports are equal files.
_CREATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def write_workbook(document: Document, path: Path) -> None:
    """Write a report as an Excel workbook with native tables and charts; equal reports give equal bytes.

    The file appears whole or not at all. Nothing in it is a formula, and its links lead to its own sheets.
    """
    with replacing(path) as temporary, Workbook(str(temporary), _OPTIONS) as file:
        file.set_properties({"title": clean(document.title), "subject": clean(document.lead), "created": _CREATED})
        book = Book(file, document.language)
        front = file.add_worksheet(book.word("read_me"))
        set_up_printing(book, front, document.title)
        parts = [list(_sheets(section, number)) for number, section in enumerate(document.sections, start=1)]
        write_front(book, front, document, parts)
        for sheet in itertools.chain.from_iterable(parts):
            write_sheet(book, sheet, document.title)


def _sheets(section: Section, number: int) -> Iterator[Sheet]:
    """Give the sheets of the section of this number, in the order of the report."""
    places = itertools.count(1)
    for content, png in section.blocks:
        if isinstance(content, TableContent | ChartContent):
            numbered = f"{number}.{next(places)}"
            title = " · ".join(filter(None, (content.heading, section.heading)))
            heading = f"{numbered} {content.heading or section.heading}"
            yield Sheet(sheet_name(numbered, title), heading, title, content, png)
