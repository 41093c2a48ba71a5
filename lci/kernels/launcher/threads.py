"""What a thread prints belongs to the cell that started it, also when another cell runs by then."""

from __future__ import annotations

import contextvars
import threading
from typing import Any

#: Threads that outlive the cell that happened to need them first, and then work for others.
_SHARED = ("concurrent.futures.thread", "multiprocessing.pool")


def install() -> None:
    """Have new threads run in the context of the code that started them: ipykernel keeps the cell there."""
    start = threading.Thread.start

    def started(thread: Any) -> None:
        target = getattr(thread, "_target", None)
        if getattr(target, "__module__", "") not in _SHARED:
            run, context = thread.run, contextvars.copy_context()
            thread.run = lambda: context.run(run)
        start(thread)

    threading.Thread.start = started  # type: ignore[assignment,method-assign]  # the one place where every thread passes
