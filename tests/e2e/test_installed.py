"""The installed `lci` opens its own app from a folder that would have it be another (B60)."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.driving import ask, free_port, until
from tests.installing import installed, wheel

_FOREIGN = """
[server]
address = "0.0.0.0"
baseUrlPath = "elsewhere"
enableAgentApi = true
enableXsrfProtection = false

[client]
toolbarMode = "developer"

[theme]
primaryColor = "#ff0000"
base = "dark"
font = "monospace"
"""

_COLOURS = """() => [...document.querySelectorAll("*")].map(element => getComputedStyle(element)).flatMap(
  style => [style.color, style.backgroundColor, style.borderTopColor]
)"""


@dataclass(frozen=True)
class Installed:
    process: subprocess.Popen[bytes]
    url: str
    log: Path
    folder: Path


def answered(url: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers)
    except OSError:
        return 0, "", {}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    top = tmp_path_factory.mktemp("installed")
    program = installed(wheel(top / "dist"), top / "environment")
    foreign = top / "foreign"
    (foreign / ".streamlit").mkdir(parents=True)
    (foreign / ".streamlit" / "config.toml").write_text(_FOREIGN, "utf-8")
    (foreign / "pages").mkdir()
    for name in ("app.py", "pages/main.py", "pages/chat.py"):
        (foreign / name).write_text("import streamlit as st\nst.write('the foreign page')\n", "utf-8")
    for name in ("pandas.py", "duckdb.py", "lci.py"):
        (foreign / name).write_text("raise RuntimeError('a module of the foreign folder')\n", "utf-8")
    (foreign / "numbers.csv").write_text("a,b\n1,2\n3,4\n", "utf-8")
    port, log = free_port(), top / "log"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI", "LCI_", "STREAMLIT_", "PYTHONPATH"))}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(program), "app", "--port", str(port), "--no-browser"],
            cwd=foreign, env=kept | {"LCI_HOME": str(top / "home"), "HOME": str(top)}, stdout=out, stderr=out,
            start_new_session=True,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"

    def healthy() -> bool:
        assert process.poll() is None, log.read_text("utf-8")
        return answered(f"{url}/_stcore/health")[0] == 200

    try:
        until(healthy, 60, "the start of lci")
        yield Installed(process, url, log, foreign)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, -signal.SIGTERM), log.read_text("utf-8")
    finally:
        process.kill()
    assert "Traceback" not in log.read_text("utf-8"), log.read_text("utf-8")


def test_it_listens_on_this_machine_only(app: Installed) -> None:
    """B37, B60: a folder's own settings do not open the app to the network."""
    server = psutil.Process(app.process.pid)
    assert {ip for process in (server, *server.children(recursive=True)) for ip in listening(process)} == {"127.0.0.1"}


def listening(process: psutil.Process) -> set[str]:
    """Where a process listens: nowhere, if it has ended meanwhile."""
    try:
        connections = process.net_connections("tcp")
    except (psutil.NoSuchProcess, FileNotFoundError):
        return set()
    return {connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN}


def test_it_answers_as_the_app_with_the_shipped_settings(app: Installed) -> None:
    """B37"""
    status, _, headers = answered(app.url + "/")
    assert status == 200
    assert "content-security-policy" in {name.lower() for name in headers}
    assert answered(app.url + "/", Host="elsewhere.example")[0] == 403
    assert answered(app.url + "/elsewhere/_stcore/health")[1] != "ok"
    assert answered(app.url + "/_stcore/agent/interact")[0] in (403, 404, 405)


def test_it_shows_the_right_page_and_works(app: Installed, browser: Browser) -> None:
    """B1: the app's own page and colours; a file named as somebody in that folder would name it; an answer."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(app.url)
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()
    expect(page).to_have_title("Local Code Interpreter")
    expect(page.get_by_text("the foreign page")).to_have_count(0)
    assert page.evaluate("getComputedStyle(document.querySelector('.stApp')).colorScheme") == "light"
    page.get_by_test_id("stChatInputTextArea").focus()
    colours = page.evaluate(_COLOURS)
    assert "rgb(79, 70, 229)" in colours
    assert "rgb(255, 0, 0)" not in colours
    path = page.locator(".st-key-local_path input").first
    path.fill("numbers.csv")
    path.press("Enter")
    shown = page.locator(".st-key-side_panel").get_by_role("combobox", name="Files")
    expect(shown).to_have_value(re.compile("numbers"))
    ask(page, "how many rows are there?")
    expect(page.get_by_test_id("stChatMessage").last).to_contain_text("2 rows")
    page.context.close()
