"""Work on the engine's loop that nobody waits for: kept alive, its failures logged, cancelled at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
log = logging.getLogger("lci")


class Background:
    """The background tasks of one conversation. On the thread of `loop` only, but for `start_soon`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run `work`; a bug in it is logged, not lost."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def start_soon(self, work: Coroutine[Any, Any, None]) -> None:
        """The same from any thread."""
        self._loop.call_soon_threadsafe(self.start, work)

    def cancel(self) -> None:
        """End what still runs."""
        for task in list(self._tasks):
            task.cancel()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("Background work failed", exc_info=error)


class AskedOnce(Generic[K, V]):
    """Values that take a while, each asked for once: None until it is there, when `touch` is called. From any thread.

    At most so many are kept.
    """

    def __init__(
        self, background: Background, ask: Callable[[K], Awaitable[V]], touch: Callable[[], None], most: int
    ) -> None:
        self._background = background
        self._ask = ask
        self._touch = touch
        self._most = most
        self._values: dict[K, V | None] = {}

    def get(self, key: K) -> V | None:
        """The value, if it is there by now."""
        if key not in self._values:
            self._values[key] = None
            self._background.start_soon(self._keep(key))
        return self._values.get(key)

    async def _keep(self, key: K) -> None:
        self._values[key] = await self._ask(key)
        while len(self._values) > self._most:
            self._values.pop(next(iter(self._values)))
        self._touch()
