"""Output that cells bring after their end, gathered for a moment and bounded, so that no thread can fill the log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from lci.core import events as e
from lci.core.outputs import StreamOutput, one_text
from lci.core.ports import (
    DisplayUpdated,
    ExecutionFinished,
    KernelEvent,
    MemoryHigh,
    OutputCleared,
    OutputProduced,
)
from lci.errors import Fact

#: Seconds output is gathered before it is recorded.
_INTERVAL = 0.25
#: Late entries and characters of one cell.
_ENTRIES = 300
_CHARACTERS = 200_000
_LEFT_OUT = StreamOutput("stderr", "[further output after the cell's end left out]\n")


class BackgroundOutput:
    """Takes what a kernel tells of ended cells and hands `record(cell_id, event)` a few events a second."""

    def __init__(self, record: Callable[[str, e.Event], None]) -> None:
        self._record = record
        self._waiting: list[tuple[str, e.Event]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._entries: dict[str, int] = {}
        self._characters: dict[str, int] = {}

    def heard(self, cell_id: str, event: KernelEvent) -> None:
        """Take one event; on the engine's loop."""
        match event:
            case OutputProduced(StreamOutput() as output):
                self._take_text(cell_id, output)
            case OutputProduced(output):
                self._take(cell_id, e.OutputAdded(cell_id, output))
            case DisplayUpdated(display_id, data, metadata):
                self._take(cell_id, e.OutputUpdated(display_id, data, metadata))
            case OutputCleared(wait):
                self._take(cell_id, e.OutputsCleared(cell_id, wait))
            case MemoryHigh(used, limit, saved):
                facts: dict[str, Fact] = {
                    "used_mb": used // 10**6,
                    "limit_mb": limit // 10**6,
                    "saved": ", ".join(saved),
                }
                self._take(cell_id, e.Notice("memory_high_saved" if saved else "memory_high", facts))
            case ExecutionFinished():
                pass

    def _take_text(self, cell_id: str, output: StreamOutput) -> None:
        used = self._characters.get(cell_id, 0)
        if used > _CHARACTERS:
            return
        self._characters[cell_id] = used + len(output.text)
        kept = replace(output, text=output.text[: _CHARACTERS - used])
        cell, event = self._waiting[-1] if self._waiting else ("", None)
        joined = one_text(event.output, kept) if cell == cell_id and isinstance(event, e.OutputAdded) else None
        if joined is not None:
            self._waiting[-1] = (cell_id, e.OutputAdded(cell_id, joined))
        else:
            self._take(cell_id, e.OutputAdded(cell_id, kept))
        if used + len(output.text) > _CHARACTERS:
            self._take(cell_id, e.OutputAdded(cell_id, _LEFT_OUT))

    def _take(self, cell_id: str, event: e.Event) -> None:
        entries = self._entries.get(cell_id, 0)
        if entries > _ENTRIES:
            return
        self._entries[cell_id] = entries + 1
        if entries == _ENTRIES:
            event = e.OutputAdded(cell_id, _LEFT_OUT)
        self._waiting.append((cell_id, event))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_INTERVAL, self._flush)

    def _flush(self) -> None:
        self._timer = None
        waiting, self._waiting = self._waiting, []
        for cell_id, event in waiting:
            self._record(cell_id, event)

    def close(self) -> None:
        """Record what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._flush()
