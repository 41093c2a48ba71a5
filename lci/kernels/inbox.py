"""What a kernel has sent and nobody has read yet, and how much of it is read."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from lci.core.ports import LeftOut
from lci.kernels.messages import is_status

Frames: TypeAlias = list[bytes | bytearray]

#: Bytes and messages that wait to be taken; beyond, nothing more is to be put in.
_WAITING_BYTES, _WAITING_MESSAGES = 8_000_000, 1_000
#: Bytes, as weighed, and messages of one cell that may come at once; the launcher keeps to less.
BYTES = 80_000_000
MESSAGES = 10_000
#: Bytes and messages a second that may come beyond: a live figure may go on for hours.
_BYTES_PER_SECOND = 4_000_000
_MESSAGES_PER_SECOND = 2_500


class Inbox:
    """The messages of one channel in their order; `arrived` is set when there is something to take.

    `lost` is called with the number and the bytes of messages that were too large to be put in. Whoever puts them in
    stops while it `is_full`, until `has_room` is called.
    """

    def __init__(self, arrived: asyncio.Event, lost: Callable[[int, int], None]) -> None:
        self.arrived = arrived
        self.lost = lost
        self.has_room: Callable[[], None] = lambda: None
        self.waiting_bytes = 0
        self._messages: deque[tuple[int, Frames]] = deque()

    def clear(self) -> None:
        """Drop what waits: a new connection begins with nothing."""
        self._messages.clear()
        self.waiting_bytes = 0

    def put(self, size: int, frames: Frames) -> None:
        """Add a message that takes so many bytes."""
        self._messages.append((size, frames))
        self.waiting_bytes += size
        self.arrived.set()

    def skip(self, size: int) -> None:
        """Count a message instead."""
        self.lost(1, size)
        self.arrived.set()

    def take(self) -> Frames | None:
        """The message that has waited longest."""
        if not self._messages:
            return None
        size, frames = self._messages.popleft()
        self.waiting_bytes -= size
        if not self.is_full:
            self.has_room()
        return frames

    @property
    def has_messages(self) -> bool:
        """Whether something can be taken."""
        return bool(self._messages)

    @property
    def is_full(self) -> bool:
        """Whether so much waits that nothing more should be put in."""
        return self.waiting_bytes > _WAITING_BYTES or len(self._messages) > _WAITING_MESSAGES


class Intake:
    """Decides about each message of one kernel before it is read, and counts what is left out.

    A store of bytes and messages, full at a cell's start, that refills.
    """

    def __init__(self) -> None:
        self.refill()

    def refill(self) -> None:
        """A cell begins: what earlier ones used or lost is not its concern."""
        self._bytes, self._messages = float(BYTES), float(MESSAGES)
        self._at = time.monotonic()
        #: What was left out since the last `refill`.
        self.left_out = LeftOut()

    def admits(self, frames: Frames, weighs: int) -> bool:
        """Whether this message is read; the kernel's state always is, for a cell ends with it."""
        now = time.monotonic()
        self._bytes = min(BYTES, self._bytes + (now - self._at) * _BYTES_PER_SECOND)
        self._messages = min(MESSAGES, self._messages + (now - self._at) * _MESSAGES_PER_SECOND)
        self._at = now
        if is_status(frames):
            return True
        if weighs > self._bytes or self._messages < 1:
            return False
        self._bytes -= weighs
        self._messages -= 1
        return True

    def lost(self, messages: int, size: int) -> None:
        """Count what did not get here, or could not be read."""
        self.left_out = LeftOut(self.left_out.messages + messages, self.left_out.bytes + size)
