"""Our end of a kernel's sockets, against libzmq's: any message in any pieces, and none that is too large."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import zmq

from lci.kernels.channels import Inbox
from lci.kernels.zmtp import MAX_FRAMES, MAX_MESSAGE, Connection, Malformed, Reader, connected, encoded

MESSAGES = [
    [b""],
    [b"a"],
    [b"", b"b", b""],
    [b"x" * 255],
    [b"x" * 256],
    [b"x" * 70_000, b"y" * 300_000, b"z"],
    [b"%d" % number for number in range(MAX_FRAMES)],
]


def an_inbox() -> tuple[Inbox, list[tuple[int, int]]]:
    """An inbox, and what is lost of it."""
    lost: list[tuple[int, int]] = []
    return Inbox(asyncio.Event(), lambda messages, size: lost.append((messages, size))), lost


@pytest.mark.parametrize("piece", [1, 2, 7, 255, 4_096, 10_000_000])
def test_messages_come_out_as_they_went_in_whatever_the_pieces(piece: int) -> None:
    inbox, _ = an_inbox()
    reader, data = Reader(inbox), memoryview(b"".join(map(encoded, MESSAGES)))
    for at in range(0, len(data), piece):
        reader.feed(data[at : at + piece])
    assert [inbox.take() for _ in MESSAGES] == MESSAGES
    assert inbox.take() is None
    assert inbox.waiting_bytes == 0


@pytest.mark.parametrize(
    "frames", [[b"x" * (MAX_MESSAGE + 1)], [b"x" * (MAX_MESSAGE // 2)] * 3, [b""] * (MAX_FRAMES + 1)]
)
def test_what_is_too_large_is_skipped_and_counted_and_the_next_arrives(frames: list[bytes]) -> None:
    """B32"""
    inbox, lost = an_inbox()
    Reader(inbox).feed(memoryview(encoded([b"before"]) + encoded(frames) + encoded([b"after"])))
    assert [inbox.take(), inbox.take(), inbox.take()] == [[b"before"], [b"after"], None]
    ((messages, size),) = lost
    assert messages == 1
    assert size >= sum(map(len, frames))


def test_a_frame_that_claims_to_be_huge_takes_nothing_before_it_comes() -> None:
    """B32"""
    inbox, _ = an_inbox()
    Reader(inbox).feed(memoryview(bytes([2]) + (1 << 33).to_bytes(8, "big") + b"x" * 100_000))
    assert inbox.take() is None
    assert inbox.waiting_bytes == 0


def test_what_is_no_zmtp_is_refused() -> None:
    """B32"""
    for raw in (
        b"\x80\x00",
        bytes([2]) + b"\xff" * 8,
        bytes([2]) + (1 << 40).to_bytes(8, "big"),
        bytes([6]) + (1 << 20).to_bytes(8, "big"),
    ):
        with pytest.raises(Malformed):
            Reader(an_inbox()[0]).feed(memoryview(raw))


def test_any_bytes_are_messages_or_refused() -> None:
    """B32"""
    chance = random.Random(8)
    for _ in range(2_000):
        reader = Reader(an_inbox()[0])
        try:
            reader.feed(memoryview(chance.randbytes(chance.randrange(1, 300))))
        except Malformed:
            continue


def _at(kind: int, folder: Path, work: Callable[[zmq.Socket[bytes], Connection, Inbox], Awaitable[None]]) -> None:
    """Do `work` with a libzmq socket of that kind and our connection to it."""

    async def with_both() -> None:
        with zmq.Context() as context, context.socket(kind) as socket:
            socket.linger = 0
            socket.bind(f"ipc://{folder}/s-1")
            inbox, _ = an_inbox()
            ours = await connected("ipc", f"{folder}/s", 1, "SUB" if kind == zmq.XPUB else "DEALER", inbox)
            await work(socket, ours, inbox)
            ours.close()

    asyncio.run(with_both())


async def _taken(inbox: Inbox) -> list[bytes | bytearray]:
    while (frames := inbox.take()) is None:
        await inbox.arrived.wait()
        inbox.arrived.clear()
    return frames


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    # A path of a socket may be 107 bytes long at most.
    assert len(str(tmp_path)) < 100
    return tmp_path


def test_it_subscribes_to_a_publisher_of_libzmq(folder: Path) -> None:
    async def work(socket: zmq.Socket[bytes], ours: Connection, inbox: Inbox) -> None:
        assert await asyncio.to_thread(socket.recv) == b"\x01"
        for frames in MESSAGES:
            socket.send_multipart(frames)
            assert await _taken(inbox) == frames

    _at(zmq.XPUB, folder, work)


def test_it_asks_a_router_of_libzmq_and_is_answered(folder: Path) -> None:
    async def work(socket: zmq.Socket[bytes], ours: Connection, inbox: Inbox) -> None:
        for frames in MESSAGES:
            ours.send(frames)
            identity, *question = await asyncio.to_thread(socket.recv_multipart)
            assert question == frames
            socket.send_multipart([identity, *frames])
            assert await _taken(inbox) == frames

    _at(zmq.ROUTER, folder, work)


def test_reading_stops_while_nothing_is_taken_and_goes_on_then(folder: Path) -> None:
    """B32"""

    async def work(socket: zmq.Socket[bytes], ours: Connection, inbox: Inbox) -> None:
        ours.send([b"hello"])
        identity, _ = await asyncio.to_thread(socket.recv_multipart)
        for number in range(400):
            socket.send_multipart([identity, b"%d" % number, b"x" * 500_000])
        for number in range(400):
            frames = await _taken(inbox)
            assert frames[0] == b"%d" % number
            assert inbox.waiting_bytes < 2 * MAX_MESSAGE

    _at(zmq.ROUTER, folder, work)


def test_what_is_no_socket_of_libzmq_cannot_be_connected_to(folder: Path) -> None:
    """B32"""

    async def work() -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n" * 10)
            await reader.read()
            writer.close()

        server = await asyncio.start_unix_server(talk, f"{folder}/s-1")
        async with server:
            with pytest.raises(OSError, match="no ZMTP"):
                await connected("ipc", f"{folder}/s", 1, "SUB", an_inbox()[0])

    asyncio.run(work())


def test_whoever_gives_up_connecting_is_not_told_that_the_socket_is_wrong(folder: Path) -> None:
    """B33: a cancellation that became an error would be tried again, and who waits for its end would wait for ever."""

    async def work() -> None:
        asked, left = asyncio.Event(), asyncio.Event()

        async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readexactly(64)
            asked.set()
            with contextlib.suppress(ConnectionError):
                await reader.read()
            writer.close()
            left.set()

        server = await asyncio.start_unix_server(hear, f"{folder}/s-1")
        async with server:
            connecting = asyncio.create_task(connected("ipc", f"{folder}/s", 1, "SUB", an_inbox()[0]))
            await asked.wait()
            connecting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await connecting
            await left.wait()

    asyncio.run(work())
