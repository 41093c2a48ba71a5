"""P11: what an idle conversation holds: its kernel bare, and with pandas and matplotlib loaded."""

from __future__ import annotations

import tempfile
from pathlib import Path

import psutil

from benchmarks.raw import drained, raw_kernel
from benchmarks.report import Row, Sample
from lci.core.conversation import ConversationSettings
from lci.runtime.config.settings import load_settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says

BARE_MB, LOADED_MB = 60, 130
LOADED = "import pandas, matplotlib.pyplot"


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as home:
        model = ScriptedModel([calls("1 + 1"), says("done"), calls(LOADED), says("done")])
        engine = Engine(load_settings(home=Path(home)), make_model=lambda _: model)
        before = _own()
        try:
            with Interpreter(engine=engine, settings=ConversationSettings(approval="auto")) as live:
                live.run("go")
                bare = _children() + _own() - before
                live.run("go")
                loaded = _children() + _own() - before
        finally:
            engine.close()
    with raw_kernel() as kernel:
        drained(kernel, "1 + 1")
        raw = _children()
        drained(kernel, LOADED)
        raw_loaded = _children()
    said = "stock kernel alone:"
    return [
        Row("P11", "idle conversation, bare kernel", _mb(bare), _mb(raw), said, f"≤ {BARE_MB} MB", bare <= BARE_MB),
        Row(
            "P11",
            "idle conversation, pandas and matplotlib",
            _mb(loaded),
            _mb(raw_loaded),
            said,
            f"≤ {LOADED_MB} MB",
            loaded <= LOADED_MB,
        ),
    ]


def _mb(number: float) -> Sample:
    return Sample((number,), "MB")


def _own() -> float:
    return _pss(psutil.Process())


def _children() -> float:
    """Proportional memory of all child processes but the preview workers', in MB."""
    found = psutil.Process().children(recursive=True)
    return sum(_pss(process) for process in found if "loky" not in " ".join(process.cmdline()))


def _pss(process: psutil.Process) -> float:
    return float(getattr(process.memory_full_info(), "pss", process.memory_info().rss)) / 1e6
