"""P8: the statistics of every column of a 1 GB CSV and of a wide one, beside DuckDB's SUMMARIZE of the same file.

Ours is all of it: the file becomes the table of the Data page, and the table is counted; each job in a child, as the
worker does it. pandas, Polars and pyarrow beside, once each. DuckDB may use as much memory as it likes: with less it
does not end for the wide file.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.p7_files import in_a_process, written_csv
from benchmarks.report import Row, sample

TIMES = 3
NARROW, WIDE, MEGABYTES = 1.2, 1.0, 350
_OURS = (
    """import json, os, tempfile
import pandas, duckdb
from lci.workspace.statistics import StatisticsJob
from lci.workspace.tables import TableJob
tempfile.tempdir = str(path.parent)

def child(work):
    # As the worker does each job: what one took is given back before the next.
    here, there = os.pipe()
    if not os.fork():
        answer = work()
        peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
        os.write(there, json.dumps([answer, peak]).encode())
        os._exit(0)
    os.wait()
    answer, peak = json.loads(os.read(here, 1 << 16))
    os.close(here), os.close(there)
    peaks.append(peak)
    return answer

def counted(first):
    job = StatisticsJob(path.name, "t", first)
    part = job.read(job.performed(Path(table)))
    return [first + len(part.columns), part.width]

peaks = []""",
    """table = child(lambda: str(TableJob(path.name, "t").performed(path)))
first, width = 0, 1
while first < width:
    first, width = child(lambda: counted(first))
Path(table).unlink()""",
)
_OTHERS = {
    "pandas": ("import pandas", "pandas.read_csv(path).describe(include='all')"),
    "Polars": ("import polars", "polars.scan_csv(path).describe()"),
    "pyarrow, least and greatest only": (
        "import pyarrow.csv, pyarrow.compute",
        "[pyarrow.compute.min_max(column) for column in pyarrow.csv.read_csv(path).columns]",
    ),
}
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
    others = {who: in_a_process(*look, path) for who, look in _OTHERS.items()}
    said = "".join(f"{who} {each[0]:.1f} s, {each[1]:,.0f} MB; " for who, each in others.items() if each) + "SUMMARIZE:"
    time, reference = (sample([each[0] for each in runs if each], "s") for runs in (ours, theirs))
    memory, its = (sample([each[1] for each in runs if each], "MB") for runs in (ours, theirs))
    is_met = time.median <= limit * reference.median
    fits = memory.median <= (MEGABYTES if limit == NARROW else its.median)
    most = f"≤ {MEGABYTES} MB" if limit == NARROW else "≤ 1 ×"
    return [
        Row("P8", f"statistics of {what}", time, reference, said, f"≤ {limit} ×", is_met),
        Row("P8", "its peak memory", memory, its, "SUMMARIZE:", most, fits),
    ]
