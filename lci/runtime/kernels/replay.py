"""Run the successful cells of a conversation again, so that its variables are back.

In a copy of the workspace with the files the person brought: what the cells once wrote or changed is not done twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from lci.agent.cell_run import interrupting
from lci.core.outputs import ErrorOutput
from lci.core.ports import ExecutionFinished, Kernel, OutputProduced
from lci.core.turns import Cell


@dataclass(frozen=True, slots=True)
class Replayed:
    """How far a replay came: `error` is the first new failure, empty where there was none; `tables` were read again."""

    cells: int
    of: int
    error: str = ""
    tables: tuple[str, ...] = ()


async def replayed(
    kernel: Kernel,
    cells: Sequence[Cell],
    copy: str,
    stop: asyncio.Event,
    at: Callable[[int], None],
    saved: Callable[[Sequence[Cell]], Mapping[str, str]],
) -> Replayed:
    """Run `cells` in the folder `copy` of the kernel's HOME, calling `at` with the number done; outputs go nowhere.

    Then read the tables that `saved` gives for the cells that were run: the places of Parquet files by their names;
    what cannot be read is left. Stops at the first failure and when `stop` is set. Raises what starting or asking the
    kernel raises.
    """
    await kernel.start()
    await kernel.inspector.enter_copy(copy)
    watch = asyncio.create_task(interrupting(kernel, stop))
    try:
        done = await _run(kernel, cells, stop, at)
        tables = []
        for name, place in saved(cells[: done.cells]).items() if kernel.facts is not None else ():
            if stop.is_set():
                break
            if not await _failure(kernel, f"{name} = __import__('pandas').read_parquet({place!r})"):
                tables.append(name)
            elif kernel.facts is None:
                # With the kernel all is gone again.
                return Replayed(0, len(cells), "died")
        return replace(done, tables=tuple(tables))
    finally:
        watch.cancel()
        if kernel.facts is not None:
            await kernel.inspector.leave_copy()


async def _run(kernel: Kernel, cells: Sequence[Cell], stop: asyncio.Event, at: Callable[[int], None]) -> Replayed:
    for done, cell in enumerate(cells):
        at(done)
        if error := "stopped" if stop.is_set() else await _failure(kernel, cell.source):
            return Replayed(done, len(cells), error)
    return Replayed(len(cells), len(cells))


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
