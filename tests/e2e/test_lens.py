"""A person reads what left the app."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import ask, wait_done


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
