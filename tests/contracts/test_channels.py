"""What every `Channels` does: sockets of this machine, a websocket of a Jupyter Server, in its newer and older form."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from lci.core.ports import Channels, JupyterMessage
from lci.kernels.process import KernelProcess
from lci.kernels.server.place import ServedKernel
from lci.kernels.server.rest import Server
from lci.kernels.session import Place, execution
from lci.kernels.slots import Slot
from lci.workspace.workspace import Workspace
from tests.kernels.driving import LoopThread, short_folder

T = TypeVar("T")

pytestmark = pytest.mark.kernel


async def _unpressed(used: int, limit: int) -> None:
    return None


@dataclass
class Subject:
    thread: LoopThread
    place: Place
    channels: Channels

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        return self.thread.call(work)

    def ran(self, source: str) -> list[JupyterMessage]:
        """The reply and what was published of one request, until both halves of its end are there."""
        return self.call(self.running(source))

    async def running(self, source: str) -> list[JupyterMessage]:
        self.channels.cell_began()
        request = self.channels.ask("execute_request", execution(source, silent=False))
        came: list[JupyterMessage] = []
        idle = replied = False
        async with asyncio.timeout(60):
            while not (idle and replied):
                await self.channels.wait(0.2)
                replies = [each for each in await self.channels.replies() if each.parent == request]
                own = [each for each in await self.channels.published() if each.parent == request]
                self.channels.waiting()
                replied = replied or bool(replies)
                idle = idle or any(each.is_idle for each in own)
                came += [*replies, *own]
        return came


@pytest.fixture(params=["sockets", "websocket", "older websocket"])
def subject(request: pytest.FixtureRequest, loop_thread: LoopThread) -> Iterator[Subject]:
    root = short_folder()
    workspace = Workspace(root / "c")
    workspace.create()
    place: KernelProcess | ServedKernel
    if request.param == "sockets":
        slot = Slot(workspace.work, workspace.home, workspace.overlay, workspace.spool)
        place = KernelProcess(slot, home=root / "data")
    else:
        server: Server = request.getfixturevalue("there" if request.param == "websocket" else "older")
        place = ServedKernel(server, workspace, root.name, vouched=True)
    channels, _ = loop_thread.call(place.begin(_unpressed))
    yield Subject(loop_thread, place, channels)

    async def end() -> None:
        channels.close()
        await place.end()
        place.release()

    loop_thread.call(end())


def kinds(messages: list[JupyterMessage]) -> list[str]:
    return [message.kind for message in messages]


def test_a_request_is_answered_on_shell_and_iopub(subject: Subject) -> None:
    """B61"""
    came = subject.ran("print('hello'); 1 + 1")
    assert {"execute_reply", "stream", "execute_result", "status"} <= set(kinds(came))
    assert next(each.content for each in came if each.kind == "execute_reply")["status"] == "ok"
    assert "hello" in str([each.content for each in came if each.kind == "stream"])


def test_control_is_answered_while_the_shell_is_busy(subject: Subject) -> None:
    """B19, B61"""

    async def asked() -> str:
        cell = asyncio.create_task(subject.running("import time; time.sleep(60)"))
        request = subject.channels.ask_control("lci_look_request", {"expression": "variables()"})
        async with asyncio.timeout(30):
            while True:
                await subject.channels.wait_for_answer(0.2)
                for answer in await subject.channels.answers():
                    if answer.parent == request:
                        cell.cancel()
                        return str(answer.content["status"])

    assert subject.call(asked()) == "ok"


def test_silence_is_told_in_time(subject: Subject) -> None:
    """B2, B61: whoever waits can look whether the kernel still lives."""

    async def waited() -> tuple[bool, bool]:
        while await subject.channels.wait(0.5):
            await subject.channels.replies()
            await subject.channels.published()
        return await subject.channels.wait(0.05), await subject.channels.wait_for_answer(0.05)

    assert subject.call(waited()) == (False, False)
    assert subject.channels.whole and not subject.channels.shell_lost


FORGED = """
import json
kernel = get_ipython().kernel
session, iopub = kernel.session, kernel.iopub_socket
parent = kernel.get_parent()
def header(kind):
    return json.dumps(session.msg(kind, {})["header"], default=str).encode()
own = json.dumps(parent["header"], default=str).encode()
def send(*parts):
    frames = list(parts)
    iopub.send_multipart([b"forged", b"<IDS|MSG>", session.sign(frames), *frames])
"""


def test_messages_of_no_shape_are_left_out_and_the_cell_ends(subject: Subject) -> None:
    """B32, B61"""
    came = subject.ran(
        FORGED + 'send(header("stream"), b"{}", b"{}", b"[]")\n'
        'send(header("stream"), b"{}", b"{}", b"[" * 150 + b"]" * 150)\nprint("after")'
    )
    assert "after" in str([each.content for each in came if each.kind == "stream"])
    assert all(isinstance(each.content, dict) for each in came)


def test_an_oversized_message_is_left_out_and_what_follows_arrives(subject: Subject) -> None:
    """B13, B32, B61"""
    came = subject.ran(
        FORGED + "send(header('stream'), own, b'{}', b'{\"x\": \"' + b'x' * 40_000_000 + b'\"}')\n"
        "import time; time.sleep(3); print('after')"
    )
    assert "after" in str([each.content for each in came if each.kind == "stream"])
    assert subject.channels.left_out.messages >= 1


def test_more_than_a_cell_may_send_is_counted(subject: Subject) -> None:
    """B13, B32, B61"""
    came = subject.ran(
        FORGED + "for _ in range(40): send(header('comm_msg'), own, b'{}', b'{\"x\": \"' + b'x' * 4_000_000 + b'\"}')\n"
        "import time; time.sleep(1); print('after')"
    )
    assert sum(len(str(each.content)) for each in came) < 140_000_000
    assert subject.channels.left_out.messages >= 1


def test_a_dropped_connection_is_made_again(subject: Subject) -> None:
    """B32, B61"""

    async def dropped() -> None:
        subject.channels.drop_iopub()
        await subject.channels.open(time.monotonic() + 20, lambda: subject.place.dead)

    subject.call(dropped())
    assert "again" in str([each.content for each in subject.ran("print('again')")])


def test_closed_channels_take_and_give_nothing(subject: Subject) -> None:
    """B33, B61"""

    async def closed() -> list[object]:
        subject.channels.close()
        subject.channels.ask("kernel_info_request", {})
        return [subject.channels.whole, subject.channels.shell_lost]

    assert subject.call(closed()) == [False, True]
