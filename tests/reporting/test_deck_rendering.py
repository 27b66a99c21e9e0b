"""LibreOffice draws every slide of a deck: all words there, in a font that has them, inside the slide and not on top of each other."""

import os
import re
import shutil
import subprocess
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from pptx import Presentation

from simkit.reporting.documents.deck import write_deck
from simkit.reporting.fonts import font_file
from tests.reporting.deck_documents import document
from tests.reporting.test_deck import HOSTILE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("soffice") and shutil.which("pdftotext")),
        reason="needs LibreOffice Impress and poppler-utils (apt-get install libreoffice-impress poppler-utils)",
    ),
]
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{cache}</cachedir></fontconfig>
"""
REPORTS = {
    "en": lambda: document("en"),
    "zh": lambda: document("zh"),
    "many": lambda: document("en", strategies=21, scale=300),
    "hostile": lambda: document("zh", names=HOSTILE, scale=40_000),
}


@pytest.fixture(scope="module", params=REPORTS)
def rendered(request, tmp_path_factory):
    """A deck and the PDF that LibreOffice makes of it, with the project's own font and no other."""
    folder = tmp_path_factory.mktemp("rendered")
    write_deck(REPORTS[request.param](), folder / "deck.pptx")
    (folder / "fonts.conf").write_text(FONTS.format(folder=font_file().parent, cache=folder / "fontcache"))
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", folder, folder / "deck.pptx"],
        env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")},
        capture_output=True,
        timeout=240,
        check=True,
    )
    return Presentation(str(folder / "deck.pptx")), folder / "deck.pdf"


def pages_of(pdf):
    """Return each page's size and its words with their boxes."""
    shown = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, text=True, check=True).stdout
    root = ET.fromstring(shown)  # noqa: S314 - poppler's own
    name = "{http://www.w3.org/1999/xhtml}"
    for page in root.iter(f"{name}page"):
        size = float(page.get("width")), float(page.get("height"))
        words = [
            (w.text, *(float(w.get(side)) for side in ("xMin", "yMin", "xMax", "yMax")))
            for w in page.iter(f"{name}word")
        ]
        yield size, words


def test_every_slide_is_a_page_with_its_whole_title(rendered):
    """No slide is lost, and no title is clipped."""
    deck, pdf = rendered
    pages = list(pages_of(pdf))
    assert len(pages) == len(deck.slides)
    for slide, (_, words) in zip(deck.slides, pages, strict=True):
        said = re.sub(r"\s", "", "".join(word for word, *_ in words))
        for title in slide.shapes.title.text_frame.text.split():
            assert title in said


def test_every_character_has_a_glyph(rendered):
    """The only font is the project's, and nothing was drawn as a box."""
    _, pdf = rendered
    fonts = subprocess.run(["pdffonts", pdf], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert fonts
    assert all("NotoSansSC" in line.replace(" ", "") for line in fonts)
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    assert not set("□�") & set(text)


def test_no_text_leaves_its_slide_or_lies_on_another(rendered):
    """Words keep within the page and, at half of their line's height, clear of each other."""
    _, pdf = rendered
    for number, ((width, height), words) in enumerate(pages_of(pdf), start=1):
        boxes = []
        for word, left, top, right, bottom in words:
            assert left >= 0, (number, word)
            assert top >= 0, (number, word)
            assert right <= width, (number, word)
            assert bottom <= height, (number, word)
            quarter = (bottom - top) / 4
            boxes.append((word, left + 0.5, top + quarter, right - 0.5, bottom - quarter))
        over = [
            (number, one[0], other[0])
            for one, other in combinations(boxes, 2)
            if one[1] < other[3] and other[1] < one[3] and one[2] < other[4] and other[2] < one[4]
        ]
        assert over == []
