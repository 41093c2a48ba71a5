"""The notebook of `-n`, written as the conversation goes on, and never for more than a part of the time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from lci.core.conversation import Conversation
from lci.core.protocols import Blobs
from lci.errors import NotebookNotWritable
from lci.runtime.conversation.background import Background

log = logging.getLogger("lci")

#: Times as long as a write took, nothing is written after it, when it took longer than a moment.
_REST = 9
_MOMENT = 0.1


class NotebookWriter:
    """Writes what `snapshot` gives to `target`; on the engine's loop."""

    def __init__(
        self, target: Path, snapshot: Callable[[], Conversation], blobs: Blobs, background: Background
    ) -> None:
        # Loaded with the first notebook: the app is there without it.
        from lci.notebook.live import LiveNotebook

        self._notebook = LiveNotebook(target, blobs)
        self._snapshot = snapshot
        self._background = background
        self._writing = asyncio.Lock()
        self._resting: asyncio.Task[None] | None = None
        self._is_stale = False

    async def changed(self) -> None:
        """Bring the file up to date; a while later, when the last write took long."""
        self._is_stale = True
        if self._resting is None:
            await self.settled()

    async def settled(self) -> None:
        """Bring the file up to date now."""
        async with self._writing:
            if not self._is_stale:
                return
            self._is_stale = False
            began = time.monotonic()
            try:
                await asyncio.to_thread(self._notebook.write, self._snapshot())
            except NotebookNotWritable as error:
                # The conversation itself is safe in the log; a folder that went away must not end the turn.
                log.error("The notebook cannot be written: %s", error.reason)
            took = time.monotonic() - began
            if took > _MOMENT and self._resting is None:
                self._resting = self._background.start(self._rest(_REST * took))

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.sleep(seconds)
        finally:
            self._resting = None
        if self._is_stale:
            await self.settled()
