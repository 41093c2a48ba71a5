"""Nothing is lost: the server is killed at seeded moments and started again on the same data folder."""

from __future__ import annotations

import random
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from lci.testing import server as scripted
from lci.testing.server import Pause, Reply, ScriptedServer, chunk, text
from tests.e2e.conftest import _page, ended
from tests.e2e.driving import KEY, App, ask, at_rest, open_page, until, upload, wait_done

pytestmark = pytest.mark.isolation

#: Moments tried for every change, and of them all.
FEW, MOMENTS = 1, 20


@pytest.fixture(scope="module")
def mortal(model_server: ScriptedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("mortal")
    made = App(
        folder / "home",
        {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model_server.url, "LCI_MODEL": "scripted"},
        "-n",
        str(folder / "out.ipynb"),
    )
    yield made
    ended(made)


def slow_tokens() -> Reply:
    """A hundred numbered words, one every 30 ms."""
    steps: list[scripted.Step] = []
    for number in range(100):
        steps += [chunk({"content": f"w{number} "}), Pause(0.03)]
    return Reply([*steps, chunk(finish="stop")])


#: The same from a cell, each with the moment it was printed at, for longer than a page takes to open.
PRINTING = "import time\nfor n in range(400):\n    print(f'w{n} at {time.time()}', flush=True)\n    time.sleep(0.03)"


@pytest.mark.parametrize(
    "seed", [*range(FEW), *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(FEW, MOMENTS))]
)
def test_a_kill_at_any_moment_loses_at_most_half_a_second(
    browser: Browser, mortal: App, model: ScriptedServer, seed: int
) -> None:
    """B11, B33, B38: tokens and output up to 0.5 s before the kill, the turn says it was cut, no kernel is left."""
    printing = seed % 2 == 1
    model.add(scripted.code(PRINTING) if printing else slow_tokens())
    for page in _page(browser, mortal.url):
        ask(page, f"Go {seed}")
        chat = page.locator(".st-key-chat_pane")
        expect(chat.get_by_text("w3", exact=False).first).to_be_visible(timeout=30_000)
        before = kernels(mortal)
        threading.Event().wait(random.Random(seed).uniform(0.6, 1.8))
        killed_at = time.time()
        mortal.kill()
        psutil.wait_procs(before, timeout=10)
        assert not [process for process in before if process.is_running()], "a kernel outlived its server"
        mortal.start()
        open_page(page, page.url)
        expect(chat.get_by_text("The app was closed during this answer")).to_be_visible(timeout=30_000)
        if printing:
            chat.get_by_text("Stopped · ", exact=False).or_(chat.get_by_text("Stopped")).first.click()
        expect(chat.get_by_text("w3", exact=False).first).to_be_visible(timeout=30_000)
        at_rest(page)
        shown = page.evaluate(
            "[...document.querySelector('.st-key-chat_pane').innerText.matchAll(/w(\\d+)/g)].map(m => +m[1])"
        )
        assert sorted(set(shown)) == list(range(max(shown) + 1)), "in order, without gaps"
        assert len(shown) == len(set(shown)), "once"
        # The record of whoever sent it, not of the page, which lags behind the log.
        if printing:
            text = page.locator(".st-key-chat_pane").inner_text()
            printed_at = [float(at) for at in re.findall(r"w\d+ at ([\d.]+)", text)]
            assert max(printed_at) >= killed_at - 0.5 - 0.1, "the next word comes within a tenth of a second"
        else:
            sent = [at for at, step in model.sent if step["choices"][0]["delta"].get("content")]
            assert max(shown) + 1 >= sum(at <= killed_at - 0.5 for at in sent)
            assert max(shown) + 1 <= len(sent)
        model.clear()
        model.add(scripted.code("print(1 + 1)"), scripted.text("It goes on."))
        ask(page, "And now?")
        expect(chat.get_by_text("It goes on.")).to_be_visible(timeout=30_000)
        if printing:
            assert "kernel was restarted" in model.chats[0]["messages"][-1]["content"]
    for notebook in mortal.home.parent.glob("out*.ipynb"):
        nbformat.validate(nbformat.read(notebook, as_version=4))


def kernels(app: App) -> list[psutil.Process]:
    assert app.process is not None
    return [p for p in psutil.Process(app.process.pid).children(recursive=True) if "bwrap" in p.name()]


def notice(page: Page) -> str:
    """What the page says by itself, without its server."""
    shown: str = page.evaluate(
        "() => { const s = getComputedStyle(document.body, '::after');"
        " return s.visibility === 'visible' ? s.content : 'none' }"
    )
    return shown


