"""The notebook verified from the Notebook tab: beside the page, remembered, and said of what it is (B50)."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import ask, open_tab, upload, wait_done

pytestmark = pytest.mark.isolation
PANEL = ".st-key-side_panel"


def test_a_notebook_is_verified_beside_the_page(page: Page, model: ScriptedServer, tmp_path: Path) -> None:
    """B50: a reload changes nothing; further cells make the result an old one."""
    data = tmp_path / "sales.csv"
    data.write_text("amount\n2\n3\n", encoding="utf-8")
    upload(page, data)
    source = "print(open('sales.csv').read())\nimport random\nprint(random.random())"
    model.add(scripted.code("total = 2 + 3\nprint(total)"), scripted.code(source, call_id="c2"))
    model.add(scripted.text("The total is 5."))
    ask(page, "Add them up")
    wait_done(page)
    open_tab(page, "Notebook")
    panel = page.locator(PANEL)
    expect(panel).to_contain_text("The new kernel has no network and sees no other files.")
    page.locator(".st-key-verify_notebook button").click()
    expect(page.locator(".st-key-cancel_verify button")).to_be_visible()
    page.reload()
    open_tab(page, "Notebook")
    expect(panel).to_contain_text("1/2 cells reproduce; 1 output differs", timeout=120_000)
    expect(panel).to_contain_text("Cell 2 (text): random numbers without a seed.")
    expect(panel).to_contain_text("They ran isolated")
    with page.expect_download() as download:
        page.locator(".st-key-download_notebook button").click()
    facts = nbformat.read(download.value.path(), as_version=4).metadata.lci.verified
    assert (facts.cells, facts.reproduced, list(facts.inputs)) == (2, 1, ["sales.csv"])
    model.add(scripted.code("print(7)"), scripted.text("Seven."))
    ask(page, "And seven")
    wait_done(page)
    expect(panel).to_contain_text("Cells or files have changed since.")
    page.locator(".st-key-verify_notebook button").click()
    page.locator(".st-key-cancel_verify button").click()
    expect(page.locator(".st-key-verify_notebook button")).to_be_enabled()
    expect(panel.get_by_text(re.compile("1/2 cells reproduce"))).to_be_visible()
