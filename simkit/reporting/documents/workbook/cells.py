"""Cells of a workbook: texts that stay texts, numbers with the format of their unit, names of sheets."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from simkit.reporting.content import Figure
from simkit.reporting.language import Language, Narrator
from simkit.reporting.quantities import MONEY, SHARE
from simkit.reporting.text_width import width as text_width

INK = "#222222"
MUTED = "#595959"
ACCENT = "#0072B2"
HEAD = "#E8F1F8"
LINE = "#D4D4D4"
FONTS: dict[Language, str] = {"en": "Calibri", "zh": "Microsoft YaHei"}
_YUAN: dict[Language, str] = {"en": '"CN¥"', "zh": '"¥"'}
# Excel's own limits.
_LONGEST_TEXT = 32_000
_LONGEST_SHEET_NAME = 31
_OF_A_DIGIT = 0.93  # a letter's width; columns are measured in digits
_HIGHEST_ROW = 409.0
_FONT_SIZE = 10.0
_FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_NEVER_SHOWN = ("Cc", "Cn", "Cs")
# What a spreadsheet takes for the beginning of a formula when such a text is typed or read from a CSV file.
_LIKE_FORMULAS = ("=", "+", "-", "@")


class Number(NamedTuple):
    """A number and how Excel shows it."""

    value: float
    shown_as: str


Cell = str | Number


@dataclass
class Book:
    """A workbook in the making: its language, its words, and its formats, each made once."""

    file: Workbook
    language: Language
    _formats: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)

    def word(self, key: str, **values: object) -> str:
        """Return a message of the workbook."""
        return Narrator(self.language, {}, {}).text(f"workbook.{key}", **values)

    def format(self, **properties: Any) -> Format:  # noqa: ANN401 - XlsxWriter's own properties
        """Return the format with these properties, in the language's font."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            look = {"font_name": FONTS[self.language], "font_size": _FONT_SIZE, "font_color": INK, "valign": "vcenter"}
            self._formats[key] = self.file.add_format(look | properties)
        return self._formats[key]

    def text_format(self, text: str, **properties: Any) -> Format:  # noqa: ANN401
        """Return the format of a text with these properties; one that looks like a formula stays a text when it is edited."""
        return self.format(**properties, **({"quote_prefix": True} if text.startswith(_LIKE_FORMULAS) else {}))

    def number_format(self, unit: str, digits: int = 0, *, signed: bool = False) -> str:
        """Return how Excel shows numbers of a unit: whole thousands, yuan, percent; *signed* shows a plus too."""
        decimals = max(digits - 2, 1) if unit == SHARE else digits
        plain = "#,##0" + ("." + "0" * decimals if decimals else "")
        if unit == SHARE:
            plain += "%"
        elif unit == MONEY:
            plain = _YUAN[self.language] + plain
        return f"+{plain};-{plain};{plain}" if signed else plain

    def number(self, figure: Figure, value: float | None) -> Cell:
        """Return one of a figure's numbers as a cell; empty where there is none."""
        if value is None:
            return ""
        return Number(value, self.number_format(figure.unit, figure.digits, signed=figure.text.startswith("+")))

    def write(self, sheet: Worksheet, row: int, column: int, cell: Cell, **properties: Any) -> None:  # noqa: ANN401
        """Write a cell; a text is never a formula, a link or a number."""
        if isinstance(cell, Number):
            sheet.write_number(row, column, cell.value, self.format(num_format=cell.shown_as, **properties))
        elif cell:
            text = clean(cell)
            sheet.write_string(row, column, text, self.text_format(text, **properties))

    def write_wide(
        self,
        sheet: Worksheet,
        row: int,
        widths: Sequence[float],
        text: str,
        first: int = 0,
        **properties: Any,  # noqa: ANN401
    ) -> None:
        """Write a text over columns of these *widths* from the *first* on, on as many lines as it needs."""
        text = clean(text)
        size = properties.get("font_size", _FONT_SIZE)
        sheet.set_row(row, row_height(lines_of(text, sum(widths) * _FONT_SIZE / size), size))
        look = self.format(text_wrap=True, **properties)
        if len(widths) > 1:
            sheet.merge_range(row, first, row, first + len(widths) - 1, "", look)
        self.write(sheet, row, first, text, text_wrap=True, **properties)


def clean(text: str) -> str:
    """Return *text* on one line, without control characters and what no file of XML may hold."""
    kept = (" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in _NEVER_SHOWN)
    return "".join(kept)[:_LONGEST_TEXT].strip()


def lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes in a column of this width."""
    return max(1, math.ceil(_OF_A_DIGIT * text_width(text) / width))


def row_height(lines: int, font_size: float = _FONT_SIZE) -> float:
    """Return the height of a row of as many lines, in points."""
    return min((lines * 1.3 + 0.2) * font_size, _HIGHEST_ROW)


def sheet_name(number: str, title: str) -> str:
    """Return the name of a sheet that begins with its number, in what Excel allows; unique as the number is."""
    name = f"{number} {clean(title).translate(_FORBIDDEN_IN_NAMES)}".strip()
    while len(name.encode("utf-16-le")) > 2 * _LONGEST_SHEET_NAME:
        name = name[:-1]
    return name.strip()


def link_to(name: str) -> str:
    """Return what leads to the first cell of a sheet."""
    return f"internal:'{name}'!A1"
