"""A long life in a short time, on demand: `make soak`. Nothing may be left over, and nothing may get stuck."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import pytest

from lci.core.outputs import StreamOutput
from tests.kernels.driving import Driver

pytestmark = [pytest.mark.kernel, pytest.mark.soak, pytest.mark.timeout(3_600)]

CELLS, INTERRUPTS, KILLS, FLOODS = 1_000, 100, 50, 50

#: Ways to flood; each prints `ready` first, and the seed decides when it is stopped.
FLOODED = (
    "while True: print('x' * 1000)",
    "while True: print('x', flush=True)",
    "while True: display('x')",
    "handle = display(0, display_id=True)\nwhile True: handle.update('y')",
    "import sys\nwhile True: sys.stderr.write('e' * 100_000)",
    "import os\nwhile True: os.write(1, b'z' * 10_000)",
    "import subprocess; subprocess.run(['yes'])",
)


@dataclass(frozen=True)
class Held:
    """What this process holds of the system."""

    children: int
    threads: int
    descriptors: int
    sockets: int
    megabytes: float


def held() -> Held:
    gc.collect()
    process = psutil.Process()
    return Held(
        len(process.children(recursive=True)),
        process.num_threads(),
        process.num_fds(),
        len(process.net_connections(kind="all")),
        process.memory_info().rss / 1e6,
    )


def test_a_thousand_cells_a_hundred_interrupts_fifty_kills_leave_nothing(
    new_kernel: Callable[..., Driver],
) -> None:
    """B2, B3, B4, B33"""
    driver = new_kernel()
    driver.fine("1")
    driver.run("import os; os._exit(1)")
    driver.fine("1")
    before = held()
    for number in range(CELLS):
        assert driver.value(f"{number} + 1") == str(number + 1)
    for number in range(INTERRUPTS):
        done = driver.run("print('ready', flush=True)\nwhile True: pass", interrupt_at="ready")
        assert done.status == "interrupted", done.complaint()
        assert driver.value(str(number)) == str(number)
    for _ in range(KILLS):
        assert driver.run("import os, signal; os.kill(os.getpid(), signal.SIGKILL)").status == "died"
        driver.fine("1")
    after = held()
    assert after.children == before.children
    assert after.threads <= before.threads + 1
    assert after.descriptors <= before.descriptors + 2
    assert after.sockets <= before.sockets + 1
    assert after.megabytes < before.megabytes + 60


def test_a_million_small_files_hold_nothing_up(kernel: Driver) -> None:
    """B33: the next cell works, and the watch over the folder stalls nothing."""
    source = (
        "import os\nfor folder in range(1000):\n    os.mkdir(f'd{folder}')\n"
        "    for name in range(1000): open(f'd{folder}/{name}', 'w').close()"
    )
    kernel.fine(source, timeout=600)
    assert kernel.value("sum(len(os.listdir(f'd{folder}')) for folder in range(1000))") == "1000000"
    kernel.fine("import shutil\nfor folder in range(1000): shutil.rmtree(f'd{folder}')", timeout=600)
    assert kernel.value("1 + 1") == "2"


@pytest.mark.parametrize("seed", range(FLOODS))
def test_no_flood_wedges_a_kernel(kernel: Driver, seed: int) -> None:
    """B2, B13: flooded, stopped at a seeded moment, its reader frozen for a while; then the next cell works."""
    chance = random.Random(seed)
    source = FLOODED[seed % len(FLOODED)]
    after, frozen = chance.uniform(0.0, 0.6), chance.uniform(0.0, 0.4)

    async def flooded() -> str:
        begun = asyncio.Event()

        async def run() -> str:
            status = ""
            async for event in kernel.kernel.execute(f"print('ready', flush=True)\n{source}"):
                if not begun.is_set():
                    begun.set()
                    await asyncio.sleep(frozen)
                status = getattr(event, "status", status)
            return status

        cell = asyncio.create_task(run())
        await begun.wait()
        await asyncio.sleep(after)
        while not cell.done():
            await kernel.kernel.interrupt()
            await asyncio.wait([cell], timeout=0.2)
        return await cell

    assert kernel.thread.call(flooded(), 120) == "interrupted"
    done = kernel.fine(f"print('seed {seed}')", timeout=60)
    assert f"seed {seed}\n" in "".join(o.text for o in done.outputs if isinstance(o, StreamOutput))
