"""How much of what one kernel sends is read: a store of bytes and messages, full at a cell's start, that refills."""

from __future__ import annotations

import time
from collections.abc import Sequence

from lci.core.ports import LeftOut
from lci.kernels.messages import is_status

#: Bytes, as weighed, and messages of one cell that may come at once; the launcher keeps to less.
BYTES = 80_000_000
MESSAGES = 10_000
#: Bytes and messages a second that may come beyond: a live figure may go on for hours.
_BYTES_PER_SECOND = 4_000_000
_MESSAGES_PER_SECOND = 2_500


class Intake:
    """Decides about each message of one kernel before it is read, and counts what is left out."""

    def __init__(self) -> None:
        self._bytes, self._messages = float(BYTES), float(MESSAGES)
        self._at = time.monotonic()
        self._left_out = LeftOut()

    def refill(self) -> None:
        """A cell begins: what earlier ones used or lost is not its concern."""
        self._bytes, self._messages = float(BYTES), float(MESSAGES)
        self._at = time.monotonic()
        self._left_out = LeftOut()

    def admits(self, frames: Sequence[bytes | bytearray], weighs: int) -> bool:
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
        self._left_out = LeftOut(self._left_out.messages + messages, self._left_out.bytes + size)

    @property
    def left_out(self) -> LeftOut:
        """What was left out since the last `refill`."""
        return self._left_out
