"""The font arrives as a dependency and has what Chinese texts need."""

import io
import subprocess
import sys
from importlib import metadata

import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager

from simkit.reporting import fonts
from simkit.reporting.documents.web_font import web_font


def common_hanzi():
    """Return the 6,763 characters of GB 2312."""
    pairs = (bytes([first, second]) for first in range(0xB0, 0xF8) for second in range(0xA1, 0xFF))
    return "".join(pair.decode("gb2312", errors="ignore") for pair in pairs)


def test_the_font_has_all_common_chinese_characters_and_signs():
    """Every character of GB 2312, and every sign that reports write, has a glyph."""
    assert len(common_hanzi()) == 6763
    assert fonts.missing_glyphs(common_hanzi() + "abcXYZ0123 ¥%–−×±≤≥“”（）：；，。、·→") == ""


def test_missing_glyphs_are_named_once_and_replaced():
    """What the font lacks is named once, in order, and drawn as a question mark."""
    assert fonts.missing_glyphs("银发🙂关怀🚀🙂\n") == "🙂🚀"
    assert fonts.printable("银发🙂关怀") == "银发?关怀"


def test_matplotlib_finds_the_font_under_a_name_that_no_system_font_has():
    """The registered family leads to the file of the dependency, whatever fonts the machine has."""
    family = fonts.register()
    assert font_manager.findfont(family, fallback_to_default=False) == str(fonts.font_file())
    assert fonts.register() == family
    assert sum(entry.name == family for entry in font_manager.fontManager.ttflist) == 1


def test_a_web_font_holds_the_characters_of_the_text_and_little_more():
    """The embedded font is cut down to the text: all its characters, and kilobytes instead of megabytes."""
    text = "持续用户 1,234 Lasting users"
    data = web_font(text)
    with TTFont(io.BytesIO(data)) as font:
        characters = {chr(code) for code in font.getBestCmap()}
    assert set(text) <= characters
    assert len(characters) < len(set(text)) + 5
    assert len(data) < 20_000 < fonts.font_file().stat().st_size
    assert data == web_font(text)


def test_the_package_that_brings_the_font_is_never_imported():
    """Only the file is used: the package would change matplotlib's settings for everybody."""
    program = "import sys; from simkit.reporting import fonts; fonts.register(); sys.exit('zhplot' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_missing_font_package_is_named(monkeypatch):
    """Without the dependency the error says which package is missing."""

    def absent(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(fonts.metadata, "distribution", absent)
    fonts.font_file.cache_clear()
    with pytest.raises(fonts.FontError, match="zhplot"):
        fonts.font_file()
    monkeypatch.undo()
    assert fonts.font_file().exists()
