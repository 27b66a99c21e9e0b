"""The served page opens with its key alone, says what is wrong, and lets the browser ask nothing of other machines."""

import http.client
import signal
import urllib.parse
from pathlib import Path

import ipywidgets
import pytest

from simkit.workbench.serving import ServingError, Site, checked_key, on_loopback, serve
from tests.serving.counter import KEY


def end_soon():
    """Ask this process to end, as Ctrl-C does."""
    signal.raise_signal(signal.SIGINT)


def asked(server, path, **headers):
    """Ask the server for a path, and follow nothing."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.address).netloc, timeout=20)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    text = "" if response.status == 101 else response.read().decode("utf-8", errors="replace")
    connection.close()
    return response, text


def cookie_of(server):
    """Return the cookie of a visitor who came with the key."""
    response, _ = asked(server, f"/?token={KEY}")
    return response.headers["Set-Cookie"].partition(";")[0]


@pytest.mark.parametrize("path", ["/", "/page.js", "/extension.js", "/visit", "/NotoSansSC-Regular.ttf", "/nothing"])
@pytest.mark.parametrize("way", ["", "?token=", "?token=another-key-of-length", "?token=é"])
def test_without_the_key_nothing_is_answered(counter_page, path, way):
    """Page, files and the line to the workbench are closed alike, and the refusal says in both languages what to do."""
    response, text = asked(counter_page, urllib.parse.quote(path + way, safe="/?="))
    assert response.status == 403
    assert "the whole address that simkit printed" in text
    assert "完整网址" in text
    assert KEY not in text


def test_the_key_moves_from_the_address_into_a_cookie(counter_page):
    """A key in the address would be seen and kept in the history: the page has none, and no script can read it."""
    response, _ = asked(counter_page, f"/?token={KEY}&language=zh")
    assert (response.status, response.headers["Location"]) == (302, "/?language=zh")
    assert {"HttpOnly", "SameSite=Lax"} <= {part.strip() for part in response.headers["Set-Cookie"].split(";")}
    page, text = asked(counter_page, "/?language=zh", Cookie=cookie_of(counter_page))
    assert page.status == 200
    assert KEY not in text


@pytest.mark.parametrize(
    ("language", "expected"), [("en", ("en", "Workbench of strategies")), ("zh", ("zh-CN", "策略工作台"))]
)
def test_the_page_says_its_language_and_title(counter_page, language, expected):
    """`lang`, which screen readers read by, and the title are those of the language that was asked for."""
    _, text = asked(counter_page, f"/?language={language}", Cookie=cookie_of(counter_page))
    assert f'<html lang="{expected[0]}">' in text
    assert f"<title>{expected[1]}</title>" in text


@pytest.mark.parametrize("path", ["/?language=fr", "/nothing", "/page.html", "/../serving.py", "/%2e%2e/serving.py"])
def test_what_is_not_there_is_not_found(counter_page, path):
    """A wrong language, an unknown page and a way out of the folder get a number and no more."""
    response, text = asked(counter_page, path, Cookie=cookie_of(counter_page))
    assert (response.status, text) == (404, "404")


@pytest.mark.parametrize("path", ["/", "/page.js", "/extension.js", "/nothing"])
def test_the_browser_may_ask_nothing_of_other_machines(counter_page, path):
    """Every answer carries a policy that names this server alone, and no frame of another site may show it."""
    response, _ = asked(counter_page, path, Cookie=cookie_of(counter_page))
    policy = response.headers["Content-Security-Policy"]
    place = urllib.parse.urlsplit(counter_page.address).netloc
    sources = {word for rule in policy.split(";") for word in rule.split()[1:]}
    assert sources == {"'none'", "'self'", "'unsafe-inline'", "data:", "blob:", f"ws://{place}", f"wss://{place}"}
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_another_site_cannot_open_a_visit(counter_page):
    """A page of another origin that a visitor's browser shows is refused, although the browser sends the cookie."""
    own, cookie = counter_page.bare.rstrip("/"), cookie_of(counter_page)
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    answers = {
        "own": asked(counter_page, "/visit", **upgrade, Cookie=cookie, Origin=own)[0].status,
        "elsewhere": asked(counter_page, "/visit", **upgrade, Cookie=cookie, Origin="https://elsewhere.example")[
            0
        ].status,
        "without the key": asked(counter_page, "/visit", **upgrade, Origin=own)[0].status,
    }
    assert answers == {"own": 101, "elsewhere": 403, "without the key": 403}


def test_a_taken_port_is_told_with_the_way_out(counter_page):
    """The message names the port and the option that helps."""
    port = urllib.parse.urlsplit(counter_page.address).port
    with pytest.raises(ServingError, match=rf"Port {port} of 127\.0\.0\.1 cannot be used .*--port 0"):
        serve(Site(lambda _: None, Path(), KEY, "en"), "127.0.0.1", port, pytest.fail)


def test_a_process_that_has_served_shows_widgets_as_before():
    """Widgets belong to visits while the page is served, and to whoever creates them afterwards, as in a notebook."""
    served = []
    serve(Site(lambda _: None, Path(), KEY, "en"), "127.0.0.1", 0, lambda address: served.append(address) or end_soon())
    assert served
    ipywidgets.HTML().close()


def test_reports_are_served_and_nothing_else_of_their_folder(counter_page):
    """A report's page is shown to who has the key; runs and manifests beside it are not."""
    cookie = cookie_of(counter_page)
    assert asked(counter_page, "/reports/tea/index.html", Cookie=cookie)[1] == "<h1>Tea</h1>"
    assert asked(counter_page, "/reports/tea/index.html")[0].status == 403
    for path in ("tea/index.json", "tea", "tea/none.html"):
        assert asked(counter_page, f"/reports/{path}", Cookie=cookie)[0].status == 404


def test_keys_are_random_or_long():
    """A key that somebody chose must not be short; without one, each start has its own."""
    assert checked_key("0123456789abcdef") == "0123456789abcdef"
    with pytest.raises(ServingError, match="has 6 characters; it must have 16 or more"):
        checked_key("secret")
    assert checked_key(None) != checked_key(None)
    assert len(checked_key(None)) == 32


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("bank.example", False), ("10.1.2.3", False)],
)
def test_only_loopback_counts_as_this_machine(host, alone):
    """Every address that others can reach calls for a warning."""
    assert on_loopback(host) is alone
