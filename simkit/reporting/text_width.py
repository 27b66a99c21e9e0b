"""How wide a text is where Chinese characters take two columns and Latin ones one."""

import itertools
import unicodedata

CUT = "…"


def width(text: str) -> int:
    """Return how many half-width characters *text* takes."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def head(text: str, columns: int) -> str:
    """Return what of *text* fits *columns* half-width characters."""
    return text[: sum(used <= columns for used in itertools.accumulate(map(width, text)))]


def shortened(text: str, columns: int) -> str:
    """Return *text* where it fits *columns* half-width characters, else what fits before an ellipsis."""
    return text if width(text) <= columns else head(text, columns - 2).rstrip() + CUT
