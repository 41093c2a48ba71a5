"""Servers on this machine are found by their ports; over real sockets."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest

from lci.models.discovery import local_servers
from lci.testing.server import ScriptedServer

#: Long enough that a busy machine finds what answers; the silent ones wait for it.
PATIENT = 2.0


@pytest.fixture
def silent() -> Iterator[int]:
    """Takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def closed() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def web() -> Iterator[int]:
    """A web server that answers everything with a page."""
    page = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>"
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(page)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(10)


@pytest.fixture
def slow() -> Iterator[int]:
    """A server that lists its model after most of a second."""
    body = b'{"object": "list", "data": [{"id": "llama3", "object": "model"}]}'
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                over.wait(0.8)
                connection.sendall(head % len(body) + body)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        over.set()
        thread.join(10)


def test_servers_are_found_with_the_names_of_their_models(silent: int, closed: int, web: int) -> None:
    """B41, B45: what is silent, closed or something else is passed over."""
    with ScriptedServer(models=["llama3", "qwen"]) as one, ScriptedServer(models=[]) as two:
        found = asyncio.run(local_servers([silent, one.port, closed, web, two.port], PATIENT))
        assert [(server.base_url, server.models) for server in found] == [(one.url, ("llama3", "qwen")), (two.url, ())]
        assert [request.path for request in one.requests] == ["/v1/models"]
        sent = {name.lower(): value for name, value in one.requests[0].headers.items()}
    assert sent["authorization"] == "Bearer none"


def test_a_server_that_takes_its_time_is_found_without_asking_for_more_of_it(slow: int) -> None:
    """B45: the machine is busy with the start of the app when it is looked for."""
    (found,) = asyncio.run(local_servers([slow]))
    assert found.models == ("llama3",)


def test_no_key_and_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """B31."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-environment-123456")
    with ScriptedServer() as server, ScriptedServer() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        assert len(asyncio.run(local_servers([server.port], PATIENT))) == 1
        assert "sk-from-environment" not in repr(server.requests)
        assert proxy.requests == []


def test_nothing_there_is_nothing_found(closed: int) -> None:
    assert asyncio.run(local_servers([closed])) == ()
    assert asyncio.run(local_servers([])) == ()
