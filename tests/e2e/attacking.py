"""Places outside the app, on this machine: a server whose pages attack it, and ears for whatever reaches them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.e2e.driving import free_port


@dataclass
class Elsewhere:
    """An origin that is not the app's: serves `pages` by path, and notes every request, connection and datagram."""

    port: int
    pages: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    place = Elsewhere(free_port())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = place.pages.get(self.path, "").encode()
            place.heard.append(f"GET {self.path}")
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_OPTIONS = do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", place.port), Handler)
    datagrams = socket.socket(type=socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", place.port))

    def listen() -> None:
        while True:
            try:
                content, _ = datagrams.recvfrom(2048)
            except OSError:
                return
            if content == b"end":
                return
            place.heard.append(f"UDP {content[:20]!r}")

    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=listen)]
    for thread in threads:
        thread.start()
    try:
        yield place
    finally:
        server.shutdown()
        with socket.socket(type=socket.SOCK_DGRAM) as last:
            last.sendto(b"end", ("127.0.0.1", place.port))
        for thread in threads:
            thread.join()
        server.server_close()
        datagrams.close()
