"""The ladder by which a running cell is ended: it is interrupted, once more after a while, and then there is no other
step but to end its kernel.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

#: Seconds an interrupted cell gets before the next step of the ladder.
GRACE = 3.0


class Ladder:
    """How far the ladder has been climbed for one cell; `interrupt` is one step of it."""

    def __init__(self, interrupt: Callable[[], Awaitable[None]]) -> None:
        self._interrupt = interrupt
        self._step = 0
        self._since = 0.0

    @property
    def begun(self) -> bool:
        """Whether the cell was interrupted at all."""
        return self._step > 0

    async def begin(self) -> None:
        """Interrupt the cell, once however often it is asked for."""
        if not self._step:
            await self._climb()

    async def exhausted(self) -> bool:
        """Take the next step when it is due; whether there is none left."""
        if not self._step or time.monotonic() - self._since < GRACE:
            return False
        if self._step == 1:
            await self._climb()
            return False
        return True

    async def _climb(self) -> None:
        self._step, self._since = self._step + 1, time.monotonic()
        await self._interrupt()
