"""P4: from the model's socket to the screen at 100 tokens a second, beside a bare client of the same stream."""

from __future__ import annotations

import time

import openai
import psutil
from playwright.sync_api import Page

from benchmarks import screen
from benchmarks.model import TOKENS_A_SECOND, model_process
from benchmarks.raw import bare_client, streamed, told
from benchmarks.report import Row, percentile, sample
from tests.e2e.driving import ask, until, wait_done

TOKENS = 1_000
LIMIT_P95, LIMIT_CPU = 0.6, 5.0
#: Notes in `__seen` how many tokens are on the screen, and since when, by the machine's clock.
_OBSERVE = """() => {
  window.__seen = [];
  let shown = -1;
  new MutationObserver(() => {
    const turn = [...document.querySelectorAll("[class*=st-key-assistant_]")].at(-1);
    const found = turn && [...turn.textContent.matchAll(/w(\\d+)\\./g)].at(-1);
    if (found && Number(found[1]) > shown) {
      shown = Number(found[1]);
      window.__seen.push([shown, Date.now() / 1000]);
    }
  }).observe(document.body, {childList: true, subtree: true, characterData: true});
}"""


def measure() -> list[Row]:
    with model_process() as url, bare_client(url) as client:
        bare, bare_busy = _bare(client)
        with screen.app(url) as app, screen.browser() as chromium:
            assert app.process is not None
            with screen.clocked_page(chromium, app.url, "[data-testid=stChatInputTextArea]") as page:
                ask(page, "rounds=1 tag=warm")
                wait_done(page)
                on_screen, busy = _shown(page, client, psutil.Process(app.process.pid))
    ours, raw = sample([percentile(on_screen, 0.95)]), sample([percentile(bare, 0.95)])
    middle, raw_middle = sample([percentile(on_screen, 0.5)]), sample([percentile(bare, 0.5)])
    what, said = f"token to screen, {TOKENS} tokens at {TOKENS_A_SECOND} a second", "bare openai client:"
    return [
        Row("P4", f"{what}, p95", ours, raw, said, f"≤ {LIMIT_P95} s", ours.median <= LIMIT_P95 * 1000),
        Row("P4", f"{what}, p50", middle, raw_middle, said, "", None),
        Row(
            "P4",
            "the server meanwhile, of one core",
            sample([busy], "%"),
            sample([bare_busy], "%"),
            said,
            f"≤ {LIMIT_CPU:.0f} %",
            busy <= LIMIT_CPU,
        ),
    ]


def _bare(client: openai.OpenAI) -> tuple[list[float], float]:
    """Seconds from socket to client of each token, and this process's percentage of a core."""
    body = {"model": "scripted", "stream": True, "messages": [{"role": "user", "content": f"tokens={TOKENS}"}]}
    here = psutil.Process()
    before, began = _used(here), time.monotonic()
    came = [time.time() for piece in streamed(client, body) if piece]
    busy = (_used(here) - before) / (time.monotonic() - began) * 100
    return [at - sent for at, sent in zip(came, told(client)["stamps"], strict=True)], busy


def _shown(page: Page, client: openai.OpenAI, server: psutil.Process) -> tuple[list[float], float]:
    """Seconds from socket to screen of each token, and the server's percentage of a core."""
    page.evaluate(_OBSERVE)
    before, began = _used(server), time.monotonic()
    ask(page, f"tokens={TOKENS}")
    until(lambda: bool(page.evaluate(f"window.__seen.at(-1)?.[0] === {TOKENS - 1}")), 60, "the last token")
    busy = (_used(server) - before) / (time.monotonic() - began) * 100
    wait_done(page)
    sent = told(client)["stamps"]
    latencies: list[float] = []
    for shown, at in page.evaluate("window.__seen"):
        latencies += [at - each for each in sent[len(latencies) : shown + 1]]
    return latencies, busy


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
