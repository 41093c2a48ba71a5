"""P3: from Enter to the final text on the screen, one round and ten, beside the redraw of an empty Streamlit page."""

from __future__ import annotations

from playwright.sync_api import Page

from benchmarks import screen
from benchmarks.model import model_process
from benchmarks.report import Row, sample
from tests.e2e.driving import stop_button, wait_done

ONE, TEN = 12, 6
LIMIT_ONE, LIMIT_TEN = 0.45, 1.2
#: The original's medians, measured earlier.
ORIGINAL_ONE, ORIGINAL_TEN = 0.49, 2.48
_ASSISTANT = "[class*=st-key-assistant_]"
_BOX = "[data-testid=stChatInputTextArea]"


def measure() -> list[Row]:
    with (
        model_process() as url,
        screen.app(url) as app,
        screen.empty_page() as empty,
        screen.browser() as chromium,
        screen.clocked_page(chromium, app.url, _BOX) as page,
        screen.clocked_page(chromium, empty, ".st-key-go button") as bare,
    ):
        for index in range(2):
            asked(page, 1, f"warm{index}")
            redrawn(bare, index + 1)
        one, ten, redraws = [], [], []
        for index in range(ONE):
            one.append(asked(page, 1, f"a{index}"))
            redraws.append(redrawn(bare, index + 3))
        page.locator(".st-key-new_conversation button").click()
        asked(page, 1, "warm")
        for index in range(TEN):
            ten.append(asked(page, 10, f"b{index}"))
    short, long, raw = sample(one, "s"), sample(ten, "s"), sample(redraws, "s")
    said = "the original, measured earlier: {} s; an empty Streamlit page's redraw:"
    return [
        Row(
            "P3",
            "Enter to final text, 1 round",
            short,
            raw,
            said.format(ORIGINAL_ONE),
            f"≤ {LIMIT_ONE} s",
            short.median <= LIMIT_ONE,
        ),
        Row(
            "P3",
            "Enter to final text, 10 rounds",
            long,
            raw,
            said.format(ORIGINAL_TEN),
            f"≤ {LIMIT_TEN} s",
            long.median <= LIMIT_TEN,
        ),
    ]


def asked(page: Page, rounds: int, tag: str) -> float:
    """Seconds from Enter to the answer."""
    box = page.locator(_BOX)
    box.fill(f"rounds={rounds} tag={tag}")
    screen.expect_text(page, _ASSISTANT, f"Answer {tag}.")
    box.press("Enter")
    seconds = screen.elapsed(page)
    stop_button(page).wait_for(state="detached", timeout=20_000)
    wait_done(page)
    return seconds


def redrawn(page: Page, clicks: int) -> float:
    """Seconds from a click to the text it changes, on the empty page."""
    screen.expect_text(page, "[data-testid=stMarkdown]", f"Answer {clicks}.")
    page.locator(".st-key-go button").click()
    return screen.elapsed(page)
