"""P6: 100 MB of stdout, in one print and in a hundred writes, against draining the same from a stock kernel.

Each side runs in a process of its own, so that the memory of one says nothing about the other.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import psutil

from benchmarks.headless import interpreter, turn
from benchmarks.model import FLOODS, model_process
from benchmarks.raw import drained, raw_kernel
from benchmarks.report import Row, sample
from lci.runtime.conversation.interpreter import Interpreter

TIMES, WARM, TRIVIAL = 3, 3, 16
FACTOR, GROWTH_MB, SLOWER = 1.5, 60, 1.2
_SAMPLING = 0.01
T = TypeVar("T")


def measure() -> list[Row]:
    with model_process() as url:
        rows = []
        for name, what in (("one", "100 MB in one print"), ("many", "100 MB in 100 writes")):
            raw = _apart(_raw, name)
            times, grown, quiet, after = _apart(_ours, url, name)
            ours, drain = sample(times, "s"), sample(raw, "s")
            calm, late = sample(quiet), sample(after)
            memory = sample([max(grown)], "MB")
            rows += [
                Row(
                    "P6",
                    f"{what}: whole turn",
                    ours,
                    drain,
                    "raw drain:",
                    f"≤ {FACTOR} ×",
                    ours.median <= FACTOR * drain.median,
                ),
                Row(
                    "P6",
                    f"{what}: the app's memory, largest growth of {TIMES} floods in a row",
                    memory,
                    None,
                    "",
                    f"≤ {GROWTH_MB} MB",
                    memory.median <= GROWTH_MB,
                ),
                Row(
                    "P6",
                    f"{what}: the next trivial turns",
                    late,
                    calm,
                    "at the same place without floods:",
                    f"not slower (≤ {SLOWER} ×)",
                    late.median <= SLOWER * calm.median,
                ),
            ]
        return rows


def _apart(work: Callable[..., T], *arguments: str) -> T:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result(120)


def _raw(name: str) -> list[float]:
    """Seconds of each drain."""
    times = []
    with raw_kernel() as kernel:
        drained(kernel, "1+1")
        for _ in range(TIMES):
            began = time.perf_counter()
            if drained(kernel, FLOODS[name]) < 100 * 2**20:
                raise RuntimeError("the raw kernel lost output")
            times.append(time.perf_counter() - began)
    return times


def _ours(url: str, name: str) -> tuple[list[float], list[float], list[float], list[float]]:
    """Seconds of each flood, the process's growth in MB during it, seconds of trivial turns without and after floods.

    Turns slow down with the messages before them, so the calm ones stand at the same place of another conversation.
    """
    with interpreter(url) as live:
        _trivial(live, WARM + TIMES)
        calm = _trivial(live, TRIVIAL)
    times, grown = [], []
    with interpreter(url) as live:
        _trivial(live, WARM)
        start = psutil.Process().memory_info().rss
        for _ in range(TIMES):
            with _Watch() as watch:
                times.append(turn(live, f"flood={name}"))
            grown.append((watch.highest - start) / 2**20)
        after = _trivial(live, TRIVIAL)
    return times, grown, calm, after


def _trivial(live: Interpreter, count: int) -> list[float]:
    return [turn(live, f"rounds=1 tag=t{index}") for index in range(count)]


class _Watch:
    """The highest resident memory of this process while it is open."""

    def __init__(self) -> None:
        self.highest = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        process = psutil.Process()
        while not self._over.wait(_SAMPLING):
            self.highest = max(self.highest, process.memory_info().rss)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)
