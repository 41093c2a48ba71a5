"""A notebook from hand to hand: edited, put right, asked about, verified, downloaded, and gone on with elsewhere."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import KEY, App, ask, open_page, open_tab, settle, wait_done
from tests.e2e.test_notebook import editor, pick

pytestmark = pytest.mark.isolation


def test_a_notebook_is_worked_in_verified_and_gone_on_with_in_another_data_folder(
    page: Page, browser: Browser, model: ScriptedServer, tmp_path: Path
) -> None:
    """B8, B21, B43, B50: edit a cell, see what is stale, run it, ask, verify, export, import elsewhere, go on."""
    model.add(
        scripted.code("price = 3"),
        scripted.code("print('in all:', 7 * price)", call_id="c2"),
        scripted.text("21 in all."),
    )
    ask(page, "What do seven cost?")
    wait_done(page)
    chat = page.url
    page.goto(chat.replace("/?", "/notebook?"))
    notebook = page.locator(".st-key-notebook")
    expect(notebook.get_by_text("in all: 21")).to_be_visible()
    settle(page)
    pick(page, "price = 3")
    page.keyboard.press("Control+a")
    page.keyboard.type("price = 4")
    page.keyboard.press("Control+Enter")
    expect(notebook.get_by_text("out of date").first).to_be_visible()
    expect(editor(page)).to_have_text("price = 4")
    page.goto(chat)
    page.locator(".st-key-run_stale button").click()
    expect(page.locator(".st-key-stale_line")).to_have_count(0)
    model.add(scripted.text("Since you made it 4, 28."))
    ask(page, "And now?")
    wait_done(page)
    expect(page.get_by_text("Since you made it 4, 28.").last).to_be_visible()
    sent = str(model.chats[-1]["messages"])
    assert "price = 4" in sent and "in all: 28" in sent
    open_tab(page, "Notebook")
    page.locator(".st-key-verify_notebook button").click()
    expect(page.locator(".st-key-side_panel")).to_contain_text("2/2 cells reproduce", timeout=120_000)
    with page.expect_download() as download:
        page.locator(".st-key-download_notebook button").click()
    file = tmp_path / "seven.ipynb"
    download.value.save_as(file)
    assert nbformat.read(file, as_version=4).metadata.lci.verified.reproduced == 2

    environment = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url, "LCI_MODEL": "scripted"}
    elsewhere = App(tmp_path / "elsewhere" / "home", environment, log=tmp_path / "elsewhere.log")
    other = browser.new_page()
    try:
        open_page(other, elsewhere.url)
        other.get_by_role("link", name="Conversations").click()
        other.locator(".st-key-bring_in button").click()
        other.locator(".st-key-take_in input.pick-files").set_input_files(file)
        other.get_by_test_id("stChatInputTextArea").wait_for()
        expect(other.get_by_text("Since you made it 4, 28.").last).to_be_visible()
        other.locator(".st-key-replay button").click()
        expect(other.locator(".st-key-replay")).to_have_count(0, timeout=60_000)
        model.add(scripted.code("print('ten:', 10 * price)"), scripted.text("Ten cost 40."))
        ask(other, "And ten?")
        wait_done(other)
        expect(other.get_by_text("Ten cost 40.").last).to_be_visible()
        assert "ten: 40" in str(model.chats[-1]["messages"])
    finally:
        other.close()
        elsewhere.stop()
    assert "Traceback" not in elsewhere.log
