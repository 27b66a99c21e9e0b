"""Reports in a real browser with the network off."""

import itertools
import json
import re

import pytest

from simkit.reporting import fonts
from simkit.reporting.language import FIGURES, HTML_LANGUAGES, Narrator
from tests.reporting.sound_page import CONTRASTS, SCREEN, assert_sound

pytestmark = pytest.mark.browser

LAPTOPS = ({"width": 1366, "height": 768}, {"width": 1440, "height": 900})
# Each text of the summary, and where it ends.
SUMMARY = """
[...document.querySelectorAll('.summary p, .summary dd, .summary h2, .summary li')].map(
    e => [e.innerText, e.getBoundingClientRect().bottom])
"""
PRINTED = """
() => {
  const style = selector => getComputedStyle(document.querySelector(selector));
  return {head: style('thead').display, row: style('tbody tr').breakInside, figure: style('figure').breakInside,
    screen: style('.on-screen').display};
}
"""


def every_page(index):
    """Return all pages of a report."""
    return [index, *sorted((index.parent / "strategies").glob("*.html"))]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_opens_without_network_or_complaint(language, reports, opened):
    """All pictures are shown with a description, nothing is asked of the network, and the console stays empty."""
    for path in every_page(reports[language]):
        page = opened(path)
        pictures = page.evaluate("[...document.images].map(i => [i.complete, i.naturalWidth, i.alt.length])")
        assert pictures
        assert all(complete and width > 1000 and words > 20 for complete, width, words in pictures)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_letter_is_drawn_with_the_embedded_font(language, reports, opened):
    """The page's own font is loaded and covers its text, so a machine without Chinese fonts shows no squares."""
    for path in every_page(reports[language]):
        page = opened(path)
        text = page.evaluate("document.body.innerText")
        loaded = page.evaluate("[...document.fonts].map(f => [f.family.replaceAll('\"', ''), f.status])")
        assert loaded == [[fonts.FAMILY, "loaded"]]
        assert page.evaluate(f"document.fonts.check('16px \"{fonts.FAMILY}\"', {json.dumps(text)})")
        assert fonts.missing_glyphs(text) == ""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_first_screen_answers_what_to_do_for_how_much_how_surely_and_what_would_change_it(
    language, reports, opened
):
    """On the screens of ordinary laptops a manager sees the whole answer without scrolling, on a strategy's page too."""
    narrator = Narrator(language, {}, {})
    titles = [narrator.text(f"summary.{answer}") for answer in ("sure", "change")]
    for path in every_page(reports[language]):
        page = opened(path)
        for screen in LAPTOPS:
            page.set_viewport_size(screen)
            parts = page.evaluate(SUMMARY)
            assert all(0 < bottom <= screen["height"] for _, bottom in parts)
            assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
        words = [text for text, _ in parts]
        assert words[0].endswith((".", "。"))
        assert sum(bool(re.search(r"[¥%]|\d", text)) for text in words) >= 3
        assert [title for title in titles if title in words] == titles[: 1 + (path.stem != "do_nothing")]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_headings_and_landmarks_are_in_order(language, reports, opened):
    """One h1, no level left out, and every part of a page is in a landmark."""
    for path in every_page(reports[language]):
        page = opened(path)
        levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        assert page.evaluate("[...document.body.children].map(e => e.tagName)") == ["HEADER", "MAIN", "FOOTER"]
        assert page.evaluate("document.documentElement.lang") == HTML_LANGUAGES[language]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_text_stands_out_from_what_it_is_written_on(language, reports, opened):
    """The contrast of all texts is 4.5 or more (WCAG 2.2, 1.4.3), folded ones included."""
    for path in every_page(reports[language]):
        page = opened(path)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = page.evaluate(CONTRASTS)
        assert len(found) > 50
        assert min(found.values()) >= 4.5, min(found, key=found.get)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_at_twice_its_size_is_read_without_moving_sideways(language, reports, opened):
    """At 200 % a laptop's screen has half the room: text flows, and only wide tables scroll by themselves (WCAG 2.2, 1.4.10)."""
    for path in every_page(reports[language]):
        page = opened(path)
        page.set_viewport_size({"width": 683, "height": 384})
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= 683


