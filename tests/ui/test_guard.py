"""Who may ask this server for anything: the page it served itself, at the very place it was served (B37)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lci.ui.guard import SameOrigin


def answered(scope: dict[str, Any], *hosts: str) -> int:
    """The status an app behind the guard gives; 101 for a WebSocket that is let through."""
    sent: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        kind = "websocket.accept" if scope["type"] == "websocket" else "http.response.start"
        await send({"type": kind, "status": 200})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(SameOrigin(app, hosts)(scope, receive, send))
    match sent[0]["type"]:
        case "websocket.accept":
            return 101
        case "websocket.close":
            return 403
        case _:
            return int(sent[0]["status"])


def request(
    kind: str, host: str | None, origin: str | None, *hosts: str, method: str = "GET", scheme: str = "http"
) -> int:
    headers = [(b"host", host.encode())] if host is not None else []
    headers += [(b"origin", origin.encode())] if origin is not None else []
    spoken = {"http": scheme, "websocket": {"http": "ws", "https": "wss"}[scheme]}[kind]
    scope = {"type": kind, "method": method, "headers": headers, "scheme": spoken, "path": "/_stcore/stream"}
    return answered(scope, *hosts)


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("host", "origin", "allowed"),
    [
        ("127.0.0.1:8501", "http://127.0.0.1:8501", True),
        ("localhost:8501", "http://localhost:8501", True),
        ("LOCALHOST:8501", "http://localhost:8501", True),
        ("[::1]:8501", "http://[::1]:8501", True),
        ("localhost", "http://localhost", True),
        ("localhost", "http://localhost:80", True),
        ("127.0.0.1:8501", None, True),
        # A page on another port of this machine: its WebSocket was opened, and it listed the conversations.
        ("127.0.0.1:8501", "http://127.0.0.1:9000", False),
        ("127.0.0.1:8501", "http://127.0.0.1", False),
        ("localhost:8501", "http://127.0.0.1:8501", False),
        ("127.0.0.1:8501", "https://127.0.0.1:8501", False),
        ("127.0.0.1:8501", "http://evil.example", False),
        ("127.0.0.1:8501", "http://127.0.0.1:8501@evil.example", False),
        ("127.0.0.1:8501", "http://evil.example/127.0.0.1:8501", False),
        ("127.0.0.1:8501", "http://127.0.0.1:99999", False),
        ("127.0.0.1:8501", "file://", False),
        ("127.0.0.1:8501", "", False),
        ("evil.example:8501", "http://evil.example:8501", False),
        ("evil.example", None, False),
        ("127.0.0.1:x", None, False),
        ("127.0.0.1:8501/x", None, False),
        (None, None, False),
    ],
)
def test_only_the_very_place_a_page_was_served_at_is_its_origin(
    kind: str, host: str | None, origin: str | None, allowed: bool
) -> None:
    """B37: scheme, host and port, on every scope."""
    assert (request(kind, host, origin) != 403) is allowed


def test_a_sandboxed_frame_may_load_itself_and_nothing_else() -> None:
    assert request("http", "localhost:8501", "null") == 200
    assert request("http", "localhost:8501", "null", method="POST") == 403
    assert request("websocket", "localhost:8501", "null") == 403


def test_the_scheme_that_a_proxy_names_counts_only_where_the_proxy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """uvicorn believes every connection from this machine by itself, and by then the scheme is changed already."""
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    for kind in ("http", "websocket"):
        assert request(kind, "localhost", "https://localhost", scheme="https") == 403
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1")
    for kind in ("http", "websocket"):
        assert request(kind, "localhost", "https://localhost", scheme="https") != 403
        assert request(kind, "localhost", "http://localhost", scheme="https") == 403


def test_hosts_that_are_configured_are_served() -> None:
    hosts = ("data.example", "*.lab.example")
    assert request("websocket", "data.example", "http://data.example", *hosts) == 101
    assert request("http", "a.lab.example:8080", "http://a.lab.example:8080", *hosts) == 200
    assert request("http", "lab.example.evil", None, *hosts) == 403
