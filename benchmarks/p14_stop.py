"""P14: from Stop to stopped, for a silent cell, a flooding cell and a streaming model.

Beside it in the same run: a bare interrupt of a stock kernel until it is idle again, its client reading all the while;
and a bare cancellation of the same stream by openai.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable

import openai
from jupyter_client import BlockingKernelClient

from benchmarks.headless import interpreter
from benchmarks.model import FLOODS, model_process
from benchmarks.raw import drained, raw_kernel
from benchmarks.report import Row, percentile, sample
from lci.core.conversation import Conversation
from lci.runtime.conversation.interpreter import Interpreter

TIMES = 20
FACTOR = 1.5
STREAM = "tokens=6000"


def measure() -> list[Row]:
    rows = []
    with model_process() as url, raw_kernel() as kernel, interpreter(url) as live:
        for what, name in (("a silent cell", "silent"), ("a flooding cell", "endless")):
            pairs = [
                (_stopped(live, f"flood={name}", _has_output), _interrupted(kernel, FLOODS[name])) for _ in _times()
            ]
            rows.append(_row(what, pairs, "bare interrupt until idle:"))
        pairs = [(_stopped(live, STREAM, _has_words), asyncio.run(_cancelled(url))) for _ in _times()]
        rows.append(_row("a streaming model", pairs, "bare cancellation by openai:"))
    return rows


def _times() -> range:
    return range(TIMES)


def _row(what: str, pairs: list[tuple[float, float]], reference: str) -> Row:
    ours, bare = zip(*pairs, strict=True)
    late, bare_late = percentile(ours, 0.95), percentile(bare, 0.95)
    budget = f"p95 {late * 1000:.0f} ms, bare {bare_late * 1000:.0f} ms: ≤ {FACTOR} ×"
    return Row("P14", f"Stop of {what}", sample(ours), sample(bare), reference, budget, late <= FACTOR * bare_late)


def _has_output(now: Conversation) -> bool:
    return now.running is not None and any(cell.outputs for cell in now.running.cells)


def _has_words(now: Conversation) -> bool:
    return now.running is not None and len(now.running.text) > 20


def _some_moment() -> None:
    """So that no stop meets the same moment of a loop twice."""
    threading.Event().wait(random.uniform(0.1, 0.4))


def _stopped(live: Interpreter, prompt: str, is_under_way: Callable[[Conversation], bool]) -> float:
    live.submit(prompt)
    if not live.wait(is_under_way, 60):
        raise RuntimeError("the turn never got under way")
    _some_moment()
    began = time.perf_counter()
    live.stop()
    if not live.wait(lambda now: now.running is None, 60):
        raise RuntimeError("Stop did not end the turn")
    seconds = time.perf_counter() - began
    if (ending := live.snapshot().turns[-1].ending) != "stopped":
        raise RuntimeError(f"the turn ended as {ending}")
    return seconds


def _interrupted(kernel: BlockingKernelClient, source: str) -> float:
    ended = threading.Event()

    def read() -> None:
        drained(kernel, source)
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    threading.Event().wait(0.3)
    _some_moment()
    began = time.perf_counter()
    kernel.parent.kernel.interrupt()
    if not ended.wait(60):
        raise RuntimeError("the raw kernel was not interrupted")
    return time.perf_counter() - began


async def _cancelled(url: str) -> float:
    begun = asyncio.Event()

    async def read() -> None:
        async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
            messages = [{"role": "user", "content": STREAM}]
            stream = await client.chat.completions.create(model="scripted", messages=messages, stream=True)  # type: ignore[call-overload]
            async with stream:
                async for _ in stream:
                    begun.set()

    task = asyncio.create_task(read())
    await begun.wait()
    await asyncio.sleep(random.uniform(0.1, 0.4))
    began = time.perf_counter()
    task.cancel()
    await asyncio.wait([task])
    return time.perf_counter() - began
