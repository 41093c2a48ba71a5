"""What a conversation's notebook has run apart from it: one at a time, in a folder that is gone afterwards."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from lci.errors import LciError, Problem, StoreUnwritable
from lci.removal import removed
from lci.runtime.conversation.background import Background
from lci.runtime.conversation.journal import Journal
from lci.runtime.engine import Engine

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How many cells have ended, of how many; none of 0 while the files are being copied."""

    done: int = 0
    cells: int = 0


class Apart:
    """What runs, if anything does; from any thread but the engine's, where no other is named."""

    def __init__(self, engine: Engine, journal: Journal, background: Background) -> None:
        self._engine = engine
        self._journal = journal
        self._background = background
        self._task: asyncio.Task[None] | None = None
        self._cancelled = False
        #: Set where what is being prepared is not to go on.
        self.ended = threading.Event()
        #: How far it has come; None while nothing runs.
        self.progress: Progress | None = None
        #: Why the last one came to nothing.
        self.problem: Problem | None = None

    def start(self, run: Callable[[Path], Awaitable[Problem | None]]) -> None:
        """Have `run` work in a new folder, unless something does already; does not wait for it."""
        self._engine.call(self._start(run))

    def cancel(self) -> None:
        """End what runs, and leave nothing of it; does not wait."""
        self._engine.loop.call_soon_threadsafe(self._cancel)

    # --- on the engine's loop -----------------------------------------------------------------------------------------

    def moved_on(self, done: int, cells: int) -> None:
        """Note how far it has come."""
        self.progress = Progress(done, cells)

    async def prepared(self, prepare: Callable[[], T]) -> T:
        """What `prepare` gives in a thread, which has ended when this has: nothing is written into a removed folder."""
        work = asyncio.create_task(asyncio.to_thread(prepare))
        try:
            return await asyncio.shield(work)
        finally:
            self.ended.set()
            await asyncio.wait([work])

    async def end(self) -> None:
        """End what runs; nothing is left of it when this returns."""
        if (task := self._task) is not None:
            self._cancel()
            await asyncio.wait([task])

    async def _start(self, run: Callable[[Path], Awaitable[Problem | None]]) -> None:
        if self.progress is not None:
            return
        self.ended.clear()
        self._cancelled = False
        self.progress, self.problem = Progress(), None
        self._task = self._background.start(self._run(run))
        self._journal.touch()

    def _cancel(self) -> None:
        # Once: a second time would interrupt the clearing up.
        if self._task is not None and not self._cancelled:
            self._cancelled = True
            self.ended.set()
            self._task.cancel()

    async def _run(self, run: Callable[[Path], Awaitable[Problem | None]]) -> None:
        place: Path | None = None
        try:
            place = Path(tempfile.mkdtemp(prefix="lci-verify-"))
            self.problem = await run(place)
        except LciError as error:
            self.problem = error.problem
        except OSError as error:
            self.problem = StoreUnwritable(tempfile.gettempdir(), error.strerror or str(error)).problem
        finally:
            try:
                if place is not None:
                    await asyncio.to_thread(removed, place)
            finally:
                self.progress = self._task = None
                self._journal.touch()
