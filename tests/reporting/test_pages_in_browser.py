"""Reports in a real browser with the network off."""

import json
import re

import pytest

from simkit.reporting import fonts

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed; it comes with the extra 'dev'"
)
pytestmark = pytest.mark.browser

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
OFFLINE = ["--disable-background-networking", "--disable-component-update"]
SCREEN = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def browser(chromium):
    """Start the browser once."""
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=[*QUIET, *OFFLINE])
        yield started
        started.close()


@pytest.fixture
def opened(browser):
    """Open pages with the network off; what a page asks for or complains of is collected."""
    context = browser.new_context(viewport=SCREEN)
    context.set_offline(True)
    complaints, asked = [], []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    def open_page(path):
        page.goto(path.as_uri())
        page.wait_for_function("document.fonts.status === 'loaded'")
        return page

    yield open_page
    context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


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
def test_the_first_screen_holds_recommendation_money_and_how_sure(language, reports, opened):
    """A manager sees the answer without scrolling, and no page is wider than the screen."""
    page = opened(reports[language])
    bottom = page.evaluate("document.querySelector('.summary').getBoundingClientRect().bottom")
    assert 0 < bottom < SCREEN["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= SCREEN["width"]
    assert page.evaluate("document.querySelectorAll('.summary .figures strong').length") == 3


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
