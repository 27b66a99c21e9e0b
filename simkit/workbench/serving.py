"""The workbench as a page without code: one process, on loopback unless told otherwise, opened by an address with a key in it."""

import asyncio
import hmac
import importlib.util
import secrets
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError, RequestHandler, StaticFileHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from simkit.params import PlannerError
from simkit.reporting import fonts
from simkit.reporting.language import HTML_LANGUAGES, LANGUAGES, Language, catalogue
from simkit.workbench.visits import Page, Shown, Visit, Visits, widgets_belong_to_visits

OpenPage = Callable[[Language], Shown]
REPORTS = "/reports/"
"""Where visitors find the reports' folder."""
SHORTEST_KEY = 16
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PAGE = Path(__file__).parent / "page"
_PING_SECONDS = 10  # a page that does not answer a ping until the next one is lost
_OTHER_PAGE = 4001  # why a line is closed: the visit has gone over to another page
_FORBIDDEN = 403
_DOCUMENTS = (".html", ".pdf", ".pptx", ".xlsx", ".png")
# Nothing from elsewhere, nothing in another site's frame. Only styles may stand in the page: widgets place themselves by them.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data: blob:; "
    "connect-src 'self' ws://{host} wss://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class ServingError(PlannerError):
    """The page cannot be served as it was asked for."""


class _Locked(RequestHandler):
    """Answers only who has the key: in the address the first time, in a cookie from then on."""

    @property
    def site(self) -> "Site":
        """What is served."""
        site: Site = self.settings["site"]
        return site

    def prepare(self) -> None:
        """Refuse who has no key; move a key out of the address, where it can be read over a shoulder, into a cookie."""
        cookie = f"simkit-{self.request.host.rpartition(':')[2]}"  # a cookie is for all ports of a machine
        offered = self.get_query_argument("token", None)
        known = offered or self.get_cookie(cookie) or ""
        if not hmac.compare_digest(known.encode(), self.site.key.encode()):
            raise HTTPError(_FORBIDDEN)
        if offered is not None:
            self.set_cookie(cookie, self.site.key, httponly=True, samesite="Lax", expires_days=None)
            language = self.get_query_argument("language", None)
            self.redirect("/" if language is None else f"/?language={_spoken(language)}")

    def set_default_headers(self) -> None:
        """Forbid the browser what the page does not need."""
        self.set_header("Content-Security-Policy", _POLICY.format(host=self.request.host))
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")

    def write_error(self, status_code: int, **_: object) -> None:
        """Say in both languages how to get in; of another error say no more than its number."""
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        locked = (catalogue(language)["serve.key"] for language in LANGUAGES)
        self.finish("\n".join(locked) if status_code == _FORBIDDEN else str(status_code))


class _Nothing(_Locked):
    def get(self) -> None:
        raise HTTPError(404)


class _PageHandler(_Locked):
    def get(self) -> None:
        language = _spoken(self.get_query_argument("language", self.site.language))
        self.set_header("Cache-Control", "no-store")
        texts = catalogue(language)
        self.render("page.html", html_language=HTML_LANGUAGES[language], say=lambda name: texts[f"serve.{name}"])


class _File(_Locked, StaticFileHandler):
    pass


class _Report(_File):
    """A page or document of the reports' folder; what else lies there, such as finished runs, is not for visitors."""

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        if Path(absolute_path).suffix not in _DOCUMENTS:
            raise HTTPError(404)
        return super().validate_absolute_path(root, absolute_path)


class _VisitSocket(_Locked, WebSocketHandler):
    """The line to one open page. Tornado itself refuses pages of another origin."""

    _visit: Visit | None = None

    def open(self) -> None:
        language = _spoken(self.get_query_argument("language", self.site.language))
        loop = asyncio.get_running_loop()

        def send(message: str) -> None:
            with suppress(RuntimeError):  # the server has ended
                loop.call_soon_threadsafe(self._send, message)

        self._page = Page(send, lambda: self.close(_OTHER_PAGE))
        name = self.get_query_argument("visit", None)
        self._visit = self._visits.enter(name, lambda: self.site.open_page(language), self._page)

    @property
    def _visits(self) -> Visits:
        visits: Visits = self.settings["visits"]
        return visits

    def _send(self, message: str) -> None:
        with suppress(WebSocketClosedError):
            sending = self.write_message(message)
            # A page that leaves meanwhile is no error.
            sending.add_done_callback(lambda sent: sent.cancelled() or sent.exception())

    def on_message(self, message: str | bytes) -> None:
        if self._visit is not None and isinstance(message, str):
            self._visit.receive(message)

    def on_close(self) -> None:
        if self._visit is not None:
            self._visits.leave(self._visit, self._page)


def _spoken(language: str) -> Language:
    for known in LANGUAGES:
        if known == language:
            return known
    raise HTTPError(404)


def checked_key(key: str | None) -> str:
    """Return *key*, or a new random one where there is none. Raises `ServingError` where it could be guessed."""
    if key is None:
        return secrets.token_urlsafe(24)
    if len(key) < SHORTEST_KEY:
        raise ServingError(f"The token has {len(key)} characters; it must have {SHORTEST_KEY} or more.")
    return key


def on_loopback(host: str) -> bool:
    """Say whether only people on this very machine can reach *host*."""
    return host in _LOOPBACK


@dataclass(frozen=True)
class Site:
    """What is served, and to whom: *open_page* opens the workbench of one visitor, *reports* is the folder of written reports."""

    open_page: OpenPage
    reports: Path
    key: str
    language: Language

    def application(self, visits: Visits) -> Application:
        """Return what answers the browser; open *visits* are kept there."""
        return Application(
            [
                ("/", _PageHandler),
                ("/visit", _VisitSocket),
                (r"/(page\.(?:js|css))", _File, {"path": _PAGE}),
                (r"/(extension\.js)", _File, {"path": _widget_scripts()}),
                (rf"/({fonts.FONT_FILE_NAME})", _File, {"path": fonts.font_file().parent}),
                (rf"{REPORTS}(.+)", _Report, {"path": self.reports.resolve()}),
                (".*", _Nothing),
            ],
            site=self,
            visits=visits,
            template_path=str(_PAGE),
            websocket_ping_interval=_PING_SECONDS,
            log_function=lambda _: None,
        )


def serve(site: Site, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve *site* until the process is interrupted or asked to end.

    *ready* is called once with the whole address. Port 0 is any free one. Raises `ServingError` where the port is taken.
    """
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(site, host, port, ready))


async def _serve(site: Site, host: str, port: int, ready: Callable[[str], None]) -> None:
    visits = Visits()
    server = HTTPServer(site.application(visits))
    try:
        listening = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=128
        )
    except OSError as error:
        reason = error.strerror or error
        raise ServingError(
            f"Port {port} of {host} cannot be used ({reason}): choose another by --port, or --port 0 for any free one."
        ) from error
    listening.settimeout(0)  # tornado waits for it in its loop
    server.add_socket(listening)
    stopped = asyncio.Event()
    with suppress(NotImplementedError):  # Windows: there a KeyboardInterrupt ends it
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    shown = f"[{host}]" if ":" in host else host
    with widgets_belong_to_visits():
        try:
            ready(f"http://{shown}:{listening.getsockname()[1]}/?token={site.key}")
            await stopped.wait()
        finally:
            server.stop()
            visits.end()


def _widget_scripts() -> Path:
    found = importlib.util.find_spec("widgetsnbextension")
    if found is None or not found.origin:
        raise ServingError(
            "ipywidgets is not complete: its scripts (widgetsnbextension) are missing; run `make setup`."
        )
    return Path(found.origin).parent / "static"
