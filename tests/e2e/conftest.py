from __future__ import annotations

import functools
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from lci.testing.server import ScriptedServer
from tests.e2e.driving import CHROMIUM_ARGUMENTS, KEY, App, browser_path, open_page

_BROWSER = browser_path()
# How quick things are is measured elsewhere: here a slow machine only waits longer.
expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(300))
            if _BROWSER is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium or Chrome found"))


def ended(app: App) -> None:
    """B33: an orderly end leaves no kernel, no socket folder, and no traceback in the log."""
    assert app.stop() in (0, -signal.SIGTERM), app.log
    assert not list((app.home / "running").glob("*.json")), "kernels were not closed"
    assert "Traceback" not in app.log, app.log


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=_BROWSER, args=CHROMIUM_ARGUMENTS)
        yield made
        made.close()


@pytest.fixture(scope="session")
def model_server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def model(model_server: ScriptedServer) -> ScriptedServer:
    model_server.clear()
    return model_server


@pytest.fixture(scope="session")
def app(model_server: ScriptedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app with a scripted model; one server for the whole session, a conversation of its own for each test."""
    folder = tmp_path_factory.mktemp("app")
    made = App(folder / "home", {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model_server.url, "LCI_MODEL": "scripted"})
    yield made
    ended(made)


@pytest.fixture(scope="session")
def offline_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app as it is on a plane: no key, and a proxy that leads nowhere."""
    folder = tmp_path_factory.mktemp("offline")
    made = App(folder / "home", {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"})
    yield made
    ended(made)


@pytest.fixture
def page(browser: Browser, app: App, model: ScriptedServer) -> Iterator[Page]:
    yield from _page(browser, app.url)


@pytest.fixture
def offline_page(browser: Browser, offline_app: App) -> Iterator[Page]:
    yield from _page(browser, offline_app.url)


_NOT_OURS = (
    # Sandboxed HTML that reaches for the app reports so itself; that it fails is what we want.
    "Blocked a frame with origin",
    # Plotly's own, of a chart that is replaced or closed while it is still being drawn: the next one is drawn whole.
    "reading '_axisMatchGroups'",
    "reading '_scrollZoom'",
)


@functools.cache
def _profile(browser: Browser) -> BrowserContext:
    """What every page opens in that asks for nothing of its own: Streamlit's scripts are loaded and compiled once."""
    return browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)


def _page(browser: Browser, url: str) -> Iterator[Page]:
    """A page as a new person has it: nothing is remembered of the tests before but the scripts themselves."""
    profile = _profile(browser)
    made = profile.new_page()
    errors: list[str] = []
    made.on("pageerror", lambda error: errors.append(str(error)))
    open_page(made, url)
    yield made
    address = urlsplit(url)
    for page in profile.pages:
        page.close()
    forgetting = profile.new_cdp_session(blank := profile.new_page())
    forgetting.send(
        "Storage.clearDataForOrigin",
        {"origin": f"{address.scheme}://{address.netloc}", "storageTypes": "cookies,local_storage,indexeddb"},
    )
    blank.close()
    assert not [error for error in errors if not any(known in error for known in _NOT_OURS)]
