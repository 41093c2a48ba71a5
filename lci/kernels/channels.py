"""Reading what a kernel sends, whatever carries it: in batches, checked and bounded before it is parsed."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Protocol

from jupyter_client.session import Session

from lci.core.outputs import Json
from lci.core.ports import JupyterMessage, LeftOut
from lci.kernels.intake import Intake
from lci.kernels.messages import weight
from lci.kernels.zmtp import Frames

#: Messages that are looked at before others get their turn, and how many of them may be read.
_LOOKED_AT, _BATCH = 1_000, 200
#: Bytes, as weighed, above which a message is read beside the loop.
_HEAVY = 500_000
#: Bytes, as weighed, of one reply.
_MAX_REPLY = 40_000_000


class Source(Protocol):
    """Where the messages of one channel wait; `skipped` are those left out while they came, and their bytes."""

    @property
    def skipped(self) -> tuple[int, int]: ...

    @property
    def has_messages(self) -> bool: ...

    def take(self) -> Frames | None: ...


class BoundedReading(ABC):
    """The reading half of `Channels` over three sources, with one budget for what a cell may send."""

    def __init__(self, session: Session, unpack: Callable[[Frames], JupyterMessage | None]) -> None:
        self._session = session
        self._unpack = unpack
        self.arrived = asyncio.Event()
        self._answered = asyncio.Event()
        self._intake = Intake()
        self._skipped = (0, 0)
        self._refused = 0

    @abstractmethod
    def _sources(self) -> tuple[Source | None, Source | None, Source | None]:
        """Shell, control and iopub, as far as they are connected."""

    def _message(self, kind: str, content: Mapping[str, Json]) -> tuple[str, list[bytes]]:
        """A request's id and its frames, signed."""
        message = self._session.msg(kind, dict(content))
        return str(message["header"]["msg_id"]), self._session.serialize(message)

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
        shell, _, iopub = self._sources()
        more = any(each is not None and each.has_messages for each in (shell, iopub))
        if more:
            self.arrived.set()
        return more

    async def replies(self) -> list[JupyterMessage]:
        return await self._read(self._sources()[0], _fits)

    async def answers(self) -> list[JupyterMessage]:
        control = self._sources()[1]
        read = await self._read(control, _fits, self._refuse)
        if control is not None and control.has_messages:
            self._answered.set()
        return read

    @property
    def oversized_answers(self) -> int:
        control = self._sources()[1]
        return 0 if control is None else control.skipped[0] + self._refused

    async def published(self) -> list[JupyterMessage]:
        iopub = self._sources()[2]
        if iopub is None:
            return []
        messages, size = iopub.skipped
        if messages > self._skipped[0]:
            self._intake.lost(messages - self._skipped[0], size - self._skipped[1])
            self._skipped = (messages, size)
        return await self._read(iopub, self._intake.admits, self._intake.lost)

    def _refuse(self, messages: int, size: int) -> None:  # noqa: ARG002 - as an intake counts
        self._refused += messages

    async def _read(
        self,
        source: Source | None,
        admits: Callable[[Frames, int], bool],
        lost: Callable[[int, int], None] | None = None,
    ) -> list[JupyterMessage]:
        read: list[JupyterMessage] = []
        for _ in range(_LOOKED_AT):
            frames = source.take() if source is not None and len(read) < _BATCH else None
            if frames is None:
                break
            weighs = sum(map(weight, frames))
            if not admits(frames, weighs):
                if lost is not None:
                    lost(1, sum(map(len, frames)))
                continue
            heavy = weighs > _HEAVY
            message = await asyncio.to_thread(self._unpack, frames) if heavy else self._unpack(frames)
            if message is not None:
                read.append(message)
            elif lost is not None:
                lost(1, sum(map(len, frames)))
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
