"""Each visitor of the served page has widgets of their own, and leaves nothing behind."""

import asyncio
import gc
import json
import threading
import time
import weakref

import pytest

from simkit.params import PlannerError
from simkit.workbench import visits
from tests.serving.counter import Counter

PATIENCE_SECONDS = 20


@pytest.fixture(autouse=True)
def connected():
    """Widgets belong to visits during a test, and to nobody afterwards."""
    with visits.widgets_belong_to_visits():
        yield


class Page:
    """What a browser would see of one visit, and say in it."""

    def __init__(self, open_page):
        self.heard = []
        self.changed = threading.Condition()
        self.end = visits.Page(self.hear, lambda: self.hear('{"kind": "gave way"}'))
        self.visit = visits.Visit(open_page, self.end) if callable(open_page) else open_page

    def hear(self, message):
        """Take what the visit sends."""
        with self.changed:
            self.heard.append(json.loads(message))
            self.changed.notify_all()

    def of_kind(self, kind):
        """Return what was heard of one kind."""
        return [message for message in self.heard if message["kind"] == kind]

    def wait_for(self, kind, said=lambda _: True):
        """Return the first message of this kind that says so, when it is there."""
        with self.changed:
            found = self.changed.wait_for(lambda: [m for m in self.of_kind(kind) if said(m)], PATIENCE_SECONDS)
        assert found, f"no {kind} among {[message['kind'] for message in self.heard]}"
        return found[0]

    def move(self, widget, number, **state):
        """Move a widget as the browser does."""
        said = {"method": "update", "state": state}
        self.visit.receive(json.dumps({"message": number, "comm": widget, "data": said}))
        self.wait_for("dealt_with", lambda message: message["message"] == number)

    def leave(self):
        """Close the page, and wait until its visit has ended."""
        self.visit.end()
        self.visit.wait(PATIENCE_SECONDS)


def opened(counters, language="en"):
    """Return what opens a counter and remembers it."""

    def open_page():
        counters.append(Counter(language))
        return counters[-1]

    return open_page


def test_a_page_is_told_of_every_widget_before_it_is_shown():
    """A widget's parts are opened before itself, with all their state, pictures included."""
    counters = []
    page = Page(opened(counters))
    shown = page.wait_for("show")["widget"]
    told = [message["comm"] for message in page.of_kind("comm_open")]
    parts = [part.model_id for part in counters[0].children]
    assert shown == counters[0].model_id
    assert max(map(told.index, parts)) < told.index(shown)
    chart = next(message for message in page.of_kind("comm_open") if message["comm"] == parts[-1])
    assert chart["data"]["state"]["_view_name"] == "ImageView"
    page.leave()


def test_two_visitors_do_not_meet():
    """What one moves stays as it was for the other, who hears nothing of it."""
    counters = []
    pages = [Page(opened(counters)), Page(opened(counters))]
    for page in pages:
        page.wait_for("show")
    mine, other = sorted(counters, key=lambda counter: counter.model_id != pages[0].of_kind("show")[0]["widget"])
    pages[0].move(mine.bars.model_id, 1, value=7)
    assert (mine.bars.value, other.bars.value) == (7, 3)
    pages[1].move(mine.bars.model_id, 1, value=9)  # a line that is another's
    assert (mine.bars.value, other.bars.value) == (7, 3)
    heard = {message["comm"] for message in pages[1].heard if "comm" in message}
    assert heard.isdisjoint(pages[0].visit.lines)
    for page in pages:
        page.leave()


def test_the_end_of_a_visit_ends_its_work_and_frees_its_widgets():
    """Nothing counts on for a tab that is lost, and nothing of it stays in memory."""
    counters = []
    page = Page(opened(counters))
    page.wait_for("show")
    assert page.visit.lines
    page.leave()
    (counter,) = counters
    counter.work.join(PATIENCE_SECONDS)
    assert not counter.work.is_alive()
    assert page.visit.lines == {}
    gone = weakref.ref(counter)
    counters.clear()
    del counter
    gc.collect()
    assert gone() is None


