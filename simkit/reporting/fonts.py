"""The one font of charts and pages: Noto Sans SC, as the installed distribution ``zhplot`` carries it.

Only the font file is used, so the package itself is never imported. The file is licensed under the SIL Open Font License.
"""

from functools import cache
from importlib import metadata
from pathlib import Path

from matplotlib import font_manager, ft2font

from simkit.params import PlannerError

# A name no system font has: with "Noto Sans SC" an installed copy could be picked instead, and charts would differ by machine.
FAMILY = "Simkit Sans SC"
FONT_DISTRIBUTION = "zhplot"
FONT_FILE_NAME = "NotoSansSC-Regular.ttf"


class FontError(PlannerError):
    """The font that the project depends on is not installed."""


@cache
def font_file() -> Path:
    """Return the path of the font file inside the installed distribution."""
    try:
        distribution = metadata.distribution(FONT_DISTRIBUTION)
    except metadata.PackageNotFoundError as error:
        message = f"The package '{FONT_DISTRIBUTION}', which brings the font of charts and reports, is not installed."
        raise FontError(message) from error
    for file in distribution.files or ():
        if file.name == FONT_FILE_NAME:
            return Path(str(distribution.locate_file(file)))
    message = f"The package '{FONT_DISTRIBUTION}' {distribution.version} has no file '{FONT_FILE_NAME}'."
    raise FontError(message)


@cache
def register() -> str:
    """Make the font known to matplotlib under its own family name, once, and return that name."""
    entry = font_manager.FontEntry(
        fname=str(font_file()),
        name=FAMILY,
        style="normal",
        variant="normal",
        weight=400,
        stretch="normal",
        size="scalable",
    )
    font_manager.fontManager.ttflist.append(entry)
    return FAMILY


@cache
def _face() -> ft2font.FT2Font:
    return ft2font.FT2Font(str(font_file()))


def missing_glyphs(text: str) -> str:
    """Return the characters of *text*, each once and in order, that the font's character map lacks (line ends apart)."""
    return "".join(c for c in dict.fromkeys(text) if c not in "\n\r\t" and _face().get_char_index(ord(c)) == 0)


def printable(text: str) -> str:
    """Return *text* with every character that the font cannot draw replaced by a question mark."""
    missing = missing_glyphs(text)
    return text.translate(dict.fromkeys(map(ord, missing), "?")) if missing else text
