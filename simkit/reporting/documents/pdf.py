"""The pages of a report as one PDF for paper: A4, page numbers, bookmarks, text that can be searched and read aloud."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from simkit.atomic_files import replacing_together
from simkit.reporting.documents.browser import print_to_pdf
from simkit.reporting.markup import TEMPLATES

_LONGEST_TITLE = 90
# Attributes that name another element of their page.
_REFERENCES = ("aria-labelledby", "aria-describedby", "headers", "for")


def write_pdf(pages: Sequence[Path], pdf: Path) -> None:
    """Write the HTML files *pages* as one PDF; each begins on a new page and is a bookmark with its headings below it.

    What is folded away on the screen is printed open. Links between *pages* work within the PDF, and links to other files are mere
    text. Raises `BrowserError` where no browser is found or it fails; *pdf* is then as it was.
    """
    with replacing_together(pdf.parent, [pdf.name]) as folder:
        joined = folder / "pages.html"
        joined.write_text(_joined(pages), encoding="utf-8")
        print_to_pdf(joined, folder / pdf.name)


def _joined(pages: Sequence[Path]) -> str:
    """Return one document with the head of the first page and the contents of all."""
    read = [BeautifulSoup(page.read_bytes(), "html.parser") for page in pages]
    names = {page.resolve(): f"part-{number}" for number, page in enumerate(pages)}
    document = read[0]
    titles = {name: _text(page.title) for name, page in zip(names.values(), read, strict=True)}
    parts = [_part(page, path, names) for path, page in zip(pages, read, strict=True)]
    style = document.new_tag("style")
    style.string = (TEMPLATES / "print.css").read_text(encoding="utf-8") + _page_titles(titles)
    _required(document.head).append(style)
    body = _required(document.body)
    body.clear()
    body.extend([*parts, *_feet(parts)])
    return str(document)


def _feet(parts: Sequence[Tag]) -> list[Tag]:
    """Take the feet of all parts away, and return each once: pages of one report say the same there."""
    feet = {foot.get_text(): foot.extract() for part in parts for foot in part.find_all("footer")}
    return list(feet.values())


def _part(document: BeautifulSoup, path: Path, names: Mapping[Path, str]) -> Tag:
    """Return what a page shows as an element whose names and links hold among those of other pages."""
    name = names[path.resolve()]
    part = document.new_tag("article", attrs={"id": name, "class": name})
    part.extend(list(_required(document.body).contents))
    for element in part.select("[id]"):
        element["id"] = f"{name}-{element['id']}"
    for attribute in _REFERENCES:
        for element in part.select(f"[{attribute}]"):
            element[attribute] = " ".join(f"{name}-{other}" for other in str(element[attribute]).split())
    for link in part.select("a[href]"):
        _lead(link, path, names)
    for fold in part.find_all("details"):
        fold["open"] = ""
    return part


def _lead(link: Tag, path: Path, names: Mapping[Path, str]) -> None:
    """Make a link lead to its place in the joined document; one that leads elsewhere becomes text."""
    file, _, place = str(link["href"]).partition("#")
    target = names.get((path.parent / file).resolve()) if file else names[path.resolve()]
    if target is None:
        del link["href"]
    else:
        link["href"] = f"#{target}-{place}" if place else f"#{target}"


def _page_titles(titles: Mapping[str, str]) -> str:
    """Return the rules that begin each part on a new page and write its title at the foot of its pages."""
    return "".join(
        f".{name} {{ page: {name}; }}\n@page {name} {{ @bottom-left {{ content: {_quoted(title)}; }} }}\n"
        for name, title in titles.items()
    )


def _quoted(text: str) -> str:
    """Return *text*, cut to a line, as a string of CSS in which nothing can end the string or the style."""
    line = " ".join(text.split())
    cut = line if len(line) <= _LONGEST_TITLE else line[: _LONGEST_TITLE - 1] + "…"
    return '"' + "".join(c if c.isalnum() or c in " .,:…" else f"\\{ord(c):x} " for c in cut) + '"'


def _text(element: Tag | None) -> str:
    return element.get_text() if element else ""


def _required(element: Tag | None) -> Tag:
    if element is None:
        raise ValueError("a page of a report has a head and a body")
    return element
