"""P10: twenty conversations on one engine, five turns at once, and what each of them waits."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.report import Row, Sample
from lci.core.conversation import ConversationSettings
from lci.runtime.config.settings import load_settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says

CONVERSATIONS, AT_ONCE, ROUNDS = 20, 5, 4
LIMIT_S = 2.0


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as home:
        models: dict[str, ScriptedModel] = {}
        settings = load_settings(home=Path(home), kernels=0)
        engine = Engine(settings, make_model=lambda name: models.setdefault(name, _model()))
        try:
            lives = [
                Interpreter(engine=engine, settings=ConversationSettings(model=f"m{n}", approval="auto"))
                for n in range(CONVERSATIONS)
            ]
            for live in lives:
                live.run("start the kernel")
            seconds = [
                second
                for _ in range(ROUNDS)
                for at in range(0, CONVERSATIONS, AT_ONCE)
                for second in _together(lives[at : at + AT_ONCE])
            ]
            failed = sum(turn.ending != "done" for live in lives for turn in live.snapshot().turns)
        finally:
            engine.close()
    measured = Sample(tuple(seconds), "s")
    slowest = max(seconds)
    what = f"{CONVERSATIONS} conversations, {AT_ONCE} turns at once: slowest {slowest:.2f} s, {failed} failed"
    return [Row("P10", what, measured, None, "", f"each ≤ {LIMIT_S:.0f} s", slowest <= LIMIT_S and not failed)]


def _model() -> ScriptedModel:
    return ScriptedModel([answer for _ in range(ROUNDS + 1) for answer in (calls("sum(range(1000))"), says("done"))])


def _together(lives: list[Interpreter]) -> list[float]:
    """Seconds until each of the turns that begin at once has ended."""
    began = time.perf_counter()
    for live in lives:
        live.submit("go")
    waited = []
    for live in lives:
        live.wait(lambda now: now.running is None, 60)
        ended = live.snapshot().turns[-1]
        waited.append((ended.ended_at or time.time()) - ended.started_at)
    assert time.perf_counter() - began >= max(waited) - 0.1
    return waited
