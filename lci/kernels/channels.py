"""The app's end of a kernel's shell, control and iopub: what is asked, and what comes back, checked and bounded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jupyter_client.session import Session

from lci.kernels.intake import Intake
from lci.kernels.messages import Message, unpacked, weight
from lci.kernels.zmtp import Connection, Frames, Kind, connected

#: Messages that are looked at before others get their turn, and how many of them may be read.
_LOOKED_AT, _BATCH = 1_000, 200
#: Bytes, as weighed, above which a message is read beside the loop.
_HEAVY = 500_000
#: Bytes, as weighed, of one reply.
_MAX_REPLY = 40_000_000
#: Seconds between two attempts to connect to a socket that is not there yet.
_RETRY = 0.01


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one kernel's sockets are: `address` is a path's beginning for `ipc`."""

    transport: str
    address: str
    shell: int
    control: int
    iopub: int


class Channels:
    """Three connections to one kernel; `arrived` is set when shell or iopub have something, `answered` for control."""

    def __init__(self, session: Session, endpoint: Endpoint) -> None:
        self._session = session
        self._endpoint = endpoint
        self.arrived = asyncio.Event()
        self.answered = asyncio.Event()
        self.intake = Intake()
        self._shell: Connection | None = None
        self._control: Connection | None = None
        self._iopub: Connection | None = None
        self._skipped = (0, 0)
        self._refused = 0

    async def open(self, deadline: float, given_up: Callable[[], bool]) -> None:
        """Connect what is not connected. Raises `TimeoutError` at the deadline, also when it is `given_up`."""
        place = self._endpoint
        if self._shell is None or self._shell.lost:
            self._shell = await self._connected(place.shell, "DEALER", self.arrived, deadline, given_up)
        if self._control is None or self._control.lost:
            self._control = await self._connected(place.control, "DEALER", self.answered, deadline, given_up)
        if self._iopub is None or self._iopub.lost:
            self._iopub = await self._connected(place.iopub, "SUB", self.arrived, deadline, given_up)
            self._skipped = (0, 0)

    async def _connected(
        self, port: int, kind: Kind, arrived: asyncio.Event, deadline: float, given_up: Callable[[], bool]
    ) -> Connection:
        while True:
            try:
                return await connected(self._endpoint.transport, self._endpoint.address, port, kind, arrived)
            except OSError as error:
                if given_up() or time.monotonic() > deadline:
                    raise TimeoutError("no connection") from error
            await asyncio.sleep(_RETRY)

    @property
    def shell_lost(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._shell is None or self._shell.lost

    @property
    def whole(self) -> bool:
        """Whether all three are connected."""
        return not any(each is None or each.lost for each in (self._shell, self._control, self._iopub))

    def drop_iopub(self) -> None:
        """End a connection that no longer brings anything; `open` makes a new one."""
        if self._iopub is not None:
            self._iopub.close()

    def close(self) -> None:
        """End all connections."""
        for each in (self._shell, self._control, self._iopub):
            if each is not None:
                each.close()

    # --- asking -------------------------------------------------------------------------------------------------------

    def ask(self, kind: str, content: dict[str, Any]) -> str:
        """Send a request to the shell; its id."""
        return self._sent(self._shell, kind, content)

    def ask_control(self, kind: str, content: dict[str, Any]) -> str:
        """Send a request that is answered also while a cell runs; its id."""
        return self._sent(self._control, kind, content)

    def _sent(self, connection: Connection | None, kind: str, content: dict[str, Any]) -> str:
        message = self._session.msg(kind, content)
        if connection is not None:
            connection.send(self._session.serialize(message))
        return str(message["header"]["msg_id"])

    # --- what comes back ----------------------------------------------------------------------------------------------

    async def wait(self, seconds: float) -> bool:
        """Wait for shell or iopub; whether something came. Only one may wait at a time."""
        return await _set(self.arrived, seconds)

    async def wait_for_answer(self, seconds: float) -> bool:
        """Wait for control; whether something came."""
        return await _set(self.answered, seconds)

    def waiting(self) -> bool:
        """Whether shell or iopub have something that was not taken; `wait` returns at once then."""
        more = any(each is not None and each.has_messages for each in (self._shell, self._iopub))
        if more:
            self.arrived.set()
        return more

    async def replies(self) -> list[Message]:
        """What the shell has now."""
        return await self._read(self._shell, _fits)

    async def answers(self) -> list[Message]:
        """What control has now."""
        read = await self._read(self._control, _fits, self._refuse)
        if self._control is not None and self._control.has_messages:
            self.answered.set()
        return read

    @property
    def oversized_answers(self) -> int:
        """How many answers on control were too large to be taken."""
        return 0 if self._control is None else self._control.skipped[0] + self._refused

    async def published(self) -> list[Message]:
        """What iopub has now, a batch at most; what is left out is counted in `intake`."""
        iopub = self._iopub
        if iopub is None:
            return []
        messages, size = iopub.skipped
        if messages > self._skipped[0]:
            self.intake.lost(messages - self._skipped[0], size - self._skipped[1])
            self._skipped = (messages, size)
        return await self._read(iopub, self.intake.admits, self.intake.lost)

    def _refuse(self, messages: int, size: int) -> None:  # noqa: ARG002 - as an intake counts
        self._refused += messages

    async def _read(
        self,
        connection: Connection | None,
        admits: Callable[[Frames, int], bool],
        lost: Callable[[int, int], None] | None = None,
    ) -> list[Message]:
        read: list[Message] = []
        for _ in range(_LOOKED_AT):
            frames = connection.take() if connection is not None and len(read) < _BATCH else None
            if frames is None:
                break
            weighs = sum(map(weight, frames))
            if not admits(frames, weighs):
                if lost is not None:
                    lost(1, sum(map(len, frames)))
                continue
            heavy = weighs > _HEAVY
            unpack = (frames, self._session.sign)
            message = await asyncio.to_thread(unpacked, *unpack) if heavy else unpacked(*unpack)
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
