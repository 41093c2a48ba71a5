"""What a person reads on the screen when a conversation grows, costs, changes its model, or runs into a wall."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from lci.runtime.config.settings import config_path
from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.conftest import _page, ended
from tests.e2e.driving import App, ask, choose, settle, stop_button, wait_done
from tests.runtime.test_installing import Index

pytestmark = pytest.mark.isolation

CHAT = ".st-key-chat_pane"
_MODELS = """
model = "first"
memory_gb = 0.65
[[models]]
id = "first"
name = "big"
base_url = "{url}"
window_tokens = 16000
protocol = "tools"
[[models]]
id = "second"
name = "little"
base_url = "{url}"
protocol = "fenced"
[[models]]
id = "priced"
name = "gpt-4.1-mini"
base_url = "http://models.example/v1"
proxy = "{proxy}"
protocol = "tools"
"""
#: A table worth saving, then programs that fill memory, which no limit of one process stops.
_FILLING = """
import subprocess, sys, time
import pandas as pd
big = pd.DataFrame({'n': range(500_000), 'word': 'w'})
held = "import time; block = bytearray(180_000_000); block[::4096] = b'x' * len(block[::4096]); time.sleep(600)"
programs = [subprocess.Popen([sys.executable, "-c", held]) for _ in range(2)]
time.sleep(600)
"""


@pytest.fixture(scope="module")
def index() -> Iterator[str]:
    """The address of a package index with one package."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/simple"
        server.shutdown()


