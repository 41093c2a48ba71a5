"""P5: from a click to what it changes, in a conversation of 200 turns and on a notebook page of its cells."""

from __future__ import annotations

import base64
import contextlib
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from benchmarks import screen
from benchmarks.p3_browser import redrawn
from benchmarks.report import Row, sample
from lci.core import events as e
from lci.core.ids import new_conversation_id
from lci.core.outputs import DisplayData, StreamOutput
from lci.runtime.config.settings import load_settings
from lci.runtime.conversation.outsourcing import with_blobs
from lci.runtime.engine import Engine
from tests.e2e.driving import App, settle

LIMIT = 0.4
#: Turns of one cell each, of which every fifth shows a figure; those of the notebook page show one in three.
TURNS, CELLS = 200, 100
_CLICKS = 5


def measure() -> list[Row]:
    with screen.empty_page() as empty, screen.browser() as chromium:
        with screen.clocked_page(chromium, empty, ".st-key-go button") as bare:
            redraws = sample([redrawn(bare, index + 1) for index in range(_CLICKS + 2)][2:], "s")
        with _opened(chromium, TURNS, 5) as page:
            folds = [*_unfolded(page)]
        with _opened(chromium, CELLS, 3) as page:
            page.get_by_role("link", name="Notebook").click()
            page.locator(f".st-key-nb_call-{CELLS - 1}").wait_for(timeout=30_000)
            settle(page)
            cells = [*_taken_in_hand(page)]
    said = "an empty Streamlit page's redraw:"
    rows = []
    for what, seconds in (
        (f"click to redraw, {TURNS} turns and {TURNS // 5} figures", folds),
        (f"click to redraw, a notebook page of {CELLS} cells", cells),
    ):
        later = sample(seconds[1:], "s")
        rows.append(Row("P5", what, later, redraws, said, f"≤ {LIMIT} s", later.median <= LIMIT))
        rows.append(Row("P5", "… the first click after it was opened", sample(seconds[:1], "s"), None, "–", "–", None))
    return rows


@contextlib.contextmanager
def _opened(chromium: Browser, turns: int, figures: int) -> Iterator[Page]:
    """The page of a conversation of so many turns, of which one in `figures` shows one."""
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as folder:
        home = Path(folder) / "home"
        name = _written(home, turns, figures)
        app = App(home, {})
        try:
            with screen.clocked_page(chromium, f"{app.url}/?c={name}", f".st-key-cell_call-{turns - 1}") as page:
                settle(page)
                yield page
        finally:
            app.stop()


def _written(home: Path, turns: int, figures: int) -> str:
    """The identifier of a conversation that is there."""
    engine = Engine(load_settings(home=home))
    try:
        name = new_conversation_id()
        for number, (turn, event) in enumerate(_events(turns, figures), 1):
            kept = with_blobs(event, engine.store)
            engine.store.append(e.Recorded(number, float(number), name, turn, e.SCHEMA, kept))
        engine.store.flush().result()
        return name
    finally:
        engine.close()


def _events(turns: int, figures: int) -> Iterator[tuple[str, e.Event]]:
    before: str | None = None
    for number in range(turns):
        turn, call = f"{number:032x}", f"call-{number}"
        source = f"x_{number} = {number}\n" + "print('one line of it')\n" * 5
        yield turn, e.TurnStarted(f"Question {number}?", (), before, "person", "scripted")
        yield turn, e.TextDelta(f"## Part {number}\n\nSome words before it.")
        yield turn, e.CodeDelta(call, source)
        yield turn, e.CellStarted(call, source)
        yield turn, e.OutputAdded(call, StreamOutput("stdout", "one line of it\n" * 5))
        if number % figures == 0:
            yield turn, e.OutputAdded(call, DisplayData({"image/png": _picture(number), "text/plain": "<Figure>"}))
        yield turn, e.CellFinished(call, "ok", number, 0.5)
        yield turn, e.TextDelta("The answer, **in words**, with `code` and a list:\n\n- one\n- two\n")
        yield turn, e.TurnEnded("done")
        before = turn


def _picture(number: int) -> str:
    """A figure of its own, as base64."""
    content = BytesIO()
    Image.effect_noise((640, 480), 20 + number % 50).save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode()


def _unfolded(page: Page) -> Iterator[float]:
    """Seconds from a click on the line of a cell to its code."""
    for index in range(_CLICKS + 1):
        cell = f".st-key-cell_call-{TURNS - 1 - index}"
        screen.expect_text(page, cell, "x_")
        page.locator(f"{cell} summary").click()
        seconds = screen.elapsed(page)
        settle(page)
        yield seconds


def _taken_in_hand(page: Page) -> Iterator[float]:
    """Seconds from a click on a cell to its editor and the tools beside it."""
    for index in range(_CLICKS + 1):
        call = f"call-{CELLS - 1 - index}"
        screen.expect_text(page, f".st-key-nb_now_{call}", f"[{CELLS - 1 - index}]")
        page.locator(f".st-key-pick_{call} button:visible").click()
        seconds = screen.elapsed(page)
        settle(page)
        yield seconds
