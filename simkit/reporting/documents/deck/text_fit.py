"""How much room a text takes where nothing can be drawn: sizes at which it fits, and short forms where none does.

Widths are those of the charts' font with an allowance for the fonts that a reader's machine has in its place.
"""

import bisect
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from PIL import ImageFont

from simkit.reporting.chart_style import pieces
from simkit.reporting.fonts import font_file

LINE_HEIGHT = 1.25
"""Distance of two lines, in sizes of the font."""
BOLD_WIDER = 1.1
"""How much wider bold letters are."""
_ALLOWANCE = 1.1
_ELLIPSIS = "…"
_ROUNDING = 1e-6


class Fitted(NamedTuple):
    """A text as it is shown: its size in points and the lines it takes."""

    text: str
    size: float
    lines: int


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_file()), 100, layout_engine=ImageFont.Layout.BASIC)


@cache
def _advance(character: str) -> float:
    return _font().getlength(character) / 100


def width_of(text: str, size: float) -> float:
    """Return the points that *text* is wide on one line at *size* points."""
    return _ALLOWANCE * size * sum(map(_advance, text))


def lines_of(text: str, size: float, width: float) -> list[str]:
    """Return *text* as lines no wider than *width* points, broken where a program that shows slides would break them."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in (part for whole in pieces(paragraph) for part in _parts(whole, size, width)):
            if line and width_of((line + piece).rstrip(), size) > width + _ROUNDING:
                lines.append(line.rstrip())
                line = ""
            line += piece
        lines.append(line.rstrip())
    return lines


def _parts(piece: str, size: float, width: float) -> list[str]:
    """Break a word that is wider than a line by its characters."""
    return [piece] if width_of(piece.rstrip(), size) <= width + _ROUNDING else list(piece)


def fit(text: str, width: float, lines: int, sizes: Sequence[float]) -> Fitted:
    """Return *text* in the largest of *sizes* at which it takes at most *lines* lines; shortened at the smallest where none will do."""
    for size in sizes:
        needed = len(lines_of(text, size, width))
        if needed <= lines:
            return Fitted(text, size, needed)
    return Fitted(shortened(text, width, lines, sizes[-1]), sizes[-1], lines)


def shortened(text: str, width: float, lines: int, size: float) -> str:
    """Return *text*, or as much of it as fits *lines* lines with an ellipsis."""
    if len(lines_of(text, size, width)) <= lines:
        return text
    parts = [part for piece in pieces(text.replace("\n", " ")) for part in _parts(piece, size, width)]
    kept = bisect.bisect_right(
        range(len(parts)), lines, key=lambda kept: len(lines_of(_cut(parts[:kept]), size, width))
    )
    return _cut(parts[: kept - 1])


def _cut(parts: Sequence[str]) -> str:
    return "".join(parts).rstrip(" ,;:，、；：（([") + _ELLIPSIS
