"""`python -m scripts.screenshots [state …]`: writes docs/images from the real app with a scripted model.

Each state is made once and photographed as desktop and phone, light and dark, at the address of its conversation.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from lci.testing import server as scripted
from lci.testing.server import ScriptedServer
from tests.e2e.driving import (
    CHROMIUM_ARGUMENTS,
    App,
    ask,
    browser_path,
    open_page,
    open_tab,
    settle,
    stop_button,
    until,
    wait_done,
)

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
#: Settings shows the data folder: a path that gives nothing away.
FOLDER = Path(tempfile.gettempdir()) / "lci-demo"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
MODEL = "demo-model"

LOAD = 'import pandas as pd\n\ndf = pd.read_csv("penguins.csv")\ndf.groupby("species")["body_mass_g"].mean()'
PLOT = """import numpy as np
import matplotlib.pyplot as plt

clean = df.dropna(subset=["flipper_length_mm", "body_mass_g"])
x, y = clean["flipper_length_mm"], clean["body_mass_g"]
slope, intercept = np.polyfit(x, y, 1)
r2 = np.corrcoef(x, y)[0, 1] ** 2

fig, ax = plt.subplots(figsize=(7.2, 4))
for (name, part), colour in zip(clean.groupby("species"), ["#4f46e5", "#0d9488", "#d97706"]):
    ax.scatter(part["flipper_length_mm"], part["body_mass_g"], s=16, alpha=0.6, color=colour, label=name)
line = np.array([x.min(), x.max()])
ax.plot(line, intercept + slope * line, color="#e11d48", linewidth=2)
ax.set(xlabel="Flipper length (mm)", ylabel="Body mass (g)", title="Body mass against flipper length")
ax.spines[["top", "right"]].set_visible(False)
ax.grid(alpha=0.25)
ax.legend(frameon=False)
plt.show()
print(f"slope = {slope:.2f}, intercept = {intercept:.1f}, R2 = {r2:.3f}, n = {len(clean)}")"""
BROKEN = 'import pandas as pd\n\ndf = pd.read_csv("penguins.csv")\nflipper = df["FlipperLength"]'
BOOTSTRAP = """import time

rng = np.random.default_rng(0)
slopes = []
for round in range(1, 121):
    for _ in range(50):
        part = clean.sample(len(clean), replace=True, random_state=rng)
        slopes.append(np.polyfit(part["flipper_length_mm"], part["body_mass_g"], 1)[0])
    print(f"{round * 50:>5} samples · slope {np.mean(slopes):.2f} ± {np.std(slopes):.2f} g/mm")
    time.sleep(1)"""
SAVE = """clean = df.dropna()
clean.to_csv("penguins_clean.csv", index=False)

