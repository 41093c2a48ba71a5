"""A scripted OpenAI-compatible server: real sockets, HTTP/1.1 chunked SSE, control of every byte.

Standard library only. A script is a list of replies, one a request, or a function from request to reply. The server
records requests and whether the client went away.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

Chunk: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Pause:
    """Wait so many seconds, or until the server closes."""

    seconds: float


@dataclass(frozen=True)
class Raw:
    """Bytes put into the body as they are."""

    content: bytes


@dataclass(frozen=True)
class Drop:
    """Cut the connection now: by RST, or by a plain end of the stream."""

    reset: bool = True


@dataclass(frozen=True)
class Gate:
    """Wait until the test calls `server.open(name)`."""

    name: str = "gate"


Step: TypeAlias = Chunk | Pause | Raw | Drop | Gate


@dataclass(frozen=True)
class Reply:
    """One answer: `steps` as a stream, or `body` (JSON or bytes) with `status`.

    `split` cuts the writes into pieces of so many bytes; `done` and `terminate` say whether `[DONE]` and the final
    empty chunk are sent.
    """

    steps: Sequence[Step] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    done: bool = True
    terminate: bool = True
    split: int | None = None


@dataclass(frozen=True)
class Request:
    """What a client asked; `body` is the parsed JSON."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


