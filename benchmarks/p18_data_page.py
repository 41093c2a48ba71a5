"""P18: a page, a sort, a filter of a 1 GB CSV on the Data page after the first look, beside DuckDB alone in one run.

Ours is asked as the page asks, through the worker and its walls, and counts the rows of a query with its first page.
DuckDB alone opens a table that it made of the same file by itself, does the same, and closes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.p7_files import times_in_a_process
from benchmarks.report import Row, sample
from lci.core.files import Source
from lci.runtime.config.settings import Settings
from lci.runtime.conversation.interpreter import Interpreter
from lci.runtime.conversation.queries import Query
from lci.runtime.engine import Engine
from lci.ui.view import ROWS
from lci.workspace.queries import QueryPage
from lci.workspace.selection import Contains, OneOf, Order, Range, Selection

BYTES, TIMES, LIMIT = 1 << 30, 5, 1.2
_MADE = """
COPY (
    SELECT
        i AS id, 'customer ' || hash(i) % 100000 AS customer,
        ['north', 'south', 'east', 'west'][1 + (hash(i + 1) % 4)::INT] AS region,
        round(hash(i + 2) % 1000000 / 100, 2) AS amount, (hash(i + 3) % 100)::INT AS quantity,
        DATE '2020-01-01' + (hash(i + 4) % 1500)::INT AS day,
        CASE WHEN hash(i + 5) % 10 > 0 THEN round(hash(i + 6) % 10000 / 1000, 3) END AS score,
        'note number ' || hash(i + 7) AS note
    FROM range({rows}) AS made(i)
) TO '{path}' (HEADER)
"""
_SELECTIONS: dict[str, tuple[Selection, int]] = {
    "a page near the beginning": (Selection("t"), ROWS),
    "a page in the middle": (Selection("t"), 6_000_000),
    "sorted by a number": (Selection("t", order=Order("amount", descending=True)), 0),
    "sorted by a text": (Selection("t", order=Order("customer")), 0),
    "sorted, a page in the middle": (Selection("t", order=Order("amount", descending=True)), 6_000_000),
    "a range": (Selection("t", (Range("amount", 100, 200, closed=False),)), 0),
    "a text within, of one region": (Selection("t", (OneOf("region", ("north",)), Contains("note", "777"))), 0),
}


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lci-bench-") as name:
        folder = Path(name)
        csv = folder / "t.csv"
        duckdb.execute(_MADE.format(rows=12_900_000, path=csv))
        assert csv.stat().st_size >= BYTES
        alone, its_seconds = _made_alone(folder, csv)
        engine = Engine(Settings(home=folder / "home", model="builtin-analyst"))
        try:
            with Interpreter(engine=engine) as live:
                live.files.attach_path(csv)
                first = _seconds(lambda: _asked(live, Selection("t"), 0))
                rows = [Row("P18", "1 GB of CSV: the first look", sample([first], "s"), sample([its_seconds], "s"),
                            "DuckDB makes its own table:", "", None)]  # fmt: skip
                rows += [_row(live, alone, what, *each) for what, each in _SELECTIONS.items()]
                return [*rows, *_others(csv)]
        finally:
            engine.close()


def _row(live: Interpreter, alone: Path, what: str, selection: Selection, offset: int) -> Row:
    ours, its, warm = [], [], []
    # Turn by turn, each time another page: what either remembers of the last one answers nothing.
    for turn in range(TIMES):
        at = offset + turn * ROWS
        ours.append(_seconds(lambda at=at: _asked(live, selection, at)))  # type: ignore[misc]
        its.append(_seconds(lambda at=at: _alone(alone, selection, at, counts=at == offset)))  # type: ignore[misc]
    with duckdb.connect(str(alone), read_only=True) as connection:
        for turn in range(TIMES):
            at = offset + turn * ROWS
            warm.append(_seconds(lambda at=at: _page(connection, selection, at)))  # type: ignore[misc]
    mine, reference = sample(ours), sample(its)
    said = f"DuckDB alone ({sample(warm).median:.0f} ms in a connection that is open already):"
    return Row("P18", f"… {what}", mine, reference, said, f"≤ {LIMIT} ×", mine.median <= LIMIT * reference.median)


def _asked(live: Interpreter, selection: Selection, offset: int) -> None:
    counted = Selection("t", selection.conditions).sql
    query = Query(selection.sql, (("t", Source("t.csv")),), counted, window=selection.window)
    live.wait(lambda _: live.queries.page(query, offset, ROWS) is not None, 600)
    assert isinstance(live.queries.page(query, offset, ROWS), QueryPage)


_OTHERS = {
    "Polars, from the file": (
        "import polars",
        """t = polars.scan_csv(path)
times = [timed(lambda: t.slice(6_000_000, 100).collect()),
         timed(lambda: t.sort("amount", descending=True).head(100).collect()),
         timed(lambda: t.filter(polars.col("amount").is_between(100, 200, closed="left")).head(100).collect())]""",
    ),
    "pandas, from memory": (
        "import pandas",
        """t = pandas.read_csv(path)
times = [timed(lambda: t.iloc[6_000_000:6_000_100]),
         timed(lambda: t.sort_values("amount", ascending=False).head(100)),
         timed(lambda: t[(t["amount"] >= 100) & (t["amount"] < 200)].head(100))]""",
    ),
    "pyarrow, from memory": (
        "import pyarrow.csv, pyarrow.compute as pc",
        """t = pyarrow.csv.read_csv(path)
times = [timed(lambda: t.slice(6_000_000, 100)),
         timed(lambda: t.take(pc.select_k_unstable(t, 100, [("amount", "descending")]))),
         timed(lambda: t.filter((pc.field("amount") >= 100) & (pc.field("amount") < 200)).slice(0, 100))]""",
    ),
}
_TIMED = """
def timed(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
"""


def _others(csv: Path) -> list[Row]:
    """A page in the middle, a sort, a range by other libraries: nothing to be met, only to be seen."""
    rows = []
    for who, (imports, look) in _OTHERS.items():
        if times := times_in_a_process(imports + _TIMED, look, csv):
            said = "a page, a sort, a range: " + ", ".join(f"{each:.2f} s" for each in times)
            rows.append(Row("P18", f"… {who}", sample(times, "s"), None, said, "", None))
    return rows


def _made_alone(folder: Path, csv: Path) -> tuple[Path, float]:
    place = folder / "alone.duckdb"
    with duckdb.connect(str(place)) as connection:
        made = _seconds(lambda: connection.execute(f"CREATE TABLE t AS FROM read_csv('{csv}')"))
    return place, made


def _alone(place: Path, selection: Selection, offset: int, *, counts: bool) -> None:
    with duckdb.connect(str(place), read_only=True) as connection:
        if counts:
            counted = Selection("t", selection.conditions).sql
            connection.execute(f"SELECT count(*) FROM ({counted})").fetchall()
        _page(connection, selection, offset)


def _page(connection: duckdb.DuckDBPyConnection, selection: Selection, offset: int) -> None:
    connection.execute(f"{selection.sql}\nLIMIT {ROWS} OFFSET {offset}").fetchall()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
