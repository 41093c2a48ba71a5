"""Run the successful cells of a conversation again, so that its variables are back.

In a copy of the workspace with the files the person brought: what the cells once wrote or changed is not done twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lci.agent.cell_run import interrupting
from lci.core.outputs import ErrorOutput
from lci.core.ports import ExecutionFinished, Kernel, OutputProduced
from lci.core.turns import Cell


@dataclass(frozen=True, slots=True)
class Replayed:
    """How far a replay came: `error` is the first new failure's, empty when there was none."""

    cells: int
    of: int
    error: str = ""


async def replayed(
    kernel: Kernel, cells: Sequence[Cell], copy: str, stop: asyncio.Event, at: Callable[[int], None]
) -> Replayed:
    """Run `cells` in the folder `copy` of the kernel's HOME, calling `at` with the number done; outputs go nowhere.

    Stops at the first failure and when `stop` is set. Raises what starting or asking the kernel raises.
    """
    await kernel.start()
    await kernel.inspector.enter_copy(copy)
    watch = asyncio.create_task(interrupting(kernel, stop))
    try:
        for done, cell in enumerate(cells):
            at(done)
            if error := "stopped" if stop.is_set() else await _failure(kernel, cell.source):
                return Replayed(done, len(cells), error)
        return Replayed(len(cells), len(cells))
    finally:
        watch.cancel()
        if kernel.facts is not None:
            await kernel.inspector.leave_copy()


async def brought_back(kernel: Kernel, tables: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the tables that could be read from their Parquet files, whose places are given, into memory."""
    back = []
    for name, place in tables.items():
        if not await _failure(kernel, f"{name} = __import__('pandas').read_parquet({place!r})"):
            back.append(name)
    return tuple(back)


async def _failure(kernel: Kernel, source: str) -> str:
    """What went wrong with one cell; empty when nothing did."""
    error = ""
    async for event in kernel.execute(source):
        match event:
            case OutputProduced(ErrorOutput(ename, evalue)):
                error = f"{ename}: {evalue}"[:200]
            case ExecutionFinished(status):
                return "" if status == "ok" else error or status
            case _:
                pass
    return error
