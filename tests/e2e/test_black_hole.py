"""Nothing waits for the internet: the app starts and answers behind a proxy that swallows everything (B41, B56)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.conftest import _page, ended
from tests.e2e.driving import KEY, App, ask, at_rest, choose, settle, wait_done

CHAT = ".st-key-chat_pane"


@pytest.fixture
def hole() -> Iterator[socket.socket]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        listening.setblocking(False)
        yield listening


def connections(hole: socket.socket) -> int:
    """How many have tried so far."""
    count = 0
    while True:
        try:
            hole.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


@pytest.fixture
def swallowed(browser: Browser, hole: socket.socket, model: ScriptedServer, tmp_path: Path) -> Iterator[Page]:
    """The app with a local model, every proxy variable pointing into the hole."""
    proxy = f"http://127.0.0.1:{hole.getsockname()[1]}"
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
    environment = dict.fromkeys(names, proxy) | {"NO_PROXY": "", "no_proxy": ""}
    environment |= {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url, "LCI_MODEL": "scripted"}
    app = App(tmp_path / "home", environment)
    yield from _page(browser, app.url)
    ended(app)


@pytest.mark.isolation
@pytest.mark.nightly
def test_a_black_hole_of_a_proxy_is_never_even_asked(
    swallowed: Page, hole: socket.socket, model: ScriptedServer
) -> None:
    """B41, B56: start, a local model's turn, the analyst's turn, a connection test and a look for servers."""
    page = swallowed
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    model.add(scripted.code("print(6 * 7)"), scripted.text("It is 42."))
    ask(page, "Six times seven?")
    expect(page.locator(CHAT).get_by_text("It is 42.")).to_be_visible()
    wait_done(page)
    choose(page, page.locator(".st-key-model [role=combobox], .st-key-model [data-baseweb=select]").first, "offline")
    settle(page)
    ask(page, "What can you do?")
    expect(page.locator("[class*=st-key-actions_]")).to_have_count(2)
    wait_done(page)
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    settle(page)
    model.add(*[scripted.text("Hello.")] * 30)
    page.get_by_role("button", name="Test connection").first.click()
    expect(page.get_by_text("It works.")).to_be_visible(timeout=60_000)
    page.locator(".st-key-find_servers button").click()
    expect(page.locator(".st-key-find_servers button")).to_be_enabled()
    at_rest(page)
    assert connections(hole) == 0
    here = urlsplit(page.url).netloc
    assert {urlsplit(request.url).netloc for request in asked} <= {here, ""}
