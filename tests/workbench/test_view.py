"""The page, driven as a planner drives it: every control, both languages, errors, and two pages in one process."""

import gc
import threading

import ipywidgets
import pytest

from simkit.params import ParameterError, load_strategy
from simkit.workbench import open_workbench
from simkit.workbench.campaigns import Campaigns
from simkit.workbench.results import TABS
from tests.workbench.conftest import SCALE

LONG = 60


@pytest.fixture
def store(tmp_path_factory):
    """Share runs between the tests of a session."""
    return tmp_path_factory.getbasetemp() / "workbench-store"


@pytest.fixture
def opened(store, tmp_path):
    """Open pages at a tiny scale, and close them at the end."""
    pages = []

    def open_page(**options):
        options = {
            "strategies": ("digital_first", "small_weekly_reward"),
            "strategies_folder": str(tmp_path / "strategies"),
            **options,
        }
        page = open_workbench(store=str(store), reports=str(tmp_path), scale=SCALE, stages=(2, 3), workers=1, **options)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()


def settled(page):
    """Wait until the page shows the last answer to what was asked, and say that nothing went wrong."""
    assert page.background.settled(LONG)
    assert page.progress.error.value == ""
    return page


def picture(page, tab="compare"):
    """Give what a tab shows."""
    return page.results.pages[tab].value


def test_a_moved_slider_changes_the_chart_and_is_marked(opened):
    """The chart's bytes change; the lever says what it was; put back, the page is as it was before."""
    page = settled(opened())
    before = picture(page)
    assert "<img alt=" in before
    row = page.levers.row("levers.calls.ai_lines")
    row.slider.value = 60
    settled(page)
    assert row.input.value == 60
    assert "was 20" in row.title.value
    assert picture(page) != before
    assert "3 runs of each strategy" in page.progress.status.value
    page.reset.click()
    settled(page)
    assert row.slider.value == 20
    assert "was" not in row.title.value
    assert picture(page) == before


def test_every_tab_speaks_the_language_that_is_chosen(opened):
    """All tabs are drawn in either language; what was moved stays moved when the language changes, and changes back."""
    page = settled(opened(language="zh"))
    page.levers.row("levers.offer.welcome_gift_cny").input.value = 25
    page.levers.row("levers.offer.reward_rules.parts.weekly.grant.face_cny").input.value = 5
    settled(page)
    first = {}
    for place, name in enumerate(TABS):
        page.results.selected_index = place
        first[name] = picture(settled(page), name)
    assert all(first.values())
    page.switch.value = "en"
    for place, name in enumerate(TABS):
        page.results.selected_index = place
        assert picture(settled(page), name) not in ("", first[name])
    assert page.levers.row("levers.offer.welcome_gift_cny").input.value == 25
    page.switch.value = "zh"
    page.results.selected_index = 0
    assert picture(page) == first["compare"]


def test_only_the_tab_that_is_looked_at_is_drawn(opened):
    """A chart takes a fifth of a second; the others wait until somebody looks."""
    page = settled(opened())
    assert [name for name in TABS if picture(page, name)] == ["compare"]
    page.results.selected_index = list(TABS).index("cost")
    assert [name for name in TABS if picture(page, name)] == ["compare", "cost"]


def test_what_is_impossible_is_said_and_the_last_result_stays(opened):
    """The control goes back to what is possible, and the words name the lever and what would be right."""
    page = settled(opened())
    before = picture(page)
    programme = page.levers.row("levers.offer.reward_programme")
    programme.input.value = "event_gift"
    assert page.background.settled(LONG)
    assert 'role="alert"' in page.progress.error.value
    assert "set levers.events.per_branch_month" in page.progress.error.value
    assert programme.input.value == "small_weekly_reward"
    assert picture(page) == before
    page.levers.row("levers.calls.ai_lines").slider.value = 30
    settled(page)


