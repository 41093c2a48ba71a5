"""P2: the first cell of a new conversation, against a stock kernel started cold that runs the same cell."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

from benchmarks.raw import drained, raw_kernel
from benchmarks.report import Row, sample
from lci.core.conversation import ConversationSettings
from lci.runtime.config.settings import load_settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says

TIMES = 5
FACTOR = 0.1
SOURCE = "import pandas as pd, matplotlib.pyplot as plt; len(pd.DataFrame({'a': [1, 2]}))"


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as home:
        model = ScriptedModel([answer for _ in range(TIMES) for answer in (calls(SOURCE), says("done"))])
        engine = Engine(load_settings(home=Path(home), warm_kernels=1), make_model=lambda _: model)
        engine.start_ahead()
        try:
            ours = [_first_cell(engine) for _ in range(TIMES)]
        finally:
            engine.close()
    cold = [_cold() for _ in range(TIMES)]
    first, raw = sample(ours), sample(cold)
    said = "stock kernel, cold, the same cell:"
    met = first.median <= FACTOR * raw.median
    return [Row("P2", "first cell of a new conversation (pandas, matplotlib)", first, raw, said, f"≤ {FACTOR} ×", met)]


def _first_cell(engine: Engine) -> float:
    """Seconds from the prompt to the end of its cell, a kernel being ready."""
    pause, deadline = threading.Event(), time.monotonic() + 60
    while engine.kernels_ready == 0 and time.monotonic() < deadline:
        pause.wait(0.02)
    with Interpreter(engine=engine, settings=ConversationSettings(approval="auto")) as live:
        began = time.perf_counter()
        live.submit("go")
        live.wait(lambda now: any(cell.status == "ok" for _, cell in now.cells()), 60)
        seconds = time.perf_counter() - began
        live.wait(lambda now: now.running is None, 60)
    return seconds


def _cold() -> float:
    began = time.perf_counter()
    with raw_kernel() as kernel:
        drained(kernel, SOURCE)
        return time.perf_counter() - began
