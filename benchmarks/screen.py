"""The app and an empty Streamlit page, each in a process of its own, and a Chromium that measures from inside."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.driving import CHROMIUM_ARGUMENTS, App, browser_path, free_port

_EMPTY = """import streamlit as st
st.button("Go", key="go", on_click=lambda: st.session_state.update(n=st.session_state.get("n", 0) + 1))
st.write(f"Answer {st.session_state.get('n', 0)}.")
"""
#: `__wait(selector, text)` resolves with the milliseconds from `__began`, set by Enter or a click, to when the last
#: element of that selector holds the text.
_CLOCK = """
window.__began = null;
for (const kind of ["keydown", "click"])
  document.addEventListener(kind, event => {
    if (kind === "click" || event.key === "Enter") window.__began = performance.now();
  }, true);
window.__wait = (selector, text) => new Promise((resolve, reject) => {
  const look = () => {
    const found = [...document.querySelectorAll(selector)].at(-1);
    if (window.__began === null || !found || !found.textContent.includes(text)) return false;
    observer.disconnect();
    resolve(performance.now() - window.__began);
    return true;
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, {childList: true, subtree: true, characterData: true});
  setTimeout(() => { observer.disconnect(); reject(new Error("did not appear: " + text)); }, 30000);
});
"""


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    path = browser_path()
    if path is None:
        raise SystemExit("P3 and P4 need Chromium or Chrome; scripts/find-browser installs one.")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        try:
            yield made
        finally:
            made.close()


@contextlib.contextmanager
def app(model_url: str) -> Iterator[App]:
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as folder:
        environment = {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": model_url, "LCI_MODEL": "scripted"}
        made = App(Path(folder) / "home", environment)
        try:
            yield made
        finally:
            made.stop()


@contextlib.contextmanager
def empty_page() -> Iterator[str]:
    """The address of a Streamlit page with one button and one line of text."""
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as folder:
        (Path(folder) / "empty.py").write_text(_EMPTY, "utf-8")
        port = free_port()
        options = ["--server.port", str(port), "--server.headless", "true", "--browser.gatherUsageStats", "false"]
        with subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "empty.py", *options],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            url = f"http://127.0.0.1:{port}"
            try:
                _until_healthy(url)
                yield url
            finally:
                process.terminate()
                process.wait(20)


def _until_healthy(url: str) -> None:
    pause = threading.Event()
    for _ in range(600):
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url + "/_stcore/health"):
            return
        pause.wait(0.05)
    raise TimeoutError("the empty page does not start")


@contextlib.contextmanager
def clocked_page(chromium: Browser, url: str, ready: str) -> Iterator[Page]:
    """A page of 1440×900 with the clock in it, open once `ready` is there."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    try:
        page = context.new_page()
        page.add_init_script(_CLOCK)
        page.goto(url)
        page.locator(ready).first.wait_for(timeout=30_000)
        yield page
    finally:
        context.close()


def expect_text(page: Page, selector: str, text: str) -> None:
    """Begin to wait for `text`; `elapsed` gives the time."""
    page.evaluate(
        "([selector, text]) => { window.__began = null; window.__found = window.__wait(selector, text); }",
        [selector, text],
    )


def elapsed(page: Page) -> float:
    """Seconds from Enter or click to the awaited text."""
    return float(page.evaluate("window.__found")) / 1000
