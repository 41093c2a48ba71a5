"""Three connections to the sockets of a kernel on this machine: shell, control and iopub."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jupyter_client.session import Session

from lci.kernels.channels import BoundedReading
from lci.kernels.messages import unpacked
from lci.kernels.zmtp import Connection, Kind, connected

#: Seconds between two attempts to connect to a socket that is not there yet.
_RETRY = 0.01
_KINDS: Mapping[str, Kind] = {"shell": "DEALER", "control": "DEALER", "iopub": "SUB"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one kernel's sockets are: `address` is a path's beginning for `ipc`, `ports` are named by channel."""

    transport: str
    address: str
    ports: Mapping[str, int]


class ZmqChannels(BoundedReading):
    """The `Channels` of a child process."""

    def __init__(self, session: Session, endpoint: Endpoint) -> None:
        super().__init__(session, lambda frames: unpacked(frames, session.sign))
        self._endpoint = endpoint
        self._connections: dict[str, Connection] = {}

    async def open(self, deadline: float, given_up: Callable[[], bool]) -> None:
        for channel in self._inboxes:
            if self._is_lost(channel):
                self._connections[channel] = await self._connected(channel, deadline, given_up)

    async def _connected(self, channel: str, deadline: float, given_up: Callable[[], bool]) -> Connection:
        place, kind, inbox = self._endpoint, _KINDS[channel], self._inboxes[channel]
        while True:
            try:
                return await connected(place.transport, place.address, place.ports[channel], kind, inbox)
            except OSError as error:
                if given_up() or time.monotonic() > deadline:
                    raise TimeoutError("no connection") from error
            await asyncio.sleep(_RETRY)

    def _is_lost(self, channel: str) -> bool:
        return channel not in self._connections or self._connections[channel].lost

    @property
    def shell_lost(self) -> bool:
        return self._is_lost("shell")

    @property
    def whole(self) -> bool:
        return not any(map(self._is_lost, self._inboxes))

    def remade(self) -> bool:
        # A lost end is noticed by its other half, a lost shell ends the kernel.
        return False

    def drop_iopub(self) -> None:
        if "iopub" in self._connections:
            self._connections["iopub"].close()

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def _send(self, channel: str, frames: list[bytes]) -> None:
        if channel in self._connections:
            self._connections[channel].send(frames)
