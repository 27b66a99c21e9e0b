"""Visits to the served page: each has a workbench of its own, whose widgets speak through the page's websocket.

A notebook's kernel gives widgets their line to the browser; here there is no kernel. `comm`, which ipywidgets speaks through, is
made for being given another line, so a visit costs a thread and its widgets, not a process.
"""

import asyncio
import base64
import json
import logging
import queue
import re
import secrets
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, NamedTuple, Protocol
from unittest import mock

import ipywidgets
from comm.base_comm import BaseComm
from ipywidgets.widgets.widget import __protocol_version__, _remove_buffers
from jupyter_client.jsonutil import json_default

from simkit.params import PlannerError
from simkit.reporting.language import HTML_LANGUAGES, Language, catalogue

_visit: ContextVar["Visit"] = ContextVar("visit")
_log = logging.getLogger(__name__)
_KEPT_SECONDS = 900.0  # a page that is lost may come back for so long
MOST_KEPT = 8
"""Of the pages that are lost, the latest."""
_FAREWELL_SECONDS = 2


class Shown(Protocol):
    """What a page shows: a widget that can be closed, with all that it has at work, and that may speak another language later."""

    @property
    def model_id(self) -> str:
        """The name by which the page knows it."""

    def close(self) -> None:
        """End its work, and take it from the page; it may have been closed before."""

    def has_trait(self, name: str) -> bool:
        """Say whether it has this trait."""

    def observe(self, handler: Callable[[Any], None], names: str) -> None:
        """Call *handler* when a trait has changed."""


class Page(NamedTuple):
    """The browser's end of a visit: takes each message as JSON, from any thread, and is told when another page takes its place."""

    send: Callable[[str], None]
    give_way: Callable[[], None]


