"""A damaged log costs the conversation it is in: the page says so, and the others are there (B11)."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.e2e.driving import App, ask, open_page, wait_done


def test_a_damaged_conversation_says_so_and_the_others_open(browser: Browser, tmp_path: Path) -> None:
    app = App(tmp_path / "home", {})
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    try:
        open_page(page, app.url)
        ask(page, "hello there")
        wait_done(page)
        bad = page.url.split("c=")[1]
        page.locator(".st-key-new_conversation button").click()
        expect(page.get_by_text("Ask your data anything.")).to_be_visible()
        ask(page, "hello again")
        wait_done(page)
        app.stop()
        with closing(sqlite3.connect(app.home / "lci.sqlite")) as connection, connection:
            changed = connection.execute(
                "UPDATE log SET event = '{' WHERE conversation_id = ? AND type = 'TurnStarted'", (bad,)
            )
            assert changed.rowcount == 1
        app.start()
        page.goto(f"{app.url}/?c={bad}")
        expect(page.get_by_text("is damaged")).to_be_visible()
        expect(page.get_by_text(re.compile("python -m lci doctor"))).to_be_visible()
        page.get_by_role("button", name="hello again").click()
        expect(page.get_by_text("hello again").last).to_be_visible()
        expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()
        page.goto(f"{app.url}/?c={bad}")
        page.locator(".st-key-fresh button").click()
        ask(page, "hello once more")
        wait_done(page)
        assert "Traceback" not in app.log
    finally:
        context.close()
        app.stop()
