"""The notebook on another file of the same shape, in a real browser: chosen, run, told, taken away."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import App, ask, choose, open_tab, upload, wait_done

pytestmark = pytest.mark.timeout(240)

MAY = "region,amount\nnorth,5\nsouth,7\n"
CODE = "import pandas as pd\nprint('total =', pd.read_csv('may.csv')['amount'].sum())"


def test_a_conversation_runs_again_on_the_next_file(
    page: Page, app: App, model: ScriptedServer, tmp_path: Path
) -> None:
    (tmp_path / "may.csv").write_text(MAY, "utf-8")
    upload(page, tmp_path / "may.csv")
    model.add(scripted.code(CODE), scripted.text("It is 12."))
    ask(page, "How much?")
    wait_done(page)
    (tmp_path / "june.csv").write_text(MAY.replace("7", "9"), "utf-8")
    (tmp_path / "other.csv").write_text(MAY.replace("amount", "amounts"), "utf-8")
    open_tab(page, "Files")
    page.locator(".st-key-upload_large input.pick-files").set_input_files(
        [tmp_path / "june.csv", tmp_path / "other.csv"]
    )
    expect(page.locator(".st-key-upload_large .status")).to_have_text("2 uploaded")
    open_tab(page, "Notebook")
    page.locator(".st-key-rerun button").click()
    choose(page, page.get_by_role("combobox", name="take"), "june.csv")
    page.locator(".st-key-rerun_start button").click()
    result = page.locator(".st-key-rerunning")
    expect(result.get_by_text("Ran on june.csv in place of may.csv")).to_be_visible(timeout=90_000)
    expect(result.get_by_text("1 line differs")).to_be_visible()
    with page.expect_download() as download:
        page.locator(".st-key-rerun_notebook button").click()
    again = nbformat.read(download.value.path(), as_version=4)
    assert "total = 14\n" in [out.get("text") for cell in again.cells for out in cell.get("outputs", ())]
    page.locator(".st-key-rerun button").click()
    choose(page, page.get_by_role("combobox", name="take"), "other.csv")
    page.locator(".st-key-rerun_start button").click()
    expect(result.get_by_text("The column “amount” is called “amounts” in “other.csv”.")).to_be_visible(timeout=90_000)
    expect(page.locator(".st-key-rerun_notebook")).to_have_count(0)