class _Line(BaseComm):
    """One widget's line to its twin in the page."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - comm's own
        self._visit = _visit.get()
        super().__init__(*arguments, **options)

    def publish_msg(
        self,
        msg_type: str,
        data: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
        buffers: list[bytes] | None = None,
        **_: object,
    ) -> None:
        """Send one message of the widget protocol; a line that is opened or closed is known to its visit."""
        if msg_type == "comm_open":
            self._visit.lines[self.comm_id] = self
        elif msg_type == "comm_close":
            self._visit.lines.pop(self.comm_id, None)
        told = {"comm": self.comm_id, "target": self.target_name, "data": data, "metadata": metadata or {}}
        self._visit.tell(msg_type, **told, buffers=[base64.b64encode(part).decode("ascii") for part in buffers or ()])


@contextmanager
def widgets_belong_to_visits() -> Iterator[None]:
    """Let every widget that is created meanwhile, in this process, belong to the visit in whose context it is created."""
    # Not `comm.create_comm` itself: ipykernel takes that for its own whenever something imports it.
    with mock.patch.object(ipywidgets.comm, "create_comm", _Line):
        ipywidgets.Widget.on_widget_constructed(_belong)
        try:
            yield
        finally:
            ipywidgets.Widget.on_widget_constructed(None)


def _belong(widget: ipywidgets.Widget) -> None:
    _visit.get().widgets.add(widget)


class Visit:
    """One visitor's workbench. All that happens to its widgets happens in a thread of its own, one thing after another."""

    def __init__(self, open_page: Callable[[], Shown], page: Page) -> None:
        """Open the workbench, and show it in *page*."""
        self.name = secrets.token_urlsafe(12)
        self.page: Page | None = page
        self.lines: dict[str, _Line] = {}
        self.widgets: weakref.WeakSet[ipywidgets.Widget] = weakref.WeakSet()
        self._telling = threading.RLock()
        self._to_do: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, args=(open_page,), name="visit", daemon=True)
        self._thread.start()

    @property
    def goes_on(self) -> bool:
        """Whether the workbench is there, or about to be."""
        return self._thread.is_alive()

    def tell(self, kind: str, **content: object) -> None:
        """Send one message to the page, if there is one."""
        with self._telling:
            if self.page is not None:
                self.page.send(json.dumps({"kind": kind, **content}, default=json_default, allow_nan=False))

    def receive(self, message: str) -> None:
        """Take a message of the page; it is dealt with when those before it are."""
        self._to_do.put(partial(self._deal_with, json.loads(message)))

    def leave(self) -> None:
        """Tell nobody anything until a page comes back; the work goes on."""
        with self._telling:
            self.page = None

    def return_to(self, page: Page) -> None:
        """Show everything as it is now in *page*, instead of the page before."""
        self._to_do.put(partial(self._show_in, page))

    def end(self) -> None:
        """Close the workbench, with all that it has at work, as soon as the message at hand is dealt with."""
        self._to_do.put(None)

    def wait(self, seconds: float) -> None:
        """Wait until an ended visit has closed its workbench, but no longer than *seconds*."""
        self._thread.join(seconds)

    def _run(self, open_page: Callable[[], Shown]) -> None:
        _visit.set(self)
        self.tell("visit", name=self.name)
        try:
            self._shown = shown = open_page()
        except Exception as error:  # noqa: BLE001 - whatever it is, the visitor is told
            if not isinstance(error, PlannerError):
                _log.exception("The workbench could not be opened.")
            self.tell("failed", words=str(error) or type(error).__name__)
            return
        if shown.has_trait("language"):
            shown.observe(self._speak, names="language")
        self.tell("show", widget=shown.model_id)
        try:
            while (deed := self._to_do.get()) is not None:
                deed()
        finally:
            del self._shown
            shown.close()
            for widget in list(self.widgets):
                widget.close()

    def _deal_with(self, message: Mapping[str, Any]) -> None:
        """Hand a message to its widget, which logs itself what goes wrong in it."""
        line = self.lines.get(message["comm"])
        if line is not None:
            line.handle_msg({"content": {"data": message["data"]}, "buffers": []})
        self.tell("dealt_with", message=message["message"])

    def _show_in(self, page: Page) -> None:
        """Open every widget that is shown in a page that knows none; what changes meanwhile is told afterwards."""
        with self._telling:
            self.page = page
            self.tell("visit", name=self.name)
            for comm, opening in self._parts_first({widget.model_id: widget for widget in self.widgets}):
                self.lines[comm].publish_msg("comm_open", **opening)
            language = getattr(self._shown, "language", None)
            if language:
                self._speak({"new": language})
            self.tell("show", widget=self._shown.model_id)

    def _parts_first(self, widgets: Mapping[str, ipywidgets.Widget]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Give what is shown, each widget after those that its state speaks of."""
        done: set[str] = set()

        def opened(name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
            done.add(name)
            state, paths, buffers = _remove_buffers(widgets[name].get_state())
            for part in re.findall(r"IPY_MODEL_(\w+)", json.dumps(state, default=json_default)):
                if part in widgets and part not in done:
                    yield from opened(part)
            data = {"state": state, "buffer_paths": paths}
            yield name, {"data": data, "metadata": {"version": __protocol_version__}, "buffers": buffers}

        return opened(self._shown.model_id)

    def _speak(self, change: Mapping[str, Language]) -> None:
        language = change["new"]
        self.tell("speak", language=HTML_LANGUAGES[language], title=catalogue(language)["serve.title"])


class Visits:
    """All visits. Who is lost finds the workbench again for some minutes; of many who are lost the latest are waited for.

    To be used within one event loop.
    """

    def __init__(self) -> None:
        """Wait for nobody yet."""
        self._by_name: dict[str, Visit] = {}
        self._lost: dict[str, asyncio.TimerHandle] = {}

    def enter(self, name: str | None, open_page: Callable[[], Shown], page: Page) -> Visit:
        """Return the visit of that name, now shown in *page*, or a new one where there is none."""
        visit = self._by_name.get(name or "")
        if visit is None or not visit.goes_on:
            visit = Visit(open_page, page)
            self._by_name[visit.name] = visit
            return visit
        if visit.name in self._lost:
            self._lost.pop(visit.name).cancel()
        if visit.page is not None:
            visit.page.give_way()
        visit.return_to(page)
        return visit

    def leave(self, visit: Visit, page: Page) -> None:
        """Take note that *page* is lost; its visit goes on for a while, unless another page shows it."""
        if visit.page is page:
            visit.leave()
            later = asyncio.get_running_loop().call_later(_KEPT_SECONDS, self._forget, visit.name)
            self._lost[visit.name] = later
        while len(self._lost) > MOST_KEPT:
            self._forget(next(iter(self._lost)))

    def _forget(self, name: str) -> None:
        self._lost.pop(name).cancel()
        self._by_name.pop(name).end()

    def end(self) -> None:
        """End all visits, and give what they have at work a moment to stop."""
        for visit in self._by_name.values():
            visit.end()
        for visit in self._by_name.values():
            visit.wait(_FAREWELL_SECONDS)