import os
os.remove("penguins.csv")
print(len(df) - len(clean), "rows dropped")"""
PROSE = (
    "Body mass rises by **49.7 g per millimetre of flipper**: ",
    "mass = 49.69 × flipper − 5781, ",
    "**R² = 0.76** (n = 342). ",
    "Gentoo penguins are the large ones at the upper right; within each species the line is flatter, ",
    "so part of the slope is the difference between species.",
)
QUESTION = "Do a linear regression of body mass on flipper length and plot it"


@dataclass(frozen=True)
class Stage:
    """The app, its model and a browser."""

    app: App
    model: ScriptedServer
    browser: Browser


@dataclass(frozen=True)
class State:
    """What is to be seen: `made` brings it about in a fresh conversation, `arranged` readies each page showing it."""

    made: Callable[[Page, ScriptedServer], None]
    arranged: Callable[[Page], None] = lambda _: None
    ended: Callable[[Page], None] = lambda _: None
    path: str = "/"
    heading: str = ""
    runs: bool = False
    asks: bool = False


# --- states -----------------------------------------------------------------------------------------------------------


def empty(page: Page, _: ScriptedServer) -> None:
    page.locator(".st-key-model [role=combobox], .st-key-model [data-baseweb=select]").first.click()
    page.get_by_role("option").filter(has_text="offline").click()
    expect(page.locator(".st-key-analyst_notice")).to_be_visible()


def regression(page: Page, model: ScriptedServer) -> None:
    attach(page)
    model.add(
        scripted.code(LOAD, "I'll load the file and look at the species first."),
        scripted.code(PLOT, "Now the line itself, with the species in colour.", call_id="c2"),
        scripted.text(*PROSE),
    )
    ask(page, QUESTION)
    wait_done(page)


def repaired(page: Page, model: ScriptedServer) -> None:
    attach(page)
    model.add(
        scripted.code(BROKEN, "I'll load the file and take the two columns."),
        scripted.code(PLOT, "The column is called `flipper_length_mm`.", call_id="c2"),
        scripted.text(*PROSE),
    )
    ask(page, QUESTION)
    wait_done(page)


def running(page: Page, model: ScriptedServer) -> None:
    regression(page, model)
    model.add(scripted.code(BOOTSTRAP, "I'll resample the rows and fit the line again each time.", call_id="c3"))
    ask(page, "How certain is the slope? Bootstrap it")
    expect(page.locator("[class*=st-key-running_]").get_by_text("100 samples")).to_be_visible(timeout=30_000)


def waiting(page: Page, model: ScriptedServer) -> None:
    attach(page)
    model.add(scripted.code(SAVE, "I'll keep the complete rows and drop the original file.", call_id="c1"))
    ask(page, "Clean up the file: keep only complete rows")
    expect(page.locator("[class*=st-key-approve_] button")).to_be_visible(timeout=30_000)


def verified(page: Page, model: ScriptedServer) -> None:
    regression(page, model)
    open_tab(page, "Notebook")
    page.locator(".st-key-verify_notebook button").click()
    expect(page.locator(".st-key-side_panel").get_by_text("2/2 cells reproduce")).to_be_visible(timeout=120_000)


def notebook_tab(page: Page) -> None:
    # On a phone the panels lie behind a button of their own.
    if page.locator(".st-key-side_panel").is_visible():
        open_tab(page, "Notebook")
        expect(page.locator(".st-key-side_panel").get_by_text("2/2 cells reproduce")).to_be_visible()


def attach(page: Page) -> None:
    page.locator(".st-key-sample_penguins button").click()
    expect(page.locator(".st-key-side_panel").get_by_text("344 rows × 8 columns")).to_be_visible(timeout=20_000)


def stopped(page: Page) -> None:
    stop_button(page).click()
    expect(stop_button(page)).to_have_count(0, timeout=20_000)


def mended(page: Page) -> None:
    expect(page.locator("[class*=st-key-repaired_]").get_by_text("Fixed after 1 attempt")).to_be_in_viewport()


def printing(page: Page) -> None:
    expect(page.locator("[class*=st-key-running_]").get_by_text("samples").last).to_be_visible()


def nothing(*_: object) -> None:
    """The state needs no more than its page."""


STATES = {
    "chat_empty": State(empty),
    "chat_finished": State(regression),
    "error_repaired": State(repaired, arranged=mended),
    "chat_running": State(
        running,
        arranged=printing,
        ended=stopped,
        runs=True,
    ),
    "settings": State(nothing, path="/settings", heading="Models"),
    "notebook_page": State(regression, path="/notebook", heading="Notebook"),
    "notebook_verified": State(verified, arranged=notebook_tab),
    "conversations": State(regression, path="/conversations", heading="Conversations"),
    "approval_asked": State(waiting, ended=stopped, runs=True, asks=True),
}


# --- taking the pictures ----------------------------------------------------------------------------------------------


@contextmanager
def window(stage: Stage, kind: str, scheme: str) -> Iterator[Page]:
    width, height = SIZES[kind]
    context = stage.browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    with closing(context):
        yield context.new_page()


def photographed(stage: Stage, name: str, state: State) -> None:
    """Make the state in a desktop window, then take its four pictures."""
    stage.model.clear()
    with window(stage, "desktop", "light") as maker:
        open_page(maker, stage.app.url)
        state.made(maker, stage.model)
        settle_unless(maker, state.runs)
        query = maker.url.partition("?")[2]
        for kind in SIZES:
            for scheme in SCHEMES:
                with window(stage, kind, scheme) as page:
                    page.goto(f"{stage.app.url}{state.path}?{query}")
                    ready(page, state)
                    state.arranged(page)
                    settle_unless(page, state.runs)
                    drawn(page)
                    page.mouse.move(0, 0)
                    page.screenshot(path=IMAGES / f"{name}_{kind}_{scheme}.png")
        state.ended(maker)


def ready(page: Page, state: State) -> None:
    """The page's own content is there: what every state of that page shows."""
    if state.path == "/":
        page.get_by_test_id("stChatInputTextArea").wait_for(timeout=30_000)
        page.locator("[class*=st-key-assistant_], .st-key-sample_penguins").first.wait_for(timeout=30_000)
    else:
        page.get_by_role("heading", name=state.heading, exact=True).first.wait_for(timeout=30_000)
    settle_unless(page, state.runs)


def settle_unless(page: Page, runs: bool) -> None:
    # While a turn runs the page's timers keep the script busy now and then.
    if not runs:
        settle(page)


def drawn(page: Page) -> None:
    """Fonts, pictures and tables are drawn; then a moment for what has no event."""
    page.evaluate("document.fonts.ready.then(() => true)")
    pictures = "[...document.images].every(image => image.complete && image.naturalWidth > 0)"
    until(lambda: bool(page.evaluate(pictures)), 30, "every picture")
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
    page.wait_for_timeout(600)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.screenshots", description=__doc__)
    parser.add_argument("state", nargs="*", choices=[*STATES, []], help="those to take; all by default")
    asked = parser.parse_args(arguments)
    chosen = {name: STATES[name] for name in asked.state or STATES}
    browser = browser_path()
    if browser is None:
        raise SystemExit("This needs Chromium or Chrome; scripts/find-browser installs one.")
    IMAGES.mkdir(parents=True, exist_ok=True)
    try:
        FOLDER.mkdir(mode=0o700)
    except FileExistsError:
        raise SystemExit(f"{FOLDER} is there already: another run, or one that was cut off. Remove it first.") from None
    try:
        with sync_playwright() as playwright, ScriptedServer() as model:
            chromium = playwright.chromium.launch(executable_path=browser, args=CHROMIUM_ARGUMENTS)
            for asks in (False, True):
                states = {name: state for name, state in chosen.items() if state.asks == asks}
                if states:
                    with served(model, asks) as app:
                        for name, state in states.items():
                            sys.stderr.write(f"{name} …\n")
                            photographed(Stage(app, model, chromium), name, state)
            chromium.close()
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
    return 0


@contextmanager
def served(model: ScriptedServer, asks: bool) -> Iterator[App]:
    """The app, with isolation or, so that it asks before each cell, without."""
    environment = {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": model.url, "LCI_MODEL": MODEL}
    folder = FOLDER / "asking" if asks else FOLDER
    app = App(folder / "home", {**environment, **({"LCI_ISOLATION": "off"} if asks else {})}, log=FOLDER / "server.log")
    try:
        yield app
    finally:
        app.stop()


if __name__ == "__main__":
    sys.exit(main())