def test_a_change_of_language_is_told_with_the_title():
    """The page's language and title follow the switch in the workbench."""
    counters = []
    page = Page(opened(counters))
    page.wait_for("show")
    page.move(counters[0].switch.model_id, 1, index=1)
    assert page.wait_for("speak") == {"kind": "speak", "language": "zh-CN", "title": "策略工作台"}
    page.leave()


def test_what_cannot_be_opened_is_told_in_words():
    """A planner's error reaches the page as it is; the visit is over."""

    def fail():
        raise PlannerError("there is no scenario 'moon'")

    page = Page(fail)
    assert page.wait_for("failed")["words"] == "there is no scenario 'moon'"
    page.visit.wait(PATIENCE_SECONDS)


def test_who_comes_back_finds_everything_as_it_is_now():
    """A page that was cut off is told all widgets anew, parts first, with what has changed meanwhile, language included."""
    counters = []
    page = Page(opened(counters))
    page.wait_for("show")
    page.move(counters[0].bars.model_id, 1, value=7)
    page.move(counters[0].switch.model_id, 2, index=1)
    page.visit.leave()
    counters[0].bars.value = 8
    back = Page(page.visit)
    page.visit.return_to(back.end)
    assert back.wait_for("show")["widget"] == counters[0].model_id
    told = {message["comm"]: message["data"]["state"] for message in back.of_kind("comm_open")}
    assert told[counters[0].bars.model_id]["value"] == 8
    assert max(list(told).index(part.model_id) for part in counters[0].children) < list(told).index(
        counters[0].model_id
    )
    assert back.wait_for("speak")["language"] == "zh-CN"
    assert len(page.of_kind("show")) == 1
    back.move(counters[0].bars.model_id, 1, value=2)
    assert counters[0].bars.value == 2
    page.leave()


def test_lost_visitors_are_waited_for_but_not_all_for_ever(monkeypatch):
    """A visit is found by its name; another page takes it over; the longest lost ends when too many are, or when its time is up."""
    monkeypatch.setattr(visits, "MOST_KEPT", 2)
    counters = []

    async def come_and_go():
        everybody = visits.Visits()
        ends = [Page(None).end for _ in range(3)]
        first, *others = [everybody.enter(None, opened(counters), end) for end in ends]
        taking = Page(first)
        assert everybody.enter(first.name, opened(counters), taking.end) is first
        taking.wait_for("show")
        everybody.leave(first, ends[0])  # the page that has given way says goodbye
        assert first.page is taking.end
        everybody.leave(first, taking.end)
        for visit, end in zip(others, ends[1:], strict=True):
            everybody.leave(visit, end)
        first.wait(PATIENCE_SECONDS)
        assert [visit.goes_on for visit in (first, *others)] == [False, True, True]
        assert everybody.enter(first.name, opened(counters), Page(None).end) is not first
        monkeypatch.setattr(visits, "_KEPT_SECONDS", 0.0)
        everybody.enter(others[0].name, opened(counters), ends[1])
        await asyncio.sleep(0.05)
        everybody.leave(others[0], others[0].page)
        await asyncio.sleep(0.05)
        others[0].wait(PATIENCE_SECONDS)
        assert not others[0].goes_on
        everybody.end()

    asyncio.run(come_and_go())


def test_messages_are_dealt_with_in_turn():
    """Of two moves the second is answered after the first, however long the first takes."""
    counters = []
    page = Page(opened(counters))
    page.wait_for("show")
    counters[0].bars.observe(lambda _: time.sleep(0.05), names="value")
    for number in (1, 2, 3):
        said = {"method": "update", "state": {"value": number}}
        page.visit.receive(json.dumps({"message": number, "comm": counters[0].bars.model_id, "data": said}))
    page.wait_for("dealt_with", lambda message: message["message"] == 3)
    assert [message["message"] for message in page.of_kind("dealt_with")] == [1, 2, 3]
    assert counters[0].bars.value == 3
    page.leave()
