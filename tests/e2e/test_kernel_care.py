"""What a person sees of their kernel: lost variables brought back, long cells, tables page by page, other Pythons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from lci.wording import words
from tests.e2e.conftest import _page, ended
from tests.e2e.driving import KEY, App, ask, open_tab, settle, stop_button, wait_done

pytestmark = pytest.mark.isolation

CHAT, PANEL = ".st-key-chat_pane", ".st-key-side_panel"


def run(page: Page, model: ScriptedServer, source: str, said: str, *, count: int) -> None:
    """One turn that runs `source`; `count` turns have ended afterwards."""
    model.add(scripted.code(source, call_id=f"call-{count}"), scripted.text(said))
    ask(page, f"question {count}")
    expect(page.locator(CHAT).get_by_text(said)).to_be_visible()
    expect(page.locator("[class*=st-key-actions_]")).to_have_count(count)
    wait_done(page)


def unfold(page: Page, expected: str) -> None:
    """Open the last cell; once more when the page was just drawing itself anew, as a person would."""
    for _ in range(5):
        settle(page)
        page.locator(CHAT).get_by_text("Ran Python").last.click()
        try:
            expect(page.locator(CHAT).get_by_text(expected).first).to_be_visible(timeout=6_000)
        except AssertionError:
            continue
        return
    expect(page.locator(CHAT).get_by_text(expected).first).to_be_visible()


def restart(page: Page) -> None:
    page.locator(".st-key-kernel_menu button").first.click()
    page.locator(".st-key-restart_kernel button").click()
    # The menu would lie over what is said of it.
    expect(page.locator(".st-key-restart_kernel")).to_have_count(0)


def test_variables_lost_by_a_restart_are_brought_back_by_one_click(page: Page, model: ScriptedServer) -> None:
    """B4"""
    run(page, model, "kept = 6 * 7", "Kept.", count=1)
    restart(page)
    offer = page.locator(".st-key-replay_line")
    expect(offer.get_by_text("Variables of earlier cells are gone.")).to_be_visible()
    page.locator(".st-key-replay button").click()
    expect(page.locator(CHAT).get_by_text("Ran 1 earlier cell again; its variables are back.")).to_be_visible()
    expect(offer).to_have_count(0)
    run(page, model, "print('again', kept)", "Still there.", count=2)
    unfold(page, "again 42")


def test_starting_clean_is_one_click_too(page: Page, model: ScriptedServer) -> None:
    """B4"""
    run(page, model, "kept = 1", "Kept.", count=1)
    restart(page)
    page.locator(".st-key-start_clean button").click()
    expect(page.locator(".st-key-replay_line")).to_have_count(0)
    run(page, model, "print('kept' in dir())", "Clean.", count=2)
    assert "every variable and import of earlier cells is gone" in str(model.chats[-1])


def test_a_kernel_killed_while_nothing_runs_is_said_without_a_click(page: Page, model: ScriptedServer) -> None:
    """B4, B19"""
    end = "import os, threading; kept = 6 * 7; threading.Timer(4, os.kill, (os.getpid(), 9)).start()"
    run(page, model, end, "Kept.", count=1)
    open_tab(page, "Variables")
    panel = page.locator(PANEL)
    line = page.locator(".st-key-replay_line")
    expect(line.get_by_text("Python was ended from outside")).to_be_visible()
    expect(line.get_by_text("Variables of earlier cells are gone.")).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text("Kernel ended")).to_be_visible()
    expect(panel.get_by_text(words().panel.variables_empty)).to_be_visible()


@pytest.mark.nightly
def test_every_row_of_a_large_table_is_reached_by_clicks(page: Page, model: ScriptedServer) -> None:
    """B19"""
    run(page, model, "import pandas as pd\nbig = pd.DataFrame({'number': range(250)})", "Made.", count=1)
    open_tab(page, "Variables")
    panel = page.locator(PANEL)
    expect(panel.get_by_text("1–100 of 250")).to_be_visible()
    page.locator(".st-key-rows_to_on button").first.click()
    expect(panel.get_by_text("101–200 of 250")).to_be_visible()
    page.locator(".st-key-rows_to_on button").first.click()
    expect(panel.get_by_text("201–250 of 250")).to_be_visible()
    expect(page.locator(".st-key-rows_to_on button").first).to_be_disabled()
    page.locator(".st-key-rows_to_back button").first.click()
    expect(panel.get_by_text("101–200 of 250")).to_be_visible()
    page.locator(".st-key-find_big input").fill("24")
    page.locator(".st-key-find_big input").press("Enter")
    expect(panel.get_by_text("1–13 of 13")).to_be_visible()


@pytest.mark.nightly
def test_variables_are_listed_while_a_cell_runs(page: Page, model: ScriptedServer) -> None:
    """B19"""
    model.add(
        scripted.code("import pandas as pd\nearly = pd.DataFrame({'n': range(150)})\nimport time; time.sleep(300)")
    )
    ask(page, "Wait")
    expect(page.locator(CHAT).get_by_text(re.compile(r"Running Python · \d+ s"))).to_be_visible()
    open_tab(page, "Variables")
    expect(page.locator(PANEL).get_by_text("Refreshed while the cell runs.")).to_be_visible()
    expect(page.locator(PANEL).get_by_text("1–100 of 150")).to_be_visible()
    stop_button(page).click()
    wait_done(page)


def test_a_cell_run_again_marks_what_is_out_of_date_and_offers_to_run_it(page: Page, model: ScriptedServer) -> None:
    """B21"""
    run(page, model, "x = 1", "One.", count=1)
    run(page, model, "print('x is', x)", "Two.", count=2)
    chat = page.locator(CHAT)
    chat.get_by_text("Ran Python").first.click()
    page.locator("[class*=st-key-edit_cell_] button").first.click()
    page.get_by_role("dialog").locator("textarea").fill("x = 10")
    page.get_by_role("dialog").get_by_role("button", name="Run").click()
    expect(chat.get_by_text("out of date")).to_be_visible()
    page.locator(".st-key-run_stale button").click()
    expect(chat.get_by_text("out of date")).to_have_count(0)
    wait_done(page)
    unfold(page, "x is 10")


@pytest.fixture
def impatient(browser: Browser, model: ScriptedServer, tmp_path: Path) -> Iterator[Page]:
    """An app that asks about a cell after one second."""
    environment = {
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": model.url,
        "LCI_MODEL": "scripted",
        "LCI_CELL_SECONDS": "1",
    }
    app = App(tmp_path / "home", environment)
    yield from _page(browser, app.url)
    ended(app)


@pytest.mark.nightly
def test_a_long_cell_asks_whether_to_wait(impatient: Page, model: ScriptedServer) -> None:
    """B26"""
    model.add(scripted.code("print('so far', flush=True)\nimport time; time.sleep(300)"), scripted.text("I see."))
    ask(impatient, "Take your time")
    chat = impatient.locator(CHAT)
    question = chat.get_by_text("Wait for it?")
    expect(question).to_be_visible()
    impatient.locator("[class*=st-key-wait_] button").click()
    expect(question).to_be_visible()
    impatient.locator("[class*=st-key-overtime_] [class*=st-key-interrupt_] button").first.click()
    expect(chat.get_by_text("I see.")).to_be_visible()
    wait_done(impatient)
    chat.get_by_text("Stopped").first.click()
    expect(chat.get_by_text("so far").first).to_be_visible()


def test_settings_tell_the_level_the_limits_and_what_network_means(page: Page, model: ScriptedServer) -> None:
    """B33, B34"""
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    expect(page.get_by_text("nothing else of this machine, and no other program")).to_be_visible()
    expect(page.get_by_text("Off: code cannot reach the internet, nor services on this machine.")).to_be_visible()
    page.locator(".st-key-network label").first.click()
    expect(page.get_by_text("On: code can reach the internet and every service on this machine")).to_be_visible()
    page.locator(".st-key-network label").first.click()
    expect(page.get_by_text("Off: code cannot reach the internet")).to_be_visible()
    expect(page.get_by_text("processes for each conversation")).to_be_visible()