@pytest.fixture(scope="module")
def caring(model_server: ScriptedServer, index: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app with two models of different protocols, a small window and little memory."""
    home = tmp_path_factory.mktemp("care") / "home"
    home.mkdir()
    config_path(home).write_text(
        _MODELS.format(url=model_server.url, proxy=model_server.url.removesuffix("/v1")), "utf-8"
    )
    pip = {"PIP_INDEX_URL": index, "PIP_EXTRA_INDEX_URL": "", "PIP_CONFIG_FILE": "/dev/null"}
    app = App(home, pip)
    yield app
    ended(app)


@pytest.fixture
def here(browser: Browser, caring: App, model: ScriptedServer) -> Iterator[Page]:
    yield from _page(browser, caring.url)


@pytest.mark.nightly
def test_that_a_conversation_outgrew_the_window_is_said(here: Page, model: ScriptedServer) -> None:
    """B18: the model gets less, the person goes on seeing all of it."""
    for number in range(6):
        source = f"print('start-{number}', *(f'word{{n}}' for n in range(900)))"
        model.add(scripted.code(source, call_id=f"c{number}", usage=None))
    model.add(scripted.text("All printed.", usage=None))
    ask(here, "Print many things")
    chat = here.locator(CHAT)
    expect(chat.get_by_text("All printed.")).to_be_visible(timeout=60_000)
    wait_done(here)
    said = chat.get_by_text(
        re.compile("longer than the model's window: it was sent with \\d+ earlier results shortened")
    )
    expect(said).to_be_visible()
    results = [message["content"] for message in model.chats[-1]["messages"] if message["role"] == "tool"]
    assert "left out" in results[0]
    settle(here)
    chat.get_by_text("Ran Python").first.click()
    expect(chat.get_by_text("start-0 word0 word1", exact=False).first).to_be_visible()


def test_what_an_answer_used_and_cost_is_shown(here: Page, model: ScriptedServer) -> None:
    """B29: tokens and money of the turn beneath it: 100,000 at 0.40 and 50,000 at 1.60 dollars a million.

    The model is elsewhere, by its address (here, behind a proxy): one on this machine has no price.
    """
    choose(here, here.locator(".st-key-model input"), "gpt-4.1-mini")
    settle(here)
    model.add(scripted.text("Cheap.", usage=(100_000, 50_000)))
    ask(here, "How much?")
    chat = here.locator(CHAT)
    expect(chat.get_by_text("Cheap.")).to_be_visible()
    wait_done(here)
    line = chat.get_by_text(re.compile(r"150,000 tokens"))
    expect(line).to_be_visible()
    expect(line).to_contain_text("about $0.12")


def test_another_model_goes_on_with_the_conversation_and_its_kernel(here: Page, model: ScriptedServer) -> None:
    """B30: what was a call of a tool is told in the words of the new model's protocol; variables are kept."""
    chat = here.locator(CHAT)
    model.add(scripted.code("kept = 6 * 7"), scripted.text("It is kept."))
    ask(here, "Keep it")
    expect(chat.get_by_text("It is kept.")).to_be_visible()
    wait_done(here)
    choose(here, here.locator(".st-key-model input"), "little")
    settle(here)
    model.add(scripted.text("```python\nprint('still', kept)\n```"), scripted.text("Still 42."))
    ask(here, "And now?")
    expect(chat.get_by_text("Still 42.")).to_be_visible()
    wait_done(here)
    asked = model.chats[-1]
    assert asked["model"] == "little"
    assert "tools" not in asked
    assert {message["role"] for message in asked["messages"]} == {"system", "user", "assistant"}
    told = " ".join(str(message["content"]) for message in asked["messages"])
    assert "kept = 6 * 7" in told
    assert "still 42" in told


def test_a_missing_package_is_one_question(here: Page, model: ScriptedServer) -> None:
    """B24: which package, into where; one click, and the code goes on."""
    chat = here.locator(CHAT)
    model.add(
        scripted.code("import lcitiny", call_id="c0"),
        scripted.code("%pip install lcitiny", call_id="c1"),
        scripted.code("import lcitiny; print('answer', lcitiny.answer)", call_id="c2"),
        scripted.text("The package says 42."),
    )
    ask(here, "Use lcitiny")
    expect(chat.get_by_text("Installs packages")).to_be_visible(timeout=60_000)
    expect(here.locator("[class*=st-key-source_] textarea, [class*=st-key-source_] code").first).to_contain_text(
        "%pip install lcitiny"
    )
    here.locator("[class*=st-key-approve_] button").click()
    expect(chat.get_by_text("The package says 42.")).to_be_visible(timeout=60_000)
    wait_done(here)
    assert "answer 42" in model.chats[-1]["messages"][-1]["content"]


def test_memory_that_is_nearly_full_is_said_and_what_was_saved(here: Page, model: ScriptedServer) -> None:
    """B53"""
    model.add(scripted.code(_FILLING), scripted.text("Never."))
    ask(here, "Fill it")
    said = here.get_by_text(re.compile(r"Memory is nearly full: \d+ of 650 MB\. Large tables were saved: big\."))
    expect(said).to_be_visible(timeout=90_000)
    stop_button(here).click()
    wait_done(here)


@pytest.mark.nightly
def test_code_that_cannot_be_stopped_is_ended_and_that_is_said(here: Page, model: ScriptedServer) -> None:
    """B2, B3: after two interrupts it ignores; the next message works, in an empty kernel."""
    stubborn = (
        "import time\nprint('ready', flush=True)\nwhile True:\n    try: time.sleep(300)\n    except BaseException: pass"
    )
    chat = here.locator(CHAT)
    model.add(scripted.code("kept = 1"), scripted.text("It is kept."))
    ask(here, "Keep it")
    expect(chat.get_by_text("It is kept.")).to_be_visible(timeout=60_000)
    wait_done(here)
    model.add(scripted.code(stubborn, call_id="c2"))
    ask(here, "Never end")
    expect(chat.get_by_text("ready", exact=True)).to_be_visible(timeout=60_000)
    stop_button(here).click()
    expect(chat.get_by_text("Stopped by you.")).to_be_visible(timeout=60_000)
    expect(chat.get_by_text(re.compile("^Python ended"))).to_be_visible()
    expect(here.locator(".st-key-replay_line").get_by_text("Variables of earlier cells are gone.")).to_be_visible()
    model.add(scripted.code("print('kept' in dir())", call_id="c3"), scripted.text("Memory is empty."))
    ask(here, "And now?")
    expect(chat.get_by_text("Memory is empty.")).to_be_visible(timeout=60_000)
    wait_done(here)
    assert "False" in model.chats[-1]["messages"][-1]["content"]
