"""Reading what a kernel sends, whatever carries it: in batches, checked and bounded before it is parsed."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from jupyter_client.session import Session

from lci.core.outputs import Json
from lci.core.ports import JupyterMessage, LeftOut
from lci.kernels.inbox import Frames, Inbox, Intake
from lci.kernels.messages import weight

#: Messages that are looked at before others get their turn, and how many of them may be read.
_LOOKED_AT, _BATCH = 1_000, 200
#: Bytes, as weighed, above which a message is read beside the loop.
_HEAVY = 500_000
#: Bytes, as weighed, of one reply.
_MAX_REPLY = 40_000_000


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
