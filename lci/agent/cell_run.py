"""Running one cell: what a kernel reports as events, and the interrupt that a stop or the patience's end brings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TypeAlias

from lci.agent.batching import any_of, batches
from lci.core import events as e
from lci.core.outputs import one_text
from lci.core.ports import (
    DisplayUpdated,
    ExecutionFinished,
    KernelEvent,
    OutputCleared,
    OutputProduced,
    Runs,
)
from lci.core.remarks import Remark

#: Seconds between interrupts of a cell that is to stop; the kernel counts only the first that reaches a running cell.
_INTERRUPT_INTERVAL = 0.2

_Stream: TypeAlias = AsyncIterator[e.Event]


async def executed(kernel: Runs, started: e.CellStarted, stop: asyncio.Event, patience: float = 0.0) -> _Stream:
    """Run one cell; `started` is the first event and `CellFinished` the last.

    Setting `stop` interrupts it, as `patience` seconds do; no `patience` is endless.
    """
    yield started
    cell_id, source = started.cell_id, started.source
    overtime = asyncio.Event()
    timer = asyncio.get_running_loop().call_later(patience, overtime.set) if patience else None
    watch = asyncio.create_task(interrupting(kernel, stop, overtime))
    try:
        async for batch in batches(kernel.execute(source, cell_id)):
            for happened in _joined(batch):
                match happened:
                    case OutputProduced(output):
                        yield e.OutputAdded(cell_id, output)
                    case DisplayUpdated(display_id, data, metadata):
                        yield e.OutputUpdated(display_id, data, metadata)
                    case OutputCleared(wait):
                        yield e.OutputsCleared(cell_id, wait)
                    case ExecutionFinished(status, count, duration, problem, remarks):
                        if problem is not None:
                            remarks = (Remark("death", dict(problem.facts)), *remarks)
                        if status == "interrupted" and overtime.is_set() and not stop.is_set():
                            status, remarks = "timeout", (Remark("time_limit", {"seconds": patience}),)
                        yield e.CellFinished(cell_id, status, count, duration, remarks)
    finally:
        watch.cancel()
        if timer is not None:
            timer.cancel()


async def interrupting(kernel: Runs, *reasons: asyncio.Event) -> None:
    """Once one of `reasons` is set, interrupt again and again: the first may come before the kernel has begun."""
    await any_of(*reasons)
    while True:
        await kernel.interrupt()
        await asyncio.sleep(_INTERRUPT_INTERVAL)


def _joined(batch: list[KernelEvent]) -> list[KernelEvent]:
    """The batch with neighbouring text of one stream joined, and without what is cleared again within it."""
    joined: list[KernelEvent] = []
    for happened in batch:
        last = joined[-1] if joined else None
        match happened:
            case OutputProduced(output):
                both = one_text(last.output, output) if isinstance(last, OutputProduced) else None
                if both is not None:
                    joined[-1] = OutputProduced(both)
                    continue
                if isinstance(last, OutputCleared) and last.wait:
                    joined = [*_uncleared(joined), last]
            case OutputCleared(wait=False):
                joined = _uncleared(joined)
            case OutputCleared() if last == happened:
                continue
        joined.append(happened)
    return joined


def _uncleared(events: list[KernelEvent]) -> list[KernelEvent]:
    """What clearing a cell's outputs leaves of the events before it."""
    return [event for event in events if not isinstance(event, OutputProduced | OutputCleared)]
