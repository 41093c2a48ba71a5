"""P20: a cell on a Jupyter Server of this machine, its files kept alike on both sides, against a bare websocket."""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_client.session import Session
from websockets.sync.client import ClientConnection, connect

from benchmarks.report import Row, Sample, sample
from lci.kernels.jupyter import JupyterKernel
from lci.kernels.server.place import ServedKernel
from lci.kernels.server.rest import Server
from lci.kernels.server.websocket_channels import V1, packed, unpacked
from lci.workspace.workspace import Workspace
from tests.jupyter_server import jupyter_server

TIMES, FACTOR = 40, 1.5
SOURCE = "1+1"


def measure() -> list[Row]:
    with (
        jupyter_server() as server,
        tempfile.TemporaryDirectory(prefix="lci-bench-") as folder,
        _bare(server) as plain,
        _bare(server) as quick,
    ):
        ours, raw, quick_raw = asyncio.run(_all(server, Path(folder), plain, quick))
    what, said = f"`{SOURCE}` on a Jupyter Server here, ten files with it", "alone, by a bare websocket:"
    return [
        Row("P20", what, ours, raw, said, f"≤ {FACTOR} ×", ours.median <= FACTOR * raw.median),
        Row("P20", "… beside one that acknowledges at once", ours, quick_raw, said, "", None),
    ]


async def _all(
    server: Server, folder: Path, plain: ClientConnection, quick: ClientConnection
) -> tuple[Sample, Sample, Sample]:
    workspace = Workspace(folder / "c")
    workspace.create()
    for number in range(10):
        workspace.add_bytes(f"{number}.csv", b"a\n1\n")
    kernel = JupyterKernel(ServedKernel(server, workspace, "bench", vouched=True))
    seconds: tuple[list[float], ...] = ([], [], [])
    try:
        for _ in range(TIMES + 3):
            began = time.perf_counter()
            async for _ in kernel.execute(SOURCE):
                pass
            seconds[0].append(time.perf_counter() - began)
            seconds[1].append(await asyncio.to_thread(_ran, plain))
            seconds[2].append(await asyncio.to_thread(_ran, quick, at_once=True))
    finally:
        await kernel.close()
    ours, raw, quick_raw = (sample(values[3:]) for values in seconds)
    return ours, raw, quick_raw


@contextmanager
def _bare(server: Server) -> Iterator[ClientConnection]:
    """A stock kernel there and nothing but a connection to it."""
    asked = urllib.request.Request(server.address("api/kernels"), b"{}", server.headers, method="POST")
    with urllib.request.urlopen(asked, timeout=60) as answer:
        kernel_id = json.load(answer)["id"]
    address = server.address(f"api/kernels/{kernel_id}/channels").replace("http", "ws", 1)
    with connect(address, additional_headers=server.headers, subprotocols=[V1], compression=None) as connection:
        yield connection


_SESSION = Session(key=b"of no use: the server signs")


def _ran(connection: ClientConnection, *, at_once: bool = False) -> float:
    """Run the cell there, until reply and idle; the seconds that took."""
    began = time.perf_counter()
    content = {"code": SOURCE, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    message = _SESSION.msg("execute_request", content)
    connection.send(packed("shell", _SESSION.serialize(message)[2:]))
    request, missing = message["header"]["msg_id"], {"execute_reply", "idle"}
    while missing:
        data = connection.recv(60)
        if at_once:
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        assert isinstance(data, bytes)
        whole = unpacked(data)
        assert whole is not None
        header, parent, _, content = map(json.loads, whole[1])
        if parent.get("msg_id") == request:
            missing -= {header["msg_type"], content.get("execution_state", "")}
    return time.perf_counter() - began
