"""P13: `import lci` in a fresh interpreter, beside one that imports nothing."""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks.report import Row, sample

TIMES = 15
LIMIT = 0.1


def measure() -> list[Row]:
    bare, ours = [], []
    for _ in range(TIMES):
        bare.append(_seconds("pass"))
        ours.append(_seconds("import lci"))
    first, raw = sample(ours), sample(bare)
    met = (first.median - raw.median) / 1000 <= LIMIT
    return [Row("P13", "python -c 'import lci'", first, raw, "python -c pass:", f"≤ {LIMIT * 1000:.0f} ms more", met)]


def _seconds(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began
