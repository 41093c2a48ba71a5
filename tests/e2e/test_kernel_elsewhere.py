"""The main job with the kernel on a Jupyter Server: chosen in the settings, told what it is, stopped, taken along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from lci.workspace.samples import sample
from tests.e2e.conftest import ended
from tests.e2e.driving import KEY, App, ask, choose, open_page, open_tab, stop_button, upload, wait_done
from tests.jupyter_server import jupyter_server

DATA = sample("penguins").path
PLOT = """import matplotlib.pyplot as plt
import pandas as pd
df = pd.read_csv("penguins.csv")
plt.scatter(df["flipper_length_mm"], df["body_mass_g"])
plt.xlabel("Flipper length (mm)"); plt.ylabel("Body mass (g)")
plt.show()
df.describe().to_csv("summary.csv")
print("rows =", len(df))"""


@pytest.fixture
def elsewhere(model: ScriptedServer, tmp_path: Path) -> Iterator[App]:
    """The app with a Jupyter Server in its config.toml."""
    home = tmp_path / "home"
    home.mkdir()
    with jupyter_server() as server:
        text = f'[[kernels]]\nid = "lab"\nurl = "{server.url}"\ntoken = "{server.token}"\nisolated = true\n'
        (home / "config.toml").write_text(text, "utf-8")
        app = App(home, {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url, "LCI_MODEL": "scripted"})
        yield app
        ended(app)
        assert server.token not in app.log


@pytest.mark.nightly
def test_a_csv_a_figure_stop_and_a_notebook_with_a_kernel_on_a_server(
    browser: Browser, elsewhere: App, model: ScriptedServer, tmp_path: Path
) -> None:
    """B61, B2, B5, B8, B9"""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page: Page = context.new_page()
    open_page(page, elsewhere.url)
    page.locator(".st-key-pages").get_by_role("link", name="Settings").click()
    choose(page, page.get_by_role("combobox", name="Where this conversation's code runs"), "lab")
    expect(page.get_by_text("the full text of very long outputs is not kept")).to_be_visible()
    expect(page.get_by_text("behind its own walls").first).to_be_visible()
    page.locator(".st-key-pages").get_by_role("link", name="Chat").click()

    upload(page, DATA)
    expect(page.locator(".st-key-side_panel").get_by_text("344 rows × 8 columns")).to_be_visible()
    model.add(scripted.code(PLOT, "Look:"))
    model.then(lambda request: scripted.text(re.findall(r"rows = \d+", str(request.body["messages"]))[-1]))
    ask(page, "Plot body mass against flipper length")
    wait_done(page)
    chat = page.locator(".st-key-chat_pane")
    expect(chat.locator("[data-testid=stImage] img")).to_have_count(1)
    expect(chat.get_by_text("rows = 344").last).to_be_visible()
    open_tab(page, "Files")
    expect(page.locator(".st-key-side_panel").get_by_text("summary.csv").first).to_be_visible()
    open_tab(page, "Variables")
    expect(page.locator(".st-key-side_panel [data-testid=stDataFrame]").first).to_be_visible()

    model.add(scripted.code("import time\nprint('begun', flush=True)\ntime.sleep(600)", call_id="c2"))
    ask(page, "Wait")
    expect(chat.get_by_text("begun", exact=True)).to_be_visible()
    stop_button(page).click()
    wait_done(page)
    expect(chat.get_by_text("Stopped").last).to_be_visible()

    open_tab(page, "Notebook")
    with page.expect_download() as download:
        page.locator(".st-key-download_notebook button").click()
    download.value.save_as(tmp_path / "story.ipynb")
    document = nbformat.read(tmp_path / "story.ipynb", as_version=4)
    nbformat.validate(document)
    assert any("image/png" in output.get("data", {}) for cell in document.cells for output in cell.get("outputs", []))
    context.close()
