"""A Jupyter Server that refuses, hangs, is something else, or lies: one clear error, in time, and nothing leaks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lci.errors import KernelServerFailed, KernelServerUnknown, LciError
from lci.kernels.jupyter import JupyterKernel
from lci.kernels.server import place, rest
from lci.kernels.server.files import SharedFiles
from lci.kernels.server.place import ServedKernel
from lci.kernels.server.rest import Rest, Server
from lci.kernels.server.websocket_channels import packed, unpacked
from lci.wording import explained
from lci.workspace.workspace import Workspace
from tests.jupyter_server import free_port, jupyter_server

Answer = Callable[[BaseHTTPRequestHandler], None]
TOKEN = "a-token-nobody-may-see"


@contextmanager
def answering(answer: Answer) -> Iterator[Server]:
    """A server that answers everything in that way."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

        def do_GET(self) -> None:
            answer(self)

        do_POST = do_PUT = do_DELETE = do_GET

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Server("far", f"http://127.0.0.1:{server.server_port}", TOKEN)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(status: int, body: bytes, kind: str = "application/json", **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    try:
        while True:
            request.wfile.write(b"[" + b"1," * 500_000)
    except OSError:
        return


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "c")
    made.create()
    return made


def failure(server: Server, workspace: Workspace) -> LciError:
    async def started() -> None:
        kernel = JupyterKernel(ServedKernel(server, workspace, "name", vouched=False))
        try:
            await kernel.start()
        finally:
            await kernel.close()

    with pytest.raises(LciError) as caught:
        asyncio.run(started())
    assert TOKEN not in f"{caught.value!r} {caught.value} {explained(caught.value.problem)}"
    return caught.value


TROUBLES: dict[str, tuple[Answer, str]] = {
    "a page": (says(200, b"<html>Sign in</html>", "text/html"), "no_jupyter"),
    "a redirect": (says(302, b"", Location="http://127.0.0.1:9/login"), "no_jupyter"),
    "no token": (says(403, b'{"message": "Forbidden"}'), "token"),
    "an error": (says(500, b"{}"), "refused"),
    "other json": (says(200, b'{"a": 1}'), "no_jupyter"),
    "not there": (says(404, b"{}"), "missing"),
    "deep": (says(200, b"[" * 100_000 + b"]" * 100_000), "no_jupyter"),
    "endless": (endless, "endless"),
    "kernels of no kind": (says(200, b"[]"), "no_jupyter"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_what_is_no_jupyter_server_is_told_in_one_sentence(workspace: Workspace, trouble: str) -> None:
    """B61"""
    answer, cause = TROUBLES[trouble]
    with answering(answer) as server:
        error = failure(server, workspace)
    assert isinstance(error, KernelServerFailed)
    assert error.cause == cause
    said = explained(error.problem)
    assert "far" in said.what + said.todo and said.todo


def test_a_server_that_is_not_there_is_said_to_be(workspace: Workspace) -> None:
    """B61"""
    error = failure(Server("far", f"http://127.0.0.1:{free_port()}", TOKEN), workspace)
    assert isinstance(error, KernelServerFailed) and error.cause == "unreachable"
    assert isinstance(failure(Server("gone", ""), workspace), KernelServerUnknown)


def test_a_server_that_hangs_is_given_up(workspace: Workspace) -> None:
    """B61"""
    release = threading.Event()

    async def asked(server: Server) -> None:
        there = Rest(server)
        try:
            await there.request("GET", "api/kernels", seconds=0.3)
        finally:
            await there.close()

    with answering(lambda request: (release.wait(20), None)[1]) as server:
        with pytest.raises(KernelServerFailed) as caught:
            asyncio.run(asked(server))
        release.set()
    assert caught.value.cause == "timeout"


@pytest.mark.kernel
def test_a_wrong_token_is_named(workspace: Workspace) -> None:
    """B61: by a real server."""
    with jupyter_server() as server:
        error = failure(Server("far", server.url, TOKEN), workspace)
    assert isinstance(error, KernelServerFailed) and error.cause == "token"


NAMES = ["../out.txt", "/etc/passwd", "..", ".", "", ".hidden", "a\x00b", "a" * 300, 5, None, {"a": 1}]


def test_names_that_lead_out_of_the_workspace_are_not_fetched(workspace: Workspace) -> None:
    """B34, B61"""
    entries = [{"name": name, "type": "file", "size": 1, "last_modified": "now"} for name in NAMES]
    entries += ["no entry", {"name": "fine.txt", "type": "file", "size": "large", "last_modified": 3}]  # type: ignore[list-item]

    def answer(request: BaseHTTPRequestHandler) -> None:
        body = rest.json.dumps({"content": entries}).encode() if "/api/" in request.path else b"x"
        says(200, body)(request)

    async def fetched(server: Server) -> None:
        there = Rest(server)
        try:
            await SharedFiles(workspace, "lci/x/work").begin(there)
        finally:
            await there.close()

    with answering(answer) as server:
        asyncio.run(fetched(server))
    assert [file.name for file in workspace.files()] == ["fine.txt"]
    assert not (workspace.root / "out.txt").exists()


def test_frames_of_the_websocket_are_believed_only_as_far_as_they_go() -> None:
    """B32, B61"""
    whole = packed("iopub", [b"{}", b"{}", b"{}", b"{}"])
    assert unpacked(whole) == ("iopub", [b"{}"] * 4)
    for broken in (
        b"",
        whole[:20],
        b"\xff" * 8,
        b"\xff" * 200,
        bytes(200),
        whole[:-1],
        whole[:8] + b"\xff" * 8 + whole[16:],
    ):
        assert unpacked(broken) is None


def test_every_gap_has_its_words() -> None:
    """B61"""
    from lci.wording import words

    assert {*place.GAPS, "files"} == set(words().settings.kernel_gaps)
