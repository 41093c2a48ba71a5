"""A person reads what left the app."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lci.runtime.config.settings import config_path
from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.conftest import _page, ended
from tests.e2e.driving import App, ask, choose, settle, upload, wait_done


def test_each_request_can_be_read_as_it_was_sent(page: Page, model: ScriptedServer) -> None:
    """B51"""
    model.add(scripted.code("print('a result to be sent')"), scripted.text("Seen."))
    ask(page, "A question to be sent")
    expect(page.get_by_text("Seen.")).to_be_visible()
    wait_done(page)
    page.locator("[class*=st-key-sent_] button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("2 requests")).to_be_visible()
    expect(dialog.get_by_text("Everything was shared")).to_be_visible()
    # What left, by kind, with its tokens.
    for kind in ("The app's instructions", "Your words", "Results of cells"):
        row = dialog.get_by_role("row").filter(has_text=kind)
        expect(row.get_by_role("cell").last).to_have_text(re.compile(r"^[\d,]+$"))
    dialog.get_by_text(re.compile(r"^Tools and parameters ·")).click()
    expect(dialog.locator("code").filter(has_text="Jupyter kernel")).to_be_visible()
    dialog.get_by_text("Result of a cell").click()
    expect(dialog.get_by_text("a result to be sent", exact=True)).to_be_visible()
    dialog.get_by_text("You, and notes on files").click()
    expect(dialog.get_by_text("A question to be sent", exact=True)).to_be_visible()


@pytest.mark.isolation
def test_what_is_kept_back_and_who_looked_is_seen(browser: Browser, tmp_path: Path) -> None:
    """B27, B51: a picture is asked about in sight, and a masked column's values are in no request but on the screen."""
    sales, home = tmp_path / "sales.csv", tmp_path / "home"
    sales.write_text("region,amount\nnorth,80417\n", "utf-8")
    home.mkdir()
    with ScriptedServer() as blind, ScriptedServer([scripted.text("A line that rises.")]) as eyes:
        config_path(home).write_text(
            f'model = "blind"\n[[models]]\nid = "blind"\nbase_url = "{blind.url}"\nname = "blind"\n'
            f'sees_images = false\nvision_model = "eyes"\nprotocol = "tools"\n'
            f'[[models]]\nid = "eyes"\nname = "eyes"\nbase_url = "{eyes.url}"\n'
        )
        app = App(home, {})
        for page in _page(browser, app.url):
            upload(page, sales)
            plot = "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()"
            question = {"image": "figure 1", "question": "What does it show?"}
            looks = scripted.raw_call(json.dumps(question), name="inquire_image", call_id="c1")
            blind.add(scripted.code(plot, call_id="c0"), looks, scripted.text("It rises."))
            ask(page, "Does it rise?")
            expect(page.get_by_text("It rises.")).to_be_visible()
            wait_done(page)
            page.get_by_text("Looked at figure 1").click()
            expect(page.get_by_text("A line that rises.")).to_be_visible()
            page.get_by_role("link", name="Settings").click()
            expect(page.get_by_text("Pictures that it asks about go to eyes")).to_be_visible()
            settle(page)
            choose(page, page.locator(".st-key-masked input"), "amount")
            page.keyboard.press("Escape")
            settle(page)
            page.get_by_role("link", name="Chat").click()
            settle(page)
            show = "import pandas as pd\npd.read_csv('sales.csv')"
            blind.add(scripted.code(show, call_id="c2"), scripted.text("It is on your screen."))
            ask(page, "Show the table")
            expect(page.get_by_text("It is on your screen.")).to_be_visible()
            wait_done(page)
            expect(page.locator(".st-key-chat_pane").get_by_text("80417").first).to_be_attached()
            page.locator("[class*=st-key-sent_] button:visible").last.click()
            dialog = page.get_by_role("dialog")
            expect(dialog.get_by_text("The values of “amount” stayed here.")).to_be_visible()
        ended(app)
        assert "80417" not in json.dumps(blind.chats[3:]) and "north" in json.dumps(blind.chats[-1])
        assert len(eyes.chats) == 1
