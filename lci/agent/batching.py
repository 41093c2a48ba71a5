"""Streams in batches: at most about twenty a second reach the log, and none waits longer than it must."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable
from contextlib import aclosing
from typing import Any, TypeVar

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
    if stop is not None and stop.is_set():
        return
    items: deque[T] = deque()
    news = asyncio.Event()
    room = asyncio.Event()

    async def pump() -> None:
        try:
            async with aclosing(source) as stream:  # type: ignore[type-var]  # every source here is an async generator
                async for item in stream:
                    items.append(item)
                    news.set()
                    if len(items) >= _BACKLOG:
                        room.clear()
                        await room.wait()
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
            room.set()
            last = clock.time()
            if batch:
                yield batch
            if pumping.done() and not items:
                await pumping
                return
            if pumping.done():
                news.set()
        # Cancelled before the rest goes out: the reader may take its time with that.
        await _ended(pumping)
        if left := _drained(items):
            yield left
    finally:
        await _ended(pumping, stopping)


async def _first(waiting: asyncio.Future[bool], stopping: asyncio.Task[bool] | None) -> None:
    try:
        await asyncio.wait([waiting, *([stopping] if stopping else [])], return_when="FIRST_COMPLETED")
    finally:
        waiting.cancel()


async def _ended(*tasks: asyncio.Task[Any] | None) -> None:
    """Cancel `tasks` and wait until they are over, whatever they raise."""
    left = [task for task in tasks if task is not None]
    for task in left:
        task.cancel()
    # A cancellation of the reader itself, which may come just here, goes through.
    await asyncio.gather(*left, return_exceptions=True)


def _drained(items: deque[T]) -> list[T]:
    batch = list(items)
    items.clear()
    return batch


async def unless_stopped(seconds: float, stop: asyncio.Event) -> bool:
    """Wait so long; whether the time passed without `stop`."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return not stop.is_set()
    return False


async def or_stopped(work: Awaitable[T], stop: asyncio.Event) -> T | None:
    """What `work` brings, or None, with the work cancelled, when `stop` was set first."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        stopping.cancel()


async def any_of(*reasons: asyncio.Event) -> None:
    """Wait until one of the events is set."""
    waits = [asyncio.ensure_future(reason.wait()) for reason in reasons]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
