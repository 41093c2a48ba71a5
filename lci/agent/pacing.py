"""Streams in batches: at most about twenty a second reach the log, and none waits longer than it must."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import TypeVar

T = TypeVar("T")

#: Seconds between two batches of one stream.
INTERVAL = 0.05
#: Items that may wait for the reader; beyond it the source has to wait.
_BACKLOG = 4_096


async def batches(
    source: AsyncIterator[T], stop: asyncio.Event | None = None, interval: float = INTERVAL
) -> AsyncIterator[list[T]]:
    """What `source` yields, in order, as lists that are at least `interval` seconds apart.

    The first item and the end are never held back. When `stop` is set the source is cancelled and what it had already
    yielded is still given out. Errors of the source are raised after its items.
    """
    items: asyncio.Queue[T] = asyncio.Queue(_BACKLOG)
    news = asyncio.Event()

    async def pump() -> None:
        try:
            async with aclosing(source) as stream:  # type: ignore[type-var]  # every source here is an async generator
                async for item in stream:
                    await items.put(item)
                    news.set()
        finally:
            news.set()

    clock = asyncio.get_running_loop()
    pumping = asyncio.create_task(pump())
    stopping = asyncio.create_task(stop.wait()) if stop is not None else None
    last = clock.time() - interval
    try:
        while True:
            await _first(asyncio.ensure_future(news.wait()), stopping)
            if stopping is not None and stopping.done():
                break
            wait = last + interval - clock.time()
            if wait > 0 and not pumping.done():
                await asyncio.wait(
                    [pumping, *([stopping] if stopping else [])], timeout=wait, return_when="FIRST_COMPLETED"
                )
            news.clear()
            batch = _drained(items)
            last = clock.time()
            if batch:
                yield batch
            if pumping.done() and items.empty():
                await pumping
                return
            if pumping.done():
                news.set()
        if left := _drained(items):
            yield left
    finally:
        for task in (pumping, stopping):
            if task is not None:
                task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(pumping, return_exceptions=True)


async def _first(waiting: asyncio.Future[bool], stopping: asyncio.Task[bool] | None) -> None:
    try:
        await asyncio.wait([waiting, *([stopping] if stopping else [])], return_when="FIRST_COMPLETED")
    finally:
        waiting.cancel()


def _drained(items: asyncio.Queue[T]) -> list[T]:
    batch: list[T] = []
    while not items.empty():
        batch.append(items.get_nowait())
    return batch


async def unless_stopped(seconds: float, stop: asyncio.Event) -> bool:
    """Wait so long; whether the time passed without `stop`."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return True
    return False
