"""The channels of a kernel on a Jupyter Server: one websocket for all, connected again when it is lost.

Spoken as `v1.kernel.websocket.jupyter.org`, where the channel and the parts of a message are found without parsing it,
or in the older form, where a message is one JSON text.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import socket
import time
from collections.abc import Callable

from jupyter_client.session import Session
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from lci.kernels.channels import BoundedReading, Frames
from lci.kernels.messages import message, value, weight
from lci.kernels.server.rest import Server
from lci.kernels.zmtp import MAX_FRAMES, MAX_MESSAGE

V1 = Subprotocol("v1.kernel.websocket.jupyter.org")

#: Messages the library reads ahead.
_AHEAD = 1
#: Seconds for one attempt to connect, between two, and for all of them once a connection was lost.
_ATTEMPT, _PAUSE, _PATIENCE = 5.0, 0.2, 20.0
#: The code with which a connection is ended for a message that is too large.
_TOO_BIG = 1009
#: Bytes, as weighed, above which a message in the older form is read beside the loop.
_HEAVY = 500_000
#: What the server says of a kernel that ended without being asked to.
_ENDED = ("restarting", "autorestarting", "dead")


def packed(channel: str, parts: list[bytes]) -> bytes:
    """A message as v1 sends it: how many offsets, the offsets, the channel's name, the parts."""
    pieces = [channel.encode(), *parts]
    at = 8 * (2 + len(pieces))
    offsets = [at]
    for piece in pieces:
        at += len(piece)
        offsets.append(at)
    return b"".join([len(offsets).to_bytes(8, "little"), *(o.to_bytes(8, "little") for o in offsets), *pieces])


def unpacked(data: bytes) -> tuple[str, Frames] | None:
    """The channel and the parts of such a message; None for what is none."""
    count = int.from_bytes(data[:8], "little")
    if not 6 <= count <= MAX_FRAMES or len(data) < 8 * (count + 1):
        return None
    offsets = [int.from_bytes(data[8 * at : 8 * at + 8], "little") for at in range(1, count + 1)]
    if offsets != sorted(offsets) or offsets[0] < 8 * (count + 1) or offsets[-1] > len(data):
        return None
    channel, *parts = (data[start:end] for start, end in itertools.pairwise(offsets))
    return channel.decode("ascii", "replace"), list(parts[:4])