def test_a_page_whose_app_was_closed_says_so_and_goes_on_when_it_is_there_again(
    browser: Browser, mortal: App, model: ScriptedServer
) -> None:
    """B11, B12: in our words, not in Streamlit's about the internet; without a reload."""
    model.add(slow_tokens())
    for page in _page(browser, mortal.url):
        ask(page, "Go")
        chat = page.locator(".st-key-chat_pane")
        expect(chat.get_by_text("w3", exact=False).first).to_be_visible(timeout=30_000)
        assert notice(page) == "none"
        mortal.kill()
        # Streamlit opens its dialog with the second or third attempt.
        expect(page.get_by_test_id("stDialog")).to_have_count(1, timeout=30_000)
        expect(page.get_by_test_id("stDialog")).to_be_hidden()
        assert "start it again" in notice(page)
        mortal.start()
        expect(chat.get_by_text("The app was closed during this answer")).to_be_visible(timeout=60_000)
        expect(page.get_by_test_id("stDialog")).to_have_count(0)
        assert notice(page) == "none"


def test_no_key_is_anywhere_a_cell_or_a_reader_could_find_it(
    browser: Browser, mortal: App, model: ScriptedServer
) -> None:
    """B31: environment, files and /proc of a cell; log, store, notebooks, blobs; the server's own /proc entry."""
    model.add(
        scripted.code(
            "import os, glob\nfound = []\n"
            "for path in glob.glob('/proc/*/environ') + glob.glob('/proc/*/cmdline'):\n"
            "    try: found.append(open(path, 'rb').read())\n"
            "    except OSError: pass\n"
            "for root, _, names in os.walk('/'):\n"
            "    if root.startswith(('/proc', '/sys', '/usr', '/dev')) or 'site-packages' in root: continue\n"
            "    for name in names:\n"
            "        try: found.append(open(os.path.join(root, name), 'rb').read(1_000_000))\n"
            "        except OSError: pass\n"
            "text = b' '.join(found) + str(dict(os.environ)).encode()\n"
            "print(len(found), b'Qm7zW3vK' + b'x9LpR2tYb4' in text)"
        ),
        scripted.text("Looked."),
    )
    for page in _page(browser, mortal.url):
        ask(page, "Look for keys")
        expect(page.locator(".st-key-chat_pane").get_by_text("Looked.")).to_be_visible(timeout=90_000)
        assert model.chats[1]["messages"][-1]["content"].partition("\n\n[In memory now")[0].split()[1:] == ["False"]
        assert KEY not in page.content()
    assert mortal.process is not None
    environment = Path(f"/proc/{mortal.process.pid}/environ").read_bytes()
    assert KEY.encode() not in environment
    with sqlite3.connect(mortal.home / "lci.sqlite") as store:
        store.execute("PRAGMA wal_checkpoint")
    store.close()
    for path in mortal.home.parent.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path
    sent = {name.lower(): value for name, value in model.requests[-1].headers.items()}
    assert sent["authorization"] == f"Bearer {KEY}", "the key was in use"


def test_each_conversation_writes_a_notebook_of_its_own(browser: Browser, mortal: App, model: ScriptedServer) -> None:
    """B32, B38: out.ipynb, out-2.ipynb, …; only this conversation's cells; an existing file is left alone."""
    known = set(mortal.home.parent.glob("out*.ipynb"))
    model.add(scripted.code("print('only here')"), scripted.text("Written."))
    for page in _page(browser, mortal.url):
        ask(page, "Write")
        expect(page.locator(".st-key-chat_pane").get_by_text("Written.")).to_be_visible(timeout=30_000)
        wait_done(page)
    until(lambda: set(mortal.home.parent.glob("out*.ipynb")) > known, what="the notebook")
    fresh = set(mortal.home.parent.glob("out*.ipynb")) - known
    assert len(fresh) == 1
    document = nbformat.read(fresh.pop(), as_version=4)
    assert [cell.source for cell in document.cells if cell.cell_type == "code"] == ["print('only here')"]


def start_again(page: Page, app: App) -> None:
    """Start the app that a page was left by, and wait until the page has it again and has drawn itself."""
    with page.expect_websocket(timeout=60_000) as opened:
        app.start()
    opened.value.wait_for_event("framereceived", timeout=60_000)
    at_rest(page)


def test_a_question_is_answered_on_a_page_whose_app_was_away_since_its_upload(
    browser: Browser, mortal: App, model: ScriptedServer, tmp_path: Path
) -> None:
    """B11: without a reload; Streamlit remembers the upload in the browser and nowhere else."""
    table = tmp_path / "sales.csv"
    table.write_text("a,b\n1,2\n", "utf-8")
    model.add(text("It has one row."))
    for page in _page(browser, mortal.url):
        upload(page, table)
        mortal.kill()
        start_again(page, mortal)
        ask(page, "How many rows?")
        chat = page.locator(".st-key-chat_pane")
        expect(chat.get_by_text("It has one row.")).to_be_visible(timeout=60_000)
