"""What a cell's threads and tasks put out after its end belongs to that cell."""

from __future__ import annotations

import asyncio

import pytest

from lci.core.outputs import DisplayData, StreamOutput
from lci.core.ports import KernelEvent, OutputProduced
from tests.kernels.driving import Driver, Ran

pytestmark = pytest.mark.kernel


class Heard:
    """What came late, and a way to wait for it."""

    def __init__(self, kernel: Driver) -> None:
        self._kernel = kernel
        self.events: list[tuple[str, KernelEvent]] = []
        self._more = asyncio.Condition()
        kernel.kernel.listen(self._take)

    def _take(self, tag: str, event: KernelEvent) -> None:
        self.events.append((tag, event))
        asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        async with self._more:
            self._more.notify_all()

    def text(self, tag: str) -> str:
        outputs = [event.output for told, event in self.events if told == tag and isinstance(event, OutputProduced)]
        return "".join(output.text for output in outputs if isinstance(output, StreamOutput))

    async def has(self, tag: str, wanted: str) -> None:
        async with asyncio.timeout(30), self._more:
            await self._more.wait_for(lambda: wanted in self.text(tag))


async def cell(kernel: Driver, tag: str, source: str) -> Ran:
    done = Ran()
    async for event in kernel.kernel.execute(source, tag):
        done.events.append(event)
    assert done.status == "ok", done.complaint()
    return done


LATER = """
import threading
go = threading.Event()
def speak():
    go.wait(30)
    print('from the thread', flush=True)
threading.Thread(target=speak).start()
"""


def test_a_thread_speaks_for_the_cell_that_started_it_while_another_runs(kernel: Driver) -> None:
    """B13, B15"""

    async def both() -> tuple[Heard, Ran]:
        heard = Heard(kernel)
        await cell(kernel, "first", LATER)
        second = await cell(kernel, "second", "import time\ngo.set(); time.sleep(0.5); print('from the second')")
        await heard.has("first", "from the thread")
        return heard, second

    heard, second = kernel.thread.call(both())
    assert second.text() == "from the second\n"
    assert heard.text("second") == ""


def test_a_thread_is_heard_between_cells(kernel: Driver) -> None:
    """B13, B15"""

    async def alone() -> None:
        heard = Heard(kernel)
        await cell(kernel, "first", LATER + "threading.Timer(0.3, go.set).start()")
        await heard.has("first", "from the thread")

    kernel.thread.call(alone())
    assert kernel.value("1 + 1") == "2"


def test_a_task_is_heard_between_cells(kernel: Driver) -> None:
    """B13, B15"""
    source = """
import asyncio
from IPython.display import display
async def speak():
    await asyncio.sleep(0.3)
    display('shown late')
    print('from the task', flush=True)
task = asyncio.create_task(speak())
"""

    async def alone() -> Heard:
        heard = Heard(kernel)
        await cell(kernel, "first", source)
        await heard.has("first", "from the task")
        return heard

    heard = kernel.thread.call(alone())
    shown = [event.output for _, event in heard.events if isinstance(event, OutputProduced)]
    assert any(isinstance(output, DisplayData) for output in shown)


def test_a_late_flood_does_not_hide_the_next_cell(kernel: Driver) -> None:
    """B13"""
    source = """
import threading
ending = threading.Event()
def flood():
    while not ending.is_set(): print('x' * 1000)
threading.Thread(target=flood).start()
"""

    async def run() -> Ran:
        Heard(kernel)
        await cell(kernel, "flood", source)
        for number in range(3):
            done = await cell(kernel, f"next {number}", f"print('seen {number}')")
            assert f"seen {number}\n" in done.text()
        return await cell(kernel, "last", "ending.set(); print('quiet')")

    assert "quiet" in kernel.thread.call(run()).text()
