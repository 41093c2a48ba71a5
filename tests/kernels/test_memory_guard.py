"""Memory that fills up is told before it is full, and large tables are saved before the kernel is ended for it."""

from __future__ import annotations

import pytest

from lci.core.ports import KernelEvent, MemoryHigh
from lci.kernels.limits import ResourceLimits
from tests.kernels.driving import Driver, LoopThread, Ran, short_folder

pytestmark = pytest.mark.kernel

MEGABYTE = 1_000_000
#: Fills memory with programs, which no limit of one process stops, until the file `go` is there; then beyond the limit.
FILLING = """
import pathlib, subprocess, sys, time
held = "import time; block = bytearray({size}); block[::4096] = b'x' * len(block[::4096]); time.sleep(600)"
first = [subprocess.Popen([sys.executable, "-c", held.format(size=180_000_000)]) for _ in range(2)]
while not pathlib.Path("go").exists(): time.sleep(0.05)
second = [subprocess.Popen([sys.executable, "-c", held.format(size=250_000_000)]) for _ in range(2)]
time.sleep(600)
"""


def test_tables_are_saved_when_memory_is_nearly_full_and_named_when_the_kernel_ends(loop_thread: LoopThread) -> None:
    """B53"""
    driver = Driver(loop_thread, short_folder(), limits=ResourceLimits(memory_bytes=650 * MEGABYTE))
    told: list[MemoryHigh] = []

    def heard(_: str, event: KernelEvent) -> None:
        if isinstance(event, MemoryHigh):
            told.append(event)
            (driver.slot.work / "go").touch()

    async def filled() -> Ran:
        done = Ran()
        async for event in driver.kernel.execute(FILLING, "cell"):
            done.events.append(event)
        return done

    try:
        driver.fine("import pandas as pd\nbig = pd.DataFrame({'n': range(500_000), 'word': 'w'})\nsmall = big.head(3)")
        driver.kernel.listen(heard)
        done = loop_thread.call(filled(), 100)
        assert done.status == "died"
        assert done.cause == "memory_limit"
        (high,) = told
        assert high.saved == ("big",)
        assert high.used_bytes > 0.7 * 650 * MEGABYTE
        (saved,) = done.finish.remarks
        assert saved.code == "tables_saved"
        assert driver.value(f"import pandas as pd; len(pd.read_parquet({saved.facts['big']!r}))") == "500000"
    finally:
        driver.close()


def test_saving_leaves_out_what_cannot_be_saved(loop_thread: LoopThread) -> None:
    """B53"""
    driver = Driver(loop_thread, short_folder())
    try:
        driver.fine(
            "import pandas as pd\nclass Odd: pass\nodd = pd.DataFrame({'x': [Odd()] * 300_000})\n"
            "good = pd.DataFrame({'n': range(300_000)})\nempty = pd.DataFrame()"
        )
        saved = driver.look(lambda inspector: inspector.save_tables())
        assert isinstance(saved, dict)
        assert list(saved) == ["good"]
    finally:
        driver.close()
