"""The main job from end to end, with a scripted model and with the built-in analyst."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from lci.workspace.samples import sample
from tests.e2e.driving import ask, open_tab, run_again, upload, wait_done

DATA = sample("penguins").path

BROKEN = 'import pandas as pd\ndf = pd.read_csv("penguins.csv")\nx = df["FlipperLength"]'
INSPECT = "df.info()\nprint(df.columns.tolist())"
FIXED = """import numpy as np
import matplotlib.pyplot as plt
clean = df.dropna(subset=["flipper_length_mm", "body_mass_g"])
slope, intercept = np.polyfit(clean["flipper_length_mm"], clean["body_mass_g"], 1)
plt.scatter(clean["flipper_length_mm"], clean["body_mass_g"], s=8)
plt.plot(clean["flipper_length_mm"], intercept + slope * clean["flipper_length_mm"], color="red")
plt.xlabel("Flipper length (mm)"); plt.ylabel("Body mass (g)")
plt.show()
print("slope =", slope)
print("intercept =", intercept)"""


def expected(frame: pd.DataFrame) -> tuple[float, float]:
    clean = frame.dropna(subset=["flipper_length_mm", "body_mass_g"])
    slope, intercept = np.polyfit(clean["flipper_length_mm"], clean["body_mass_g"], 1)
    return float(slope), float(intercept)


def stated(request: scripted.Request) -> scripted.Reply:
    """Reads slope and intercept out of the tool result, as a model would."""
    found = dict(re.findall(r"(slope|intercept) = (\S+)", request.body["messages"][-1]["content"]))
    return scripted.text(f"The line is **mass = {found['slope']} × flipper ", f"+ {found['intercept']}**.")


@pytest.mark.isolation
def test_upload_ask_repair_figure_and_a_notebook_that_runs_again(
    page: Page, model: ScriptedServer, tmp_path: Path
) -> None:
    """B5, B6, B8, B9: the story of the original project, its error repaired, its numbers right."""
    slope, intercept = expected(pd.read_csv(DATA))
    upload(page, DATA)
    expect(page.locator(".st-key-side_panel").get_by_text("344 rows × 8 columns")).to_be_visible(timeout=30_000)
    model.add(
        scripted.code(BROKEN, "I'll load the file."),
        scripted.code(INSPECT, "That column does not exist; let me look at the structure.", call_id="c2"),
        scripted.code(FIXED, call_id="c3"),
    )
    model.then(stated)
    ask(page, "Do a linear regression of body mass on flipper length and plot it")
    wait_done(page)

    first = model.chats[0]["messages"]
    assert 'pd.read_csv("penguins.csv")' in first[-1]["content"]
    assert "flipper_length_mm" in first[-1]["content"]
    told = model.chats[1]["messages"][-1]["content"]
    assert "KeyError: 'FlipperLength'" in told
    assert "flipper_length_mm" in told, "the columns are given with a KeyError"

    chat = page.locator(".st-key-chat_pane")
    expect(chat.get_by_text("Fixed after 1 attempt: KeyError")).to_be_visible()
    expect(chat.locator("[data-testid=stImage] img")).to_have_count(1)
    expect(chat.locator("[data-testid=stImage] img")).to_have_js_property("complete", True)
    assert chat.locator("[data-testid=stImage] img").evaluate("image => image.naturalWidth > 100")
    shown = chat.get_by_text("The line is").inner_text()
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d+(?:e-?\d+)?", shown)]
    assert numbers == pytest.approx([slope, intercept], rel=1e-6)

    open_tab(page, "Figures")
    expect(page.locator(".st-key-side_panel [data-testid=stImage] img")).to_have_count(1)
    open_tab(page, "Variables")
    expect(page.locator(".st-key-side_panel [data-testid=stDataFrame]").first).to_be_visible()
    open_tab(page, "Notebook")
    with page.expect_download() as download:
        page.locator(".st-key-download_notebook button").click()
    assert download.value.suggested_filename.endswith(".ipynb")

    folder = tmp_path / "elsewhere"
    folder.mkdir()
    shutil.copy(DATA, folder / "penguins.csv")
    path = folder / "story.ipynb"
    download.value.save_as(path)
    document = nbformat.read(path, as_version=4)
    nbformat.validate(document)
    text = "".join(output.get("text", "") for cell in document.cells for output in cell.get("outputs", []))
    found = dict(re.findall(r"(slope|intercept) = (\S+)", text))
    assert [float(found["slope"]), float(found["intercept"])] == pytest.approx([slope, intercept], rel=1e-6)
    verification = run_again(document, folder)
    assert verification.reproduced == verification.cells, verification


@pytest.mark.isolation
def test_the_built_in_analyst_gives_the_same_line_offline(offline_page: Page) -> None:
    """B41, B45: no key, no network, at most three clicks to a chart; never posing as an AI model."""
    slope, intercept = expected(pd.read_csv(DATA))
    expect(offline_page.get_by_text("not an AI model").first).to_be_visible()
    offline_page.locator(".st-key-sample_penguins button").click()
    expect(offline_page.locator(".st-key-side_panel").get_by_text("344 rows × 8 columns")).to_be_visible(timeout=30_000)
    offline_page.locator(".st-key-example_0 button").click()
    wait_done(offline_page)
    chat = offline_page.locator(".st-key-chat_pane")
    expect(chat.locator("[data-testid=stImage] img")).to_have_count(1)
    expect(chat).to_contain_text(f"{slope:.6f}")
    expect(chat).to_contain_text(f"{abs(intercept):.4f}")


@pytest.mark.isolation
@pytest.mark.nightly
def test_other_data_give_other_numbers(offline_page: Page, tmp_path: Path) -> None:
    """B45: the analyst states what the data say."""
    changed = pd.read_csv(DATA)
    changed.loc[10:60, "body_mass_g"] *= 1.4
    path = tmp_path / "changed.csv"
    changed.to_csv(path, index=False)
    slope, _ = expected(changed)
    assert abs(slope - expected(pd.read_csv(DATA))[0]) > 0.5
    upload(offline_page, path)
    expect(offline_page.locator(".st-key-side_panel").get_by_text("344 rows × 8 columns")).to_be_visible()
    ask(offline_page, "Do a linear regression of body mass on flipper length and plot it")
    wait_done(offline_page)
    expect(offline_page.locator(".st-key-chat_pane")).to_contain_text(f"{slope:.6f}")


def test_a_file_is_looked_at_in_full_and_every_row_counted(offline_page: Page) -> None:
    offline_page.locator(".st-key-sample_penguins button").click()
    panel = offline_page.locator(".st-key-side_panel")
    expect(panel.get_by_text("344 rows × 8 columns")).to_be_visible(timeout=30_000)
    expect(panel.locator(".lci-columns td", has_text="flipper_length_mm")).to_be_visible()
    panel.get_by_role("button", name="Full table").click()
    expect(offline_page.locator(".st-key-data_file")).to_be_visible(timeout=30_000)
    expect(offline_page.get_by_text("Every row counted")).to_have_count(0)
    offline_page.get_by_role("link", name="Chat").click()
    panel.get_by_role("button", name="Profile").click()
    expect(offline_page.get_by_text("Every row counted: 344 rows")).to_be_visible(timeout=30_000)
