"""A real server process and a real Chromium, driven as a person would."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from nbformat import NotebookNode
from playwright.sync_api import Error, Locator, Page, expect

from lci.notebook.verification import Verification
from lci.notebook.verify import verified

ROOT = Path(__file__).resolve().parents[2]
KEY = "sk-test-Qm7zW3vKx9LpR2tYb4"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Without these Debian's Chromium looks for its maker's servers at every start.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox", "--headless", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def browser_path() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], bool], seconds: float = 20.0, what: str = "condition") -> None:
    """Wait for something outside the browser; pausing a moment between looks."""
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come true in {seconds} s"
        pause.wait(0.05)


class App:
    """The app as `streamlit run app.py` starts it."""

    def __init__(
        self, home: Path, environment: dict[str, str], *options: str, log: Path | None = None, path: str = ""
    ) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{path}"
        self._environment = environment
        self._options = options
        self._log = log or home.parent / "server.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI", "LCI_"))}
        command = [
            sys.executable, "-m", "streamlit", "run", "app.py",
            "--server.port", str(self.port), "--server.headless", "true", "--", *self._options,
        ]  # fmt: skip
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**kept, "LCI_HOME": str(self.home), **self._environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until(self._healthy, 60, "the server's start")

    def _healthy(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        try:
            with urllib.request.urlopen(self.url + "/_stcore/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def kill(self) -> None:
        """As the kernel's out-of-memory killer would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(20)

    def stop(self, signum: int = signal.SIGTERM) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signum)
        return self.process.wait(30)


def ask(page: Page, prompt: str) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(prompt)
    box.press("Enter")


def stop_button(page: Page) -> Locator:
    return page.locator(".st-key-stop button")


def wait_done(page: Page, seconds: float = 60) -> None:
    """Until no turn runs: Stop is gone, the last turn has its actions, and stands nowhere else any more."""
    expect(page.locator("[class*=st-key-actions_]").last).to_be_visible(timeout=seconds * 1000)
    expect(stop_button(page)).to_have_count(0, timeout=seconds * 1000)
    settle(page)


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_test_id("stChatInputTextArea").wait_for(timeout=30_000)


def settle(page: Page) -> None:
    # No function that waits within the page: its policy lets no text become code there.
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached(timeout=30_000)


def at_rest(page: Page) -> None:
    """Until the page is wholly drawn: the script has ended and nothing has changed in the document for a while."""
    settle(page)
    page.evaluate(
        """() => new Promise(done => {
  let timer = setTimeout(finish, 1500);
  const watcher = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(finish, 1500); });
  function finish() { watcher.disconnect(); done(); }
  watcher.observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});
})"""
    )


def open_tab(page: Page, name: str) -> None:
    page.locator(".st-key-side_panel").get_by_role("tab", name=name).click()


def upload(page: Page, *files: Path) -> None:
    """Drop files into the Data tab, and wait until one of them is in view there."""
    page.locator(".st-key-upload input[type=file]").set_input_files([str(file) for file in files])
    stems = "|".join(re.escape(file.stem) for file in files)
    shown = page.locator(".st-key-side_panel").get_by_role("combobox", name="Files")
    expect(shown).to_have_value(re.compile(stems), timeout=30_000)


def choose(page: Page, box: Locator, name: str, *, typed: bool = False) -> None:
    """Take an option of a select box; a list that opens while the page still moves closes again.

    `typed`: as in a list too long to be drawn whole; the option has exactly this name then.
    """

    def taken() -> bool:
        try:
            box.click()
            if typed:
                box.fill(name, timeout=2_000)
            page.get_by_role("option", name=name, exact=typed).click(timeout=2_000)
        except Error:
            return False
        return True

    until(taken, 60, f"choosing {name}")


def run_again(document: NotebookNode, folder: Path) -> Verification:
    """Execute a notebook in a clean kernel in `folder`; Playwright's own loop occupies this thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(verified(document, folder))).result(180)