class _Connect(connect):
    """Follows no redirect: the token would follow it."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class WebsocketChannels(BoundedReading):
    """The `Channels` of a kernel elsewhere; `ended` says that the server has no such kernel any more."""

    def __init__(self, session: Session, server: Server, kernel_id: str) -> None:
        super().__init__(session, lambda frames: message(frames[1:]))
        self._server = server
        scheme, _, rest = server.address(f"api/kernels/{kernel_id}/channels").partition("://")
        self._address = f"{'wss' if scheme == 'https' else 'ws'}://{rest}?session_id={session.session}"
        self._room = asyncio.Event()
        for inbox in self._inboxes.values():
            inbox.has_room = self._room.set
        self._outgoing: asyncio.Queue[tuple[str, list[bytes]]] = asyncio.Queue()
        self._connection: ClientConnection | None = None
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.lost = self.ended = self._remade = False

    async def open(self, deadline: float, given_up: Callable[[], bool]) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        while not self._connected.is_set():
            if self.lost or given_up() or time.monotonic() > deadline:
                raise TimeoutError("no connection")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PAUSE):
                    await self._connected.wait()

    @property
    def whole(self) -> bool:
        # What is asked while it connects again is sent then.
        return not self.lost

    @property
    def shell_lost(self) -> bool:
        return self.lost

    def remade(self) -> bool:
        remade, self._remade = self._remade, False
        return remade

    def drop_iopub(self) -> None:
        if self._connection is not None:
            self._connection.transport.abort()

    def close(self) -> None:
        self.lost = True
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.drop_iopub()

    def _send(self, channel: str, frames: list[bytes]) -> None:
        # Delimiter and signature are for sockets; the server signs itself.
        self._outgoing.put_nowait((channel, frames[2:]))

    # --- the connection -----------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        """Connect, read, and connect again: the server keeps what comes meanwhile for the same session."""
        since = time.monotonic()
        while not self.lost:
            try:
                async with _Connect(
                    self._address,
                    additional_headers=self._server.headers,
                    subprotocols=[V1],
                    proxy=None if self._server.is_loopback else True,
                    compression=None,
                    open_timeout=_ATTEMPT,
                    max_size=MAX_MESSAGE,
                    max_queue=_AHEAD,
                ) as connection:
                    self._connection = connection
                    self._connected.set()
                    await self._spoken(connection)
                since = time.monotonic()
            except InvalidStatus as error:
                self.ended = self.ended or error.response.status_code == 404
                self.lost = self.lost or error.response.status_code < 500
            except (OSError, TimeoutError, WebSocketException):
                pass
            if self._connected.is_set():
                self._connected.clear()
                self._remade = True
                since = time.monotonic()
            self._connection = None
            self.lost = self.lost or self.ended or time.monotonic() - since > _PATIENCE
            await asyncio.sleep(_PAUSE)
        self.arrived.set()
        self._answered.set()

    async def _spoken(self, connection: ClientConnection) -> None:
        sending = asyncio.create_task(self._sending(connection))
        try:
            async for data in connection:
                _acknowledge(connection)
                await self._came(data)
                if self.ended:
                    return
        except ConnectionClosed as error:
            if error.sent is not None and error.sent.code == _TOO_BIG:
                # Nobody knows whose it was.
                self._iopub.skip(MAX_MESSAGE)
                self._control.skip(MAX_MESSAGE)
        finally:
            sending.cancel()

    async def _sending(self, connection: ClientConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                channel, parts = await self._outgoing.get()
                await connection.send(packed(channel, parts) if connection.subprotocol == V1 else _old(channel, parts))

    async def _came(self, data: str | bytes) -> None:
        if isinstance(data, str):
            heavy = weight(data.encode()) > _HEAVY
            content = await asyncio.to_thread(_read, data) if heavy else _read(data)
        else:
            content = unpacked(data) if self._connection is not None and self._connection.subprotocol == V1 else None
        channel, parts = content or ("", [])
        inbox = self._inboxes.get(channel)
        if inbox is None:
            self._iopub.skip(len(data))
            return
        is_status = inbox is self._iopub and b'"status"' in parts[0]
        if is_status and _tells_the_end(parts):
            self.ended = True
            self.arrived.set()
            return
        # A topic, as sockets have one: the kernel's state is read however much else came.
        frames = [b".status" if is_status else b"", *parts]
        inbox.put(sum(map(len, frames)), frames)
        while inbox.is_full:
            self._room.clear()
            await self._room.wait()


def _tells_the_end(parts: Frames) -> bool:
    status = message(parts)
    return status is not None and status.kind == "status" and status.content.get("execution_state") in _ENDED


def _acknowledge(connection: ClientConnection) -> None:
    """Say at once that a message came: the server holds the next small one back until then, for 40 ms else."""
    quick = getattr(socket, "TCP_QUICKACK", None)
    plain = connection.transport.get_extra_info("socket")
    if quick is not None and plain is not None:
        with contextlib.suppress(OSError):
            plain.setsockopt(socket.IPPROTO_TCP, quick, 1)


_PARTS = ("header", "parent_header", "metadata", "content")


def _old(channel: str, parts: list[bytes]) -> str:
    """A message in the older form."""
    return json.dumps({"channel": channel, "buffers": [], **dict(zip(_PARTS, map(json.loads, parts), strict=True))})


def _read(text: str) -> tuple[str, Frames] | None:
    """The channel and the parts of a message in the older form."""
    try:
        whole = value(text.encode("utf-8", "replace"))
    except ValueError:
        return None
    if not isinstance(whole, dict):
        return None
    return str(whole.get("channel")), [json.dumps(whole.get(part)).encode() for part in _PARTS]
