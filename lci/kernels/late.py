"""Output that comes when its cell has ended: from threads and tasks it left running."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from lci.core.protocols import KernelEvent
from lci.kernels.iopub import kernel_event, parent_id

#: Cells whose late output finds its way; older ones are forgotten.
_CELLS = 2_000


class Late:
    """Knows which cell a request ran, and tells `heard(tag, event)` what belongs to one that has ended."""

    def __init__(self) -> None:
        self.heard: Callable[[str, KernelEvent], None] | None = None
        self._tags: OrderedDict[str, str] = OrderedDict()

    def began(self, request: str, tag: str) -> None:
        """From now on `request` means the cell of that tag."""
        self._tags[request] = tag
        while len(self._tags) > _CELLS:
            self._tags.popitem(last=False)

    def told(self, message: Mapping[str, Any]) -> None:
        """Pass on a message that is not the running cell's."""
        tag = self._tags.get(parent_id(message) or "")
        if tag is None or self.heard is None:
            return
        event = kernel_event(message)
        if event is not None:
            self.heard(tag, event)


class Between:
    """Reads iopub while no cell does; only one of them may, so it has to stop first."""

    def __init__(self, poller: Any, received: Callable[[], Awaitable[list[dict[str, Any]]]], late: Late) -> None:
        self._poller = poller
        self._received = received
        self._late = late
        self._stop = asyncio.Event()
        self._task = asyncio.create_task(self._read())

    async def end(self) -> None:
        """Stop at once, with no message taken and lost."""
        self._stop.set()
        await self._task

    async def _read(self) -> None:
        stopping = asyncio.ensure_future(self._stop.wait())
        while not self._stop.is_set():
            # Only the waiting is given up half-way, never the reading.
            polling = asyncio.ensure_future(self._poller.poll())
            await asyncio.wait([polling, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not polling.done():
                polling.cancel()
                break
            for message in await self._received():
                self._late.told(message)
        stopping.cancel()
