"""P7, P17: the first look at a large file, beside other readers' first rows, each in a process of its own.

A CSV of about 1 GB is written to the temporary folder, and a Parquet file of two million rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.report import Row, Sample, sample

TIMES = 5
SECONDS, MEGABYTES, TIMES_DUCKDB = 0.5, 200, 2.0
_TABLE = (
    "SELECT range AS id, (random() * 1000)::INT AS n, random() * 100 AS x, round(random() * 1000, 2) AS price, "
    "'name ' || (range % 5000) AS name, ['north', 'south', 'east', 'west'][1 + range % 4] AS region, "
    "DATE '2020-01-01' + (range % 1500)::INT AS day, range % 2 = 0 AS flag, md5(range::VARCHAR) AS code "
    "FROM range({rows})"
)
_OURS, _LOOK = "from lci.workspace.preview import preview; import pandas", "preview(path, path.name, 1000)"
#: What each does after its import, `path` being the file; ours are what the worker has loaded before any file comes.
_LOOKS = {
    "csv": {
        "ours": (f"{_OURS}, lci.workspace.delimited", _LOOK),
        "DuckDB": ("import duckdb", "duckdb.sql(f\"SELECT * FROM '{path}' LIMIT 1000\").fetchall()"),
        "pandas": ("import pandas", "pandas.read_csv(path, nrows=1000)"),
        "pyarrow": ("import pyarrow.csv", "pyarrow.csv.open_csv(path).read_next_batch()"),
        "Polars": ("import polars", "polars.read_csv(path, n_rows=1000)"),
    },
    "parquet": {
        "ours": (f"{_OURS}, lci.workspace.typed, pyarrow.parquet, pyarrow.pandas_compat", _LOOK),
        "DuckDB": ("import duckdb", "duckdb.sql(f\"SELECT * FROM '{path}' LIMIT 1000\").fetchall()"),
        "pandas": ("import pandas", "pandas.read_parquet(path).head(1000)"),
        "pyarrow": ("import pyarrow.parquet", "next(pyarrow.parquet.ParquetFile(path).iter_batches(1000)).to_pylist()"),
        "Polars": ("import polars", "polars.read_parquet(path, n_rows=1000)"),
    },
}
_PROGRAM = r"""
import json, re, sys, time
from pathlib import Path
path = Path(sys.argv[1])
{imports}
began = time.perf_counter()
{look}
seconds = time.perf_counter() - began
# Of this program alone; what getrusage tells began with the one that started it.
peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
peak = max([peak, *(each / 1024 for each in globals().get("peaks", ()))])
print(json.dumps([seconds, peak, *globals().get("times", ())]), file=sys.stderr)
"""


def measure_csv() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as folder:
        path = Path(folder) / "big.csv"
        written_csv(path, 9_500_000)
        return _rows("P7", "csv", path)


def measure_parquet() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as folder:
        path = Path(folder) / "big.parquet"
        _written(path, 2_000_000, "FORMAT parquet")
        return _rows("P17", "parquet", path)


def written_csv(path: Path, rows: int) -> None:
    """Some hundred bytes a row."""
    _written(path, rows, "HEADER")


def _written(path: Path, rows: int, options: str) -> None:
    import duckdb

    duckdb.sql(f"COPY ({_TABLE.format(rows=rows)}) TO '{path}' ({options})")


def _rows(budget: str, kind: str, path: Path) -> list[Row]:
    looks: dict[str, tuple[Sample, Sample]] = {}
    for who, (imports, look) in _LOOKS[kind].items():
        measured = [in_a_process(imports, look, path) for _ in range(TIMES)]
        measured = [each for each in measured if each is not None]
        if measured:
            looks[who] = (sample([s for s, _ in measured], "s"), sample([mb for _, mb in measured], "MB"))
    ours, duckdb = looks.pop("ours"), looks["DuckDB"]
    others = "; ".join(f"{who} {time} {memory.median:.0f} MB" for who, (time, memory) in looks.items())
    size = f"{path.stat().st_size / 1e9:.1f} GB" if kind == "csv" else "2M rows"
    if budget == "P7":
        is_quick, is_small = ours[0].median <= SECONDS, ours[1].median <= MEGABYTES
        return [
            Row("P7", f"first look at a CSV of {size}", ours[0], duckdb[0], others, f"≤ {SECONDS} s", is_quick),
            Row("P7", "its peak memory", ours[1], duckdb[1], "DuckDB:", f"≤ {MEGABYTES} MB", is_small),
        ]
    is_quick, is_small = (mine.median <= TIMES_DUCKDB * its.median for mine, its in zip(ours, duckdb, strict=True))
    return [
        Row("P17", f"first look at a Parquet file of {size}", ours[0], duckdb[0], others, "≤ 2 × DuckDB", is_quick),
        Row("P17", "its peak memory", ours[1], duckdb[1], "DuckDB:", "≤ 2 × DuckDB", is_small),
    ]


#: Seconds after which a program is given up.
_PATIENCE = 300


def in_a_process(imports: str, look: str, path: Path) -> tuple[float, float] | None:
    """Seconds of `look` after `imports`, and the program's peak in MB; None if it does not end or lacks a package."""
    answer = _answered(imports, look, path)
    return (answer[0], answer[1]) if answer is not None else None


def times_in_a_process(imports: str, look: str, path: Path) -> list[float]:
    """The seconds that `look` puts into `times`; none where a package is missing."""
    answer = _answered(imports, look, path)
    return answer[2:] if answer is not None else []


def _answered(imports: str, look: str, path: Path) -> list[float] | None:
    program = _PROGRAM.replace("{imports}", imports).replace("{look}", look)
    command = [sys.executable, "-c", program, str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode and "ModuleNotFoundError" in done.stderr:
        # One of the others is not installed here.
        return None
    assert done.returncode == 0, done.stderr
    return [float(each) for each in json.loads(done.stderr.splitlines()[-1])]
