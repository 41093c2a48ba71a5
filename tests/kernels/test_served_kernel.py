"""A kernel on a Jupyter Server whose connection breaks, whose kernel is taken away, or which is gone itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from lci.core.outputs import StreamOutput
from lci.core.ports import ExecutionFinished, OutputProduced
from lci.kernels.jupyter import JupyterKernel
from lci.kernels.server.place import ServedKernel
from lci.kernels.server.rest import Rest, Server
from lci.workspace.workspace import Workspace
from tests.jupyter_server import jupyter_server, kill

pytestmark = pytest.mark.kernel

SLOW = "import time\nprint('begun', flush=True)\nfor n in range(20):\n    time.sleep(0.1); print(n, flush=True)"
ENDLESS = "import time\nprint('begun', flush=True)\ntime.sleep(600)"


Ran = tuple[str, ExecutionFinished]


async def ran(kernel: JupyterKernel, source: str, event: Callable[[], Awaitable[None]] | None = None) -> Ran:
    """The text of a cell and its end, where `event` happens once it has begun."""
    text, finish = "", None
    async for each in kernel.execute(source):
        if isinstance(each, OutputProduced) and isinstance(each.output, StreamOutput):
            text += each.output.text
            if event is not None:
                now, event = event, None
                await now()
        finish = each
    assert isinstance(finish, ExecutionFinished)
    return text, finish


def served(server: Server, folder: Path) -> tuple[JupyterKernel, ServedKernel]:
    workspace = Workspace(folder / "c")
    workspace.create()
    place = ServedKernel(server, workspace, folder.name, vouched=True)
    return JupyterKernel(place), place


def test_a_connection_that_is_cut_costs_nothing(tmp_path: Path) -> None:
    """B61: it is made again, and what came meanwhile comes too."""

    async def story(server: Server) -> Ran:
        kernel, place = served(server, tmp_path)

        async def cut() -> None:
            assert place.channels is not None
            place.channels.drop_iopub()

        try:
            return await ran(kernel, SLOW, cut)
        finally:
            await kernel.close()

    with jupyter_server() as server:
        text, finish = asyncio.run(story(server))
    assert finish.status == "ok"
    assert text == "begun\n" + "".join(f"{n}\n" for n in range(20))


FLOOD = """
import json
kernel = get_ipython().kernel
own = json.dumps(kernel.get_parent()["header"], default=str).encode()
for _ in range(10):
    header = json.dumps(kernel.session.msg("stream", {})["header"], default=str).encode()
    frames = [header, own, b"{}", b'{"name": "stdout", "text": "' + b"x" * 30_000_000 + b'"}']
    kernel.iopub_socket.send_multipart([b"x", b"<IDS|MSG>", kernel.session.sign(frames), *frames])
"""


def test_a_cell_whose_end_is_lost_behind_what_was_too_large_ends_all_the_same(tmp_path: Path) -> None:
    """B13, B32, B61: each such message costs the connection, and what followed it."""

    async def story(server: Server) -> tuple[Ran, Ran]:
        kernel, _ = served(server, tmp_path)
        try:
            return await ran(kernel, FLOOD), await ran(kernel, "print('next')")
        finally:
            await kernel.close()

    with jupyter_server("--ZMQChannelsWebsocketConnection.limit_rate=False") as server:
        flood, following = asyncio.run(story(server))
    assert flood[1].status in ("ok", "error")
    assert "left out: more than a cell may send" in flood[0]
    assert following[1].status == "ok"
    assert "next\n" in following[0]


def test_a_kernel_that_someone_else_ends_is_followed_by_another(tmp_path: Path) -> None:
    """B3, B61: such an end interrupts the cell first, and then nothing answers."""

    async def story(server: Server) -> tuple[Ran, int]:
        kernel, _ = served(server, tmp_path)
        other = Rest(server)

        async def deleted() -> None:
            kernels = await other.request("GET", "api/kernels")
            assert isinstance(kernels, list)
            for each in kernels:
                assert isinstance(each, dict)
                await other.request("DELETE", f"api/kernels/{each['id']}")

        try:
            _, finish = await ran(kernel, ENDLESS, deleted)
            assert finish.status in ("error", "died")
            while kernel.facts is not None:
                await asyncio.sleep(0.1)
            return await ran(kernel, "print('next')"), kernel.generation
        finally:
            await kernel.close()
            await other.close()

    with jupyter_server() as server:
        (text, finish), generation = asyncio.run(story(server))
    assert (text, finish.status, generation) == ("next\n", "ok", 2)


@pytest.mark.nightly
def test_a_server_that_goes_away_is_a_lost_one(tmp_path: Path) -> None:
    """B3, B61: after some patience."""

    async def story(server: Server) -> Ran:
        kernel, _ = served(server, tmp_path)

        async def gone() -> None:
            kill(server)

        try:
            return await ran(kernel, ENDLESS, gone)
        finally:
            await kernel.close()

    with jupyter_server() as server:
        text, finish = asyncio.run(story(server))
    assert finish.status == "died"
    assert finish.problem is not None and finish.problem.facts["cause"] == "server_lost"
    assert text.startswith("begun\n[files could not be fetched from 127.0.0.1:")