def test_an_error_in_the_background_is_shown_and_the_page_goes_on(opened, monkeypatch):
    """Nothing vanishes in the thread: the planner reads it, and the next change is answered."""
    page = settled(opened())
    before = picture(page)

    def broken(*_):
        raise OSError("<b>disk</b> is full")

    monkeypatch.setattr(Campaigns, "_study", broken)
    page.levers.row("levers.calls.ai_lines").slider.value = 30
    assert page.background.settled(LONG)
    assert "&lt;b&gt;disk&lt;/b&gt; is full" in page.progress.error.value
    assert picture(page) == before
    monkeypatch.undo()
    page.levers.row("levers.calls.ai_lines").slider.value = 31
    settled(page)
    assert picture(page) != before


def test_a_pinned_result_stays_in_the_charts_until_it_is_unpinned(opened):
    """It is renamed in place, whatever it is called."""
    page = settled(opened())
    page.levers.row("levers.calls.ai_lines").slider.value = 30
    page.pins.pin.click()
    page.levers.row("levers.calls.ai_lines").slider.value = 40
    assert "Pinned 1: Machine lines 30" in picture(settled(page))
    title, rename, unpin = page.pins.rows[0].children
    title.value = "<script>alert(1)</script>"
    rename.click()
    settled(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in picture(page)
    assert "<script" not in picture(page)
    _, _, unpin = page.pins.rows[0].children
    unpin.click()
    assert "alert(1)" not in picture(settled(page))


def test_the_tried_strategy_is_saved_from_the_page(opened, tmp_path):
    """A refusal names what is wrong; a file that is there is only replaced on request."""
    page = settled(opened())
    page.levers.row("levers.calls.ai_lines").slider.value = 30
    page.saving.name.value = "../../etc/passwd"
    page.saving.button.click()
    assert "a name has small letters" in page.saving.outcome.value
    page.saving.name.value = "more_lines"
    page.saving.titles["en"].value, page.saving.titles["zh"].value = "More lines", "更多线路"
    page.saving.button.click()
    assert "more_lines.yaml" in page.saving.outcome.value
    assert load_strategy(tmp_path / "strategies" / "more_lines.yaml").levers.calls.ai_lines == 30
    page.saving.button.click()
    assert "already" in page.saving.outcome.value
    page.saving.replace.value = True
    page.saving.button.click()
    assert "wb-done" in page.saving.outcome.value


def test_two_pages_in_one_process_do_not_disturb_each_other(opened):
    """Each shows what it would show alone, though both compute and draw at once in two languages."""
    alone = []
    for language, lines in (("en", 30), ("zh", 40)):
        page = settled(opened(language=language))
        page.levers.row("levers.calls.ai_lines").slider.value = lines
        alone.append(picture(settled(page)))
    together = [opened(language="en"), opened(language="zh")]
    for page, lines in zip(together, (30, 40), strict=True):
        page.levers.row("levers.calls.ai_lines").slider.value = lines
    assert [picture(settled(page)) for page in together] == alone


def test_closing_ends_the_thread_and_every_widget(opened):
    """Nothing is left of a page that is closed: no thread and no widget; closing twice is no error."""
    threads = threading.active_count()
    page = opened()
    widgets = everything(page)
    assert len(widgets) > 100
    assert threading.active_count() > threads
    page.close()
    page.close()
    assert not page.background.alive
    assert threading.active_count() == threads
    assert all(widget.comm is None for widget in widgets)


def test_a_page_that_cannot_be_opened_says_only_why(opened):
    """No complaint of a half-made page hides the planner's mistake."""
    with pytest.raises(ParameterError, match="no_such_strategy"):
        opened(strategies=("no_such_strategy",))
    gc.collect()


def test_the_page_brings_the_font_of_the_charts(opened):
    """Chinese is legible on a machine that has no Chinese font, the language switch of an English page too."""
    page = settled(opened())
    page.close()
    assert "@font-face" in page.style_sheet.value
    assert "Simkit Sans SC" in page.style_sheet.value


def test_pages_share_no_widget(opened):
    """Many visitors have their pages in one process; a widget made for all of them would be nobody's."""
    first, second = (set(map(id, everything(page))) for page in (opened(), opened()))
    assert not first & second


def everything(page):
    """Give all widgets of a page."""
    found, waiting = [], [page]
    while waiting:
        widget = waiting.pop()
        found.append(widget)
        waiting += [value for value in widget.trait_values().values() if isinstance(value, ipywidgets.Widget)]
        waiting += getattr(widget, "children", ())
    return found