def test_descriptions_are_short_enough_to_listen_to(reports, opened):
    """The message and the main numbers; the table below a chart has the rest."""
    for path in every_page(reports["en"]):
        alts = opened(path).evaluate("[...document.images].map(i => i.alt)")
        assert all(len(alt.split()) < 150 for alt in alts)


def test_a_reader_with_a_keyboard_sees_where_they_are(reports, opened):
    """Whatever the tabulator reaches is outlined."""
    page = opened(reports["en"])
    for _ in range(6):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline not in ("none", "")


def test_printed_pages_show_what_is_folded_away(reports, opened):
    """On paper nobody can open a fold; links say where they lead, and what is for the screen is left out."""
    page = opened(reports["en"])
    folded = page.locator("figure details table").first
    assert folded.bounding_box()["height"] == 0
    page.emulate_media(media="print")
    assert folded.bounding_box()["height"] > 50
    rules = page.evaluate(PRINTED)
    assert rules == {"head": "table-header-group", "row": "avoid", "figure": "avoid", "screen": "none"}
    link = page.evaluate("getComputedStyle(document.querySelector('nav a'), '::after').content")
    assert "strategies/" in page.evaluate("document.querySelector('nav a').getAttribute('href')")
    assert "(" in link


def test_a_figure_bears_the_name_under_which_it_is_found(reports, opened):
    """Every number of a table says which key figure it is, and every name is in the catalogue."""
    names = opened(reports["en"]).evaluate("[...document.querySelectorAll('td.number')].map(d => d.dataset.kpi)")
    assert len(names) > 30
    assert set(names) <= set(FIGURES)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_a_reward_programme_opens_without_network_or_complaint(language, reward_pages, opened):
    """All pictures are shown, the sentence and its money stand on the first screen, nothing is wider than the screen."""
    page = opened(reward_pages[language])
    pictures = page.evaluate("[...document.images].map(i => [i.complete, i.naturalWidth, i.alt.length])")
    assert len(pictures) == 4
    assert all(complete and width > 1000 and words > 20 for complete, width, words in pictures)
    assert page.evaluate("document.querySelectorAll('.summary .figures strong').length") == 3
    assert page.evaluate("document.querySelector('.summary').getBoundingClientRect().bottom") < SCREEN["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= SCREEN["width"]
    assert fonts.missing_glyphs(page.evaluate("document.body.innerText")) == ""


def test_the_catalogue_opens_without_network_and_leads_to_each_report(reports, opened):
    """Both languages stand on one page, and a click opens the report."""
    page = opened(reports["en"].parents[1] / "index.html")
    assert_sound(page, pictures=0)
    for index in reports.values():
        assert page.locator(f"a[href='{index.parent.name}/index.html']").count() >= 1
    page.click(f"a[href='{reports['zh'].parent.name}/index.html']")
    page.wait_for_selector(".summary")
    assert page.url == reports["zh"].as_uri()


def test_links_lead_from_the_comparison_to_a_strategy_and_back(reports, opened):
    """A reader goes to a strategy's page and returns."""
    page = opened(reports["en"])
    page.click("nav a[href='strategies/community_events.html']")
    page.wait_for_selector("p.back a")
    assert page.url.endswith("strategies/community_events.html")
    page.click("p.back a")
    page.wait_for_selector(".summary")
    assert page.url == reports["en"].as_uri()


def test_the_numbers_behind_a_chart_open_with_a_click(reports, opened):
    """The table is folded away until it is asked for, and needs no script."""
    page = opened(reports["en"])
    table = page.locator("figure details table").first
    assert not table.is_visible()
    page.locator("figure details summary").first.click()
    assert table.is_visible()


def test_a_page_prints_on_paper(reports, opened):
    """Printed, the report is a PDF of several A4 pages."""
    document = opened(reports["zh"]).pdf(prefer_css_page_size=True, print_background=True)
    assert document.startswith(b"%PDF")
    sizes = [
        (float(width), float(height)) for width, height in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", document)
    ]
    assert len(sizes) >= 2
    assert sizes == [pytest.approx((595, 842), abs=1)] * len(sizes)
