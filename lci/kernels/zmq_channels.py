"""Three connections to the sockets of a kernel on this machine: shell, control and iopub."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jupyter_client.session import Session

from lci.core.outputs import Json
from lci.kernels.channels import BoundedReading, Source
from lci.kernels.messages import unpacked
from lci.kernels.zmtp import Connection, Kind, connected

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


class ZmqChannels(BoundedReading):
    """The `Channels` of a child process."""

    def __init__(self, session: Session, endpoint: Endpoint) -> None:
        super().__init__(session, lambda frames: unpacked(frames, session.sign))
        self._endpoint = endpoint
        self._shell: Connection | None = None
        self._control: Connection | None = None
        self._iopub: Connection | None = None

    def _sources(self) -> tuple[Source | None, Source | None, Source | None]:
        return self._shell, self._control, self._iopub

    async def open(self, deadline: float, given_up: Callable[[], bool]) -> None:
        place = self._endpoint
        if self._shell is None or self._shell.lost:
            self._shell = await self._connected(place.shell, "DEALER", self.arrived, deadline, given_up)
        if self._control is None or self._control.lost:
            self._control = await self._connected(place.control, "DEALER", self._answered, deadline, given_up)
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
        return self._shell is None or self._shell.lost

    @property
    def whole(self) -> bool:
        return not any(each is None or each.lost for each in (self._shell, self._control, self._iopub))

    def remade(self) -> bool:
        # A lost end is noticed by its other half, a lost shell ends the kernel.
        return False

    def drop_iopub(self) -> None:
        if self._iopub is not None:
            self._iopub.close()

    def close(self) -> None:
        for each in (self._shell, self._control, self._iopub):
            if each is not None:
                each.close()

    def ask(self, kind: str, content: Mapping[str, Json]) -> str:
        return self._sent(self._shell, kind, content)

    def ask_control(self, kind: str, content: Mapping[str, Json]) -> str:
        return self._sent(self._control, kind, content)

    def _sent(self, connection: Connection | None, kind: str, content: Mapping[str, Json]) -> str:
        request, frames = self._message(kind, content)
        if connection is not None:
            connection.send(frames)
        return request
