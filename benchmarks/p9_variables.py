"""P9: the list of variables with a frame of ten million rows, and a page of it, against a bare round trip."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from benchmarks.raw import drained, raw_kernel
from benchmarks.report import Row, sample
from lci.core.inspection import PageRequest
from lci.kernels.jupyter import JupyterKernel
from lci.kernels.process import KernelProcess
from lci.kernels.slots import Slot

TIMES = 20
MIDDLE = 5_000_000
LIST_MS, PAGE_MS = 20, 50
SOURCE = "import numpy as np, pandas as pd\nbig = pd.DataFrame(np.random.rand(10_000_000, 3), columns=list('abc'))"


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as folder:
        listed, paged = asyncio.run(_looked(Path(folder)))
    with raw_kernel() as kernel:
        raw = []
        for _ in range(TIMES):
            began = time.perf_counter()
            drained(kernel, "1+1")
            raw.append(time.perf_counter() - began)
    variables, page, bare = sample(listed), sample(paged), sample(raw)
    said = "`1+1` by jupyter_client:"
    return [
        Row("P9", "variables, 10M-row frame", variables, bare, said, f"≤ {LIST_MS} ms", variables.median <= LIST_MS),
        Row("P9", "100 rows of its middle", page, bare, said, f"≤ {PAGE_MS} ms", page.median <= PAGE_MS),
    ]


async def _looked(root: Path) -> tuple[list[float], list[float]]:
    slot = Slot(root / "work", root / "home", root / "overlay", root / "spool")
    kernel = JupyterKernel(KernelProcess(slot, home=root / "data"))
    try:
        async for _ in kernel.execute(SOURCE):
            pass
        return (
            [await _seconds(kernel.inspector.variables(30)) for _ in range(TIMES)],
            [
                await _seconds(kernel.inspector.page(PageRequest("big", at, at + 100)))
                for at in range(MIDDLE, MIDDLE + TIMES)
            ],
        )
    finally:
        await kernel.close()


async def _seconds(look: Coroutine[Any, Any, object]) -> float:
    began = time.perf_counter()
    assert await look
    return time.perf_counter() - began
