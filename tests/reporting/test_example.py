"""The example that is kept in git is what the project writes today."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from tests.example import EXAMPLE, ROOT, SHOWN_IN_README, build

OUT_OF_DATE = "reports/example is out of date: run `make example` and look at what has changed"


def shown(report):
    """Return the words of each page, without its foot, which names versions and fingerprints."""
    pages = sorted(report.rglob("*.html"))
    soups = {
        str(page.relative_to(report)): BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser") for page in pages
    }
    return {page: (soup.h1.get_text(), soup.main.get_text(" ", strip=True)) for page, soup in soups.items()}


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    """Build the example anew, elsewhere."""
    folder = tmp_path_factory.mktemp("example")
    return build(folder / "reports", folder / "store")


def test_the_example_says_what_it_would_say_today(rebuilt):
    """Every page of it has the words and numbers that the project writes now."""
    kept, today = shown(EXAMPLE), shown(rebuilt)
    assert kept.keys() == today.keys(), OUT_OF_DATE
    for page, words in today.items():
        assert kept[page] == words, f"{page}: {OUT_OF_DATE}"


def test_the_example_comes_from_the_parameters_of_today(rebuilt):
    """Its manifest has the scenario, plan and differences that the files say now."""
    kept, today = (json.loads((folder / "manifest.json").read_text(encoding="utf-8")) for folder in (EXAMPLE, rebuilt))
    for part in ("plan", "scenario", "strategies", "seed", "scale"):
        assert kept[part] == today[part], f"{part}: {OUT_OF_DATE}"


def test_the_example_names_no_machine():
    """It was built somewhere, and says nothing of where."""
    texts = [
        path.read_text(encoding="utf-8") for path in EXAMPLE.rglob("*") if path.suffix in (".html", ".json", ".ipynb")
    ]
    assert len(texts) > 3
    assert re.findall(r'"/[\w./-]+/store"', "".join(texts)) == []


def test_the_picture_of_the_readme_is_kept_with_the_example():
    """A newcomer sees a result before running anything."""
    picture = EXAMPLE / f"{SHOWN_IN_README}.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert str(picture.relative_to(ROOT)) in (ROOT / "README.md").read_text(encoding="utf-8")
