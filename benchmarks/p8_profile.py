"""P8: the statistics of every column of a 1 GB CSV and of a wide one, beside DuckDB's SUMMARIZE of the same file.

Ours is all of it: the file becomes the table of the Data page, and the table is counted; in one process, as a worker
does it. DuckDB may use as much memory as it likes: with less it does not end for the wide file.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.p7_files import in_a_process, written_csv
from benchmarks.report import Row, sample

TIMES = 3
NARROW, WIDE, MEGABYTES = 1.2, 1.0, 350
_OURS = (
    "from lci.workspace.statistics import StatisticsJob; from lci.workspace.tables import TableJob\n"
    "import pandas, duckdb, tempfile; tempfile.tempdir = str(path.parent)",
    """table = TableJob(path.name, "t").performed(path)
first, width = 0, 1
while first < width:
    job = StatisticsJob(path.name, "t", first)
    part = job.read(job.performed(table))
    first, width = first + len(part.columns), part.width""",
)
_DUCKDB = (
    "import duckdb; connection = duckdb.connect(config={'threads': 2, 'temp_directory': str(path.parent)})",
    "connection.execute(f\"SUMMARIZE FROM '{path}'\").fetchall()",
)


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as folder:
        narrow, wide = Path(folder) / "big.csv", Path(folder) / "wide.csv"
        written_csv(narrow, 9_500_000)
        _write_wide(wide)
        return [*_rows("a CSV of 1.0 GB", narrow, NARROW), *_rows("2,000 × 3,000 cells", wide, WIDE)]


def _write_wide(path: Path) -> None:
    import numpy as np
    import pandas as pd

    numbers = np.random.default_rng(1).normal(size=(2_000, 3_000)).round(4)
    pd.DataFrame(numbers, columns=[f"c{n}" for n in range(3_000)]).to_csv(path, index=False)


def _rows(what: str, path: Path, limit: float) -> list[Row]:
    ours, theirs = [], []
    for _ in range(TIMES):
        ours.append(in_a_process(*_OURS, path))
        theirs.append(in_a_process(*_DUCKDB, path))
    time, reference = (sample([each[0] for each in runs if each], "s") for runs in (ours, theirs))
    memory, theirs_too = (sample([each[1] for each in runs if each], "MB") for runs in (ours, theirs))
    fits = memory.median <= MEGABYTES if limit == NARROW else memory.median <= theirs_too.median
    return [
        Row(
            "P8",
            f"statistics of {what}",
            time,
            reference,
            "SUMMARIZE:",
            f"≤ {limit} ×",
            time.median <= limit * reference.median,
        ),
        Row(
            "P8",
            "its peak memory",
            memory,
            theirs_too,
            "SUMMARIZE:",
            f"≤ {MEGABYTES} MB" if limit == NARROW else "≤ 1 ×",
            fits,
        ),
    ]
