"""P22: floods that a cell sends past the launcher, beside the same floods drained bare, and others' turns meanwhile.

Each flood and each side runs in a process of its own, so that the memory of one says nothing about the other.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import TypeVar

import psutil

from benchmarks.raw import raw_kernel
from benchmarks.report import Row, Sample
from lci.core.conversation import ConversationSettings
from lci.runtime.config.settings import load_settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.engine import Engine
from lci.testing.scripted import ScriptedModel, calls, says

GROWTH_MB, STALL_S, OTHER_S = 200, 0.5, 2.0
_SAMPLING, _TICK, _DEADLINE, _SILENCE = 0.01, 0.005, 170, 10
_OTHER_TURNS = 2_000
_FORGE = """
kernel = get_ipython().kernel
def forge(kind, content, times):
    for _ in range(times):
        kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent(), ident=kernel._topic(kind))
"""
FLOODS = {
    "150 forged messages of 20 MB": _FORGE + "forge('stream', {'name': 'stdout', 'text': 'x' * 20_000_000}, 150)",
    "150 forged displays of 15 MB": _FORGE + "forge('display_data', {'data': {'text/html': 'x' * 15_000_000}}, 150)",
    "200,000 tiny forged messages": _FORGE + "forge('stream', {'name': 'stdout', 'text': 'x'}, 200_000)",
    "490 displays of 15 MB": "for _ in range(490): display({'text/html': 'x' * 15_000_000}, raw=True)",
    "100 MB print": "print('x' * (100 * 2**20 - 1))",
    "100,000 clear_output": "from IPython.display import clear_output\nfor _ in range(100_000): clear_output()",
}
T = TypeVar("T")


@dataclass(frozen=True)
class Ours:
    """Seconds of the turn, MB of growth, seconds of the longest stall of the loop and of the others' slowest turn."""

    turn: float
    growth: float
    stall: float
    other: float
    others: int


@dataclass(frozen=True)
class Bare:
    """Seconds until the flood's cell was over for a bare client, and MB of its growth; an idle message may be lost."""

    drain: float
    growth: float
    idle: bool


def measure() -> list[Row]:
    rows = []
    for name in FLOODS:
        bare, ours = _apart(_bare, name), _apart(_ours, name)
        end = "drained bare:" if bare.idle else "drained bare, its end lost:"
        said = f"{name}: another conversation's slowest of {ours.others} trivial turns meanwhile"
        rows += [
            Row("P22", f"{name}: whole turn", _one(ours.turn, "s"), _one(bare.drain, "s"), end, "", None),
            Row(
                "P22",
                f"{name}: the app's memory",
                _one(ours.growth, "MB"),
                _one(bare.growth, "MB"),
                "bare client:",
                f"≤ {GROWTH_MB} MB",
                ours.growth <= GROWTH_MB,
            ),
            Row(
                "P22",
                f"{name}: longest stall of the loop",
                _one(ours.stall, "s"),
                None,
                "",
                f"≤ {STALL_S} s",
                ours.stall <= STALL_S,
            ),
            Row("P22", said, _one(ours.other, "s"), None, "", f"≤ {OTHER_S:.0f} s", ours.other <= OTHER_S),
        ]
    return rows


def _one(value: float, unit: str) -> Sample:
    return Sample((value,), unit)


def _apart(work: Callable[[str], T], name: str) -> T:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, name).result(_DEADLINE)


def _bare(name: str) -> Bare:
    with raw_kernel() as client:
        client.execute_interactive("1+1", allow_stdin=False)
        with _Memory() as memory:
            began = time.perf_counter()
            request = client.execute(FLOODS[name], allow_stdin=False)
            idle = False
            while not idle:
                try:
                    message = client.get_iopub_msg(timeout=_SILENCE)
                except Empty:
                    # Silent, with the reply there: libzmq dropped the end.
                    began += _SILENCE
                    break
                own = message["parent_header"].get("msg_id") == request
                idle = own and message["content"].get("execution_state") == "idle"
            client.get_shell_msg(timeout=60)
            return Bare(time.perf_counter() - began, memory.grown(), idle)


def _ours(name: str) -> Ours:
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as home:
        models = {
            "flood": ScriptedModel(
                [answer for source in ("1+1", FLOODS[name]) for answer in (calls(source), says("done"))]
            ),
            "other": ScriptedModel(
                [answer for n in range(_OTHER_TURNS) for answer in (calls(f"1+1  # {n}"), says("done"))]
            ),
        }
        engine = Engine(load_settings(home=Path(home)), make_model=lambda model: models[model])
        try:
            live, other = (
                Interpreter(engine=engine, settings=ConversationSettings(model=model, approval="auto"))
                for model in models
            )
            live.run("warm")
            other.run("warm")
            with _Stalls(engine) as stalls, _Memory() as memory:
                began = time.perf_counter()
                live.submit("flood")
                waited = _meanwhile(live, other)
                seconds = time.perf_counter() - began
                growth = memory.grown()
            if live.snapshot().turns[-1].ending != "done":
                raise RuntimeError(f"the flood's turn ended as {live.snapshot().turns[-1].ending}")
            return Ours(seconds, growth, stalls.longest, max(waited), len(waited))
        finally:
            engine.close()


def _meanwhile(live: Interpreter, other: Interpreter) -> list[float]:
    """Seconds of each of the other's turns until the flood is over."""
    waited: list[float] = []
    while live.busy or not waited:
        began = time.perf_counter()
        if other.run("go").turn.ending != "done":
            raise RuntimeError("the other conversation's turn failed")
        waited.append(time.perf_counter() - began)
    return waited


class _Memory:
    """The highest resident memory of this process while it is open."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._start = self._highest = self._process.memory_info().rss
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._over.wait(_SAMPLING):
            self._highest = max(self._highest, self._process.memory_info().rss)

    def grown(self) -> float:
        """MB above the start, so far."""
        return (self._highest - self._start) / 2**20

    def __enter__(self) -> _Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)


class _Stalls:
    """How late the engine's loop comes to a timer, at worst."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._over = False
        self._due = 0.0
        self.longest = 0.0

    def _tick(self) -> None:
        now = time.perf_counter()
        if self._due:
            self.longest = max(self.longest, now - self._due)
        if not self._over:
            self._due = now + _TICK
            self._engine.loop.call_later(_TICK, self._tick)

    def __enter__(self) -> _Stalls:
        self._engine.loop.call_soon_threadsafe(self._tick)
        return self

    def __exit__(self, *_: object) -> None:
        self._over = True