Script: TypeAlias = Callable[[Request], Reply]


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **extra: Any) -> Chunk:
    """One `chat.completion.chunk`."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}],
        **extra,
    }


def text(*pieces: str, finish: str = "stop", usage: tuple[int, int] | None = (100, 10)) -> Reply:
    """An answer of text, piece by piece."""
    steps: list[Step] = [chunk({"role": "assistant", "content": ""})]
    steps += [chunk({"content": piece}) for piece in pieces]
    return Reply([*steps, chunk(finish=finish), *usage_chunk(usage)])


def code(source: str, said: str = "", **options: Any) -> Reply:
    """An answer that calls `execute_code`, its arguments in several pieces; `options` as of `raw_call`."""
    return raw_call(json.dumps({"code": source}, ensure_ascii=False), said, **options)


def raw_call(
    arguments: str,
    said: str = "",
    call_id: str = "c1",
    name: str = "execute_code",
    pieces: int = 4,
    before_end: Sequence[Step] = (),
    usage: tuple[int, int] | None = (100, 20),
) -> Reply:
    """An answer that calls a tool with exactly these arguments, well formed or not."""
    steps: list[Step] = [chunk({"role": "assistant", "content": said or None})]
    first = {"index": 0, "id": call_id, "type": "function", "function": {"name": name, "arguments": ""}}
    steps.append(chunk({"tool_calls": [first]}))
    size = max(1, len(arguments) // pieces)
    for at in range(0, len(arguments), size):
        steps.append(chunk({"tool_calls": [{"index": 0, "function": {"arguments": arguments[at : at + size]}}]}))
    return Reply([*steps, *before_end, chunk(finish="tool_calls"), *usage_chunk(usage)])


def spoken(answer: str, pieces: int = 5, finish: str = "stop", usage: tuple[int, int] | None = (100, 20)) -> Reply:
    """An answer of text cut into so many pieces, wherever that falls."""
    size = max(1, len(answer) // pieces)
    steps: list[Step] = [chunk({"content": answer[at : at + size]}) for at in range(0, len(answer), size)]
    return Reply([*steps, chunk(finish=finish), *usage_chunk(usage)])


def usage_chunk(usage: tuple[int, int] | None) -> Iterable[Chunk]:
    """The last chunk, as sent when the client asks for usage."""
    if usage is None:
        return []
    counts = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return [{**chunk(), "choices": [], "usage": counts}]


def error(
    status: int, message: str, code: str | None = None, type_: str = "invalid_request_error", **headers: str
) -> Reply:
    """An error in OpenAI's shape; header names take `_` for `-`."""
    body = {"error": {"message": message, "type": type_, "param": None, "code": code}}
    return Reply(status=status, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


class ScriptedServer:
    """Serves `script` on 127.0.0.1 from the moment it is made, on a free port or on `port`; a context manager.

    `models` are names, or whole entries of the list; `pages` holds JSON for other paths.
    """

    def __init__(
        self,
        script: Iterable[Reply] | Script = (),
        models: Sequence[str | Mapping[str, Any]] = ("scripted",),
        *,
        tls: ssl.SSLContext | None = None,
        port: int = 0,
        pages: Mapping[str, Any] | None = None,
    ) -> None:
        self._replies: list[Reply | Script] = [] if callable(script) else list(script)
        self._answer: Script | None = script if callable(script) else None
        self.models = tuple(models)
        self.pages = dict(pages or {})
        self.requests: list[Request] = []
        #: Each chunk that was sent, and when, in seconds since the epoch.
        self.sent: list[tuple[float, Chunk]] = []
        self.completed = 0
        self.disconnects = 0
        self.changed = threading.Condition()
        self._closing = threading.Event()
        self._gates: dict[str, threading.Event] = {}
        self._http = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"scripted": self}))
        self._http.daemon_threads = True
        self._scheme = "http"
        if tls is not None:
            self._scheme = "https"
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, name="scripted-server", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """The base URL, ending in `/v1`."""
        return f"{self._scheme}://127.0.0.1:{self.port}/v1"

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._http.server_address[1])

    @property
    def chats(self) -> list[Any]:
        """The bodies of the chat requests so far."""
        return [request.body for request in self.requests if request.method == "POST"]

    def add(self, *replies: Reply) -> None:
        """Add replies to the script."""
        with self.changed:
            self._replies.extend(replies)

    def then(self, answer: Script) -> None:
        """Add a reply that is made from its request."""
        with self.changed:
            self._replies.append(answer)

    def clear(self) -> None:
        """Forget the replies that are left and the requests so far; gates are shut again."""
        with self.changed:
            self._replies.clear()
            self.requests.clear()
            self.sent.clear()
            self._gates.clear()
            self.completed = self.disconnects = 0

    def open(self, name: str = "gate") -> None:
        """Let the reply that waits at this gate, or will, go on."""
        self._gate(name).set()

    def wait_for(self, condition: Callable[[ScriptedServer], bool], seconds: float = 20) -> bool:
        """Wait until `condition` of this server is true."""
        with self.changed:
            return self.changed.wait_for(lambda: condition(self), seconds)

    def close(self) -> None:
        """Stop serving; replies that wait go on and end."""
        self._closing.set()
        for gate in self._gates.values():
            gate.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def __enter__(self) -> ScriptedServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def reply_to(self, request: Request) -> Reply:
        """The next reply of the script."""
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()
            following = self._replies.pop(0) if self._replies else self._answer
        if isinstance(following, Reply):
            return following
        if following is not None:
            return following(request)
        return error(500, "script exhausted", type_="server_error")

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond `close`."""
        self._closing.wait(seconds)

    def wait_at(self, name: str) -> None:
        """Wait at a gate."""
        self._gate(name).wait(60)

    def finished(self, *, complete: bool) -> None:
        """Record how a reply ended."""
        with self.changed:
            if complete:
                self.completed += 1
            else:
                self.disconnects += 1
            self.changed.notify_all()

    def _gate(self, name: str) -> threading.Event:
        with self.changed:
            return self._gates.setdefault(name, threading.Event())


class _Handler(BaseHTTPRequestHandler):
    scripted: ScriptedServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own name
        """Nothing goes to the terminal."""

    def do_GET(self) -> None:
        with self.scripted.changed:
            self.scripted.requests.append(Request("GET", self.path, dict(self.headers), None))
            self.scripted.changed.notify_all()
        if not self._other_than("/models"):
            listed = [
                {"object": "model", "created": 1, "owned_by": "test", **({"id": it} if isinstance(it, str) else it)}
                for it in self.scripted.models
            ]
            self._json(200, {"object": "list", "data": listed}, {})

    def _other_than(self, path: str) -> bool:
        """Whether this was a request for anything else, which is answered then."""
        if self.path in self.scripted.pages:
            self._json(200, self.scripted.pages[self.path], {})
        elif not self.path.split("?")[0].endswith(path):
            self._json(404, {"error": {"message": "no such route", "type": "invalid_request_error"}}, {})
        else:
            return False
        return True

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        request = Request("POST", self.path, dict(self.headers), body)
        if self._other_than("/chat/completions"):
            return
        reply = self.scripted.reply_to(request)
        try:
            if reply.body is not None or reply.status != 200:
                self._json(reply.status, reply.body, reply.headers)
            else:
                self._stream(reply)
            self.scripted.finished(complete=True)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
            self.scripted.finished(complete=False)

    def _stream(self, reply: Reply) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        for step in reply.steps:
            match step:
                case Pause(seconds):
                    self._while_connected(partial(self.scripted.pause, seconds))
                case Gate(name):
                    self._while_connected(partial(self.scripted.wait_at, name))
                case Raw(content):
                    self._write(content, reply.split)
                case Drop(reset):
                    if reset:
                        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    else:
                        self.connection.shutdown(socket.SHUT_RDWR)
                    self.connection.close()
                    self.close_connection = True
                    return
                case _:
                    data = json.dumps(step, ensure_ascii=False).encode()
                    self._write(b"data: " + data + b"\n\n", reply.split)
                    self.scripted.sent.append((time.time(), step))
        if reply.done:
            self._write(b"data: [DONE]\n\n", reply.split)
        if reply.terminate:
            self.wfile.write(b"0\r\n\r\n")
            self.wfile.flush()
        else:
            self.close_connection = True

    def _while_connected(self, wait: Callable[[], None]) -> None:
        """Wait, and notice meanwhile if the client goes away: that is how Stop is seen from here."""
        waiter = threading.Thread(target=wait, daemon=True)
        waiter.start()
        self.connection.settimeout(0.02)
        try:
            while waiter.is_alive():
                try:
                    if self.connection.recv(1, socket.MSG_PEEK) == b"":
                        raise ConnectionResetError
                except TimeoutError:
                    continue
                waiter.join(0.02)
        finally:
            self.connection.settimeout(None)

    def _write(self, content: bytes, split: int | None) -> None:
        pieces = [content[i : i + split] for i in range(0, len(content), split)] if split else [content]
        for piece in pieces:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()

    def _json(self, status: int, body: Any, headers: dict[str, str]) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        if "content-type" not in headers:
            self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
