"""A page of another origin, on another port of this machine, gets nothing of the app (B37)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.attacking import Elsewhere, elsewhere
from tests.e2e.driving import App, ask, open_page, until, wait_done

#: Opens what the app's own page opens, and says what came of it.
_SOCKET = """<body><script>
const socket = new WebSocket("ws://APP/_stcore/stream", ["streamlit"]);
socket.onopen = () => { document.title = "opened"; };
socket.onmessage = () => { document.title = "read"; };
socket.onclose = () => { if (document.title === "") document.title = "refused"; };
</script></body>"""
_FRAME = (
    """<body><iframe src="http://APP/" onload="document.title = 'loaded'" width="800" height="600"></iframe></body>"""
)


@pytest.fixture
def attacker() -> Iterator[Elsewhere]:
    with elsewhere() as place:
        yield place


@pytest.fixture
def visited(browser: Browser, attacker: Elsewhere) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_no_websocket_opens_from_another_port(
    app: App, attacker: Elsewhere, visited: Page, page: Page, model: ScriptedServer
) -> None:
    """It opened, and listed the conversations: only host names were compared."""
    attacker.pages["/"] = _SOCKET.replace("APP", app.url.removeprefix("http://"))
    visited.goto(attacker.url + "/")
    expect(visited).to_have_title("refused")
    # The app's own page goes on as ever.
    model.add(scripted.text("An answer."))
    ask(page, "hello")
    wait_done(page)
    expect(page.get_by_text("An answer.")).to_be_visible()


def test_the_app_is_shown_in_no_frame_of_another_page(app: App, attacker: Elsewhere, visited: Page) -> None:
    attacker.pages["/"] = _FRAME.replace("APP", app.url.removeprefix("http://"))
    visited.goto(attacker.url + "/")
    expect(visited).to_have_title("loaded")
    inner = visited.frames[-1]
    assert inner.url.startswith("chrome-error:"), inner.url


def test_every_answer_says_what_a_browser_may_do_with_it(app: App, browser: Browser) -> None:
    """B34, B41: the page, its scripts and what is not there at all."""
    context = browser.new_context()
    for path in ("/", "/_stcore/health", "/static/none.js", "/app/static/file/x/y", "/Settings"):
        headers = context.request.get(app.url + path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "frame-ancestors 'self'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
    context.close()


@pytest.mark.nightly
def test_the_app_works_below_a_path(browser: Browser, tmp_path: Path) -> None:
    """B37, B41: its own page, its WebSocket and its figures are let in there."""
    app = App(tmp_path / "home", {"STREAMLIT_SERVER_BASE_URL_PATH": "lab"}, path="/lab")
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        open_page(page, app.url)
        page.locator(".st-key-sample_penguins button").click()
        files = page.locator(".st-key-side_panel").get_by_role("combobox", name="Files")
        expect(files).to_have_value(re.compile("penguins"))
        ask(page, "Plot a histogram of body_mass_g")
        wait_done(page)
        figure = page.locator(".st-key-chat_pane img[src*='/figure/']").first
        expect(figure).to_be_visible()
        until(lambda: bool(figure.evaluate("image => image.naturalWidth > 0")), 30, "the figure")
    finally:
        context.close()
        app.stop()
