"""What a server of models may send: so much of an event, a stream and anything else, and nothing by way of others.

A server that is hostile or broken must cost neither memory nor a turn, and no conversation may reach a place that
nobody has named.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Literal, TypeAlias

# The SDK's own HTTP library: what it takes and gives.
import httpx2

#: Bytes of one event of a stream, of a whole stream, of any other answer, and of an error's words.
MAX_EVENT = 2_000_000
MAX_STREAM = 128_000_000
MAX_BODY = 4_000_000
MAX_ERROR = 256_000
#: Bytes given out at once of what was compressed.
_PIECE = 64 * 1024
#: Bytes, and seconds for each piece, after a stream has said that it is over.
_AFTERWORDS, _AFTER_SECONDS = 64 * 1024, 1.0
_OVER = b"data: [DONE]"
_BLANK_LINES = (b"\n\n", b"\r\r", b"\r\n\r\n")

_Kind: TypeAlias = Literal["stream", "body", "error"]


class Oversized(ValueError):
    """More came than any answer needs, or it was packed in a way nobody asked for."""


class SentElsewhere(ValueError):
    """The server sends requests on to another place; `host` is that place."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


async def bound(response: httpx2.Response) -> None:
    """Hold a response to these bounds before any of it is read. Raises `SentElsewhere` and `Oversized`."""
    if response.has_redirect_location:
        target = response.url.join(response.headers["location"])
        if not _is_same_place(response.url, target):
            raise SentElsewhere(target.netloc.decode("ascii", "replace")[:200])
    packing = response.headers.pop("content-encoding", "").strip().lower()
    stream = response.stream
    if isinstance(stream, httpx2.AsyncByteStream):
        response.stream = _Bounded(stream, _unpacking(packing), _kind(response))


def _is_same_place(origin: httpx2.URL, target: httpx2.URL) -> bool:
    if origin.host != target.host:
        return False
    is_upgrade = (origin.scheme, target.scheme) == ("http", "https") and origin.port is None and target.port is None
    return is_upgrade or (origin.scheme, origin.port) == (target.scheme, target.port)


def _kind(response: httpx2.Response) -> _Kind:
    if response.status_code >= 400:
        return "error"
    return "stream" if response.request.url.path.endswith("/chat/completions") else "body"


class _Bounded(httpx2.AsyncByteStream):
    """The bytes of a response, unpacked, as far as they are within bounds."""

    def __init__(
        self, stream: httpx2.AsyncByteStream, unpacked: Callable[[bytes], Iterator[bytes]], kind: _Kind
    ) -> None:
        self._stream = stream
        self._unpacked = unpacked
        self._kind = kind
        self._total = self._event = 0
        self._over = False
        self._end = b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        packets = aiter(self._stream)
        while (packed := await self._next(packets)) is not None:
            for piece in self._unpacked(packed):
                self._total += len(piece)
                if self._kind == "error" and self._total > MAX_ERROR:
                    # Its beginning says what is wrong.
                    yield piece[: max(0, len(piece) - (self._total - MAX_ERROR))]
                    return
                self._check(piece)
                if self._over and self._event > _AFTERWORDS:
                    return
                yield piece

    async def _next(self, packets: AsyncIterator[bytes]) -> bytes | None:
        try:
            # Whoever has said the last word has nothing more to be waited for.
            async with asyncio.timeout(_AFTER_SECONDS if self._over else None):
                return await anext(packets)
        except StopAsyncIteration:
            return None
        except TimeoutError:
            if self._over:
                return None
            raise

    def _check(self, piece: bytes) -> None:
        if self._total > (MAX_STREAM if self._kind == "stream" else MAX_BODY):
            raise Oversized("the whole answer")
        if self._kind != "stream":
            return
        seen = self._end + piece
        ends = [at + len(blank) for blank in _BLANK_LINES if (at := seen.rfind(blank)) >= 0]
        self._event = len(seen) - max(ends) if ends else self._event + len(piece)
        if self._event > MAX_EVENT:
            raise Oversized("one event")
        self._over = self._over or _OVER in seen
        self._end = seen[-len(_OVER) :]

    async def aclose(self) -> None:
        await self._stream.aclose()


def _unpacking(packing: str) -> Callable[[bytes], Iterator[bytes]]:
    match packing:
        case "" | "identity":
            return lambda packed: iter((packed,))
        case "gzip" | "x-gzip" | "deflate":
            opener = zlib.decompressobj(wbits=47)
            return lambda packed: _opened(opener, packed)
        case _:
            raise Oversized(f"packed as {packing[:20]}")


def _opened(opener: Any, packed: bytes) -> Iterator[bytes]:
    """What comes out, a little at a time: a small packet may hold gigabytes."""
    try:
        while packed and not opener.eof:
            piece = opener.decompress(packed, _PIECE)
            packed = opener.unconsumed_tail
            if piece:
                yield piece
    except zlib.error as error:
        raise Oversized("packed wrongly") from error
