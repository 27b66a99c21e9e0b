"""The served page in a real browser: it opens each time, answers, speaks both languages, and ends with its tab."""

import pytest

from tests.serving.conftest import ended, started

pytestmark = pytest.mark.browser

CHART = "img.widget-image"


@pytest.fixture
def opened(browser, counter_page):
    """Open pages of the counter; at the end no page has complained, or asked anything of another machine."""
    contexts, complaints, asked = [], [], []

    def open_page(query=""):
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 800}))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(counter_page.address + query, wait_until="commit")
        page.wait_for_selector(CHART)
        page.wait_for_selector(".noUi-handle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith((counter_page.bare, "blob:", "data:"))] == []


def press(page, key):
    """Move the slider by a key, and wait for another chart."""
    before = page.get_attribute(CHART, "src")
    page.focus(".noUi-handle")
    page.keyboard.press(key)
    page.wait_for_selector(f'{CHART}:not([src="{before}"])')


def test_a_lever_changes_the_chart_of_its_visitor_alone(opened):
    """Two visitors move the same slider and see their own charts."""
    first, second = opened(), opened()
    press(first, "ArrowRight")
    press(second, "ArrowLeft")
    shown = [page.locator(".widget-readout").inner_text() for page in (first, second)]
    assert shown == ["4", "2"]


def test_a_page_that_is_loaded_again_is_as_it_was(opened):
    """What was moved stands after a reload, and still answers; a new tab begins anew."""
    page = opened()
    press(page, "ArrowRight")
    page.reload(wait_until="commit")
    page.wait_for_selector(CHART)
    assert page.locator(".widget-readout").inner_text() == "4"
    press(page, "ArrowRight")
    assert page.locator(".widget-readout").inner_text() == "5"
    assert opened().locator(".widget-readout").inner_text() == "3"


def test_a_page_that_was_cut_off_comes_back_by_itself(browser, counter_page):
    """Its line breaks, it tries again, and the workbench is there as it was."""
    context = browser.new_context()
    context.add_init_script(
        "window.WebSocket = class extends WebSocket { constructor(to) { super(to); window.line = this; } };"
    )
    page = context.new_page()
    page.goto(counter_page.address, wait_until="commit")
    page.wait_for_selector(CHART)
    press(page, "ArrowRight")
    with page.expect_navigation():
        page.evaluate("window.line.close()")
    page.wait_for_selector(CHART)
    assert page.locator(".widget-readout").inner_text() == "4"
    context.close()


def test_the_page_follows_the_language(opened):
    """Title and language change with the switch in the page; the address chooses the first one."""
    page = opened("&language=zh")
    assert (page.title(), page.get_attribute("html", "lang")) == ("策略工作台", "zh-CN")
    page.get_by_role("button", name="English").click()
    page.wait_for_selector("html[lang=en]", state="attached")
    assert page.title() == "Workbench of strategies"
    page.get_by_role("button", name="中文").click()
    page.wait_for_selector("html[lang=zh-CN]", state="attached")
    assert page.title() == "策略工作台"


def test_chinese_is_drawn_on_a_machine_without_chinese_fonts(opened):
    """The page brings a font for letters that the machine may lack; the browser loads it where they are shown."""
    page = opened("&language=zh")
    page.evaluate("document.fonts.ready.then(() => null)")
    assert page.evaluate("document.fonts.check('16px \"Simkit Sans SC\"', '工作台')")


def test_a_page_says_what_is_wrong_and_opens_again(browser, tmp_path):
    """It tells a planner's error in its own words, opens when the cause is gone, and says when the server has ended."""
    words = tmp_path / "words"
    words.write_text("scenarios: there is no 'moon'", encoding="utf-8")
    server = started("tests.serving.counter", str(words))
    page = browser.new_page()
    page.goto(f"{server.address}&language=zh", wait_until="commit")
    page.wait_for_selector("#state .failed", state="visible")
    assert "工作台无法打开。 scenarios: there is no 'moon'" in page.inner_text("#state")
    words.unlink()
    page.get_by_role("button", name="重新打开").click()
    page.wait_for_selector(CHART)
    ended(server.process)
    server.process.stderr.close()
    page.wait_for_selector("#state .lost", state="visible")
    assert "与 simkit 的连接已断开" in page.inner_text("#state")
    page.close()
