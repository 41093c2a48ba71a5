"""Refuses requests that a foreign page makes through the person's browser: wrong Host, or foreign Origin.

Every scope is looked at, WebSockets too: a page on another port of this machine is foreign.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

_LOCAL = ("localhost", "127.0.0.1", "::1")
_PORTS = {"http": 80, "https": 443}
#: Policy violation, in the WebSocket protocol's own numbers.
_REFUSED = 1008


class SameOrigin:
    """ASGI middleware: the Host must be one the server is meant for, and an Origin the very place it is served (B37).

    Scheme, host and port all count. `hosts` are served beside this machine's own names (`*.example` for all below it);
    `tls` says that this server itself speaks TLS. The scheme behind a proxy is what that proxy says only where
    `FORWARDED_ALLOW_IPS` names it, which is where uvicorn, too, reads whom to believe.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = (), *, tls: bool = False) -> None:
        self._app = app
        self._hosts = tuple(host.strip().lower().strip("[]").rstrip(".") for host in (*_LOCAL, *hosts) if host)
        self._scheme = "https" if tls else "http"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or self._allowed(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(code=_REFUSED)(scope, receive, send)
        else:
            await PlainTextResponse("This address is not served here.\n", status_code=403)(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        served = _place(f"{self._scheme_of(scope)}://{host}")
        if served is None or not self._is_served(served[1]):
            return False
        origin = headers.get(b"origin")
        if origin is None:
            # No browser leaves it out of what can change or read something from another page.
            return True
        if origin == b"null":
            # A frame in its sandbox, as it loads itself.
            return scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        return _place(origin.decode("latin-1")) == served

    def _scheme_of(self, scope: Scope) -> str:
        if os.environ.get("FORWARDED_ALLOW_IPS"):
            spoken = str(scope["scheme"])
            return {"ws": "http", "wss": "https"}.get(spoken, spoken)
        # Without being told to, uvicorn believes whoever connects from this machine.
        return self._scheme

    def _is_served(self, name: str) -> bool:
        return any(host in {"*", name} or (host.startswith("*.") and name.endswith(host[1:])) for host in self._hosts)


def _place(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an address that is nothing else."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if not host or "@" in parts.netloc or parts.path or parts.query or parts.fragment:
        return None
    return parts.scheme, host.rstrip("."), port
