"""ZMTP 3.0 as a client speaks it: one connection to a socket of a kernel, read in bounded pieces.

libzmq holds a message in whole, however large and in however many frames, before anyone can refuse it, and its one
bound on size ends the connection. Here what is oversized is skipped while it comes, and what follows still arrives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Literal, TypeAlias, cast

from lci.kernels.channels import Frames, Inbox

Kind: TypeAlias = Literal["SUB", "DEALER"]

#: Bytes and frames of a message that is kept.
MAX_MESSAGE = 24_000_000
MAX_FRAMES = 64
#: Bytes of one read: few while there may be thousands of messages in them, more inside of a large frame.
_SMALL_READ, _LARGE_READ = 32 * 1024, 256 * 1024
_MAX_COMMAND = 4_096
#: Bytes a frame may claim to have: more than that would be waited for and never come.
_MAX_CLAIM = 1 << 33
#: What a frame of no use at all costs to keep.
_FRAME_COST = 64

_MORE, _LONG, _COMMAND = 1, 2, 4
_GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)


class Malformed(Exception):
    """What came is no ZMTP."""


def encoded(frames: Sequence[bytes]) -> bytes:
    """One message of these frames."""
    last = len(frames) - 1
    return b"".join(_frame(_MORE if at < last else 0, frame) for at, frame in enumerate(frames))


def _frame(flags: int, body: bytes) -> bytes:
    size = len(body)
    if size > 255:
        return bytes([flags | _LONG]) + size.to_bytes(8, "big") + body
    return bytes([flags, size]) + body


def _ready(kind: Kind) -> bytes:
    return _frame(_COMMAND, b"\x05READY\x0bSocket-Type" + len(kind).to_bytes(4, "big") + kind.encode())


class Reader:
    """Puts messages together from the bytes of a connection; what is more than a message may be is left out."""

    def __init__(self, inbox: Inbox) -> None:
        self.commands: list[bytes] = []
        self._inbox = inbox
        self._head = bytearray()
        self._flags = 0
        self._left = 0
        self._body: bytearray | None = None
        self._frames: Frames = []
        self._count = 0
        self._size = 0

    @property
    def in_large_frame(self) -> bool:
        """Whether so much of a frame is still to come that no other can be in the next read."""
        return self._left > _LARGE_READ

    def feed(self, data: memoryview) -> None:
        """Take bytes in the order they came. Raises `Malformed`."""
        at, end = 0, len(data)
        while at < end:
            if not self._left:
                at = self._begun(data, at, end)
                continue
            took = min(self._left, end - at)
            if self._body is not None:
                self._body += data[at : at + took]
            at += took
            self._left -= took
            if not self._left:
                self._ended()

    def _begun(self, data: memoryview, at: int, end: int) -> int:
        """Read the head of a frame as far as it is there; the place behind what was read."""
        head = self._head
        while at < end and len(head) < (9 if head and head[0] & _LONG else 2):
            head.append(data[at])
            at += 1
        if len(head) < (9 if head[0] & _LONG else 2):
            return at
        self._flags, self._left = head[0], int.from_bytes(head[1:], "big")
        head.clear()
        if self._flags & ~(_MORE | _LONG | _COMMAND) or self._left > _MAX_CLAIM:
            raise Malformed
        if self._flags & _COMMAND:
            if self._left > _MAX_COMMAND:
                raise Malformed
            self._body = bytearray()
        else:
            self._count += 1
            self._size += self._left + _FRAME_COST
            self._body = bytearray() if self._fits() else None
            if self._body is None:
                self._frames.clear()
        if not self._left:
            self._ended()
        return at

    def _fits(self) -> bool:
        return self._size <= MAX_MESSAGE and self._count <= MAX_FRAMES

    def _ended(self) -> None:
        """A frame is complete."""
        body, self._body = self._body, None
        if self._flags & _COMMAND:
            self.commands.append(bytes(body or b""))
            return
        if body is not None:
            self._frames.append(body)
        if self._flags & _MORE:
            return
        if self._fits():
            self._inbox.put(self._size, self._frames)
            self._frames = []
        else:
            self._inbox.skip(self._size)
        self._count = self._size = 0


class Connection(asyncio.BufferedProtocol):
    """One socket of a kernel, which fills `inbox`; that has `arrived` set too when the connection is lost.

    The loop reads a piece of each connection in turn: none takes more than its share.
    """

    def __init__(self, kind: Kind, inbox: Inbox) -> None:
        self._kind = kind
        self._inbox = inbox
        self._reader = Reader(inbox)
        inbox.clear()
        inbox.has_room = self._resume
        self._transport: asyncio.Transport | None = None
        self._scratch = memoryview(bytearray(_LARGE_READ))
        self._greeting = 0
        self._paused = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost = False

    def send(self, frames: Sequence[bytes]) -> None:
        """Send one message; nothing happens on a lost connection."""
        if self._transport is not None and not self.lost:
            self._transport.write(encoded(frames))

    def _resume(self) -> None:
        if self._paused and self._transport is not None and not self.lost:
            self._paused = False
            self._transport.resume_reading()

    def close(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()
        self._gone()

    # --- what asyncio calls -------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(_GREETING + _ready(self._kind))

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's
        return self._scratch if self._reader.in_large_frame else self._scratch[:_SMALL_READ]

    def buffer_updated(self, nbytes: int) -> None:
        data = self._scratch[:nbytes]
        if self._greeting < len(_GREETING):
            took = min(len(_GREETING) - self._greeting, nbytes)
            self._greeting += took
            data = data[took:]
        try:
            self._reader.feed(data)
            while self._reader.commands:
                self._command(self._reader.commands.pop(0))
        except Malformed:
            self.close()
            return
        if self._inbox.is_full and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def _command(self, body: bytes) -> None:
        if body.startswith(b"\x05READY"):
            if self._kind == "SUB" and self._transport is not None:
                self._transport.write(encoded([b"\x01"]))
            if not self.ready.done():
                self.ready.set_result(None)
        elif body.startswith(b"\x04PING") and self._transport is not None:
            self._transport.write(_frame(_COMMAND, b"\x04PONG" + body[7:23]))
        elif body.startswith(b"\x05ERROR"):
            raise Malformed

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's
        self._gone()

    def _gone(self) -> None:
        self.lost = True
        if not self.ready.done():
            self.ready.cancel()
        self._inbox.arrived.set()


async def connected(transport: str, address: str, port: int, kind: Kind, inbox: Inbox) -> Connection:
    """A connection to a socket that is bound already. Raises `OSError` when it is not, or is no ZMTP socket."""
    loop = asyncio.get_running_loop()
    if transport == "ipc":
        _, connection = await loop.create_unix_connection(lambda: Connection(kind, inbox), f"{address}-{port}")
    else:
        _, connection = await loop.create_connection(lambda: Connection(kind, inbox), address, port)
    try:
        async with asyncio.timeout(5):
            await asyncio.shield(connection.ready)
    except (TimeoutError, asyncio.CancelledError) as error:
        # Closing cancels what was waited for, too: whose cancellation it was is to be seen before.
        given_up = isinstance(error, asyncio.CancelledError) and not connection.ready.cancelled()
        connection.close()
        if given_up:
            raise
        raise ConnectionError("no ZMTP") from error
    return connection
