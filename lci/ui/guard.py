"""Refuses requests that a foreign page makes through the person's browser: wrong Host, or foreign Origin."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_LOCAL = ("localhost", "127.0.0.1", "::1", "[::1]")


class SameOrigin:
    """ASGI middleware: the Host must be one the server is meant for, and an Origin must be that Host (B37)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _allowed(scope):
            await self._app(scope, receive, send)
            return
        refusal = PlainTextResponse("This address is not served here.\n", status_code=403)
        await refusal(scope, receive, send)


def _allowed(scope: Scope) -> bool:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    host = headers.get(b"host", b"").decode("latin-1")
    if _name(host) not in _hosts():
        return False
    origin = headers.get(b"origin", b"").decode("latin-1")
    return not origin or (origin == "null" and scope["method"] == "GET") or urlsplit(origin).netloc == host


def _name(host: str) -> str:
    return host.rsplit(":", 1)[0] if ":" in host and not host.endswith("]") else host


def _hosts() -> tuple[Any, ...]:
    """The configured hosts; without any, this machine's own names."""
    configured = st.get_option("server.allowedHosts") or []
    address = st.get_option("server.address")
    return (*_LOCAL, *configured, *([address] if address else []))
