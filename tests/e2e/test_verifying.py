"""The notebook verified from the Notebook tab: beside the page, remembered, and said of what it is (B50)."""

from __future__ import annotations

from pathlib import Path

import nbformat
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import KEY, App, ask, open_page, open_tab, until, upload, wait_done

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


@pytest.mark.nightly
def test_a_killed_server_leaves_nothing_of_a_verification(browser: Browser, tmp_path: Path) -> None:
    """B11, B33, B50: its processes end with it, its folder goes at the next start."""
    scratch = tmp_path / "tmp"
    scratch.mkdir()
    with ScriptedServer() as model:
        environment = {
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": model.url,
            "LCI_MODEL": "scripted",
            "TMPDIR": str(scratch),
        }
        app = App(tmp_path / "home", environment)
        page = browser.new_page()
        open_page(page, app.url)
        model.add(scripted.code("import time\ntime.sleep(20)"), scripted.text("Slept."))
        ask(page, "Sleep")
        wait_done(page, 90)
        open_tab(page, "Notebook")
        page.locator(".st-key-verify_notebook button").click()
        expect(page.locator(".st-key-cancel_verify button")).to_be_visible()
        until(lambda: bool(verifying(scratch)), 60, "the kernel's start")
        app.kill()
        until(lambda: not verifying(scratch), 20, "the end of all processes")
        assert list(scratch.glob("lci-verify-*"))
        app.start()
        until(lambda: not list(scratch.glob("lci-verify-*")), 20, "the removal of the folder")
        page.close()
        app.stop()


def verifying(scratch: Path) -> list[int]:
    """The processes that have to do with a verification there."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or [])
        if f"{scratch}/lci-verify-" in words:
            found.append(process.pid)
    return found
