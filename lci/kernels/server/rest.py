"""What is asked of a Jupyter Server over HTTP; its answers are untrusted: bounded in size and time, and checked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import httpx2

from lci.core.outputs import Json
from lci.errors import KernelServerFailed
from lci.kernels.messages import value

#: Bytes of one answer, those above which it is read beside the loop, and seconds until it is there.
_MAX_ANSWER, _LARGE = 20_000_000, 100_000
_SECONDS = 15.0
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Server:
    """A Jupyter Server, by the id that the person gave it; the token goes nowhere but to its address."""

    id: str
    url: str
    token: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """Its name and port, as a person knows it."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine: then no proxy may see what is sent to it."""
        return urlsplit(self.url).hostname in _LOOPBACK

    @property
    def headers(self) -> dict[str, str]:
        """What says who asks."""
        return {"Authorization": f"token {self.token}"} if self.token else {}

    def address(self, path: str) -> str:
        """The address of one of its paths."""
        return f"{self.url.rstrip('/')}/{quote(path)}"

    def failed(self, cause: str, status: int = 0) -> KernelServerFailed:
        """The error that says so of this server."""
        return KernelServerFailed(server=self.id, host=self.host, cause=cause, status=status)


class Rest:
    """Asks one server. All raise `KernelServerFailed`."""

    def __init__(self, server: Server) -> None:
        self._server = server
        # No redirect is followed: the token would follow it.
        self._http = httpx2.AsyncClient(
            headers=server.headers, timeout=_SECONDS, trust_env=not server.is_loopback, follow_redirects=False
        )

    async def close(self) -> None:
        """Close what is open."""
        await self._http.aclose()

    async def request(self, method: str, path: str, body: Json = None, seconds: float = _SECONDS) -> Json:
        """The JSON of an answer; None where there is none."""
        async with self._answer(method, path, body, seconds) as answer:
            content = bytearray()
            async for piece in answer.aiter_raw():
                content += piece
                if len(content) > _MAX_ANSWER:
                    raise self._server.failed("endless")
        if not content:
            return None
        try:
            large = len(content) > _LARGE
            parsed: Json = await asyncio.to_thread(value, content) if large else value(content)
        except ValueError:
            # Often the page of a proxy, or of a login.
            raise self._server.failed("no_jupyter", answer.status_code) from None
        return parsed

    async def pieces(self, path: str) -> AsyncIterator[bytes]:
        """The bytes of a file there."""
        async with self._answer("GET", path, None, None) as answer:
            async for piece in answer.aiter_raw():
                yield piece

    @asynccontextmanager
    async def _answer(
        self, method: str, path: str, body: Json, seconds: float | None
    ) -> AsyncIterator[httpx2.Response]:
        content = None if body is None else json.dumps(body).encode()
        # Compressed, a small answer could be a large one.
        headers = {"Accept-Encoding": "identity", **({"Content-Type": "application/json"} if content else {})}
        try:
            async with (
                asyncio.timeout(seconds),
                self._http.stream(method, self._server.address(path), content=content, headers=headers) as answer,
            ):
                if (status := answer.status_code) in (401, 403):
                    raise self._server.failed("token", status)
                if 300 <= status < 400:
                    raise self._server.failed("no_jupyter", status)
                if status >= 400:
                    raise self._server.failed("missing" if status == 404 else "refused", status)
                yield answer
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise self._server.failed("timeout") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise self._server.failed("unreachable") from error
