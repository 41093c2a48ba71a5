"""What one cell may do to the next: delete its folder, fork, print into its output; and where `exit` ends a cell."""

from __future__ import annotations

import contextvars
import os
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

#: Threads that outlive the cell that happened to need them first, and then work for others.
_SHARED = ("concurrent.futures.thread", "multiprocessing.pool")


def install(shell: Any) -> None:
    """Start each cell in a folder that exists; end copies of the kernel where their cell ends.

    What a thread prints belongs to the cell that started it, also when another cell runs by then. `sys.exit()` ends the
    cell as it ends a program, well, unless it names a failure.
    """
    start, own, start_thread = Path.cwd(), os.getpid(), threading.Thread.start

    def standing(*_: object) -> None:
        try:
            Path.cwd()
        except FileNotFoundError:
            start.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.chdir(start)

    def alone(*_: object) -> None:
        # A copy would read the kernel's own sockets and answer in its place.
        if os.getpid() != own:
            os._exit(0)

    def started(thread: Any) -> None:
        target = getattr(thread, "_target", None)
        if getattr(target, "__module__", "") not in _SHARED:
            # In the context of the code that starts it: ipykernel keeps the cell there.
            run, context = thread.run, contextvars.copy_context()
            thread.run = lambda: context.run(run)
        start_thread(thread)

    run_code, show = shell.run_code, shell.showtraceback

    async def ran(code: Any, result: Any = None, *, async_: bool = False) -> Any:
        ended = await run_code(code, result, async_=async_)
        if ended and result is not None and _is_ending(result.error_in_exec):
            result.error_in_exec = None
        return ended

    def showtraceback(*args: Any, **kwargs: Any) -> None:
        if not (kwargs.get("exception_only") and _is_ending(sys.exc_info()[1])):
            show(*args, **kwargs)

    shell.run_code, shell.showtraceback = ran, showtraceback
    # Of ways to leave, which a kernel has none of.
    warnings.filterwarnings("ignore", "To exit: use", UserWarning)
    shell.events.register("pre_run_cell", standing)
    shell.events.register("post_run_cell", alone)
    threading.Thread.start = started  # type: ignore[assignment,method-assign]  # the one place where every thread passes


def _is_ending(error: BaseException | None) -> bool:
    """Whether code ended itself and called that no failure."""
    return type(error) is SystemExit and error.code in (None, 0)
