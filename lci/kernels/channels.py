"""Reading what a kernel sends, whatever carries it: in batches, checked and bounded before it is parsed."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from typing import TypeAlias

from jupyter_client.session import Session

from lci.core.outputs import Json
from lci.core.ports import JupyterMessage, LeftOut
from lci.kernels.messages import is_status, weight

Frames: TypeAlias = list[bytes | bytearray]

#: Bytes and messages that wait to be taken; beyond, nothing more is to be put in.
_WAITING_BYTES, _WAITING_MESSAGES = 8_000_000, 1_000
#: Bytes, as weighed, and messages of one cell that may come at once; the launcher keeps to less.
BYTES = 80_000_000
MESSAGES = 10_000
#: Bytes and messages a second that may come beyond: a live figure may go on for hours.
_BYTES_PER_SECOND = 4_000_000
_MESSAGES_PER_SECOND = 2_500
#: Messages that are looked at before others get their turn, and how many of them may be read.
_LOOKED_AT, _BATCH = 1_000, 200
#: Bytes, as weighed, above which a message is read beside the loop.
_HEAVY = 500_000
#: Bytes, as weighed, of one reply.
_MAX_REPLY = 40_000_000


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


class BoundedReading(ABC):
    """`Channels` over three inboxes, with one budget for what a cell may send; a subclass connects and sends."""

    def __init__(self, session: Session, unpack: Callable[[Frames], JupyterMessage | None]) -> None:
        self._session = session
        self._unpack = unpack
        self._intake = Intake()
        self.arrived, self._answered = asyncio.Event(), asyncio.Event()
        self.oversized_answers = 0
        self._shell = Inbox(self.arrived, lambda *_: None)
        self._control = Inbox(self._answered, self._refuse)
        self._iopub = Inbox(self.arrived, self._intake.lost)
        self._inboxes = {"shell": self._shell, "control": self._control, "iopub": self._iopub}

    @abstractmethod
    def _send(self, channel: str, frames: list[bytes]) -> None:
        """Send a signed message; nothing happens on a lost connection that is not made again."""

    def ask(self, kind: str, content: Mapping[str, Json]) -> str:
        return self._ask("shell", kind, content)

    def ask_control(self, kind: str, content: Mapping[str, Json]) -> str:
        return self._ask("control", kind, content)

    def _ask(self, channel: str, kind: str, content: Mapping[str, Json]) -> str:
        message = self._session.msg(kind, dict(content))
        self._send(channel, self._session.serialize(message))
        return str(message["header"]["msg_id"])

    def cell_began(self) -> None:
        self._intake.refill()

    @property
    def left_out(self) -> LeftOut:
        return self._intake.left_out

    async def wait(self, seconds: float) -> bool:
        return await _set(self.arrived, seconds)

    async def wait_for_answer(self, seconds: float) -> bool:
        return await _set(self._answered, seconds)

    def waiting(self) -> bool:
        more = self._shell.has_messages or self._iopub.has_messages
        if more:
            self.arrived.set()
        return more

    async def replies(self) -> list[JupyterMessage]:
        return await self._read(self._shell, _fits)

    async def answers(self) -> list[JupyterMessage]:
        read = await self._read(self._control, _fits)
        if self._control.has_messages:
            self._answered.set()
        return read

    async def published(self) -> list[JupyterMessage]:
        return await self._read(self._iopub, self._intake.admits)

    def _refuse(self, messages: int, size: int) -> None:  # noqa: ARG002 - as an intake counts
        self.oversized_answers += messages

    async def _read(self, inbox: Inbox, admits: Callable[[Frames, int], bool]) -> list[JupyterMessage]:
        read: list[JupyterMessage] = []
        for _ in range(_LOOKED_AT):
            frames = inbox.take() if len(read) < _BATCH else None
            if frames is None:
                break
            weighs = sum(map(weight, frames))
            if not admits(frames, weighs):
                inbox.lost(1, sum(map(len, frames)))
                continue
            heavy = weighs > _HEAVY
            message = await asyncio.to_thread(self._unpack, frames) if heavy else self._unpack(frames)
            if message is not None:
                read.append(message)
            else:
                inbox.lost(1, sum(map(len, frames)))
            if heavy:
                break
        # Everything above may have been done without waiting once: others come first now.
        await asyncio.sleep(0)
        return read


def _fits(_: Frames, weighs: int) -> bool:
    return weighs <= _MAX_REPLY


async def _set(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    event.clear()
    return True
