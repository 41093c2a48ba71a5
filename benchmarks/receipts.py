"""How long the receipts of an answer take beside 100,000 numbers in outputs: `python -m benchmarks.receipts`.

The budget is 50 ms for both; on the screen it is worked out once for a turn, and remembered.
"""

from __future__ import annotations

import random
import statistics
import sys
import time

from lci.core.grounding.receipts import evidence_of, receipts
from lci.core.grounding.shown import sheets
from lci.core.outputs import StreamOutput
from lci.core.turns import Cell, Turn

NUMBERS, QUOTED, TIMES = 100_000, 30, 15


def main() -> None:
    """Print the medians in milliseconds: reading the outputs, and finding the answer's numbers in them."""
    chance = random.Random(1)
    rows = [" ".join(f"{chance.uniform(-100, 10_000):.2f}" for _ in range(10)) for _ in range(NUMBERS // 10)]
    turn = Turn("t", None, "", steps=(Cell("c", 1, outputs=(StreamOutput("stdout", "\n".join(rows)),)),))
    quoted = [chance.choice(chance.choice(rows).split()) for _ in range(QUOTED)]
    answer = " ".join(f"One of them is {number}." for number in quoted)
    reading, finding = [], []
    for _ in range(TIMES):
        start = time.perf_counter()
        basis = evidence_of((turn,), [sheets(turn)])
        middle = time.perf_counter()
        receipts(answer, basis)
        reading.append((middle - start) * 1000)
        finding.append((time.perf_counter() - middle) * 1000)
    sys.stdout.write(f"read {statistics.median(reading):.0f} ms, found {statistics.median(finding):.0f} ms\n")


if __name__ == "__main__":
    main()
